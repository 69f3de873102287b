/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/desk.h"
#include "read/binding.h"
#include "read/host.h"
#include "tell/tell.h"

static enum status run(struct context *context)
{
	enum status status = desk_read_config(context);
	char missing[DESK_MISSING_BYTES];
	struct text text = TEXT_OVER(missing);
	enum status warned;

	if (status == STATUS_AS_ASKED)
		status = desk_plan(context, true);
	if (status != STATUS_AS_ASKED)
		return status;
	for (uint16_t d = 0; d < context->plan->decision_count; d++)
		binding_read_resets(&context->root, context->machine,
				    context->plan->decisions[d].function);
	context->machine->generator = context->report->generator ? context->report->generator :
								   host_generator(&context->root);
	find(context->config, context->machine, context->plan, context->report, context->findings);
	if (context->with_images)
		desk_look_at_images(context);
	if (context->json && !context->quiet) {
		desk_find_missing_drivers(context, &text);
		tell_check_document(stdout, context->config, context->machine, context->plan,
				    context->findings, missing,
				    context->with_images ? context->images : NULL);
		context->quiet = true;
	} else if (!context->quiet) {
		tell_problems(stdout, context->config);
		if (context->config->rule_count == 0)
			printf("there is no rule in " CONFIG_FILE " or " CONFIG_FOLDER
			       ": nothing is asked for\n");
		tell_findings(stdout, context->config, context->machine, context->plan,
			      context->findings);
		if (context->with_images)
			tell_images(stdout, context->machine, context->images);
	}
	warned = desk_warn(stdout, context);
	if (context->findings->not_as_asked || context->config->problem_count ||
	    (context->with_images && context->images->not_as_asked))
		return STATUS_NOT_AS_ASKED;
	return warned == STATUS_AS_ASKED && context->with_images && context->images->unknown ?
		       STATUS_UNREADABLE :
		       warned;
}

const struct command command_check = {
	.name = "check",
	.help = "tell whether this system is as asked; --images: the images on disk too",
	.json = true,
	.run = run,
};
