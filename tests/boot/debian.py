# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's archive, asked through packaging/setup/debian."""

import subprocess
from pathlib import Path

import cache

DEBIAN = cache.TREE / "packaging/setup/debian"


def debian(*words: str | Path) -> str:
    """What it prints; its own words in an exception where it fails."""
    done = subprocess.run([str(word) for word in (DEBIAN, *words)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{DEBIAN.name} {' '.join(map(str, words))}: {done.stderr.strip()}")
    return done.stdout
