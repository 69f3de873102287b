# SPDX-License-Identifier: GPL-2.0-or-later
"""Small machines to talk to: which card has the console before and after a display goes to the guest, and which one never
goes. Their kernel logs to the serial line alone, so that what moves on a screen was typed or said there."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import kernels
import small
import vm
import whole
from stories import BIND_TWIN, NATIVE
from stories_screen import BIND_BOOT_CARD, BOOT_CARD, TWIN, see_bound, see_console, see_held
from stories_small import HOLDING
from whole import expect, expect_driver

CLAIM = "earlybind --claim"
FINISH = small.MOUNT_ROOT + "earlybind --finish /newroot"
LOG = "dmesg | grep earlybind: || true"
KEYBOARD = "setsid sh < /dev/tty1 > /dev/tty1 2>&1 &"
FROM_THE_FIRMWARE = ["EFI"]


@contextlib.contextmanager
def talk(folder: Path, config: str, append: str = "", kernel_name: str = "6.12", firmware: bool = True,
         **more: object) -> Iterator[vm.VM]:
    """A machine in which claim has not run yet, with a shell on the first console."""
    with small.conversation(folder, kernels.kernel(kernel_name), config=config, firmware=firmware,
                            append=f"intel_iommu=on {append}", **more) as machine:
        machine.must(KEYBOARD)
        yield machine


def given_away(folder: Path, guest: str, host: str, console: str, **more: object) -> None:
    """Claim, the display's driver, finish: the guest's card is bound and the console is on this head."""
    with talk(folder, f"bind slot {guest}\n", **more) as machine:
        machine.must(CLAIM)
        expect(whole.report(machine).functions[guest]["override"] == HOLDING, f"{guest} is held", machine.must(LOG))
        machine.must("modprobe bochs")
        machine.must(FINISH)
        see_bound(machine, guest, host)
        see_console(machine, console)


def left_alone(machine: vm.VM, words: str) -> None:
    """finish leaves the boot card held and the console on it, and --check says why."""
    text, status = machine.run(FINISH)
    expect(status == 1, "finish says by its status that something is not as asked", f"{status}: {text}")
    text = see_held(machine, BOOT_CARD)
    expect(words in text, f"--check says why: {words}", text)
    see_console(machine, "host")


def last_words(machine: vm.VM) -> None:
    """The boot card is the guest's; the last thing on its screen says so; the machine is alive on the serial line."""
    expect(machine.shows("host", "no other card has a screen", 10), "the last words are on the boot card's screen",
           machine.text)
    whole.keep_pictures(machine, "last-words")
    seen = whole.report(machine)
    expect_driver(seen, BOOT_CARD, "vfio-pci")
    maps, said = whole.vfio_maps(machine, BOOT_CARD)
    expect(maps, f"a VFIO user maps BAR 0 of {BOOT_CARD}", said)


def text_console_without_uefi(folder: Path) -> None:
    """Text VGA by a BIOS: the card that shows it is held, and the console goes on at its twin."""
    given_away(folder, BOOT_CARD, TWIN, "guest", firmware=False)


def forced_without_a_screen(folder: Path) -> None:
    """`force` binds the boot card in finish though no card that stays has a screen; the last words are on its own."""
    with talk(folder, f"bind slot {BOOT_CARD} force\n") as machine:
        machine.must(CLAIM)
        expect_driver(whole.report(machine), BOOT_CARD, "")
        machine.must(FINISH)
        last_words(machine)


def early_without_a_screen(folder: Path) -> None:
    """`early` binds the boot card in claim already; the last words are on its screen."""
    with talk(folder, f"bind slot {BOOT_CARD} early\n") as machine:
        machine.must(CLAIM)
        last_words(machine)


def nomodeset_keeps_the_screen(folder: Path) -> None:
    """With nomodeset no driver of a card that stays will ever come: the boot card stays held, and --check says why."""
    with talk(folder, BIND_BOOT_CARD, "nomodeset") as machine:
        machine.must(CLAIM)
        machine.run("modprobe bochs")
        left_alone(machine, "nomodeset")


def rescue_keeps_the_screen(folder: Path) -> None:
    """On a boot for rescue nothing that is held is bound, though a card that stays has a screen."""
    for word in ("single", "emergency", "systemd.unit=rescue.target"):
        with talk(folder / word, BIND_BOOT_CARD, word) as machine:
            machine.must(CLAIM)
            machine.must("modprobe bochs")
            left_alone(machine, "rescue")


def driver_loaded_before_claim(folder: Path) -> None:
    """A display whose driver was there before claim keeps it until finish, which moves the console and takes it."""
    with talk(folder, BIND_BOOT_CARD) as machine:
        machine.must("modprobe bochs")
        machine.must(CLAIM)
        expect_driver(whole.report(machine), BOOT_CARD, NATIVE)
        expect(whole.console_alive(machine, "host"), "the console is on the boot card's own driver")
        machine.must(FINISH)
        see_bound(machine, BOOT_CARD, TWIN)
        see_console(machine, "guest")


