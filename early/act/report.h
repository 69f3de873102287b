/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boot's report, /run/earlybind/claim and /run/earlybind/finish: what the running system cannot find out again. */
#ifndef EARLYBIND_ACT_REPORT_H
#define EARLYBIND_ACT_REPORT_H

#include "read/root.h"
#include "text.h"

/* A report that is being written; its parts are report_begin's and report_end's own. */
struct report_file {
	int folder;
	int fd;
	int error; /* of the first write that failed */
	const char *stage;
};

/* Waits for any other run of earlybind in the running system, until this process ends: udev starts one for each function. What
 * cannot be locked is not waited for. */
void report_lock(const struct root *root);

/* Opens /run/earlybind/<stage> for writing, under another name until it is whole. Returns 0 or -errno. */
must_check int report_begin(const struct root *root, const char *stage, struct report_file *file);

/* Writes text to its end. What fails is told by report_end. */
void report_add(struct report_file *file, const struct text *text);

/* Closes it and gives it its name: whole, or not at all. Returns 0 or -errno. */
must_check int report_end(struct report_file *file);

#endif
