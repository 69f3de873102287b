/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a function is bound to, and what it is kept for. */
#ifndef EARLYBIND_BINDING_H
#define EARLYBIND_BINDING_H

#include "machine.h"
#include "read/root.h"

/* The last part of where a link leads, as sysfs names drivers and groups, into name.
 * Returns its length, 0 where there is no link, or -errno. */
must_check ssize_t binding_read_link(const struct root *root, const char *path, char *name,
				     size_t size);

/* The driver that has the function now (its `driver` link). Returns the name's length, 0 for none, or -errno. */
must_check ssize_t binding_read_driver(const struct root *root, struct pci_address at, char *name,
				       size_t size);

/* The function's driver_override, "" where none is set. Returns the name's length or -errno. */
must_check ssize_t binding_read_override(const struct root *root, struct pci_address at, char *name,
					 size_t size);

/* The module that a driver came from, into name. Returns its length, 0 where the driver is part of the kernel, or -errno. */
must_check ssize_t binding_read_module(const struct root *root, const char *driver, char *name,
				       size_t size);

/* Whether a driver is registered, and whether a module is behind it: what is part of the kernel image has none. */
enum driver_state binding_driver_state(const struct root *root, const char *driver);

/* Fills held_for, driver_built_in, is_virtual and has_virtual of a function that may be chosen.
 * What cannot be read is left unset, or UNKNOWN. */
void binding_read(const struct root *root, struct machine *machine, uint16_t f);

/* Fills resets, from the attributes reset_method (Linux 5.15) and reset, which a function has only where it can be reset
 * (pci_dev_reset_method_attr_is_visible, drivers/pci/pci.c). */
void binding_read_resets(const struct root *root, struct machine *machine, uint16_t f);

#endif
