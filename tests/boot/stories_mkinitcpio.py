# SPDX-License-Identifier: GPL-2.0-or-later
"""Images by mkinitcpio, in both flavours and wherever the hook stands. Skipped where there is no checkout of it."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import disk
import image
import kernels
import mkinitcpio
import vm
import whole
from stories import (BIND_TWIN, BOUND, HELD, NATIVE, native_driver_lines, see_as_if_not_installed, see_host_alive, see_it_said,
                     see_one_bound, see_prompt_and_unlock)
from stories_language import unlock_on_screen
from stories_screen import BIND_BOOT_CARD, BOOT_CARD, TWIN, see_bound, see_console
from whole import GUEST, HOST, expect, expect_log

OPEN = f"cryptdevice=UUID={disk.LUKS_UUID}:root"
# The display's driver as early as mkinitcpio can load it.
FORCED = "bochs"
FOLLOW = BIND_BOOT_CARD + "prompt follow 20\n"


@contextlib.contextmanager
def boot(folder: Path, hooks: str, config: str, append: str = "", kernel_name: str = "6.12") -> Iterator[vm.VM]:
    """A machine that boots an image with these HOOKS, as the build hook made it of this configuration."""
    mkinitcpio.checkout()
    kernel = kernels.kernel(kernel_name)
    built = mkinitcpio.built(kernel, hooks, FORCED, config)
    files = {image.CONFIG: config.encode(), "bin/earlybind": image.program()}
    with whole.boot(folder, kernel, built, f"{OPEN} {append}".strip(), root_files=files) as machine:
        yield machine


def see_prompt_on(machine: vm.VM, head: str) -> None:
    """Without systemd the last console alone asks. A screen that is alive tells that a passphrase is wrong."""
    machine.wait_screen(head, whole.PROMPT, 150)
    whole.keep_pictures(machine, "prompt")
    expect(machine.answers(head, "wrong\n", 15), f"the screen of {head} answers a wrong passphrase")
    machine.wait_screen(head, "No key available", 60)


def see_twin_given_away(machine: vm.VM) -> None:
    see_one_bound(machine)
    see_it_said(machine)
    expect(bool(native_driver_lines(machine, HOST)), f"{NATIVE} took {HOST}")
    lines = native_driver_lines(machine, GUEST)
    expect(not lines, f"{NATIVE} never touched {GUEST}", lines)
    see_host_alive(machine)


def mkinitcpio_busybox_twin_6_12(folder: Path) -> None:
    """mkinitcpio without systemd: the twin is given away, a GPU driver in MODULES= loses, the prompt stays."""
    with boot(folder, mkinitcpio.BUSYBOX_HOOKS, BIND_TWIN) as machine:
        see_prompt_on(machine, "host")
        unlock_on_screen(machine)
        see_twin_given_away(machine)


def mkinitcpio_busybox_boot_card_6_12(folder: Path) -> None:
    """mkinitcpio without systemd: the card with the prompt goes to the guest, then the console is on its twin."""
    with boot(folder, mkinitcpio.BUSYBOX_HOOKS, BIND_BOOT_CARD) as machine:
        see_prompt_on(machine, "host")
        unlock_on_screen(machine)
        see_bound(machine, BOOT_CARD, TWIN)
        expect_log(machine, BOOT_CARD, HELD)
        expect_log(machine, BOOT_CARD, BOUND)
        expect_log(machine, TWIN, "the console is on")
        see_console(machine, "guest")


def mkinitcpio_systemd_twin_6_12(folder: Path) -> None:
    """mkinitcpio with systemd: the twin is given away, a GPU driver in MODULES= loses, the prompt stays."""
    with boot(folder, mkinitcpio.SYSTEMD_HOOKS, BIND_TWIN) as machine:
        see_prompt_and_unlock(machine)
        see_twin_given_away(machine)
