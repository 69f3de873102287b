/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decide.h"

void join_cards(const struct machine *machine, struct plan *plan)
{
	uint16_t first = 0;

	while (first < plan->decision_count) {
		struct pci_address at = machine->functions[plan->decisions[first].function].at;
		uint16_t end = first;
		uint16_t decider = first;

		/* Fates are ordered from the soonest to never: the card has the latest one. */
		for (; end < plan->decision_count; end++) {
			const struct decision *decision = &plan->decisions[end];

			if (!address_same_card(machine->functions[decision->function].at, at))
				break;
			if (decision->fate > plan->decisions[decider].fate)
				decider = end;
		}
		for (uint16_t d = first; d < end; d++) {
			struct decision *decision = &plan->decisions[d];

			if (decision->fate == plan->decisions[decider].fate ||
			    decision->reason == REASON_ALREADY)
				continue;
			decision->fate = plan->decisions[decider].fate;
			decision->reason = REASON_COMPANION;
			decision->companion = decider;
		}
		first = end;
	}
}

void make_plan(const struct config *config, const struct machine *machine, enum moment moment,
	       struct plan *plan)
{
	match_rules(config, machine, plan);
	for (uint16_t d = 0; d < plan->decision_count; d++)
		decide_alone(machine, moment, &plan->decisions[d]);
	join_cards(machine, plan);
}
