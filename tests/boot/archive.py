# SPDX-License-Identifier: GPL-2.0-or-later
"""Write the archive that the kernel unpacks as its initramfs (cpio, "newc"); device nodes need no rights this way."""

from collections.abc import Mapping
from pathlib import Path

# What an entry may be: a file's content, a file of the host, or text "-> target" for a link and "/" for a folder.
Entry = bytes | Path | str


def _record(number: int, name: str, mode: int, content: bytes, device: tuple[int, int] = (0, 0)) -> bytes:
    fields = [number, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(name) + 1, 0]
    head = b"070701" + b"".join(b"%08x" % field for field in fields) + name.encode() + b"\0"
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
    out.append(_record(0, "TRAILER!!!", 0, b""))
    return b"".join(out)
