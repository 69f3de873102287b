/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/interrupts.h"

#include <string.h>

/* Whether interrupts are known not to be remapped. */
static bool are_not_remapped(const struct root *root)
{
	/* Those of ACPI, the timer, the keyboard and the clock: no machine has to have all of them. */
	static const char *const chips[] = {
		"/sys/kernel/irq/9/chip_name",
		"/sys/kernel/irq/0/chip_name",
		"/sys/kernel/irq/1/chip_name",
		"/sys/kernel/irq/8/chip_name",
	};
	char name[32];

	for (size_t i = 0; i < sizeof(chips) / sizeof(chips[0]); i++)
		if (root_read_attribute(root, chips[i], name, sizeof(name)) > 0)
			return strcmp(name, "IO-APIC\n") == 0;
	return false;
}

void interrupts_read(const struct root *root, struct machine *machine)
{
	char allowed[4];

	machine->unsafe_interrupts =
		are_not_remapped(root) &&
		root_read_attribute(
			root, "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts",
			allowed, sizeof(allowed)) > 0 &&
		allowed[0] == 'N';
}
