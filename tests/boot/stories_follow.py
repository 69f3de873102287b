# SPDX-License-Identifier: GPL-2.0-or-later
"""`prompt follow`: the prompt moves to a card that stays, before it is answered. And `early`, which waits for nothing."""

import re
from pathlib import Path

import image
import kernels
import whole
from stories import see_prompt_and_unlock
from stories_screen import BIND_BOOT_CARD, BOOT_CARD, TWIN, see_bound, see_console
from whole import expect, expect_log

FOLLOW = BIND_BOOT_CARD + "prompt follow 20\n"


def prompt_follows(folder: Path) -> None:
    """The prompt moves from the boot card, which goes, to its twin's screen, and is read and answered there."""
    kernel = kernels.kernel("6.12")
    with whole.boot(folder, kernel, image.image(kernel, config=FOLLOW), "", FOLLOW) as machine:
        whole.prompt_on_serial(machine)
        expect(whole.prompt_visible(machine, "guest"), "the prompt is on the twin's screen", machine.text[-400:])
        whole.keep_pictures(machine, "prompt")
        expect(whole.prompt_alive(machine, "guest"), "the twin's screen answers a wrong passphrase")
        whole.unlock(machine)
        expect_log(machine, TWIN, "the prompt is on")
        see_bound(machine, BOOT_CARD, TWIN)
        see_console(machine, "guest")


def prompt_follows_nobody(folder: Path) -> None:
    """Where the image has no driver for the twin the prompt comes after the bounded wait, and stays where it was."""
    kernel = kernels.kernel("6.12")
    config = BIND_BOOT_CARD + "prompt follow 4\n"
    with whole.boot(folder, kernel, image.image(kernel, config=config), "module_blacklist=bochs", config) as machine:
        see_prompt_and_unlock(machine)
        text, _ = machine.run("dmesg | grep earlybind:")
        expect("no card that stays had a screen within 4 s: the prompt stays" in text, "the log says so", text)
        expect_log(machine, BOOT_CARD, "still held")
        expect(whole.console_alive(machine, "host"), "the console is on the boot card's screen")


def early_freezes_the_screen(folder: Path) -> None:
    """`early` is what it says: the boot card goes at once, its screen stands still at the last words, the prompt is on none."""
    kernel = kernels.kernel("6.12")
    config = f"bind slot {BOOT_CARD} early\n"
    with whole.boot(folder, kernel, image.image(kernel), "module_blacklist=bochs", config) as machine:
        whole.prompt_on_serial(machine)
        expect(not whole.prompt_visible(machine, "host", 10), "the prompt is not on the boot card's screen")
        expect(bool(re.search("goes to the guest.*no other card has a screen", machine.read("host"))),
               "the last words are on the boot card's screen", machine.read("host")[-400:])
        whole.keep_pictures(machine, "prompt")
        whole.unlock(machine)
        seen = whole.report(machine)
        whole.expect_driver(seen, BOOT_CARD, "vfio-pci")
