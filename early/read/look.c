/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/look.h"

#include "decide/decide.h"
#include "read/binding.h"
#include "read/host.h"
#include "read/pci.h"
#include "read/screen.h"

int look_at_machine(const struct root *root, struct machine *machine)
{
	int error;

	machine->text = (struct text)TEXT_OVER(machine->text_bytes);
	machine->trouble = NULL;
	host_read(root, machine);
	error = pci_read(root, machine);
	if (error)
		return error;
	screen_read(root, machine);
	return 0;
}

static bool may_be_chosen(const struct config *config, struct pci_address at)
{
	for (uint16_t r = 0; r < config->rule_count; r++)
		if (config->rules[r].verb == RULE_BIND && slot_matches(&config->rules[r].slot, at))
			return true;
	return false;
}

void look_at_bindings(const struct root *root, const struct config *config, struct machine *machine)
{
	for (uint16_t f = 0; f < machine->function_count; f++)
		if (may_be_chosen(config, machine->functions[f].at))
			binding_read(root, machine, f);
}
