/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/lvm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "read/disk.h"

#define SECTOR 512
#define LABEL_SECTORS 4 /* the label is in one of the first */
#define LABEL_HEADER_OFFSET 20 /* where in the label its pv_header begins */
#define LABEL_TYPE 24
#define PV_AREAS \
	40 /* behind the volume's UUID and size: offset and size of areas, 0 behind the last one */
#define AREA_BYTES ((size_t)16)
#define AREA_MAGIC 4
#define AREA_START 24
#define AREA_TEXT 40 /* raw_locn: where in the area the text is */

static uint64_t read_le(const unsigned char *at, size_t bytes)
{
	uint64_t value = 0;

	while (bytes > 0)
		value = value << 8 | at[--bytes];
	return value;
}

static bool read_sector(int fd, uint64_t offset, unsigned char *sector)
{
	return offset <= INT64_MAX - SECTOR && pread(fd, sector, SECTOR, (off_t)offset) == SECTOR;
}

/* Where the first metadata area begins: behind the list of data areas. 0 where there is none. */
static uint64_t metadata_area(const unsigned char *label)
{
	size_t at = read_le(label + LABEL_HEADER_OFFSET, 4) + PV_AREAS;

	for (; at + 2 * AREA_BYTES <= SECTOR; at += AREA_BYTES)
		if (read_le(label + at, 8) == 0)
			return read_le(label + at + AREA_BYTES, 8);
	return 0;
}

/* Reads `id = "…"`, the first of which is the group's, from the beginning of the metadata's text. */
static void read_id(const char *text, char id[LVM_ID_BYTES + 1])
{
	const char *at = strstr(text, "id = \"");
	size_t n = 0;

	for (at = at ? at + strlen("id = \"") : ""; *at && *at != '"'; at++)
		if (*at != '-' && n < LVM_ID_BYTES)
			id[n++] = *at;
	id[*at == '"' && n == LVM_ID_BYTES ? n : 0] = '\0';
}

enum truth lvm_group(const struct root *root, const char *device, char id[LVM_ID_BYTES + 1])
{
	unsigned char sector[SECTOR + 1] = { 0 };
	closing int fd = disk_open(root, device);
	uint64_t area = 0;
	int s = 0;

	id[0] = '\0';
	if (fd < 0)
		return fd == -ENOENT || fd == -ENOMEDIUM || fd == -ENXIO ? NO : UNKNOWN;
	for (; s < LABEL_SECTORS; s++)
		if (read_sector(fd, (uint64_t)s * SECTOR, sector) &&
		    memcmp(sector, "LABELONE", 8) == 0 &&
		    memcmp(sector + LABEL_TYPE, "LVM2 001", 8) == 0)
			break;
	if (s == LABEL_SECTORS)
		return NO;
	area = metadata_area(sector);
	if (!area || !read_sector(fd, area, sector) ||
	    memcmp(sector + AREA_MAGIC, " LVM2 x[5A%r0N*>", 16) != 0 ||
	    !read_sector(fd, read_le(sector + AREA_START, 8) + read_le(sector + AREA_TEXT, 8),
			 sector))
		return YES;
	read_id((const char *)sector, id);
	return YES;
}
