# SPDX-License-Identifier: GPL-2.0-or-later
"""Expensive things are made once, kept outside the tree, and found again by what they were made from."""

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
BUILD = TREE / "build"
HASH_LENGTH = 32
KEPT_SECONDS = 2 * 24 * 3600


def directory() -> Path:
    if chosen := os.environ.get("EARLYBIND_CACHE"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "earlybind"


def say(text: str) -> None:
    print(text, flush=True)


def fingerprint(inputs: Iterable[str | bytes | Path]) -> str:
    """One hash over texts, and over the names, modes and contents of files and folders."""
    total = hashlib.sha256()

    def add(name: str, content: bytes) -> None:
        total.update(hashlib.sha256(name.encode()).digest() + hashlib.sha256(content).digest())

    for one in inputs:
        if not isinstance(one, Path):
            add("", one if isinstance(one, bytes) else one.encode())
            continue
        for path in [one] if one.is_file() else sorted(one.rglob("*")):
            name = f"{path.relative_to(one)} {path.lstat().st_mode:o}"
            if path.is_symlink():
                add(name, os.readlink(path).encode())
            elif path.is_file():
                add(name, path.read_bytes())
    return total.hexdigest()[:HASH_LENGTH]


def made(name: str, inputs: Iterable[str | bytes | Path], what: str, make: Callable[[Path], None]) -> Path:
    """The path of a file or folder that make() leaves at the path it is given; made only where it is not there yet.

    name is where it lies in the cache, less the hash. Whole or not there: it is made beside its place and then renamed,
    and whoever else wants the same thing waits for it.
    """
    place = directory() / f"{name}-{fingerprint(inputs)}"
    kind = place.parent
    kind.mkdir(parents=True, exist_ok=True)
    with (kind / f".{Path(name).name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            unfinished = kind / f".{place.name}.unfinished"
            remove(unfinished)
            started = time.monotonic()
            say(f"making {what} ...")
            make(unfinished)
            os.utime(unfinished)
            unfinished.rename(place)
            say(f"made {what} ({time.monotonic() - started:.0f} s)")
            _forget_old(kind, place)
        else:
            os.utime(place)
    return place


def _forget_old(kind: Path, place: Path) -> None:
    """Every change of the program makes new images: what nobody has used for days goes."""
    for other in kind.glob(f"{place.name[:-HASH_LENGTH]}*"):
        if len(other.name) == len(place.name) and other.stat().st_mtime < time.time() - KEPT_SECONDS:
            remove(other)


def remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
