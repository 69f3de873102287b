/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the boot needs, what is in use, and on which functions it lies. */
#ifndef EARLYBIND_NEEDS_H
#define EARLYBIND_NEEDS_H

#include "machine.h"
#include "read/root.h"

/* Fills needs, needs_found, lines and prompt_to_come. `mounted_root` is "/" in the running system, and the directory at which the
 * root is mounted in the initramfs; fstab and crypttab are read below it. A line that is not found now counts as where
 * machine->guard saw it, if that is there. Wants look_at_choice before it: who has a device open is looked up only where some
 * function may be chosen. What cannot be read, for want of rights, is a need of FUNCTION_NONE, and needs_found is UNKNOWN. */
void needs_read(const struct root *root, const char *mounted_root, struct machine *machine);

#endif
