# SPDX-License-Identifier: GPL-2.0-or-later
"""What the design takes for granted of firmware framebuffers, consoles and the cards below them, on each kernel."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import disk
import kernels
import small
import vm
from premises import PROBE, hold, on
from whole import GUEST, HOST, Report, expect, expect_driver, parse_report

LOAD_VFIO = "modprobe vfio_iommu_type1\nmodprobe vfio-pci\n"
BIND = hold(HOST, "vfio-pci") + PROBE.format(HOST)
# The boot card waits for vfio-pci; its twin stays with the host, whose driver makes a second framebuffer of it.
TWIN_STAYS = hold(HOST) + LOAD_VFIO + "modprobe bochs\n"
# Framebuffers that are listed once the boot card's is gone; none where the kernel was built without their devices.
LEFT = dict.fromkeys([*kernels.WANTED, "deferred"], ["bochs-drmdrmfb"]) | {"simpledrm": []}
# Unbinds the firmware's framebuffer from its driver, and tries a VFIO user, whose refusal does not end the script.
UNBIND = "echo {0}-framebuffer.0 > /sys/bus/platform/drivers/{0}-framebuffer/unbind\n"
MAP = f"vfio-user {HOST} || true\n"
# What of the boot card's memory is whose.
MEMORY = f"sed -n '/{HOST}/,/PCI Bus/p' /proc/iomem\n"
FB_CONSOLE = "$(dirname $(grep -l frame.buffer /sys/class/vtconsole/*/name))"


@contextmanager
def _screens(folder: Path, kernel_name: str, script: str = "true") -> Iterator[vm.VM]:
    """A machine with the firmware's framebuffer on its boot card that has run a script and answers further commands."""
    programs = {"bin/con2fbmap": disk.tool("con2fbmap")}
    with small.conversation(folder, on(kernel_name), firmware=True, programs=programs) as machine:
        machine.must(script)
        yield machine


def _steps(folder: Path, kernel_name: str, steps: Iterable[str], **more: object) -> list[str]:
    """The same without screens: what each step of a script printed."""
    script = "echo end of step\n".join(steps)
    return small.small(folder, on(kernel_name), script, firmware=True, **more).split("end of step\n")


def _expect_given_away(machine: vm.VM, kernel_name: str) -> Report:
    """The boot card is with vfio-pci, and the only framebuffer is its twin's."""
    seen = parse_report(machine.must("report"))
    expect_driver(seen, HOST, "vfio-pci")
    expect(seen.framebuffers == LEFT[kernel_name], "the twin's framebuffer alone is left", seen.framebuffers)
    return seen


def _bound_consoles(seen: Report) -> list[str]:
    return [console["name"] for console in seen.consoles if console["bind"] == "1"]


def _fell_back(machine: vm.VM) -> bool:
    return "switching to colour dummy device" in machine.must("dmesg")


def _writes(machine: vm.VM, text: str, head: str, seconds: float = 10) -> bool:
    """Does text for the console come to stand on this screen?"""
    machine.must(f"echo {text} > /dev/tty1")
    return machine.shows(head, text, seconds)


def consoles_mapped_first_never_go_dark(folder: Path, kernel_name: str) -> None:
    """Consoles mapped to the staying card before the eviction never fall back to the dummy, and are on its screen."""
    with _screens(folder, kernel_name, TWIN_STAYS + "con2fbmap 1\n" + BIND) as machine:
        _expect_given_away(machine, kernel_name)
        expect(not _fell_back(machine), "the console never fell back to the dummy")
        expect(_writes(machine, "still alive", "guest"), "the console is on the twin's screen", machine.text)


