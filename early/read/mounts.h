/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is mounted where, as /proc/self/mountinfo has it. */
#ifndef EARLYBIND_MOUNTS_H
#define EARLYBIND_MOUNTS_H

#include <stdint.h>

#include "read/root.h"

#define MOUNTS_MOST 16384

struct mount {
	uint32_t major, minor; /* major 0: the file system has no device of its own */
	const char *directory;
	const char *type;
	const char *source;
};

struct mounts {
	struct mount of[MOUNTS_MOST];
	uint16_t count;
	bool all; /* none was left out */
};

/* Lists the mounts, in the kernel's order. Their texts stay until the next call. */
void mounts_read(const struct root *root, struct mounts *mounts);

/* The mount that is seen at a directory, or NULL. */
const struct mount *mounts_at(const struct mounts *mounts, const char *directory);

#endif
