/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/use.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "read/table.h"

#define PATH_BYTES 4096
#define WHAT_BYTES 512
#define SWAPS_BYTES 65536
#define NETWORKS "/sys/class/net"
#define POOLS "/proc/spl/kstat/zfs"
#define IFF_UP_BIT 0x1 /* linux/if.h */

void need_add(struct machine *machine, enum need_kind kind, enum need_by by, uint16_t function,
	      const char *what)
{
	const char *kept = text_keep(&machine->text, what, strlen(what));

	if (function == FUNCTION_NONE)
		machine->needs_found = UNKNOWN;
	/* The last place is for saying that there is more. */
	if (machine->need_count >= MACHINE_MAX_NEEDS - 1 || !kept) {
		machine->needs_found = UNKNOWN;
		function = FUNCTION_NONE;
		by = BY_DISK;
		kept = "more than earlybind can count";
	}
	if (machine->need_count < MACHINE_MAX_NEEDS)
		machine->needs[machine->need_count++] =
			(struct need){ .kind = kind, .by = by, .function = function, .what = kept };
}

void need_add_lies(struct machine *machine, enum need_kind kind, const struct lies *lies,
		   const char *what)
{
	for (uint16_t i = 0; i < lies->disks.count; i++)
		need_add(machine, kind, BY_DISK, lies->disks.of[i], what);
	for (uint16_t i = 0; i < lies->networks.count; i++)
		need_add(machine, kind, BY_NETWORK, lies->networks.of[i], what);
	if (lies->known != YES)
		need_add(machine, kind,
			 lies->by_network && lies->disks.count == 0 ? BY_NETWORK : BY_DISK,
			 FUNCTION_NONE, what);
}

static bool is_up(const struct root *root, const char *interface)
{
	char path[PATH_BYTES];
	char text[32];

	snprintf(path, sizeof(path), NETWORKS "/%s/flags", interface);
	return root_read_attribute(root, path, text, sizeof(text)) > 0 &&
	       strtoul(text, NULL, 16) & IFF_UP_BIT;
}

static void read_network(struct sight *sight, const char *interface)
{
	char path[PATH_BYTES];
	char place[PATH_BYTES];
	char what[WHAT_BYTES];
	uint16_t f;
	bool known;

	snprintf(path, sizeof(path), NETWORKS "/%s", interface);
	if (root_read_link(sight->root, path, place, sizeof(place)) < 0)
		return;
	known = place_function(sight->machine, place, &f);
	if ((known && f == FUNCTION_NONE) || !is_up(sight->root, interface))
		return; /* lo, a bridge */
	snprintf(what, sizeof(what), "the interface %.64s, which is up", interface);
	if (f == FUNCTION_NONE || functions_add(&sight->networks, f))
		need_add(sight->machine, NEED_USE, BY_NETWORK, f, what);
}

void use_read_networks(struct sight *sight)
{
	closing_directory struct root_directory folder = { .fd = -1 };
	int failed = root_open_directory(sight->root, NETWORKS, &folder);

	sight->networks.count = 0;
	if (failed)
		return; /* no network in this kernel */
	for (const char *entry = root_next_name(&folder); entry; entry = root_next_name(&folder))
		if (entry[0] != '.')
			read_network(sight, entry);
}

/* Which block devices have been told of. */
static bool told[BLOCKS_MOST];

static bool is_loop(const char *name)
{
	return strncmp(name, "loop", 4) == 0 && isdigit((unsigned char)name[4]);
}

static void use_block(const struct sight *sight, uint16_t block, const char *type, const char *what)
{
	struct lies lies = { .known = YES };

	/* A loop device's file is on a disk that is mounted itself. */
	if (block == BLOCK_NONE || told[block] || is_loop(sight->blocks->of[block].name))
		return;
	told[block] = true;
	source_block_lies(sight, block, type, &lies);
	need_add_lies(sight->machine, NEED_USE, &lies, what);
}

static void read_mounted(const struct sight *sight, const struct mounts *mounts)
{
	for (uint16_t m = 0; m < mounts->count; m++) {
		const struct mount *mount = &mounts->of[m];
		uint16_t block = block_by_number(sight->blocks, mount->major, mount->minor);
		char what[WHAT_BYTES];

		/* btrfs and bcachefs have numbers of their own. */
		if (mount->major == 0 && strncmp(mount->source, "/dev/", 5) == 0)
			block = source_block(sight, mount->source);
		snprintf(what, sizeof(what), "the mounted file system %.256s", mount->directory);
		use_block(sight, block, mount->major == 0 ? mount->type : "", what);
		if (mount->major != 0 && block == BLOCK_NONE)
			need_add(sight->machine, NEED_USE, BY_DISK, FUNCTION_NONE, what);
	}
	if (!mounts->all)
		need_add(sight->machine, NEED_USE, BY_DISK, FUNCTION_NONE,
			 "what is mounted, which cannot be read");
}

