# SPDX-License-Identifier: GPL-2.0-or-later
"""Plymouth from Debian's packages, unpacked beside the system and never installed; and its prompt, which is a picture."""

import functools
import os
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import cache
import debian
import disk
import image
import screen
import vm
from kernels import Kernel

SUITE = "bookworm"
# The daemon, its themes, and the libraries that a bare system lacks.
PACKAGES = ["plymouth", "libplymouth5", "plymouth-themes", "libpng16-16", "libdrm2"]
# A dialog with bullets, on a screen without text.
THEME = "spinner"
# Plymouth shows no picture where it finds a serial console, unless told.
APPEND = "quiet splash plymouth.ignore-serial-consoles"
LIBRARIES = "usr/lib/x86_64-linux-gnu"
# A bullet covers a few character cells, a dialog that comes or goes many.
BULLET_CELLS = 12
# A console echoes keys too, but in few shades.
SHADES = 32


@functools.cache
def layer() -> Path:
    """Plymouth as it would lie in /usr and /etc, with its theme chosen."""
    def make(place: Path) -> None:
        debian.layer(SUITE, PACKAGES, place)
        # A display's driver that takes longer than that to load, as it may on an emulated processor, finds no splash any more.
        (place / "etc/plymouth/plymouthd.conf").write_text(f"[Daemon]\nTheme={THEME}\nDeviceTimeout=30\n")

    versions = [debian.debian("newest", SUITE, f"^{name}$") for name in PACKAGES]
    return cache.made("boot/plymouth", [Path(__file__), *versions], "plymouth (download and unpack)", make)


def splash_image(kernel: Kernel, config: str = image.ANY_CONFIG) -> Path:
    return image.image(kernel, config=config, layer=layer(), more=["plymouth"])


def client() -> Mapping[str, Path]:
    """The program `plymouth` and its libraries for the booted root, which has none."""
    program = layer() / "usr/bin/plymouth"
    needed = disk.call("ldd", program, env=os.environ | {"LD_LIBRARY_PATH": str(layer() / LIBRARIES)})
    paths = [word for word in needed.split() if word.startswith("/")]
    files = {path.removeprefix(str(layer())).lstrip("/"): Path(path) for path in paths}
    return MappingProxyType({"bin/plymouth": program, **files})


def _draws_bullet(machine: vm.VM, head: str) -> bool:
    """Does one key draw a little on this screen, which the backspace key takes away again?"""
    before = machine.look(head)
    machine.type("x")
    machine.settle(0.6)
    typed = machine.look(head)
    machine.type("\b")
    machine.settle(0.6)
    return 0 < screen.changed_cells(before, typed) <= BULLET_CELLS and machine.look(head) == before


def prompt_seen(machine: vm.VM, head: str, timeout: float) -> bool:
    """Does the dialog come up on this screen? It is a picture that stands still, and draws a bullet for a key."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        before = machine.look(head)
        machine.settle(1)
        if len(set(before.rgb)) > SHADES and machine.look(head) == before and _draws_bullet(machine, head):
            return True
    return False


def bullets(machine: vm.VM, heads: list[str], keys: str) -> dict[str, list[int]]:
    """For each key, in how many cells each of these screens changed."""
    changed: dict[str, list[int]] = {head: [] for head in heads}
    for key in keys:
        before = {head: machine.look(head) for head in heads}
        machine.type(key)
        machine.settle(0.6)
        for head in heads:
            changed[head].append(screen.changed_cells(before[head], machine.look(head)))
    return changed
