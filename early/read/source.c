/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/source.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "read/disk.h"
#include "read/table.h"

#define PATH_BYTES 4096
#define LINKS_MOST 8
#define CRYPTTAB_DEPTH 4 /* a volume in a volume in a volume */

/* The names that fstab(5) has for what libblkid finds, and where udev links to what has them. */
static const struct tag {
	const char *name;
	const char *folder;
} tags[] = {
	{ "UUID=", "/dev/disk/by-uuid/" },
	{ "LABEL=", "/dev/disk/by-label/" },
	{ "PARTUUID=", "/dev/disk/by-partuuid/" },
	{ "PARTLABEL=", "/dev/disk/by-partlabel/" },
};

#define TAG_COUNT (sizeof(tags) / sizeof(tags[0]))
enum tag_kind { TAG_UUID, TAG_LABEL, TAG_PARTUUID, TAG_PARTLABEL };

/* Reads TAG=value or the path of the link to it. Returns the tag, or TAG_COUNT; the value is without quotes. */
static size_t read_tag(const char *source, char *value, size_t size)
{
	for (size_t t = 0; t < TAG_COUNT; t++) {
		const char *at = NULL;
		size_t n;

		if (strncmp(source, tags[t].name, strlen(tags[t].name)) == 0)
			at = source + strlen(tags[t].name);
		else if (strncmp(source, tags[t].folder, strlen(tags[t].folder)) == 0)
			at = source + strlen(tags[t].folder);
		if (!at)
			continue;
		n = strlen(at);
		if (n >= 2 && at[0] == '"' && at[n - 1] == '"') {
			at++;
			n -= 2;
		}
		snprintf(value, size, "%.*s", (int)n, at);
		return t;
	}
	return TAG_COUNT;
}

bool source_is_device(const char *source)
{
	char value[PATH_BYTES];

	return strncmp(source, "/dev/", 5) == 0 ||
	       read_tag(source, value, sizeof(value)) != TAG_COUNT;
}

/* Takes `..`, `.` and doubled slashes out of an absolute path, in place. */
static void simplify(char *path)
{
	char *to = path;

	for (char *from = path; *from;) {
		size_t n;

		from += strspn(from, "/");
		n = strcspn(from, "/");
		if (n == 2 && strncmp(from, "..", 2) == 0) {
			while (to > path && *--to != '/')
				;
		} else if (n > 0 && !(n == 1 && *from == '.')) {
			*to++ = '/';
			memmove(to, from, n);
			to += n;
		}
		from += n;
	}
	*to = '\0';
}

/* Follows links from a path below /dev to the last one, in place. */
static void follow_links(const struct root *root, char *path, size_t size)
{
	for (int i = 0; i < LINKS_MOST; i++) {
		char target[PATH_BYTES / 4];
		char joined[PATH_BYTES];
		const char *slash = strrchr(path, '/');

		if (root_read_link(root, path, target, sizeof(target)) < 0)
			return;
		snprintf(joined, sizeof(joined), "%.*s/%s",
			 target[0] == '/' ? 0 : (int)(slash - path), path, target);
		simplify(joined);
		snprintf(path, size, "%s", joined);
	}
}

/* The volume NAME of group GROUP, as device-mapper calls it: GROUP-NAME, with every `-` of theirs doubled. */
static uint16_t volume(const struct blocks *blocks, const char *group_and_name)
{
	char name[PATH_BYTES / 4];
	size_t n = 0;

	for (const char *c = group_and_name; *c && n + 2 < sizeof(name); c++) {
		if (*c == '-')
			name[n++] = '-';
		name[n++] = *c == '/' ? '-' : *c;
	}
	name[n] = '\0';
	return block_by_dm_name(blocks, name);
}

/* A path below /dev that is no link. */
static uint16_t block_of_node(const struct blocks *blocks, const char *path)
{
	static const char mapper[] = "/dev/mapper/";
	char name[PATH_BYTES / 4];
	uint16_t block;

	if (strncmp(path, mapper, strlen(mapper)) == 0)
		return block_by_dm_name(blocks, path + strlen(mapper));
	if (strncmp(path, "/dev/", 5) != 0)
		return BLOCK_NONE;
	snprintf(name, sizeof(name), "%.1000s", path + 5);
	for (char *c = name; *c; c++)
		if (*c == '/')
			*c = '!'; /* as sysfs has it: cciss!c0d0 */
	block = block_by_name(blocks, name);
	return block != BLOCK_NONE || !strchr(name, '!') ? block : volume(blocks, path + 5);
}

