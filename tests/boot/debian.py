# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's archive, asked through packaging/setup/debian."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

import cache

DEBIAN = cache.TREE / "packaging/setup/debian"


def debian(*words: str | Path) -> str:
    """What it prints; its own words in an exception where it fails."""
    done = subprocess.run([str(word) for word in (DEBIAN, *words)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{DEBIAN.name} {' '.join(map(str, words))}: {done.stderr.strip()}")
    return done.stdout


def layer(suite: str, names: Iterable[str], place: Path) -> None:
    """Packages as they would lie in /usr and /etc, unpacked and not installed."""
    with tempfile.TemporaryDirectory(dir=place.parent) as name:
        work = Path(name)
        for package in debian("package", suite, *names, work / "packages").splitlines():
            subprocess.run(["dpkg", "-x", package, work / "unpacked"], check=True)
        for source, target in [("bin", "usr/bin"), ("sbin", "usr/sbin"), ("lib", "usr/lib"), ("usr", "usr"), ("etc", "etc")]:
            if (work / "unpacked" / source).is_dir():
                shutil.copytree(work / "unpacked" / source, place / target, dirs_exist_ok=True, symlinks=True)
