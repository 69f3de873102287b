/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decide.h"

void join_cards(struct plan *plan)
{
	uint16_t first = 0;

	while (first < plan->decision_count) {
		uint16_t end = first;
		uint16_t decider = first;

		/* Fates are ordered from the soonest to never: the card has the latest one. */
		for (; end < plan->decision_count; end++) {
			if (plan->decisions[end].card != plan->decisions[first].card)
				break;
			if (plan->decisions[end].fate > plan->decisions[decider].fate)
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
	find_cards(machine, plan);
	match_rules(config, machine, plan);
	for (uint16_t d = 0; d < plan->decision_count; d++)
		decide_alone(machine, moment, &plan->decisions[d]);
	join_cards(plan);
	find_warnings(config, machine, moment, plan);
	plan->not_as_asked = 0;
	for (uint16_t d = 0; d < plan->decision_count; d++)
		plan->not_as_asked =
			(uint16_t)(plan->not_as_asked + (plan->decisions[d].fate == FATE_REFUSE));
	for (uint16_t w = 0; w < plan->warning_count; w++)
		plan->not_as_asked = (uint16_t)(plan->not_as_asked +
						(plan->warnings[w].kind < WARNING_SEVERAL_CARDS));
}
