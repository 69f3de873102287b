/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The block devices, what each is made of, and below which PCI functions it lies in the end. */
#ifndef EARLYBIND_BLOCK_H
#define EARLYBIND_BLOCK_H

#include "machine.h"
#include "read/place.h"
#include "read/root.h"

#ifndef BLOCKS_MOST
#define BLOCKS_MOST 8192
#endif
#define BLOCK_NONE UINT16_MAX

struct block {
	const char *name; /* sda1 */
	const char *place; /* in the tree of devices */
	uint32_t major, minor; /* 0:0 where they cannot be read */
	uint16_t disk; /* of a partition: the whole device; else BLOCK_NONE */
	const char *dm_name; /* of a device-mapper device, or NULL */
	const char *dm_uuid;
};

struct blocks {
	struct block of[BLOCKS_MOST];
	uint16_t count;
	bool all; /* none was left out */
};

/* Lists the block devices. Text is kept in the machine's. */
void blocks_read(const struct root *root, struct machine *machine, struct blocks *blocks);

/* Index of a block device, or BLOCK_NONE. */
uint16_t block_by_name(const struct blocks *blocks, const char *name);
uint16_t block_by_number(const struct blocks *blocks, uint32_t major, uint32_t minor);
uint16_t block_by_dm_name(const struct blocks *blocks, const char *name);

/* Adds the functions below which a block device lies, through partitions, device-mapper, md, bcache and multipath; of a volume
 * group every function that any of its parts lies on. Sets *by_network where a part of it comes over the
 * network (iSCSI, NBD, NVMe over fabrics). Returns YES, or UNKNOWN where that cannot be told of every part. */
enum truth block_functions(const struct root *root, const struct machine *machine,
			   const struct blocks *blocks, uint16_t block, struct functions *functions,
			   bool *by_network);

/* How to call it in a sentence: "nvme0n1p2", or "vg-root" for a device-mapper device. */
const char *block_called(const struct block *block);

#endif
