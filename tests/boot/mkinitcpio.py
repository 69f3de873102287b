# SPDX-License-Identifier: GPL-2.0-or-later
"""Initramfs images by mkinitcpio, which no Debian suite has: from a checkout that MKINITCPIO names, run as it would be
installed, in a mount namespace over the machine's own /usr and /etc, which stay as they are.
"""

import functools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cache
import image
import releases
import vm
from debian import debian
from disk import call
from kernels import Kernel

# What its build system puts in for names of the kind @BINDIR@. On Arch /usr/sbin is a link to /usr/bin.
NAMES = {"VERSION": "checkout", "BINDIR": "/usr/bin:/usr/sbin", "SYSCONFDIR": "/etc",
         "INITCPIO_LIBDIR": "/usr/lib/initcpio", "INITCPIO_SYSCONFDIR": "/etc/initcpio",
         "VCONSOLE_CONF": "/etc/vconsole.conf", "TMPFILES_PATH": "", "UDEVD_PATH": "/usr/lib/systemd/systemd-udevd"}
INITCPIO = "usr/lib/initcpio"
# Arch's busybox leaves these to kmod and util-linux. Ours is not to prefer its own: Debian's does, even by path.
LEFT_OUT = ["MODPROBE", "INSMOD", "LSMOD", "RMMOD", "DEPMOD", "MODINFO", "MOUNT", "UMOUNT", "SWITCH_ROOT", "BLKID",
            "FSCK", "MKSWAP", "TC"]
# What Arch has in other places, or by other names.
ARCH = {"usr/bin/sulogin": "/usr/sbin/sulogin", "usr/bin/swapon": "/usr/sbin/swapon",
        "usr/bin/swapoff": "/usr/sbin/swapoff",
        "usr/lib/udev/rules.d/10-dm.rules": "/usr/lib/udev/rules.d/55-dm.rules",
        "usr/lib/udev/rules.d/13-dm-disk.rules": "/usr/lib/udev/rules.d/60-persistent-storage-dm.rules"}
# Hooks for the machine that is booted, instead of mkinitcpio's own or beside them.
HOOKS = Path(__file__).resolve().parent / "initcpio"
BUSYBOX_HOOKS = "base udev earlybind autodetect modconf kms keyboard block encrypt filesystems"
SYSTEMD_HOOKS = "base systemd earlybind autodetect modconf kms keyboard block sd-encrypt filesystems"
# Where the hooks do not bring them: what the root's disk and its encryption need.
CRYPTO = "xts aesni_intel"


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
    package, version = debian("newest", "trixie", "^busybox$").split()

    def make(place: Path) -> None:
        with tempfile.TemporaryDirectory(dir=place.parent) as work:
            tree = Path(work) / "tree"
            tree.mkdir()
            for tarball in debian("source", "trixie", package, work).splitlines():
                call("tar", "-xf", tarball, "--strip-components=1", "-C", tree)
            environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
            call("make", "-s", "-C", tree, "defconfig", env=environment)
            config = (tree / ".config").read_text()
            for name in LEFT_OUT:
                config = config.replace(f"\nCONFIG_{name}=y\n", f"\n# CONFIG_{name} is not set\n")
            (tree / ".config").write_text(config.replace("\n# CONFIG_STATIC is not set\n", "\nCONFIG_STATIC=y\n"))
            call("sh", "-c", f"yes '' | make -s -C {tree} oldconfig", env=environment)
            call("make", "-s", "-j2", "-C", tree, "busybox", env=environment)
            shutil.copy(tree / "busybox", place)

    return cache.made("boot/mkinitcpio-busybox", [version, *LEFT_OUT, "static"], f"busybox {version} (about a minute)", make)


def _put_in(source: Path, target: Path) -> None:
    """A file of the checkout, as its build system would install it."""
    text = source.read_text()
    for name, value in NAMES.items():
        text = text.replace(f"@{name}@", value)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    target.chmod(0o755)


