# SPDX-License-Identifier: GPL-2.0-or-later
"""Small machines with disks: tools for RAID, LUKS and LVM, and a root that the machine goes on in.

The disks are empty at each start. A story makes what it wants on them, mounts a root of it, and may switch to that.
"""

import re
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path

import cache
import debian
import image
import kernels
import small
import vm
from disk import call

KERNEL = "6.1"
# No display: these machines have a serial line. Slot and kind of each function that carries a disk, or nothing.
ROOT, NVME, USB, SECOND = "0000:00:04.0", "0000:00:05.0", "0000:00:06.0", "0000:00:07.0"
DRIVERS = ("virtio_pci", "virtio_blk", "nvme", "xhci_pci", "usb_storage", "sd_mod", "uas", "ext4", "dm_mod", "dm_crypt",
           "raid1", "crc32c_generic", "xts", "ecb", "algif_skcipher", "algif_hash", "usbhid", "hid_generic",
           *small.VFIO)
LOAD = "modprobe -a {}\n"
BUSES = LOAD.format("crc32c_generic virtio_pci virtio_blk nvme xhci_pci usb_storage sd_mod ext4 2>/dev/null") + "sleep 1\n"
# Debian 12's, unpacked and not installed: mdadm's installation would set up a machine for its own.
PACKAGES = ("mdadm", "lvm2", "libdevmapper-event1.02.1", "libaio1", "libedit2", "libbsd0", "libmd0")
TOOLS = ("mdadm", "lvm")
LIBRARIES = "lib/x86_64-linux-gnu"


def empty() -> Path:
    return cache.made("boot/empty-disk", ["96M"], "an empty disk", lambda place: call("truncate", "-s", "96M", place))


def drive(name: str, device: str, slot: str) -> list[str]:
    """A disk of its own on a controller of its own."""
    return ["-drive", f"if=none,id={name},format=raw,snapshot=on,file={empty()}",
            "-device", f"{device},drive={name},serial={name},addr={slot[8:10]}"]


def usb(*devices: str) -> list[str]:
    out = ["-device", f"qemu-xhci,id=xhci,addr={USB[8:10]}"]
    return out + [word for one in devices for word in ("-device", f"{one},bus=xhci.0")]


def devices(*more: str) -> list[str]:
    """The root's disk, a second one on NVMe, a USB controller."""
    return [*drive("root", "virtio-blk-pci", ROOT), *drive("second", "nvme", NVME), *(more or usb())]


def _unpacked() -> Path:
    def make(place: Path) -> None:
        with tempfile.TemporaryDirectory(dir=place.parent) as download:
            for line in debian.debian("package", "bookworm", *PACKAGES, download).splitlines():
                call("dpkg", "-x", line, place)

    return cache.made("boot/disk-tools", [*PACKAGES, Path(__file__)], "mdadm and lvm (download and unpack)", make)


def tools(*names: str) -> dict[str, Path]:
    """These programs and the libraries that they are linked with, for the inside of a machine."""
    unpacked = _unpacked() if set(names) & set(TOOLS) else None
    out = {}
    for name in names:
        path = unpacked / "sbin" / name if unpacked and name in TOOLS else Path("/sbin") / name
        out[f"bin/{name}"] = path
        search = f"{unpacked}/{LIBRARIES}:{unpacked}/usr/{LIBRARIES}"
        for line in call("env", f"LD_LIBRARY_PATH={search}" if unpacked else "LC_ALL=C", "ldd", path).splitlines():
            if found := re.search(r"(?:=> )?(/\S+) \(0x", line):
                library = Path(found[1])
                at = str(library)[1:] if library.name.startswith("ld-linux") else f"{LIBRARIES}/{library.name}"
                out[at] = library
    return out


def go_on(script: str) -> str:
    """Leave for the root at /newroot, as a booted system does, and run this there."""
    then = f"""#!/bin/busybox sh
export PATH=/bin:/usr/bin
rm /etc/earlybind.image
sh -e /story > /dev/ttyS1 2>&1
echo "the story ended with status $?" > /dev/ttyS1
poweroff -f
"""
    return f"""
cp -a /bin /usr /lib /etc /newroot
[ ! -e /lib64 ] || cp -a /lib64 /newroot
cat > /newroot/story <<'END OF STORY'
{script}
END OF STORY
cat > /newroot/goes-on <<'END OF START'
{then}
END OF START
chmod 755 /newroot/goes-on
for at in proc sys dev run tmp; do mkdir -p /newroot/$at; done
for at in sys dev run proc; do mount -o move /$at /newroot/$at; done
"""


def root_on(device: str, fstab: str = "", crypttab: str = "") -> str:
    """A root on this device, mounted where finish looks for it."""
    return f"""
mkfs.ext4 -q -O ^metadata_csum {device}
mount -t ext4 {device} /newroot
mkdir -p /newroot/sbin /newroot/etc /etc
cp /bin/busybox /newroot/sbin/init
printf '{fstab}' > /newroot/etc/fstab
printf '{crypttab}' > /newroot/etc/crypttab
"""


def _machine(script: str, config: str, disks: list[str], guard: str = "", with_tools: tuple[str, ...] = (),
             append: str = "") -> dict[str, object]:
    kernel = kernels.kernel(KERNEL)
    programs: dict[str, Path | bytes] = dict(tools("mkfs.ext4", *with_tools))
    if guard:
        programs |= image.with_guard(image.embedded(kernel, config), guard)
    return {"kernel": kernel, "script": script, "drivers": DRIVERS, "devices": disks, "config": config, "timeout": 120,
            "append": f"intel_iommu=on {append}", "programs": programs}


def run(folder: Path, script: str, config: str, disks: list[str], **more: object) -> str:
    return small.small(folder, **_machine(script, config, disks, **more))  # type: ignore


def talk(folder: Path, script: str, config: str, disks: list[str], **more: object) -> AbstractContextManager[vm.VM]:
    """The same, and then a shell in the running root to talk to."""
    return small.conversation(folder, **_machine(script + go_on(small.SHELL), config, disks, **more))  # type: ignore


EMBED = "echo embedded\nearlybind --embed dracut --kernel $(uname -r) || echo status $?\necho end of it\n"


def facts_in(text: str) -> str:
    """The guard facts that --embed printed in a machine."""
    printed = text.partition("embedded\n")[2].partition("end of it")[0]
    return "".join(f"{line.removeprefix('image ')}\n" for line in printed.splitlines()
                   if line.startswith("image guard "))


def facts(folder: Path, set_up: str, config: str, disks: list[str], with_tools: tuple[str, ...] = (),
          tables: str = "") -> str:
    """What an image built on this machine knows of it: boots it, and asks --embed in its running root."""
    text = run(folder / "build", f"{set_up}{go_on(tables + EMBED)}", config, disks, with_tools=with_tools)
    found = facts_in(text)
    if not found:
        raise RuntimeError(f"--embed printed no guard facts: {text.partition('embedded')[2].strip()}")
    return found
