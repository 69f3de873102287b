/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PCI functions, as /sys/bus/pci tells (Documentation/ABI/testing/sysfs-bus-pci, drivers/pci/pci-sysfs.c). */
#ifndef EARLYBIND_PCI_H
#define EARLYBIND_PCI_H

#include "finding.h"
#include "read/root.h"

#define PCI_DEVICES "/sys/bus/pci/devices"
#define PCI_DRIVERS "/sys/bus/pci/drivers"

struct pci_path {
	char text[64];
};

/* The path of a function's attribute, "/driver_override"; "" for its folder. */
struct pci_path pci_path(struct pci_address at, const char *attribute);

/* Reads every function: address, ids, class, driver, IOMMU group and place in the tree; five system calls each, and more
 * where `report`, which may be NULL, says that its driver hangs. In order of their addresses. A function that vanishes meanwhile is skipped and counted. Returns 0 or -errno with machine->trouble set; -EPROTO for text
 * that the kernel would not write. */
must_check int pci_read(const struct root *root, struct machine *machine,
			const struct report *report);

#endif
