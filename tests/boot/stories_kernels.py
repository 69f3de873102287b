# SPDX-License-Identifier: GPL-2.0-or-later
"""The same promise on newer kernels."""

from pathlib import Path

import kernels
import vm
from stories import twin_on


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
