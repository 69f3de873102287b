# SPDX-License-Identifier: GPL-2.0-or-later
"""Small machines: what goes wrong between earlybind and the kernel, and what is left behind then."""

from pathlib import Path

import disk
import kernels
import small
from stories import NATIVE, NO_OVERRIDE
from stories_small import CLAIM, FINISH, HOLDING, SHOW, _override, _untouched
from whole import GUEST, HOST, expect, expect_driver, parse_report

BIND = f"bind slot {GUEST}\n"
ELSEWHERE = "bind slot 0000:3f:00.0\n"


def _run(folder: Path, script: str, config: str = BIND, append: str = "", drivers: tuple[str, ...] = (),
         **more: object) -> str:
    return small.small(folder, kernels.kernel("6.1"), script, drivers=("bochs", *small.VFIO, *drivers), config=config,
                       append=f"intel_iommu=on {append}", **more)


def guarded_by_an_id_that_is_not_there(folder: Path) -> None:
    """A line with slot and id binds nothing where another device is in the slot, and that is said."""
    text = _run(folder, CLAIM + small.MOUNT_ROOT + FINISH + SHOW, f"bind slot {GUEST} id 10de:1f08\n")
    _untouched(text)
    expect("matches nothing" in text and "10de:1f08" in text, "the log names the line", text)


def rules_from_the_command_line(folder: Path) -> None:
    """A card named on the kernel command line is bound on this boot."""
    text = _run(folder, CLAIM + small.MOUNT_ROOT + FINISH + SHOW, ELSEWHERE,
                "earlybind.bind=card+slot=01:00+id=1234:1111")
    seen = parse_report(text)
    expect_driver(seen, GUEST, "vfio-pci")
    expect_driver(seen, HOST, NATIVE)


def kept_by_the_command_line(folder: Path) -> None:
    """A card that the kernel command line keeps stays with the host, whatever the configuration says."""
    text = _run(folder, CLAIM + small.MOUNT_ROOT + FINISH + SHOW, BIND, "earlybind.keep=01:00")
    _untouched(text)


def mistyped_keep_switches_off(folder: Path) -> None:
    """A name of ours that is none, on the kernel command line, was perhaps to keep something: nothing is bound, and said."""
    text = _run(folder, CLAIM + small.MOUNT_ROOT + FINISH + SHOW, BIND, "earlybind.kep=01:00")
    _untouched(text)
    expect("earlybind.keep" in text, "the log says what was probably meant", text)


def driver_pci_stub(folder: Path) -> None:
    """`driver pci-stub`: that driver has the card in the end, and no other."""
    text = _run(folder, CLAIM + small.MOUNT_ROOT + FINISH + SHOW, f"bind slot {GUEST} driver pci-stub\n",
                drivers=("pci-stub",))
    seen = parse_report(text)
    expect_driver(seen, GUEST, "pci-stub")
    expect_driver(seen, HOST, NATIVE)


def driver_that_refuses(folder: Path) -> None:
    """A driver that will not have the card: it is given back, its own driver finds it, and that is said."""
    text = _run(folder, CLAIM + small.MOUNT_ROOT + FINISH + SHOW, f"bind slot {GUEST} driver virtio-pci\n",
                drivers=("virtio_pci",))
    _untouched(text)
    expect("virtio-pci refused it" in text, "the log says who refused it", text)


def packed_modules(folder: Path) -> None:
    """Modules packed by xz, zstd or gzip are opened by claim itself where the kernel cannot: 6.1 opens none for us."""
    for algorithm in ("xz", "zst", "gz"):
        script = f"find /lib/modules -name '*.ko.{algorithm}'\n" + CLAIM + small.MOUNT_ROOT + FINISH + SHOW
        text = small.small(folder, kernels.kernel("6.1"), script, config=BIND, algorithm=algorithm)
        expect(f"vfio-pci.ko.{algorithm}" in text, f"vfio-pci is packed by {algorithm}", text)
        expect_driver(parse_report(text), GUEST, "vfio-pci")


def report_with_no_room(folder: Path) -> None:
    """Where /run is full the report is missing, that is said, and the card is bound all the same."""
    full = "mount -t tmpfs -o size=4096,nr_inodes=3 full /run\ndd if=/dev/zero of=/run/full bs=4096 count=1 2>/dev/null\n"
    text = _run(folder, full + CLAIM + small.MOUNT_ROOT + FINISH + SHOW)
    seen = parse_report(text)
    expect_driver(seen, GUEST, "vfio-pci")
    expect("cannot be written" in text, "the log says that the report cannot be written", text)


CARD_OF_TWO = ["-device", "VGA,id=host,addr=2", "-device", "pcie-root-port,id=rootport,chassis=1,addr=3",
               "-device", "VGA,id=guest,bus=rootport,addr=0.0,multifunction=on",
               "-device", "ich9-intel-hda,bus=rootport,addr=0.1"]
AUDIO = GUEST[:-1] + "1"
# What a restart would have done: no override, no driver.
FREE = "".join(f"echo > /sys/bus/pci/devices/{slot}/driver_override\n"
               f"echo {slot} > /sys/bus/pci/drivers/vfio-pci/unbind 2>/dev/null || true\n" for slot in (GUEST, AUDIO))


def killed_between_two_writes(folder: Path) -> None:
    """Ended before any of its writes, claim leaves no card half bound; a finish that was ended is made whole by the next."""
    kill = "killed-before {} earlybind --{}\n"
    claims = "".join(f"echo part\n{kill.format(n, 'claim')}report\n{FREE}" for n in range(1, 5))
    finishes = "".join(f"echo part\n{CLAIM}{kill.format(n, 'finish /newroot')}{FINISH}report\n{FREE}" for n in range(1, 5))
    text = _run(folder, claims + small.MOUNT_ROOT + "echo finishes\n" + finishes, f"bind card slot {GUEST}\n",
                devices=CARD_OF_TWO, programs={"bin/killed-before": disk.tool("killed_before")}, timeout=120)
    claimed, finished = text.split("finishes\n")
    for part in claimed.split("part\n")[1:]:
        seen = parse_report(part)
        for slot in (GUEST, AUDIO):
            expect_driver(seen, slot, "")
            expect(_override(seen, slot) in (NO_OVERRIDE, HOLDING), f"{slot} is free or held", part)
        expect(_override(seen, HOST) == NO_OVERRIDE, f"{HOST} has no driver override", part)
    for part in finished.split("part\n")[1:]:
        seen = parse_report(part)
        for slot in (GUEST, AUDIO):
            expect_driver(seen, slot, "vfio-pci")
        expect(_override(seen, HOST) == NO_OVERRIDE, f"{HOST} has no driver override", part)
