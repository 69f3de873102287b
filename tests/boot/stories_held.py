# SPDX-License-Identifier: GPL-2.0-or-later
"""A running system with systemd and udev in which a card is still held: what dracut put into the image, started as if it
were the root, since the busybox root of the other boots has neither."""

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path

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
RULES = "90-earlybind-held.rules"
# An empty file of that name takes away what the image has.
ALL_RULES = (RULES, "70-earlybind-late.rules")
# claim as in an image of ours, and then no initramfs any more.
INIT = b"""#!/bin/sh
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs devtmpfs /dev; mount -t tmpfs tmpfs /run
/usr/bin/earlybind --claim
rm -f /etc/earlybind.image /etc/initrd-release /usr/lib/initrd-release
exec /usr/lib/systemd/systemd
"""
TARGET = f"""[Unit]
Requires=basic.target
After=basic.target
Wants=systemd-udevd.service systemd-udev-trigger.service story.service shell.service {HELD}
AllowIsolate=yes
"""
# One shell on the second serial line, one on the console; what dracut left out is busybox's.
TOOLS = "mkdir -p /run/tools; busybox --install -s /run/tools; export PATH=/usr/bin:/usr/sbin:/run/tools; "
SHELLS = {"story": ("ttyS1", TOOLS + "stty raw -echo; echo The shell is up; exec sh"), "shell": ("tty1", "exec sh -i")}
UNIT = """[Unit]
DefaultDependencies=no
[Service]
ExecStart=/bin/sh -c '{1}'
StandardInput=tty-force
StandardOutput=tty
StandardError=tty
TTYPath=/dev/{0}
"""


@contextlib.contextmanager
def running_system(folder: Path, rules: Iterable[str] = (RULES,), append: str = "", config: str = BIND_BOOT_CARD,
                   devices: Iterable[str] = (), keyboard: bool = False) -> Iterator[vm.VM]:
    """A machine whose boot card is chosen and held, or that which the configuration says, and where the cards' own driver is
    not loaded by itself."""
    kernel = kernels.kernel("6.12")
    stage = image.installed()
    machine = vm.VM(folder)
    over: dict[str, archive.Entry] = {
        **image.embedded(kernel, config), "story-init": INIT, "usr/bin/busybox": disk.busybox(),
        "usr/bin/report": Path(__file__).parent / "root/report", "usr/bin/vfio-user": disk.vfio_user(),
        "etc/systemd/system/default.target": TARGET.encode(),
        "etc/modprobe.d/later.conf": b"blacklist bochs\n",
        f"etc/systemd/system/{HELD}": next(path for path in stage.rglob(HELD) if path.is_file()).read_bytes()}
    over |= {f"etc/systemd/system/{name}.service": UNIT.format(*words).encode() for name, words in SHELLS.items()}
    over |= {f"etc/udev/rules.d/{name}": next(stage.rglob(name)).read_bytes() if name in rules else b"" for name in ALL_RULES}
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


def held_until_a_screen_comes(folder: Path) -> None:
    """A card that shows the console stays held in the running system, until its twin has a screen: then it is bound at once."""
    with running_system(folder) as machine:
        settled(machine)
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


def held_without_the_rule(folder: Path) -> None:
    """Beside it: without the udev rule nobody tells that a screen has come, and the card stays held."""
    with running_system(folder, rules=()) as machine:
        settled(machine)
        machine.run("modprobe bochs")
        settled(machine)
        expect_driver(whole.report(machine), BOOT_CARD, "")
