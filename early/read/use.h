/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What uses a function now. */
#ifndef EARLYBIND_USE_H
#define EARLYBIND_USE_H

#include "read/mounts.h"
#include "read/source.h"

/* Adds one need, or, where there is no room or no text, leaves needs_found UNKNOWN. `what` is copied. */
void need_add(struct machine *machine, enum need_kind kind, enum need_by by, uint16_t function,
	      const char *what);

/* Adds a need for each function that something lies on, and one of FUNCTION_NONE where there may be more. */
void need_add_lies(struct machine *machine, enum need_kind kind, const struct lies *lies,
		   const char *what);

/* Lists the interfaces that are up, each as a need, and fills sight->networks. */
void use_read_networks(struct sight *sight);

/* Adds what is mounted (but for the root's own device), swap, pools, members of device-mapper and md, and what processes have
 * open: block devices, DRM and sound devices. */
void use_read(const struct sight *sight, const struct mounts *mounts, const struct mount *root);

#endif
