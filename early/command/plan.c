/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/desk.h"
#include "tell/tell.h"

static enum status run(struct context *context)
{
	enum status status = desk_read_config(context);
	char missing[DESK_MISSING_BYTES];
	struct text text = TEXT_OVER(missing);

	if (status == STATUS_AS_ASKED)
		status = desk_plan(context, false);
	if (status != STATUS_AS_ASKED)
		return status;
	if (context->json && !context->quiet) {
		desk_find_missing_drivers(context, &text);
		tell_plan_document(stdout, context->config, context->machine, context->plan,
				   missing);
		context->quiet = true;
	}
	if (context->config->rule_count == 0 && !context->quiet)
		printf("there is no rule in " CONFIG_FILE " or " CONFIG_FOLDER
		       ": nothing will be bound\n");
	if (!context->quiet)
		tell_plan(stdout, context->config, context->machine, context->plan);
	return desk_warn(stderr, context);
}

const struct command command_plan = {
	.name = "plan",
	.help = "what the next boot will do, and why; changes nothing",
	.json = true,
	.run = run,
};
