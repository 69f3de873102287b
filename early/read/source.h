/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what a table or a mount calls its device to the functions on which that lies. */
#ifndef EARLYBIND_SOURCE_H
#define EARLYBIND_SOURCE_H

#include "read/block.h"

/* What is looked at, and what was listed of it. */
struct sight {
	const struct root *root;
	struct machine *machine;
	struct blocks *blocks;
	struct functions networks; /* what an interface that is up lies on */
	char *crypttab; /* a copy of its text that may be cut, or NULL */
	size_t crypttab_bytes;
};

/* On what something lies. */
struct lies {
	struct functions disks;
	struct functions networks;
	bool by_network;
	enum truth known; /* UNKNOWN: there is more, or all of it, that nobody can tell */
};

/* A device by any of its names: UUID= LABEL= PARTUUID= PARTLABEL= /dev/…, a volume of /dev/mapper that is not open yet through its
 * line of crypttab. `type` is that of the file system on it, "" where it does not matter, "auto" where it is to be looked up. */
void source_lies(const struct sight *sight, const char *source, const char *type,
		 struct lies *lies);

/* The same of a block device. */
void source_block_lies(const struct sight *sight, uint16_t block, const char *type,
		       struct lies *lies);

/* The block device that a name means now, or BLOCK_NONE. */
uint16_t source_block(const struct sight *sight, const char *source);

/* Of every member of the ZFS pool that a data set is in; those whose label names no pool count too. NULL is any pool. */
void source_pool_lies(const struct sight *sight, const char *dataset, struct lies *lies);

/* Of what comes over the network: the interfaces that are up. With none up nobody can tell. */
void source_network_lies(const struct sight *sight, struct lies *lies);

/* Whether the source is written as that of a block device: /dev/… or a tag. */
bool source_is_device(const char *source);

#endif
