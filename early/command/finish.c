/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "command/boot.h"
#include "read/host.h"
#include "read/report.h"
#include "tell/tell.h"

/* Whether finish has something to say of the function: claim has said already what it refused or gave back. */
static bool is_news(const struct context *context, uint16_t d)
{
	struct pci_address at =
		context->machine->functions[context->plan->decisions[d].function].at;

	switch (context->outcome->of[d].result) {
	case RESULT_UNTOUCHED:
	case RESULT_REFUSED:
	case RESULT_WAS_BOUND:
		return false;
	case RESULT_NOT_HELD:
		for (uint16_t i = 0; i < context->report->line_count; i++)
			if (address_compare(context->report->lines[i].at, at) == 0)
				return strcmp(context->report->lines[i].result,
					      tell_result_word(RESULT_HELD)) == 0;
		return true;
	default:
		return true;
	}
}

static void told(const struct carry *carry, uint16_t d)
{
	const struct context *context = carry->teller;

	if (is_news(context, d))
		boot_log_result(context, d);
}

static enum status run(struct context *context)
{
	struct carry carry = {
		.root = &context->root,
		.machine = context->machine,
		.plan = context->plan,
		.outcome = context->outcome,
		.told = told,
		.teller = context,
	};
	enum status status;

	if (!context->operand) {
		fprintf(stderr,
			"earlybind: --finish wants the directory at which the root is mounted, as "
			"--finish /sysroot\n");
		return STATUS_WRONG_INPUT;
	}
	if (!boot_prepare(context, "finish", MOMENT_FINISH, &status) ||
	    context->config->mode == SWITCH_PLAN)
		return status;
	if (!host_root_is_mounted(&context->root, context->operand,
				  context->machine->command_line)) {
		boot_log(context, LOG_LOOK,
			 "no root file system is mounted at %s: what is held stays held",
			 context->operand);
		return STATUS_NOT_AS_ASKED;
	}
	report_read(&context->root, context->machine->boot_id, context->report);
	carry_finish(&carry, context->machine->rescue);
	boot_report(context, "finish", is_news);
	for (uint16_t d = 0; d < context->plan->decision_count; d++)
		if (is_news(context, d) && !boot_as_asked(context->outcome->of[d].result))
			status = STATUS_NOT_AS_ASKED;
	return status;
}

const struct command command_finish = {
	.name = "finish",
	.operand = "ROOT",
	.help = "in the initramfs, once the root is mounted at ROOT: bind what is held",
	.run = run,
};
