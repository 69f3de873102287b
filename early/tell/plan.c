/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "decide/decide.h"
#include "tell/tell.h"

#define SENTENCE_BYTES 1024
#define NAMED_CARDS 8 /* in one warning; the rest are counted */

const char *tell_fate_word(const struct decision *decision)
{
	if (decision->reason == REASON_ALREADY)
		return "bound";
	switch (decision->fate) {
	case FATE_BIND:
		return "bind";
	case FATE_HOLD:
		return "hold";
	case FATE_WAIT:
		return "wait";
	case FATE_REFUSE:
		break;
	}
	return "refuse";
}

/* On which screen a passphrase will be asked for, where a display is chosen. */
static void tell_prompt(FILE *out, const struct config *config, const struct machine *machine,
			const struct plan *plan)
{
	uint16_t owner = machine->picture.owner;
	bool any = false;
	bool moves = false;
	char sentence[SENTENCE_BYTES];
	struct text text = TEXT_OVER(sentence);

	for (uint16_t d = 0; d < plan->decision_count; d++) {
		uint16_t f = plan->decisions[d].function;

		any |= class_is_display(machine->functions[f].class);
		moves |= plan->decisions[d].moves_console && plan->decisions[d].fate != FATE_REFUSE;
	}
	if (!any || machine->picture.kind == PICTURE_NONE)
		return;
	text_clear(&text);
	if (owner == FUNCTION_NONE)
		text_add(&text, "prompt: on the screen that shows the firmware's picture");
	else
		text_add(&text, "prompt: on the screen of " ADDRESS_FORMAT,
			 ADDRESS_PARTS(machine->functions[owner].at));
	if (moves && config->prompt == PROMPT_FOLLOW)
		text_add(&text, "; on that of a card that stays, once one has a screen within %u s",
			 config->prompt_seconds);
	tell_sentence(out, TONE_PLAIN, sentence);
}

static enum tone tone_of(const struct decision *decision)
{
	switch (decision->fate) {
	case FATE_BIND:
		return TONE_GOOD;
	case FATE_REFUSE:
		return TONE_BAD;
	case FATE_HOLD:
	case FATE_WAIT:
		break;
	}
	return TONE_PLAIN;
}

void tell_plan(FILE *out, const struct config *config, const struct machine *machine,
	       const struct plan *plan)
{
	for (uint16_t d = 0; d < plan->decision_count; d++) {
		const struct decision *decision = &plan->decisions[d];
		const struct function *function = &machine->functions[decision->function];
		char head[128];
		struct text start = TEXT_OVER(head);
		char sentence[SENTENCE_BYTES];
		struct text text = TEXT_OVER(sentence);

		text_clear(&start);
		text_add(&start, ADDRESS_FORMAT "  %-6s  %-8s  ", ADDRESS_PARTS(function->at),
			 tell_fate_word(decision), decision->driver);
		text_clear(&text);
		text_add(&text, "(");
		tell_place(&text, config, config->rules[decision->rule].at);
		text_add(&text, ": ");
		tell_reason(&text, config, machine, plan, d);
		text_add(&text, ")");
		tell_lines(out, tone_of(decision), head, NULL, sentence);
	}
	tell_prompt(out, config, machine, plan);
}

/* "0000:07:00.1 (10de:10f9, class 0403)" */
static void tell_function(struct text *text, const struct function *function)
{
	text_add(text, ADDRESS_FORMAT " (%04x:%04x, class %04x)", ADDRESS_PARTS(function->at),
		 function->vendor, function->device, PCI_CLASS_SUB(function->class));
}

/* The first functions that a line chooses of each card, so that its owner sees which they are. */
static void tell_cards(struct text *text, const struct config *config,
		       const struct machine *machine, const struct plan *plan, uint16_t rule)
{
	uint16_t last = FUNCTION_NONE;
	uint16_t count = 0;

	for (uint16_t f = 0; f < machine->function_count; f++) {
		if (plan->of[f].card.first == last ||
		    class_is_bridge(machine->functions[f].class) ||
		    !rule_chooses(config, rule, machine, plan, f))
			continue;
		last = plan->of[f].card.first;
		if (count++ < NAMED_CARDS)
			text_add(text, "%s" ADDRESS_FORMAT, count == 1 ? ": " : ", ",
				 ADDRESS_PARTS(machine->functions[f].at));
	}
	if (count > NAMED_CARDS)
		text_add(text, " and %u more", count - NAMED_CARDS);
}

/* Whether this is the one display that no line chooses. */
static bool is_last_display(const struct machine *machine, const struct plan *plan, uint16_t f)
{
	for (uint16_t other = 0; other < machine->function_count; other++)
		if (other != f && class_is_display(machine->functions[other].class) &&
		    (plan->of[other].choice.bind == RULE_NONE ||
		     plan->of[other].choice.keep != RULE_NONE))
			return false;
	return class_is_display(machine->functions[f].class);
}

