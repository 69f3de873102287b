/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the device of a line is that matches nothing: cards change their slots with the cards beside them. */
#include "decide.h"

static bool is_place(const struct condition *condition)
{
	return !condition->negated &&
	       (condition->kind == CONDITION_SLOT || condition->kind == CONDITION_PATH);
}

/* Whether the condition names one model of device. */
static bool is_model(const struct condition *condition)
{
	return !condition->negated && condition->kind == CONDITION_ID &&
	       condition->id.vendor != ANY && condition->id.device != ANY;
}

/* Whether the line is a place and a model, and nothing that rests on anything else. */
static bool is_place_of_model(const struct config *config, const struct rule *rule)
{
	bool place = false, model = false;

	for (uint16_t c = 0; c < rule->count; c++) {
		const struct condition *condition = &config->conditions[rule->first + c];

		if (!is_place(condition) && !is_model(condition) &&
		    condition->kind != CONDITION_SUBSYSTEM && condition->kind != CONDITION_CLASS)
			return false;
		place |= is_place(condition);
		model |= is_model(condition);
	}
	return place && model;
}

uint16_t find_moved(const struct config *config, const struct rule *rule,
		    const struct machine *machine, const struct plan *plan)
{
	struct rule model = *rule;
	uint16_t found = FUNCTION_NONE;

	if (!is_place_of_model(config, rule))
		return FUNCTION_NONE;
	model.count = 1; /* its conditions one by one */
	for (uint16_t f = 0; f < machine->function_count; f++) {
		bool met = machine->functions[f].is_virtual != YES;

		for (uint16_t c = 0; c < rule->count && met; c++) {
			model.first = (uint16_t)(rule->first + c);
			met = is_place(&config->conditions[model.first]) ||
			      rule_matches(config, &model, machine, plan, f) == YES;
		}
		if (!met)
			continue;
		if (found != FUNCTION_NONE)
			return FUNCTION_NONE; /* nobody can tell which of them it was */
		found = f;
	}
	if (found == FUNCTION_NONE || plan->of[found].choice.bind != RULE_NONE ||
	    plan->of[found].choice.keep != RULE_NONE)
		return FUNCTION_NONE;
	return found;
}
