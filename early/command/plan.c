/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/desk.h"
#include "tell/tell.h"

static enum status run(struct context *context)
{
	enum status status = desk_read_config(context);

	if (status == STATUS_AS_ASKED)
		status = desk_plan(context, false);
	if (status != STATUS_AS_ASKED)
		return status;
	if (context->config->rule_count == 0 && !context->quiet)
		printf("there is no rule in " CONFIG_FILE " or " CONFIG_FOLDER
		       ": nothing will be bound\n");
	if (!context->quiet)
		tell_plan(stdout, context->config, context->machine, context->plan);
	if (tell_matches(context->quiet ? NULL : stderr, context->config, context->machine,
			 context->plan) > 0)
		status = STATUS_NOT_AS_ASKED;
	for (uint16_t d = 0; d < context->plan->decision_count; d++)
		if (context->plan->decisions[d].fate == FATE_REFUSE)
			status = STATUS_NOT_AS_ASKED;
	return status;
}

const struct command command_plan = {
	.name = "plan",
	.help = "what the next boot will do with this configuration, and why; changes nothing",
	.run = run,
};
