/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boot's report, as act/report.c left it. */
#ifndef EARLYBIND_READ_REPORT_H
#define EARLYBIND_READ_REPORT_H

#include "finding.h"
#include "read/root.h"

/* Reads /run/earlybind/claim, release, finish and held. What is missing is no error; a report of another boot than
 * `boot_id` is taken for missing. */
void report_read(const struct root *root, const char *boot_id, struct report *report);

#endif
