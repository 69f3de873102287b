/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel log. */
#ifndef EARLYBIND_LOG_H
#define EARLYBIND_LOG_H

#include "read/root.h"

/* The kernel's levels, and what each is for here. */
enum log_level {
	LOG_NOT_DONE = 3, /* what was asked and not done */
	LOG_LOOK = 4, /* what the owner should look at */
	LOG_DONE = 5, /* each function bound */
	LOG_DETAIL = 6, /* the rest */
};

/* Writes one line, "earlybind: <line>", to /dev/kmsg; to standard error where there is none. */
void log_line(const struct root *root, enum log_level level, const char *line);

#endif