static uint16_t partition_of(const struct sight *sight, uint16_t disk, int number)
{
	for (uint16_t b = 0; b < sight->blocks->count; b++) {
		char path[PATH_BYTES];
		char text[16];

		if (sight->blocks->of[b].disk != disk)
			continue;
		snprintf(path, sizeof(path), "/sys/class/block/%s/partition",
			 sight->blocks->of[b].name);
		if (root_read_attribute(sight->root, path, text, sizeof(text)) > 0 &&
		    atoi(text) == number)
			return b;
	}
	return BLOCK_NONE;
}

/* Asks every block device itself, where udev has made no link. */
static uint16_t block_by_tag(const struct sight *sight, size_t tag, const char *value)
{
	for (uint16_t b = 0; b < sight->blocks->count; b++) {
		const struct block *block = &sight->blocks->of[b];
		struct disk_tags found;

		if (tag == TAG_PARTUUID || tag == TAG_PARTLABEL) {
			int number;

			if (block->disk != BLOCK_NONE)
				continue;
			number = disk_find_partition(sight->root, block->name, value,
						     tag == TAG_PARTLABEL);
			if (number > 0)
				return partition_of(sight, b, number);
			continue;
		}
		/* Not the array's members, which have the array's tags in some formats. */
		if (!disk_probe(sight->root, block->name, &found) ||
		    strcmp(found.type, "linux_raid_member") == 0)
			continue;
		if (tag == TAG_UUID ? strcasecmp(found.uuid, value) == 0 :
				      strcmp(found.label, value) == 0)
			return b;
	}
	return BLOCK_NONE;
}

uint16_t source_block(const struct sight *sight, const char *source)
{
	char value[PATH_BYTES / 4];
	char path[PATH_BYTES];
	size_t tag = read_tag(source, value, sizeof(value));
	uint16_t block;

	snprintf(path, sizeof(path), "%s%s", tag == TAG_COUNT ? source : tags[tag].folder,
		 tag == TAG_COUNT ? "" : value);
	follow_links(sight->root, path, sizeof(path));
	block = block_of_node(sight->blocks, path);
	if (block == BLOCK_NONE && tag != TAG_COUNT && value[0])
		block = block_by_tag(sight, tag, value);
	return block;
}

static void add_block(const struct sight *sight, uint16_t block, struct lies *lies)
{
	bool by_network = false;

	if (block_functions(sight->root, sight->machine, sight->blocks, block, &lies->disks,
			    &by_network) != YES)
		lies->known = UNKNOWN;
	if (by_network)
		source_network_lies(sight, lies);
}

void source_network_lies(const struct sight *sight, struct lies *lies)
{
	lies->by_network = true;
	for (uint16_t i = 0; i < sight->networks.count; i++)
		if (!functions_add(&lies->networks, sight->networks.of[i]))
			lies->known = UNKNOWN;
	if (sight->networks.count == 0)
		lies->known = UNKNOWN;
}

static bool is_in_pool(const char *dataset, const char *label)
{
	size_t n = strcspn(dataset, "/");

	return !label[0] || (strlen(label) == n && strncmp(dataset, label, n) == 0);
}

void source_pool_lies(const struct sight *sight, const char *dataset, struct lies *lies)
{
	bool found = false;

	for (uint16_t b = 0; b < sight->blocks->count; b++) {
		struct disk_tags is;

		/* A pool's own volumes, and a member's file that is looped, are no members. */
		if (strstr(sight->blocks->of[b].place, "/virtual/block/") &&
		    !sight->blocks->of[b].dm_uuid)
			continue;
		if (!disk_probe(sight->root, sight->blocks->of[b].name, &is)) {
			lies->known = UNKNOWN;
			continue;
		}
		if (strcmp(is.type, "zfs_member") != 0 ||
		    (dataset && !is_in_pool(dataset, is.label)))
			continue;
		found = true;
		add_block(sight, b, lies);
	}
	if (!found)
		lies->known = UNKNOWN;
}

/* A file system of several devices, as the kernel knows it while it is mounted. Returns whether it does. */
static bool add_mounted_btrfs(const struct sight *sight, const char *uuid, const char *member,
			      struct lies *lies)
{
	char path[PATH_BYTES];
	bool has = false;
	closing_directory struct root_directory folder = { .fd = -1 };

