/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/desk.h"
#include "read/binding.h"
#include "read/input.h"
#include "read/needs.h"
#include "read/pciids.h"
#include "read/rule.h"
#include "read/screen.h"
#include "tell/tell.h"

/* Whatever the configuration says, be it wrong: it is what its owner is about to write. */
static enum status run(struct context *context)
{
	struct machine *machine = context->machine;
	enum status status = desk_read_machine(context);

	if (status != STATUS_AS_ASKED)
		return status;
	screen_read(&context->root, machine);
	for (uint16_t f = 0; f < machine->function_count; f++)
		binding_read(&context->root, machine, f);
	input_read(&context->root, machine);
	needs_read(&context->root, "/", machine);
	pciids_read(&context->root, machine, context->names);
	config_begin(context->config);
	make_plan(context->config, machine, MOMENT_NEXT_BOOT, context->plan);
	if (context->json && !context->quiet)
		tell_list_document(stdout, machine, context->plan, context->names);
	else if (!context->quiet)
		tell_list(stdout, machine, context->plan, context->names);
	return STATUS_AS_ASKED;
}

const struct command command_list = {
	.name = "list",
	.help = "the cards of this machine, and the line to paste for each",
	.json = true,
	.run = run,
};
