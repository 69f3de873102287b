# SPDX-License-Identifier: GPL-2.0-or-later
"""Small machines after their boot: what --check says of a card, and what a VFIO user can do with it, both ways."""

import contextlib
import difflib
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import cache
import disk
import disks
import image
import kernels
import small
import vm
import whole
from stories import BIND_TWIN
from stories_screen import BIND_BOOT_CARD, BOOT_CARD
from stories_small import CLAIM, FINISH
from whole import GUEST, expect

# Behind a bridge to PCI every function has the bridge's requester ID, so that they share its IOMMU group.
BEHIND_BRIDGE = ["-device", "VGA,id=host,addr=2", "-device", "pcie-pci-bridge,id=bridge,addr=3",
                 "-device", "VGA,id=guest,bus=bridge,addr=1", "-device", "e1000,bus=bridge,addr=2"]
CARD, NEIGHBOUR, BRIDGE = "0000:01:01.0", "0000:01:02.0", "0000:00:03.0"
BIND_CARD = f"bind slot {CARD}\n"
LOAD = "modprobe -a bochs e1000\n"
AS_ASKED = f"{CARD} 1234:1111 as asked: vfio-pci"
NOT_VIABLE = f"{CARD} 1234:1111 has vfio-pci, and no guest can use it: {NEIGHBOUR} (e1000) of its IOMMU group"
USER = "echo 'user:x:1000:1000::/:/bin/sh' >> /etc/passwd\necho 'user:x:1000:' >> /etc/group\n"
AS_USER = "su user -c '{}'"


def unbound(slot: str) -> str:
    return f"echo {slot} > /sys/bus/pci/devices/{slot}/driver/unbind\n"


def given(slot: str, driver: str) -> str:
    """Takes the function from its driver, if it has one, and gives it to this one."""
    device = f"/sys/bus/pci/devices/{slot}"
    return (f"[ ! -e {device}/driver ] || {unbound(slot)}echo {driver} > {device}/driver_override\n"
            f"echo {slot} > /sys/bus/pci/drivers_probe\n"
            f"[ $(basename $(readlink {device}/driver)) = {driver} ]\n")


class State(NamedTuple):
    what: str
    command: str
    maps: bool
    words: str


STATES = [
    State("held", "true\n", False, f"{CARD} 1234:1111 held, and not bound"),
    State("bound, with a neighbour that works for the host", "earlybind --finish\n", False, NOT_VIABLE),
    State("the neighbour without a driver", unbound(NEIGHBOUR), True, AS_ASKED),
    State("the neighbour with vfio-pci", given(NEIGHBOUR, "vfio-pci"), True, AS_ASKED),
    State("the neighbour with pci-stub", given(NEIGHBOUR, "pci-stub"), True, AS_ASKED),
    State("the neighbour with its own driver again", given(NEIGHBOUR, "e1000"), False, NOT_VIABLE),
    State("the neighbour unbound again", unbound(NEIGHBOUR), True, AS_ASKED),
    State("the bridge with pci-stub", given(BRIDGE, "pci-stub"), True, AS_ASKED),
    State("the host's driver", given(CARD, "bochs-drm"), False, "has the driver bochs-drm, not vfio-pci"),
    State("no driver", unbound(CARD), False, "has no driver, not vfio-pci"),
    State("pci-stub, in a viable group", given(CARD, "pci-stub"), False, "has the driver pci-stub, not vfio-pci"),
    State("vfio-pci again", given(CARD, "vfio-pci"), True, AS_ASKED),
    State("without vfio_iommu_type1", "rmmod vfio_iommu_type1\n", False, "vfio_iommu_type1 is not loaded"),
]


@contextlib.contextmanager
def booted(folder: Path, config: str, boot: str = CLAIM + LOAD + small.MOUNT_ROOT + FINISH, kernel_name: str = "6.1",
           devices: Iterable[str] = whole.CARDS, **more: object) -> Iterator[vm.VM]:
    """A machine that this script has booted, with a shell in its running root and a user who is not root."""
    with small.conversation(folder, kernels.kernel(kernel_name), boot + disks.go_on(USER + small.SHELL), config=config,
                            drivers=("bochs", "e1000", "pci-stub", *small.VFIO), devices=devices, timeout=120,
                            **more) as machine:  # type: ignore
        yield machine


def check(machine: vm.VM, command: str = "earlybind --check") -> tuple[str, int]:
    """What it says, in one line however it was wrapped, and its status."""
    text, status = machine.run(command)
    return " ".join(text.split()), status


def see_both(machine: vm.VM, slot: str, maps: bool, words: str, what: str) -> None:
    """--check says these words and ends with 0 exactly where a VFIO user maps the function's memory."""
    text, status = check(machine)
    expect(words in text, f"{what}: --check says: {words}", text)
    expect(status == (0 if maps else 1), f"{what}: --check ends with {0 if maps else 1}", f"{status}: {text}")
    mapped, said = whole.vfio_maps(machine, slot)
    expect(mapped == maps, f"{what}: a VFIO user {'maps' if maps else 'cannot map'} BAR 0 of {slot}", said)


