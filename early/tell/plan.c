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

unsigned tell_matches(FILE *out, const struct config *config, const struct plan *plan)
{
	unsigned warnings = 0;

	for (uint16_t r = 0; r < config->rule_count; r++) {
		const struct match *match = &plan->matches[r];
		char sentence[SENTENCE_BYTES];
		struct text text = TEXT_OVER(sentence);

		text_clear(&text);
		tell_place(&text, config, config->rules[r].at);
		if (match->count == 0) {
			text_add(&text, " matches nothing in this machine: %s",
				 config->rules[r].text);
		} else if (match->left == 0 && match->shadowed_by != RULE_NONE) {
			text_add(&text, " is shadowed by ");
			tell_place(&text, config, config->rules[match->shadowed_by].at);
			text_add(&text, ", which keeps all that it chooses: %s",
				 config->rules[r].text);
		} else {
			continue;
		}
		fprintf(out, "%s\n", sentence);
		warnings++;
	}
	return warnings;
}
