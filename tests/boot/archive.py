# SPDX-License-Identifier: GPL-2.0-or-later
"""The archive that the kernel unpacks as its initramfs (cpio, "newc"), written and read; device nodes need no rights so."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

MAGIC = b"070701"
HEAD = len(MAGIC) + 13 * 8
LAST = "TRAILER!!!"
# What an entry may be: a file's content, a file of the host, or text "-> target" for a link and "/" for a folder.
Entry = bytes | Path | str


def _record(number: int, name: str, mode: int, content: bytes, device: tuple[int, int] = (0, 0)) -> bytes:
    fields = [number, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(name) + 1, 0]
    head = MAGIC + b"".join(b"%08x" % field for field in fields) + name.encode() + b"\0"
    return _padded(head) + _padded(content)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)


def cpio(entries: Mapping[str, Entry], executable: bool = False) -> bytes:
    """Archive of path -> entry, with the folders on the way. Files get mode 755 when executable, else 644."""
    folders = {str(parent) for name in entries for parent in Path(name).parents} - {"."}
    out = [_record(at, name, 0o040755, b"") for at, name in enumerate(sorted(folders), 1)]
    for at, (name, entry) in enumerate(entries.items(), 10000):
        if entry == "/":
            out.append(_record(at, name, 0o040755, b""))
        elif isinstance(entry, str):
            out.append(_record(at, name, 0o120777, entry.removeprefix("-> ").encode()))
        else:
            content = entry if isinstance(entry, bytes) else entry.read_bytes()
            out.append(_record(at, name, 0o100755 if executable else 0o100644, content))
    out.append(_record(0, LAST, 0, b""))
    return b"".join(out)


class Found(NamedTuple):
    mode: int
    modified: int
    content: bytes


def found(data: bytes) -> dict[str, Found]:
    """What is in uncompressed archives, one behind the other with zeroes between them."""
    out, at = {}, 0
    while data[at:at + len(MAGIC)] == MAGIC:
        _, mode, _, _, _, modified, size, _, _, _, _, name_size, _ = (
            int(data[field:field + 8], 16) for field in range(at + len(MAGIC), at + HEAD, 8))
        name = data[at + HEAD:at + HEAD + name_size - 1].decode()
        start = at + HEAD + name_size + -(HEAD + name_size) % 4
        at = start + size + -size % 4
        if name == LAST:
            rest = data.find(MAGIC, at)
            at = at if rest < 0 or data[at:rest].strip(b"\0") else rest
        else:
            out[name.removeprefix("./")] = Found(mode, modified, data[start:start + size])
    return out