def consoles_not_mapped_need_a_write(folder: Path, kernel_name: str) -> None:
    """Without the mapping no framebuffer has the console after the eviction, until 1 is written to its bind."""
    with _screens(folder, kernel_name, TWIN_STAYS + BIND) as machine:
        seen = _expect_given_away(machine, kernel_name)
        expect(_fell_back(machine), "the console fell back to the dummy")
        expect(_bound_consoles(seen) == ["(S)_dummy_device"], "the dummy alone has the console", seen.consoles)
        expect(not _writes(machine, "nobody sees", "guest", 1), "the twin's screen shows nothing", machine.text)
        machine.must(f"echo 1 > {FB_CONSOLE}/bind")
        expect(machine.shows("guest", "nobody sees", 10), "the console is on the twin's screen", machine.text)


# The boot card behind a root port; on the root bus a card that the firmware cannot drive.
SHADOW = ["-device", "pcie-root-port,id=rootport,chassis=1,addr=3", "-device", "VGA,id=host,bus=rootport",
          "-device", "ati-vga,id=guest,addr=2"]
SHADOW_BOOT, SHADOW_OTHER = "0000:01:00.0", "0000:00:02.0"
LEFT_BY_SHADOW = {"6.1": [], "6.12": ["EFI"], "sid": ["EFI"]}


def a_rom_shadow_counts_as_the_boot_card(folder: Path, kernel_name: str) -> None:
    """Binding another card whose ROM is the shadow evicts the boot card's framebuffer on 6.1, and on nothing newer."""
    steps = [LOAD_VFIO + hold(SHADOW_OTHER, "vfio-pci") + "report\n", PROBE.format(SHADOW_OTHER) + "report\n"]
    before, after = map(parse_report, _steps(folder, kernel_name, steps, devices=SHADOW))
    for slot, mark in [(SHADOW_BOOT, "1"), (SHADOW_OTHER, "0")]:
        expect(before.functions[slot]["boot_vga"] == mark, f"boot_vga of {slot} is {mark}", before.functions[slot])
    expect(before.framebuffers == ["EFI"], "the firmware's framebuffer is there", before.framebuffers)
    expect_driver(after, SHADOW_OTHER, "vfio-pci")
    left = LEFT_BY_SHADOW[kernel_name]
    expect(after.framebuffers == left, f"framebuffers with the other card bound: {left or 'none'}", after.framebuffers)


def unbound_efifb_frees_its_memory(folder: Path, kernel_name: str) -> None:
    """The platform driver's unbind takes efifb's region out of the boot card's memory; then a VFIO user maps that."""
    before, after = _steps(folder, kernel_name, [MEMORY, UNBIND.format("efi") + MEMORY + LOAD_VFIO + BIND + MAP])
    expect("efifb" in before, f"efifb has memory of {HOST}", before)
    expect("efifb" not in after, f"efifb has no memory of {HOST}", after)
    expect(f"vfio {HOST} yes" in after, f"a VFIO user maps BAR 0 of {HOST}", after)


# The only display is of class 0380, and the firmware draws on it.
OTHER_DISPLAY = ["-device", "secondary-vga,id=host,addr=2"]
GIVE_BACK = f"echo {HOST} > /sys/bus/pci/drivers/vfio-pci/unbind\n"


def another_display_keeps_efifb(folder: Path, kernel_name: str) -> None:
    """A display of class 0380 is bound with efifb on it, and cannot be mapped; with efifb unbound first, it can."""
    steps = [LOAD_VFIO + BIND + "report\n" + MEMORY + MAP, GIVE_BACK + UNBIND.format("efi") + BIND + MEMORY + MAP]
    with_it, without = _steps(folder, kernel_name, steps, devices=OTHER_DISPLAY)
    seen = parse_report(with_it)
    expect(seen.functions[HOST]["class"] == "0x038000", f"{HOST} is of class 0380", seen.functions[HOST])
    expect_driver(seen, HOST, "vfio-pci")
    expect("efifb" in with_it, f"efifb has memory of {HOST} that is bound", with_it)
    expect(f"vfio {HOST} no" in with_it, f"no VFIO user maps BAR 0 of {HOST}", with_it)
    expect("efifb" not in without, f"efifb has no memory of {HOST}", without)
    expect(f"vfio {HOST} yes" in without, f"a VFIO user maps BAR 0 of {HOST}", without)


