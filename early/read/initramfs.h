/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which initramfs images there are on disk. Their names and places are those of the generators and of the
 * distributions: initrd.img-VERSION (initramfs-tools, and Debian's dracut), initramfs-VERSION.img (dracut),
 * initrd-VERSION (openSUSE), initramfs-PACKAGE.img or what a preset says (mkinitcpio), TOKEN/VERSION/initrd
 * (kernel-install(8)), EFI/Linux/NAME.efi (unified kernel images, uapi-group.org/specifications), and beside the
 * modules (systems whose /usr is an image). */
#ifndef EARLYBIND_INITRAMFS_H
#define EARLYBIND_INITRAMFS_H

#include "images.h"
#include "read/root.h"

/* Finds the images and the kernels below *root; opens no image. What cannot be read is told in *images. */
void images_find(const struct root *root, struct images *images);

#endif
