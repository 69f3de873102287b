# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds by the real dracut where the configuration has an error. Nothing is booted."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import image
import kernels
from disk import call
from whole import GUEST, expect

SOUND, BROKEN = f"bind slot {GUEST}\n", f"bind slto {GUEST}\n"
MISTAKE = f"/{image.CONFIG}:1:6: \"slto\""
# As little as dracut makes an image of.
OPTIONS = ["--modules", "base earlybind", "--compress", "cat"]
OLD = b"an image that boots"


@contextlib.contextmanager
def build(folder: Path, config: str, names_kernel: bool, old: bytes | None) -> Iterator[tuple[int, Path, Path]]:
    """dracut's status, the image and the log, of a build where an old image, or none, has the image's name."""
    kernel = kernels.kernel("6.1")
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"dracut{'-of-kernel' * names_kernel}{'-again' * (old is not None)}.log"
    with tempfile.TemporaryDirectory(prefix="build-") as name:
        stage, boot = Path(name) / "stage", Path(name) / "boot"
        boot.mkdir()
        picture = boot / ("initrd.img" + f"-{kernel.version}" * names_kernel)
        if old is not None:
            picture.write_bytes(old)
        image.staged(stage, config)
        status = image.dracut(kernel, stage, OPTIONS, picture, log)
        left = sorted(path.name for path in boot.iterdir())
        expect(left in ([], [picture.name]), "the build leaves nothing but the image behind", left)
        yield status, picture, log


def expect_said(log: Path, what: str) -> None:
    expect(what in log.read_text(), f"dracut says: {what}", f"{image.last_line(log)} (all of it: {log})")


def of_ours(picture: Path) -> list[str]:
    """The files of an image that are there for earlybind. Above the files lsinitrd repeats dracut's own words."""
    _, _, files = call("lsinitrd", picture).partition("\ndrwx")
    expect("usr/bin/sh" in files, "lsinitrd lists the files of the image", files)
    return [line for line in files.splitlines() if "earlybind" in line or "vfio" in line]


def broken_configuration_keeps_the_old_image_6_1(folder: Path) -> None:
    """A broken configuration, and an image of this kernel is there: dracut refuses, and not a byte of it changes."""
    with build(folder, BROKEN, True, OLD) as (status, picture, log):
        expect(status != 0, "dracut ends with a failure", status)
        expect(picture.read_bytes() == OLD, f"{picture.name} stays as it was", picture.stat())
        expect_said(log, MISTAKE)
        expect_said(log, f"{picture} stays as it was.")


def broken_configuration_leaves_earlybind_out_6_1(folder: Path) -> None:
    """A broken configuration, and no image of this kernel by its name: it is written without earlybind, the last line
    says so, and dracut ends with status 1. A sound one gets earlybind into the same image."""
    with build(folder, SOUND, True, OLD) as (status, picture, log):
        expect(status == 0, "dracut builds an image of a sound configuration", f"{status}: {image.last_line(log)}")
        ours = "\n".join(of_ours(picture))
        for name in ("usr/bin/earlybind", image.CONFIG, "etc/earlybind.image", "vfio-pci.ko"):
            expect(name in ours, f"the image has {name}", ours)
    for names_kernel, old in ((False, OLD), (True, None)):
        with build(folder, BROKEN, names_kernel, old) as (status, picture, log):
            expect(status == 1, f"dracut ends with status 1 for {picture.name}", status)
            expect(picture.exists() and picture.read_bytes() != OLD, f"{picture.name} is a new image")
            ours = of_ours(picture)
            expect(not ours, f"there is nothing of earlybind in {picture.name}", ours)
            expect_said(log, MISTAKE)
            said = f"{picture} was written WITHOUT earlybind: "
            expect(said in image.last_line(log), f"dracut's last line says: {said}", image.last_line(log))
