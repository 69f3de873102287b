/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/mounts.h"

#include <stdio.h>
#include <string.h>

#include "read/table.h"

#define MOUNTINFO "/proc/self/mountinfo"
#define MOUNTINFO_BYTES (4 * 1024 * 1024)

/* Of a line's fields: id, parent, major:minor, root, directory, options, [more…], `-`, type, source. */
#define FIELD_NUMBER 2
#define FIELD_DIRECTORY 4
#define FIRST_MORE 6

/* Reads one line's fields. Returns whether they are those of a mount. */
static bool read_mount(char **fields, int count, struct mount *mount)
{
	int dash = FIRST_MORE;

	while (dash < count && strcmp(fields[dash], "-") != 0)
		dash++;
	if (dash + 2 >= count ||
	    sscanf(fields[FIELD_NUMBER], "%u:%u", &mount->major, &mount->minor) != 2)
		return false;
	table_unescape(fields[FIELD_DIRECTORY]);
	table_unescape(fields[dash + 2]);
	mount->directory = fields[FIELD_DIRECTORY];
	mount->type = fields[dash + 1];
	mount->source = fields[dash + 2];
	return true;
}

void mounts_read(const struct root *root, struct mounts *mounts)
{
	static char text[MOUNTINFO_BYTES];
	char *fields[TABLE_MOST_FIELDS];
	char *rest = text;
	int count;

	mounts->count = 0;
	mounts->all = root_read(root, MOUNTINFO, text, sizeof(text)) > 0;
	if (!mounts->all)
		return;
	while ((count = table_next(&rest, fields)) >= 0) {
		if (mounts->count == MOUNTS_MOST) {
			mounts->all = false;
			return;
		}
		if (read_mount(fields, count, &mounts->of[mounts->count]))
			mounts->count++;
	}
}

const struct mount *mounts_at(const struct mounts *mounts, const char *directory)
{
	/* The last one hides those before it. */
	for (uint16_t m = mounts->count; m > 0; m--)
		if (strcmp(mounts->of[m - 1].directory, directory) == 0)
			return &mounts->of[m - 1];
	return NULL;
}
