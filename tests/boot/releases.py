# SPDX-License-Identifier: GPL-2.0-or-later
"""Releases of dracut, each with the systemd, udev and C library of its own Debian, to be laid over the host's /usr."""

from pathlib import Path

import cache
import debian

PACKAGES = ("dracut-core", "systemd", "udev", "systemd-cryptsetup", "cryptsetup-bin", "systemd-boot-efi")
# Short name -> suite and packages. The installed 059 lacks only what makes a unified image of an initramfs; the newer ones
# have a dracut-install that Debian 12's C library does not run.
RELEASES = {"059": ("bookworm", ("systemd-boot-efi",)), "106": ("trixie", PACKAGES), "newest": ("sid", PACKAGES)}
NEWER = ("106", "newest")


def layer(release: str) -> Path:
    """That dracut and all that it takes files from."""
    suite, packages = RELEASES[release]
    needed = debian.debian("closure", suite, *packages).splitlines()
    return cache.made(f"boot/dracut-{release}", [Path(debian.__file__), *needed],
                      f"{', '.join(packages)} of Debian's {suite} (download and unpack)",
                      lambda place: debian.layer(suite, [line.split()[0] for line in needed], place))


def efi_stub() -> Path:
    """What systemd puts in front of a unified kernel image, as in Debian 12."""
    return layer("059") / "usr/lib/systemd/boot/efi/linuxx64.efi.stub"