def check_agrees_with_a_vfio_user(folder: Path) -> None:
    """A card in a group with a neighbour and a bridge: --check ends with 0 exactly where a VFIO user maps the card's
    memory, whatever driver each of the three has."""
    with booted(folder, BIND_CARD, CLAIM + LOAD + small.MOUNT_ROOT, devices=BEHIND_BRIDGE) as machine:
        machine.must("modprobe pci-stub")
        for state in STATES:
            machine.must(state.command)
            see_both(machine, CARD, state.maps, state.words, state.what)


def check_agrees_on_memory_that_is_taken(folder: Path) -> None:
    """While a program has the firmware's framebuffer open no VFIO user maps the card that it was on: --check says so,
    to a user without rights too, until that program ends."""
    taken = (f"{BOOT_CARD} 1234:1111 has vfio-pci, and no guest can use it: "
             "the firmware's framebuffer still has its memory")
    boot = f"sleep 600 < /dev/fb0 > /dev/null 2>&1 &\necho $! > /run/holder\n{CLAIM}{LOAD}{small.MOUNT_ROOT}{FINISH}"
    with booted(folder, BIND_BOOT_CARD, boot, "6.12", firmware=True) as machine:
        see_both(machine, BOOT_CARD, False, taken, "with the framebuffer open")
        text, status = check(machine, AS_USER.format("earlybind --check"))
        expect(taken in text and status == 1, "--check says so to a user without rights", f"{status}: {text}")
        machine.must("kill $(cat /run/holder)")
        see_both(machine, BOOT_CARD, True, f"{BOOT_CARD} 1234:1111 as asked: vfio-pci", "with the framebuffer closed")


TWIN_AS_ASKED = f"{GUEST} 1234:1111 as asked: vfio-pci"
HOSTS_TWIN = f"{GUEST} 1234:1111 has the driver bochs-drm, not vfio-pci"
# A function more, which the image knows nothing of.
NETWORK = "0000:00:06.0"
WITH_NETWORK = [*whole.CARDS, "-device", f"e1000,addr={NETWORK[8:10]}"]
HOSTS_NETWORK = f"{NETWORK} 8086:100e has the driver e1000, not vfio-pci"
REBUILD = "(dracut --force --regenerate-all) and restart"


def stale_image(folder: Path) -> None:
    """A line written after the image was built: --check says that the image is not today's, with the command that
    builds it, and what the new line's function has, until the line is gone again."""
    with booted(folder, BIND_TWIN, devices=WITH_NETWORK) as machine:
        see_both(machine, GUEST, True, TWIN_AS_ASKED, "as it was built")
        machine.must(f"echo bind slot {NETWORK} >> /etc/earlybind.conf")
        see_both(machine, NETWORK, False, HOSTS_NETWORK, "with another line")
        text, _ = check(machine)
        expect(f"the initramfs of this boot has another configuration than today's; build it again {REBUILD}" in text,
               "--check says that the image is stale, and how it is built again", text)
        expect(TWIN_AS_ASKED in text, "the twin is as asked all the same", text)
        machine.must("sed -i '$d' /etc/earlybind.conf")
        see_both(machine, GUEST, True, TWIN_AS_ASKED, "without that line")


def image_without_earlybind(folder: Path) -> None:
    """The configuration is there and the booted image ran no earlybind: --check says so, and what has the card."""
    with booted(folder, BIND_TWIN, LOAD + small.MOUNT_ROOT) as machine:
        see_both(machine, GUEST, False, HOSTS_TWIN, "not claimed")
        text, _ = check(machine)
        expect("earlybind did not run on this boot; build the initramfs again (" in text, "--check says it", text)
        expect("another configuration" not in text, "--check does not call the image stale", text)


def switched_off_is_said(folder: Path) -> None:
    """On a boot with earlybind=off --check says that, and not that earlybind did not run."""
    with booted(folder, BIND_TWIN, append="intel_iommu=on earlybind=off") as machine:
        see_both(machine, GUEST, False, HOSTS_TWIN, "switched off")
        text, _ = check(machine)
        for words in ("earlybind was off on this boot", "the kernel command line", "start again"):
            expect(words in text, f"--check says: {words}", text)
        expect("did not run" not in text, "--check does not say that earlybind did not run", text)


def no_iommu_is_said(folder: Path) -> None:
    """With the IOMMU off no card can go to a guest: it keeps its driver, and --check says for want of what."""
    with booted(folder, BIND_TWIN, append="intel_iommu=off") as machine:
        see_both(machine, GUEST, False, HOSTS_TWIN, "without an IOMMU")
        text, _ = check(machine)
        expect("it has no IOMMU group" in text, "--check says what is missing", text)


def check_agrees_on_interrupts(folder: Path) -> None:
    """Where no interrupts are remapped VFIO gives no device to a guest, and --check says so, until that is allowed."""
    unsafe = "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts"
    with booted(folder, BIND_TWIN, append="intel_iommu=on intremap=off") as machine:
        see_both(machine, GUEST, False, "interrupts are not remapped on this machine", "without remapping")
        text, _ = check(machine)
        expect("take intremap=off off the kernel command line" in text, "--check says what to do", text)
        machine.must(f"echo Y > {unsafe}")
        see_both(machine, GUEST, True, TWIN_AS_ASKED, "where it is allowed all the same")


