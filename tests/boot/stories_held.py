# SPDX-License-Identifier: GPL-2.0-or-later
"""A running system with systemd and udev in which a card is still held: what dracut put into the image, started as if it
were the root, since the busybox root of the other boots has neither."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import accel
import archive
import disk
import image
import kernels
import vm
import whole
from stories import NATIVE
from stories_screen import BIND_BOOT_CARD, BOOT_CARD, TWIN
from whole import expect, expect_driver, expect_log

HELD = "earlybind-held.service"
CHECK = "earlybind-check.service"
ENABLE = "systemctl enable earlybind-check"
RULES = "90-earlybind-held.rules"
# An empty file of that name takes away what the image has.
ALL_RULES = (RULES, "70-earlybind-late.rules")
# claim as in an image of ours, then no initramfs any more, and what the owner did on an earlier boot.
INIT = """#!/bin/sh
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs devtmpfs /dev; mount -t tmpfs tmpfs /run
/usr/bin/earlybind --claim
rm -f /etc/earlybind.image /etc/initrd-release /usr/lib/initrd-release
{0}
exec /usr/lib/systemd/systemd
"""
TARGET = f"""[Unit]
Requires=basic.target
After=basic.target
Wants=systemd-udevd.service systemd-udev-trigger.service story.service shell.service {HELD} multi-user.target
AllowIsolate=yes
"""
# One shell on the second serial line, one on the console; what dracut left out is busybox's.
TOOLS = "mkdir -p /run/tools; busybox --install -s /run/tools; export PATH=/usr/bin:/usr/sbin:/run/tools; "
# No prompt, no pager and no colour among what is read.
PLAIN = "stty raw -echo; export PS1= PS2= TERM=dumb; "
SHELLS = {"story": ("ttyS1", TOOLS + PLAIN + "echo The shell is up; exec sh"), "shell": ("tty1", "exec sh -i")}
UNIT = """[Unit]
DefaultDependencies=no
IgnoreOnIsolate=yes
[Service]
ExecStart=/bin/sh -c '{1}'
StandardInput=tty-force
StandardOutput=tty
StandardError=tty
TTYPath=/dev/{0}
"""
# What asks for root's password in a running system, with its own dependencies, but for the password.
OWN_SHELL = b"\n[Service]\nExecStart=\nExecStart=-/bin/sh -i\n"
FSTAB_THAT_FAILS = b"/dev/disk/by-label/no-such-disk /mnt ext4 x-systemd.device-timeout=1s 0 0\n"
CHANGE_OF_SCREENS = "udevadm trigger --action=change --subsystem-match=drm"


@contextlib.contextmanager
def running_system(folder: Path, rules: Iterable[str] = (RULES,), append: str = "", config: str = BIND_BOOT_CARD,
                   devices: Iterable[str] = (), keyboard: bool = False, owner: str = "",
                   files: Mapping[str, archive.Entry] = MappingProxyType({})) -> Iterator[vm.VM]:
    """A machine whose boot card is chosen and held, or that which the configuration says, and where the cards' own
    driver is not loaded by itself. On an earlier boot its owner has given this command, or put more files there."""
    kernel = kernels.kernel("6.12")
    stage = image.installed()
    machine = vm.VM(folder)
    over: dict[str, archive.Entry] = {
        **image.embedded(kernel, config), "story-init": INIT.format(owner).encode(), "usr/bin/busybox": disk.busybox(),
        "usr/bin/report": Path(__file__).parent / "root/report", "usr/bin/vfio-user": disk.vfio_user(),
        "etc/systemd/system/default.target": TARGET.encode(),
        "etc/modprobe.d/later.conf": b"blacklist bochs\n"}
    over |= {f"usr/lib/systemd/system/{unit}": next(path for path in stage.rglob(unit) if not path.is_symlink())
             for unit in (HELD, CHECK)}
    over |= {f"etc/systemd/system/{name}.service": UNIT.format(*words).encode() for name, words in SHELLS.items()}
    over |= {f"etc/udev/rules.d/{name}": next(stage.rglob(name)).read_bytes() if name in rules else b"" for name in ALL_RULES}
    over |= files
    try:
        base = image.image(kernel, keyboard=keyboard).read_bytes()
        initramfs = folder / "initramfs"
        initramfs.write_bytes(base + b"\0" * (-len(base) % 4) + archive.cpio(over, executable=True))
        machine.start([*vm.IOMMU, *vm.UEFI, *accel.options(), "-smp", "1", "-m", "768", "-vga", "none", *whole.CARDS, *devices,
                       "-kernel", str(kernel.image), "-initrd", str(initramfs),
                       "-append", f"{vm.KERNEL} console=tty0 intel_iommu=on rdinit=/story-init {append}".strip()])
        machine.wait_serial("The shell is up", 150, line=1)
        yield machine
    except BaseException:
        whole.keep_pictures(machine, "failure")
        raise
    finally:
        machine.quit()
        (folder / "initramfs").unlink(missing_ok=True)


def settled(machine: vm.VM) -> None:
    """Until udev and systemd have done what there is to do."""
    machine.run("udevadm settle", 120)
    for _ in range(60):
        if not machine.run("test -z \"$(systemctl --no-pager --no-legend list-jobs)\"")[1]:
            return
        machine.settle(1)
    raise vm.Failure("systemd still has jobs after a minute")


def in_journal(machine: vm.VM, options: str = "") -> list[str]:
    """The journal's lines that earlybind has printed; those of the kernel log are there too, and left out here."""
    return machine.must("journalctl --sync; journalctl --quiet --boot --output cat "
                        f"{options} _TRANSPORT=stdout SYSLOG_IDENTIFIER=earlybind").splitlines()


