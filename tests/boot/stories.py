# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole boots on Debian's 6.1 kernel: the twin behind the root port goes to the guest, the boot card stays."""

import re
from pathlib import Path

import image
import kernels
import vm
import whole
from whole import GUEST, HOST, expect, expect_driver, expect_log

BIND_TWIN = f"bind slot {GUEST}\n"
HELD, BOUND = r"\bheld\b", r"\bbound to vfio-pci\b"
NATIVE = "bochs-drm"
NO_OVERRIDE = "(null)"
# vfio-pci first and for every card with that id: what the usual guides say.
OLD_WAY = "rd.driver.pre=vfio-pci vfio-pci.ids=1234:1111"


def see_prompt_and_unlock(machine: vm.VM) -> None:
    """The prompt stands on the host's screen and answers; then the root comes up."""
    whole.prompt_on_serial(machine)
    expect(whole.prompt_visible(machine, "host"), "the prompt is on the host's screen", machine.text[-400:])
    whole.keep_pictures(machine, "prompt")
    expect(whole.prompt_alive(machine, "host"), "the host's screen answers a wrong passphrase")
    whole.unlock(machine)


def see_host_alive(machine: vm.VM) -> None:
    expect(whole.console_alive(machine, "host"), "a command typed on the keyboard shows on the host's screen")
    whole.keep_pictures(machine, "booted")


def see_one_bound(machine: vm.VM, guest: str = GUEST) -> None:
    """The chosen card is with vfio-pci and can be mapped; its twin has its own driver and cannot."""
    seen = whole.report(machine)
    expect_driver(seen, guest, "vfio-pci")
    expect_driver(seen, HOST, NATIVE)
    expect(seen.functions[HOST]["override"] == NO_OVERRIDE, f"{HOST} has no driver override", seen.functions[HOST])
    maps, said = whole.vfio_maps(machine, guest)
    expect(maps, f"a VFIO user maps BAR 0 of {guest}", said)
    maps, said = whole.vfio_maps(machine, HOST)
    expect(not maps, f"no VFIO user maps BAR 0 of {HOST}", said)


def see_it_said(machine: vm.VM, guest: str = GUEST) -> None:
    """The kernel log, the reports and --check tell the same."""
    expect_log(machine, guest, HELD)
    expect_log(machine, guest, BOUND)
    expect(not whole.log_of(machine, HOST), f"the log names {HOST} nowhere", whole.log_of(machine, HOST))
    for stage in ("claim", "finish"):
        text, status = machine.run(f"cat /run/earlybind/{stage}")
        expect(status == 0 and f"function {guest}" in text, f"/run/earlybind/{stage} reports {guest}", text)
    text, status = machine.run("earlybind --check")
    expect(status == 0 and guest in text, f"--check finds the machine as asked and names {guest}", f"{status}: {text}")


def see_stale_image_said(machine: vm.VM) -> None:
    """A word more in the configuration: --check says that the booted image is not today's, until it is gone again."""
    machine.must("cp /etc/earlybind.conf /etc/before; echo '# later' >> /etc/earlybind.conf")
    text, status = machine.run("earlybind --check")
    expect(status == 1 and "another configuration than today's" in " ".join(text.split()),
           "--check says that the image is stale", f"{status}: {text}")
    machine.must("mv /etc/before /etc/earlybind.conf; earlybind --check")


def see_as_if_not_installed(machine: vm.VM) -> None:
    seen = whole.report(machine)
    for slot in (HOST, GUEST):
        expect_driver(seen, slot, NATIVE)
        expect(seen.functions[slot]["override"] == NO_OVERRIDE, f"{slot} has no driver override", seen.functions[slot])
    lines = whole.log_of(machine, GUEST)
    expect(not any(re.search(f"{HELD}|{BOUND}", line) for line in lines), f"{GUEST} was neither held nor bound", lines)


def native_driver_lines(machine: vm.VM, slot: str) -> list[str]:
    """What the display's own driver said of this function."""
    text, _ = machine.run(f"dmesg | grep bochs | grep {slot}")
    return text.splitlines()


def see_twin_given_away(machine: vm.VM) -> None:
    """The twin is the guest's, and the display's own driver never had it, however early that was loaded."""
    see_one_bound(machine)
    see_it_said(machine)
    expect(bool(native_driver_lines(machine, HOST)), f"{NATIVE} took {HOST}")
    lines = native_driver_lines(machine, GUEST)
    expect(not lines, f"{NATIVE} never touched {GUEST}", lines)
    see_host_alive(machine)


def twin_on(folder: Path, kernel_name: str, append: str = "", release: str = "", forced: bool = False) -> None:
    kernel = kernels.kernel(kernel_name)
    with whole.boot(folder, kernel, image.image(kernel, release=release, forced=forced), append, BIND_TWIN) as machine:
        see_prompt_and_unlock(machine)
        see_twin_given_away(machine)
        see_stale_image_said(machine)


def twin_by_slot_6_1(folder: Path) -> None:
    """Of two identical cards the one named by its slot goes to vfio-pci; the other keeps driver, screen and prompt."""
    twin_on(folder, "6.1")


def driver_forced_early_6_1(folder: Path) -> None:
    """Where rd.driver.pre loads the display's driver first of all, claim is still before it."""
    twin_on(folder, "6.1", "rd.driver.pre=bochs")


