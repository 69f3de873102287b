/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which PCI function a device of the kernel's tree hangs below. */
#ifndef EARLYBIND_PLACE_H
#define EARLYBIND_PLACE_H

#include "machine.h"

/* From a device's place, ../../devices/pci0000:00/0000:00:14.0/usb1/…: the last PCI function on the way; of what is below Intel
 * VMD the VMD itself, which takes the rest along. *function is FUNCTION_NONE where the way has none. Returns false where the
 * machine has no such function, so that nobody can tell. Pure. */
bool place_function(const struct machine *machine, const char *place, uint16_t *function);

#endif