def staged(stage: Path, config: str | None) -> None:
    """Lay mkinitcpio, and with a configuration an installed earlybind, into a stage."""
    tree = checkout()
    for name in ("mkinitcpio", "lsinitcpio"):
        _put_in(tree / name, stage / "usr/bin" / name)
    for name in ("functions", "init", "init_functions"):
        _put_in(tree / name, stage / INITCPIO / name)
    for folder in ("install", "hooks"):
        for source in (tree / folder).iterdir():
            if source.name != "meson.build":
                _put_in(source, stage / INITCPIO / folder / source.name)
    shutil.copytree(HOOKS, stage / INITCPIO, dirs_exist_ok=True)
    shutil.copy(busybox(), stage / INITCPIO / "busybox")
    for name, source in ARCH.items():
        (stage / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, stage / name)
    if config is not None:
        image.staged(stage, config)


def run(kernel: Kernel, stage: Path, options: Sequence[str | Path], log: Path, program: str = "mkinitcpio") -> int:
    """Run a program of mkinitcpio's, with this kernel's modules, on a system with this stage laid over it, all that it
    says into the log; its exit status."""
    modules = f"/usr/lib/modules/{kernel.version}"
    (stage / modules[1:]).mkdir(parents=True, exist_ok=True)
    overlay = "mount -t overlay overlay -o lowerdir={0}/{1}:/{1} /{1}"
    mounts = [overlay.format(stage, folder) for folder in ("usr", "etc") if (stage / folder).is_dir()]
    script = " && ".join([*mounts, f"mount --bind {kernel.modules} {modules}", 'exec "$@"'])
    command = [program, *map(str, options)]
    namespace = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    with log.open("w") as out:
        return subprocess.run([*namespace, "sh", "-c", script, "sh", *command], stdout=out, stderr=subprocess.STDOUT,
                              env={"PATH": os.environ["PATH"], "LC_ALL": "C"}).returncode


def moved(hooks: str, behind: str) -> str:
    """The same with earlybind behind that hook, or first of all."""
    words = [word for word in hooks.split() if word != "earlybind"]
    words.insert(words.index(behind) + 1 if behind else 0, "earlybind")
    return " ".join(words)


def settings(hooks: str, modules: str = "", compression: str = "cat") -> str:
    """An /etc/mkinitcpio.conf."""
    return f"""MODULES=({modules})
BINARIES=()
FILES=()
HOOKS=({hooks})
COMPRESSION={compression}
CRYPTO_MODULES='{CRYPTO}'
"""


def _build(kernel: Kernel, stage: Path, options: Sequence[str | Path], place: Path, log: Path) -> None:
    status = run(kernel, stage, ["-k", kernel.version, *options, place], log)
    # On Debian it always ends with status 1: its hooks look for files that Arch alone has.
    text = log.read_text()
    if not place.exists() or "cannot be found" in text:
        raise RuntimeError(f"mkinitcpio ended with status {status} and {'an' if place.exists() else 'no'} image; "
                           f"it said last: {image.last_line(log)} (all of it: {log})")


def built(kernel: Kernel, hooks: str, modules: str = "", config: str = image.ANY_CONFIG,
          command_line: str | None = None, layer: Path | None = None) -> Path:
    """The image for a kernel with these HOOKS and MODULES, which may take files from a layer of packages; with a
    command line, a unified kernel image."""
    with tempfile.TemporaryDirectory(prefix="stage-") as name:
        stage = Path(name)
        if layer:
            shutil.copytree(layer, stage, dirs_exist_ok=True, symlinks=True)
        staged(stage, config)
        (stage / "etc/mkinitcpio.conf").write_text(settings(hooks, modules))
        options: list[str | Path] = ["-g"]
        if command_line is not None:
            (stage / "etc/kernel").mkdir()
            (stage / "etc/kernel/cmdline").write_text(command_line + "\n")
            options = ["--no-ukify", "--uefistub", releases.efi_stub(), "--kernelimage", kernel.image, "-U"]
        label = f"mkinitcpio-{kernel.name}-{cache.fingerprint([hooks, modules])[:8]}" + "-unified" * (len(options) > 1)
        log = cache.BUILD / f"boot/{label}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        versions = call("dpkg-query", "-W", "systemd", "udev", "cryptsetup-bin", "kmod", "libarchive-tools")
        return cache.made(f"images/{label}", [kernel.version, versions, stage, *map(str, options), Path(__file__)],
                          f"image {label} ({hooks})", lambda place: _build(kernel, stage, options, place, log))
