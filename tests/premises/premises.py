# SPDX-License-Identifier: GPL-2.0-or-later
"""What the design takes for granted of the kernel, seen on each; so a new one that changes the rules is noticed."""

from pathlib import Path

import kernels
import small
import vm
from whole import GUEST, HOST, expect, expect_driver, parse_report

PCI = "/sys/bus/pci"
OVERRIDE = f"{PCI}/devices/{{}}/driver_override"
PROBE = f"echo {{}} > {PCI}/drivers_probe\n"


def hold(slot: str, name: str = "no-such-driver") -> str:
    return f"echo {name} > {OVERRIDE.format(slot)}\n"


def on(kernel_name: str) -> kernels.Kernel:
    try:
        return kernels.kernel(kernel_name)
    except RuntimeError as error:
        if kernel_name == "sid":
            raise vm.Skip(f"the newest kernel of sid cannot be had: {error}") from error
        raise


def an_override_holds(folder: Path, kernel_name: str) -> None:
    """An override that no driver has keeps every driver away, loaded before or after, and harms nothing else."""
    script = (hold(GUEST) + "modprobe bochs\nmodprobe vfio_iommu_type1\nmodprobe vfio-pci ids=1234:1111 ids=\nreport\n"
              + PROBE.format(GUEST) + "echo after the probe\nreport\n")
    for part in small.small(folder, on(kernel_name), script).split("after the probe"):
        seen = parse_report(part)
        expect_driver(seen, GUEST, "")
        expect_driver(seen, HOST, "bochs-drm")


def the_name_and_a_probe_bind(folder: Path, kernel_name: str) -> None:
    """With the real name in its place a probe binds that one card of two, and a VFIO user maps its memory."""
    script = (hold(GUEST) + "modprobe bochs\nmodprobe vfio_iommu_type1\nmodprobe vfio-pci\n" + hold(GUEST, "vfio-pci")
              + PROBE.format(GUEST) + f"report\nvfio-user {GUEST}\n")
    seen = parse_report(small.small(folder, on(kernel_name), script))
    expect_driver(seen, GUEST, "vfio-pci")
    expect_driver(seen, HOST, "bochs-drm")


def a_newline_clears_an_override(folder: Path, kernel_name: str) -> None:
    """Writing nothing leaves the override as it was; a newline clears it, and a probe gives the card its own driver."""
    path = OVERRIDE.format(GUEST)
    script = (hold(GUEST) + f"printf '' > {path}\ncat {path}\necho > {path}\ncat {path}\n"
              + "modprobe bochs\n" + PROBE.format(GUEST) + "report\n")
    text = small.small(folder, on(kernel_name), script)
    expect(text.splitlines()[:2] == ["no-such-driver", "(null)"], "only the newline clears it", text.splitlines()[:2])
    expect_driver(parse_report(text), GUEST, "bochs-drm")


def ids_take_both(folder: Path, kernel_name: str) -> None:
    """ids= cannot tell two identical cards apart."""
    script = "modprobe vfio-pci ids=1234:1111\nmodprobe bochs\nreport\n"
    seen = parse_report(small.small(folder, on(kernel_name), script))
    expect_driver(seen, GUEST, "vfio-pci")
    expect_driver(seen, HOST, "vfio-pci")


def the_boot_card_takes_the_framebuffer_along(folder: Path, kernel_name: str) -> None:
    """Binding the boot card removes the firmware's framebuffer; holding it, or binding its twin, does not."""
    script = ("modprobe vfio_iommu_type1\nmodprobe vfio-pci\n" + hold(HOST) + hold(GUEST, "vfio-pci")
              + PROBE.format(GUEST) + "echo the twin\nreport\n" + hold(HOST, "vfio-pci")
              + PROBE.format(HOST) + "echo the boot card\nreport\n")
    text = small.small(folder, on(kernel_name), script, firmware=True)
    twin, _, boot_card = text.partition("the boot card")
    seen = parse_report(twin)
    expect_driver(seen, GUEST, "vfio-pci")
    expect(seen.framebuffers == ["EFI"], "the firmware's framebuffer is there with its twin bound", seen.framebuffers)
    seen = parse_report(boot_card)
    expect_driver(seen, HOST, "vfio-pci")
    expect(not seen.framebuffers, "the firmware's framebuffer is gone with the boot card bound", seen.framebuffers)


def without_a_group_the_probe_fails(folder: Path, kernel_name: str) -> None:
    """Without an IOMMU there is no group, and vfio-pci does not bind, whatever the probe's status says."""
    script = ("modprobe vfio_iommu_type1\nmodprobe vfio-pci\n" + hold(GUEST, "vfio-pci") + PROBE.format(GUEST)
              + "report\n")
    seen = parse_report(small.small(folder, on(kernel_name), script, append="intel_iommu=off"))
    expect_driver(seen, GUEST, "")
    expect(not seen.functions[GUEST]["group"], f"{GUEST} has no IOMMU group", seen.functions[GUEST]["group"])


PREMISES = (an_override_holds, the_name_and_a_probe_bind, a_newline_clears_an_override, ids_take_both,
            the_boot_card_takes_the_framebuffer_along, without_a_group_the_probe_fails)
