/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Maps every console to one framebuffer, as FBIOPUT_CON2FBMAP of linux/fb.h
 * does: fbcon then draws there, and what becomes of the others is no matter.
 *
 * con2fbmap N: maps consoles 1 to 63 to /dev/fbN; exit status 0 when all were.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fb.h>
#include <linux/vt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

int main(int argc, char **argv)
{
	struct fb_con2fbmap map;
	char path[32];
	int fb;

	if (argc != 2) {
		fprintf(stderr, "usage: con2fbmap N\n");
		return 2;
	}
	map.framebuffer = (__u32)strtoul(argv[1], NULL, 10);
	snprintf(path, sizeof(path), "/dev/fb%u", map.framebuffer);
	fb = open(path, O_RDWR | O_CLOEXEC);
	if (fb < 0) {
		printf("%s cannot be opened: %s\n", path, strerror(errno));
		return 1;
	}
	for (map.console = 1; map.console <= MAX_NR_CONSOLES; map.console++) {
		if (ioctl(fb, FBIOPUT_CON2FBMAP, &map)) {
			printf("console %u cannot be mapped to %s: %s\n", map.console, path,
			       strerror(errno));
			return 1;
		}
	}
	return 0;
}
