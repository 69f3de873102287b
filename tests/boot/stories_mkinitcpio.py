# SPDX-License-Identifier: GPL-2.0-or-later
"""Images by mkinitcpio, in both flavours and wherever the hook stands. Skipped where there is no checkout of it."""

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import cache
import disk
import image
import kernels
import mkinitcpio
import splash
import vm
import whole
from stories import (BIND_TWIN, BOUND, HELD, NATIVE, see_as_if_not_installed, see_prompt_and_unlock,
                     see_twin_given_away)
from stories_build import BROKEN, MISTAKE, OLD, SOUND, expect_said
from stories_language import unlock_on_screen
from stories_screen import BIND_BOOT_CARD, BOOT_CARD, TWIN, see_bound, see_console
from stories_splash import see_splash_prompt
from whole import expect, expect_log

OPEN = f"cryptdevice=UUID={disk.LUKS_UUID}:root"
# The display's driver as early as mkinitcpio can load it.
FORCED = "bochs"
FOLLOW = BIND_BOOT_CARD + "prompt follow 20\n"
# The boot card waits for finish, its twin does not.
HELD_AND_EARLY = f"{BIND_BOOT_CARD}bind slot {TWIN} early\n"
OURS = ["usr/bin/earlybind", image.CONFIG, "etc/earlybind.image", "hooks/earlybind", "vfio-pci.ko.xz",
        "udev/rules.d/70-earlybind-late.rules",
        "sysinit.target.wants/earlybind.service", "initrd.target.wants/earlybind-finish.service",
        "emergency.target.wants/earlybind-release.service"]
# The only sign of it is on the screen, which takes time to read.
PROMPT_SECONDS = 300


class Build(NamedTuple):
    kernel: kernels.Kernel
    stage: Path
    place: Path

    def run(self, folder: Path, *options: str | Path) -> tuple[int, Path]:
        """mkinitcpio's status, and what it said."""
        folder.mkdir(parents=True, exist_ok=True)
        log = folder / "mkinitcpio.log"
        return mkinitcpio.run(self.kernel, self.stage, ["-k", self.kernel.version, *options], log), log

    def of_ours(self, picture: Path) -> list[str]:
        """The files of an image that are there for earlybind."""
        listing = self.stage / "listing"
        mkinitcpio.run(self.kernel, self.stage, [picture], listing, "lsinitcpio")
        files = listing.read_text().splitlines()
        expect("usr/bin/busybox" in files, "lsinitcpio lists the files of the image", files[:20])
        return [name for name in files if "earlybind" in name or "vfio" in name]


@contextlib.contextmanager
def boot(folder: Path, hooks: str, config: str, append: str = "", modules: str = FORCED,
         layer: Path | None = None, root_files: Mapping[str, Path] = MappingProxyType({})) -> Iterator[vm.VM]:
    """A machine that boots an image with these HOOKS, as the build hook made it of this configuration."""
    mkinitcpio.checkout()
    kernel = kernels.kernel("6.12")
    built = mkinitcpio.built(kernel, hooks, modules, config, layer=layer)
    files = {image.CONFIG: config.encode(), "bin/earlybind": image.program(), **root_files}
    with whole.boot(folder, kernel, built, f"{OPEN} {append}".strip(), root_files=files) as machine:
        yield machine


def see_prompt_on(machine: vm.VM, head: str) -> None:
    """Without systemd the last console alone asks. A screen that is alive tells that a passphrase is wrong."""
    machine.wait_screen(head, whole.PROMPT, PROMPT_SECONDS)
    whole.keep_pictures(machine, "prompt")
    expect(machine.answers(head, "wrong\n", 15), f"the screen of {head} answers a wrong passphrase")
    machine.wait_screen(head, "No key available", 60)


def mkinitcpio_busybox_twin_6_12(folder: Path) -> None:
    """mkinitcpio without systemd: the twin is given away, a GPU driver in MODULES= loses, the prompt stays."""
    with boot(folder, mkinitcpio.BUSYBOX_HOOKS, BIND_TWIN) as machine:
        see_prompt_on(machine, "host")
        unlock_on_screen(machine)
        see_twin_given_away(machine)


