/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read/place.h"

#define INPUTS "/sys/class/input"
#define PATH_BYTES 512
#define LINK_BYTES 4096

#define EV_KEY_BIT 0x2u
/* Escape, the digits and the letters from Q to D: bits 1 to 31 of what linux/input-event-codes.h numbers. All of them make a
 * keyboard for udev's input_id too; a power button or a headset has a few keys. */
#define KEYS_OF_A_KEYBOARD 0xfffffffeu

/* The lowest word of a bitmap, which the kernel prints as hex words, the highest first. */
static unsigned long lowest_word(const struct root *root, const char *device, const char *name)
{
	char path[PATH_BYTES];
	char text[1024];
	const char *last;
	ssize_t n;

	snprintf(path, sizeof(path), INPUTS "/%.64s/capabilities/%s", device, name);
	n = root_read_attribute(root, path, text, sizeof(text));
	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == ' '))
		text[--n] = '\0';
	if (n <= 0)
		return 0;
	last = strrchr(text, ' ');
	return strtoul(last ? last + 1 : text, NULL, 16);
}

static bool is_keyboard(const struct root *root, const char *device)
{
	return lowest_word(root, device, "ev") & EV_KEY_BIT &&
	       (lowest_word(root, device, "key") & KEYS_OF_A_KEYBOARD) == KEYS_OF_A_KEYBOARD;
}

static void read_keyboard(const struct root *root, struct machine *machine, const char *device)
{
	char path[PATH_BYTES];
	char place[LINK_BYTES];
	uint16_t f;

	snprintf(path, sizeof(path), INPUTS "/%.64s", device);
	if (root_read_link(root, path, place, sizeof(place)) < 0 ||
	    !place_function(machine, place, &f) || !is_keyboard(root, device))
		return;
	if (f != FUNCTION_NONE)
		machine->functions[f].has_keyboard = true;
	else
		machine->keyboard_elsewhere = true;
}

void input_read(const struct root *root, struct machine *machine)
{
	closing_directory struct root_directory folder = { .fd = -1 };
	int failed = root_open_directory(root, INPUTS, &folder);

	machine->keyboard_elsewhere = false;
	for (uint16_t f = 0; f < machine->function_count; f++)
		machine->functions[f].has_keyboard = false;
	if (failed)
		return;
	for (const char *entry = root_next_name(&folder); entry; entry = root_next_name(&folder))
		if (strncmp(entry, "input", strlen("input")) == 0)
			read_keyboard(root, machine, entry);
}
