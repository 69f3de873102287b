/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/block.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read/lvm.h"

#define BLOCK_DEVICES "/sys/class/block"
#define PATH_BYTES 512
#define LINK_BYTES 4096
#define DEPTH_MOST 16 /* devices upon devices, more than anybody stacks */
#define LVM_PREFIX "LVM-"
#define LVM_GROUP_BYTES 36 /* LVM- and the volume group's UUID; the volume's own is behind it */

/* Reads a short attribute of a block device, without its newline, into the machine's text. NULL where there is none. */
static const char *read_text(const struct root *root, struct machine *machine, const char *name,
			     const char *attribute)
{
	char path[PATH_BYTES];
	char text[512];
	ssize_t n;

	snprintf(path, sizeof(path), BLOCK_DEVICES "/%.128s/%s", name, attribute);
	n = root_read_attribute(root, path, text, sizeof(text));
	while (n > 0 && text[n - 1] == '\n')
		n--;
	return n > 0 ? text_keep(&machine->text, text, (size_t)n) : NULL;
}

static void read_block(const struct root *root, struct machine *machine, struct blocks *blocks,
		       const char *name)
{
	struct block *block = &blocks->of[blocks->count];
	char path[PATH_BYTES];
	char link[LINK_BYTES];
	const char *number;
	ssize_t n;

	if (blocks->count == BLOCKS_MOST) {
		blocks->all = false;
		return;
	}
	snprintf(path, sizeof(path), BLOCK_DEVICES "/%.128s", name);
	n = root_read_link(root, path, link, sizeof(link));
	if (n < 0)
		return; /* it is gone */
	*block = (struct block){ .disk = BLOCK_NONE };
	block->name = text_keep(&machine->text, name, strlen(name));
	block->place = text_keep(&machine->text, link, (size_t)n);
	if (!block->name || !block->place) {
		blocks->all = false;
		return;
	}
	number = read_text(root, machine, name, "dev");
	if (number && sscanf(number, "%u:%u", &block->major, &block->minor) != 2)
		block->major = block->minor = 0;
	if (strncmp(name, "dm-", 3) == 0) {
		block->dm_name = read_text(root, machine, name, "dm/name");
		block->dm_uuid = read_text(root, machine, name, "dm/uuid");
	}
	blocks->count++;
}

/* The device in whose folder a partition's is: …/block/sda/sda1. */
static uint16_t disk_of(const struct blocks *blocks, const struct block *block)
{
	char above[LINK_BYTES];
	char *slash;

	snprintf(above, sizeof(above), "%s", block->place);
	slash = strrchr(above, '/');
	if (!slash)
		return BLOCK_NONE;
	*slash = '\0';
	slash = strrchr(above, '/');
	return slash ? block_by_name(blocks, slash + 1) : BLOCK_NONE;
}

static int compare_blocks(const void *a, const void *b)
{
	return strcmp(((const struct block *)a)->name, ((const struct block *)b)->name);
}

void blocks_read(const struct root *root, struct machine *machine, struct blocks *blocks)
{
	closing_directory struct root_directory folder = { .fd = -1 };
	int failed = root_open_directory(root, BLOCK_DEVICES, &folder);

	blocks->count = 0;
	blocks->all = !failed;
	if (failed)
		return;
	for (const char *entry = root_next_name(&folder); entry; entry = root_next_name(&folder))
		if (entry[0] != '.')
			read_block(root, machine, blocks, entry);
	qsort(blocks->of, blocks->count, sizeof(blocks->of[0]), compare_blocks);
	for (uint16_t b = 0; b < blocks->count; b++)
		blocks->of[b].disk = disk_of(blocks, &blocks->of[b]);
}

uint16_t block_by_name(const struct blocks *blocks, const char *name)
{
	struct block key = { .name = name };
	const struct block *found =
		bsearch(&key, blocks->of, blocks->count, sizeof(blocks->of[0]), compare_blocks);

	return found ? (uint16_t)(found - blocks->of) : BLOCK_NONE;
}

uint16_t block_by_number(const struct blocks *blocks, uint32_t major, uint32_t minor)
{
	if (major == 0)
		return BLOCK_NONE;
	for (uint16_t b = 0; b < blocks->count; b++)
		if (blocks->of[b].major == major && blocks->of[b].minor == minor)
			return b;
	return BLOCK_NONE;
}

uint16_t block_by_dm_name(const struct blocks *blocks, const char *name)
{
	for (uint16_t b = 0; b < blocks->count; b++)
		if (blocks->of[b].dm_name && strcmp(blocks->of[b].dm_name, name) == 0)
			return b;
	return BLOCK_NONE;
}

const char *block_called(const struct block *block)
{
	return block->dm_name ? block->dm_name : block->name;
}

/* One question, on its way down. */
struct descent {
	const struct root *root;
	const struct machine *machine;
	const struct blocks *blocks;
	struct functions *functions;
	bool by_network;
	bool seen[BLOCKS_MOST]; /* of a volume group that lies upon itself, too */
};

static enum truth descend(struct descent *descent, uint16_t b, unsigned depth);

/* Whether a name is these letters and then a digit: loop0. */
static bool is_numbered(const char *name, const char *letters)
{
	size_t n = strlen(letters);

	return strncmp(name, letters, n) == 0 && isdigit((unsigned char)name[n]);
}

