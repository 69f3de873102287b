# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole boots where the card that shows the firmware's picture goes to the guest, or one whose binding would take that
picture away: the prompt stands on it, and the console goes on at the card that stays."""

from collections.abc import Iterable
from pathlib import Path

import image
import kernels
import small
import vm
import whole
from stories import BOUND, HELD, NATIVE, NO_OVERRIDE, see_prompt_and_unlock, without_root
from stories_small import HOLDING
from whole import GUEST as TWIN
from whole import HOST as BOOT_CARD
from whole import expect, expect_driver, expect_log

BIND_BOOT_CARD = f"bind slot {BOOT_CARD}\n"
# The card that stays ("host") is behind a root port, the guest's on the root bus: 6.1 takes the ROM's copy at c0000 for the
# mark of the boot display, and every such card on the root bus has it.
CARDS_SWAPPED = ["-device", "pcie-root-port,id=rootport,chassis=1,addr=2", "-device", "VGA,id=host,bus=rootport",
                 "-device", "VGA,id=guest,addr=3"]
SWAPPED_HOST, SWAPPED_GUEST = "0000:01:00.0", "0000:00:03.0"


def see_bound(machine: vm.VM, guest: str, host: str, native: str = NATIVE) -> None:
    """The guest's card is with vfio-pci and can be mapped; the one that stays has its own driver; --check agrees."""
    seen = whole.report(machine)
    expect_driver(seen, guest, "vfio-pci")
    expect_driver(seen, host, native)
    expect(seen.functions[host]["override"] == NO_OVERRIDE, f"{host} has no driver override", seen.functions[host])
    maps, said = whole.vfio_maps(machine, guest)
    expect(maps, f"a VFIO user maps BAR 0 of {guest}", said)
    text, status = machine.run("earlybind --check")
    expect(status == 0 and f"{guest}  1234:1111  as asked: vfio-pci" in text, "--check finds the machine as asked",
           f"{status}: {text}")


def see_held(machine: vm.VM, slot: str) -> str:
    """The card has no driver and none can take it, and --check says so; what that says."""
    seen = whole.report(machine)
    expect_driver(seen, slot, "")
    expect(seen.functions[slot]["override"] == HOLDING, f"{slot} is held", seen.functions[slot])
    text, status = machine.run("earlybind --check")
    expect(status == 1 and f"{slot}  1234:1111  held, and not bound" in text, f"--check says that {slot} is held",
           f"{status}: {text}")
    return text


def see_console(machine: vm.VM, head: str, others: Iterable[str] = whole.HEADS) -> None:
    """What is typed is read on this screen, and on the others nothing moves."""
    expect(whole.console_alive(machine, head), f"a command typed on the keyboard shows on the screen of {head}")
    expect(machine.shows(head, "hello", 10), f"the screen of {head} can be read", machine.text[-400:])
    for other in others:
        expect(other == head or not whole.console_alive(machine, other), f"the screen of {other} stands still")
    whole.keep_pictures(machine, f"console-on-{head}")


def boot_card_on(folder: Path, kernel_name: str) -> None:
    kernel = kernels.kernel(kernel_name)
    with whole.boot(folder, kernel, image.image(kernel), config=BIND_BOOT_CARD) as machine:
        see_prompt_and_unlock(machine)
        see_bound(machine, BOOT_CARD, TWIN)
        expect_log(machine, BOOT_CARD, HELD)
        expect_log(machine, BOOT_CARD, BOUND)
        expect_log(machine, TWIN, "the console is on")
        see_console(machine, "guest")


def boot_card_6_12(folder: Path) -> None:
    """The card with the prompt goes to the guest: the prompt is read and answered on it, then the console is on its twin."""
    boot_card_on(folder, "6.12")


def finish_in_the_running_system(machine: vm.VM, guest: str, host: str) -> None:
    """The host's driver is loaded at last, and what is held is bound."""
    text, status = machine.run("modprobe bochs && earlybind --finish")
    expect(status == 0, "--finish ends well in the running system", f"{status}: {text}")
    see_bound(machine, guest, host)
    expect_log(machine, guest, BOUND)


def no_screen_that_stays_6_12(folder: Path) -> None:
    """No card that stays has its driver in the image: the boot card keeps the console until that driver is loaded."""
    kernel = kernels.kernel("6.12")
    with whole.boot(folder, kernel, image.image(kernel, display=False), config=BIND_BOOT_CARD,
                    root_files=small.modules(kernel, ["bochs"])) as machine:
        see_prompt_and_unlock(machine)
        see_held(machine, BOOT_CARD)
        see_console(machine, "host")
        finish_in_the_running_system(machine, BOOT_CARD, TWIN)
        see_console(machine, "guest")


def other_card_on_the_root_bus_6_1(folder: Path) -> None:
    """On 6.1 binding a card on the root bus kills the prompt on another: it is held until the host has a driver's screen."""
    kernel = kernels.kernel("6.1")
    with whole.boot(folder, kernel, image.image(kernel, display=False), config=f"bind slot {SWAPPED_GUEST}\n",
                    cards=CARDS_SWAPPED, root_files=small.modules(kernel, ["bochs"])) as machine:
        see_prompt_and_unlock(machine)
        text = see_held(machine, SWAPPED_GUEST)
        expect("c0000" in text, "--check says by what mark the kernel would go", text)
        see_console(machine, "host")
        finish_in_the_running_system(machine, SWAPPED_GUEST, SWAPPED_HOST)
        see_console(machine, "host")


def boot_card_without_root_6_12(folder: Path) -> None:
    """The root cannot be mounted: the emergency shell is on the boot card's screen, and that card is still held."""
    without_root(folder, "rootflags=no-such-option", "/dev/mapper/root", "6.12", BOOT_CARD)
