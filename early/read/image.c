/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/image.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void image_read(const struct root *root, struct image *image)
{
	char *text;
	unsigned long format = 0;
	bool hashed = false;
	ssize_t n;

	n = root_read_briefly(root, IMAGE_FILE, &text);
	*image = (struct image){ .there = n != -ENOENT };
	if (n < 0)
		return;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		char *value = line;
		const char *key = strsep(&value, " ");
		char *end;

		if (!value)
			continue;
		if (strcmp(key, "earlybind-image") == 0) {
			image->marked = true;
			format = strtoul(value, NULL, 10);
		}
		if (strcmp(key, "generator") == 0)
			snprintf(image->generator, sizeof(image->generator), "%s", value);
		if (strcmp(key, "config") != 0)
			continue;
		image->hash = strtoull(value, &end, 16);
		hashed |= end != value;
	}
	/* Without its last lines it was cut off. */
	if (hashed && format <= IMAGE_FORMAT)
		image->format = (unsigned)format;
}
