# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole boots: UEFI, two identical cards, an emulated IOMMU, a real kernel and image, an encrypted root."""

import contextlib
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import accel
import archive
import disk
import image
import vm
import kernels
from kernels import Kernel

# The boot card is on the root bus, its twin behind a root port.
HOST, GUEST = "0000:00:02.0", "0000:01:00.0"
HEADS = ("host", "guest")
CARDS = ["-device", "VGA,id=host,addr=2", "-device", "pcie-root-port,id=rootport,chassis=1,addr=3",
         "-device", "VGA,id=guest,bus=rootport"]
APPEND = (vm.KERNEL + " console=tty0 intel_iommu=on rw rd.shell=1 rd.luks.name={luks}=root "
          "rd.luks.options=tries=0 root={root}")
PROMPT = r"[Ee]nter\s+pass\s*phrase|[Pp]lease\s+unlock\s+disk"
GREETING = "The test root is up"


class Report(NamedTuple):
    """What the booted root says of itself."""
    functions: dict[str, dict[str, str]]
    consoles: list[dict[str, str]]
    framebuffers: list[str]


def command_line(append: str = "", root: str = "/dev/mapper/root") -> str:
    return f"{APPEND.format(luks=disk.LUKS_UUID, root=root)} {append}".strip()


def _starts(kernel: Kernel, directory: Path, line: str) -> list[str]:
    return ["-kernel", str(kernel.image), "-initrd", f"{directory}/initramfs", "-append", line]


def _starts_unified(directory: Path, unified: Path) -> list[str]:
    """From a disk where the firmware finds it by itself."""
    place = directory / "esp/EFI/BOOT/BOOTX64.EFI"
    place.parent.mkdir(parents=True)
    shutil.copy(unified, place)
    return ["-drive", f"if=none,id=esp,format=raw,readonly=on,file=fat:{directory}/esp",
            "-device", "virtio-blk-pci,drive=esp,addr=6,serial=esp,bootindex=0"]


def _arguments(directory: Path, cards: list[str], disk_kind: str, crypttab: str, starts: list[str]) -> list[str]:
    return [*vm.IOMMU, *vm.UEFI, *accel.options(), "-smp", "1", "-m", "768", "-vga", "none", *cards,
            "-drive", f"if=none,id=root,format=raw,snapshot=on,file={disk.root_disk(crypttab)}",
            "-device", f"{disk_kind},drive=root,addr=4,serial=root",
            "-drive", f"if=none,id=story,format=raw,readonly=on,file={directory}/story.tar",
            "-device", "virtio-blk-pci,drive=story,addr=5,serial=story", *starts]


@contextlib.contextmanager
def boot(directory: Path, kernel: Kernel, image_path: Path, append: str = "", config: str | None = None,
         root: str = "/dev/mapper/root", cards: list[str] = CARDS, guard: str = "", disk_kind: str = "virtio-blk-pci",
         over: Mapping[str, archive.Entry] = MappingProxyType({}),
         root_files: Mapping[str, bytes | Path] = MappingProxyType({}), crypttab: str = "",
         unified: bool = False) -> Iterator[vm.VM]:
    """A machine that has been switched on. With a configuration, it is laid over the image as the build hook would
    have put it in, with these guard facts, and stands in the booted root too; other files may be laid over either.
    A unified kernel image is booted as it is, with the command line inside. What a failure leaves behind stays in the
    directory."""
    machine = vm.VM(directory)
    initramfs = directory / "initramfs"
    files: dict[str, archive.Entry] = dict(over)
    carried: dict[str, bytes | Path] = dict(root_files)
    if config is not None:
        files |= {} if unified else image.with_guard(image.embedded(kernel, config), guard)
        carried |= {image.CONFIG: config.encode(), "bin/earlybind": image.program()}
    try:
        disk.story_disk(directory / "story.tar", carried)
        if unified:
            starts = _starts_unified(directory, image_path)
        else:
            image.laid_over(image_path, files, initramfs)
            starts = _starts(kernel, directory, command_line(append, root))
        machine.start(_arguments(directory, cards, disk_kind, crypttab, starts))
        yield machine
    except BaseException:
        keep_pictures(machine, "failure")
        raise
    finally:
        machine.quit()
        initramfs.unlink(missing_ok=True)
        shutil.rmtree(directory / "esp", ignore_errors=True)


