/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/look.h"

#include "decide/decide.h"
#include "read/binding.h"
#include "read/host.h"
#include "read/modules.h"
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

static bool may_be_chosen(const struct config *config, const struct machine *machine, uint16_t f)
{
	for (uint16_t r = 0; r < config->rule_count; r++)
		if (config->rules[r].verb == RULE_BIND &&
		    rule_may_match(config, &config->rules[r], machine, f))
			return true;
	return false;
}

void look_at_choice(const struct root *root, const struct config *config, const char *release,
		    struct machine *machine, struct plan *plan)
{
	find_cards(machine, plan);
	for (uint16_t f = 0; f < machine->function_count; f++)
		if (may_be_chosen(config, machine, f))
			/* With its card: a `card` line takes the others along. */
			for (uint16_t other = plan->cards[f]; other != FUNCTION_NONE;
			     other = plan->next[other])
				if (machine->functions[other].is_virtual == UNKNOWN)
					binding_read(root, machine, other);
	modules_read_variants(root, release, config, machine);
}
