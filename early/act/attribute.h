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

/* The same in a child, since a driver's remove can hang: after ATTRIBUTE_SECONDS it is left alone. Returns 0, -errno of the write, or
 * -ETIMEDOUT: then nothing more may be written of that function, each write could wait for the same lock. */
#define ATTRIBUTE_SECONDS 10
must_check int attribute_take(const struct root *root, struct pci_address at, const char *driver);

/* Takes the firmware framebuffer's platform device from its driver, which frees its memory. Returns 0 or -errno. */
must_check int attribute_unbind_platform(const struct root *root, const char *device,
					 const char *driver);

#endif