/* How a function that is left out could be had: a bind line is of no use against a keep line, or a refusal, which the rest
 * of the card would share. */
static void tell_way_to_take_along(struct text *text, const struct config *config,
				   const struct machine *machine, const struct plan *plan,
				   const struct warning *warning)
{
	const struct function *function = &machine->functions[warning->function];
	uint16_t keep = plan->of[warning->function].choice.keep;

	if (keep != RULE_NONE) {
		text_add(text, ", kept by ");
		tell_place(text, config, config->rules[keep].at);
	} else if (warning->refusal != REASON_HARMLESS) {
		text_add(text, ", and could not be taken along: ");
		tell_cause(text, machine, function, warning->refusal);
	} else if (is_last_display(machine, plan, warning->function)) {
		text_add(text,
			 ", which has no other display. To leave it all of its card: keep card "
			 "slot %04x:%02x:%02x",
			 function->at.domain, function->at.bus, function->at.device);
	} else {
		text_add(text, ". To take it along: bind slot " ADDRESS_FORMAT,
			 ADDRESS_PARTS(function->at));
	}
}

void tell_warning(struct text *text, const struct config *config, const struct machine *machine,
		  const struct plan *plan, const struct warning *warning)
{
	const struct match *match = &plan->matches[warning->rule];
	const struct rule *rule = &config->rules[warning->rule];

	tell_place(text, config, rule->at);
	switch (warning->kind) {
	case WARNING_NO_MATCH:
		text_add(text, " matches nothing in this machine: %s", rule->text);
		return;
	case WARNING_MOVED:
		tell_moved(text, config, machine, rule, warning->function);
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
	case WARNING_LAST_SCREEN:
		text_add(text,
			 " chooses the host's last display: " ADDRESS_FORMAT
			 " stays held, since no other card can have a screen; to do without one, "
			 "add `force` to the line",
			 ADDRESS_PARTS(machine->functions[warning->function].at));
		return;
	case WARNING_SEVERAL_CARDS:
		text_add(text, " chooses functions of %u cards", match->cards);
		tell_cards(text, config, machine, plan, warning->rule);
		/* `bind cards` would take whole cards where the line takes one function of each. */
		text_add(text, "; if you mean one, name its slot; if you mean all, %s",
			 rule->scope == SCOPE_FUNCTION ? "write a line for each" :
							 "write `bind cards`");
		return;
	case WARNING_LEFT_OUT:
		text_add(text, " takes only a part of its card; ");
		tell_function(text, &machine->functions[warning->function]);
		text_add(text, " stays with the host");
		tell_way_to_take_along(text, config, machine, plan, warning);
		return;
	case WARNING_LAST_KEYBOARD:
		text_add(text,
			 " gives the last keyboard of this machine to the guest, once the root is "
			 "mounted; plug another one into a port that stays");
		return;
	case WARNING_ROOT_BUS:
		text_add(
			text,
			": no bridge leads to this slot, so that it may be several devices; `card` "
			"means this function too: ");
		tell_function(text, &machine->functions[warning->function]);
		text_add(text, ". To leave it to the host: keep slot " ADDRESS_FORMAT,
			 ADDRESS_PARTS(machine->functions[warning->function].at));
		return;
	case WARNING_GROUP:
		text_add(text, ": " ADDRESS_FORMAT " will be of no use to a guest",
			 ADDRESS_PARTS(machine->functions[warning->function].at));
		(void)tell_takers_of_group(text, machine, plan,
					   &machine->functions[warning->function]);
		return;
	}
}

static void tell_warnings_of(FILE *out, const struct config *config, const struct machine *machine,
			     const struct plan *plan, bool as_asked)
{
	for (uint16_t w = 0; w < plan->warning_count; w++) {
		char sentence[SENTENCE_BYTES];
		struct text text = TEXT_OVER(sentence);

		if ((plan->warnings[w].kind >= WARNING_SEVERAL_CARDS) != as_asked)
			continue;
		text_clear(&text);
		tell_warning(&text, config, machine, plan, &plan->warnings[w]);
		tell_sentence(out, as_asked ? TONE_PLAIN : TONE_BAD, sentence);
	}
}

void tell_warnings(FILE *out, const struct config *config, const struct machine *machine,
		   const struct plan *plan)
{
	tell_warnings_of(out, config, machine, plan, false);
	tell_warnings_of(out, config, machine, plan, true);
	if (plan->warning_count == PLAN_MAX_WARNINGS)
		tell_sentence(out, TONE_PLAIN, "and perhaps more of this kind");
}

void tell_missing(FILE *out, const char *missing)
{
	while (*missing) {
		size_t n = strcspn(missing, "\n");
		char sentence[SENTENCE_BYTES];

		snprintf(sentence, sizeof(sentence), "%.*s", (int)n, missing);
		tell_sentence(out, TONE_BAD, sentence);
		if (!missing[n])
			tell_sentence(out, TONE_BAD, "and more of this kind");
		missing += n + (missing[n] == '\n');
	}
}
