/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "tell/tell.h"

/* The kernel log's levels; act/log.h has what each is for. */
#define NOT_DONE 3
#define LOOK 4
#define DONE 5
#define DETAIL 6

static const char *step_words(enum step step)
{
	switch (step) {
	case STEP_HOLD:
		return "keeping other drivers away from it";
	case STEP_LOAD:
		return "loading its driver";
	case STEP_NAME:
		return "setting its driver override";
	case STEP_PROBE:
		return "probing it";
	case STEP_READ_BACK:
		return "reading its driver back";
	case STEP_CONSOLE:
		return "moving the console";
	case STEP_TAKE:
		return "taking it from its driver";
	case STEP_UNBIND:
		return "unbinding it";
	case STEP_CLEAR:
		return "clearing its driver override";
	case STEP_NONE:
		break;
	}
	return "nothing";
}

/* The module that stood in the way of a driver. */
static const char *failed_module(const struct outcome *outcome, const char *driver)
{
	for (uint8_t i = 0; i < outcome->load_count; i++)
		if (strcmp(outcome->loads[i].driver, driver) == 0 && outcome->loads[i].module)
			return outcome->loads[i].module;
	return driver;
}

static void tell_failure(struct text *text, const struct outcome *outcome,
			 const struct result_of *result, const char *wanted)
{
	if (result->step == STEP_LOAD && result->error == E2BIG)
		text_add(text, "there are more than %d different drivers in the configuration",
			 OUTCOME_MAX_LOADS);
	else if (result->step == STEP_LOAD)
		text_add(text, "the module %s cannot be loaded (%s); is it in the initramfs?",
			 failed_module(outcome, wanted), strerror(result->error));
	else if (result->step == STEP_READ_BACK && result->error == 0 && result->driver[0])
		text_add(text, "the driver %s took it", result->driver);
	else if (result->step == STEP_READ_BACK && result->error == 0)
		text_add(text, "%s refused it; the kernel log says why just above", wanted);
	else
		text_add(text, "%s failed (%s)", step_words(result->step), strerror(result->error));
}

const char *tell_result_word(enum result result)
{
	switch (result) {
	case RESULT_UNTOUCHED:
		return "planned";
	case RESULT_REFUSED:
		return "refused";
	case RESULT_HELD:
		return REPORT_HELD;
	case RESULT_BOUND:
		return REPORT_BOUND;
	case RESULT_WAS_BOUND:
		return REPORT_WAS_BOUND;
	case RESULT_WAITS:
		return REPORT_WAITS;
	case RESULT_STAYS_HELD:
		return "stays-held";
	case RESULT_STILL_WAITS:
		return "still-waits";
	case RESULT_MEMORY_TAKEN:
		return "memory-taken";
	case RESULT_GIVEN_BACK:
		return "given-back";
	case RESULT_RELEASED:
		return "released";
	case RESULT_FAILED:
		return REPORT_FAILED;
	case RESULT_STUCK:
		return "stuck";
	case RESULT_HANGS:
		return REPORT_HANGS;
	}
	return "unknown";
}

/* What the owner is left with until the next boot. */
static void tell_stuck(struct text *text, enum step step, const char *driver)
{
	if (step == STEP_TAKE)
		text_add(text, "; the driver it has keeps it");
	else if (step == STEP_UNBIND)
		text_add(text, "; it stays with %s", driver);
	else if (step == STEP_CLEAR)
		text_add(text, "; no driver may take it");
	else
		text_add(text, "; a driver that is loaded already does not find it");
	text_add(text, " until the next boot (earlybind=off on the kernel command line boots "
		       "without earlybind)");
}

static const char *fate_words(enum fate fate)
{
	switch (fate) {
	case FATE_BIND:
		return "be bound to";
	case FATE_HOLD:
		return "be held for";
	case FATE_WAIT:
		return "keep its driver, and then be bound to";
	case FATE_REFUSE:
		break;
	}
	return "not be bound to";
}