/* All that the device is made of, as its folder of links says. UNKNOWN where there is nothing in it. */
static enum truth descend_to_slaves(struct descent *descent, const struct block *block,
				    unsigned depth)
{
	enum truth known = UNKNOWN;
	char path[PATH_BYTES];
	closing_directory struct root_directory folder = { .fd = -1 };

	snprintf(path, sizeof(path), BLOCK_DEVICES "/%.128s/slaves", block->name);
	if (root_open_directory(descent->root, path, &folder))
		return UNKNOWN;
	for (const char *entry = root_next_name(&folder); entry; entry = root_next_name(&folder)) {
		if (entry[0] == '.')
			continue;
		snprintf(path, sizeof(path), BLOCK_DEVICES "/%.128s/slaves/%.128s", block->name,
			 entry);
		root_show_link(descent->root, path);
		known = descend(descent, block_by_name(descent->blocks, entry), depth + 1);
		if (known != YES)
			break;
	}
	return known;
}

/* A namespace that several NVMe controllers lead to hangs below its subsystem, and these are links beside it. */
static enum truth descend_to_controllers(struct descent *descent, const struct block *block)
{
	enum truth known = UNKNOWN;
	char path[LINK_BYTES];
	const char *name = strstr(block->place, "/nvme-subsystem/");
	closing_directory struct root_directory folder = { .fd = -1 };

	name += strlen("/nvme-subsystem/");
	snprintf(path, sizeof(path), "/sys/class/nvme-subsystem/%.*s", (int)strcspn(name, "/"),
		 name);
	if (root_open_directory(descent->root, path, &folder))
		return UNKNOWN;
	for (const char *entry = root_next_name(&folder); entry; entry = root_next_name(&folder)) {
		char controller[LINK_BYTES];
		char place[LINK_BYTES];
		uint16_t f;

		snprintf(controller, sizeof(controller), "%.512s/%.128s", path, entry);
		if (!is_numbered(entry, "nvme") ||
		    root_read_link(descent->root, controller, place, sizeof(place)) < 0)
			continue; /* the namespace itself is a folder */
		known = UNKNOWN;
		if (!place_function(descent->machine, place, &f))
			break;
		known = functions_add(descent->functions, f) ? YES : UNKNOWN;
		descent->by_network |= strstr(place, "nvme-fabrics/") != NULL;
		if (known != YES)
			break;
	}
	return known;
}

/* A device that no active volume is on, and whose own metadata says that it is the group's, or not whose it is. */
static enum truth descend_to_idle_part(struct descent *descent, uint16_t b, const char *group,
				       unsigned depth)
{
	const char *name = descent->blocks->of[b].name;
	char id[LVM_ID_BYTES + 1];
	enum truth is_part = is_numbered(name, "loop") ? NO : lvm_group(descent->root, name, id);

	if (is_part == UNKNOWN)
		return UNKNOWN;
	if (is_part == NO || (id[0] && strncmp(id, group, LVM_ID_BYTES) != 0))
		return YES;
	return descend(descent, b, depth + 1);
}

/* Every other active volume of the same volume group, and every other device of it: it is activated as a whole. */
static enum truth descend_to_group(struct descent *descent, const struct block *block,
				   unsigned depth)
{
	if (!block->dm_uuid || strncmp(block->dm_uuid, LVM_PREFIX, strlen(LVM_PREFIX)) != 0)
		return YES;
	for (uint16_t b = 0; b < descent->blocks->count; b++) {
		const char *uuid = descent->blocks->of[b].dm_uuid;

		if (uuid && strncmp(uuid, block->dm_uuid, LVM_GROUP_BYTES) == 0 &&
		    descend(descent, b, depth + 1) != YES)
			return UNKNOWN;
	}
	for (uint16_t b = 0; b < descent->blocks->count; b++)
		if (!descent->seen[b] &&
		    descend_to_idle_part(descent, b, block->dm_uuid + strlen(LVM_PREFIX), depth) !=
			    YES)
			return UNKNOWN;
	return YES;
}

/* What has no hardware of its own. */
static enum truth descend_virtual(struct descent *descent, const struct block *block,
				  unsigned depth)
{
	if (is_numbered(block->name, "zram") || is_numbered(block->name, "ram"))
		return YES;
	if (is_numbered(block->name, "nbd") || is_numbered(block->name, "rbd") ||
	    strstr(block->place, "/nvme-fabrics/")) {
		descent->by_network = true;
		return YES;
	}
	if (strstr(block->place, "/nvme-subsystem/"))
		return descend_to_controllers(descent, block);
	if (descend_to_slaves(descent, block, depth) != YES)
		return UNKNOWN; /* a loop device's file, a ZFS volume */
	return descend_to_group(descent, block, depth);
}

static enum truth descend(struct descent *descent, uint16_t b, unsigned depth)
{
	const struct block *block;
	uint16_t f;

	if (b == BLOCK_NONE || depth > DEPTH_MOST)
		return UNKNOWN;
	if (descent->seen[b])
		return YES; /* on the way already: what it came to counts there */
	block = &descent->blocks->of[b];
	descent->seen[b] = true;
	if (block->disk != BLOCK_NONE)
		return descend(descent, block->disk, depth + 1);
	if (strstr(block->place, "/devices/virtual/"))
		return descend_virtual(descent, block, depth);
	if (!place_function(descent->machine, block->place, &f) ||
	    !functions_add(descent->functions, f))
		return UNKNOWN;
	/* iSCSI in software hangs below no PCI function. */
	if (f == FUNCTION_NONE && strstr(block->place, "/session"))
		descent->by_network = true;
	return YES;
}

enum truth block_functions(const struct root *root, const struct machine *machine,
			   const struct blocks *blocks, uint16_t block, struct functions *functions,
			   bool *by_network)
{
	static struct descent descent;
	enum truth known;

	descent = (struct descent){
		.root = root, .machine = machine, .blocks = blocks, .functions = functions
	};
	known = descend(&descent, block, 0);
	*by_network |= descent.by_network;
	return known;
}
