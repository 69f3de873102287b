/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is on the disks below a storage controller. */
#ifndef EARLYBIND_DISK_H
#define EARLYBIND_DISK_H

#include "machine.h"
#include "read/root.h"

/* Sets the function's `disks`: the block devices below it and what libblkid finds on each, as
 * "nvme0n1p1 (vfat), nvme0n1p2 (crypto_LUKS)". Left NULL where there are none. A device that cannot be opened, for want of
 * rights, stands there by its name alone. */
void disk_read(const struct root *root, struct machine *machine, uint16_t f);

/* Opens a block device, to be read, by its name in sysfs, where `!` stands for a slash of /dev. Returns a descriptor or -errno. */
must_check int disk_open(const struct root *root, const char *name);

/* What libblkid finds on a block device; "" for each that it does not find. */
struct disk_tags {
	char type[32]; /* as blkid(8) names it: ext4, crypto_LUKS, zfs_member */
	char uuid[64];
	char label[256];
};

/* Reads the tags of a block device, by its name in sysfs. Returns false where nobody can tell: it cannot be opened, or what is on
 * it is two things at once. A drive without a medium has nothing on it. */
must_check bool disk_probe(const struct root *root, const char *name, struct disk_tags *tags);

/* The number of the partition with this PARTUUID (or PARTLABEL, where `by_label`) in the table of a whole disk, or 0. */
must_check int disk_find_partition(const struct root *root, const char *name, const char *value,
				   bool by_label);

/* How many devices the btrfs that this device is a member of is made of, from its first superblock. 0 where that cannot be read. */
must_check unsigned long disk_btrfs_devices(const struct root *root, const char *name);

#endif
