# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole boots for which the quick set has no time: newer kernels, a root that is not there, dracut's rescue image."""

from pathlib import Path

import image
import kernels
import vm
import whole
from stories import see_as_if_not_installed, see_host_alive, see_prompt_and_unlock, twin_on, without_root
from stories_follow import FOLLOW
from stories_language import OPEN_ROOT, see_prompt_and_unlock_without_systemd
from stories_screen import BOOT_CARD, TWIN, see_bound, see_console
from whole import expect, expect_log


def twin_by_slot_6_12(folder: Path) -> None:
    """On Debian 13's kernel: the display's driver, by force_drivers, loses the one of two cards named by its slot."""
    twin_on(folder, "6.12", forced=True)


def twin_by_slot_sid(folder: Path) -> None:
    """Of two identical cards the one named by its slot goes to vfio-pci, on the newest kernel in Debian's sid."""
    try:
        kernels.kernel("sid")
    except RuntimeError as error:
        raise vm.Skip(f"the newest kernel of sid cannot be had: {error}") from error
    twin_on(folder, "sid")


def root_missing_6_1(folder: Path) -> None:
    """The root is not there at all: the emergency shell is on the host's screen, and finish has not run."""
    without_root(folder, "rd.retry=3", "UUID=00000000-dead-4bad-8bad-000000000000")


def rescue_image_6_1(folder: Path) -> None:
    """dracut's rescue image, built where earlybind is configured, boots without it: both cards are the host's."""
    kernel = kernels.kernel("6.1")
    with whole.boot(folder, kernel, image.image(kernel, rescue=True)) as machine:
        see_prompt_and_unlock(machine)
        see_as_if_not_installed(machine)
        text, _ = machine.run("dmesg | grep earlybind:; ls -d /run/earlybind 2> /dev/null")
        expect(not text, "nothing of earlybind ran", text)
        see_host_alive(machine)


def prompt_follows_without_systemd_6_12(folder: Path) -> None:
    """dracut without systemd: the prompt moves from the boot card, which goes, to its twin's screen."""
    kernel = kernels.kernel("6.12")
    with whole.boot(folder, kernel, image.image(kernel, config=FOLLOW, systemd=False), OPEN_ROOT, FOLLOW) as machine:
        see_prompt_and_unlock_without_systemd(machine, "guest")
        expect_log(machine, TWIN, "the prompt is on")
        see_bound(machine, BOOT_CARD, TWIN)
        see_console(machine, "guest")


def switched_off_prompt_without_systemd_6_12(folder: Path) -> None:
    """dracut without systemd, whose queue has the hook of `prompt follow`: with earlybind=off the prompt comes, and stays."""
    kernel = kernels.kernel("6.12")
    with whole.boot(folder, kernel, image.image(kernel, config=FOLLOW, systemd=False), f"{OPEN_ROOT} earlybind=off",
                    FOLLOW) as machine:
        see_prompt_and_unlock_without_systemd(machine, "host")
        see_as_if_not_installed(machine)
        see_host_alive(machine)