def another_display_keeps_simpledrm(folder: Path, kernel_name: str) -> None:
    """Under simpledrm the memory of a display of class 0380 is not freed by the unbind either."""
    text, = _steps(folder, kernel_name, [LOAD_VFIO + UNBIND.format("simple") + BIND + "report\n" + MEMORY + MAP],
                   devices=OTHER_DISPLAY)
    expect_driver(parse_report(text), HOST, "vfio-pci")
    expect("BOOTFB" in text, f"the firmware's framebuffer has memory of {HOST}", text)
    expect(f"vfio {HOST} no" in text, f"no VFIO user maps BAR 0 of {HOST}", text)


def an_open_framebuffer_keeps_its_memory(folder: Path, kernel_name: str) -> None:
    """/dev/fb0 held open by anybody keeps efifb's region after the eviction, until it is closed."""
    held, closed = _steps(folder, kernel_name, [LOAD_VFIO + "exec 3< /dev/fb0\n" + BIND + "report\n" + MEMORY + MAP,
                                                "exec 3<&-\n" + MEMORY + MAP])
    seen = parse_report(held)
    expect_driver(seen, HOST, "vfio-pci")
    expect(not seen.framebuffers, "the firmware's framebuffer was evicted", seen.framebuffers)
    expect("efifb" in held and f"vfio {HOST} no" in held, f"its memory of {HOST} is busy", held)
    expect("efifb" not in closed and f"vfio {HOST} yes" in closed, f"a VFIO user maps BAR 0 of {HOST}", closed)


# What the platform device is called, and where it hangs.
PARENT = {"6.1": ("efi", "/sys/devices/platform"), "6.12": ("efi", f"/sys/devices/pci0000:00/{HOST}"),
          "sid": ("efi", f"/sys/devices/pci0000:00/{HOST}"),
          "simpledrm": ("simple", f"/sys/devices/pci0000:00/{HOST}")}


def the_framebuffer_names_its_card(folder: Path, kernel_name: str) -> None:
    """Since 6.9 the platform device of the firmware's framebuffer is a child of the function that it shows on."""
    text, = _steps(folder, kernel_name, ["readlink -f /sys/bus/platform/devices/*-framebuffer.0\n"])
    name, parent = PARENT[kernel_name]
    # In front of it stands what the firmware wrote to the serial line.
    wanted = f"{parent}/{name}-framebuffer.0"
    expect(text.rstrip().endswith(wanted), f"it is {wanted}", text)


def loading_vfio_touches_nothing_held(folder: Path, kernel_name: str) -> None:
    """With an override that no driver has on every function, loading vfio-pci for both cards touches nothing."""
    script = ("for each in /sys/bus/pci/devices/*; do echo no-such-driver > $each/driver_override; done\n"
              "modprobe vfio_iommu_type1\nmodprobe vfio-pci ids=1234:1111\nreport\n")
    text, = _steps(folder, kernel_name, [script])
    seen = parse_report(text)
    bound = [slot for slot, words in seen.functions.items() if words["driver"] == "vfio-pci"]
    expect(not bound, "no function is with vfio-pci", bound)
    expect(seen.framebuffers == ["EFI"], "the firmware's framebuffer is there", seen.framebuffers)


def simpledrm_may_have_no_device(folder: Path, kernel_name: str) -> None:
    """Without CONFIG_FB_DEVICE a console works on simpledrm, and neither /proc/fb nor /dev/fb0 is there."""
    with _screens(folder, kernel_name, "! ls /proc/fb /dev/fb*\n") as machine:
        seen, memory = parse_report(machine.must("report")), machine.must(MEMORY)
        expect(_bound_consoles(seen) == ["(M)_frame_buffer_device"], "the framebuffer has the console", seen.consoles)
        expect("simpledrm" in memory, f"simpledrm has memory of {HOST}", memory)
        expect(_writes(machine, "still alive", "host"), "the console is on the boot card's screen", machine.text)


