/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether devices' interrupts are kept apart, without which VFIO gives no device to a guest. */
#ifndef EARLYBIND_INTERRUPTS_H
#define EARLYBIND_INTERRUPTS_H

#include "machine.h"
#include "read/root.h"

/* Fills unsafe_interrupts: whether vfio_iommu_type1_attach_group (drivers/vfio/vfio_iommu_type1.c) refuses every
 * device, since no interrupt remapping is at work and the parameter allow_unsafe_interrupts is off. Remapping is known
 * by what the chip of an interrupt of x86 calls itself, "IR-IO-APIC" or "IO-APIC" (arch/x86/kernel/apic/io_apic.c).
 * What cannot be read is no obstacle, never an error. */
void interrupts_read(const struct root *root, struct machine *machine);

#endif
