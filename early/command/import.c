/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "import.h"

#include <stdio.h>
#include <string.h>

#include "command/command.h"
#include "decide/decide.h"
#include "read/binding.h"
#include "read/look.h"
#include "read/remnants.h"
#include "read/screen.h"
#include "tell/tell.h"

static struct import import;

static enum status run(struct context *context)
{
	const struct remnants *remnants = context->remnants;
	struct machine *machine = context->machine;

	if (look_at_machine(&context->root, machine, context->report)) {
		if (!context->quiet)
			fprintf(stderr, "earlybind: the machine cannot be read: %s\n",
				machine->trouble);
		return STATUS_UNREADABLE;
	}
	screen_read(&context->root, machine);
	for (uint16_t f = 0; f < machine->function_count; f++)
		binding_read(&context->root, machine, f);
	remnants_read(&context->root, context->remnants);
	find_cards(machine, context->plan);
	make_import(remnants, machine, context->plan, &import);
	if (!context->quiet)
		tell_import(stdout, remnants, machine, context->plan, &import);
	for (uint16_t u = 0; u < remnants->unread_count && !context->quiet; u++)
		fprintf(stderr, "earlybind: %s cannot be read: %s; what it says is not imported\n",
			remnants->unread[u].path, strerror(remnants->unread[u].error));
	if (remnants->unread_count > 0)
		return STATUS_UNREADABLE;
	if (import.to_choose && !context->quiet)
		fprintf(stderr, "earlybind: there is something to choose: see TO CHOOSE and NOT "
				"ALL READ in what was printed\n");
	return import.to_choose ? STATUS_NOT_AS_ASKED : STATUS_AS_ASKED;
}

const struct command command_import = {
	.name = "import",
	.help = "print what the old ways ask for as a configuration",
	.run = run,
};
