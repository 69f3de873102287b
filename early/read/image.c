/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/image.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void image_read(const struct root *root, struct image *image)
{
	char *text;
	unsigned format = 0;
	bool hashed = false;
	ssize_t n;

	n = root_read_briefly(root, IMAGE_FILE, &text);
	*image = (struct image){ .there = n != -ENOENT };
	if (n < 0)
		return;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (sscanf(line, "earlybind-image %u", &format) == 1)
			continue;
		if (sscanf(line, "config %16" SCNx64, &image->hash) == 1)
			hashed = true;
	}
	/* Without its last lines it was cut off. */
	if (hashed && format <= IMAGE_FORMAT)
		image->format = format;
}
