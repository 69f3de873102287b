# SPDX-License-Identifier: GPL-2.0-or-later
"""Other releases of dracut, without systemd, as one program for the firmware; and systemd's own switch."""

from pathlib import Path

import image
import kernels
import whole
from stories import (BIND_TWIN, see_as_if_not_installed, see_host_alive, see_prompt_and_unlock, see_twin_given_away,
                     twin_on)
from stories_language import without_systemd
from whole import GUEST, expect


def dracut_106_6_12(folder: Path) -> None:
    """Debian 13's dracut 106, with its systemd: the display's driver, by force_drivers, loses the twin."""
    twin_on(folder, "6.12", release="106", forced=True)


def dracut_106_without_systemd_6_12(folder: Path) -> None:
    """Debian 13's dracut 106 without systemd: the display's driver, by force_drivers, loses the twin."""
    without_systemd(folder, "6.12", "106")


def dracut_without_systemd_6_12(folder: Path) -> None:
    """Dracut 059 without systemd and the newer kernel: the display's driver, by force_drivers, loses the twin."""
    without_systemd(folder, "6.12")


def newest_dracut_without_systemd_6_12(folder: Path) -> None:
    """The newest dracut in Debian's sid without systemd: the display's driver, by force_drivers, loses the twin."""
    without_systemd(folder, "6.12", "newest")


def unified(folder: Path, release: str) -> None:
    kernel = kernels.kernel("6.12")
    program = image.image(kernel, config=BIND_TWIN, release=release, unified=whole.command_line())
    with whole.boot(folder, kernel, program, config=BIND_TWIN, unified=True) as machine:
        see_prompt_and_unlock(machine)
        see_twin_given_away(machine)


def unified_image_6_12(folder: Path) -> None:
    """An image with kernel and command line in one program, which the firmware starts: the twin is bound."""
    unified(folder, "059")


def unified_image_of_newest_dracut_6_12(folder: Path) -> None:
    """The same by the newest dracut and systemd's newest stub."""
    unified(folder, "newest")


def masked_unit_6_1(folder: Path) -> None:
    """rd.systemd.mask=earlybind.service: boots without earlybind, and finish, which still runs, touches nothing."""
    kernel = kernels.kernel("6.1")
    with whole.boot(folder, kernel, image.image(kernel), "rd.systemd.mask=earlybind.service", BIND_TWIN) as machine:
        see_prompt_and_unlock(machine)
        see_as_if_not_installed(machine)
        text, status = machine.run("earlybind --check")
        expect(status == 1 and GUEST in text, f"--check finds {GUEST} not as asked", f"{status}: {text}")
        words = "earlybind was off on this boot: rd.systemd.mask=earlybind.service stands on the kernel command line"
        expect(words in text, f"--check says: {words}", text)
        see_host_alive(machine)