static void read_swaps(const struct sight *sight)
{
	static char text[SWAPS_BYTES];
	char *fields[TABLE_MOST_FIELDS];
	char *rest = text;
	ssize_t n = root_read(sight->root, "/proc/swaps", text, sizeof(text));
	int count;

	if (n == -ENOENT)
		return; /* a kernel without swap */
	if (n < 0)
		need_add(sight->machine, NEED_USE, BY_DISK, FUNCTION_NONE,
			 "swap, which cannot be read");
	text[n < 0 ? 0 : n] = '\0';
	while ((count = table_next(&rest, fields)) >= 0) {
		char what[WHAT_BYTES];
		uint16_t block;

		/* The heading; and a file, on a disk that is mounted. */
		if (count < 2 || strcmp(fields[1], "partition") != 0)
			continue;
		table_unescape(fields[0]);
		snprintf(what, sizeof(what), "the swap %.256s, which is on", fields[0]);
		block = source_block(sight, fields[0]);
		if (block == BLOCK_NONE)
			need_add(sight->machine, NEED_USE, BY_DISK, FUNCTION_NONE, what);
		use_block(sight, block, "", what);
	}
}

/* The pools that ZFS has imported: it says nothing of their disks. */
static void read_pools(const struct sight *sight)
{
	closing_directory struct root_directory folder = { .fd = -1 };
	int failed = root_open_directory(sight->root, POOLS, &folder);

	if (failed)
		return;
	for (const char *entry = root_next_name(&folder); entry; entry = root_next_name(&folder)) {
		struct lies lies = { .known = YES };
		char path[PATH_BYTES];
		char what[WHAT_BYTES];

		snprintf(path, sizeof(path), POOLS "/%s/txgs", entry);
		if (entry[0] == '.' || !root_exists(sight->root, path))
			continue;
		source_pool_lies(sight, entry, &lies);
		snprintf(what, sizeof(what), "the imported pool %.256s", entry);
		need_add_lies(sight->machine, NEED_USE, &lies, what);
	}
}

/* Disks and partitions that another device is made of. */
static void read_holders(const struct sight *sight)
{
	for (uint16_t b = 0; b < sight->blocks->count; b++) {
		const struct block *block = &sight->blocks->of[b];
		char path[PATH_BYTES];
		char what[WHAT_BYTES];
		closing_directory struct root_directory folder = { .fd = -1 };

		snprintf(path, sizeof(path), "/sys/class/block/%s/holders", block->name);
		if (strstr(block->place, "/devices/virtual/") ||
		    root_open_directory(sight->root, path, &folder))
			continue;
		for (const char *entry = root_next_name(&folder); entry;
		     entry = root_next_name(&folder)) {
			uint16_t holder = block_by_name(sight->blocks, entry);

			if (entry[0] == '.')
				continue;
			snprintf(path, sizeof(path), "/sys/class/block/%s/holders/%s", block->name,
				 entry);
			root_show_link(sight->root, path);
			snprintf(what, sizeof(what), "%.64s, a part of %.256s", block->name,
				 holder == BLOCK_NONE ? entry :
							block_called(&sight->blocks->of[holder]));
			told[b] = false; /* mounted and held: two uses */
			use_block(sight, b, "", what);
			break;
		}
	}
}

/* Whether the process shows the boot's picture, and lets go of it in time; or only looks at new disks for a moment. */
static bool lets_go(const char *process)
{
	static const char *const names[] = { "plymouthd", "systemd-udevd", "(udev-worker)", "udevd",
					     "earlybind" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(process, names[i]) == 0)
			return true;
	return false;
}

/* The kinds of device files that count when somebody has them open, and where sysfs has their places. */
static const struct device_kind {
	const char *folder; /* below /dev */
	const char *class;
	const char *called;
} device_kinds[] = {
	{ "/dev/dri/", "/sys/class/drm/", "the display device " },
	{ "/dev/snd/", "/sys/class/sound/", "the sound device " },
};

/* Notes who keeps a framebuffer, and with it the firmware's memory. */
static void note_framebuffer(const struct sight *sight, const char *process)
{
	struct picture *picture = &sight->machine->picture;
	char path[PATH_BYTES];
	char program[64];
	char who[96];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%.16s/comm", process);
	n = root_read(sight->root, path, program, sizeof(program));
	if (n <= 0 || picture->opened_by)
		return;
	snprintf(who, sizeof(who), "%.*s (process %.16s)", (int)strcspn(program, "\n"), program,
		 process);
	picture->opened_by = text_keep(&sight->machine->text, who, strlen(who));
}

