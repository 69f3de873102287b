/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/desk.h"
#include "read/pciids.h"
#include "tell/tell.h"

static enum status run(struct context *context)
{
	enum status status = desk_read_config(context);

	if (status == STATUS_AS_ASKED)
		status = desk_plan(context, false);
	if (status != STATUS_AS_ASKED)
		return status;
	pciids_read(&context->root, context->machine, context->names);
	if (!context->quiet) {
		if (context->plan->decision_count == 0)
			fprintf(stderr, "the configuration chooses nothing of this machine: there "
					"is nothing to paste\n");
		else
			tell_libvirt(stdout, context->config, context->machine, context->plan,
				     context->names);
	}
	return desk_warn(stderr, context);
}

const struct command command_libvirt = {
	.name = "libvirt",
	.help = "the <hostdev> elements of the chosen cards, for a domain",
	.run = run,
};
