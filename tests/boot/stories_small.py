# SPDX-License-Identifier: GPL-2.0-or-later
"""Small machines: claim and finish against a real kernel, without a generator."""

import re
from pathlib import Path

import kernels
import small
from stories import BIND_TWIN, NATIVE, NO_OVERRIDE
from whole import GUEST, HOST, Report, expect, expect_driver, parse_report

HOLDING = "earlybind-held"
# Status 1 is a refusal: the boot hook would log it and go on.
TRY = "{} || echo status $?\n"
SHOW = "modprobe bochs\nreport\ndmesg | grep earlybind: || true\n"
CLAIM, FINISH = TRY.format("earlybind --claim"), TRY.format("earlybind --finish /newroot")


def _override(seen: Report, slot: str) -> str:
    return seen.functions[slot]["override"]


def _untouched(text: str) -> None:
    seen = parse_report(text)
    for slot in (HOST, GUEST):
        expect_driver(seen, slot, NATIVE)
        expect(_override(seen, slot) == NO_OVERRIDE, f"{slot} has no driver override", _override(seen, slot))


def claim_holds_and_finish_binds(folder: Path) -> None:
    """claim holds the card against a driver that comes later; finish gives it to vfio-pci, and a VFIO user maps it."""
    script = (CLAIM + "modprobe bochs\necho after claim\nreport\n" + small.MOUNT_ROOT + FINISH
              + f"echo after finish\nreport\nvfio-user {GUEST}\n"
              "dmesg | grep earlybind:\n")
    text = small.small(folder, kernels.kernel("6.1"), script, config=BIND_TWIN)
    claimed, _, finished = text.partition("after finish")
    expect(bool(re.search(r"earlybind: claim took \d{3,} ms", text)), "the log says how long claim took, with modules", text)
    seen = parse_report(claimed)
    expect_driver(seen, GUEST, "")
    expect(_override(seen, GUEST) == HOLDING, f"{GUEST} is held", _override(seen, GUEST))
    expect_driver(seen, HOST, NATIVE)
    seen = parse_report(finished)
    expect_driver(seen, GUEST, "vfio-pci")
    expect_driver(seen, HOST, NATIVE)
    expect(f"vfio {GUEST} yes" in finished, f"a VFIO user maps BAR 0 of {GUEST}", finished)


def finish_without_root_does_nothing(folder: Path) -> None:
    """finish looks for itself whether the root is mounted; where it is not, the card stays held."""
    folder_only = "mkdir -p /newroot/sbin\ncp /bin/busybox /newroot/sbin/init\n"
    script = CLAIM + "modprobe bochs\n" + folder_only + FINISH + "report\n"
    seen = parse_report(small.small(folder, kernels.kernel("6.1"), script, config=BIND_TWIN))
    expect_driver(seen, GUEST, "")
    expect(_override(seen, GUEST) == HOLDING, f"{GUEST} is still held", _override(seen, GUEST))


def without_iommu_touches_nothing(folder: Path) -> None:
    """A card without an IOMMU group is refused before anything is touched, and the refusal names it."""
    script = CLAIM + SHOW
    text = small.small(folder, kernels.kernel("6.1"), script, append="intel_iommu=off", config=BIND_TWIN)
    _untouched(text)
    said = [line for line in text.splitlines() if "earlybind:" in line and GUEST in line]
    expect(any("IOMMU" in line for line in said), f"the log says of {GUEST} that it has no IOMMU group", text)


def plan_touches_nothing(folder: Path) -> None:
    """earlybind=plan says what would be done and does nothing."""
    script = CLAIM + small.MOUNT_ROOT + FINISH + SHOW
    text = small.small(folder, kernels.kernel("6.1"), script, append="intel_iommu=on earlybind=plan", config=BIND_TWIN)
    _untouched(text)
    said = [line for line in text.splitlines() if "earlybind:" in line and GUEST in line]
    expect(bool(said), f"the log says what would become of {GUEST}", text)


def refused_outside_an_initramfs(folder: Path) -> None:
    """Where no etc/earlybind.image says that this is an initramfs, claim and finish refuse and touch nothing."""
    script = "rm /etc/earlybind.image\n" + CLAIM + small.MOUNT_ROOT + FINISH + "modprobe bochs\nreport\n"
    text = small.small(folder, kernels.kernel("6.1"), script, config=BIND_TWIN)
    _untouched(text)
    expect(text.count("status ") == 2 and "status 0" not in text, "both refuse by their status", text)


def changed_configuration_claims_nothing(folder: Path) -> None:
    """A configuration that is not the one the image was built with claims nothing, and that is said."""
    script = "echo '# later' >> /etc/earlybind.conf\n" + CLAIM + SHOW
    text = small.small(folder, kernels.kernel("6.1"), script, config=BIND_TWIN)
    _untouched(text)
    expect("earlybind:" in text and "configuration" in text, "the log says why", text)
