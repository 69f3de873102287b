# SPDX-License-Identifier: GPL-2.0-or-later
"""--check --images on images that the real generators have built, opened by their own tools. Nothing is booted."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import cache
import image
import initramfs_tools
import kernels
import mkinitcpio
from stories_build import BROKEN, SOUND, build
from whole import expect

MACHINE = "vfio-pci-built-in"
KERNEL = "6.12"
NOTHING = "# nothing is asked for\n"
# Runs a command where the generator's tool is installed; what it prints.
Run = Callable[[Sequence[str | Path]], str]


def told(run: Run, generator: str, config: str, images: dict[str, Path | bytes]) -> list[tuple[str, str]]:
    """What --check says of these images in a machine with this generator and configuration: kinds and sentences."""
    with tempfile.TemporaryDirectory(prefix="machine-") as name:
        root = Path(name) / "root"
        machines = cache.TREE / "tests/machines"
        subprocess.run([machines / "lay-out", machines / f"{MACHINE}.txt", root], check=True)
        for path, content in {generator: b"", image.CONFIG: config.encode(), **images}.items():
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Path):
                shutil.copyfile(content, place)
            else:
                place.write_bytes(content)
        document = run([image.program(), "--root", root, "--check", "--images", "--json"])
    return [(one["kind"], one["sentence"]) for one in json.loads(document)["images"]]


def see(run: Run, generator: str, name: str, with_it: Path, without: Path, again: str, not_even: str) -> None:
    """Such an image by this name: fresh, then stale, then without earlybind, then no image at all."""
    path = f"/{name}"
    for config, content, kind, begins in [
            (SOUND, with_it, "fresh", f"{path} has earlybind, with today's configuration"),
            (SOUND + "# a change\n", with_it, "stale",
             f"{path} has another configuration than today's; {again}"),
            (SOUND, without, "without", f"{path} has no earlybind; "),
            (SOUND, b"garbage", "unknown", f"{path} could not be looked into: {not_even} ended with status ")]:
        seen = told(run, generator, config, {name: content})
        good = len(seen) == 1 and seen[0][0] == kind and seen[0][1].startswith(begins)
        expect(good, f"{kind}: {begins}", seen)


def here(command: Sequence[str | Path]) -> str:
    return subprocess.run(list(map(str, command)), capture_output=True, text=True).stdout


def images_of_dracut_6_1(folder: Path) -> None:
    """An image of dracut on disk: fresh, stale after an edit, without earlybind; what is no image is said to be none."""
    options = ["--modules", "base earlybind", "--compress", "zstd"]
    version = kernels.kernel("6.1").version
    with build(folder, SOUND, True, None, options=options) as (_, with_it, log), \
            build(folder / "broken", BROKEN, True, None, options=options) as (_, without, _):
        expect(with_it.exists() and without.exists(), "dracut builds both", image.last_line(log))
        name = f"boot/initrd.img-{version}"
        see(here, "usr/bin/dracut", name, with_it, without,
            f"build it again: dracut --force /{name} {version}", "lsinitrd")


def images_of_initramfs_tools_6_12(folder: Path) -> None:
    """An image of initramfs-tools on disk: fresh, stale after an edit, without earlybind."""
    kernel = kernels.kernel(KERNEL)
    folder.mkdir(parents=True, exist_ok=True)
    with_it, without = (initramfs_tools.image_of(kernel, config) for config in (SOUND, NOTHING))
    with tempfile.TemporaryDirectory(prefix="stage-") as name:
        stage, boot = Path(name) / "stage", Path(name) / "boot"
        boot.mkdir()
        initramfs_tools.staged(stage, kernel, None)

        def run(command: Sequence[str | Path]) -> str:
            log = folder / "check.log"
            initramfs_tools.run(kernel, stage, boot, command, log)
            return log.read_text()

        see(run, "usr/sbin/mkinitramfs", f"boot/initrd.img-{kernel.version}", with_it, without,
            f"build it again: update-initramfs -u -k {kernel.version}", "unmkinitramfs")


def images_of_mkinitcpio_6_12(folder: Path) -> None:
    """An image of mkinitcpio on disk, and a unified kernel image: fresh, stale after an edit, without earlybind."""
    mkinitcpio.checkout()
    kernel = kernels.kernel(KERNEL)
    folder.mkdir(parents=True, exist_ok=True)
    hooks = mkinitcpio.BUSYBOX_HOOKS
    with tempfile.TemporaryDirectory(prefix="stage-") as name:
        stage = Path(name)
        mkinitcpio.staged(stage, None)

        def run(command: Sequence[str | Path]) -> str:
            log = folder / "check.log"
            mkinitcpio.run(kernel, stage, command[1:], log, str(command[0]))
            return log.read_text()

        for place, line in (("boot/initramfs-linux.img", None), ("efi/EFI/Linux/arch-linux.efi", "quiet")):
            with_it, without = (mkinitcpio.built(kernel, hooks, config=config, command_line=line)
                                for config in (SOUND, NOTHING))
            see(run, "usr/bin/mkinitcpio", place, with_it, without, "build it again: mkinitcpio -P", "lsinitcpio")
