/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decide/decide.h"
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

/* Names the cards, bridges aside, that a line chooses functions of. Returns how many. */
static unsigned tell_cards(struct text *text, const struct rule *rule,
			   const struct machine *machine, const struct plan *plan)
{
	const struct function *last = NULL;
	unsigned cards = 0;

	for (uint16_t d = 0; d < plan->decision_count; d++) {
		const struct function *function = &machine->functions[plan->decisions[d].function];

		if (!slot_matches(&rule->slot, function->at) || class_is_bridge(function->class) ||
		    (last && address_same_card(last->at, function->at)))
			continue;
		text_add(text, "%s%04x:%02x:%02x", cards++ ? ", " : "", function->at.domain,
			 function->at.bus, function->at.device);
		last = function;
	}
	return cards;
}

unsigned tell_matches(FILE *out, const struct config *config, const struct machine *machine,
		      const struct plan *plan)
{
	unsigned warnings = 0;

	for (uint16_t r = 0; r < config->rule_count; r++) {
		const struct match *match = &plan->matches[r];
		char sentence[SENTENCE_BYTES];
		char names[SENTENCE_BYTES / 2];
		struct text text = TEXT_OVER(sentence);
		struct text cards = TEXT_OVER(names);

		text_clear(&text);
		text_clear(&cards);
		tell_place(&text, config, config->rules[r].at);
		if (match->count == 0) {
			text_add(&text, " matches nothing in this machine: %s",
				 config->rules[r].text);
		} else if (match->left == 0 && match->shadowed_by != RULE_NONE) {
			text_add(&text, " is shadowed by ");
			tell_place(&text, config, config->rules[match->shadowed_by].at);
			text_add(&text, ", which keeps all that it chooses: %s",
				 config->rules[r].text);
		} else if (config->rules[r].verb == RULE_BIND &&
			   tell_cards(&cards, &config->rules[r], machine, plan) > 1) {
			text_add(&text,
				 " chooses functions of several cards: %s; if you mean one, name "
				 "its bus",
				 names);
		} else {
			continue;
		}
		if (out)
			fprintf(out, "%s\n", sentence);
		warnings++;
	}
	return warnings;
}
