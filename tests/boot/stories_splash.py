# SPDX-License-Identifier: GPL-2.0-or-later
"""Under Plymouth the prompt is a picture: it stays usable, and the card that it is on goes to the guest all the same. And what
comes of a program that keeps the firmware's framebuffer open."""

import re
from pathlib import Path

import archive
import image
import kernels
import splash
import vm
import whole
from stories import BOUND, HELD, see_prompt_and_unlock
from stories_follow import FOLLOW
from stories_screen import BIND_BOOT_CARD, BOOT_CARD, TWIN, see_bound, see_console
from whole import expect, expect_driver, expect_log

FINISH_SECONDS = 10
# finish says when it begins and when it has ended.
TIMES = {"etc/systemd/system/earlybind-finish.service.d/times.conf": b"""[Service]
ExecStartPre=/bin/sh -c 'echo story: finish begins >/dev/kmsg'
ExecStartPost=/bin/sh -c 'echo story: finish has ended >/dev/kmsg'
"""}
# A program that has the framebuffer open, and stays over the switch to the root: its name begins with an @, and it stops
# itself again when systemd lets everything go on.
HOLDER = "etc/systemd/system/{}holder.service"
KEEPS_OPEN: dict[str, archive.Entry] = {
    HOLDER.format(""): b"""[Unit]
DefaultDependencies=no
IgnoreOnIsolate=yes
[Service]
ExecStart=@/bin/sh @holder -c 'exec 3<>/dev/fb0; echo story: fb0 is open >/dev/kmsg; while :; do kill -STOP $$$$; done'
""",
    HOLDER.format("sysinit.target.wants/"): "-> ../holder.service"}


def see_splash_prompt(machine: vm.VM, heads: list[str]) -> None:
    """The dialog is on these screens; each key of a wrong passphrase draws a bullet, and then it asks anew."""
    for head in heads:
        expect(splash.prompt_seen(machine, head, 180), f"the splash's prompt is on the screen of {head}")
    whole.keep_pictures(machine, "prompt")
    drawn = splash.bullets(machine, heads, "wrong")
    whole.keep_pictures(machine, "bullets")
    for head in heads:
        expect(all(0 < cells <= splash.BULLET_CELLS for cells in drawn[head]), f"each key draws a bullet on {head}", drawn)
    machine.type("\n")
    for head in heads:
        expect(splash.prompt_seen(machine, head, 60), f"after a wrong passphrase {head} asks anew")


def finish_seconds(machine: vm.VM) -> float:
    text, _ = machine.run("dmesg | grep story:")
    begin, end = (re.search(rf"\[ *([0-9.]+)\] story: finish {word}", text) for word in ("begins", "has ended"))
    if not begin or not end:
        raise vm.Failure(f"finish did not begin, or has not ended: {text}")
    return float(end[1]) - float(begin[1])


def splash_on(folder: Path, kernel_name: str, config: str, heads: list[str]) -> None:
    """The splash's prompt on these screens, the boot card bound under the splash, the console on the twin after it."""
    kernel = kernels.kernel(kernel_name)
    with whole.boot(folder, kernel, splash.splash_image(kernel, config), splash.APPEND, config, over=TIMES,
                    root_files=splash.client()) as machine:
        see_splash_prompt(machine, heads)
        whole.unlock(machine)
        took = finish_seconds(machine)
        expect(took < FINISH_SECONDS, f"finish takes less than {FINISH_SECONDS} s under a splash", f"{took:.1f} s")
        expect(machine.run("plymouth --ping")[1] == 0, "plymouth has lived through it")
        see_bound(machine, BOOT_CARD, TWIN)
        machine.must("plymouth quit")
        see_console(machine, "guest")
        expect_log(machine, BOOT_CARD, HELD)
        expect_log(machine, BOOT_CARD, BOUND)
        lines = whole.log_of(machine, BOOT_CARD)
        expect(not any("no guest can use it" in line for line in lines), "the log says nothing of memory that is held", lines)


def splash_boot_card_6_12(folder: Path) -> None:
    """Plymouth's prompt is on both screens and usable, the boot card under it goes to the guest, its console to the twin."""
    splash_on(folder, "6.12", BIND_BOOT_CARD, ["guest", "host"])


def splash_follows_6_12(folder: Path) -> None:
    """With `prompt follow` Plymouth's prompt is on the twin's screen, before the boot card goes."""
    splash_on(folder, "6.12", FOLLOW, ["guest"])


def splash_boot_card_simpledrm(folder: Path) -> None:
    """The same where simpledrm shows the firmware's picture and there is no /dev/fbN."""
    splash_on(folder, "simpledrm", BIND_BOOT_CARD, ["guest"])


def framebuffer_kept_open_6_12(folder: Path) -> None:
    """A program that keeps /dev/fb0 open keeps the card's memory from the guest: said, by --check too, until it ends."""
    kernel = kernels.kernel("6.12")
    with whole.boot(folder, kernel, image.image(kernel), "", BIND_BOOT_CARD, over=KEEPS_OPEN | TIMES) as machine:
        see_prompt_and_unlock(machine)
        text, _ = machine.run("dmesg | grep story:")
        expect("fb0 is open" in text, "a program has the framebuffer open", text)
        took = finish_seconds(machine)
        expect(took < FINISH_SECONDS, f"finish takes less than {FINISH_SECONDS} s all the same", f"{took:.1f} s")
        expect_driver(whole.report(machine), BOOT_CARD, "vfio-pci")
        maps, said = whole.vfio_maps(machine, BOOT_CARD)
        expect(not maps, f"no VFIO user maps BAR 0 of {BOOT_CARD}", said)
        expect_log(machine, BOOT_CARD, "no guest can use it: the firmware's framebuffer still has its memory")
        text, status = machine.run("earlybind --check")
        expect(status == 1 and "the firmware's framebuffer still has its memory" in text, "--check says so", f"{status}: {text}")
        expect_log(machine, TWIN, "the console is on")
        machine.must("kill -9 $(pidof @holder || ps | sed -n 's/^ *\\([0-9]*\\) .*@holder.*/\\1/p')")
        see_bound(machine, BOOT_CARD, TWIN)
        see_console(machine, "guest")
