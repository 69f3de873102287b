# SPDX-License-Identifier: GPL-2.0-or-later
"""What stories_screen and stories_screen_small have no time for: more kernels, more layouts, and the failures prevented."""

import struct
import tempfile
from pathlib import Path

import cache
import image
import kernels
import vm
import whole
from stories import BIND_TWIN, BOUND, HELD, NATIVE, NO_OVERRIDE, see_as_if_not_installed, see_prompt_and_unlock
from stories_screen import (BIND_BOOT_CARD, BOOT_CARD, CARDS_SWAPPED, SWAPPED_GUEST, SWAPPED_HOST, TWIN, boot_card_on,
                            see_bound, see_console)
from stories_screen_small import CARDS_OTHER_CLASS, CLAIM, FINISH, FROM_THE_FIRMWARE, LOG, given_away, talk
from whole import expect, expect_driver, expect_log

OVERRIDE_SCRIPT = cache.TREE / "tests/demo/50override-script"


def boot_card_6_1(folder: Path) -> None:
    """The card with the prompt goes to the guest, on Debian 12's kernel."""
    boot_card_on(folder, "6.1")


def boot_card_sid(folder: Path) -> None:
    """The card with the prompt goes to the guest, on the newest kernel in Debian's sid."""
    try:
        kernels.kernel("sid")
    except RuntimeError as error:
        raise vm.Skip(f"the newest kernel of sid cannot be had: {error}") from error
    boot_card_on(folder, "sid")


def override_script_kills_the_prompt_6_1(folder: Path) -> None:
    """The failure that earlybind prevents: a script that gives away every card but the boot one freezes that one's screen."""
    kernel = kernels.kernel("6.1")
    script_only = image.image(kernel, earlybind=False, display=False, module=OVERRIDE_SCRIPT)
    with whole.boot(folder, kernel, script_only, cards=CARDS_SWAPPED) as machine:
        whole.prompt_on_serial(machine)
        expect(not whole.prompt_visible(machine, "host", 10), "the prompt is not on the boot card's screen")
        whole.keep_pictures(machine, "prompt")
        expect(not whole.prompt_alive(machine, "host"), "the frozen screen does not answer a wrong passphrase")
        whole.unlock(machine)
        seen = whole.report(machine)
        expect_driver(seen, SWAPPED_GUEST, "vfio-pci")
        expect_driver(seen, SWAPPED_HOST, "")
        expect(not seen.framebuffers, "no framebuffer is left", seen.framebuffers)


def other_card_on_the_root_bus_with_a_driver_6_1(folder: Path) -> None:
    """The same two cards with the host's driver in the image: finish binds, and the host's console is not disturbed."""
    kernel = kernels.kernel("6.1")
    with whole.boot(folder, kernel, image.image(kernel), config=f"bind slot {SWAPPED_GUEST}\n",
                    cards=CARDS_SWAPPED) as machine:
        see_prompt_and_unlock(machine)
        see_bound(machine, SWAPPED_GUEST, SWAPPED_HOST)
        expect_log(machine, SWAPPED_GUEST, HELD)
        expect_log(machine, SWAPPED_GUEST, BOUND)
        see_console(machine, "host")


def switched_back(folder: Path, append: str) -> None:
    kernel = kernels.kernel("6.12")
    with whole.boot(folder, kernel, image.image(kernel), append, BIND_BOOT_CARD) as machine:
        see_prompt_and_unlock(machine)
        see_as_if_not_installed(machine)
        seen = whole.report(machine)
        expect(seen.functions[BOOT_CARD]["override"] == NO_OVERRIDE, f"{BOOT_CARD} has no driver override")
        see_console(machine, "host")


def boot_card_planned_only_6_12(folder: Path) -> None:
    """earlybind=plan with the boot card configured: the screen stays, and nothing is held."""
    switched_back(folder, "earlybind=plan")


def boot_card_kept_6_12(folder: Path) -> None:
    """earlybind.keep= of the boot card on the kernel command line: the screen stays, and nothing is held."""
    switched_back(folder, "earlybind.keep=00:02")


def boot_card_behind_a_root_port(folder: Path) -> None:
    """The boot card is behind a root port and goes to the guest; the console goes on at the card on the root bus."""
    given_away(folder, SWAPPED_HOST, SWAPPED_GUEST, "guest", devices=CARDS_SWAPPED)


def boot_card_behind_a_root_port_6_1(folder: Path) -> None:
    """The same on 6.1, where the driver of the card on the root bus takes the console over when it is loaded."""
    given_away(folder, SWAPPED_HOST, SWAPPED_GUEST, "guest", devices=CARDS_SWAPPED, kernel_name="6.1")


def guest_on_the_root_bus(folder: Path) -> None:
    """The boot card is behind a root port and stays; the one on the root bus goes, and the console is not disturbed."""
    given_away(folder, SWAPPED_GUEST, SWAPPED_HOST, "host", devices=CARDS_SWAPPED)


def guest_behind_a_root_port(folder: Path) -> None:
    """The boot card is on the root bus and stays; the one behind a root port goes, and the console is not disturbed."""
    given_away(folder, TWIN, BOOT_CARD, "host")


def text_console_stays_without_uefi(folder: Path) -> None:
    """Text VGA by a BIOS: the card that does not show it goes to the guest, and the console is not disturbed."""
    given_away(folder, TWIN, BOOT_CARD, "host", firmware=False)


