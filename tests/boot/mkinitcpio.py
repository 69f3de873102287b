# SPDX-License-Identifier: GPL-2.0-or-later
"""Initramfs images by mkinitcpio, which no Debian suite has: from a checkout that MKINITCPIO names, run as it would be
installed, in a mount namespace over the machine's own /usr and /etc, which stay as they are.
"""

import contextlib
import functools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import cache
import disk
import image
import vm
from debian import debian
from disk import call
from kernels import Kernel

# What its build system puts in for names of the kind @BINDIR@. On Arch /usr/sbin is a link to /usr/bin.
NAMES = {"VERSION": "checkout", "BINDIR": "/usr/bin:/usr/sbin", "SYSCONFDIR": "/etc", "INITCPIO_LIBDIR": "/usr/lib/initcpio",
         "INITCPIO_SYSCONFDIR": "/etc/initcpio", "VCONSOLE_CONF": "/etc/vconsole.conf", "TMPFILES_PATH": "",
         "UDEVD_PATH": "/usr/lib/systemd/systemd-udevd"}
INITCPIO = "usr/lib/initcpio"
# Arch's busybox leaves these to kmod and util-linux. Ours is not to prefer its own: Debian's does, even by path.
LEFT_OUT = ["MODPROBE", "INSMOD", "LSMOD", "RMMOD", "DEPMOD", "MODINFO", "MOUNT", "UMOUNT", "SWITCH_ROOT", "BLKID", "FSCK",
            "MKSWAP", "TC"]
# Where Arch has what Debian has elsewhere.
ARCH_PLACES = {"usr/bin/sulogin": "/usr/sbin/sulogin", "usr/bin/swapon": "/usr/sbin/swapon",
               "usr/bin/swapoff": "/usr/sbin/swapoff"}
BUSYBOX = "usr/lib/initcpio/busybox"


def checkout() -> Path:
    """The checkout, or a story that needs it is skipped."""
    place = os.environ.get("MKINITCPIO")
    if not place:
        raise vm.Skip("there is no mkinitcpio here: MKINITCPIO=DIR names a checkout of it")
    if not (Path(place) / "mkinitcpio").is_file():
        raise RuntimeError(f"MKINITCPIO is {place}, but there is no file mkinitcpio in it")
    return Path(place)


@functools.cache
def busybox() -> Path:
    """A busybox like Arch's."""
    name, version = debian("newest", "trixie", "^busybox$").split()

    def make(place: Path) -> None:
        with tempfile.TemporaryDirectory(dir=place.parent) as work:
            tree = Path(work) / "tree"
            tree.mkdir()
            for tarball in debian("source", "trixie", name, work).splitlines():
                call("tar", "-xf", tarball, "--strip-components=1", "-C", tree)
            environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
            call("make", "-s", "-C", tree, "defconfig", env=environment)
            config = tree / ".config"
            lines = [line for line in config.read_text().splitlines()
                     if not any(line.startswith(f"CONFIG_{one}=") for one in [*LEFT_OUT, "STATIC"])
                     and "CONFIG_STATIC is" not in line]
            config.write_text("\n".join([*lines, "CONFIG_STATIC=y"]) + "\n")
            call("sh", "-c", f"yes '' | make -s -C {tree} oldconfig", env=environment)
            call("make", "-s", "-j2", "-C", tree, "busybox", env=environment)
            shutil.copy(tree / "busybox", place)

    return cache.made("boot/mkinitcpio-busybox", [version, *LEFT_OUT], f"busybox {version} (some two minutes)", make)
