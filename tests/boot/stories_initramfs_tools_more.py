# SPDX-License-Identifier: GPL-2.0-or-later
"""More of initramfs-tools: the boot card, a root that cannot be mounted, the builds themselves."""

import contextlib
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cache
import image
import initramfs_tools
import kernels
import vm
import whole
from stories import BIND_TWIN, BOUND, HELD, see_as_if_not_installed, see_host_alive, see_twin_given_away
from stories_build import BROKEN, MISTAKE, OLD, SOUND, expect_said
from stories_follow import FOLLOW
from stories_initramfs_tools import APPEND, KERNEL, boot
from stories_language import see_prompt_and_unlock_without_systemd
from stories_screen import BIND_BOOT_CARD, BOOT_CARD, TWIN, see_bound, see_console
from whole import expect, expect_log

# A network interface that its line gives away at once.
EARLY, EARLY_CARD = "0000:00:06.0", ["-device", "e1000e,addr=6"]
LATE = "usr/lib/udev/rules.d/70-earlybind-late.rules"
OURS = ["usr/bin/earlybind", image.CONFIG, "etc/earlybind.image", LATE, "scripts/init-top/earlybind",
        "scripts/init-bottom/earlybind", "scripts/panic/earlybind"]
# Comes before earlybind by its name.
SCRIPT = "early-gpu"


def initramfs_tools_newest_6_12(folder: Path) -> None:
    """The newest initramfs-tools: the twin goes to the guest, the other keeps driver, screen and prompt."""
    with boot(folder, BIND_TWIN, suite="sid") as machine:
        see_prompt_and_unlock_without_systemd(machine, "host")
        see_twin_given_away(machine)


def initramfs_tools_boot_card_6_12(folder: Path) -> None:
    """initramfs-tools: the prompt is on the boot card, which goes to the guest; then the console is on its twin."""
    with boot(folder, BIND_BOOT_CARD) as machine:
        see_prompt_and_unlock_without_systemd(machine, "host")
        see_bound(machine, BOOT_CARD, TWIN)
        expect_log(machine, BOOT_CARD, HELD)
        expect_log(machine, BOOT_CARD, BOUND)
        expect_log(machine, TWIN, "the console is on")
        see_console(machine, "guest")


def initramfs_tools_prompt_follows_6_12(folder: Path) -> None:
    """initramfs-tools: with `prompt follow` the prompt is on the twin's screen, and is answered there."""
    with boot(folder, FOLLOW) as machine:
        see_prompt_and_unlock_without_systemd(machine, "guest")
        expect_log(machine, TWIN, "the prompt is on")
        see_bound(machine, BOOT_CARD, TWIN)
        see_console(machine, "guest")


def initramfs_tools_switched_off_6_12(folder: Path) -> None:
    """initramfs-tools: earlybind=off on the kernel command line, and both cards go to their own driver."""
    with boot(folder, BIND_TWIN, "earlybind=off") as machine:
        see_prompt_and_unlock_without_systemd(machine, "host")
        see_as_if_not_installed(machine)
        text, _ = machine.run("dmesg | grep '] earlybind:'")
        expect("switched off" in text, "the log says that it is switched off", text)


def _in_the_shell(machine: vm.VM, command: str) -> str:
    """What a command prints that is typed into init's shell."""
    since = len(machine.lines[1])
    machine.type(f"({command};echo end of list)>/dev/ttyS1\n")
    machine.wait_serial("end of list", 30, line=1, since=since)
    return machine.lines[1][since:]


def _expect_held_and_released(machine: vm.VM) -> None:
    devices = "/sys/bus/pci/devices"
    told = _in_the_shell(machine, f"cat {devices}/{BOOT_CARD}/driver_override {devices}/{EARLY}/driver_override;"
                         f"ls -d {devices}/{BOOT_CARD}/driver;ls /run/earlybind").split()
    expect(told[:2] == ["earlybind-held", "(null)"], f"{BOOT_CARD} is held, {EARLY} is given back", told)
    expect(f"{devices}/{BOOT_CARD}/driver" not in told, f"{BOOT_CARD} has no driver", told)
    expect("claim" in told and "release" in told and "finish" not in told, "claim and release have reported", told)


def initramfs_tools_without_root_6_12(folder: Path) -> None:
    """initramfs-tools: the root cannot be mounted. The shell is on the boot card's screen, and what was taken at once
    is given back before it; leaving it leads to finish, which binds nothing, and to a shell that can be seen."""
    config = BIND_BOOT_CARD + f"bind slot {EARLY} early\n"
    # initramfs-tools has no shell where panic= says what to do instead; the last one counts.
    append = "rootflags=no-such-option panic="
    with boot(folder, config, append, cards=[*whole.CARDS, *EARLY_CARD]) as machine:
        machine.wait_screen("host", whole.PROMPT, 240)
        machine.settle(1.5)
        machine.type(whole.disk.PASSPHRASE + "\n")
        machine.wait_screen("host", "Failed to mount", 60)
        machine.settle(1.5)
        _expect_held_and_released(machine)
        machine.type("exit\n")
        machine.wait_screen("host", "No init found", 60)
        whole.keep_pictures(machine, "shell")
        machine.settle(1.5)
        expect(machine.answers("host", "\n", 10), "the shell on the boot card's screen answers the keyboard")
        _expect_held_and_released(machine)
        log = _in_the_shell(machine, "dmesg|grep earlybind:")
        expect(bool(re.search(f"{EARLY}: bound to vfio-pci", log)), f"{EARLY} had been taken at once", log)
        expect("no root file system is mounted at /root" in log, "finish says that there is no root", log)


