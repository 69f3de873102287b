# SPDX-License-Identifier: GPL-2.0-or-later
"""Pictures of a virtual machine's screen: compare, read, keep as PNG."""

import os
import struct
import subprocess
import zlib
from pathlib import Path
from typing import NamedTuple

# One character of the kernel's console font.
CELL_WIDTH, CELL_HEIGHT = 8, 16


class Picture(NamedTuple):
    width: int
    height: int
    rgb: bytes


def load_ppm(path: Path) -> Picture:
    """Read a binary PPM as QEMU's screendump writes it."""
    magic, size, depth, rgb = path.read_bytes().split(b"\n", 3)
    width, height = (int(number) for number in size.split())
    if magic != b"P6" or depth != b"255" or len(rgb) != width * height * 3:
        raise ValueError(f"{path} is not a whole binary PPM with 8 bits a colour")
    return Picture(width, height, rgb)


def write_png(picture: Picture, path: Path) -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    stride = picture.width * 3
    rows = b"".join(b"\0" + picture.rgb[y * stride:(y + 1) * stride] for y in range(picture.height))
    header = struct.pack(">IIBBBBB", picture.width, picture.height, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 6))
                     + chunk(b"IEND", b""))


def changed_cells(before: Picture, after: Picture) -> int:
    """How many character cells differ. A blinking cursor alone is one; a picture of another size differs everywhere."""
    columns, rows = after.width // CELL_WIDTH, after.height // CELL_HEIGHT
    if before[:2] != after[:2]:
        return columns * rows
    stride = after.width * 3
    cells = set()
    for y in range(after.height):
        old, new = before.rgb[y * stride:(y + 1) * stride], after.rgb[y * stride:(y + 1) * stride]
        if old == new:
            continue
        for x in range(columns):
            at = slice(x * CELL_WIDTH * 3, (x + 1) * CELL_WIDTH * 3)
            if old[at] != new[at]:
                cells.add((x, y // CELL_HEIGHT))
    return len(cells)


def _for_reading(picture: Picture) -> bytes:
    """Black letters on white, twice the size, blank bottom cut off: what tesseract reads best and fastest."""
    width, scale = picture.width, 2
    grey = picture.rgb[1::3]
    ink = bytes(0 if value > 80 else 255 for value in range(256))
    rows = [grey[y * width:(y + 1) * width].translate(ink) for y in range(picture.height)]
    while len(rows) > 1 and not rows[-1].count(0):
        rows.pop()
    blank = b"\xff" * width
    rows = [blank] * 8 + rows + [blank] * 8
    wide = []
    for row in rows:
        line = bytearray(width * scale)
        for offset in range(scale):
            line[offset::scale] = row
        wide += [bytes(line)] * scale
    return b"P5\n%d %d\n255\n" % (width * scale, len(wide)) + b"".join(wide)


def read(picture: Picture) -> str:
    """The text on the picture, as well as tesseract can tell."""
    done = subprocess.run(["tesseract", "-", "-", "--psm", "6", "-l", "eng", "--dpi", "150"],
                          input=_for_reading(picture), capture_output=True, timeout=60, check=True,
                          env=os.environ | {"OMP_THREAD_LIMIT": "1"})
    return done.stdout.decode(errors="replace")