def mkinitcpio_busybox_boot_card_6_12(folder: Path) -> None:
    """mkinitcpio without systemd: the card with the prompt goes to the guest, then the console is on its twin."""
    with boot(folder, mkinitcpio.BUSYBOX_HOOKS, BIND_BOOT_CARD) as machine:
        see_prompt_on(machine, "host")
        unlock_on_screen(machine)
        see_bound(machine, BOOT_CARD, TWIN)
        expect_log(machine, BOOT_CARD, HELD)
        expect_log(machine, BOOT_CARD, BOUND)
        expect_log(machine, TWIN, "the console is on")
        see_console(machine, "guest")


def mkinitcpio_systemd_twin_6_12(folder: Path) -> None:
    """mkinitcpio with systemd: the twin is given away, a GPU driver in MODULES= loses, the prompt stays."""
    with boot(folder, mkinitcpio.SYSTEMD_HOOKS, BIND_TWIN) as machine:
        see_prompt_and_unlock(machine)
        see_twin_given_away(machine)


def mkinitcpio_systemd_follow_last_6_12(folder: Path) -> None:
    """The hook is the last, behind sd-encrypt: with `prompt follow` the prompt is on the twin's screen all the same."""
    with boot(folder, mkinitcpio.moved(mkinitcpio.SYSTEMD_HOOKS, "filesystems"), FOLLOW, modules="") as machine:
        whole.prompt_on_serial(machine)
        expect(whole.prompt_visible(machine, "guest"), "the prompt is on the twin's screen", machine.text[-400:])
        whole.keep_pictures(machine, "prompt")
        expect(whole.prompt_alive(machine, "guest"), "the twin's screen answers a wrong passphrase")
        whole.unlock(machine)
        expect_log(machine, TWIN, "the prompt is on")
        see_bound(machine, BOOT_CARD, TWIN)
        see_console(machine, "guest")


def follows(folder: Path, behind: str) -> None:
    """The prompt is on the twin's screen before it is answered, and the boot card is bound."""
    with boot(folder, mkinitcpio.moved(mkinitcpio.BUSYBOX_HOOKS, behind), FOLLOW, modules="") as machine:
        see_prompt_on(machine, "guest")
        unlock_on_screen(machine)
        expect_log(machine, TWIN, "the prompt is on")
        see_bound(machine, BOOT_CARD, TWIN)
        see_console(machine, "guest")


def mkinitcpio_hook_first_6_12(folder: Path) -> None:
    """The hook is the first of all, before udev: `prompt follow` waits for the twin's driver behind udev all the same."""
    follows(folder, "")


def mkinitcpio_hook_last_6_12(folder: Path) -> None:
    """The hook is the last of all, behind encrypt: claim is before all drivers, and `prompt follow` before the prompt."""
    follows(folder, "filesystems")


def mkinitcpio_with_kms_and_plymouth_6_12(folder: Path) -> None:
    """The hook behind kms and plymouth: the splash's prompt is on both screens and usable, the boot card under it goes to
    the guest, the console to its twin."""
    hooks = mkinitcpio.moved(mkinitcpio.BUSYBOX_HOOKS.replace("kms", "kms plymouth"), "plymouth")
    with boot(folder, hooks, BIND_BOOT_CARD, splash.APPEND, "", splash.layer(), splash.client()) as machine:
        see_splash_prompt(machine, ["guest", "host"])
        whole.unlock(machine)
        expect(machine.run("plymouth --ping")[1] == 0, "plymouth has lived through it")
        see_bound(machine, BOOT_CARD, TWIN)
        machine.must("plymouth quit")
        see_console(machine, "guest")


def mkinitcpio_disablehooks_6_12(folder: Path) -> None:
    """disablehooks=earlybind on the kernel command line: as if it were not installed, not a word of it in the log."""
    with boot(folder, mkinitcpio.BUSYBOX_HOOKS, BIND_TWIN, "disablehooks=earlybind") as machine:
        see_prompt_on(machine, "host")
        unlock_on_screen(machine)
        see_as_if_not_installed(machine)
        text, status = machine.run("dmesg | grep '] earlybind:' || ls -d /run/earlybind")
        expect(status != 0, "there is neither a line in the log nor a report", text)
        text, _ = machine.run("earlybind --check")
        words = "earlybind was off on this boot: disablehooks=earlybind stands on the kernel command line"
        expect(words in text, f"--check says: {words}", text)


