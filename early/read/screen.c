/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decide/decide.h"
#include "read/binding.h"
#include "read/pci.h"

#define PATH_BYTES 256
#define LINK_BYTES 1024
#define RESOURCE_BYTES 4096
#define IOMEM_BYTES (1024 * 1024)
#define IOMEM_DEPTH 8 /* bridges in bridges, more than any machine has */

/* struct boot_params begins with struct screen_info. */
#define SCREEN_INFO_BYTES 64
#define SCREEN_IS_VGA 0x0f
#define SCREEN_LFB_BASE 0x18
#define SCREEN_LFB_SIZE 0x1c
#define SCREEN_CAPABILITIES 0x36
#define SCREEN_EXT_LFB_BASE 0x3a
#define CAPABILITY_64BIT_BASE 0x2
#define TYPE_VESA 0x23
#define TYPE_EFI 0x70

#define PLATFORM_DEVICES "/sys/bus/platform/devices"
#define VTCONSOLES 16 /* MAX_NR_CON_DRIVER */
#define FRAMEBUFFERS 32 /* FB_MAX */

/* A firmware framebuffer's device, by its kind (drivers/firmware/sysfb.c). */
static const char *const platform_devices[] = { "efi-framebuffer.0", "vesa-framebuffer.0",
						SIMPLE_FRAMEBUFFER };

#define BAR_COUNT 6
#define ROM_LINE 6
#define RESOURCE_MEM 0x200
#define RESOURCE_ROM_SHADOW 0x2
#define SHADOW_START 0xc0000
#define SHADOW_END 0xdffff

static uint32_t read_le32(const unsigned char *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

static void read_boot_params(const struct root *root, struct picture *picture)
{
	char bytes[8192];
	const unsigned char *info = (const unsigned char *)bytes;
	ssize_t n = root_read(root, "/sys/kernel/boot_params/data", bytes, sizeof(bytes));

	picture->kind = PICTURE_UNKNOWN;
	if (n < SCREEN_INFO_BYTES)
		return;
	switch (info[SCREEN_IS_VGA]) {
	case 0:
		picture->kind = PICTURE_NONE;
		return;
	case TYPE_VESA:
	case TYPE_EFI:
		break;
	default:
		picture->kind = PICTURE_TEXT;
		return;
	}
	picture->kind = PICTURE_FRAMEBUFFER;
	picture->base = read_le32(info + SCREEN_LFB_BASE);
	picture->size = read_le32(info + SCREEN_LFB_SIZE);
	/* VESA counts its size in units of 64 KiB (drivers/firmware/sysfb_simplefb.c). */
	if (info[SCREEN_IS_VGA] == TYPE_VESA)
		picture->size <<= 16;
	if (read_le32(info + SCREEN_CAPABILITIES) & CAPABILITY_64BIT_BASE)
		picture->base |= (uint64_t)read_le32(info + SCREEN_EXT_LFB_BASE) << 32;
}

/* What a display's resource and boot_vga files say. */
struct display {
	bool has_picture; /* a memory BAR holds the framebuffer's base */
	enum truth boot_vga;
};

static void read_resource(const struct root *root, const struct picture *picture,
			  struct function *function, struct display *display)
{
	char text[RESOURCE_BYTES];
	const char *line = text;

	function->rom_is_shadow = UNKNOWN;
	if (root_read(root, pci_path(function->at, "/resource").text, text, sizeof(text)) < 0)
		return;
	for (int i = 0; i <= ROM_LINE && line; i++) {
		char *at;
		uint64_t start = strtoull(line, &at, 16);
		uint64_t end = strtoull(at, &at, 16);
		const char *third = at;
		uint64_t flags = strtoull(third, &at, 16);

		if (at == third)
			return;
		if (i < BAR_COUNT && picture->kind == PICTURE_FRAMEBUFFER && flags & RESOURCE_MEM &&
		    start <= picture->base && picture->base <= end)
			display->has_picture = true;
		if (i == ROM_LINE)
			function->rom_is_shadow = start == SHADOW_START && end == SHADOW_END &&
								  flags & RESOURCE_ROM_SHADOW ?
							  YES :
							  NO;
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
}

static void read_boot_vga(const struct root *root, const struct function *function,
			  struct display *display)
{
	char text[8];

	display->boot_vga = UNKNOWN;
	if (root_read(root, pci_path(function->at, "/boot_vga").text, text, sizeof(text)) > 0)
		display->boot_vga = text[0] == '1' ? YES : NO;
}

/* The function that a firmware framebuffer's platform device hangs below, or FUNCTION_NONE. */
static uint16_t read_platform_owner(const struct root *root, const struct machine *machine)
{
	for (size_t i = 0; i < sizeof(platform_devices) / sizeof(platform_devices[0]); i++) {
		char path[PATH_BYTES];
		char link[LINK_BYTES];
		struct pci_address at;
		char *last;

		snprintf(path, sizeof(path), PLATFORM_DEVICES "/%s", platform_devices[i]);
		if (root_read_link(root, path, link, sizeof(link)) < 0)
			continue;
		last = strrchr(link, '/');
		if (!last)
			continue;
		*last = '\0';
		last = strrchr(link, '/');
		if (last && address_read(last + 1, &at))
			return machine_find(machine, at);
	}
	return FUNCTION_NONE;
}

/* The function in whose memory a firmware framebuffer's region lies, from /proc/iomem, where it is indented below the
 * BAR that bears the function's address; FUNCTION_NONE where there is none. The addresses are root's to see, the names
 * and their order everybody's. */
static uint16_t read_iomem_owner(const struct root *root, const struct machine *machine)
{
	static const char *const regions[] = { "efifb", "vesafb", "BOOTFB", "simplefb",
					       "simpledrm" };
	uint16_t owner_at[IOMEM_DEPTH] = { FUNCTION_NONE, FUNCTION_NONE, FUNCTION_NONE,
					   FUNCTION_NONE, FUNCTION_NONE, FUNCTION_NONE,
					   FUNCTION_NONE, FUNCTION_NONE };
	static char text[IOMEM_BYTES];
	char *rest;

	if (root_read(root, "/proc/iomem", text, sizeof(text)) < 0)
		return FUNCTION_NONE;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		size_t depth = strspn(line, " ") / 2;
		const char *name = strstr(line, " : ");
		struct pci_address at;

		if (!name || depth >= IOMEM_DEPTH)
			continue;
		name += strlen(" : ");
		owner_at[depth] = depth > 0 ? owner_at[depth - 1] : FUNCTION_NONE;
		if (address_read(name, &at))
			owner_at[depth] = machine_find(machine, at);
		for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++)
			if (strcmp(name, regions[i]) == 0 && owner_at[depth] != FUNCTION_NONE)
				return owner_at[depth];
	}
	return FUNCTION_NONE;
}

