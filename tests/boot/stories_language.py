# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole boots for the ways in which an owner can name the card: by id, by what shows the picture, by card, by path."""

from pathlib import Path

import image
import kernels
import vm
import whole
from stories import (NATIVE, NO_OVERRIDE, see_host_alive, see_it_said, see_one_bound, see_prompt_and_unlock,
                     see_twin_given_away)
from whole import GUEST, HOST, expect, expect_driver

IDS = "1234:1111"
# Without systemd dracut opens what rd.luks.uuid= names; rd.luks.name= only says what it is to be called.
OPEN_ROOT = f"rd.luks.uuid={whole.disk.LUKS_UUID}"
# An audio function on each card, both with one id.
AUDIO = "ich9-intel-hda"
CARDS_WITH_AUDIO = ["-device", "VGA,id=host,addr=2.0,multifunction=on", "-device", f"{AUDIO},addr=2.1",
                    "-device", "pcie-root-port,id=rootport,chassis=1,addr=3",
                    "-device", "VGA,id=guest,bus=rootport,addr=0.0,multifunction=on",
                    "-device", f"{AUDIO},bus=rootport,addr=0.1"]
HOST_AUDIO, GUEST_AUDIO = "0000:00:02.1", "0000:01:00.1"
# A new card in front: the buses behind it have moved by one.
CARDS_BEHIND_ANOTHER = ["-device", "pcie-root-port,id=front,chassis=2,addr=1", "-device", "e1000e,bus=front",
                        *whole.CARDS]
MOVED_GUEST = "0000:02:00.0"


def named(folder: Path, config: str, cards: list[str] = whole.CARDS, guest: str = GUEST) -> None:
    """Boot with this configuration: the guest's card goes to vfio-pci and the host keeps its own, prompt and all."""
    kernel = kernels.kernel("6.1")
    with whole.boot(folder, kernel, image.image(kernel), config=config, cards=cards) as machine:
        see_prompt_and_unlock(machine)
        see_one_bound(machine, guest)
        see_it_said(machine, guest)
        see_host_alive(machine)


def by_id_with_keep_6_1(folder: Path) -> None:
    """By the id that both cards have, less the host's slot: the twin goes, the host's card stays."""
    named(folder, f"bind id {IDS}\nkeep slot {HOST}\n")


def by_id_and_not_boot_display_6_1(folder: Path) -> None:
    """Every card of this id but the one that shows the firmware's picture: the twin goes, the host's card stays."""
    named(folder, f"bind cards id {IDS} not boot-display\n")


def by_path_after_the_buses_moved_6_1(folder: Path) -> None:
    """By its way from the root bus a card is found again after another one in front has moved its bus number."""
    named(folder, "bind card path 0000:00:03.0/00.0\n", CARDS_BEHIND_ANOTHER, MOVED_GUEST)


def card_takes_its_own_audio_6_1(folder: Path) -> None:
    """`bind card` takes the audio function of its own card along; the host's, which has the same id, stays."""
    kernel = kernels.kernel("6.1")
    with whole.boot(folder, kernel, image.image(kernel), config=f"bind card slot {GUEST}\n",
                    cards=CARDS_WITH_AUDIO) as machine:
        see_prompt_and_unlock(machine)
        seen = whole.report(machine)
        for slot in (GUEST, GUEST_AUDIO):
            expect_driver(seen, slot, "vfio-pci")
        expect_driver(seen, HOST, NATIVE)
        audio = seen.functions[HOST_AUDIO]
        ids = [machine.run(f"cat /sys/bus/pci/devices/{slot}/vendor /sys/bus/pci/devices/{slot}/device")[0].split()
               for slot in (HOST_AUDIO, GUEST_AUDIO)]
        expect(ids[0] == ids[1], "both audio functions have one id", ids)
        expect(audio["driver"] != "vfio-pci" and audio["override"] == NO_OVERRIDE, f"{HOST_AUDIO} stays", audio)
        maps, said = whole.vfio_maps(machine, GUEST)
        expect(maps, f"a VFIO user maps BAR 0 of {GUEST}", said)
        see_host_alive(machine)


def dracut_without_systemd_6_1(folder: Path) -> None:
    """dracut without systemd: the display's driver, by force_drivers, loses the twin; the prompt stays."""
    without_systemd(folder, "6.1")


def without_systemd(folder: Path, kernel_name: str, release: str = "") -> None:
    kernel = kernels.kernel(kernel_name)
    with whole.boot(folder, kernel, image.image(kernel, systemd=False, release=release, forced=True),
                    OPEN_ROOT, f"bind slot {GUEST}\n") as machine:
        see_prompt_and_unlock_without_systemd(machine, "host")
        see_twin_given_away(machine)


def see_prompt_and_unlock_without_systemd(machine: vm.VM, head: str) -> None:
    machine.wait_screen(head, whole.PROMPT, 240)
    whole.keep_pictures(machine, "prompt")
    expect(machine.answers(head, "wrong\n", 15), f"the screen of {head} answers a wrong passphrase")
    machine.wait_screen(head, whole.PROMPT, 60)
    unlock_on_screen(machine)


def unlock_on_screen(machine: vm.VM) -> None:
    """Without systemd the last console alone asks: what the serial line says first comes from the booted root."""
    for _ in range(3):
        machine.settle(1.5)
        machine.type(whole.disk.PASSPHRASE + "\n")
        try:
            machine.wait_serial(whole.GREETING, 40)
            break
        except vm.Failure:
            continue
    machine.wait_serial("The shell is up", 20, line=1)
