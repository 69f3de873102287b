/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What has to hold of a configuration, and of a plan that is made of it, wherever its text came from. */
#ifndef EARLYBIND_ASKED_H
#define EARLYBIND_ASKED_H

#include <string.h>

#include "machines.h"
#include "must.h"
#include "tell/tell.h"

static inline void check_problems(void)
{
	uint32_t kept = config.problem_count < CONFIG_MAX_PROBLEMS ? config.problem_count :
								     CONFIG_MAX_PROBLEMS;

	MUST(config.file_problem_count <= config.problem_count);
	for (uint32_t p = 0; p < kept; p++) {
		char sentence[1024];
		struct text text = TEXT_OVER(sentence);

		text_clear(&text);
		tell_problem(&text, &config, &config.problems[p]);
		MUST(!text.cut && text.used > 0);
		MUST(config.problems[p].found);
	}
}

static inline void check_rules(void)
{
	uint16_t conditions = 0;

	MUST(config.rule_count <= CONFIG_MAX_RULES);
	for (uint16_t r = 0; r < config.rule_count; r++) {
		const struct rule *rule = &config.rules[r];
		bool positive = rule->verb == RULE_KEEP;

		MUST(rule->text && rule->count > 0 && rule->first == conditions);
		MUST(rule->verb == RULE_BIND || (!rule->driver && !rule->early && !rule->force));
		conditions = (uint16_t)(conditions + rule->count);
		for (uint16_t c = rule->first; c < conditions; c++)
			positive |= !config.conditions[c].negated;
		MUST(positive);
	}
	MUST(conditions == config.condition_count);
}

/* Makes the plan for a desktop, and tells it. */
static inline void check_plan(enum moment moment)
{
	static FILE *nowhere;

	if (machine.function_count == 0)
		NEW_MACHINE_OF(desk);
	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	make_plan(&config, &machine, moment, &plan);
	for (uint16_t d = 0; d < plan.decision_count; d++) {
		const struct choice *choice = &plan.of[plan.decisions[d].function].choice;

		MUST(choice->bind < config.rule_count && choice->keep == RULE_NONE);
		MUST(plan.decisions[d].driver);
	}
	tell_plan(nowhere, &config, &machine, &plan);
	tell_warnings(nowhere, &config, &machine, &plan);
}

#endif
