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

#endif
