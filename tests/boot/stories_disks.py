# SPDX-License-Identifier: GPL-2.0-or-later
"""Small machines: the disks that the boot needs stay with the host, and a guest's own does not wait for it."""

from pathlib import Path

from disks import BUSES, NVME, ROOT, USB, devices, empty, facts, go_on, root_on, run, usb
from stories_small import CLAIM, FINISH
from vm import unwrapped
from whole import Report, expect, expect_driver, parse_report

LOG = "dmesg | grep earlybind:\n"
CHECK = "echo checked\nearlybind --check || echo status $?\n"
SHOW = "echo shown\nreport\n"


def bind(*lines: str) -> str:
    return "".join(f"bind slot {line}\n" for line in lines)


def shown(text: str, after: str = "shown\n") -> Report:
    return parse_report(text.partition(after)[2])


def said_of(text: str, slot: str) -> list[str]:
    """The kernel log's lines that name this function."""
    return [line for line in text.splitlines() if "] earlybind:" in line and slot in line]


def expect_said(text: str, slot: str, words: str) -> None:
    lines = said_of(text, slot)
    expect(any(words in line for line in lines), f"the kernel log says of {slot}: {words}", lines)


def checked(text: str) -> str:
    """What --check printed in the running root, and its status where that is not 0."""
    return unwrapped(text.partition("checked\n")[2])


def disk_of_the_root_is_refused(folder: Path) -> None:
    """The root disk's controller is chosen: it is refused in one sentence, the rest is bound, and --check ends with 1."""
    script = CLAIM + BUSES + root_on("/dev/vda") + FINISH + LOG + SHOW + go_on(CHECK)
    text = run(folder, script, bind(ROOT, NVME, USB), devices())
    seen = shown(text)
    expect_driver(seen, ROOT, "virtio-pci")
    for slot in (NVME, USB):
        expect_driver(seen, slot, "vfio-pci")
    lines = [line for line in said_of(text, ROOT) if "carries the root file system (vda)" in line]
    expect(len(lines) == 1, f"the log says once why {ROOT} is not bound", said_of(text, ROOT))
    told = [line for line in checked(text).splitlines() if "carries the root file system" in line]
    expect("status 1" in checked(text) and len(told) == 1 and ROOT in told[0],
           f"--check says once that {ROOT} carries the root, and ends with 1", checked(text))


DATA = "11111111-2222-4333-8444-555555555555"
MAKE_DATA = f"mkfs.ext4 -q -O ^metadata_csum -U {DATA} /dev/nvme0n1\n"


def fstab_disk_stays_unless_forced(folder: Path) -> None:
    """A disk that only the root's fstab names stays with the host; with `force` it goes, and the root's controller still does not."""
    tables = root_on("/dev/vda", fstab=f"UUID={DATA} /data ext4 defaults 0 2\\n")
    script = CLAIM + BUSES + MAKE_DATA + tables + FINISH + LOG + SHOW
    text = run(folder / "plain", script, bind(NVME, USB), devices())
    seen = shown(text)
    expect_driver(seen, NVME, "nvme")
    expect_driver(seen, USB, "vfio-pci")
    expect_said(text, NVME, "it carries /data of /etc/fstab")
    text = run(folder / "forced", script, bind(f"{NVME} force", f"{ROOT} force"), devices())
    seen = shown(text)
    expect_driver(seen, NVME, "vfio-pci")
    expect_driver(seen, ROOT, "virtio-pci")
    expect_said(text, ROOT, "and is never given away")


def fstab_line_that_need_not_be(folder: Path) -> None:
    """A line with nofail is none that the boot needs: its disk's controller goes to the guest."""
    tables = root_on("/dev/vda", fstab=f"UUID={DATA} /data ext4 nofail 0 2\\nUUID={DATA} /more ext4 noauto 0 2\\n")
    text = run(folder, CLAIM + BUSES + MAKE_DATA + tables + FINISH + SHOW, bind(NVME), devices())
    expect_driver(shown(text), NVME, "vfio-pci")