def mkinitcpio_switched_off_6_12(folder: Path) -> None:
    """earlybind=off on the kernel command line: both cards go to their own driver, and that is said."""
    with boot(folder, mkinitcpio.BUSYBOX_HOOKS, BIND_TWIN, "earlybind=off") as machine:
        see_prompt_on(machine, "host")
        unlock_on_screen(machine)
        see_as_if_not_installed(machine)
        text, _ = machine.run("dmesg | grep '] earlybind:'")
        expect("off" in text, "the log says that it is switched off", text)


def see_nothing_finished(machine: vm.VM) -> None:
    """An emergency shell on the boot card's screen says: that card is still held, what `early` took is given back."""
    machine.type(f"(cd /sys/bus/pci/devices;cat {BOOT_CARD}/driver_override;ls -d {BOOT_CARD}/driver;"
                 f"readlink {TWIN}/driver;echo /run/earlybind/*;echo end of list)>/dev/ttyS1\n")
    machine.wait_serial("end of list", 30, line=1)
    told = machine.lines[1]
    expect("earlybind-held" in told.split(), f"{BOOT_CARD} is still held", told)
    expect(f"{BOOT_CARD}/driver" not in told.split(), f"{BOOT_CARD} has no driver", told)
    expect(NATIVE in told, f"{TWIN} is given back to its own driver", told)
    reports = "/run/earlybind/claim /run/earlybind/release\n"
    expect(reports in told, "claim and release have left reports, finish none", told)


def mkinitcpio_busybox_without_root_6_12(folder: Path) -> None:
    """The root cannot be mounted, and the emergency shell is left: release has run, finish binds nothing, the last
    shell's screen is alive."""
    with boot(folder, mkinitcpio.BUSYBOX_HOOKS, HELD_AND_EARLY, "rootflags=no-such-option") as machine:
        machine.wait_screen("host", whole.PROMPT, PROMPT_SECONDS)
        machine.type(disk.PASSPHRASE + "\n")
        machine.wait_screen("host", "dropped into an emergency shell", 120)
        machine.type("exit\n")
        machine.wait_screen("host", "you are on your own", 60)
        whole.keep_pictures(machine, "emergency")
        expect(machine.answers("host", "\n", 10), "the last shell on the boot card's screen answers the keyboard")
        see_nothing_finished(machine)


def mkinitcpio_systemd_without_root_6_12(folder: Path) -> None:
    """With systemd the root cannot be mounted: release runs before the emergency shell, finish does not."""
    append = "rootflags=no-such-option systemd.setenv=SYSTEMD_SULOGIN_FORCE=1"
    with boot(folder, mkinitcpio.SYSTEMD_HOOKS, HELD_AND_EARLY, append) as machine:
        whole.prompt_on_serial(machine)
        whole.enter_passphrase(machine, "[Pp]ress Enter for maintenance")
        machine.wait_screen("host", "[Pp]ress Enter for maintenance", 20)
        whole.keep_pictures(machine, "emergency")
        expect(machine.answers("host", "\n", 10), "the emergency shell on the boot card's screen answers the keyboard")
        see_nothing_finished(machine)


def mkinitcpio_unified_6_12(folder: Path) -> None:
    """A unified kernel image: the twin is given away, a GPU driver in MODULES= loses, the prompt stays."""
    mkinitcpio.checkout()
    kernel = kernels.kernel("6.12")
    unified = mkinitcpio.built(kernel, mkinitcpio.BUSYBOX_HOOKS, FORCED, BIND_TWIN, whole.command_line(OPEN))
    files = {image.CONFIG: BIND_TWIN.encode(), "bin/earlybind": image.program()}
    with whole.boot(folder, kernel, unified, root_files=files, unified=True) as machine:
        see_prompt_on(machine, "host")
        unlock_on_screen(machine)
        see_twin_given_away(machine)


@contextlib.contextmanager
def builder(config: str, settings: str) -> Iterator[Build]:
    """A system with mkinitcpio and earlybind, and a folder for images."""
    mkinitcpio.checkout()
    with tempfile.TemporaryDirectory(prefix="build-") as name:
        stage, place = Path(name) / "stage", Path(name) / "boot"
        place.mkdir()
        mkinitcpio.staged(stage, config)
        (stage / "etc/mkinitcpio.conf").write_text(settings)
        yield Build(kernels.kernel("6.12"), stage, place)


