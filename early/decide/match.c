/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "decide.h"

static bool part_matches(int32_t asked, uint32_t there)
{
	return asked == ANY || (uint32_t)asked == there;
}

bool slot_matches(const struct slot_pattern *slot, struct pci_address at)
{
	return part_matches(slot->domain, at.domain) && part_matches(slot->bus, at.bus) &&
	       part_matches(slot->device, at.device) && part_matches(slot->function, at.function);
}

/* Follows the bridges up from the function, and the path's steps back from its last one. */
static bool path_matches(const struct path_pattern *path, const struct machine *machine, uint16_t f)
{
	for (uint8_t i = path->steps; i > 0; i--) {
		const struct function *function = &machine->functions[f];
		bool any_function = i == path->steps && path->last_function == ANY;

		if (function->at.device != path->step[i - 1] >> 3 ||
		    (!any_function && function->at.function != (path->step[i - 1] & 7)))
			return false;
		if (i == 1)
			return function->parent == FUNCTION_NONE &&
			       function->at.domain == path->domain && function->at.bus == path->bus;
		f = function->parent;
		if (f == FUNCTION_NONE)
			return false;
	}
	return false;
}

bool id_matches(const struct id_pattern *id, uint16_t vendor, uint16_t device, uint32_t class)
{
	return part_matches(id->vendor, vendor) && part_matches(id->device, device) &&
	       part_matches(id->class, PCI_CLASS_SUB(class));
}

/* Whether the function shares the IOMMU group of the one at this address. Bridges are in many groups, and never meant. */
static bool group_matches(const struct slot_pattern *address, const struct machine *machine,
			  const struct function *function)
{
	struct pci_address at = { (uint32_t)address->domain, (uint8_t)address->bus,
				  (uint8_t)address->device, (uint8_t)address->function };
	uint16_t other = machine_find(machine, at);

	return other != FUNCTION_NONE && function->group != GROUP_NONE &&
	       machine->functions[other].group == function->group &&
	       !class_is_bridge(function->class);
}

/* Whether the function shows the picture. */
static enum truth shows_picture(const struct machine *machine, uint16_t f)
{
	const struct function *function = &machine->functions[f];

	return class_is_display(function->class) ? function->shows_picture : NO;
}

/* Whether any function of the card shows the picture. */
static enum truth card_shows_picture(const struct machine *machine, const struct plan *plan,
				     uint16_t f)
{
	enum truth shown = NO;

	for (uint16_t other = plan->of[f].card.first; other != FUNCTION_NONE;
	     other = plan->of[other].card.next) {
		if (shows_picture(machine, other) == YES)
			return YES;
		if (shows_picture(machine, other) == UNKNOWN)
			shown = UNKNOWN;
	}
	return shown;
}

static enum truth truth_of(bool fact)
{
	return fact ? YES : NO;
}

/* Where nobody can tell whose the picture is, a bind line with boot-display is met by nothing, be it a function that surely
 * does not show it: `bind class 0403 not boot-display` would take the audio of every card. */
static enum truth matches_boot_display(const struct rule *rule, const struct machine *machine,
				       const struct plan *plan, uint16_t f)
{
	if (rule->verb == RULE_BIND && plan->picture_unknown)
		return UNKNOWN;
	return rule->scope == SCOPE_FUNCTION ? shows_picture(machine, f) :
					       card_shows_picture(machine, plan, f);
}

static enum truth condition_matches(const struct condition *condition, const struct rule *rule,
				    const struct machine *machine, const struct plan *plan,
				    uint16_t f)
{
	const struct function *function = &machine->functions[f];

	switch (condition->kind) {
	case CONDITION_SLOT:
		return truth_of(slot_matches(&condition->slot, function->at));
	case CONDITION_PATH:
		return truth_of(path_matches(&condition->path, machine, f));
	case CONDITION_ID:
		return truth_of(id_matches(&condition->id, function->vendor, function->device,
					   function->class));
	case CONDITION_SUBSYSTEM:
		return truth_of(id_matches(&condition->id, function->subvendor, function->subdevice,
					   function->class));
	case CONDITION_CLASS:
		return truth_of(function->class >> (8 * (3 - condition->class.bytes)) ==
				condition->class.value);
	case CONDITION_GROUP:
		return truth_of(group_matches(&condition->slot, machine, function));
	case CONDITION_BOOT_DISPLAY:
		return matches_boot_display(rule, machine, plan, f);
	}
	return NO;
}

static enum truth opposite(enum truth truth)
{
	return truth == YES ? NO : truth == NO ? YES : UNKNOWN;
}

enum truth rule_matches(const struct config *config, const struct rule *rule,
			const struct machine *machine, const struct plan *plan, uint16_t f)
{
	const struct condition *conditions = &config->conditions[rule->first];
	enum truth met = YES;

	for (uint16_t c = 0; c < rule->count; c++) {
		enum truth truth;

		if (conditions[c].kind == CONDITION_BOOT_DISPLAY && met == NO)
			continue;
		truth = condition_matches(&conditions[c], rule, machine, plan, f);
		if (conditions[c].negated)
			truth = opposite(truth);
		if (truth == NO)
			return NO;
		if (truth == UNKNOWN)
			met = UNKNOWN;
	}
	return met;
}

bool rule_may_match(const struct config *config, const struct rule *rule,
		    const struct machine *machine, uint16_t f)
{
	for (uint16_t c = 0; c < rule->count; c++) {
		const struct condition *condition = &config->conditions[rule->first + c];
		enum truth truth;

		if (condition->kind == CONDITION_BOOT_DISPLAY)
			continue;
		truth = condition_matches(condition, rule, machine, NULL, f);
		if ((condition->negated ? opposite(truth) : truth) == NO)
			return false;
	}
	return true;
}

