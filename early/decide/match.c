/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decide.h"

static bool part_matches(int32_t asked, uint32_t there)
{
	return asked == SLOT_ANY || (uint32_t)asked == there;
}

bool slot_matches(const struct slot_pattern *slot, struct pci_address at)
{
	return part_matches(slot->domain, at.domain) && part_matches(slot->bus, at.bus) &&
	       part_matches(slot->device, at.device) && part_matches(slot->function, at.function);
}

/* The first line of this verb that means the function, or RULE_NONE. */
static uint16_t first_rule(const struct config *config, enum rule_verb verb, struct pci_address at)
{
	for (uint16_t r = 0; r < config->rule_count; r++)
		if (config->rules[r].verb == verb && slot_matches(&config->rules[r].slot, at))
			return r;
	return RULE_NONE;
}

void match_rules(const struct config *config, const struct machine *machine, struct plan *plan)
{
	plan->decision_count = 0;
	for (uint16_t r = 0; r < config->rule_count; r++)
		plan->matches[r] = (struct match){ .shadowed_by = RULE_NONE };

	for (uint16_t f = 0; f < machine->function_count; f++) {
		struct pci_address at = machine->functions[f].at;
		uint16_t keep = first_rule(config, RULE_KEEP, at);
		uint16_t bind = first_rule(config, RULE_BIND, at);

		for (uint16_t r = 0; r < config->rule_count; r++) {
			struct match *match = &plan->matches[r];

			if (!slot_matches(&config->rules[r].slot, at))
				continue;
			match->count++;
			if (config->rules[r].verb == RULE_KEEP || keep == RULE_NONE)
				match->left++;
			else if (match->shadowed_by == RULE_NONE)
				match->shadowed_by = keep;
		}
		if (bind != RULE_NONE && keep == RULE_NONE)
			plan->decisions[plan->decision_count++] = (struct decision){
				.function = f, .rule = bind, .driver = "vfio-pci"
			};
	}
}
