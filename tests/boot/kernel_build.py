# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernels built from Debian's source, for what no kernel of Debian's shows; in one tree, so that they share objects."""

import functools
import os
import subprocess
import time
from pathlib import Path

import cache
from debian import debian
from disk import call

PACKAGE = "linux-source-6.12"
OPTIONS = Path(__file__).resolve().parent / "kernel.options"
# What each has on top of kernel.options.
VARIANTS = {
    # The firmware's framebuffer by simpledrm, and neither /proc/fb nor /dev/fbN.
    "simpledrm": "SYSFB_SIMPLEFB DRM_SIMPLEDRM",
    # The console stays a dummy until somebody writes on it.
    "deferred": "SYSFB_SIMPLEFB DRM_SIMPLEDRM FB_DEVICE FRAMEBUFFER_CONSOLE_DEFERRED_TAKEOVER",
    # Drivers that have their devices before init runs.
    "builtin": "FB_EFI FB_DEVICE DRM_BOCHS VFIO VFIO_IOMMU_TYPE1 VFIO_PCI PCI_STUB USB_XHCI_HCD USB_XHCI_PCI USB_HID "
               "USB_STORAGE ATA SATA_AHCI BLK_DEV_NVME",
}
PROGRESS_SECONDS = 30


def _options(variant: str) -> list[str]:
    """Lines of a kernel configuration."""
    lines = [line for line in OPTIONS.read_text().splitlines() if line and not line.startswith("#")]
    words = " ".join([line.partition(": ")[2] for line in lines] + [VARIANTS[variant]]).split()
    chosen = {name: value or "y" for name, _, value in (word.partition("=") for word in words)}
    return [f"CONFIG_{name}={value}" for name, value in chosen.items()]


def _make(work: Path, variant: str, *words: str | Path) -> str:
    """Run the kernel's make; what it printed. Its log grows, and how far it is gets told."""
    # Without our own make's settings, which are not meant for it.
    environment = {"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "LC_ALL": "C"}
    command = ["nice", "-n", "5", "make", "-j2", "-C", work / "source", f"O={work / 'objects'}",
               f"LOCALVERSION=-{variant}", *words]
    log = work / "log"
    started = told = time.monotonic()
    printed = []
    with log.open("a") as kept, subprocess.Popen([str(word) for word in command], text=True, env=environment,
                                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                                 stderr=subprocess.STDOUT) as make:
        for line in make.stdout or ():
            kept.write(line)
            printed.append(line)
            if (now := time.monotonic()) > told + PROGRESS_SECONDS:
                told = now
                cache.say(f"  kernel {variant}: {len(printed)} steps in {now - started:.0f} s ({line.strip()[:50]})")
    if make.returncode:
        raise RuntimeError(f"the kernel {variant} could not be built: make {' '.join(map(str, words))} ended with "
                           f"status {make.returncode}. It said last:\n{''.join(printed[-8:])}All of it: {log}")
    return "".join(printed)


def _build(work: Path, variant: str, place: Path) -> None:
    wanted = _options(variant)
    fragment = work / "fragment"
    fragment.write_text("\n".join(wanted) + "\n")
    _make(work, variant, "-s", f"KCONFIG_ALLCONFIG={fragment}", "allnoconfig")
    got = (work / "objects/.config").read_text().splitlines()
    if missing := set(wanted) - set(got):
        raise RuntimeError(f"the kernel {variant} would lack what is asked for: {' '.join(sorted(missing))}. "
                           f"Each needs other options in {OPTIONS.name}, or has a new name in this version.")
    _make(work, variant, "bzImage", "modules")
    _make(work, variant, "-s", "modules_install", f"INSTALL_MOD_PATH={place}", "INSTALL_MOD_STRIP=1")
    release = _make(work, variant, "-s", "--no-print-directory", "kernelrelease").strip()
    # A link to the objects, which do not stay.
    cache.remove(place / "lib/modules" / release / "build")
    (work / "objects/arch/x86/boot/bzImage").rename(place / f"vmlinuz-{release}")


@functools.cache
def _all() -> Path | RuntimeError:
    """The folder that has them, or why they cannot be had: no second story is to try that again."""
    def make(place: Path) -> None:
        work = place / "work"
        (work / "source").mkdir(parents=True)
        archive, = debian("package", "trixie", package, work).splitlines()
        call("dpkg", "-x", archive, work)
        tarball, = (work / "usr/src").glob("*.tar.xz")
        call("tar", "-xf", tarball, "--strip-components=1", "-C", work / "source")
        for name in VARIANTS:
            _build(work, name, place / name)
        cache.remove(work)

    try:
        package, version = debian("newest", "trixie", f"^{PACKAGE.replace('.', '[.]')}$").split()
        return cache.made("kernels/built", [package, version, OPTIONS, Path(__file__)],
                          f"kernels from {package} {version}: {', '.join(VARIANTS)} (some ten minutes)", make)
    except RuntimeError as error:
        return error


def built(variant: str) -> tuple[str, Path, Path]:
    """Release, image and modules of one of them; all are built where they are not in the cache."""
    if isinstance(place := _all(), RuntimeError):
        raise place
    modules, = (place / variant / "lib/modules").iterdir()
    return modules.name, place / variant / f"vmlinuz-{modules.name}", modules