/* Why something is not bound yet. */
static void tell_delay(struct text *text, const struct config *config,
		       const struct machine *machine, const struct plan *plan,
		       const struct outcome *outcome, uint16_t d)
{
	if (outcome->of[d].step == STEP_CONSOLE)
		text_add(text, "the console cannot be moved away from its card (%s)",
			 strerror(outcome->of[d].error));
	else
		tell_reason(text, config, machine, plan, d);
}

void tell_memory_taken(struct text *text, const struct machine *machine)
{
	const char *opened_by = machine->picture.opened_by;

	text_add(text,
		 "the firmware's framebuffer still has its memory, because %s has /dev/fb0 open; "
		 "end that, or restart",
		 opened_by              ? opened_by :
		 machine->support.blind ? "a program that root can see" :
					  "something");
}

static void tell_line(struct text *text, const struct config *config, const struct plan *plan,
		      uint16_t d)
{
	text_add(text, " (asked for by ");
	tell_place(text, config, config->rules[plan->decisions[d].rule].at);
	text_add(text, ")");
}

int tell_result(struct text *text, const struct config *config, const struct machine *machine,
		const struct plan *plan, const struct outcome *outcome, uint16_t d)
{
	const struct decision *decision = &plan->decisions[d];
	const struct function *function = &machine->functions[decision->function];
	const struct result_of *result = &outcome->of[d];

	text_add(text, ADDRESS_FORMAT ": ", ADDRESS_PARTS(function->at));
	switch (result->result) {
	case RESULT_UNTOUCHED:
		text_add(text, "would %s %s: ", fate_words(decision->fate), decision->driver);
		tell_reason(text, config, machine, plan, d);
		return DETAIL;
	case RESULT_REFUSED:
		text_add(text, "not bound: ");
		tell_reason(text, config, machine, plan, d);
		tell_line(text, config, plan, d);
		return NOT_DONE;
	case RESULT_HELD:
		text_add(text, "held for %s: ", decision->driver);
		tell_reason(text, config, machine, plan, d);
		return DETAIL;
	case RESULT_BOUND:
		text_add(text, "bound to %s%s", decision->driver,
			 function->held_for && !function->driver ? " (was held)" : "");
		return DONE;
	case RESULT_WAS_BOUND:
		text_add(text, "has %s already", decision->driver);
		return DETAIL;
	case RESULT_WAITS:
		text_add(text, "to be bound to %s later: ", decision->driver);
		tell_reason(text, config, machine, plan, d);
		return DETAIL;
	case RESULT_STAYS_HELD:
		text_add(text, "still held, not bound to %s: ", decision->driver);
		tell_delay(text, config, machine, plan, outcome, d);
		return LOOK;
	case RESULT_STILL_WAITS:
		text_add(text, "not bound to %s yet: ", decision->driver);
		tell_delay(text, config, machine, plan, outcome, d);
		return LOOK;
	case RESULT_MEMORY_TAKEN:
		text_add(text, "bound to %s, and no guest can use it: ", decision->driver);
		tell_memory_taken(text, machine);
		return NOT_DONE;
	case RESULT_GIVEN_BACK:
		text_add(text,
			 "not bound, left to the host: the functions of a card go together, and "
			 "another one failed");
		return NOT_DONE;
	case RESULT_RELEASED:
		text_add(text,
			 "given back to the host for this boot, which has come to an emergency "
			 "shell: the root may be on it");
		return LOOK;
	case RESULT_FAILED:
		text_add(text, "not bound, left to the host: ");
		tell_failure(text, outcome, result, decision->driver);
		tell_line(text, config, plan, d);
		return NOT_DONE;
	case RESULT_STUCK:
	case RESULT_HANGS:
		text_add(text, "not bound, and not given back to the host: ");
		tell_failure(text, outcome, result, decision->driver);
		tell_stuck(text, result->step, decision->driver);
		return NOT_DONE;
	}
	return LOOK;
}
