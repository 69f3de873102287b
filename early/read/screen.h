/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose the firmware's picture is. */
#ifndef EARLYBIND_SCREEN_H
#define EARLYBIND_SCREEN_H

#include "machine.h"
#include "read/root.h"

/* Fills machine->picture, and shows_picture and rom_is_shadow of every display, from
 * /sys/kernel/boot_params/data (struct screen_info, include/uapi/linux/screen_info.h), the displays' `resource` and
 * `boot_vga` files, /proc/iomem, and the place of the firmware framebuffer's platform device (its parent is the owner since 6.9,
 * drivers/firmware/sysfb.c). What cannot be read is UNKNOWN, never an error. Wants pci_read before it. */
void screen_read(const struct root *root, struct machine *machine);

/* Fills framebuffer and has_screen of every display, from /sys/class/graphics and /sys/class/drm. */
void screen_read_drivers(const struct root *root, struct machine *machine);

/* Whether this kernel has framebuffer devices at all (CONFIG_FB_DEVICE), by /proc/fb. */
bool screen_has_devices(const struct root *root);

/* The function whose memory a firmware framebuffer holds, by /proc/iomem, or FUNCTION_NONE. */
uint16_t screen_memory_owner(const struct root *root, const struct machine *machine);

#endif
