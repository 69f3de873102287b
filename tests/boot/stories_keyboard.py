# SPDX-License-Identifier: GPL-2.0-or-later
"""The keyboard's controller goes to the guest once nobody has to type a passphrase on it any more."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import image
import kernels
import vm
import whole
from disks import BUSES, USB, devices, root_on, run, usb
from stories_disks import LOG, SHOW, bind, expect_said, shown
from stories_small import CLAIM, FINISH
from whole import expect, expect_driver

ONLY_KEYBOARD = ["-machine", "i8042=off", "-device", "qemu-xhci,id=xhci,addr=6", "-device", "usb-kbd,bus=xhci.0"]


@contextlib.contextmanager
def root_unlocked_on_it(folder: Path, *devices: str, **more: object) -> Iterator[vm.VM]:
    """A machine whose only keyboard hangs on the chosen controller: the root's passphrase is typed on that."""
    kernel = kernels.kernel("6.12")
    with whole.boot(folder, kernel, image.image(kernel, keyboard=True), "loglevel=3", bind(USB),
                    cards=[*whole.CARDS, *ONLY_KEYBOARD, *devices], **more) as machine:  # type: ignore
        whole.prompt_on_serial(machine)
        # A keyboard on USB is there a moment later than the prompt; the kernel says nothing of it here.
        machine.settle(8)
        expect(whole.prompt_visible(machine, "host"), "the prompt is on the host's screen", machine.text[-400:])
        expect(whole.prompt_alive(machine, "host"), "the screen answers a wrong passphrase typed on that keyboard")
        whole.unlock(machine)
        yield machine


def see_it_given_away(machine: vm.VM) -> None:
    expect_driver(whole.report(machine), USB, "vfio-pci")
    maps, said = whole.vfio_maps(machine, USB)
    expect(maps, f"a VFIO user maps BAR 0 of {USB}", said)
    text, status = machine.run("earlybind --check")
    expect(status == 0, "--check finds the machine as asked", text)
    expect(not whole.console_alive(machine, "host"), "the keyboard is the guest's now")


def only_keyboard_types_the_passphrase_6_12(folder: Path) -> None:
    """The only keyboard hangs on the chosen USB controller: it types the passphrase, and then goes to the guest."""
    with root_unlocked_on_it(folder) as machine:
        see_it_given_away(machine)


def keyboard_waits_for_a_passphrase(folder: Path) -> None:
    """A disk of the root's crypttab is still to be unlocked by a passphrase: the keyboard's controller waits; with a key file it
    does not."""
    hid = "modprobe -a usbhid hid_generic\nsleep 3\n"
    for line, driver in [("none", "xhci_hcd"), ("/etc/the-key", "vfio-pci")]:
        tables = root_on("/dev/vda", crypttab=f"data UUID=99999999-2222-4333-8444-555555555555 {line} luks,nofail\\n")
        text = run(folder / driver, CLAIM + BUSES + hid + tables + FINISH + LOG + SHOW, bind(USB), devices(*usb("usb-kbd")))
        expect_driver(shown(text), USB, driver)
        if line == "none":
            expect_said(text, USB, "a keyboard hangs on it, and a passphrase is still to be typed")
