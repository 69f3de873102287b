/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The writes that move a function from one driver to another (drivers/pci/pci-sysfs.c, drivers/base/bus.c). */
#ifndef EARLYBIND_ATTRIBUTE_H
#define EARLYBIND_ATTRIBUTE_H

#include "machine.h"
#include "read/root.h"

/* Sets the function's driver_override; "" clears it (by a newline: an empty write changes nothing).
 * Returns 0 or -errno. */
must_check int attribute_override(const struct root *root, struct pci_address at, const char *name);

/* Asks the kernel to find a driver for the function. That it returns 0 does not say that one was found:
 * read the `driver` link. Returns 0 or -errno. */
must_check int attribute_probe(const struct root *root, struct pci_address at);

/* Takes the function from the driver that has it. Returns 0 or -errno. */
must_check int attribute_unbind(const struct root *root, struct pci_address at, const char *driver);

#endif
