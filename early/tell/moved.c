/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tell/tell.h"

static bool is_word(const char *at, size_t n, const char *word)
{
	return n == strlen(word) && memcmp(at, word, n) == 0;
}

/* The slot as the line had it: with the function, or without, as most people write a card. */
static void tell_slot(struct text *text, const struct config *config, const struct rule *rule,
		      struct pci_address at)
{
	bool any_function = rule->scope != SCOPE_FUNCTION;

	for (uint16_t c = 0; c < rule->count; c++) {
		const struct condition *condition = &config->conditions[rule->first + c];

		any_function |=
			condition->kind == CONDITION_SLOT && condition->slot.function == ANY;
		any_function |=
			condition->kind == CONDITION_PATH && condition->path.last_function == ANY;
	}
	text_add(text, "%04x:%02x:%02x", at.domain, at.bus, at.device);
	if (!any_function)
		text_add(text, ".%x", at.function);
}

/* The line of a file with the slot in place of its place: `path` and its value are a slot then, too. */
static void tell_line(struct text *text, const struct config *config, const struct rule *rule,
		      struct pci_address at)
{
	bool told = false, is_value = false;

	for (const char *word = rule->text + strspn(rule->text, " \t"); *word;) {
		size_t n = strcspn(word, " \t");
		bool is_place = is_word(word, n, "slot") || is_word(word, n, "path");

		if (is_place && !told) {
			text_add(text, " slot ");
			tell_slot(text, config, rule, at);
			told = true;
		} else if (!is_place && !is_value) {
			text_add(text, "%s%.*s", word == rule->text ? "" : " ", (int)n, word);
		}
		is_value = is_place;
		word += n + strspn(word + n, " \t");
	}
}

void tell_moved(struct text *text, const struct config *config, const struct machine *machine,
		const struct rule *rule, uint16_t f)
{
	const struct function *function = &machine->functions[f];

	text_add(text, " matches nothing in this machine: %04x:%04x is at " ADDRESS_FORMAT " now; ",
		 function->vendor, function->device, ADDRESS_PARTS(function->at));
	if (rule->at.file == CONFIG_COMMAND_LINE) {
		text_add(text, "write slot=");
		tell_slot(text, config, rule, function->at);
		text_add(text, " there");
	} else {
		text_add(text, "if you mean it there, write: ");
		tell_line(text, config, rule, function->at);
	}
}