def guests_disk_is_claimed_before_it_is_read(folder: Path) -> None:
    """By the guard facts of the image a guest's disk controller is bound in claim, and the host never sees its disk."""
    found = facts(folder, BUSES + root_on("/dev/vda"), bind(NVME), devices())
    expect(f"{NVME}=" in found and "guard root" in found, "--embed knows the root's controller and the other one", found)
    script = CLAIM + "report\n" + BUSES + "ls /dev/nvme* || true\n" + root_on("/dev/vda") + FINISH + LOG + SHOW
    text = run(folder / "claimed", script, bind(NVME), devices(), guard=found)
    expect_driver(shown(text, "function"), NVME, "vfio-pci")
    expect_driver(shown(text), NVME, "vfio-pci")
    expect("/dev/nvme0n1\n" not in text, "the host never sees the disk", text[-400:])
    # Beside it: without facts the controller waits, and the host has read the disk by then.
    text = run(folder / "without", script, bind(NVME), devices())
    expect("/dev/nvme0n1\n" in text, "without facts the host reads the disk first", text[-400:])


def root_moved_to_the_claimed_controller(folder: Path) -> None:
    """The root's disk was moved to the controller that the facts call free: --release gives it back, and the boot goes on."""
    found = facts(folder, BUSES + root_on("/dev/vda"), bind(NVME), devices())
    script = (CLAIM + BUSES + "test ! -e /dev/nvme0n1\nearlybind --release\nsleep 1\n" + root_on("/dev/nvme0n1") + FINISH
              + LOG + SHOW)
    text = run(folder / "moved", script, bind(NVME, USB), devices(), guard=found)
    expect_driver(shown(text), NVME, "nvme")
    expect_driver(shown(text), USB, "vfio-pci")
    expect_said(text, NVME, "given back to the host for this boot")


def stick_that_is_mounted_keeps_its_controller(folder: Path) -> None:
    """A USB controller with a mounted stick is in use and stays; once it is unmounted nothing keeps it."""
    stick = ["-drive", "if=none,id=stick,format=raw,snapshot=on,file=" + str(empty())]
    disks = devices(*stick, *usb("usb-storage,drive=stick"))
    wait = "for i in 1 2 3 4 5 6 7 8 9 10; do [ -e /dev/sda ] || sleep 1; done\n"
    mount = "mkfs.ext4 -q -O ^metadata_csum /dev/sda\nmkdir -p /stick\nmount -t ext4 /dev/sda /stick\n"
    script = CLAIM + BUSES + wait + root_on("/dev/vda")
    text = run(folder / "mounted", script + mount + FINISH + LOG + SHOW, bind(USB), disks)
    expect_driver(shown(text), USB, "xhci_hcd")
    expect_said(text, USB, "which is in use")
    text = run(folder / "unmounted", script + mount + "umount /stick\n" + FINISH + LOG + SHOW, bind(USB), disks)
    expect_driver(shown(text), USB, "vfio-pci")


def root_on_raid1_over_two_controllers(folder: Path) -> None:
    """The root lies on RAID1 over two controllers, and both are chosen: neither goes."""
    make = ("modprobe -a md_mod raid1\n"
            "yes | mdadm --create /dev/md0 --run --level=1 --raid-devices=2 --metadata=1.2 /dev/vda /dev/nvme0n1 2>&1\n")
    script = CLAIM + BUSES + make + root_on("/dev/md0") + FINISH + LOG + SHOW
    text = run(folder, script, bind(ROOT, NVME, USB), devices(), with_tools=("mdadm",))
    seen = shown(text)
    expect_driver(seen, ROOT, "virtio-pci")
    expect_driver(seen, NVME, "nvme")
    expect_driver(seen, USB, "vfio-pci")
    for slot in (ROOT, NVME):
        expect_said(text, slot, "it carries the root file system (md0)")


def root_on_nvme(folder: Path) -> None:
    """The root lies on NVMe, and its controller is chosen: it stays; another one goes."""
    script = CLAIM + BUSES + root_on("/dev/nvme0n1") + FINISH + LOG + SHOW
    text = run(folder, script, bind(NVME, ROOT), devices())
    expect_driver(shown(text), NVME, "nvme")
    expect_driver(shown(text), ROOT, "vfio-pci")
