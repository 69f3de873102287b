# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole boots past the firmware: the second kernel finds the cards as the first one left them."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import disk
import image
import kernels
import vm
import whole
from stories import BIND_TWIN, BOUND, HELD, NATIVE, see_prompt_and_unlock
from stories_screen import BIND_BOOT_CARD, BOOT_CARD, TWIN, see_bound, see_console
from whole import expect, expect_driver, expect_log

AGAIN = "again"
# The kernel and the image lie as a tar archive on a disk of their own.
KEXEC = f"""
mkdir -p /run/again
mount -t tmpfs again /run/again
for disk in /sys/block/vd*; do
    [ "$(cat $disk/serial)" != {AGAIN} ] || tar -x -f /dev/${{disk##*/}} -C /run/again
done
dmesg -n 7
"""
GO_ON = KEXEC + "kexec /run/again/kernel /run/again/initramfs &"
CRASH = KEXEC + "kexec /run/again/kernel /run/again/initramfs crash\nsync\n(sleep 2; echo c > /proc/sysrq-trigger) &"


@contextlib.contextmanager
def twice(folder: Path, config: str, guest: str, host: str, leave: str, append: str = "") -> Iterator[vm.VM]:
    """Boot, see that the card is the guest's, and go on in the same kernel and image; a machine that has just begun to."""
    kernel = kernels.kernel("6.12")
    archive = folder / "again.tar"
    folder.mkdir(parents=True, exist_ok=True)
    image.laid_over(image.image(kernel), image.embedded(kernel, config), folder / "initramfs")
    disk.story_disk(archive, {"kernel": kernel.image, "initramfs": folder / "initramfs"})
    (folder / "initramfs").unlink()
    drive = ["-drive", f"if=none,id={AGAIN},format=raw,readonly=on,file={archive}",
             "-device", f"virtio-blk-pci,drive={AGAIN},addr=6,serial={AGAIN}"]
    with whole.boot(folder / "boot", kernel, image.image(kernel), append, config, cards=whole.CARDS + drive,
                    root_files={"bin/kexec": disk.tool("kexec")}) as machine:
        see_prompt_and_unlock(machine)
        see_bound(machine, guest, host)
        first = boot_id(machine)
        machine.run(leave)
        forget(machine)
        see_prompt_and_unlock(machine)
        expect(boot_id(machine) != first, "this is another boot", first)
        yield machine
    archive.unlink()


def through_kexec(folder: Path, config: str, guest: str, host: str, head: str) -> None:
    """See the second kernel do the same."""
    with twice(folder, config, guest, host, GO_ON) as machine:
        see_bound(machine, guest, host)
        expect_log(machine, guest, HELD)
        expect_log(machine, guest, BOUND)
        see_console(machine, head)


def boot_id(machine: vm.VM) -> str:
    return machine.must("cat /proc/sys/kernel/random/boot_id").strip()


def forget(machine: vm.VM) -> None:
    """Wait for nothing that was said before now."""
    machine.lines = ["", ""]


def twin_through_kexec_6_12(folder: Path) -> None:
    """After kexec the twin that the first kernel gave to vfio-pci is held and bound once more."""
    through_kexec(folder, BIND_TWIN, TWIN, BOOT_CARD, "host")


def boot_card_through_kexec_6_12(folder: Path) -> None:
    """After kexec the same of the card that showed the firmware's picture."""
    through_kexec(folder, BIND_BOOT_CARD, BOOT_CARD, TWIN, "guest")


def crash_kernel_6_12(folder: Path) -> None:
    """A kernel that saves the dump of a crash has nothing to give away: both cards get their own driver, and it is said."""
    with twice(folder, BIND_TWIN, TWIN, BOOT_CARD, CRASH, "crashkernel=320M") as machine:
        machine.must("ls /proc/vmcore")
        for slot in (BOOT_CARD, TWIN):
            expect_driver(whole.report(machine), slot, NATIVE)
        text, _ = machine.run("dmesg | grep '] earlybind:'")
        expect("only saves a crash dump" in text, "the log says why nothing is done", text)
        see_console(machine, "host")