def deferred_takes_over_with_the_first_text(folder: Path, kernel_name: str) -> None:
    """With deferred takeover the dummy has the console until text is written, though the framebuffer is there."""
    with _screens(folder, kernel_name) as machine:
        seen = parse_report(machine.must("report"))
        expect(seen.framebuffers == ["simpledrmdrmfb"], "the firmware's framebuffer is there", seen.framebuffers)
        expect(seen.consoles == [{"bind": "1", "name": "(S)_dummy_device"}], "the dummy alone is there", seen.consoles)
        expect(_writes(machine, "still alive", "host"), "the console is on the boot card's screen", machine.text)
        seen = parse_report(machine.must("report"))
        expect(_bound_consoles(seen) == ["(M)_frame_buffer_device"], "the framebuffer has the console", seen.consoles)


def evicting_while_deferred_loses_the_console(folder: Path, kernel_name: str) -> None:
    """Evicting while the takeover is deferred loses the console for good: the first text takes over nothing."""
    with _screens(folder, kernel_name, TWIN_STAYS + BIND) as machine:
        _expect_given_away(machine, kernel_name)
        expect(not _writes(machine, "nobody sees", "guest", 3), "the twin's screen shows nothing", machine.text)
        seen = parse_report(machine.must("report"))
        expect(_bound_consoles(seen) == ["(S)_dummy_device"], "the dummy alone has the console", seen.consoles)


def mapping_while_deferred_keeps_the_console(folder: Path, kernel_name: str) -> None:
    """Consoles mapped while the takeover is deferred are on the staying card's screen after the eviction."""
    with _screens(folder, kernel_name, TWIN_STAYS + "con2fbmap 1\n" + BIND) as machine:
        _expect_given_away(machine, kernel_name)
        expect(_writes(machine, "still alive", "guest"), "the console is on the twin's screen", machine.text)


def a_driver_built_in_keeps_its_card(folder: Path, kernel_name: str) -> None:
    """A driver that has the card before init keeps it over override and probe; unbound first, the probe binds."""
    bind = hold(GUEST, "vfio-pci") + PROBE.format(GUEST) + "report\n"
    unbind = f"echo {GUEST} > /sys/bus/pci/devices/{GUEST}/driver/unbind\n"
    first, probed, unbound = _steps(folder, kernel_name, ["report\n", bind, unbind + bind + f"vfio-user {GUEST}\n"])
    for text in (first, probed):
        for slot in (HOST, GUEST):
            expect_driver(parse_report(text), slot, "bochs-drm")
    expect_driver(parse_report(unbound), GUEST, "vfio-pci")
    expect_driver(parse_report(unbound), HOST, "bochs-drm")
    expect(f"vfio {GUEST} yes" in unbound, f"a VFIO user maps BAR 0 of {GUEST}", unbound)


# Each on which kernels.
PREMISES = {
    **dict.fromkeys([consoles_mapped_first_never_go_dark, a_rom_shadow_counts_as_the_boot_card,
                     unbound_efifb_frees_its_memory, another_display_keeps_efifb, an_open_framebuffer_keeps_its_memory,
                     loading_vfio_touches_nothing_held], [*kernels.WANTED]),
    consoles_not_mapped_need_a_write: [*kernels.WANTED, "simpledrm"],
    the_framebuffer_names_its_card: [*PARENT],
    **dict.fromkeys([another_display_keeps_simpledrm, simpledrm_may_have_no_device], ["simpledrm"]),
    **dict.fromkeys([deferred_takes_over_with_the_first_text, evicting_while_deferred_loses_the_console,
                     mapping_while_deferred_keeps_the_console], ["deferred"]),
    a_driver_built_in_keeps_its_card: ["builtin"],
}
# Those that `make test` boots, on this kernel.
QUICK_KERNEL = "6.12"
QUICK = [consoles_mapped_first_never_go_dark, consoles_not_mapped_need_a_write, unbound_efifb_frees_its_memory,
         another_display_keeps_efifb]