def mkinitcpio_broken_configuration_keeps_the_old_image(folder: Path) -> None:
    """A broken configuration, and an image of this kernel by its name: refused, not a byte of the old one changes."""
    with builder(BROKEN, mkinitcpio.settings("base earlybind")) as build:
        picture = build.place / f"initramfs-{build.kernel.version}.img"
        picture.write_bytes(OLD)
        status, log = build.run(folder, "-g", picture)
        expect(status == 1, "mkinitcpio ends with status 1", status)
        expect(picture.read_bytes() == OLD, f"{picture.name} stays as it was")
        expect_said(log, MISTAKE)
        expect(f"{picture} stays as it was." in image.last_line(log), "the last line says so", image.last_line(log))


def mkinitcpio_broken_configuration_leaves_earlybind_out(folder: Path) -> None:
    """A broken configuration, and an image whose name says no version: the new one has nothing of earlybind, the last
    line says so, status 1; of a sound one status 0. And it boots."""
    with builder(SOUND, mkinitcpio.settings("base earlybind")) as build:
        picture = build.place / "initramfs-linux.img"
        status, log = build.run(folder, "-g", picture)
        expect(status == 0, "mkinitcpio builds an image of a sound configuration", f"{status}: {image.last_line(log)}")
        ours = build.of_ours(picture)
        for name in OURS:
            expect(any(line.endswith(name) for line in ours), f"the image has {name}", ours)
        (build.stage / image.CONFIG).write_text(BROKEN)
        (build.stage / "etc/mkinitcpio.conf").write_text(mkinitcpio.settings(mkinitcpio.BUSYBOX_HOOKS))
        status, log = build.run(folder, "-g", picture)
        expect(status == 1, "mkinitcpio ends with status 1", status)
        expect(not build.of_ours(picture), "there is nothing of earlybind in the new image", build.of_ours(picture))
        expect_said(log, MISTAKE)
        said = f"{picture} was written WITHOUT earlybind: "
        expect(said in image.last_line(log), f"the last line says: {said}", image.last_line(log))
        with whole.boot(folder / "boot", build.kernel, picture, OPEN) as machine:
            see_prompt_on(machine, "host")
            unlock_on_screen(machine)
            see_as_if_not_installed(machine)


def mkinitcpio_preset_of_the_example(folder: Path) -> None:
    """Our example of a preset builds an image with earlybind, and a fallback image without."""
    with builder(SOUND, mkinitcpio.settings("base earlybind autodetect")) as build:
        example = (image.installed() / "usr/share/doc/earlybind/mkinitcpio.preset").read_text()
        preset = build.stage / "etc/mkinitcpio.d/linux.preset"
        preset.parent.mkdir()
        example = example.replace("/boot/vmlinuz-linux", build.kernel.version)
        preset.write_text(example.replace("/boot", str(build.place)))
        status, log = build.run(folder, "-p", "linux")
        expect(status == 0, "mkinitcpio ends with status 0", f"{status}: {image.last_line(log)}")
        expect(len(build.of_ours(build.place / "initramfs-linux.img")) > 5, "the usual image has earlybind")
        left = build.of_ours(build.place / "initramfs-linux-fallback.img")
        expect(not left, "the fallback image has nothing of it", left)


def three_builds(place: Path) -> list[bytes]:
    """Two images of one input, and one without earlybind, compressed and with the same modules."""
    with builder(SOUND, mkinitcpio.settings("base systemd earlybind", " ".join(image.VFIO), "zstd")) as build:
        pictures = [build.place / name for name in ("one.img", "two.img", "without.img")]
        for picture in pictures:
            more = ["-S", "earlybind"] if picture.name == "without.img" else []
            build.run(place, "-g", picture, *more)
        return [picture.read_bytes() for picture in pictures]


def growth(place: Path) -> int:
    """Bytes by which earlybind makes a compressed image larger, modules aside."""
    one, _, without = three_builds(place)
    return len(one) - len(without)


def mkinitcpio_images_are_alike_and_grow_little(folder: Path) -> None:
    """Two builds of one input are the same, byte for byte; earlybind adds at most 380 KiB to them, modules aside."""
    one, two, without = three_builds(folder)
    expect(one == two, "both images are the same", f"{len(one)} and {len(two)} bytes")
    grown = (len(one) - len(without)) / 1024
    cache.say(f"       the image grows by {grown:.0f} KiB")
    expect(0 < grown <= image.GROWTH_KIB, f"the image grows by at most {image.GROWTH_KIB} KiB", f"{grown:.0f} KiB")
