# SPDX-License-Identifier: GPL-2.0-or-later
"""What has to hold in the images of mkinitcpio and of initramfs-tools as in dracut's: a guest's disk that nobody reads,
and a card that appears while the passphrase is asked for."""

from pathlib import Path

import disks
import image
import initramfs_tools
import kernels
import mkinitcpio
import stories_initramfs_tools
import stories_mkinitcpio
import vm
import whole
from stories_disks import bind
from stories_late import BIND_LATE, FREE_PORT, LATE, RULES, USB
from stories_language import unlock_on_screen
from whole import expect, expect_driver, expect_log

KERNEL = "6.12"
ROOT, STORY, GUESTS = "0000:00:04.0", "0000:00:05.0", "0000:00:06.0"
# What init is told to load as early as it can.
FORCED = [*image.DISPLAY, *image.NVME]


def guests_disk(folder: Path, picture: Path, append: str) -> None:
    """The image's facts call the controller free: it is bound in claim, and its own driver never has it."""
    cards = whole.CARDS + disks.drive("guests", "nvme", GUESTS)
    at_build = cards + disks.drive("root", "virtio-blk-pci", ROOT) + disks.drive("story", "virtio-blk-pci", STORY)
    found = disks.facts(folder, disks.BUSES + disks.root_on("/dev/vda"), bind(GUESTS), at_build)
    expect(f"guard free {GUESTS}=" in found, f"the image's facts call {GUESTS} free", found)
    with whole.boot(folder / "boot", kernels.kernel(KERNEL), picture, append, bind(GUESTS), cards=cards,
                    guard=found) as machine:
        machine.wait_screen("host", whole.PROMPT, 240)
        unlock_on_screen(machine)
        expect_driver(whole.report(machine), GUESTS, "vfio-pci")
        expect_log(machine, GUESTS, "bound to vfio-pci")
        loaded, _ = machine.run("grep '^nvme ' /proc/modules")
        expect(bool(loaded), "nvme is loaded")
        text, _ = machine.run(f"dmesg | grep 'nvme.*{GUESTS}'")
        expect(not text, "nvme never had the controller", text)


def mkinitcpio_guests_disk_6_12(folder: Path) -> None:
    """mkinitcpio: with guard facts a guest's disk controller is bound in claim, and the host never sees its disk, even
    where MODULES= names its driver."""
    mkinitcpio.checkout()
    picture = mkinitcpio.built(kernels.kernel(KERNEL), mkinitcpio.BUSYBOX_HOOKS, " ".join(FORCED))
    guests_disk(folder, picture, stories_mkinitcpio.OPEN)


def initramfs_tools_guests_disk_6_12(folder: Path) -> None:
    """initramfs-tools: with guard facts a guest's disk controller is bound in claim, and the host never sees its disk,
    even where /etc/initramfs-tools/modules names its driver."""
    picture = initramfs_tools.image_of(kernels.kernel(KERNEL), image.ANY_CONFIG, modules=FORCED + image.DRIVERS)
    guests_disk(folder, picture, stories_initramfs_tools.APPEND)


def plugged_in(folder: Path, picture: Path, append: str) -> None:
    """At the prompt a controller is plugged in whose driver is in the image and not loaded: the rule holds it before
    udev loads that; without the rule the driver has it."""
    root_files = {image.CONFIG: BIND_LATE.encode(), "bin/earlybind": image.program()}
    for over, driver, said in [({}, "vfio-pci", f"earlybind: {LATE}: to be bound to vfio-pci later"),
                               ({f"usr/lib/udev/rules.d/{RULES}": b""}, "xhci_hcd", f"xhci_hcd {LATE}")]:
        with whole.boot(folder / driver, kernels.kernel(KERNEL), picture, append, cards=whole.CARDS + FREE_PORT,
                        over=over, root_files=root_files) as machine:
            machine.wait_screen("host", whole.PROMPT, 240)
            machine.plug_in(USB, "free")
            machine.wait_serial(said, 60)
            unlock_on_screen(machine)
            expect_driver(whole.report(machine), LATE, driver)
            see_usable(machine, driver == "vfio-pci")


def see_usable(machine: vm.VM, asked: bool) -> None:
    maps, told = whole.vfio_maps(machine, LATE)
    expect(maps == asked, f"a VFIO user maps BAR 0 of {LATE}: {asked}", told)
    text, status = machine.run("earlybind --check")
    expect(status == (0 if asked else 1), "--check says whether the machine is as asked", text)


def mkinitcpio_plugged_in_at_the_prompt_6_12(folder: Path) -> None:
    """mkinitcpio: a chosen function that is plugged in while the passphrase is asked for is the guest's; without our
    rule its driver has it."""
    mkinitcpio.checkout()
    picture = mkinitcpio.built(kernels.kernel(KERNEL), mkinitcpio.BUSYBOX_HOOKS, config=BIND_LATE)
    plugged_in(folder, picture, stories_mkinitcpio.OPEN)


def initramfs_tools_plugged_in_at_the_prompt_6_12(folder: Path) -> None:
    """initramfs-tools: a chosen function that is plugged in while the passphrase is asked for is the guest's; without
    our rule its driver has it."""
    picture = initramfs_tools.image_of(kernels.kernel(KERNEL), BIND_LATE, not_loaded=["xhci_pci"])
    # without that word the kernel's lines do not reach the consoles while the passphrase is asked for
    plugged_in(folder, picture, f"{stories_initramfs_tools.APPEND} ignore_loglevel")
