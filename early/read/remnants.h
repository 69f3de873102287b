/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is left of the old ways, in every file where the guides put it. */
#ifndef EARLYBIND_REMNANTS_H
#define EARLYBIND_REMNANTS_H

#include "read/root.h"
#include "remnant.h"

/* Makes *remnants empty and fills it: from the running kernel's command line and what makes the next one,
 * modprobe.d(5), the configuration of mkinitcpio, dracut and initramfs-tools, modules-load.d(5) and driverctl. A
 * file that is not there has nothing; one that cannot be read is listed. Never an error. */
void remnants_read(const struct root *root, struct remnants *remnants);

/* The same of the running kernel's command line and modprobe.d alone: the options that vfio-pci is loaded with. */
void remnants_read_options(const struct root *root, struct remnants *remnants);

/* Appends to `ids` what the kernel sees in every ids= of a driver ("vfio_pci"), with commas between them. Pure. */
void remnants_ids(const struct remnants *remnants, const char *module, struct text *ids);

/* Makes *remnants empty. Pure, as are the next two. */
void remnants_begin(struct remnants *remnants);

/* Adds a path that is there and cannot be read; one that is not there has nothing. `error` is an errno. */
void remnants_unread(struct remnants *remnants, const char *path, int error);

/* Adds what one file has; text is written to. For SOURCE_DRIVERCTL the file's name is that of a function. */
void remnants_parse(struct remnants *remnants, enum remnant_source source, const char *path,
		    char *text);

#endif
