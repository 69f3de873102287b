# SPDX-License-Identifier: GPL-2.0-or-later
"""Small machines: a kernel, busybox, the binary and the modules named, in one archive; no generator, no disk.

For everything that is between earlybind and the kernel; a dozen seconds each. Either a script that is all there is,
or a conversation, for what has to be seen on a screen in between.
"""

import contextlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import accel
import archive
import disk
import image
import vm
import whole
from kernels import Kernel

HERE = Path(__file__).resolve().parent
VFIO = ("vfio-pci", "vfio_iommu_type1")
INIT = b"""#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /run /tmp /newroot
/bin/busybox --install -s /bin
export PATH=/bin:/usr/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tmpfs tmpfs /run
stty raw -echo < /dev/ttyS1
sh -e /story > /dev/ttyS1 2>&1
status=$?
[ "$status" = 0 ] && [ -e /newroot/goes-on ] && exec switch_root /newroot /goes-on
echo "the story ended with status $status" > /dev/ttyS1
poweroff -f
"""
# A shell for the tests that does not take itself for interactive.
SHELL = 'echo "The shell is up"\nsh < /dev/ttyS1 2>&1 | cat\n'
# A root that finish can find: another file system, with an init.
MOUNT_ROOT = """
mount -t tmpfs newroot /newroot
mkdir -p /newroot/sbin
cp /bin/busybox /newroot/sbin/init
"""


def _name(module: str) -> str:
    return module.split("/")[-1].split(".ko")[0].replace("-", "_")


PACK = {"xz": ["xz", "--check=crc32", "--lzma2=dict=1MiB"], "zst": ["zstd", "-q", "--rm"]}


def _vfio_modules(top: Path) -> list[Path]:
    return sorted(top.rglob("vfio*.ko*"))


def _as_gzip(top: Path) -> None:
    """Turn what is packed by xz into gzip. Debian's depmod cannot open that, so its index was made of the others; the
    names are as long, and are changed in it."""
    for path in _vfio_modules(top):
        disk.call("unxz", path)
        disk.call("gzip", "-n", path.with_suffix(""))
    for index in top.glob("modules.*"):
        index.write_bytes(index.read_bytes().replace(b".ko.xz", b".ko.gz"))


def modules(kernel: Kernel, names: Iterable[str], algorithm: str = "") -> dict[str, archive.Entry]:
    """These modules and what they depend on, with an index of their own, as the initramfs wants them; the VFIO modules
    compressed where an algorithm is given (this kernel's are not)."""
    needs = dict(line.split(":") for line in (kernel.modules / "modules.dep").read_text().splitlines())
    paths = {_name(path): path for path in needs}
    builtin = {_name(path) for path in (kernel.modules / "modules.builtin").read_text().splitlines()}
    wanted: set[str] = set()
    for name in (one.replace("-", "_") for one in names):
        if name in paths:
            wanted |= {paths[name], *needs[paths[name]].split()}
        elif name not in builtin:
            raise RuntimeError(f"kernel {kernel.version} has no module {name}")
    with tempfile.TemporaryDirectory(prefix="modules-") as folder:
        top = Path(folder) / "lib/modules" / kernel.version
        top.mkdir(parents=True)
        for path in wanted:
            (top / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(kernel.modules / path, top / path)
        for index in ("modules.builtin", "modules.builtin.modinfo", "modules.order"):
            shutil.copy(kernel.modules / index, top)
        for path in _vfio_modules(top) if algorithm else []:
            disk.call(*PACK["xz" if algorithm == "gz" else algorithm], path)
        disk.call("depmod", "-b", folder, kernel.version)
        if algorithm == "gz":
            _as_gzip(top)
        return {str(path.relative_to(folder)): path.read_bytes() for path in top.rglob("*") if path.is_file()}


@contextlib.contextmanager
def _started(directory: Path, kernel: Kernel, script: str, drivers: Iterable[str] = ("bochs", *VFIO),
             devices: Iterable[str] = whole.CARDS, append: str = "intel_iommu=on", config: str | None = None,
             firmware: bool = False, programs: Mapping[str, Path] = MappingProxyType({}),
             algorithm: str = "") -> Iterator[vm.VM]:
    entries: dict[str, archive.Entry] = {"init": INIT, "story": script.encode(), "bin/busybox": disk.busybox(),
                                         "bin/vfio-user": disk.vfio_user(), "bin/report": HERE / "root/report",
                                         "dev": "/"}
    if config is not None:
        entries |= image.embedded(kernel, config) | {"usr/bin/earlybind": image.program()}
    entries |= modules(kernel, drivers, algorithm) | dict(programs)
    machine = vm.VM(directory)
    initramfs = directory / "initramfs"
    initramfs.write_bytes(archive.cpio(entries, executable=True))
    try:
        machine.start([*vm.IOMMU, *(vm.UEFI if firmware else []), *accel.options(), "-smp", "1", "-m", "512",
                       "-vga", "none", *devices, "-kernel", str(kernel.image), "-initrd", str(initramfs),
                       "-append", f"{vm.KERNEL} {append}".strip()])
        yield machine
    finally:
        machine.quit()
        initramfs.unlink()


def small(directory: Path, kernel: Kernel, script: str, timeout: float = 60, **more: object) -> str:
    """Run a shell script as all that there is in a machine; what it printed. A line that fails ends it, and that is a
    failure. The machine has the same two cards as the whole boots; a framebuffer of the firmware only with UEFI."""
    with _started(directory, kernel, script, **more) as machine:  # type: ignore
        status = machine.wait_serial(r"^the story ended with status (\d+)$", timeout, line=1)
        if status[1] != "0":
            raise vm.Failure(f"the script in the machine stopped with status {status[1]}:\n{machine.lines[1].strip()}")
        return machine.lines[1][:status.start()]


@contextlib.contextmanager
def conversation(directory: Path, kernel: Kernel, script: str = SHELL, timeout: float = 60,
                 **more: object) -> Iterator[vm.VM]:
    """The same machine with a shell to talk to: run() and must() there, and look at its screens, "host" and "guest"."""
    with _started(directory, kernel, script, **more) as machine:  # type: ignore
        try:
            machine.wait_serial("The shell is up$", timeout, line=1)
            yield machine
        except BaseException:
            whole.keep_pictures(machine, "failure")
            raise

