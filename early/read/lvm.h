/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which volume group a disk is a part of. */
#ifndef EARLYBIND_LVM_H
#define EARLYBIND_LVM_H

#include "machine.h"
#include "read/root.h"

#define LVM_ID_BYTES 32

/* Reads the UUID of the volume group, without its hyphens as device-mapper has it, from the disk's own metadata (LVM2's on-disk
 * format: label, physical volume header, metadata area). Returns whether the disk is a physical volume; the id is "" where it is
 * one and nobody can tell of which group. Without a node in /dev it is none: LVM could not open it either. */
must_check enum truth lvm_group(const struct root *root, const char *device,
				char id[LVM_ID_BYTES + 1]);

#endif
