/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole machine in one look. */
#ifndef EARLYBIND_LOOK_H
#define EARLYBIND_LOOK_H

#include "config.h"
#include "machine.h"
#include "read/root.h"

/* Makes *machine empty and reads kernel, functions and screens. Returns 0, or -errno with machine->trouble saying what
 * could not be read; the kernel's part is there even then. */
must_check int look_at_machine(const struct root *root, struct machine *machine);

/* Reads what only the functions that a bind line may choose need: override, and where the driver comes from. */
void look_at_bindings(const struct root *root, const struct config *config,
		      struct machine *machine);

#endif