@contextlib.contextmanager
def _system(folder: Path, config: str | None, modules: list[str] = initramfs_tools.MODULES,
            suite: str = "bookworm") -> Iterator[tuple[Path, Path]]:
    """The stage of a system with initramfs-tools, and a folder for its /boot."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="build-") as name:
        stage, at = Path(name) / "stage", Path(name) / "boot"
        at.mkdir()
        initramfs_tools.staged(stage, kernels.kernel(KERNEL), config, suite, modules)
        yield stage, at


def _build(stage: Path, at: Path, log: Path, *command: str) -> tuple[int, Path]:
    """The status of that command for the kernel, and where it has its image."""
    version = kernels.kernel(KERNEL).version
    words = [word.format(version) for word in command]
    return initramfs_tools.run(kernels.kernel(KERNEL), stage, at, words, log), at / f"initrd.img-{version}"


def _files(stage: Path, at: Path, picture: Path) -> dict[str, Path]:
    """The files in an image."""
    unpacked, log = at / f"{picture.name}.unpacked", at / f"{picture.name}.log"
    cache.remove(unpacked)
    status, _ = _build(stage, at, log, "unmkinitramfs", f"/boot/{picture.name}", f"/boot/{unpacked.name}")
    expect(status == 0, "unmkinitramfs unpacks the image", f"{status}: {image.last_line(log)}")
    files = {str(path.relative_to(unpacked)): path for path in unpacked.rglob("*")}
    expect("init" in files, "the image has an init", sorted(files)[:20])
    return files


def _expect_nothing_of_ours(stage: Path, at: Path, picture: Path) -> None:
    ours = [name for name in _files(stage, at, picture) if "earlybind" in name or "vfio" in name]
    expect(not ours, f"there is nothing of earlybind in {picture.name}", ours)


def _with_vfio(folder: Path, name: str, config: str | None, suite: str = "bookworm") -> bytes:
    """An image with the VFIO modules, whether earlybind asks for them or not."""
    with _system(folder, config, [*initramfs_tools.MODULES, *image.VFIO], suite) as (stage, at):
        log = folder / f"{name}.log"
        status, picture = _build(stage, at, log, "mkinitramfs", "-o", "/boot/initrd.img-{}", "{}")
        expect(status == 0, "mkinitramfs ends well", f"{status}: {image.last_line(log)} (all of it: {log})")
        return picture.read_bytes()


def growth(folder: Path, suite: str) -> int:
    """Bytes by which earlybind makes a compressed image larger, modules aside."""
    with_it, without = (_with_vfio(folder, name, config, suite) for name, config in [("with", SOUND), ("without", None)])
    return len(with_it) - len(without)


def initramfs_tools_size_6_12(folder: Path) -> None:
    """initramfs-tools: the image grows by 380 KiB at most, kernel modules aside; two builds of one input are equal."""
    without, first, second = (_with_vfio(folder, name, config)
                              for name, config in [("without", None), ("first", SOUND), ("second", SOUND)])
    grown = len(first) - len(without)
    (folder / "size").write_text(f"{len(without)} bytes without earlybind, {grown} more with it\n")
    expect(0 < grown <= image.GROWTH_KIB << 10, f"the image grows by {image.GROWTH_KIB} KiB at most", grown)
    expect(first == second, "two builds of one input are the same", f"{len(first)} and {len(second)} bytes")


def initramfs_tools_order_6_12(folder: Path) -> None:
    """initramfs-tools: claim is before udev in the image, what comes before claim is named when that is built; late
    comers' rule is there."""
    for prereq, named in ("", True), ("earlybind", False):
        with _system(folder, SOUND) as (stage, at):
            script = stage / "etc/initramfs-tools/scripts/init-top" / SCRIPT
            script.write_text(f'#!/bin/sh\n[ "$1" != prereqs ] || echo "{prereq}"\n')
            script.chmod(0o755)
            log = folder / f"after-{prereq or 'nothing'}.log"
            status, picture = _build(stage, at, log, "mkinitramfs", "-o", "/boot/initrd.img-{}", "{}")
            expect(status == 0, "mkinitramfs ends well", f"{status}: {image.last_line(log)} (all of it: {log})")
            files = _files(stage, at, picture)
            expect(LATE in files, f"the image has {LATE}", [name for name in files if name.endswith(".rules")])
            ran = re.findall(r"^/scripts/init-top/(\S+)", files["scripts/init-top/ORDER"].read_text(), re.MULTILINE)
            expect(ran.index("earlybind") < ran.index("udev"), "claim comes before udev", ran)
            expect((ran.index(SCRIPT) < ran.index("earlybind")) == named, f"{SCRIPT} comes where it asks to", ran)
            said = f"earlybind: scripts/init-top/{SCRIPT} runs before claim" in log.read_text()
            expect(said == named, f"{SCRIPT} is named {'as it comes' if named else 'only where it comes'} before claim",
                   log.read_text())
            expect("lacks earlybind" not in log.read_text(), "claim is found in the order", log.read_text())