/* Reads what has the firmware framebuffer's device. */
static void read_device(const struct root *root, struct machine *machine)
{
	struct picture *picture = &machine->picture;

	for (size_t i = 0; i < sizeof(platform_devices) / sizeof(platform_devices[0]); i++) {
		char path[PATH_BYTES];
		char driver[64];
		ssize_t n;

		snprintf(path, sizeof(path), PLATFORM_DEVICES "/%s", platform_devices[i]);
		if (!root_exists(root, path))
			continue;
		picture->device = platform_devices[i];
		snprintf(path, sizeof(path), PLATFORM_DEVICES "/%s/driver", platform_devices[i]);
		n = binding_read_link(root, path, driver, sizeof(driver));
		if (n <= 0)
			continue;
		picture->driver = text_keep(&machine->text, driver, (size_t)n);
		picture->is_there = YES;
		return;
	}
}

/* What the console is on now, by the bound one of the vtconsoles (drivers/tty/vt/vt.c); "" where nobody can tell. */
static void read_console(const struct root *root, char *name, size_t size)
{
	name[0] = '\0';
	for (int i = 0; i < VTCONSOLES; i++) {
		char path[PATH_BYTES];
		char bound[8];

		snprintf(path, sizeof(path), "/sys/class/vtconsole/vtcon%d/bind", i);
		if (root_read_attribute(root, path, bound, sizeof(bound)) <= 0 || bound[0] != '1')
			continue;
		snprintf(path, sizeof(path), "/sys/class/vtconsole/vtcon%d/name", i);
		if (root_read_attribute(root, path, name, size) > 0)
			return;
		name[0] = '\0';
	}
}

/* Whether the firmware's picture is there still, so that binding can take it away. */
static void read_presence(const struct root *root, struct machine *machine)
{
	static const char *const names[] = { "EFI VGA", "VESA VGA", "simple", "VGA16 VGA" };
	struct picture *picture = &machine->picture;
	char console[64];
	char list[1024];

	read_device(root, machine);
	if (picture->is_there == YES)
		return;
	if (root_read(root, "/proc/fb", list, sizeof(list)) >= 0)
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (strstr(list, names[i]))
				picture->is_there = YES;
	read_console(root, console, sizeof(console));
	if (strstr(console, "VGA+"))
		picture->is_there = YES;
	else if (picture->is_there == UNKNOWN && console[0])
		picture->is_there = NO;
}

