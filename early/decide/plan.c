/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decide.h"

/* The decision of decisions[first..end) that the rest of the card follows: a refusal, else one that waits, else the first. */
static uint16_t find_decider(const struct plan *plan, uint16_t first, uint16_t end)
{
	uint16_t decider = first;

	/* Fates are ordered from the soonest to never. */
	for (uint16_t d = first; d < end; d++)
		if (plan->decisions[d].fate > plan->decisions[decider].fate)
			decider = d;
	return decider;
}

static void join_card(const struct machine *machine, enum moment moment, struct plan *plan,
		      uint16_t first, uint16_t end)
{
	uint16_t decider = find_decider(plan, first, end);
	enum fate fate = plan->decisions[decider].fate;

	for (uint16_t d = first; d < end; d++) {
		struct decision *decision = &plan->decisions[d];

		if (decision->reason == REASON_ALREADY || decision->fate == fate ||
		    (fate == FATE_WAIT && decision->fate == FATE_HOLD))
			continue;
		decision->fate =
			fate == FATE_REFUSE ?
				FATE_REFUSE :
				waiting_fate(&machine->functions[decision->function], moment);
		decision->reason = REASON_COMPANION;
		decision->companion = decider;
	}
}

void join_cards(const struct machine *machine, enum moment moment, struct plan *plan)
{
	uint16_t first = 0;

	while (first < plan->decision_count) {
		uint16_t end = first;

		while (end < plan->decision_count &&
		       plan->decisions[end].card == plan->decisions[first].card)
			end++;
		join_card(machine, moment, plan, first, end);
		first = end;
	}
}

void plan_only_card(struct plan *plan, uint16_t f)
{
	uint16_t first = 0, count = 0;

	while (first < plan->decision_count &&
	       plan->decisions[first].card != plan->of[f].card.first)
		first++;
	while (first + count < plan->decision_count &&
	       plan->decisions[first + count].card == plan->of[f].card.first)
		count++;
	for (uint16_t d = 0; d < count; d++) {
		plan->decisions[d] = plan->decisions[first + d];
		if (plan->decisions[d].reason == REASON_COMPANION)
			plan->decisions[d].companion =
				(uint16_t)(plan->decisions[d].companion - first);
	}
	plan->decision_count = count;
}

void make_plan(const struct config *config, const struct machine *machine, enum moment moment,
	       struct plan *plan)
{
	plan->moment = moment;
	find_cards(machine, plan);
	match_rules(config, machine, plan);
	plan->screen = find_screen(machine, plan);
	for (uint16_t d = 0; d < plan->decision_count; d++)
		decide_alone(machine, plan, moment, &plan->decisions[d]);
	join_cards(machine, moment, plan);
	find_warnings(config, machine, moment, plan);
	plan->not_as_asked = 0;
	for (uint16_t d = 0; d < plan->decision_count; d++)
		plan->not_as_asked =
			(uint16_t)(plan->not_as_asked + (plan->decisions[d].fate == FATE_REFUSE));
	for (uint16_t w = 0; w < plan->warning_count; w++)
		plan->not_as_asked = (uint16_t)(plan->not_as_asked +
						(plan->warnings[w].kind < WARNING_SEVERAL_CARDS));
}
