/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tell/tell.h"

#define SENTENCE_BYTES 1024

static const char *fate_word(const struct decision *decision)
{
	if (decision->reason == REASON_ALREADY)
		return "bound";
	switch (decision->fate) {
	case FATE_BIND:
		return "bind";
	case FATE_HOLD:
		return "hold";
	case FATE_REFUSE:
		break;
	}
	return "refuse";
}

void tell_plan(FILE *out, const struct config *config, const struct machine *machine,
	       const struct plan *plan)
{
	for (uint16_t d = 0; d < plan->decision_count; d++) {
		const struct decision *decision = &plan->decisions[d];
		const struct function *function = &machine->functions[decision->function];
		char sentence[SENTENCE_BYTES];
		struct text text = TEXT_OVER(sentence);

		text_clear(&text);
		tell_place(&text, config, config->rules[decision->rule].at);
		text_add(&text, ": ");
		tell_reason(&text, config, machine, plan, d);
		fprintf(out, ADDRESS_FORMAT "  %-6s  %-8s  (%s)\n", ADDRESS_PARTS(function->at),
			fate_word(decision), decision->driver, sentence);
	}
}

/* "0000:07:00.1 (HD audio)" */
static void tell_function(struct text *text, const struct function *function)
{
	text_add(text, ADDRESS_FORMAT " (%04x:%04x, class %04x)", ADDRESS_PARTS(function->at),
		 function->vendor, function->device, PCI_CLASS_SUB(function->class));
}

/* The first functions of the cards that a line chooses, so that its owner sees which they are. */
static void tell_cards(struct text *text, const struct machine *machine, const struct plan *plan,
		       uint16_t rule)
{
	const char *between = ": ";
	uint16_t last = FUNCTION_NONE;

	for (uint16_t d = 0; d < plan->decision_count; d++) {
		const struct decision *decision = &plan->decisions[d];

		if (decision->rule != rule || decision->card == last)
			continue;
		last = decision->card;
		text_add(text, "%s" ADDRESS_FORMAT, between,
			 ADDRESS_PARTS(machine->functions[decision->function].at));
		between = ", ";
	}
}

/* How a function that is left out could be had: a bind line is of no use against a keep line. */
static void tell_way_to_take_along(struct text *text, const struct config *config,
				   const struct machine *machine, const struct plan *plan,
				   uint16_t f)
{
	if (plan->choices[f].keep != RULE_NONE) {
		text_add(text, ", kept by ");
		tell_place(text, config, config->rules[plan->choices[f].keep].at);
		return;
	}
	text_add(text, ". To take it along: bind slot " ADDRESS_FORMAT,
		 ADDRESS_PARTS(machine->functions[f].at));
}

static void tell_warning_of_rule(struct text *text, const struct config *config,
				 const struct machine *machine, const struct plan *plan,
				 const struct warning *warning)
{
	const struct match *match = &plan->matches[warning->rule];
	const struct rule *rule = &config->rules[warning->rule];

	tell_place(text, config, rule->at);
	switch (warning->kind) {
	case WARNING_NO_MATCH:
		text_add(text, " matches nothing in this machine: %s", rule->text);
		return;
	case WARNING_PICTURE_UNKNOWN:
		text_add(text,
			 " rests on boot-display, and nobody can tell which card shows the "
			 "firmware's picture: %s",
			 rule->verb == RULE_BIND ? "it chooses nothing" : "it keeps every display");
		return;
	case WARNING_SHADOWED:
		text_add(text, " is shadowed by ");
		tell_place(text, config, config->rules[match->shadowed_by].at);
		text_add(text, ", which keeps what it chooses: %s", rule->text);
		return;
	case WARNING_NOT_YET:
		text_add(text, ": %s changes nothing in this version",
			 rule->early && rule->force ? "early and force" :
			 rule->early                ? "early" :
						      "force");
		return;
	case WARNING_SEVERAL_CARDS:
		text_add(text, " chooses functions of %u cards", match->cards);
		tell_cards(text, machine, plan, warning->rule);
		text_add(text, "; write `bind cards` if all of them are meant");
		return;
	case WARNING_LEFT_OUT:
		text_add(text, " takes only a part of its card; ");
		tell_function(text, &machine->functions[warning->function]);
		text_add(text, " stays with the host");
		tell_way_to_take_along(text, config, machine, plan, warning->function);
		return;
	case WARNING_ROOT_BUS:
		text_add(text,
			 ": no bridge leads to this card, so that it may be several devices in "
			 "one slot; taken along: ");
		tell_function(text, &machine->functions[warning->function]);
		return;
	}
}

void tell_warning(struct text *text, const struct config *config, const struct machine *machine,
		  const struct plan *plan, const struct warning *warning)
{
	if (warning->rule != RULE_NONE) {
		tell_warning_of_rule(text, config, machine, plan, warning);
		return;
	}
	tell_place(text, config, config->prompt_at);
	text_add(text, ": `prompt follow` is `prompt wait` in this version");
}

void tell_warnings(FILE *out, const struct config *config, const struct machine *machine,
		   const struct plan *plan)
{
	for (uint16_t w = 0; w < plan->warning_count; w++) {
		char sentence[SENTENCE_BYTES];
		struct text text = TEXT_OVER(sentence);

		text_clear(&text);
		tell_warning(&text, config, machine, plan, &plan->warnings[w]);
		fprintf(out, "%s\n", sentence);
	}
	if (plan->warning_count == PLAN_MAX_WARNINGS)
		fprintf(out, "and perhaps more of this kind\n");
}
