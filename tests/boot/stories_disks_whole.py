# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole boots: the encrypted root's own disk is on what is chosen, or on what the image calls free."""

from pathlib import Path

import cache
import disks
import image
import kernels
import vm
import whole
from disk import LUKS_UUID, call
from stories import NATIVE, see_host_alive, see_prompt_and_unlock
from stories_disks import bind
from stories_language import unlock_on_screen
from whole import GUEST, HOST, expect, expect_driver, expect_log

ROOT, STORY, OTHER = "0000:00:04.0", "0000:00:05.0", "0000:00:06.0"
GIVEN_BACK = "given back to the host for this boot"


def see_twin_alone_bound(machine: vm.VM, driver: str) -> None:
    """The card beside the root's controller is the guest's, and the controller is not."""
    seen = whole.report(machine)
    expect_driver(seen, ROOT, driver)
    expect_driver(seen, GUEST, "vfio-pci")
    expect_driver(seen, HOST, NATIVE)
    maps, said = whole.vfio_maps(machine, GUEST)
    expect(maps, f"a VFIO user maps BAR 0 of {GUEST}", said)


def see_check_name_it_once(machine: vm.VM, words: str) -> None:
    text, status = machine.run("earlybind --check")
    told = [line for line in text.splitlines() if words in line]
    expect(status == 1 and len(told) == 1 and ROOT in told[0], f"--check ends with 1 and says once of {ROOT}: {words}",
           f"{status}: {text}")


def root_disk_is_refused_6_12(folder: Path) -> None:
    """The controller of the encrypted root's disk is chosen beside a card: it is refused, the card is bound, the root
    comes up, and --check ends with 1 and one sentence that names it."""
    kernel = kernels.kernel("6.12")
    with whole.boot(folder, kernel, image.image(kernel), config=bind(ROOT, GUEST)) as machine:
        see_prompt_and_unlock(machine)
        see_twin_alone_bound(machine, "virtio-pci")
        expect_log(machine, ROOT, "not bound: it carries the root file system")
        see_check_name_it_once(machine, "carries the root file system")
        see_host_alive(machine)


def swap_disk() -> Path:
    """A disk with swap on it, as a system leaves it that never slept."""
    def make(place: Path) -> None:
        call("truncate", "-s", "32M", place)
        call("mkswap", place, env={"PATH": "/usr/sbin:/sbin"})

    return cache.made("boot/swap-disk", ["32M"], "a disk with swap", make)


def swap_to_resume_from_stays_6_12(folder: Path) -> None:
    """resume= names swap on a chosen controller, and systemd in the image looks there: it stays with the host, and that
    is said, while the card goes."""
    kernel = kernels.kernel("6.12")
    swap = ["-drive", f"if=none,id=swap,format=raw,snapshot=on,file={swap_disk()}",
            "-device", "nvme,drive=swap,serial=swap,addr=6"]
    with whole.boot(folder, kernel, image.image(kernel, nvme=True, more=["resume"]), "resume=/dev/nvme0n1",
                    bind(OTHER, GUEST), cards=whole.CARDS + swap) as machine:
        see_prompt_and_unlock(machine)
        seen = whole.report(machine)
        expect_driver(seen, OTHER, "nvme")
        expect_driver(seen, GUEST, "vfio-pci")
        expect_log(machine, OTHER, "not bound: .*the resume device /dev/nvme0n1")
        text, _ = machine.run("dmesg")
        expect("PM: Image not found" in text, "the kernel looked for an image to resume from", text[-400:])


def moved_root(folder: Path, append: str, shell: str = "[Pp]ress Enter for maintenance", systemd: bool = True) -> None:
    """The image was built while the root lay on another controller. Boot it to the emergency shell, and leave that."""
    kernel = kernels.kernel("6.12")
    # NVMe: systemd itself loads virtio_pci before anything else runs.
    cards = whole.CARDS + disks.drive("other", "virtio-blk-pci", OTHER)
    at_build = cards + disks.drive("root", "nvme", ROOT) + disks.drive("story", "virtio-blk-pci", STORY)
    config = bind(ROOT, GUEST)
    found = disks.facts(folder, disks.BUSES + disks.root_on("/dev/vdb"), config, at_build)
    expect(f"guard free {ROOT}=" in found, f"the image's facts call {ROOT} free", found)
    with whole.boot(folder / "moved", kernel, image.image(kernel, systemd=systemd, nvme=True), append, config,
                    cards=cards, guard=found, disk_kind="nvme") as machine:
        machine.wait_serial(f"{ROOT}: {GIVEN_BACK}", 150)
        machine.wait_screen("host", shell, 60)
        whole.keep_pictures(machine, "emergency")
        machine.type("\n")
        machine.settle(3)
        expect(not machine.shows("host", whole.PROMPT, 1), "nothing asks for a passphrase beside the shell",
               machine.text)
        machine.type("exit\n")
        machine.wait_screen("host", whole.PROMPT, 60)
        whole.keep_pictures(machine, "prompt")
        expect(machine.answers("host", "wrong\n", 15), "the host's screen answers a wrong passphrase")
        machine.wait_screen("host", whole.PROMPT, 60)
        (whole.unlock if systemd else unlock_on_screen)(machine)
        see_twin_alone_bound(machine, "nvme")
        see_check_name_it_once(machine, "given back")
        see_host_alive(machine)


def moved_root_is_given_back_6_12(folder: Path) -> None:
    """The root's disk was moved to the controller that the image's facts call free: it cannot be found, the emergency
    shell comes, and when that is left the boot goes on, with the disk."""
    moved_root(folder, "rd.luks.options=tries=0,x-systemd.device-timeout=15")


def moved_root_is_given_back_to_initqueue_6_12(folder: Path) -> None:
    """The same where dracut's own queue gives up first."""
    moved_root(folder, "rd.retry=8")


def moved_root_is_given_back_without_systemd_6_12(folder: Path) -> None:
    """The same by dracut without systemd."""
    moved_root(folder, f"rd.retry=8 rd.luks.uuid={LUKS_UUID}", "Dropping to debug shell", systemd=False)
