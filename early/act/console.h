/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The console, before the framebuffer that it is on goes away. */
#ifndef EARLYBIND_CONSOLE_H
#define EARLYBIND_CONSOLE_H

#include "machine.h"
#include "read/root.h"

/* Maps every virtual console to the framebuffer /dev/fbN (FBIOPUT_CON2FBMAP, drivers/video/fbdev/core/fbcon.c). That works while
 * fbcon has not taken over yet, and under a splash screen. Returns 0, -ENOENT where there is no such device, or
 * -errno: of the console in front, where one of the others failed too. */
must_check int console_map(const struct root *root, int framebuffer);

/* Where the kernel has no /dev/fbN (CONFIG_FB_DEVICE off): has a console on some framebuffer, so that one can be found for it when
 * its own goes away. A splash screen is hidden first, and a character printed that ends a deferred takeover. Returns 0, or -ETIMEDOUT
 * where no framebuffer console came. */
must_check int console_wake(const struct root *root);

/* Binds the framebuffer console again, after its framebuffer went away (vtconsole's `bind`). Returns 0 or -errno. */
must_check int console_rebind(const struct root *root);

/* Whether the firmware's framebuffer holds nothing of the function's memory any more. Who has it open (Plymouth) may need a moment
 * to let go of it: waits three seconds at most. */
bool console_lets_go(const struct root *root, const struct machine *machine, uint16_t f);

/* Prints a line on the console in front, whatever the kernel's log level. */
void console_say(const struct root *root, const char *line);

#endif