# vfio-pci has the card for another user, who does not let go, so that its unbind waits for that one.
OPEN = f"""modprobe vfio_iommu_type1
modprobe vfio-pci
echo vfio-pci > /sys/bus/pci/devices/{TWIN}/driver_override
echo {TWIN} > /sys/bus/pci/drivers_probe
echo > /sys/bus/pci/devices/{TWIN}/driver_override
vfio-user {TWIN} 300 > /dev/null &
sleep 1"""


def unbind_that_hangs(folder: Path) -> None:
    """A driver that does not let go of the card: the boot goes on after ten seconds, and says so. On 6.1 whoever reads that
    card's uevent hangs as well, and on neither kernel does --check."""
    for kernel in ("6.1", "6.12"):
        hanging_on(folder / kernel, kernel)


def hanging_on(place: Path, kernel: str) -> None:
    with talk(place, f"bind slot {TWIN} driver pci-stub\n", kernel_name=kernel,
              drivers=("bochs", *small.VFIO, "pci-stub")) as machine:
        machine.must(OPEN)
        machine.must(CLAIM)
        before = time.monotonic()
        text, status = machine.run(FINISH, 40)
        took = time.monotonic() - before
        expect(status == 1, "finish says by its status that something is not as asked", f"{status}: {text}")
        expect(8 < took < 20, "finish goes on after ten seconds", f"{took:.1f} s")
        log = machine.must(LOG)
        expect(f"{TWIN}: not bound" in log and "the driver it has keeps it" in log, f"the log says of {TWIN} why", log)
        # Ended from outside it would not be: it is watched from there.
        machine.must("(earlybind --check > /checked || echo status $? >> /checked) &\nsleep 5")
        text = machine.must("cat /checked")
        expect("status 1" in text and TWIN in text, "--check does not hang and names the card", text)
        see_console(machine, "host")


LEFT_OVERS = """mkdir -p /etc/modprobe.d
echo 'options vfio-pci ids=1234:1111  disable_vga=1' > /etc/modprobe.d/old.conf
echo 'install vfio-pci /bin/touch /run/old-way' >> /etc/modprobe.d/old.conf"""


def left_overs_in_modprobe_d(folder: Path) -> None:
    """`options vfio-pci ids=` and `install vfio-pci` lines of modprobe.d, and vfio-pci.ids=, of both cards: the one goes. The
    other options stay, and are for the image too."""
    with talk(folder, BIND_BOOT_CARD, "vfio-pci.ids=1234:1111 vfio-pci.disable_idle_d3=1") as machine:
        machine.must(LEFT_OVERS)
        text, _ = machine.run("earlybind --embed dracut --kernel $(uname -r)")
        expect("\nmodprobe options vfio_pci disable_vga=1\n" in text, "modprobe.d's other options are for the image", text)
        expect("vfio-pci.ids=1234:1111,1234:1111" in text, "--embed says that the ids are not needed", text)
        machine.must(CLAIM)
        machine.must("[ ! -e /run/old-way ]")
        machine.must("grep -x Y /sys/module/vfio_pci/parameters/disable_vga")
        machine.must("modprobe bochs")
        machine.must(FINISH)
        see_bound(machine, BOOT_CARD, TWIN)
        log = machine.must(LOG)
        expect("1234:1111" in log and "set aside" in log, "the log says that the ids are set aside", log)
        see_console(machine, "guest")


# Both, since the kernel's framebuffer console goes by itself to the only card of class 0300.
CARDS_OTHER_CLASS_SECOND = [*whole.CARDS[:4], "-device", "secondary-vga,id=guest,bus=rootport"]
CARDS_OTHER_CLASS = ["-device", "secondary-vga,id=host,addr=2", *CARDS_OTHER_CLASS_SECOND[2:]]


def other_class_shows_the_picture(folder: Path) -> None:
    """A display of class 0380 that shows the firmware's picture: vfio-pci evicts nothing there, and its memory is freed."""
    given_away(folder, BOOT_CARD, TWIN, "guest", devices=CARDS_OTHER_CLASS)


def other_class_shows_nothing(folder: Path) -> None:
    """A display of class 0380 that shows nothing is bound in claim, and the console is not disturbed."""
    with talk(folder, BIND_TWIN, devices=CARDS_OTHER_CLASS_SECOND) as machine:
        machine.must(CLAIM)
        see_bound(machine, TWIN, BOOT_CARD, "")
        machine.must("modprobe bochs")
        see_bound(machine, TWIN, BOOT_CARD)
        see_console(machine, "host")
