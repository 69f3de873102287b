/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What people call the functions of a machine: the names that pci.ids has for their ids. */
#ifndef EARLYBIND_NAMES_H
#define EARLYBIND_NAMES_H

#include "machine.h"

#define NAMES_TEXT_BYTES (256 * 1024)

/* Each NULL where the file has no such name. */
struct function_names {
	const char *vendor;
	const char *device;
	const char *board_vendor; /* of the subsystem's ids: who made the board */
	const char *board; /* and what it is called there */
};

struct names {
	char text_bytes[NAMES_TEXT_BYTES];
	struct text text;
	bool found; /* there is such a file */
	struct function_names of[MACHINE_MAX_FUNCTIONS]; /* one for each of machine.functions */
};

#endif