def left_over_ids_6_1(folder: Path) -> None:
    """A left-over vfio-pci.ids= of both cards takes nothing that the configuration does not name, and that is said."""
    kernel = kernels.kernel("6.1")
    with whole.boot(folder, kernel, image.image(kernel), OLD_WAY, BIND_TWIN) as machine:
        see_prompt_and_unlock(machine)
        see_one_bound(machine)
        text, _ = machine.run("dmesg | grep '] earlybind:'")
        expect("ids=" in text, "the log says that vfio-pci.ids= was set aside", text)
        see_host_alive(machine)


def switched_off_6_1(folder: Path) -> None:
    """earlybind=off on the kernel command line: both cards go to their own driver."""
    kernel = kernels.kernel("6.1")
    with whole.boot(folder, kernel, image.image(kernel), "earlybind=off", BIND_TWIN) as machine:
        see_prompt_and_unlock(machine)
        see_as_if_not_installed(machine)
        text, _ = machine.run("dmesg | grep '] earlybind:'")
        expect("off" in text, "the log says that it is switched off", text)
        see_host_alive(machine)


def image_without_vfio_6_1(folder: Path) -> None:
    """vfio-pci is missing from the image: boots as if earlybind were not installed, and says so."""
    kernel = kernels.kernel("6.1")
    with whole.boot(folder, kernel, image.image(kernel, vfio=False), config=BIND_TWIN) as machine:
        see_prompt_and_unlock(machine)
        see_as_if_not_installed(machine)
        text, _ = machine.run("dmesg | grep '] earlybind:'")
        expect(bool(re.search("vfio[-_]pci", text)), "the log says that vfio-pci could not be loaded", text)
        text, status = machine.run("earlybind --check")
        expect(status == 1 and GUEST in text, f"--check finds {GUEST} not as asked", f"{status}: {text}")
        see_host_alive(machine)


def without_root(folder: Path, append: str, root: str, kernel_name: str = "6.1", slot: str = GUEST,
                 leave: bool = False) -> None:
    """Boot to the emergency shell, ask that for what became of the card, and perhaps leave it for the next one."""
    kernel = kernels.kernel(kernel_name)
    with whole.boot(folder, kernel, image.image(kernel), append, f"bind slot {slot}\n", root=root) as machine:
        whole.prompt_on_serial(machine)
        whole.enter_passphrase(machine, "[Pp]ress Enter for maintenance")
        machine.wait_screen("host", "[Pp]ress Enter for maintenance", 20)
        whole.keep_pictures(machine, "emergency")
        expect(machine.answers("host", "\n", 10), "the emergency shell on the host's screen answers the keyboard")
        see_held_in_shell(machine, slot)
        if not leave:
            return
        said = len(machine.lines[0])
        machine.type("exit\n")
        machine.wait_serial("[Pp]ress Enter for maintenance", 120, since=said)
        machine.settle(1)
        machine.type("\n")
        see_held_in_shell(machine, slot)


def see_held_in_shell(machine: vm.VM, slot: str) -> None:
    """Ask the emergency shell: the card is held, and finish has not run."""
    since = len(machine.lines[1])
    machine.type(f"cd /sys/bus/pci/devices/{slot};"
                 "(cat driver_override;ls -d driver;ls /run/earlybind;echo end of list)>/dev/ttyS1\n")
    machine.wait_serial("end of list", 30, line=1, since=since)
    told = machine.lines[1][since:].split()
    expect("earlybind-held" in told, f"{slot} is still held", told)
    expect("driver" not in told, f"{slot} has no driver", told)
    expect("claim" in told and "finish" not in told, "claim has left a report and finish has not", told)
    # Had finish been started it would have said that it finds no root.
    lines = re.findall(r"earlybind: .*/sysroot.*", machine.lines[0])
    expect(not lines, "finish was not even started", lines)


def root_not_mounted_6_1(folder: Path) -> None:
    """The root cannot be mounted: the emergency shell is on the host's screen, and finish has not run, nor does it when
    that shell is left and the root still cannot be mounted."""
    without_root(folder, "rootflags=no-such-option", "/dev/mapper/root", leave=True)


def ids_take_both_6_1(folder: Path) -> None:
    """The failure that earlybind prevents: vfio-pci.ids= takes both cards and freezes the screen before the prompt.
    --check says of such a boot that earlybind did not run, though the chosen card has vfio-pci."""
    kernel = kernels.kernel("6.1")
    installed = {image.CONFIG: BIND_TWIN.encode(), "bin/earlybind": image.program()}
    with whole.boot(folder, kernel, image.image(kernel, earlybind=False), OLD_WAY, root_files=installed) as machine:
        whole.prompt_on_serial(machine)
        expect(not whole.prompt_visible(machine, "host", 10), "the prompt is on no screen that the host has left")
        whole.keep_pictures(machine, "prompt")
        expect(not whole.prompt_alive(machine, "host"), "the frozen screen does not answer a wrong passphrase")
        whole.unlock(machine)
        seen = whole.report(machine)
        for slot in (HOST, GUEST):
            expect_driver(seen, slot, "vfio-pci")
        for head in whole.HEADS:
            expect(not whole.console_alive(machine, head), f"the screen of {head} is dead in the booted system")
        whole.keep_pictures(machine, "booted")
        text, status = machine.run("earlybind --check")
        expect(status == 1 and "earlybind did not run on this boot" in text, "--check says so", f"{status}: {text}")
