/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/desk.h"

#include "read/cmdline.h"
#include "read/disk.h"
#include "read/files.h"
#include "read/look.h"
#include "read/parse.h"
#include "tell/tell.h"

enum status desk_read_config(struct context *context)
{
	config_begin(context->config);
	config_read(context->config, &context->root, context->config_file);
	if (context->config->problem_count == 0)
		return STATUS_AS_ASKED;
	if (!context->quiet)
		tell_problems(stderr, context->config);
	return STATUS_WRONG_INPUT;
}

enum status desk_plan(struct context *context, bool with_command_line)
{
	int error = look_at_machine(&context->root, context->machine);

	if (error) {
		if (!context->quiet)
			fprintf(stderr, "earlybind: the machine cannot be read: %s\n",
				context->machine->trouble);
		return STATUS_UNREADABLE;
	}
	if (with_command_line)
		cmdline_read(context->config, context->machine->command_line);
	look_at_bindings(&context->root, context->config, context->machine);
	make_plan(context->config, context->machine, MOMENT_NEXT_BOOT, context->plan);
	for (uint16_t d = 0; d < context->plan->decision_count; d++)
		if (context->plan->decisions[d].reason == REASON_STORAGE)
			disk_read(&context->root, context->machine,
				  context->plan->decisions[d].function);
	return STATUS_AS_ASKED;
}
