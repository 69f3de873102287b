/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names from pci.ids. */
#ifndef EARLYBIND_PCIIDS_H
#define EARLYBIND_PCIIDS_H

#include "names.h"
#include "read/root.h"

/* Looks the ids of every function up in the machine's pci.ids (its format: the comment at its own head, and pci.ids(5)), in one
 * pass that keeps only these names. Without such a file, or where its names are more than there is room for, names are NULL. */
void pciids_read(const struct root *root, const struct machine *machine, struct names *names);

#endif
