/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boot's report, /run/earlybind/claim and /run/earlybind/finish: what the running system cannot find out again. */
#ifndef EARLYBIND_ACT_REPORT_H
#define EARLYBIND_ACT_REPORT_H

#include <stdio.h>

#include "read/root.h"

/* A report that is being written; its parts are report_begin's and report_end's own. */
struct report_file {
	int folder;
	FILE *stream; /* to write to */
	const char *stage;
};

/* Opens /run/earlybind/<stage> for writing, under another name until it is whole. Returns 0 or -errno. */
must_check int report_begin(const struct root *root, const char *stage, struct report_file *file);

/* Closes it and gives it its name: whole, or not at all. Returns 0 or -errno. */
must_check int report_end(struct report_file *file);

#endif