def debian_package_has_the_image_built_6_12(folder: Path) -> None:
    """The Debian package, installed beside initramfs-tools, has the image built with earlybind; purged, without."""
    kernel = kernels.kernel(KERNEL)
    whole.disk.call("make", "-C", cache.TREE, "-s", "deb")
    with _system(folder, None) as (stage, at):
        (stage / image.CONFIG).write_text(SOUND)
        changes = at.parent / "changes"

        def dpkg(*words: str | Path) -> str:
            log = folder / f"dpkg{words[0]}.log"
            initramfs_tools.dpkg(kernel, stage, at, changes, words, log)
            return log.read_text()

        dpkg("--install", *initramfs_tools.packages())
        # what the list of kernels is made of
        (at / f"vmlinuz-{kernel.version}").touch()
        log = folder / "first.log"
        status, picture = _build(stage, at, log, "update-initramfs", "-c", "-k", "{}")
        expect(status == 0, "update-initramfs makes the first image", f"{status}: {image.last_line(log)}")
        _expect_nothing_of_ours(stage, at, picture)
        said = dpkg("--install", cache.BUILD / "earlybind.deb")
        expect(said.count("update-initramfs: Generating") == 1, "the image is built once", said)
        files = _files(stage, at, picture)
        expect(set(OURS) <= set(files), f"the image has {OURS}", [name for name in files if "earlybind" in name])
        expect(any("vfio-pci.ko" in name for name in files), "the image has vfio-pci")
        dpkg("--purge", "earlybind")
        _expect_nothing_of_ours(stage, at, picture)


def initramfs_tools_broken_keeps_old_6_12(folder: Path) -> None:
    """initramfs-tools: a broken configuration, and an image of this kernel: refused, and not a byte of it changes."""
    for words in (["update-initramfs", "-u", "-k", "{}"], ["update-initramfs", "-c", "-k", "{}"],
                  ["mkinitramfs", "-o", "/boot/initrd.img-{}", "{}"]):
        with _system(folder, BROKEN) as (stage, at):
            picture = at / f"initrd.img-{kernels.kernel(KERNEL).version}"
            picture.write_bytes(OLD)
            log = folder / f"{words[0]}{words[1]}.log"
            status, _ = _build(stage, at, log, *words)
            expect(status != 0, f"{words[0]} ends with a failure", status)
            expect(picture.read_bytes() == OLD, f"{picture.name} stays as it was", picture.stat())
            left = [path.name for path in at.iterdir() if not path.name.startswith("config-")]
            expect(left == [picture.name], "the build leaves nothing behind", left)
            expect_said(log, MISTAKE)
            expect_said(log, f"/boot/{picture.name} stays as it was.")


def initramfs_tools_broken_leaves_out_6_12(folder: Path) -> None:
    """initramfs-tools: a broken configuration, and no image of this kernel: it is written without earlybind, the last
    words say so, the status is 1, and it boots. The same where an image's name is no kernel's, but for the status."""
    with _system(folder, BROKEN) as (stage, at):
        log = cache.BUILD / "boot/initramfs-tools-broken.log"
        status, picture = _build(stage, at, log, "update-initramfs", "-c", "-k", "{}")
        expect(status == 1, "update-initramfs ends with status 1", status)
        expect_said(log, MISTAKE)
        ours = [line for line in log.read_text().splitlines() if not line.startswith("run-parts:")]
        said = f"earlybind: /boot/{picture.name} was written WITHOUT earlybind: "
        expect(ours[-1].startswith(said), f"the last line says: {said}", log.read_text())
        _expect_nothing_of_ours(stage, at, picture)
        other = at / "initrd.img"
        other.write_bytes(OLD)
        log = log.with_name("initramfs-tools-broken-other.log")
        status, _ = _build(stage, at, log, "mkinitramfs", "-o", f"/boot/{other.name}", "{}")
        expect(status == 0 and other.read_bytes() != OLD, f"{other.name} is a new image", status)
        expect_said(log, f"/boot/{other.name} is written WITHOUT earlybind: ")
        _expect_nothing_of_ours(stage, at, other)
        with whole.boot(folder, kernels.kernel(KERNEL), picture, APPEND) as machine:
            see_prompt_and_unlock_without_systemd(machine, "host")
            see_as_if_not_installed(machine)
            see_host_alive(machine)
