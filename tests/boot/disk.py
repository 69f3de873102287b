# SPDX-License-Identifier: GPL-2.0-or-later
"""The encrypted disk of the test machines: LUKS2, an ext4 root inside, made without device-mapper.

qemu-img encrypts the file system, but writes LUKS1 headers only; cryptsetup then writes a LUKS2 header for the same
volume key on a file of its own, and the encrypted bytes are moved behind it.
"""

import io
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

import cache

PASSPHRASE = "earlybind"
LUKS_UUID = "5ad0ae51-7c0e-4b52-9d2b-5d7a3c0e11a1"
ROOT_UUID = "3c1b8f6e-52d4-4d0e-8a53-9e2f60b7c4d2"
SECOND_UUID = "c7a0b1de-6f35-4d8c-9e11-2b64d0f8a9c3"
HERE = Path(__file__).resolve().parent
SECTOR = 512
HEADER_SECTORS = 32768


def call(*command: str | Path, **more: object) -> str:
    """Run a host program; its output, or an exception with what it said."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **more)  # type: ignore
    if done.returncode:
        said = (done.stdout + done.stderr).strip()
        raise RuntimeError(f"{' '.join(map(str, command))} ended with status {done.returncode}: {said}")
    return done.stdout


def busybox() -> Path:
    path = shutil.which("busybox", path=os.environ["PATH"] + ":/bin:/usr/bin")
    if not path:
        raise RuntimeError("busybox is missing; packaging/setup/packages boot installs it")
    return Path(path)


def tool(name: str) -> Path:
    """A program of ours for the inside of a machine, from one C file here."""
    source = HERE / f"{name}.c"

    # musl's own headers first; behind them the kernel's, which lie among glibc's.
    command = ["musl-gcc", "-static", "-Os", "-Wall", "-Wextra", "-idirafter", "/usr/include",
               "-idirafter", "/usr/include/x86_64-linux-gnu"]
    return cache.made(f"boot/{name.replace('_', '-')}", [source, *command], f"the program {name}",
                      lambda place: call(*command, "-o", place, source))


def vfio_user() -> Path:
    return tool("vfio_user")


def _fill(root: Path, crypttab: str) -> None:
    for name in ["bin", "sbin", "usr/bin", "etc", "dev", "proc", "sys", "run", "tmp"]:
        (root / name).mkdir(parents=True)
    (root / "etc/os-release").write_text("NAME=earlybind-test\nID=earlybind-test\n")
    if crypttab:
        (root / "etc/crypttab").write_text(crypttab)
    for source, name in [(busybox(), "bin/busybox"), (vfio_user(), "bin/vfio-user"), (HERE / "root/init", "sbin/init"),
                         (HERE / "root/report", "bin/report")]:
        shutil.copyfile(source, root / name)
        (root / name).chmod(0o755)
    for applet in call(busybox(), "--list").split():
        if not (root / "bin" / applet).exists():
            (root / "bin" / applet).symlink_to("busybox")


def _encrypt(place: Path, uuid: str, passphrase: Path, *more: str | Path) -> None:
    """Write a LUKS2 header that needs little time and memory to open."""
    call("cryptsetup", "luksFormat", "--batch-mode", "--type", "luks2", "--cipher", "aes-xts-plain64",
         "--key-size", "512", "--sector-size", str(SECTOR), "--offset", str(HEADER_SECTORS), "--pbkdf", "pbkdf2",
         "--pbkdf-force-iterations", "1000", "--uuid", uuid, *more, "--key-file", passphrase, place)


def root_disk(crypttab: str = "") -> Path:
    """The root, with this /etc/crypttab: what it names is read before the root itself runs."""
    def make(place: Path) -> None:
        with tempfile.TemporaryDirectory() as name:
            work = Path(name)
            key, passphrase = work / "key", work / "passphrase"
            passphrase.write_text(PASSPHRASE)
            _fill(work / "root", crypttab)
            call("truncate", "-s", "48M", work / "plain")
            call("mkfs.ext4", "-q", "-E", "root_owner=0:0", "-U", ROOT_UUID, "-d", work / "root", work / "plain")
            # A slow hash: QEMU measures how many rounds it can do, and gives up where they take no tick of the clock.
            call("qemu-img", "convert", "-O", "luks", "--object", f"secret,id=s,file={passphrase}", "-o",
                 "key-secret=s,iter-time=10,cipher-alg=aes-256,cipher-mode=xts,ivgen-alg=plain64,hash-alg=sha512",
                 work / "plain", work / "luks1")
            dump = call("cryptsetup", "luksDump", "--batch-mode", "--dump-volume-key", "--volume-key-file", key,
                        "--key-file", passphrase, work / "luks1")
            start = int(next(line for line in dump.splitlines() if line.startswith("Payload offset")).split()[-1])
            payload = (work / "luks1").stat().st_size // SECTOR - start
            call("truncate", "-s", str((HEADER_SECTORS + payload) * SECTOR), place)
            _encrypt(place, LUKS_UUID, passphrase, "--volume-key-file", key)
            call("dd", f"if={work / 'luks1'}", f"of={place}", f"bs={SECTOR}", f"skip={start}",
                 f"seek={HEADER_SECTORS}", "conv=notrunc", "status=none")

    versions = [call("cryptsetup", "--version"), PASSPHRASE, LUKS_UUID, ROOT_UUID, crypttab]
    return cache.made("boot/root-disk", [Path(__file__), HERE / "root", busybox(), vfio_user(), *versions],
                      "the encrypted disk", make)


def second_disk() -> Path:
    """Another encrypted disk with the same passphrase, and nothing on it."""
    def make(place: Path) -> None:
        with tempfile.NamedTemporaryFile("w") as passphrase:
            passphrase.write(PASSPHRASE)
            passphrase.flush()
            call("truncate", "-s", str((HEADER_SECTORS + 2048) * SECTOR), place)
            _encrypt(place, SECOND_UUID, Path(passphrase.name))

    return cache.made("boot/second-disk", [Path(__file__), call("cryptsetup", "--version")], "the second disk", make)


def story_disk(place: Path, files: Mapping[str, bytes | Path]) -> None:
    """Files for the booted root, as a tar archive that the root unpacks over itself."""
    with tarfile.open(place, "w") as archive:
        for name, source in files.items():
            content = source.read_bytes() if isinstance(source, Path) else source
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o755
            archive.addfile(entry, io.BytesIO(content))
