/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the owner should know before the next boot, and would otherwise find out in it. */
#include "decide.h"
#include "finding.h"

#include <string.h>

static void add_warning(struct plan *plan, struct warning warning)
{
	if (plan->warning_count < PLAN_MAX_WARNINGS)
		plan->warnings[plan->warning_count++] = warning;
}

static void add(struct plan *plan, enum warning_kind kind, uint16_t rule, uint16_t function)
{
	add_warning(plan, (struct warning){ kind, rule, function, REASON_HARMLESS });
}

static bool rests_on_picture(const struct config *config, const struct rule *rule)
{
	for (uint16_t c = 0; c < rule->count; c++)
		if (config->conditions[rule->first + c].kind == CONDITION_BOOT_DISPLAY)
			return true;
	return false;
}

/* Whether nobody can tell for some function whether it meets the line. */
static bool cannot_be_told(const struct config *config, const struct rule *rule,
			   const struct machine *machine, const struct plan *plan)
{
	if (!rests_on_picture(config, rule))
		return false;
	for (uint16_t f = 0; f < machine->function_count; f++)
		if (rule_matches(config, rule, machine, plan, f) == UNKNOWN)
			return true;
	return false;
}

static void warn_of_rule(const struct config *config, const struct machine *machine,
			 struct plan *plan, uint16_t r)
{
	const struct rule *rule = &config->rules[r];
	const struct match *match = &plan->matches[r];
	uint16_t moved =
		match->count == 0 ? find_moved(config, rule, machine, plan) : FUNCTION_NONE;

	if (cannot_be_told(config, rule, machine, plan))
		add(plan, WARNING_PICTURE_UNKNOWN, r, FUNCTION_NONE);
	else if (moved != FUNCTION_NONE)
		add(plan, WARNING_MOVED, r, moved);
	else if (match->count == 0)
		add(plan, WARNING_NO_MATCH, r, FUNCTION_NONE);
	else if (rule->verb == RULE_BIND && match->left == 0)
		add(plan, WARNING_SHADOWED, r, FUNCTION_NONE);
	if (rule->verb == RULE_BIND && rule->scope != SCOPE_CARDS && match->cards > 1)
		add(plan, WARNING_SEVERAL_CARDS, r, FUNCTION_NONE);
}

static bool is_chosen(const struct plan *plan, uint16_t f)
{
	return plan->of[f].choice.bind != RULE_NONE && plan->of[f].choice.keep == RULE_NONE;
}

enum reason refusal_of(const struct machine *machine, const struct plan *plan, enum moment moment,
		       uint16_t f)
{
	struct decision alone = { .function = f, .driver = "vfio-pci" };

	decide_alone(machine, plan, moment, &alone);
	return alone.fate == FATE_REFUSE ? alone.reason : REASON_HARMLESS;
}

/* A card that has a display, and goes to the guest only in part. */
static void warn_of_split_card(const struct machine *machine, enum moment moment, struct plan *plan,
			       const struct decision *first)
{
	if (first->fate == FATE_REFUSE ||
	    !class_is_display(machine->functions[face_of_card(machine, plan, first->card)].class))
		return;
	for (uint16_t f = first->card; f != FUNCTION_NONE; f = plan->of[f].card.next)
		if (!is_chosen(plan, f) && machine->functions[f].is_virtual != YES)
			add_warning(plan, (struct warning){ WARNING_LEFT_OUT, first->rule, f,
							    refusal_of(machine, plan, moment, f) });
}

/* What a line with `card` takes along on a bus that no bridge leads to: there a slot is rarely one card. */
static void warn_of_root_bus(const struct config *config, const struct machine *machine,
			     struct plan *plan, const struct decision *first)
{
	if (config->rules[first->rule].scope == SCOPE_FUNCTION ||
	    machine->functions[first->card].parent != FUNCTION_NONE)
		return;
	for (uint16_t f = first->card; f != FUNCTION_NONE; f = plan->of[f].card.next)
		if (is_chosen(plan, f) && plan->of[first->card].card.next != FUNCTION_NONE)
			add(plan, WARNING_ROOT_BUS, first->rule, f);
}

/* An IOMMU group that no guest can have while drivers of the host's have others of it. Once something of it is bound that is a
 * finding. */
static void warn_of_group(const struct machine *machine, struct plan *plan, uint16_t d)
{
	const struct decision *decision = &plan->decisions[d];
	int32_t group = machine->functions[decision->function].group;

	if (decision->fate == FATE_REFUSE || group == GROUP_NONE ||
	    !strstr(decision->driver, "vfio"))
		return;
	for (uint16_t other = 0; other < plan->decision_count; other++) {
		const struct function *function =
			&machine->functions[plan->decisions[other].function];

		if (function->group == group && strstr(plan->decisions[other].driver, "vfio") &&
		    (other < d || (function->driver &&
				   strcmp(function->driver, plan->decisions[other].driver) == 0)))
			return;
	}
	for (uint16_t f = 0; f < machine->function_count; f++)
		if (machine->functions[f].group == group && !is_chosen(plan, f) &&
		    function_takes_group(machine, f)) {
			add(plan, WARNING_GROUP, decision->rule, decision->function);
			return;
		}
}

/* Whether a display stays that is no part of what the lines choose. */
static bool some_display_stays(const struct machine *machine, const struct plan *plan)
{
	for (uint16_t f = 0; f < machine->function_count; f++)
		if (class_is_display(machine->functions[f].class) && !is_chosen(plan, f))
			return true;
	return false;
}

/* A display that waits for the host to have another screen, where there never will be one. */
static void warn_of_last_screen(const struct machine *machine, struct plan *plan,
				const struct decision *decision)
{
	if (decision->moves_console && decision->fate != FATE_REFUSE &&
	    decision->fate != FATE_BIND && !plan->of[decision->function].choice.force &&
	    !some_display_stays(machine, plan))
		add(plan, WARNING_LAST_SCREEN, decision->rule, decision->function);
}

/* The line that chooses the last function with a keyboard. */
static uint16_t last_keyboard_rule(const struct machine *machine, const struct plan *plan)
{
	uint16_t rule = RULE_NONE;

	for (uint16_t d = 0; d < plan->decision_count; d++)
		if (machine->functions[plan->decisions[d].function].has_keyboard)
			rule = plan->decisions[d].rule;
	return rule;
}

void find_warnings(const struct config *config, const struct machine *machine, enum moment moment,
		   struct plan *plan)
{
	plan->warning_count = 0;
	if (keyboards_all_go(machine, plan))
		add(plan, WARNING_LAST_KEYBOARD, last_keyboard_rule(machine, plan), FUNCTION_NONE);
	for (uint16_t r = 0; r < config->rule_count; r++)
		warn_of_rule(config, machine, plan, r);
	for (uint16_t d = 0; d < plan->decision_count; d++) {
		const struct decision *decision = &plan->decisions[d];

		warn_of_last_screen(machine, plan, decision);
		if (moment == MOMENT_NEXT_BOOT)
			warn_of_group(machine, plan, d);
		if (d > 0 && plan->decisions[d - 1].card == decision->card)
			continue;
		warn_of_split_card(machine, moment, plan, decision);
		warn_of_root_bus(config, machine, plan, decision);
	}
}
