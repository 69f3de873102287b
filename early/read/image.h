/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /etc/earlybind.image, the mark of an initramfs that earlybind was built into, made of what --embed prints. */
#ifndef EARLYBIND_IMAGE_H
#define EARLYBIND_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "read/root.h"

#define IMAGE_FILE "/etc/earlybind.image"
#define IMAGE_FORMAT 1
#define IMAGE_GENERATOR_BYTES 32

struct image {
	bool there; /* this is an initramfs of ours */
	bool marked; /* it has the line that a mark begins with */
	unsigned format; /* 0 where it cannot be understood */
	uint64_t hash; /* of the configuration that was embedded */
	char generator[IMAGE_GENERATOR_BYTES]; /* what built it, as the hook calls that; "" */
};

/* Reads the mark. What is missing or cannot be understood leaves format 0, never an error. */
void image_read(const struct root *root, struct image *image);

#endif
