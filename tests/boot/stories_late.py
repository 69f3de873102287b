# SPDX-License-Identifier: GPL-2.0-or-later
"""Functions that appear after claim: plugged in while the passphrase is asked for, and in a running system."""

from pathlib import Path

import image
import kernels
import vm
import whole
from stories import NATIVE
from stories_held import running_system, settled
from whole import expect, expect_driver, expect_log

# A second root port, with nothing behind it yet.
FREE_PORT = ["-device", "pcie-root-port,id=free,chassis=2,addr=6"]
LATE = "0000:02:00.0"
BIND_LATE = f"bind slot {LATE}\n"
RULES = "70-earlybind-late.rules"
# A driver that only udev loads, once it sees such a device.
USB = "qemu-xhci"


def is_there(machine: vm.VM, device: str) -> None:
    machine.plug_in(device, "free")
    machine.must(f"for i in $(seq 30); do [ -e /sys/bus/pci/devices/{LATE} ] && break; sleep 1; done; "
                 f"ls -d /sys/bus/pci/devices/{LATE}")
    settled(machine)


def plugged_in_at_the_prompt_6_12(folder: Path) -> None:
    """Chosen, and plugged in while the passphrase is asked for: it waits like what was there, and is the guest's after that."""
    kernel = kernels.kernel("6.12")
    with whole.boot(folder, kernel, image.image(kernel, keyboard=True), "", BIND_LATE, cards=whole.CARDS + FREE_PORT) as machine:
        whole.prompt_on_serial(machine)
        machine.plug_in(USB, "free")
        machine.wait_serial(rf"earlybind: {LATE}: to be bound to vfio-pci later", 60)
        expect(whole.prompt_visible(machine, "host"), "the prompt is on the host's screen", machine.text[-400:])
        whole.unlock(machine)
        expect_driver(whole.report(machine), LATE, "vfio-pci")
        maps, said = whole.vfio_maps(machine, LATE)
        expect(maps, f"a VFIO user maps BAR 0 of {LATE}", said)
        text, status = machine.run("earlybind --check")
        expect(status == 0, "--check finds the machine as asked", text)


def plugged_in_later(folder: Path) -> None:
    """Chosen, and plugged in to the running system: udev's rule claims it before its driver is loaded; without the rule that
    driver has it."""
    for rules, driver in [((RULES,), "vfio-pci"), ((), "xhci_hcd")]:
        with running_system(folder / driver, rules, config=BIND_LATE, devices=FREE_PORT, keyboard=True) as machine:
            settled(machine)
            is_there(machine, USB)
            expect_driver(whole.report(machine), LATE, driver)
            text, status = machine.run("earlybind --check")
            expect(status == (0 if rules else 1), "--check says whether the machine is as asked", text)
            if rules:
                maps, said = whole.vfio_maps(machine, LATE)
                expect(maps, f"a VFIO user maps BAR 0 of {LATE}", said)


def display_plugged_in_later(folder: Path) -> None:
    """A display plugged in beside one of the same driver, removed and found again: it is the guest's, or the driver was faster and
    keeps it, and that is said."""
    with running_system(folder, (RULES,), config=BIND_LATE, devices=FREE_PORT) as machine:
        settled(machine)
        machine.must("modprobe bochs")
        settled(machine)
        is_there(machine, "secondary-vga")
        for _ in range(4):
            bound = whole.report(machine).functions[LATE]["driver"]
            text, status = machine.run("earlybind --check")
            if bound == "vfio-pci":
                expect(status == 0, "--check finds the machine as asked", text)
            else:
                expect(bound == NATIVE, f"{LATE} has its own driver or vfio-pci", bound)
                expect_log(machine, LATE, "not bound.*bochs-drm")
                expect(status == 1 and NATIVE in text, "--check names the driver", text)
            expect(whole.console_alive(machine, "host") or whole.console_alive(machine, "guest"), "a console is alive")
            machine.must(f"echo 1 > /sys/bus/pci/devices/{LATE}/remove; dmesg -C; sleep 1; echo 1 > /sys/bus/pci/rescan")
            settled(machine)
