# SPDX-License-Identifier: GPL-2.0-or-later
"""Small machines: roots and other disks in several layers, facts that outlive the build, and resume=."""

from pathlib import Path

from disk import PASSPHRASE
from disks import BUSES, EMBED, NVME, ROOT, USB, devices, facts, facts_in, go_on, root_on, run, talk, usb
from stories_disks import LOG, SHOW, bind, expect_said, shown
from stories_small import CLAIM, FINISH
from whole import expect, expect_driver, report

TOOLS = ("lvm", "cryptsetup")
# Nobody but these tools makes device nodes here.
ALONE = "export DM_DISABLE_UDEV=1\nmodprobe -a dm_mod dm_crypt ecb xts algif_skcipher algif_hash\n"
LVM = "lvm {} --config 'devices/use_devicesfile=0 activation/udev_sync=0 activation/udev_rules=0' > /dev/null 2>&1\n"


def luks(device: str, name: str) -> str:
    """An encrypted volume on this device, open under this name."""
    return (f"{ALONE}printf {PASSPHRASE} > /key\n"
            f"cryptsetup luksFormat -q --pbkdf pbkdf2 --pbkdf-force-iterations 1000 {device} /key\n"
            f"cryptsetup open --key-file /key {device} {name}\n")


def volume(device: str, group: str, name: str) -> str:
    """A logical volume in a group of its own on this device, active."""
    return (ALONE + LVM.format(f"pvcreate {device}") + LVM.format(f"vgcreate {group} {device}")
            + LVM.format(f"lvcreate -y -Wn -Zn -n {name} -l 100%FREE {group}"))


def root_on_lvm_on_luks(folder: Path) -> None:
    """The root is a logical volume on LUKS, and all controllers are chosen: the one below both stays, no other."""
    make = luks("/dev/nvme0n1", "crypt") + volume("/dev/mapper/crypt", "group", "root")
    script = CLAIM + BUSES + make + root_on("/dev/mapper/group-root") + FINISH + LOG + SHOW
    text = run(folder, script, bind(ROOT, NVME, USB), devices(), with_tools=TOOLS)
    seen = shown(text)
    expect_driver(seen, NVME, "nvme")
    for slot in (ROOT, USB):
        expect_driver(seen, slot, "vfio-pci")
    expect_said(text, NVME, "it carries the root file system (group-root)")


def home_that_the_image_does_not_activate(folder: Path) -> None:
    """/home is on a volume that only the real root activates: by the facts its disk stays and a USB controller goes;
    without facts neither goes."""
    make = volume("/dev/nvme0n1", "group", "home")
    config = bind(NVME, USB)
    root = root_on("/dev/vda", fstab="/dev/mapper/group-home /home ext4 defaults 0 2\\n")
    found = facts(folder, BUSES + make + root, config, devices(), with_tools=TOOLS)
    # At boot nothing has activated it: there is no such device.
    script = (CLAIM + BUSES + make + LVM.format("vgchange -an group") + "test ! -e /dev/dm-0\n" + root + FINISH + LOG
              + SHOW)
    text = run(folder / "facts", script, config, devices(), guard=found, with_tools=TOOLS)
    expect_driver(shown(text), NVME, "nvme")
    expect_driver(shown(text), USB, "vfio-pci")
    expect_said(text, NVME, "/home of /etc/fstab")
    text = run(folder / "none", script, config, devices(), with_tools=TOOLS)
    expect_driver(shown(text), NVME, "nvme")
    expect_driver(shown(text), USB, "xhci_hcd")
    expect_said(text, USB, "nobody can tell on which controller /home of /etc/fstab lies")


def image_rebuilt_while_the_guest_has_the_disk(folder: Path) -> None:
    """An image that is built while the guest has its disk clears that disk's controller as the first one did."""
    config = bind(NVME)
    first = facts(folder, BUSES + root_on("/dev/vda"), config, devices())
    script = CLAIM + BUSES + root_on("/dev/vda") + FINISH + SHOW + go_on("test ! -e /dev/nvme0n1\n" + EMBED)
    text = run(folder / "first", script, config, devices(), guard=first)
    expect_driver(shown(text), NVME, "vfio-pci")
    second = facts_in(text)
    text = run(folder / "second", CLAIM + SHOW, config, devices(), guard=second)
    expect_driver(shown(text), NVME, "vfio-pci")
    expect(f"guard free {NVME}=" in second, f"the second image's facts call {NVME} free", second)


def swap_to_resume_from_is_refused(folder: Path) -> None:
    """resume= names swap on a chosen controller: it stays with the host, and that is said; with noresume it goes."""
    script = CLAIM + BUSES + "mkswap /dev/nvme0n1 > /dev/null\n" + root_on("/dev/vda") + FINISH + LOG + SHOW
    for words, driver in [("", "nvme"), (" noresume", "vfio-pci")]:
        text = run(folder / driver, script, bind(NVME), devices(), append=f"resume=/dev/nvme0n1{words}")
        expect_driver(shown(text), NVME, driver)
        if driver == "nvme":
            expect_said(text, NVME, "the resume device /dev/nvme0n1")


def keyboard_types_the_second_passphrase_too(folder: Path) -> None:
    """A disk that only the root's crypttab names: the keyboard's controller stays until its passphrase is typed, and is
    bound by --finish in the running system then."""
    disks = ["-machine", "i8042=off", *devices(*usb("usb-kbd"))]
    hid = "modprobe -a usbhid hid_generic\nsleep 2\n"
    make = luks("/dev/nvme0n1", "data") + "cryptsetup close data\n"
    script = CLAIM + BUSES + hid + make + root_on("/dev/vda", crypttab="data /dev/nvme0n1 none luks\\n") + FINISH
    with talk(folder, script, bind(USB), disks, with_tools=("cryptsetup",)) as machine:
        machine.run("earlybind --finish")
        expect_driver(report(machine), USB, "xhci_hcd")
        machine.must("export DM_DISABLE_UDEV=1; setsid cryptsetup open /dev/nvme0n1 data < /dev/tty1 > /opened 2>&1 &")
        machine.settle(3)
        machine.type(f"{PASSPHRASE}\n")
        machine.must("for i in $(seq 20); do [ -e /dev/mapper/data ] && break; sleep 1; done; ls /dev/mapper/data")
        machine.must("earlybind --finish")
        expect_driver(report(machine), USB, "vfio-pci")
        text, status = machine.run("earlybind --check")
        expect(status == 0, "--check finds the machine as asked", text)
