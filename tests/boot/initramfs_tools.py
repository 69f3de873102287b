# SPDX-License-Identifier: GPL-2.0-or-later
"""Initramfs images by Debian's initramfs-tools and cryptsetup-initramfs, unmodified, unpacked beside the system and
never installed: its installation would make a system build images of its own.

As with dracut, what a system would have is laid over /usr and /etc in a mount namespace; there it has a /boot too.
"""

import functools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cache
import disk
import image
from debian import debian
from kernels import Kernel

# The generator itself, of any release, and the rest from Debian 12: a newer one's programs want a newer C library.
GENERATOR = ["initramfs-tools-core", "initramfs-tools"]
PACKAGES = ["cryptsetup-initramfs", "cryptsetup", "klibc-utils", "libklibc", "linux-base"]
# No drivers but those that are named, which init loads before it looks for the root.
SETTINGS = "MODULES=list\nRESUME=none\n"
MODULES = image.DISPLAY + image.DRIVERS
# Brings modules in that nothing but udev loads.
HOOK = """#!/bin/sh
[ "$1" != prereqs ] || exit 0
. /usr/share/initramfs-tools/hook-functions
manual_add_modules {}
"""
# What the generator needs is there, but not as packages; dpkg runs no trigger of a package whose dependencies are not.
NEEDED = ["linux-base", "klibc-utils", "cpio", "kmod", "udev", "coreutils", "logsave"]
INSTALLED = """Package: {}
Status: install ok installed
Maintainer: the tests
Architecture: all
Multi-Arch: foreign
Version: 999
Description: stands for what is there

"""
# Two builds of one input are the same, byte for byte, where this is set.
EPOCH = "1700000000"


@functools.cache
def layer(suite: str) -> Path:
    """The generator as it would lie in /usr and /etc."""
    wanted = [(suite, name) for name in GENERATOR] + [("bookworm", name) for name in PACKAGES]

    def make(place: Path) -> None:
        with tempfile.TemporaryDirectory(dir=place.parent) as work:
            unpacked = Path(work) / "unpacked"
            for release, name in wanted:
                disk.call("dpkg", "-x", debian("package", release, name, Path(work) / release).strip(), unpacked)
            for source, target in [("lib", "usr/lib"), ("sbin", "usr/sbin"), ("usr", "usr"), ("etc", "etc")]:
                shutil.copytree(unpacked / source, place / target, dirs_exist_ok=True, symlinks=True)

    versions = [debian("newest", release, f"^{name}$") for release, name in wanted]
    return cache.made(f"boot/initramfs-tools-{suite}", [Path(__file__), *versions],
                      f"initramfs-tools of {suite} (download and unpack)", make)


def staged(stage: Path, kernel: Kernel, config: str | None, suite: str = "bookworm",
           modules: Sequence[str] = MODULES) -> None:
    """Lay a system with the generator, and with earlybind where there is a configuration, into a stage."""
    shutil.copytree(layer(suite), stage, dirs_exist_ok=True, symlinks=True)
    (stage / "usr/lib/modules" / kernel.version).mkdir(parents=True)
    (stage / "etc/initramfs-tools/conf.d/test").write_text(SETTINGS)
    (stage / "etc/initramfs-tools/modules").write_text("".join(f"{name}\n" for name in modules))
    if config is not None:
        image.staged(stage, config)


def run(kernel: Kernel, stage: Path, boot: Path, command: Sequence[str | Path], log: Path,
        changes: Path | None = None) -> int:
    """Run a command of the generator's on the system in this stage, with this folder as /boot, all that it says into
    the log; its exit status. What it changes in /usr and /etc goes to a folder for changes, where there is one."""
    config = f"config-{kernel.version}"
    if (source := kernel.modules.parents[2] / "boot" / config).exists():  # else it lies beside the modules
        shutil.copyfile(source, boot / config)
    mounts = []
    for folder in ("usr", "etc"):
        layers = f"lowerdir={stage}/{folder}:/{folder}"
        if changes:
            upper, work = changes / folder, changes / f"{folder}.work"
            upper.mkdir(parents=True, exist_ok=True)
            work.mkdir(exist_ok=True)
            # userxattr: without it only root could move a folder that is new
            layers += f",upperdir={upper},workdir={work},userxattr"
        mounts.append(f"mount -t overlay overlay -o {layers} /{folder}")
    mounts += [f"mount --bind {kernel.modules} /usr/lib/modules/{kernel.version}", f"mount --bind {boot} /boot"]
    namespace = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    with log.open("w") as out:
        return subprocess.run([*namespace, "sh", "-c", " && ".join([*mounts, 'exec "$@"']), "sh", *map(str, command)],
                              stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                              env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR": str(boot), "LC_ALL": "C",
                                   "SOURCE_DATE_EPOCH": EPOCH}).returncode


@functools.cache
def packages() -> list[Path]:
    """The generator's own packages, to be installed."""
    def make(place: Path) -> None:
        debian("package", "bookworm", *GENERATOR, place)

    versions = [debian("newest", "bookworm", f"^{name}$") for name in GENERATOR]
    place = cache.made("boot/initramfs-tools-packages", versions, "packages of initramfs-tools (download)", make)
    return sorted(place.glob("*.deb"))


def dpkg(kernel: Kernel, stage: Path, boot: Path, changes: Path, words: Sequence[str | Path], log: Path) -> None:
    """Run dpkg on the system in this stage, which has a list of packages of its own; that has to succeed."""
    database = changes / "dpkg"
    if not database.exists():
        for folder in ("info", "updates", "triggers"):
            (database / folder).mkdir(parents=True)
        for name in NEEDED:
            (database / "info" / f"{name}.list").touch()
        (database / "status").write_text("".join(INSTALLED.format(name) for name in NEEDED))
    command = ["dpkg", "--admindir", database, "--log", "/dev/null", "--force-confold", *words]
    if status := run(kernel, stage, boot, command, log, changes):
        raise RuntimeError(f"dpkg ended with status {status}; it said last: {image.last_line(log)} (all of it: {log})")


def image_of(kernel: Kernel, config: str, suite: str = "bookworm", modules: Sequence[str] = MODULES,
             not_loaded: Sequence[str] = ()) -> Path:
    """The image for a kernel, with earlybind and this configuration built into it by its hook; with these modules that
    init loads, and others that it does not."""
    label = f"initramfs-tools-{suite}-{kernel.name}"
    log = cache.BUILD / f"boot/{label}.log"
    log.parent.mkdir(parents=True, exist_ok=True)

    def make(place: Path) -> None:
        boot = stage.parent / "boot"
        boot.mkdir()
        status = run(kernel, stage, boot, ["mkinitramfs", "-o", "/boot/initrd.img", kernel.version], log)
        if status:
            raise RuntimeError(f"mkinitramfs ended with status {status}; it said last: {image.last_line(log)} "
                               f"(all of it: {log})")
        shutil.move(boot / "initrd.img", place)

    with tempfile.TemporaryDirectory(prefix="stage-") as work:
        stage = Path(work) / "stage"
        staged(stage, kernel, config, suite, modules)
        if not_loaded:
            hook = stage / "etc/initramfs-tools/hooks/not-loaded"
            hook.write_text(HOOK.format(" ".join(not_loaded)))
            hook.chmod(0o755)
        versions = disk.call("dpkg-query", "-W", "udev", "kmod", "cryptsetup-bin", "busybox-static", "dracut-core")
        return cache.made(f"images/{label}", [kernel.version, versions, stage, Path(__file__)], f"image {label}", make)