def see_told_in_journal(machine: vm.VM, level: str, status: int, before: Iterable[str] = ()) -> list[str]:
    """Behind the lines of before the journal has one more, what --check --brief says, at this level. The check has
    ended with this status, and neither the unit nor the system counts as failed. Returns all of the lines."""
    brief, ended = machine.run("earlybind --check --brief")
    told = [*before, brief.rstrip()]
    expect(ended == status, f"--check --brief ends with {status}", f"{ended}: {brief}")
    lines = in_journal(machine)
    expect(lines == told, f"the journal's lines by earlybind are {told}", lines)
    at_level = in_journal(machine, f"--priority {level}..{level}")
    expect(at_level == told[-1:], f"the line is there as {level}", at_level)
    shown = machine.must(f"systemctl show {CHECK} -p ActiveState -p Result -p ExecMainStatus").split()
    ran = {"ActiveState=active", "Result=success", f"ExecMainStatus={status}"}
    expect(set(shown) == ran, f"{CHECK} has run and not failed", shown)
    running, _ = machine.run("systemctl is-system-running")
    expect(running.strip() == "running", "the system is not degraded", running)
    return told


def held_until_a_screen_comes(folder: Path) -> None:
    """A card that shows the console stays held in the running system, until its twin has a screen: then it is bound at
    once. An enabled earlybind-check.service leaves one line in the journal, a warning, and no degraded system."""
    with running_system(folder, owner=ENABLE) as machine:
        settled(machine)
        told = see_told_in_journal(machine, "warning", 1)
        seen = whole.report(machine)
        expect_driver(seen, BOOT_CARD, "")
        expect(seen.functions[BOOT_CARD]["override"] == "earlybind-held", f"{BOOT_CARD} is held", seen.functions)
        expect_log(machine, BOOT_CARD, "still held, not bound to vfio-pci: it shows the firmware's picture")
        expect(whole.console_alive(machine, "host"), "the console is on the boot card's screen")
        text, status = machine.run("earlybind --check")
        expect(status == 1 and "as soon as a card that stays has a screen" in text, "--check says what it waits for", text)
        machine.run("modprobe bochs")
        settled(machine)
        seen = whole.report(machine)
        expect_driver(seen, BOOT_CARD, "vfio-pci")
        expect_driver(seen, TWIN, NATIVE)
        maps, said = whole.vfio_maps(machine, BOOT_CARD)
        expect(maps, f"a VFIO user maps BAR 0 of {BOOT_CARD}", said)
        expect(whole.console_alive(machine, "guest"), "the console is on the twin's screen")
        whole.keep_pictures(machine, "bound")
        text, status = machine.run("earlybind --check")
        expect(status == 0, "--check finds the machine as asked", text)
        machine.must("systemctl start multi-user.target")
        expect(in_journal(machine) == told, "it says so once a boot", in_journal(machine))
        machine.must(f"systemctl restart {CHECK}")
        see_told_in_journal(machine, "info", 0, told)


