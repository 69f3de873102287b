# SPDX-License-Identifier: GPL-2.0-or-later
"""The only keyboard on the chosen controller: a second passphrase comes after the root's; or it was moved there."""

from pathlib import Path

import disk
import disks
import whole
from disks import BUSES, ROOT, USB, drive, root_on, usb
from stories_disks import bind
from stories_keyboard import root_unlocked_on_it, see_it_given_away
from whole import expect, expect_driver, expect_log

SECOND = f"/dev/disk/by-uuid/{disk.SECOND_UUID}"
DONE = "The second disk has been asked for"
# What systemd does in a running system: the volumes of crypttab, and earlybind-held.service after them.
ASK = f"""export DM_DISABLE_UDEV=1
cryptsetup open --tries 9 {SECOND} data
earlybind --finish
echo {DONE} > /dev/ttyS0
"""


def only_keyboard_types_two_passphrases_6_12(folder: Path) -> None:
    """A second disk that only the root's crypttab names: its passphrase, too, is typed on that keyboard."""
    second = ["-drive", f"if=none,id=second,format=raw,snapshot=on,file={disk.second_disk()}",
              "-device", "virtio-blk-pci,drive=second,addr=7"]
    with root_unlocked_on_it(folder, *second, crypttab=f"data UUID={disk.SECOND_UUID} none luks\n",
                             root_files={"etc/at-the-console": ASK.encode()} | disks.tools("cryptsetup")) as machine:
        machine.wait_screen("host", "Enter passphrase for /dev", 20)
        whole.keep_pictures(machine, "second-prompt")
        machine.run("earlybind --finish")
        expect_driver(whole.report(machine), USB, "xhci_hcd")
        expect_log(machine, USB, "a keyboard hangs on it, and a passphrase is still to be typed")
        text, status = machine.run("earlybind --check")
        expect(status == 1 and "a passphrase is still to be typed" in text, "--check says what it waits for", text)
        expect(machine.answers("host", "wrong\n", 10), "the screen answers a wrong passphrase typed on that keyboard")
        machine.wait_screen("host", r"No key available.*\s+Enter passphrase for /dev", 30)
        machine.type(disk.PASSPHRASE + "\n")
        machine.wait_serial(DONE, 30)
        machine.must("[ -e /dev/mapper/data ]")
        see_it_given_away(machine)


def keyboard_moved_since_the_build_6_12(folder: Path) -> None:
    """The image was built where the chosen controller carried no keyboard; now the only one hangs on it."""
    devices = [*drive("root", "virtio-blk-pci", ROOT), *usb()]
    facts = disks.facts(folder, BUSES + root_on("/dev/vda"), bind(USB), devices)
    expect(f"guard root {ROOT}=" in facts, "the image knows the root's controller", facts)
    with root_unlocked_on_it(folder / "moved", guard=facts) as machine:
        see_it_given_away(machine)
