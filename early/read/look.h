/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole machine in one look. */
#ifndef EARLYBIND_LOOK_H
#define EARLYBIND_LOOK_H

#include "finding.h"
#include "read/root.h"

/* Makes *machine empty and reads kernel and functions, and before these this boot's report, or nothing for NULL: it tells of
 * what must not be read. Returns 0, or -errno with machine->trouble saying what
 * could not be read; the kernel's part is there even then. */
must_check int look_at_machine(const struct root *root, struct machine *machine,
			       struct report *report);

/* Reads what only the functions that a bind line may choose, and the rest of their cards, need: overrides, where a driver
 * comes from, virtual functions, the VFIO drivers that the kernel of this release has for them, and who shows the picture. Fills
 * plan->of[].card. */
void look_at_choice(const struct root *root, const struct config *config, const char *release,
		    struct machine *machine, struct plan *plan);

#endif
