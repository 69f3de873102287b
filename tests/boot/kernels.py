# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's kernels, and those built from its source, kept beside the machine's own and never installed."""

import subprocess
import tempfile
import threading
from pathlib import Path
from typing import NamedTuple

import cache
import kernel_build
from debian import debian

# Short name -> suite and package. Sid's versions vanish from the archive, so the newest is looked up each time.
WANTED = {
    "6.1": ("bookworm", r"^linux-image-6\.1\.0-[0-9]+-amd64$"),
    "6.12": ("trixie", r"^linux-image-6\.12\.[0-9]+\+deb[0-9]+-amd64$"),
    "sid": ("sid", r"^linux-image-[0-9.]+\+deb[0-9]+-amd64$"),
}


class Kernel(NamedTuple):
    name: str
    version: str
    image: Path
    modules: Path


_found: dict[str, Kernel] = {}
_lock = threading.Lock()


def _packages(suite: str, image: str) -> list[str]:
    """The image, and since 7.x the parts that it depends on in exactly its own version."""
    parts = [line.split()[0] for line in debian("depends", suite, image).splitlines() if "(= " in line]
    return [image, *parts]


def kernel(name: str) -> Kernel:
    """The kernel of that short name, downloaded or built where it is not in the cache yet."""
    with _lock:
        if name not in _found:
            _found[name] = _kernel(name)
        return _found[name]


def _kernel(name: str) -> Kernel:
    if name in kernel_build.VARIANTS:
        return Kernel(name, *kernel_build.built(name))
    suite, pattern = WANTED[name]
    package, version = debian("newest", suite, pattern).split()
    release = package.removeprefix("linux-image-")

    def make(place: Path) -> None:
        with tempfile.TemporaryDirectory(dir=place.parent) as download:
            for line in debian("package", suite, *_packages(suite, package), download).splitlines():
                subprocess.run(["dpkg", "-x", line, place], check=True)
        # Newer packages ship their modules below /usr.
        if not (place / "lib").exists():
            (place / "lib").symlink_to("usr/lib")
        subprocess.run(["depmod", "-b", place, release], check=True)

    place = cache.made(f"kernels/{name}", [package, version], f"kernel {release} (download and unpack)", make)
    modules = place / "lib/modules" / release
    image = place / f"boot/vmlinuz-{release}"
    return Kernel(name, release, image if image.exists() else modules / "vmlinuz", modules)
