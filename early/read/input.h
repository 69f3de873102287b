/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where keyboards are plugged in. */
#ifndef EARLYBIND_INPUT_H
#define EARLYBIND_INPUT_H

#include "machine.h"
#include "read/root.h"

/* Sets has_keyboard of every function that has a keyboard below it, and keyboard_elsewhere. What cannot be read counts as no
 * keyboard: before the input drivers are loaded nobody can tell more. */
void input_read(const struct root *root, struct machine *machine);

#endif
