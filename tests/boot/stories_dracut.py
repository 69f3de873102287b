# SPDX-License-Identifier: GPL-2.0-or-later
"""The newest dracut, with the newest systemd."""

from pathlib import Path

from stories import twin_on


def newest_dracut_6_12(folder: Path) -> None:
    """The newest dracut in Debian's sid, with its systemd: the display's driver, by force_drivers, loses the twin."""
    twin_on(folder, "6.12", release="newest", forced=True)
