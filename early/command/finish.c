/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "command/boot.h"
#include "read/host.h"
#include "tell/tell.h"

/* What the boot said last of the function, "" for nothing. */
static const char *last_word(const struct context *context, uint16_t d)
{
	const struct function *function =
		&context->machine->functions[context->plan->decisions[d].function];
	const struct report_line *line = report_last_line(context->report, function->at);

	return line ? line->result : "";
}

static bool is_delayed(const struct context *context, uint16_t d)
{
	return context->outcome->of[d].result == RESULT_STAYS_HELD ||
	       context->outcome->of[d].result == RESULT_STILL_WAITS;
}

/* Whether there is something to say of the function that the boot has not said before. */
static bool is_news(const struct context *context, uint16_t d)
{
	enum result result = context->outcome->of[d].result;
	const char *last = last_word(context, d);

	switch (result) {
	case RESULT_UNTOUCHED:
	case RESULT_WAS_BOUND:
		return false;
	case RESULT_REFUSED:
		/* Where nothing was promised, claim has said why. */
		return strcmp(last, tell_result_word(RESULT_HELD)) == 0 ||
		       strcmp(last, tell_result_word(RESULT_WAITS)) == 0;
	default:
		if (context->outcome->of[d].step == STEP_CONSOLE)
			return true;
		return strcmp(last, tell_result_word(result)) != 0;
	}
}

static void told(const struct carry *carry, uint16_t d)
{
	const struct context *context = carry->teller;

	if (is_news(context, d))
		boot_log_result(context, d);
}

/* Whether it may run here: in an initramfs with the root mounted, or, where no root is named, in the running system. */
static bool is_time(struct context *context, enum status *status)
{
	if (!context->operand ||
	    host_root_is_mounted(&context->root, context->operand, context->machine->command_line))
		return true;
	boot_log(context, LOG_LOOK, "no root file system is mounted at %s: what is held stays held",
		 context->operand);
	*status = STATUS_NOT_AS_ASKED;
	return false;
}

static void log_console(const struct context *context)
{
	const struct console_move *console = &context->outcome->console;

	if (console->to == FUNCTION_NONE)
		return;
	if (console->error)
		boot_log(context, LOG_NOT_DONE,
			 "the console could not be moved to " ADDRESS_FORMAT " (%s)",
			 ADDRESS_PARTS(context->machine->functions[console->to].at),
			 strerror(console->error));
	else
		boot_log(context, LOG_DONE, "the console is on " ADDRESS_FORMAT " now",
			 ADDRESS_PARTS(context->machine->functions[console->to].at));
}

static enum status run(struct context *context)
{
	struct carry carry = boot_carry(context, told);
	bool any_news = false;
	enum status status;

	if (!boot_prepare(context, context->operand ? BOOT_FINISH : BOOT_HELD, &status) ||
	    context->config->mode == SWITCH_PLAN || !is_time(context, &status))
		return status;
	carry_finish(&carry);
	log_console(context);
	for (uint16_t d = 0; d < context->plan->decision_count; d++) {
		any_news |= is_news(context, d);
		if ((is_news(context, d) || is_delayed(context, d)) &&
		    !boot_as_asked(context->outcome->of[d].result))
			status = STATUS_NOT_AS_ASKED;
	}
	/* In the running system this runs for every screen that appears. */
	if (any_news || context->operand)
		boot_report(context, context->operand ? "finish" : "held", is_news);
	return status;
}

const struct command command_finish = {
	.name = "finish",
	.operand = "ROOT",
	.help = "root is at ROOT, or the system runs: bind what is held",
	.run = run,
};