THIRD = "0000:02:00.0"
THREE_CARDS = [*whole.CARDS, "-device", "pcie-root-port,id=secondport,chassis=2,addr=6",
               "-device", "VGA,id=third,bus=secondport"]


def three_cards_two_go(folder: Path) -> None:
    """Of three identical cards two go to guests, the boot card among them; the console goes on at the third."""
    with talk(folder, f"bind slot {BOOT_CARD}\nbind slot {TWIN}\n", devices=THREE_CARDS) as machine:
        machine.must(CLAIM)
        machine.must("modprobe bochs")
        machine.must(FINISH)
        for guest in (BOOT_CARD, TWIN):
            see_bound(machine, guest, THIRD)
        see_console(machine, "third", ("host", "guest"))


def twin_without_a_screen(folder: Path) -> None:
    """No card that stays has its driver in the image: a card that shows nothing is bound all the same."""
    with talk(folder, BIND_TWIN) as machine:
        machine.must(CLAIM)
        machine.must(FINISH)
        see_bound(machine, TWIN, BOOT_CARD, "")
        expect(whole.report(machine).framebuffers == FROM_THE_FIRMWARE, "the firmware's framebuffer is there")
        see_console(machine, "host")


def other_class_by_simpledrm(folder: Path) -> None:
    """A display of class 0380 whose picture simpledrm shows is refused, since its memory is never freed."""
    with talk(folder, BIND_BOOT_CARD, kernel_name="simpledrm", devices=CARDS_OTHER_CLASS) as machine:
        text, status = machine.run(CLAIM)
        expect(status == 1, "claim refuses by its status", f"{status}: {text}")
        seen = whole.report(machine).functions[BOOT_CARD]
        expect(seen["override"] == NO_OVERRIDE, f"{BOOT_CARD} has no driver override", seen)
        log = machine.must(LOG)
        expect("simpledrm" in log and f"{BOOT_CARD}: not bound" in log, "the log says why", log)
        see_console(machine, "host")
        machine.must("modprobe bochs")
        machine.must(FINISH)
        expect_driver(whole.report(machine), BOOT_CARD, NATIVE)
        text, status = machine.run("earlybind --check")
        expect(status == 1 and f"{BOOT_CARD}  1234:1111  has the driver {NATIVE}" in text, "--check says so", text)
        see_console(machine, "host")


def no_framebuffer_at_all(folder: Path) -> None:
    """Without any framebuffer (video=efifb:off) there is nothing to take away, and nothing waits for a screen."""
    with talk(folder, BIND_BOOT_CARD, "video=efifb:off") as machine:
        expect(not whole.report(machine).framebuffers, "there is no framebuffer", machine.must("cat /proc/fb"))
        machine.must(CLAIM)
        machine.must(FINISH)
        see_bound(machine, BOOT_CARD, TWIN, "")


def configuration_cut_short(folder: Path) -> None:
    """A configuration that was cut short in the image may name another card than its owner meant: nothing is claimed."""
    with talk(folder, "bind id 1234:1111\nkeep slot 0000:00:02.0\n") as machine:
        machine.must("head -n 1 /etc/earlybind.conf > /run/cut\ncat /run/cut > /etc/earlybind.conf")
        text, status = machine.run(CLAIM)
        expect(status == 2, "claim refuses by its status", f"{status}: {text}")
        machine.must("modprobe bochs")
        seen = whole.report(machine)
        for slot in (BOOT_CARD, TWIN):
            expect_driver(seen, slot, NATIVE)
        log = machine.must(LOG)
        expect("not the one it was built with" in log, "the log says why", log)
        see_console(machine, "host")


# Where the crash dump's header lies, outside of what the kernel takes for its memory.
CORE_AT = 128 << 20


def _core() -> bytes:
    """The header of a crash dump with one note and one piece of memory, as the kernel that crashed would leave it."""
    note = struct.pack("<III8sI", 5, 4, 1, b"CORE", 0)
    ident = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    head = ident + struct.pack("<HHIQQQIHHHHHH", 4, 62, 1, 0, 64, 0, 0, 64, 56, 2, 0, 0, 0)
    notes = struct.pack("<IIQQQQQQ", 4, 0, CORE_AT + 1024, 0, CORE_AT + 1024, len(note), len(note), 0)
    memory = struct.pack("<IIQQQQQQ", 1, 7, 0, 0, 0, 4096, 4096, 0)
    return (head + notes + memory).ljust(1024, b"\0") + note


def crash_dump_kernel(folder: Path) -> None:
    """A kernel that was started to save a crash dump (/proc/vmcore): nothing is held, nothing is bound."""
    with tempfile.NamedTemporaryFile(prefix="core-") as core:
        core.write(_core())
        core.flush()
        devices = [*whole.CARDS, "-device", f"loader,file={core.name},addr={CORE_AT:#x},force-raw=on"]
        with talk(folder, BIND_BOOT_CARD, f"memmap=1M${CORE_AT:#x} elfcorehdr=2K@{CORE_AT:#x}", devices=devices,
                  firmware=False) as machine:
            machine.must("[ -e /proc/vmcore ]")
            machine.must(CLAIM)
            machine.must("modprobe bochs")
            machine.must(FINISH)
            seen = whole.report(machine)
            for slot in (BOOT_CARD, TWIN):
                expect_driver(seen, slot, NATIVE)
            log = machine.must(LOG)
            expect("crash dump" in log, "the log says why", log)