def keep_pictures(machine: vm.VM, moment: str) -> dict[str, Path]:
    with contextlib.suppress(vm.Failure, OSError):
        return {head: machine.keep_picture(head, f"{moment}-{head}.png") for head in HEADS}
    return {}


def prompt_on_serial(machine: vm.VM, timeout: float = 150) -> None:
    """The machine waits for the passphrase, whether anybody can see that or not."""
    machine.wait_serial(PROMPT, timeout)


def prompt_visible(machine: vm.VM, head: str, timeout: float = 20) -> bool:
    """Once the machine waits for the passphrase: does this screen say so?"""
    return machine.shows(head, PROMPT, timeout)


def prompt_alive(machine: vm.VM, head: str) -> bool:
    """Does a wrong passphrase, typed on the keyboard, change this screen? Returns when the machine asks anew."""
    said = len(machine.lines[0])
    alive = machine.answers(head, "wrong\n", 10)
    machine.wait_serial(PROMPT, 60, since=said)
    return alive


def enter_passphrase(machine: vm.VM, then: str, timeout: float = 120) -> None:
    """Type the passphrase until the serial line says what comes then. Each console is asked on its own and a moment
    apart from the others, so that the first keys may be lost; whoever sits there would type it again as well."""
    for _ in range(3):
        machine.settle(1.5)
        said = len(machine.lines[0])
        machine.type(disk.PASSPHRASE + "\n")
        if re.search(then, machine.wait_serial(f"{then}|{PROMPT}", timeout, since=said)[0]):
            return
    raise vm.Failure("the right passphrase was refused three times")


def unlock(machine: vm.VM) -> None:
    enter_passphrase(machine, GREETING)
    root_is_up(machine, 20)


def root_is_up(machine: vm.VM, timeout: float = 180) -> None:
    """The root is up when its shell answers."""
    machine.wait_serial("The shell is up", timeout, line=1)


def console_alive(machine: vm.VM, head: str) -> bool:
    """Does a command typed into the shell on the first console change this screen?"""
    return machine.answers(head, "echo hello\n", 10)


def _words(line: str) -> dict[str, str]:
    return dict(word.partition("=")[::2] for word in line.split()[1:])


def parse_report(text: str) -> Report:
    """Take apart what the program `report` prints in a machine."""
    lines = text.splitlines()
    functions = {words["slot"]: words for words in (_words(line) for line in lines if line.startswith("function "))}
    consoles = [_words(line) for line in lines if line.startswith("vtconsole ")]
    return Report(functions, consoles, [_words(line)["name"] for line in lines if line.startswith("framebuffer ")])


def report(machine: vm.VM) -> Report:
    text, status = machine.run("report")
    if status:
        raise vm.Failure(f"the report in the booted root ended with status {status}: {text}")
    return parse_report(text)


def vfio_maps(machine: vm.VM, slot: str) -> tuple[bool, str]:
    """Can a VFIO user map this function's memory, and what did it say?"""
    text, status = machine.run(f"vfio-user {slot}")
    return status == 0, text.strip()


def log_of(machine: vm.VM, slot: str) -> list[str]:
    """The kernel log's lines by earlybind that name this function."""
    text, _ = machine.run("dmesg | grep earlybind:")
    return [line for line in text.splitlines() if slot in line]


def expect(held: bool, promise: str, seen: object = "") -> None:
    if not held:
        raise vm.Failure(f"not so: {promise}" + (f"; seen: {seen}" if seen != "" else ""))


def expect_driver(seen: Report, slot: str, driver: str) -> None:
    bound = seen.functions.get(slot, {}).get("driver", "absent")
    expect(bound == driver, f"{slot} is bound to {driver or 'no driver'}", bound or "no driver")


def expect_log(machine: vm.VM, slot: str, pattern: str) -> None:
    lines = log_of(machine, slot)
    expect(any(re.search(pattern, line) for line in lines), f"the kernel log says of {slot}: {pattern}", lines)


def prepare(*kernel_names: str) -> None:
    """Get what every boot needs, before machines and their clocks run."""
    accel.options()
    disk.root_disk()
    for name in kernel_names:
        kernels.kernel(name)
