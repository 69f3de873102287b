/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define LINE_BYTES 1000 /* of printk's own LOG_LINE_MAX, 1024 with its prefix */

void log_line(const struct root *root, enum log_level level, const char *line)
{
	/* A descriptor of its own for each line: the kernel counts them by descriptor and drops the eleventh. */
	closing int fd = root_open_file(root, "/dev/kmsg", O_WRONLY | O_APPEND);
	char record[LINE_BYTES];
	int n = snprintf(record, sizeof(record), "<%d>earlybind: %s\n", (int)level, line);

	if (n >= (int)sizeof(record))
		n = (int)sizeof(record) - 1;
	if (fd < 0 || write(fd, record, (size_t)n) != n)
		fprintf(stderr, "earlybind: %s\n", line);
}
