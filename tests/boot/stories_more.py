# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole boots for which the quick set has no time: newer kernels, and a root that is not there."""

from pathlib import Path

import kernels
import vm
from stories import twin_on, without_root


def twin_by_slot_6_12(folder: Path) -> None:
    """Of two identical cards the one named by its slot goes to vfio-pci, on Debian 13's kernel."""
    twin_on(folder, "6.12")


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