	snprintf(path, sizeof(path), "/sys/fs/btrfs/%.64s/devices/%.128s", uuid, member);
	if (!root_exists(sight->root, path))
		return false;
	*strrchr(path, '/') = '\0';
	if (root_open_directory(sight->root, path, &folder))
		return false;
	for (const char *entry = root_next_name(&folder); entry; entry = root_next_name(&folder)) {
		if (entry[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/sys/fs/btrfs/%.64s/devices/%.128s", uuid, entry);
		root_show_link(sight->root, path);
		has = true;
		add_block(sight, block_by_name(sight->blocks, entry), lies);
	}
	return has;
}

/* The same as its members' superblocks have it. */
static void add_members(const struct sight *sight, const char *uuid, const char *type,
			unsigned long wanted, struct lies *lies)
{
	unsigned long found = 0;

	for (uint16_t b = 0; b < sight->blocks->count; b++) {
		struct disk_tags is;

		if (!disk_probe(sight->root, sight->blocks->of[b].name, &is) ||
		    strcmp(is.type, type) != 0 || strcasecmp(is.uuid, uuid) != 0)
			continue;
		found++;
		add_block(sight, b, lies);
	}
	if (found < wanted || wanted == 0)
		lies->known = UNKNOWN;
}

static void add_btrfs(const struct sight *sight, uint16_t block, struct lies *lies)
{
	const char *name = sight->blocks->of[block].name;
	closing_directory struct root_directory folder = { .fd = -1 };
	int failed = root_open_directory(sight->root, "/sys/fs/btrfs", &folder);
	bool found = false;
	struct disk_tags is;

	for (const char *entry = failed ? NULL : root_next_name(&folder); entry && !found;
	     entry = root_next_name(&folder))
		found = entry[0] != '.' && add_mounted_btrfs(sight, entry, name, lies);
	if (found)
		return;
	if (!disk_probe(sight->root, name, &is) || strcmp(is.type, "bcachefs") == 0)
		lies->known = UNKNOWN; /* how many devices bcachefs has, no tag tells */
	else if (strcmp(is.type, "btrfs") == 0)
		add_members(sight, is.uuid, is.type, disk_btrfs_devices(sight->root, name), lies);
	else if (strcmp(is.type, "zfs_member") == 0)
		source_pool_lies(sight, is.label[0] ? is.label : NULL, lies);
}

/* Whether a file system of this type may be on several devices, of which the line names one. */
static bool may_have_several(const char *type)
{
	return strcmp(type, "auto") == 0 || strcmp(type, "btrfs") == 0 ||
	       strcmp(type, "bcachefs") == 0;
}

void source_block_lies(const struct sight *sight, uint16_t block, const char *type,
		       struct lies *lies)
{
	const char *name = sight->blocks->of[block].name;

	if (strncmp(name, "zd", 2) == 0 && isdigit((unsigned char)name[2])) {
		source_pool_lies(sight, NULL, lies);
		return;
	}
	add_block(sight, block, lies);
	if (may_have_several(type))
		add_btrfs(sight, block, lies);
}

/* The device that crypttab says a volume is on, into `source`. Returns whether it has a line. */
static bool crypttab_source(const struct sight *sight, const char *name, char *source, size_t size)
{
	static char text[64 * 1024];
	char *fields[TABLE_MOST_FIELDS];
	char *rest = text;
	int count;

	if (!sight->crypttab || sight->crypttab_bytes >= sizeof(text))
		return false;
	memcpy(text, sight->crypttab, sight->crypttab_bytes + 1);
	while ((count = table_next(&rest, fields)) >= 0)
		if (count >= 2 && strcmp(fields[0], name) == 0) {
			snprintf(source, size, "%s", fields[1]);
			return true;
		}
	return false;
}

void source_lies(const struct sight *sight, const char *source, const char *type, struct lies *lies)
{
	static const char mapper[] = "/dev/mapper/";
	char at[PATH_BYTES];

	snprintf(at, sizeof(at), "%s", source);
	for (int depth = 0; depth < CRYPTTAB_DEPTH; depth++) {
		uint16_t block = source_block(sight, at);

		if (block != BLOCK_NONE) {
			/* What is on the volume cannot be seen before it is open. */
			source_block_lies(sight, block, depth ? "" : type, lies);
			return;
		}
		if (strncmp(at, mapper, strlen(mapper)) != 0 ||
		    !crypttab_source(sight, at + strlen(mapper), at, sizeof(at)))
			break;
		if (!source_is_device(at))
			return; /* a file, on a disk that something else names */
		/* Nor how many of them one of several devices has. */
		if (may_have_several(type))
			lies->known = UNKNOWN;
	}
	lies->known = UNKNOWN;
}
