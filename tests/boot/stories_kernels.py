# SPDX-License-Identifier: GPL-2.0-or-later
"""The boot card given away on kernels built for what Debian's do not show: simpledrm without /dev/fbN, a console that has
not been taken over yet, drivers in the kernel image."""

from pathlib import Path

import disk
import image
import kernels
import whole
from stories import BOUND, HELD, see_prompt_and_unlock
from stories_screen import BIND_BOOT_CARD, BOOT_CARD, TWIN, see_bound, see_console
from whole import expect, expect_log

# Nothing is written to the screen, and nothing is asked.
SILENT = "quiet loglevel=3 systemd.show_status=false rd.udev.log_level=3 rd.luks.key=/the-key vt.global_cursor_default=0"


def boot_card_simpledrm(folder: Path) -> None:
    """Where simpledrm shows the picture and there is no /dev/fbN, the console goes to the twin all the same."""
    kernel = kernels.kernel("simpledrm")
    with whole.boot(folder, kernel, image.image(kernel), "", BIND_BOOT_CARD) as machine:
        see_prompt_and_unlock(machine)
        see_bound(machine, BOOT_CARD, TWIN)
        expect_log(machine, BOOT_CARD, HELD)
        expect_log(machine, BOOT_CARD, BOUND)
        see_console(machine, "guest")


def boot_card_deferred(folder: Path) -> None:
    """Where no text has come to the screen before finish, and the console is not taken over yet, it comes up on the twin."""
    kernel = kernels.kernel("deferred")
    with whole.boot(folder, kernel, image.image(kernel), SILENT, BIND_BOOT_CARD,
                    over={"the-key": disk.PASSPHRASE.encode()}) as machine:
        whole.root_is_up(machine)
        text, _ = machine.run("dmesg | grep -e 'Deferring console' -e 'Taking over console' -e 'the console is on'")
        expect("Deferring console" in text, "the kernel deferred the takeover of the console", text)
        expect(text.find("Taking over") > 0, "and took it over", text)
        see_bound(machine, BOOT_CARD, TWIN)
        see_console(machine, "guest")


def boot_card_builtin(folder: Path) -> None:
    """Where the displays' driver is part of the kernel, and has both cards before claim: the card is taken from it in finish."""
    kernel = kernels.kernel("builtin")
    with whole.boot(folder, kernel, image.image(kernel), "", BIND_BOOT_CARD) as machine:
        see_prompt_and_unlock(machine)
        see_bound(machine, BOOT_CARD, TWIN)
        expect_log(machine, BOOT_CARD, "the driver bochs-drm has it before earlybind runs")
        expect_log(machine, BOOT_CARD, BOUND)
        expect_log(machine, TWIN, "the console is on")
        see_console(machine, "guest")
