# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole boots with images by initramfs-tools, each with its configuration built in by the hook. The display's driver is
in the image, and named in /etc/initramfs-tools/modules too."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import image
import initramfs_tools
import kernels
import vm
import whole
from disk import LUKS_UUID
from stories import BIND_TWIN, see_twin_given_away
from stories_language import see_prompt_and_unlock_without_systemd

KERNEL = "6.12"
APPEND = f"cryptopts=target=root,source=UUID={LUKS_UUID},luks,tries=0"


@contextlib.contextmanager
def boot(folder: Path, config: str, append: str = "", suite: str = "bookworm",
         cards: list[str] = whole.CARDS) -> Iterator[vm.VM]:
    """A machine with an image of this configuration, which the booted root has too."""
    kernel = kernels.kernel(KERNEL)
    root_files = {image.CONFIG: config.encode(), "bin/earlybind": image.program()}
    with whole.boot(folder, kernel, initramfs_tools.image_of(kernel, config, suite), f"{APPEND} {append}".strip(),
                    cards=cards, root_files=root_files) as machine:
        yield machine


def initramfs_tools_twin_6_12(folder: Path) -> None:
    """initramfs-tools: the twin goes to the guest, the other keeps driver, screen and prompt, whatever /etc names."""
    with boot(folder, BIND_TWIN) as machine:
        see_prompt_and_unlock_without_systemd(machine, "host")
        see_twin_given_away(machine)
