# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds for which the quick set has no time: for one machine, twice the same, and how much an image grows."""

import subprocess
import tempfile
import time
from pathlib import Path

import cache
import image
import kernels
from stories_build import OLD, OPTIONS, SOUND, build, expect_ours, left_out, of_ours, refused
from whole import expect

AT = {"SOURCE_DATE_EPOCH": "1700000000"}


def broken_configuration_and_newest_dracut_6_1(folder: Path) -> None:
    """The same two by the newest dracut."""
    refused(folder, "newest")
    left_out(folder, "newest")


def rescue_image_of_newest_dracut_6_1(folder: Path) -> None:
    """The newest dracut's rescue image has nothing of earlybind, and any other of its images has."""
    options = ["--no-kernel", "--compress", "cat"]
    for rescue in (False, True):
        with build(folder, SOUND, not rescue, None, "newest", options + ["--add", "rescue"] * rescue) as built:
            status, picture, log = built
            expect(status == 0, "dracut builds", f"{status}: {image.last_line(log)}")
            ours = of_ours(picture)
            expect(bool(ours) != rescue, f"earlybind is in {picture.name}: {not rescue}", sorted(ours))


def expect_for_this_machine(folder: Path, release: str) -> None:
    version = kernels.kernel("6.1").version
    with build(folder, SOUND, True, OLD, release, ["--hostonly", *OPTIONS]) as (status, picture, log):
        expect(status == 0, "dracut builds an image for this machine alone", f"{status}: {image.last_line(log)}")
        expect_ours(picture)
        seen = of_ours(picture)["etc/earlybind.image"].content.decode()
        facts = {line for line in seen.splitlines() if line.startswith("guard ")}
        # not in /tmp itself: a configuration that others could replace is refused
        with tempfile.TemporaryDirectory() as name:
            config = Path(name) / "earlybind.conf"
            config.write_text(SOUND)
            done = subprocess.run([image.program(), "--embed", "dracut", "--kernel", version, "--config", config],
                                  capture_output=True, text=True)
        expect(done.returncode != 2, "earlybind reads the same configuration", done.stderr)
        asked = {line.removeprefix("image ") for line in done.stdout.splitlines() if line.startswith("image guard ")}
        expect(facts == asked, f"the image has the guard facts of this machine: {sorted(asked)}", sorted(facts))


def image_for_this_machine_alone_6_1(folder: Path) -> None:
    """A host-only image has the program, the files, both vfio modules, loaded here or not, and this machine's guard
    facts; by the installed dracut and by the newest."""
    for release in ("", "newest"):
        expect_for_this_machine(folder, release)


def two_builds_are_one_6_1(folder: Path) -> None:
    """Two builds of one input are identical, byte for byte and with the times of files."""
    options = ["--reproducible", "--modules", "base earlybind", "--compress", "zstd"]
    for release in ("", "newest"):
        pictures = []
        for _ in range(2):
            with build(folder, SOUND, True, None, release, options, AT) as (status, picture, log):
                expect(status == 0, "dracut builds", f"{status}: {image.last_line(log)}")
                pictures.append(picture.read_bytes())
            # Files of the second build are younger.
            time.sleep(2)
        expect(pictures[0] == pictures[1], f"both images of dracut {release or '059'} are the same")


def growth(kind: str) -> int:
    """Bytes by which earlybind makes a compressed image of this kind larger; both have the same kernel modules."""
    kernel = kernels.kernel("6.12")
    with_it, without = (image.KINDS[kind](kernel, earlybind=there, compress="zstd") for there in (True, False))
    return with_it.stat().st_size - without.stat().st_size


def image_grows_little_6_12(folder: Path) -> None:
    """A compressed image grows by at most 380 KiB, kernel modules aside, whatever dracut made it."""
    grown = {kind: growth(kind) for kind in image.KINDS}
    for kind, more in grown.items():
        cache.say(f"{kind}: {more / 1024:.0f} KiB more")
    expect(all(0 < more <= image.GROWTH_KIB << 10 for more in grown.values()),
           f"each image grows by at most {image.GROWTH_KIB} KiB", grown)