def shell_of(kind: str) -> dict[str, archive.Entry]:
    """The emergency or the rescue shell of a running system, which has the first console to itself."""
    unit = Path("/lib/systemd/system", f"{kind}.service").read_bytes() + OWN_SHELL
    return {f"etc/systemd/system/{kind}.service": unit, "etc/systemd/system/shell.service": b""}


def main_process(machine: vm.VM, kind: str) -> str:
    """The shell's process; 0 where there is none."""
    return machine.must(f"systemctl show --value -p MainPID {kind}.service").strip()


def see_shell_stay(machine: vm.VM, kind: str) -> None:
    """Whatever udev tells of screens, the shell stays, and so does the card that shows it."""
    shell = main_process(machine, kind)
    expect(shell != "0", f"the {kind} shell is there", machine.run("systemctl list-jobs")[0])
    expect(whole.console_alive(machine, "host"), f"the {kind} shell answers on the boot card's screen")
    machine.run("modprobe bochs")
    settled(machine)
    machine.must(CHANGE_OF_SCREENS)
    settled(machine)
    expect(main_process(machine, kind) == shell, f"the {kind} shell has not ended", main_process(machine, kind))
    seen = whole.report(machine)
    expect_driver(seen, TWIN, NATIVE)
    expect_driver(seen, BOOT_CARD, "")
    expect(seen.functions[BOOT_CARD]["override"] == "earlybind-held", f"{BOOT_CARD} is held", seen.functions)
    expect(whole.console_alive(machine, "host"), f"the {kind} shell still answers on the boot card's screen")
    whole.keep_pictures(machine, kind)


def held_in_an_emergency(folder: Path) -> None:
    """A line of fstab fails: what udev tells of screens does not end the emergency shell, and the card that shows it stays."""
    files = shell_of("emergency") | {"etc/fstab": FSTAB_THAT_FAILS, "mnt": "/"}
    with running_system(folder, files=files) as machine:
        settled(machine)
        see_shell_stay(machine, "emergency")
        # Beside it: with the dependencies that a unit has by itself, it would.
        shell = main_process(machine, "emergency")
        machine.must(f"sed -i '/^DefaultDependencies=/d; /^Requisite=/d' /usr/lib/systemd/system/{HELD}\n"
                     f"systemctl daemon-reload\n{CHANGE_OF_SCREENS}")
        settled(machine)
        expect(main_process(machine, "emergency") != shell, "with the default dependencies the shell ends", shell)


def held_in_rescue(folder: Path) -> None:
    """What is held stays held while the running system is in its rescue mode, and is bound on the way out of that."""
    with running_system(folder, files=shell_of("rescue")) as machine:
        settled(machine)
        machine.must("systemctl --no-block isolate rescue.target")
        settled(machine)
        see_shell_stay(machine, "rescue")
        machine.must("systemctl --no-block isolate default.target")
        settled(machine)
        expect_driver(whole.report(machine), BOOT_CARD, "vfio-pci")


def held_without_the_rule(folder: Path) -> None:
    """Beside it: without the udev rule nobody tells that a screen has come, and the card stays held. An
    earlybind-check.service that is not enabled leaves the journal alone."""
    with running_system(folder, rules=()) as machine:
        settled(machine)
        enabled, _ = machine.run(f"systemctl is-enabled {CHECK}")
        expect(enabled.strip() == "disabled", f"{CHECK} is there and not enabled", enabled)
        lines = in_journal(machine)
        expect(not lines, "the journal has no line that earlybind printed", lines)
        machine.run("modprobe bochs")
        settled(machine)
        expect_driver(whole.report(machine), BOOT_CARD, "")