/* A bind line chooses only what surely meets it; a keep line keeps also what may. */
static bool rule_means(const struct config *config, uint16_t r, const struct machine *machine,
		       const struct plan *plan, uint16_t f)
{
	const struct rule *rule = &config->rules[r];
	enum truth truth;

	/* A bridge is no part of a card, and virtual functions are libvirt's. */
	if (machine->functions[f].is_virtual == YES ||
	    (rule->scope != SCOPE_FUNCTION && class_is_bridge(machine->functions[f].class)))
		return false;
	truth = rule_matches(config, rule, machine, plan, f);
	return truth == YES || (truth == UNKNOWN && rule->verb == RULE_KEEP);
}

/* Lets a bind line choose one function. */
static void choose(const struct config *config, uint16_t r, struct choice *choice)
{
	const struct rule *rule = &config->rules[r];

	if (choice->bind == RULE_NONE)
		choice->bind = r;
	choice->early |= rule->early;
	choice->force |= rule->force;
	if (!rule->driver)
		return;
	if (choice->driver == RULE_NONE)
		choice->driver = r;
	else if (choice->other_driver == RULE_NONE &&
		 strcmp(rule->driver, config->rules[choice->driver].driver) != 0)
		choice->other_driver = r;
}

static void apply(const struct config *config, uint16_t r, struct plan *plan, uint16_t f)
{
	plan->matches[r].count++;
	if (config->rules[r].verb == RULE_BIND)
		choose(config, r, &plan->of[f].choice);
	else if (plan->of[f].choice.keep == RULE_NONE)
		plan->of[f].choice.keep = r;
}

/* Whether the line means this function: by itself, or with a card of which some function meets the conditions. */
static bool is_meant(const struct config *config, uint16_t r, const struct machine *machine,
		     const struct plan *plan, uint16_t f)
{
	if (config->rules[r].scope == SCOPE_FUNCTION)
		return rule_means(config, r, machine, plan, f);
	if (class_is_bridge(machine->functions[f].class) || machine->functions[f].is_virtual == YES)
		return false;
	for (uint16_t other = plan->of[f].card.first; other != FUNCTION_NONE;
	     other = plan->of[other].card.next)
		if (rule_means(config, r, machine, plan, other))
			return true;
	return false;
}

bool rule_chooses(const struct config *config, uint16_t r, const struct machine *machine,
		  const struct plan *plan, uint16_t f)
{
	return plan->of[f].choice.bind != RULE_NONE && plan->of[f].choice.keep == RULE_NONE &&
	       is_meant(config, r, machine, plan, f);
}

/* Counts what the keep lines have left of each bind line. */
static void count_left(const struct config *config, const struct machine *machine,
		       struct plan *plan)
{
	for (uint16_t r = 0; r < config->rule_count; r++) {
		struct match *match = &plan->matches[r];
		uint16_t card = FUNCTION_NONE;

		if (config->rules[r].verb != RULE_BIND || match->count == 0)
			continue;
		for (uint16_t f = 0; f < machine->function_count; f++) {
			if (plan->of[f].choice.bind == RULE_NONE ||
			    !is_meant(config, r, machine, plan, f))
				continue;
			if (plan->of[f].choice.keep != RULE_NONE) {
				if (match->shadowed_by == RULE_NONE)
					match->shadowed_by = plan->of[f].choice.keep;
				continue;
			}
			match->left++;
			/* A bridge is no part of a card. */
			if (class_is_bridge(machine->functions[f].class))
				continue;
			match->cards = (uint16_t)(match->cards + (plan->of[f].card.first != card));
			card = plan->of[f].card.first;
		}
	}
}

static const char *driver_of(const struct config *config, const struct machine *machine,
			     const struct plan *plan, uint16_t f)
{
	const struct choice *choice = &plan->of[f].choice;
	const char *named =
		choice->driver == RULE_NONE ? NULL : config->rules[choice->driver].driver;

	if (!named)
		return "vfio-pci";
	if (strcmp(named, "auto") == 0)
		return machine->functions[f].variant ? machine->functions[f].variant : "vfio-pci";
	return named;
}

static void list(const struct config *config, const struct machine *machine, struct plan *plan,
		 uint16_t f)
{
	const struct choice *choice = &plan->of[f].choice;

	plan->decisions[plan->decision_count++] = (struct decision){
		.function = f,
		.card = plan->of[f].card.first,
		.rule = choice->bind,
		.driver = driver_of(config, machine, plan, f),
		.fate = choice->other_driver == RULE_NONE ? FATE_BIND : FATE_REFUSE,
		.reason =
			choice->other_driver == RULE_NONE ? REASON_HARMLESS : REASON_DRIVERS_DIFFER,
	};
}

void match_rules(const struct config *config, const struct machine *machine, struct plan *plan)
{
	static const struct choice none = {
		RULE_NONE, RULE_NONE, RULE_NONE, RULE_NONE, false, false
	};

	for (uint16_t f = 0; f < machine->function_count; f++)
		plan->of[f].choice = none;
	for (uint16_t r = 0; r < config->rule_count; r++) {
		plan->matches[r] = (struct match){ .shadowed_by = RULE_NONE };
		for (uint16_t f = 0; f < machine->function_count; f++)
			if (is_meant(config, r, machine, plan, f))
				apply(config, r, plan, f);
	}
	count_left(config, machine, plan);

	plan->decision_count = 0;
	for (uint16_t card = 0; card < machine->function_count; card++) {
		if (plan->of[card].card.first != card)
			continue;
		for (uint16_t f = card; f != FUNCTION_NONE; f = plan->of[f].card.next)
			if (plan->of[f].choice.bind != RULE_NONE &&
			    plan->of[f].choice.keep == RULE_NONE)
				list(config, machine, plan, f);
	}
}
