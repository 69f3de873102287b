# SPDX-License-Identifier: GPL-2.0-or-later
"""KVM where it works, software emulation everywhere else.

A /dev/kvm that can be opened proves nothing: where virtualisation is nested it may hang. So a kernel has to speak
first.
"""

import os
import tempfile
import threading
from pathlib import Path

import cache
import kernels
import vm

# thread=multi lets two virtual CPUs use two real ones.
SOFTWARE = ["-accel", "tcg,thread=multi,tb-size=256", "-cpu", "max"]
KVM = ["-accel", "kvm", "-cpu", "host"]
TRIAL_SECONDS = 10
_lock = threading.Lock()


def _kvm_speaks() -> bool:
    with tempfile.TemporaryDirectory(prefix="kvm-") as directory:
        arguments = [*KVM, "-m", "256", "-kernel", str(kernels.kernel("6.1").image),
                     "-append", "console=ttyS0 earlyprintk=serial"]
        machine = vm.VM(Path(directory) / "trial")
        try:
            machine.start(arguments)
            machine.wait_serial("Linux version", TRIAL_SECONDS)
            return True
        except vm.Failure:
            return False
        finally:
            machine.quit()


def options() -> list[str]:
    """QEMU's options; tried once for each boot of the host."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return SOFTWARE
    boot = Path("/proc/sys/kernel/random/boot_id").read_text()

    def make(place: Path) -> None:
        place.write_text("yes" if _kvm_speaks() else "no")

    with _lock:
        verdict = cache.made("boot/kvm", [boot], "a trial of KVM", make).read_text()
    return KVM if verdict == "yes" else SOFTWARE
