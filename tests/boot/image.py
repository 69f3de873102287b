# SPDX-License-Identifier: GPL-2.0-or-later
"""Initramfs images by Debian's dracut, unmodified, for a kernel that is only unpacked.

The host is left alone: what `make install` puts into a stage is laid over /usr and /etc in a mount namespace.
"""

import functools
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import archive
import cache
import releases
from disk import call
from kernels import Kernel

# "crypt" and "rootfs-block" for the encrypted root, "kernel-modules" for the drivers below.
DRACUT_MODULES = ["systemd-initrd", "dracut-systemd", "crypt", "rootfs-block", "kernel-modules"]
# The same without systemd.
PLAIN_MODULES = ["base", "udev-rules", "dm", "crypt", "rootfs-block", "kernel-modules"]
# The display's driver is in the image, so that there is a race to win.
DISPLAY = ["bochs"]
DRIVERS = ["virtio_pci", "virtio_blk", "ext4", "dm_crypt", "xts", "aesni_intel"]
KEYBOARD = ["xhci_pci", "usbhid", "hid_generic"]
NVME = ["nvme"]
VFIO = ["vfio_pci", "vfio_iommu_type1"]
CONFIG = "etc/earlybind.conf"
# Folders of one release, and the program by which one is known.
WHOLE = {"usr/lib/dracut": "dracut-install", "usr/lib/systemd": "systemd", "usr/lib/udev": "ata_id"}
# What earlybind may make a compressed image grow by, kernel modules aside.
GROWTH_KIB = 380
# Stands in the image as built; each story lays its own over it.
ANY_CONFIG = "bind slot 0000:01:00.0\n"


_lock = threading.Lock()


@functools.cache
def _stage() -> tempfile.TemporaryDirectory[str]:
    stage = tempfile.TemporaryDirectory(prefix="stage-")
    call("make", "-C", cache.TREE, "-s", "install", f"DESTDIR={stage.name}", "PREFIX=/usr")
    return stage


def installed() -> Path:
    """What a user's system would have after `make install`; one for all stories, whatever becomes of the tree."""
    with _lock:
        return Path(_stage().name)


def program() -> Path:
    return installed() / "usr/bin/earlybind"


def staged(stage: Path, config: str) -> None:
    """Lay an installed earlybind with this configuration into a stage."""
    shutil.copytree(installed(), stage, dirs_exist_ok=True, symlinks=True)
    (stage / CONFIG).parent.mkdir(parents=True, exist_ok=True)
    (stage / CONFIG).write_text(config)


def dracut(kernel: Kernel, stage: Path, options: list[str], image: Path, log: Path,
           environment: Mapping[str, str] = MappingProxyType({})) -> int:
    """Run dracut on a system with this stage laid over it, all that it says into the log; its exit status."""
    overlay = "mount -t overlay overlay -o lowerdir={0}/{1}:/{1} /{1}"
    mounts = [overlay.format(stage, folder) for folder in ("usr", "etc") if (stage / folder).is_dir()]
    # Where the stage has a release of its own, nothing of the host's may show between its files.
    mounts += [f"mount --bind {stage}/{folder} /{folder}" for folder, mark in WHOLE.items()
               if (stage / folder / mark).exists()]
    command = ["dracut", "--force", "--no-hostonly", "--no-hostonly-cmdline", "--no-early-microcode",
               "--kver", kernel.version, "--kmoddir", str(kernel.modules), *options, str(image)]
    script = " && ".join([*mounts, 'exec "$@"'])
    namespace = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    # dracut makes its own temporary folder; its configuration is not to come from the environment.
    with log.open("w") as out:
        return subprocess.run([*namespace, "sh", "-c", script, "sh", *command], stdout=out, stderr=subprocess.STDOUT,
                              env={"PATH": os.environ["PATH"], "TMPDIR": str(image.parent), "LC_ALL": "C",
                                   **environment}).returncode


def last_line(log: Path) -> str:
    return (log.read_text().strip().splitlines() or ["nothing"])[-1]


def _build(kernel: Kernel, stage: Path, options: list[str], image: Path, log: Path) -> None:
    status = dracut(kernel, stage, options, image, log)
    if status or not image.exists():
        raise RuntimeError(f"dracut ended with status {status} and {'an' if image.exists() else 'no'} image; "
                           f"it said last: {last_line(log)} (all of it: {log})")


