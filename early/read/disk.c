/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/disk.h"

#include <blkid/blkid.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_DEVICES "/sys/class/block"
#define LINK_BYTES 1024
#define LIST_BYTES 512
#define DISKS_MOST 256

static void free_probe(blkid_probe *probe)
{
	blkid_free_probe(*probe);
}

/* What is on a block device, from its first and last sectors, as blkid(8) names it; "" where nothing is found.
 * libblkid is given the descriptor, so that it opens nothing by itself. */
static void read_type(const struct root *root, const char *name, char *type, size_t size)
{
	__attribute__((cleanup(free_probe))) blkid_probe probe = blkid_new_probe();
	char path[LINK_BYTES];
	const char *found;

	type[0] = '\0';
	snprintf(path, sizeof(path), "/dev/%s", name);
	closing int fd = root_open_file(root, path, O_RDONLY | O_NONBLOCK);

	if (fd < 0 || !probe || blkid_probe_set_device(probe, fd, 0, 0) != 0)
		return;
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE);
	if (blkid_do_safeprobe(probe) == 0 &&
	    blkid_probe_lookup_value(probe, "TYPE", &found, NULL) == 0)
		snprintf(type, size, "%s", found);
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
		char type[64];

		read_type(root, names[i], type, sizeof(type));
		text_add(&list, "%s%s", list.used ? ", " : "", names[i]);
		if (type[0])
			text_add(&list, " (%s)", type);
	}
	function->disks = list.used ? text_keep(&machine->text, list.start, list.used) : NULL;
}
