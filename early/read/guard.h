/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard facts that the image was built with. */
#ifndef EARLYBIND_GUARD_H
#define EARLYBIND_GUARD_H

#include "machine.h"
#include "read/root.h"

/* Fills machine->guard from /etc/earlybind.image. Facts that are cut off, or of which one cannot be understood, are none. */
void guard_read(const struct root *root, struct machine *machine);

/* The same from the file's text, which it cuts. Pure. */
void guard_parse(char *text, struct machine *machine);

#endif