def image(kernel: Kernel, earlybind: bool = True, vfio: bool = True, module: Path | None = None,
          config: str = ANY_CONFIG, systemd: bool = True, display: bool = True, keyboard: bool = False,
          nvme: bool = False, layer: Path | None = None, more: Sequence[str] = (), rescue: bool = False,
          release: str = "", compress: str = "cat", unified: str = "", forced: bool = False) -> Path:
    """The dracut image for a kernel: with or without earlybind, the vfio modules, systemd or the display's driver, with
    those of a USB keyboard or of NVMe, with another dracut module; or with more of dracut's own modules, and a layer of
    packages that they take their files from; or dracut's rescue image, with every module that wants to be in that. By the
    installed dracut or another release; compressed or not; as a program for the firmware, with this command line; or such
    that the display's driver is loaded first of all."""
    extra = [module.name[2:]] if module else list(more)
    # earlybind's own module brings the vfio modules in; without it they are asked for by name.
    drivers = (DRIVERS + DISPLAY * display + KEYBOARD * keyboard + NVME * nvme
               + (VFIO if vfio and not earlybind else []))
    modules = (DRACUT_MODULES if systemd else PLAIN_MODULES) + ["earlybind"] * earlybind + extra
    # A part of "crypt" in 059.
    modules += ["systemd-cryptsetup"] * (systemd and release in releases.NEWER)
    options = ["--add", "rescue"] if rescue else ["--modules", " ".join(modules)]
    options += ["--drivers", " ".join(drivers), "--compress", compress]
    options += ["--force-drivers", " ".join(DISPLAY)] * forced
    if unified:
        options += ["--uefi", "--kernel-image", str(kernel.image), "--kernel-cmdline", unified]
    if release:
        layer = releases.layer(release)
    if not systemd:
        options += ["--omit", "systemd systemd-initrd dracut-systemd"]
    left_out = [] if display else DISPLAY
    if not vfio:
        left_out = left_out + VFIO + [name.replace("_", "-") for name in VFIO]
    if left_out:
        options += ["--omit-drivers", " ".join(left_out)]
    with tempfile.TemporaryDirectory(prefix="stage-") as name:
        stage = Path(name)
        if layer:
            shutil.copytree(layer, stage, dirs_exist_ok=True, symlinks=True)
        if earlybind:
            staged(stage, config)
        if module:
            shutil.copytree(module, stage / "usr/lib/dracut/modules.d" / module.name)
        label = "-".join(["dracut", kernel.name] + ["earlybind"] * earlybind + ["no-vfio"] * (not vfio)
                         + ["no-display"] * (not display) + ["keyboard"] * keyboard + ["nvme"] * nvme
                         + ["plain"] * (not systemd) + ["rescue"] * rescue + ["forced"] * forced
                         + [release] * bool(release) + ["unified"] * bool(unified)
                         + [compress] * (compress != "cat") + extra)
        log = cache.BUILD / f"boot/{label}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        versions = call("dpkg-query", "-W", "dracut-core", "systemd", "udev", "cryptsetup-bin")
        return cache.made(f"images/{label}", [kernel.version, versions, *options, stage, Path(__file__)],
                          f"image {label}", lambda place: _build(kernel, stage, options, place, log))


# Every kind of dracut's images: (kernel, earlybind=...) -> path. The installed one is 059.
KINDS: Mapping[str, Callable[..., Path]] = {
    f"dracut {release or '059'} {'with' if systemd else 'without'} systemd":
    functools.partial(image, release=release, systemd=systemd)
    for release in ("", *releases.NEWER) for systemd in (True, False)}


def embedded(kernel: Kernel, config: str) -> dict[str, bytes]:
    """The files that earlybind's build hook would put into an image for this configuration, made by the real code."""
    with tempfile.TemporaryDirectory(prefix="embed-") as name:
        root = Path(name)
        (root / CONFIG).parent.mkdir(parents=True)
        (root / CONFIG).write_text(config)
        modules = root / "lib/modules" / kernel.version
        # Below --root no link may lead out of it, so that part of the modules that is asked for is copied.
        modules.mkdir(parents=True)
        if (vfio := kernel.modules / "kernel/drivers/vfio").exists():  # else they are built in
            shutil.copytree(vfio, modules / "kernel/drivers/vfio")
        for index in kernel.modules.glob("modules.*"):
            shutil.copy(index, modules)
        done = subprocess.run([program(), "--embed", "dracut", "--root", root, "--kernel", kernel.version],
                              capture_output=True, text=True)
    if done.returncode not in (0, 1, 3):
        raise RuntimeError(f"earlybind --embed ended with status {done.returncode}: {done.stderr.strip()}")
    lines = [line.partition(" ") for line in done.stdout.splitlines()]
    texts = [text for word, _, text in lines if word == "image"]
    return {CONFIG: config.encode(), "etc/earlybind.image": "".join(f"{text}\n" for text in texts).encode()}


def with_guard(files: Mapping[str, bytes], guard: str) -> dict[str, bytes]:
    """The same files with these guard facts, as --embed printed them in a machine, instead of those of the desk."""
    lines = files["etc/earlybind.image"].decode().splitlines(keepends=True)
    rest = "".join(line for line in lines if not line.startswith("guard "))
    return dict(files) | {"etc/earlybind.image": (rest + guard).encode()}


def laid_over(image_path: Path, files: Mapping[str, archive.Entry], place: Path) -> None:
    """The image with these files laid over it, as a second archive behind the first."""
    base = image_path.read_bytes()
    place.write_bytes(base + b"\0" * (-len(base) % 4) + (archive.cpio(files) if files else b""))
