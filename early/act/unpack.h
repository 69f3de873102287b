/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks into an initramfs image with a generator's own tool, in a private directory that is gone afterwards. */
#ifndef EARLYBIND_UNPACK_H
#define EARLYBIND_UNPACK_H

#include "images.h"
#include "read/root.h"

/* Where the tools are, and how long each may take. */
struct unpack {
	const char *tools; /* a folder of the running system */
	unsigned seconds;
	const char
		*generator; /* what builds this machine's images: its tool comes first; or NULL */
};

/* Opens image->path below *root and fills what follows .opened. The tool is one of the running system's, wherever
 * the image lies: lsinitrd of dracut, lsinitcpio of mkinitcpio, or unmkinitramfs of initramfs-tools, which opens
 * no unified images. It gets a copy of the image, no input, and an environment of its own; it can write nowhere
 * but into the private directory where the kernel has Landlock (landlock(7)), and after the time given it is
 * killed, with all that it has started. What it said goes to images->text. */
void unpack_image(const struct root *root, const struct unpack *how, struct disk_image *image,
		  struct text *text);

#endif
