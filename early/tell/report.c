/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "tell/tell.h"

#define SENTENCE_BYTES 1024

static void tell_picture(struct text *text, const struct machine *machine)
{
	static const char *const kinds[] = {
		[PICTURE_NOT_READ] = "not-read",
		[PICTURE_UNKNOWN] = "unknown",
		[PICTURE_NONE] = "none",
		[PICTURE_TEXT] = "text",
		[PICTURE_FRAMEBUFFER] = "framebuffer",
	};
	const struct picture *picture = &machine->picture;

	if (picture->owner == FUNCTION_NONE)
		text_add(text, "picture %s unknown\n", kinds[picture->kind]);
	else
		text_add(text, "picture %s " ADDRESS_FORMAT "\n", kinds[picture->kind],
			 ADDRESS_PARTS(machine->functions[picture->owner].at));
}

void tell_report_head(struct text *text, const struct config *config, const struct machine *machine)
{
	text_add(text,
		 "earlybind-report %d\nversion %s\nboot %s\nkernel %s\nconfig %016" PRIx64
		 "\nmode %s\n",
		 REPORT_FORMAT, EARLYBIND_VERSION, machine->boot_id, machine->kernel.release,
		 config->hash, config->mode == SWITCH_PLAN ? "plan" : "act");
	if (machine->generator)
		text_add(text, "generator %s\n", machine->generator);
	tell_picture(text, machine);
}

void tell_report_line(struct text *text, const struct config *config, const struct machine *machine,
		      const struct plan *plan, const struct outcome *outcome, uint16_t d)
{
	const struct decision *decision = &plan->decisions[d];
	const struct function *function = &machine->functions[decision->function];
	char sentence[SENTENCE_BYTES];
	struct text words = TEXT_OVER(sentence);

	text_clear(&words);
	tell_result(&words, config, machine, plan, outcome, d);
	text_add(text, "function " ADDRESS_FORMAT " %s %s group=%d class=%06x id=%04x:%04x : %s\n",
		 ADDRESS_PARTS(function->at), tell_result_word(outcome->of[d].result),
		 decision->driver, function->group, function->class, function->vendor,
		 function->device, sentence);
}