/* The display that a class device of its driver, as /sys/class/graphics/fb0, belongs to, or NULL. */
static struct function *display_of(const struct root *root, struct machine *machine,
				   const char *path)
{
	char link[LINK_BYTES];
	struct pci_address at;
	uint16_t f;

	/* A firmware framebuffer's device hangs below its owner too. */
	if (root_read_link(root, path, link, sizeof(link)) < 0 || strstr(link, "-framebuffer.") ||
	    !address_last_of(link, &at))
		return NULL;
	f = machine_find(machine, at);
	return f == FUNCTION_NONE ? NULL : &machine->functions[f];
}

/* Goes through the entries of a class that begin so. */
static void read_class(const struct root *root, struct machine *machine, const char *class,
		       const char *begin,
		       void (*found)(const struct root *root, struct function *display,
				     const char *path, const char *name))
{
	closing_directory struct root_directory folder;

	if (root_open_directory(root, class, &folder))
		return;
	for (const char *name = root_next_name(&folder); name; name = root_next_name(&folder)) {
		char path[PATH_BYTES + 256];
		struct function *display;

		if (strncmp(name, begin, strlen(begin)) != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", class, name);
		display = display_of(root, machine, path);
		if (display)
			found(root, display, path, name);
	}
}

static void found_framebuffer(const struct root *root, struct function *display, const char *path,
			      const char *name)
{
	unsigned number;

	(void)root;
	(void)path;
	if (sscanf(name, "fb%u", &number) == 1 && number < FRAMEBUFFERS)
		display->framebuffer = (int16_t)number;
}

static void found_connector(const struct root *root, struct function *display, const char *path,
			    const char *name)
{
	char status[PATH_BYTES * 2];
	char text[32];

	if (!strchr(name, '-'))
		return; /* the card itself */
	snprintf(status, sizeof(status), "%s/status", path);
	if (root_read_attribute(root, status, text, sizeof(text)) <= 0)
		return;
	if (strcmp(text, "connected\n") == 0)
		display->has_screen = YES;
	else if (display->has_screen == UNKNOWN)
		display->has_screen = NO;
}

void screen_read_drivers(const struct root *root, struct machine *machine)
{
	for (uint16_t f = 0; f < machine->function_count; f++) {
		machine->functions[f].framebuffer = FRAMEBUFFER_NONE;
		machine->functions[f].has_screen = UNKNOWN;
	}
	read_class(root, machine, "/sys/class/graphics", "fb", found_framebuffer);
	read_class(root, machine, "/sys/class/drm", "card", found_connector);
}

bool screen_has_devices(const struct root *root)
{
	return root_exists(root, "/proc/fb");
}

uint16_t screen_memory_owner(const struct root *root, const struct machine *machine)
{
	return read_iomem_owner(root, machine);
}

/* Reads each display, and returns the only one that has the picture by address, FUNCTION_NONE for none or several.
 * In text mode that is the one that the VGA arbiter calls the boot one (drivers/pci/vgaarb.c). */
static uint16_t read_displays(const struct root *root, struct machine *machine)
{
	uint16_t owner = FUNCTION_NONE;
	unsigned owners = 0;

	for (uint16_t f = 0; f < machine->function_count; f++) {
		struct function *function = &machine->functions[f];
		struct display display = { 0 };

		if (!class_is_display(function->class))
			continue;
		read_resource(root, &machine->picture, function, &display);
		read_boot_vga(root, function, &display);
		if (display.has_picture ||
		    (machine->picture.kind == PICTURE_TEXT && display.boot_vga == YES)) {
			owner = f;
			owners++;
		}
	}
	return owners == 1 ? owner : FUNCTION_NONE;
}

void screen_read(const struct root *root, struct machine *machine)
{
	struct picture *picture = &machine->picture;
	uint16_t owners[3];

	*picture = (struct picture){ .owner = FUNCTION_NONE, .memory_of = FUNCTION_NONE };
	read_boot_params(root, picture);
	read_presence(root, machine);
	screen_read_drivers(root, machine);
	owners[0] = read_platform_owner(root, machine);
	owners[1] = read_iomem_owner(root, machine);
	owners[2] = read_displays(root, machine);
	picture->memory_of = owners[1];
	for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++)
		if (picture->owner == FUNCTION_NONE)
			picture->owner = owners[i];
	if (owners[0] != FUNCTION_NONE || owners[1] != FUNCTION_NONE)
		picture->kind = PICTURE_FRAMEBUFFER;

	/* Where they do not agree, each of them may be right. */
	for (uint16_t f = 0; f < machine->function_count; f++) {
		struct function *function = &machine->functions[f];

		if (!class_is_display(function->class))
			continue;
		if (f == owners[0] || f == owners[1] || f == owners[2])
			function->shows_picture = YES;
		else if (picture->kind == PICTURE_NONE || picture->owner != FUNCTION_NONE)
			function->shows_picture = NO;
		else
			function->shows_picture = UNKNOWN;
	}
}