OTHER_SLOT = "0000:00:05.0"
MOVED = ["-device", "VGA,id=host,addr=2", "-device", f"VGA,id=guest,addr={OTHER_SLOT[8:10]}"]


def twin_in_another_slot(folder: Path) -> None:
    """The twin was put into another slot after the image was built: its line matches nothing, nobody gives it away, and
    --check says so; the line for the new slot makes the image stale."""
    with booted(folder, f"bind slot {GUEST} id 1234:1111\n", devices=MOVED) as machine:
        see_both(machine, OTHER_SLOT, False, "line 1 of /etc/earlybind.conf matches nothing", "moved")
        machine.must(f"echo bind slot {OTHER_SLOT} id 1234:1111 > /etc/earlybind.conf")
        see_both(machine, OTHER_SLOT, False, f"{OTHER_SLOT} 1234:1111 has the driver bochs-drm", "named anew")
        text, _ = check(machine)
        expect("another configuration than today's" in text, "--check says that the image is stale", text)


def check_without_rights(folder: Path) -> None:
    """A user who is not root hears all that root hears, and that only root can use the card; what that user may not read
    is named, and nothing is called as asked for want of it."""
    with booted(folder, BIND_CARD, devices=BEHIND_BRIDGE) as machine:
        for what, command in [("not viable", "true"), ("viable", unbound(NEIGHBOUR))]:
            machine.must(command)
            told, status = machine.run("earlybind --check")
            heard, of_user = machine.run(AS_USER.format("earlybind --check"))
            # the last line counts the notes, and the user has more of them
            lacking = set(told.splitlines()[:-1]) - set(heard.splitlines())
            expect(of_user == status and not lacking, f"{what}: the user hears what root hears", heard)
            expect("you cannot open /dev/vfio/" in heard, f"{what}: and what only root can use", heard)
        expect(whole.vfio_maps(machine, CARD)[0], f"root maps BAR 0 of {CARD}")
        text, status = machine.run(AS_USER.format(f"vfio-user {CARD}"))
        expect(status == 1 and "Permission denied" in text, f"that user cannot open {CARD}", text)
        machine.must("chmod 600 /etc/earlybind.conf")
        text, status = check(machine, AS_USER.format("earlybind --check"))
        expect(status == 3 and text == "/etc/earlybind.conf: cannot be read: Permission denied",
               "--check names what it cannot read", f"{status}: {text}")


THREE_WRONG = [*BEHIND_BRIDGE, "-device", f"e1000,addr={NETWORK[8:10]}"]
# In the words of the command's options; what each prints, and its status.
READS = ("--check", "--check --json", "--plan", "--plan --json", "--list", "--import", "--libvirt")


def three_things_wrong(machine: vm.VM) -> None:
    """In a machine that is as asked: a neighbour of the card's group works for the host, a line is newer than the
    image, and that line's function has the host's driver."""
    machine.must(given(NEIGHBOUR, "e1000"))
    machine.must(f"echo bind slot {NETWORK} >> /etc/earlybind.conf")


def laid_out(place: Path, snapshot: str) -> Path:
    place.mkdir()
    (place / "snapshot").write_text(snapshot)
    disk.call(cache.TREE / "tests/machines/lay-out", place / "snapshot", place / "root")
    return place / "root"


def see_same_elsewhere(machine: vm.VM, place: Path) -> None:
    """What the program says in the machine it says elsewhere of the machine's snapshot, laid out as a tree: the same
    words, wherever a line ends."""
    root = laid_out(place, machine.must("earlybind --snapshot"))
    for read in READS:
        text, status = machine.run(f"earlybind {read}")
        done = subprocess.run([image.program(), "--root", root, *read.split()], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        here, there = text.split(), done.stdout.split()
        expect((here, status) == (there, done.returncode), f"{read} says of the snapshot what it says in the machine",
               " ".join([f"{status}, {done.returncode}:", *difflib.unified_diff(here, there, lineterm="")]))


def snapshot_says_what_the_machine_says(folder: Path) -> None:
    """Of a machine as asked, and of one with three things wrong: what --snapshot prints there is laid out elsewhere,
    and every command says of that what it says in the machine."""
    with booted(folder, BIND_CARD, devices=THREE_WRONG) as machine:
        machine.must("modprobe pci-stub\n" + unbound(NEIGHBOUR))
        see_both(machine, CARD, True, AS_ASKED, "in good order")
        see_same_elsewhere(machine, folder / "good")
        three_things_wrong(machine)
        see_both(machine, CARD, False, NOT_VIABLE, "with three things wrong")
        text, _ = check(machine)
        for words in (HOSTS_NETWORK, "another configuration than today's"):
            expect(words in text, f"--check says: {words}", text)
        see_same_elsewhere(machine, folder / "wrong")
