/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/disk.h"

#include <blkid/blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define BLOCK_DEVICES "/sys/class/block"
#define LINK_BYTES 1024
#define LIST_BYTES 512
#define DISKS_MOST 256

/* struct btrfs_super_block (include/uapi/linux/btrfs_tree.h) */
#define BTRFS_SUPERBLOCK 0x10000
#define BTRFS_NUM_DEVICES 0x88

static void free_probe(blkid_probe *probe)
{
	blkid_free_probe(*probe);
}

int disk_open(const struct root *root, const char *name)
{
	char path[LINK_BYTES];

	snprintf(path, sizeof(path), "/dev/%s", name);
	for (char *c = path; *c; c++)
		if (*c == '!')
			*c = '/';
	return root_open_file(root, path, O_RDONLY | O_NONBLOCK);
}

static void copy_value(blkid_probe probe, const char *name, char *value, size_t size)
{
	const char *found;

	if (blkid_probe_lookup_value(probe, name, &found, NULL) == 0)
		snprintf(value, size, "%s", found);
}

bool disk_probe(const struct root *root, const char *name, struct disk_tags *tags)
{
	__attribute__((cleanup(free_probe))) blkid_probe probe = blkid_new_probe();
	closing int fd = disk_open(root, name);
	int found;

	*tags = (struct disk_tags){ 0 };
	if (fd == -ENOMEDIUM || fd == -ENXIO)
		return true;
	/* libblkid is given the descriptor, so that it opens nothing by itself. */
	if (fd < 0 || !probe || blkid_probe_set_device(probe, fd, 0, 0) != 0)
		return false;
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_UUID |
							 BLKID_SUBLKS_LABEL);
	found = blkid_do_safeprobe(probe);
	if (found == 0) {
		copy_value(probe, "TYPE", tags->type, sizeof(tags->type));
		copy_value(probe, "UUID", tags->uuid, sizeof(tags->uuid));
		copy_value(probe, "LABEL", tags->label, sizeof(tags->label));
	}
	return found >= 0;
}

int disk_find_partition(const struct root *root, const char *name, const char *value, bool by_label)
{
	__attribute__((cleanup(free_probe))) blkid_probe probe = blkid_new_probe();
	closing int fd = disk_open(root, name);
	blkid_partlist list;

	if (fd < 0 || !probe || blkid_probe_set_device(probe, fd, 0, 0) != 0 ||
	    !(list = blkid_probe_get_partitions(probe)))
		return 0;
	for (int i = 0; i < blkid_partlist_numof_partitions(list); i++) {
		blkid_partition partition = blkid_partlist_get_partition(list, i);
		const char *own = by_label ? blkid_partition_get_name(partition) :
					     blkid_partition_get_uuid(partition);

		if (own && (by_label ? strcmp(own, value) : strcasecmp(own, value)) == 0)
			return blkid_partition_get_partno(partition);
	}
	return 0;
}

unsigned long disk_btrfs_devices(const struct root *root, const char *name)
{
	closing int fd = disk_open(root, name);
	unsigned char bytes[8];
	unsigned long count = 0;

	if (fd < 0 ||
	    pread(fd, bytes, sizeof(bytes), BTRFS_SUPERBLOCK + BTRFS_NUM_DEVICES) != sizeof(bytes))
		return 0;
	for (size_t i = sizeof(bytes); i > 0; i--)
		count = count << 8 | bytes[i - 1];
	return count;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of the block devices below a function, sorted. Returns how many. */
static size_t read_names(const struct root *root, struct machine *machine, struct pci_address at,
			 const char **names)
{
	closing_directory struct root_directory folder;
	char part[ADDRESS_BYTES + 2];
	size_t count = 0;

	if (root_open_directory(root, BLOCK_DEVICES, &folder))
		return 0;
	snprintf(part, sizeof(part), "/" ADDRESS_FORMAT "/", ADDRESS_PARTS(at));
	for (const char *name = root_next_name(&folder); name && count < DISKS_MOST;
	     name = root_next_name(&folder)) {
		char path[LINK_BYTES];
		char link[LINK_BYTES];

		snprintf(path, sizeof(path), BLOCK_DEVICES "/%s", name);
		if (name[0] == '.' || root_read_link(root, path, link, sizeof(link)) < 0 ||
		    !strstr(link, part))
			continue;
		names[count] = text_keep(&machine->text, name, strlen(name));
		if (names[count])
			count++;
	}
	qsort(names, count, sizeof(names[0]), compare_names);
	return count;
}

void disk_read(const struct root *root, struct machine *machine, uint16_t f)
{
	struct function *function = &machine->functions[f];
	const char *names[DISKS_MOST];
	size_t count = read_names(root, machine, function->at, names);
	char bytes[LIST_BYTES];
	struct text list = TEXT_OVER(bytes);

	text_clear(&list);
	for (size_t i = 0; i < count; i++) {
		struct disk_tags tags;

		text_add(&list, "%s%s", list.used ? ", " : "", names[i]);
		if (disk_probe(root, names[i], &tags) && tags.type[0])
			text_add(&list, " (%s)", tags.type);
	}
	function->disks = list.used ? text_keep(&machine->text, list.start, list.used) : NULL;
}