/* Adds what a process has open, unless it lets go of it by itself. */
static void use_open(const struct sight *sight, const char *process, const char *called,
		     const char *name, uint16_t function, uint16_t block)
{
	char path[PATH_BYTES];
	char what[WHAT_BYTES];
	char program[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%.16s/comm", process);
	n = root_read(sight->root, path, program, sizeof(program));
	while (n > 0 && program[n - 1] == '\n')
		program[--n] = '\0';
	if (n <= 0 || lets_go(program))
		return; /* it is gone by now, or soon */
	snprintf(what, sizeof(what), "%s%.64s, which %s (process %.16s) has open", called, name,
		 program, process);
	if (block != BLOCK_NONE)
		use_block(sight, block, "", what);
	else
		need_add(sight->machine, NEED_USE, BY_OTHER, function, what);
}

static void use_device(const struct sight *sight, const char *process, const char *path)
{
	for (size_t k = 0; k < sizeof(device_kinds) / sizeof(device_kinds[0]); k++) {
		const struct device_kind *kind = &device_kinds[k];
		const char *name = path + strlen(kind->folder);
		char link[PATH_BYTES];
		char place[PATH_BYTES];
		uint16_t f;

		if (strncmp(path, kind->folder, strlen(kind->folder)) != 0)
			continue;
		snprintf(link, sizeof(link), "%s%.128s", kind->class, name);
		if (root_read_link(sight->root, link, place, sizeof(place)) < 0 ||
		    (place_function(sight->machine, place, &f) &&
		     (f == FUNCTION_NONE || sight->machine->functions[f].is_virtual == UNKNOWN)))
			return; /* of no function that may be chosen */
		use_open(sight, process, kind->called, name, f, BLOCK_NONE);
		return;
	}
}

static void use_open_file(const struct sight *sight, const char *process, const char *path)
{
	uint16_t block;

	if (strncmp(path, "/dev/", 5) != 0)
		return;
	if (strncmp(path, "/dev/fb", 7) == 0)
		return note_framebuffer(sight, process);
	block = source_block(sight, path);
	if (block == BLOCK_NONE)
		use_device(sight, process, path);
	else
		use_open(sight, process, "", sight->blocks->of[block].name, FUNCTION_NONE, block);
}

/* Goes through what one process has open. Returns whether that could be read. */
static bool read_process(const struct sight *sight, const char *process)
{
	char path[PATH_BYTES];
	closing_directory struct root_directory folder = { .fd = -1 };
	int error;

	snprintf(path, sizeof(path), "/proc/%.16s/fd", process);
	error = root_open_directory(sight->root, path, &folder);
	if (error)
		return error == -ENOENT || error == -ESRCH;
	for (const char *entry = root_next_name(&folder); entry; entry = root_next_name(&folder)) {
		char target[PATH_BYTES];

		snprintf(path, sizeof(path), "/proc/%.16s/fd/%.16s", process, entry);
		if (entry[0] != '.' &&
		    root_read_link(sight->root, path, target, sizeof(target)) >= 0)
			use_open_file(sight, process, target);
	}
	return true;
}

static void read_open_devices(const struct sight *sight)
{
	closing_directory struct root_directory folder = { .fd = -1 };
	int failed = root_open_directory(sight->root, "/proc", &folder);
	bool all = !failed;

	for (const char *entry = failed ? NULL : root_next_name(&folder); entry;
	     entry = root_next_name(&folder))
		if (isdigit((unsigned char)entry[0]))
			all &= read_process(sight, entry);
	if (!all)
		need_add(sight->machine, NEED_USE, BY_DISK, FUNCTION_NONE,
			 "what other users' programs have open, which only root can see");
}

void use_read(const struct sight *sight, const struct mounts *mounts, const struct mount *root)
{
	const struct machine *machine = sight->machine;
	bool some_may_be_chosen = false;

	memset(told, 0, sizeof(told));
	if (root) {
		uint16_t block = block_by_number(sight->blocks, root->major, root->minor);

		if (block != BLOCK_NONE)
			told[block] = true;
	}
	read_mounted(sight, mounts);
	read_swaps(sight);
	read_pools(sight);
	read_holders(sight);
	for (uint16_t f = 0; f < machine->function_count; f++)
		some_may_be_chosen |= machine->functions[f].is_virtual != UNKNOWN;
	if (some_may_be_chosen)
		read_open_devices(sight);
}
