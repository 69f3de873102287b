# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole boots where the card that shows the firmware's picture goes to the guest: the prompt stands on it, and the console
goes on at its twin."""

from pathlib import Path

import image
import kernels
import vm
import whole
from stories import BOUND, HELD, NATIVE, NO_OVERRIDE
from whole import GUEST as TWIN
from whole import HOST as BOOT_CARD
from whole import expect, expect_driver, expect_log

BIND_BOOT_CARD = f"bind slot {BOOT_CARD}\n"


def see_prompt_on_boot_card(machine: vm.VM) -> None:
    whole.prompt_on_serial(machine)
    expect(whole.prompt_visible(machine, "host"), "the prompt is on the boot card's screen", machine.text[-400:])
    whole.keep_pictures(machine, "prompt")
    expect(whole.prompt_alive(machine, "host"), "the boot card's screen answers a wrong passphrase")
    whole.unlock(machine)


def see_boot_card_bound(machine: vm.VM) -> None:
    """The boot card is with vfio-pci and can be mapped; its twin has its own driver."""
    seen = whole.report(machine)
    expect_driver(seen, BOOT_CARD, "vfio-pci")
    expect_driver(seen, TWIN, NATIVE)
    expect(seen.functions[TWIN]["override"] == NO_OVERRIDE, f"{TWIN} has no driver override", seen.functions[TWIN])
    maps, said = whole.vfio_maps(machine, BOOT_CARD)
    expect(maps, f"a VFIO user maps BAR 0 of {BOOT_CARD}", said)
    text, status = machine.run("earlybind --check")
    expect(status == 0 and f"{BOOT_CARD}  1234:1111  as asked: vfio-pci" in text, "--check finds the machine as asked",
           f"{status}: {text}")


def see_console_on_twin(machine: vm.VM) -> None:
    expect(whole.console_alive(machine, "guest"), "a command typed on the keyboard shows on the twin's screen")
    expect(machine.shows("guest", "hello", 10), "the twin's screen can be read", machine.text[-400:])
    expect(not whole.console_alive(machine, "host"), "the boot card's screen stands still")
    whole.keep_pictures(machine, "booted")


def boot_card_on(folder: Path, kernel_name: str, append: str = "") -> None:
    kernel = kernels.kernel(kernel_name)
    with whole.boot(folder, kernel, image.image(kernel), append, BIND_BOOT_CARD) as machine:
        see_prompt_on_boot_card(machine)
        see_boot_card_bound(machine)
        expect_log(machine, BOOT_CARD, HELD)
        expect_log(machine, BOOT_CARD, BOUND)
        expect_log(machine, TWIN, "the console is on")
        see_console_on_twin(machine)


def boot_card_6_12(folder: Path) -> None:
    """The card with the prompt goes to the guest: the prompt is read and answered on it, then the console is on its twin."""
    boot_card_on(folder, "6.12")
