# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds by the real dracut where the configuration has an error, and a boot of what is written then."""

import contextlib
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import archive
import image
import kernels
import releases
import whole
from stories import see_as_if_not_installed, see_host_alive, see_prompt_and_unlock
from whole import GUEST, expect

SOUND, BROKEN = f"bind slot {GUEST}\n", f"bind slto {GUEST}\n"
MISTAKE = f"/{image.CONFIG}:1:6: \"slto\""
# As little as dracut makes an image of.
OPTIONS = ["--modules", "base earlybind", "--compress", "cat"]
# What boots the encrypted root, with the display's driver.
BOOTABLE = ["--modules", " ".join([*image.DRACUT_MODULES, "earlybind"]),
            "--drivers", " ".join(image.DRIVERS + image.DISPLAY), "--compress", "cat"]
OLD = b"an image that boots"


@contextlib.contextmanager
def build(folder: Path, config: str, names_kernel: bool, old: bytes | None, release: str = "",
          options: list[str] = OPTIONS,
          environment: Mapping[str, str] = MappingProxyType({})) -> Iterator[tuple[int, Path, Path]]:
    """dracut's status, the image and the log, of a build where an old image, or none, has the image's name."""
    kernel = kernels.kernel("6.1")
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"dracut{release and '-'}{release}{'-of-kernel' * names_kernel}{'-again' * (old is not None)}.log"
    with tempfile.TemporaryDirectory(prefix="build-") as name:
        stage, boot = Path(name) / "stage", Path(name) / "boot"
        boot.mkdir()
        picture = boot / ("initrd.img" + f"-{kernel.version}" * names_kernel)
        if old is not None:
            picture.write_bytes(old)
        if release:
            shutil.copytree(releases.layer(release), stage, symlinks=True)
        image.staged(stage, config)
        status = image.dracut(kernel, stage, options, picture, log, environment)
        left = sorted(path.name for path in boot.iterdir())
        expect(left in ([], [picture.name]), "the build leaves nothing but the image behind", left)
        yield status, picture, log


def expect_said(log: Path, what: str) -> None:
    expect(what in log.read_text(), f"dracut says: {what}", f"{image.last_line(log)} (all of it: {log})")


def of_ours(picture: Path) -> dict[str, archive.Found]:
    """The files of an image that are there for earlybind."""
    files = archive.found(picture.read_bytes())
    expect("usr/bin/sh" in files, "the image has a shell", sorted(files))
    ours = re.compile("earlybind|vfio|hooks/.*(claim|follow|finish|release).sh")
    return {name: entry for name, entry in files.items() if ours.search(name)}


def expect_ours(picture: Path) -> None:
    ours = of_ours(picture)
    for name in ("usr/bin/earlybind", image.CONFIG, "etc/earlybind.image", "70-earlybind-late.rules", "release.sh",
                 "vfio-pci.ko", "vfio_iommu_type1.ko"):
        expect(any(name in path for path in ours), f"the image has {name}", sorted(ours))


def refused(folder: Path, release: str = "") -> None:
    with build(folder, BROKEN, True, OLD, release) as (status, picture, log):
        expect(status != 0, "dracut ends with a failure", status)
        expect(picture.read_bytes() == OLD, f"{picture.name} stays as it was", picture.stat())
        expect_said(log, MISTAKE)
        expect_said(log, f"{picture} stays as it was.")


def expect_left_out(status: int, picture: Path, log: Path) -> None:
    expect(status == 1, f"dracut ends with status 1 for {picture.name}", status)
    expect(picture.exists() and picture.read_bytes() != OLD, f"{picture.name} is a new image")
    ours = of_ours(picture)
    expect(not ours, f"there is nothing of earlybind in {picture.name}", sorted(ours))
    expect_said(log, MISTAKE)
    said = f"{picture} was written WITHOUT earlybind: "
    expect(said in image.last_line(log), f"dracut's last line says: {said}", image.last_line(log))


def left_out(folder: Path, release: str = "") -> None:
    with build(folder, SOUND, True, OLD, release) as (status, picture, log):
        expect(status == 0, "dracut builds an image of a sound configuration", f"{status}: {image.last_line(log)}")
        expect_ours(picture)
    for names_kernel, old in ((False, OLD), (True, None)):
        with build(folder, BROKEN, names_kernel, old, release) as (status, picture, log):
            expect_left_out(status, picture, log)


def broken_configuration_keeps_the_old_image_6_1(folder: Path) -> None:
    """A broken configuration, and an image of this kernel is there: dracut refuses, and not a byte of it changes."""
    refused(folder)


def broken_configuration_leaves_earlybind_out_6_1(folder: Path) -> None:
    """A broken configuration, and no image of this kernel by its name: it is written without earlybind, the last line
    says so, dracut ends with status 1, and it boots. A sound one gets earlybind into the same image."""
    left_out(folder)
    with build(folder / "image", BROKEN, True, None, options=BOOTABLE) as (status, picture, log):
        expect_left_out(status, picture, log)
        with whole.boot(folder / "boot", kernels.kernel("6.1"), picture) as machine:
            see_prompt_and_unlock(machine)
            see_as_if_not_installed(machine)
            see_host_alive(machine)
