/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Block devices, mounts and tables in a temporary directory, for tests of what the boot needs. Functions are in memory. */
#ifndef EARLYBIND_DISKS_H
#define EARLYBIND_DISKS_H

#include <stdarg.h>
#include <unistd.h>

#include "fixture.h"
#include "folder.h"

static unsigned next_minor;

__attribute__((format(printf, 1, 2))) static inline void shell(const char *format, ...)
{
	char command[4096];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	assert(system(command) == 0);
}

/* Writes a file, with the folders above it. */
static inline void put(const char *path, const char *text)
{
	shell("mkdir -p $(dirname '%s')", folder_path(path));
	folder_write(path, text);
}

static inline void put_link(const char *path, const char *target)
{
	shell("mkdir -p $(dirname '%s')", folder_path(path));
	unlink(folder_path(path));
	assert(symlink(target, folder_path(path)) == 0);
}

/* An empty tree, and four functions: two NVMe behind ports, SATA, USB, and a network card. */
static inline void new_disks(void)
{
	shell("rm -rf %s/*", folder);
	next_minor = 0;
	new_machine();
	machine.need_count = machine.line_count = 0;
	machine.guard.there = false;
	add_function("0000:00:0e.0", 0x010400); /* VMD */
	add_function("0000:00:14.0", CLASS_USB);
	add_function("0000:00:17.0", 0x010601);
	add_function("0000:00:1c.0", CLASS_PORT);
	add_function("0000:00:1c.4", CLASS_PORT);
	add_function("0000:02:00.0", CLASS_NVME)->parent = 3;
	add_function("0000:03:00.0", CLASS_NVME)->parent = 4;
	add_function("0000:04:00.0", CLASS_NETWORK);
	put("/proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n");
	put("/proc/self/mountinfo", "");
	put("/etc/fstab", "");
	shell("mkdir -p %s/sys/class/block %s/dev", folder, folder);
}

#define ON_VMD "pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0/10000:e1:00.0/nvme/nvme2"
#define ON_USB "pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/host6/target6:0:0/6:0:0:0/block"
#define ON_SATA "pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block"
#define ON_NVME "pci0000:00/0000:00:1c.0/0000:02:00.0/nvme/nvme0"
#define ON_OTHER_NVME "pci0000:00/0000:00:1c.4/0000:03:00.0/nvme/nvme1"
#define ON_NOTHING "virtual/block"

/* Adds a block device below a place in /sys/devices; "sda/sda1" is a partition. Its number is 8:N, N counting from 1. */
static inline void add_disk(const char *place, const char *names)
{
	const char *name = strrchr(names, '/') ? strrchr(names, '/') + 1 : names;
	char path[512], text[512];

	snprintf(path, sizeof(path), "/sys/devices/%s/%s/dev", place, names);
	snprintf(text, sizeof(text), "8:%u\n", ++next_minor);
	put(path, text);
	snprintf(path, sizeof(path), "/sys/class/block/%s", name);
	snprintf(text, sizeof(text), "../../devices/%s/%s", place, names);
	put_link(path, text);
	if (strchr(names, '/')) {
		snprintf(path, sizeof(path), "/sys/class/block/%s/partition", name);
		snprintf(text, sizeof(text), "%c\n", name[strlen(name) - 1]);
		put(path, text);
	}
}

/* Adds a device that is made of others, named with blanks between them. */
static inline void add_upon(const char *name, const char *parts)
{
	char names[256];

	add_disk(ON_NOTHING, name);
	snprintf(names, sizeof(names), "%s", parts);
	for (char *part = strtok(names, " "); part; part = strtok(NULL, " ")) {
		char path[256];

		snprintf(path, sizeof(path), "/sys/class/block/%s/slaves/%s", name, part);
		put_link(path, "../../somewhere");
		snprintf(path, sizeof(path), "/sys/class/block/%s/holders/%s", part, name);
		put_link(path, "../../somewhere");
	}
}

static inline void add_dm(const char *name, const char *dm_name, const char *uuid,
			  const char *parts)
{
	char path[256], target[64];

	add_upon(name, parts);
	snprintf(path, sizeof(path), "/sys/class/block/%s/dm/name", name);
	put(path, dm_name);
	snprintf(path, sizeof(path), "/sys/class/block/%s/dm/uuid", name);
	put(path, uuid);
	snprintf(path, sizeof(path), "/dev/mapper/%s", dm_name);
	snprintf(target, sizeof(target), "../%s", name);
	put_link(path, target);
}

#endif
