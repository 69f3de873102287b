/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What guests and the way back need of the running system. */
#ifndef EARLYBIND_SUPPORT_H
#define EARLYBIND_SUPPORT_H

#include "machine.h"
#include "read/root.h"

/* Fills machine->support: from /proc/cpuinfo, where a function has no IOMMU group or KVM is not at work; /sys/module, /sys/devices, /sys/kernel/irq and /dev;
 * this kernel's modules, where one is missing; /sys/kernel/security/lockdown; the firmware's SecureBoot (UEFI 2.10, 3.3) and
 * StubInfo, which systemd-stub sets (systemd-stub(7)). What cannot be read is UNKNOWN, never an error. Wants pci_read before
 * it. */
void support_read(const struct root *root, struct machine *machine);

/* Fills support.closed_group: of the groups of what has a VFIO driver, by who may read and write /dev/vfio/GROUP. Nothing is opened: a
 * group can be open once at a time. Wants support_read before it. */
void support_read_nodes(const struct root *root, struct machine *machine);

#endif
