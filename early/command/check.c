/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/desk.h"
#include "read/binding.h"
#include "read/host.h"
#include "read/remnants.h"
#include "read/support.h"
#include "tell/tell.h"

static struct old_ways old;

/* Where no rule asks for anything, the old ways are the owner's only ones, and not worth reading. */
static void look_for_old_ways(struct context *context)
{
	remnants_begin(context->remnants);
	if (context->config->rule_count > 0) {
		remnants_read(&context->root, context->remnants);
		for (uint16_t f = 0; f < context->machine->function_count; f++) {
			const struct function *function = &context->machine->functions[f];

			if (function->is_virtual == UNKNOWN && function->driver &&
			    (strcmp(function->driver, "vfio-pci") == 0 ||
			     strcmp(function->driver, "pci-stub") == 0))
				binding_read(&context->root, context->machine, f);
		}
	}
	find_old_ways(context->remnants, context->config, context->machine, context->plan,
		      context->report, &old);
}

/* What the journal takes for the level of a line that a service prints (sd-daemon(3)): warning, or information. Nothing where
 * standard output goes elsewhere: JOURNAL_STREAM has the journal's device and inode (systemd.exec(5)). */
static const char *journal_level(enum status status)
{
	const char *journal = getenv("JOURNAL_STREAM");
	char stream[64];
	struct stat out;

	if (!journal || fstat(STDOUT_FILENO, &out))
		return "";
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)out.st_dev, (uintmax_t)out.st_ino);
	if (strcmp(journal, stream) != 0)
		return "";
	return status == STATUS_AS_ASKED ? "<6>" : "<4>";
}

static enum status run(struct context *context)
{
	enum status status = desk_read_config(context);
	char missing[DESK_MISSING_BYTES];
	struct text text = TEXT_OVER(missing);
	char sentence[256];
	struct text summary = TEXT_OVER(sentence);
	bool lacks;

	if (status == STATUS_AS_ASKED)
		status = desk_plan(context, true);
	if (status != STATUS_AS_ASKED)
		return status;
	for (uint16_t d = 0; d < context->plan->decision_count; d++)
		binding_read_resets(&context->root, context->machine,
				    context->plan->decisions[d].function);
	support_read(&context->root, context->machine);
	support_read_nodes(&context->root, context->machine);
	context->machine->generator = context->report->generator ? context->report->generator :
								   host_generator(&context->root);
	find(context->config, context->machine, context->plan, context->report, context->findings);
	look_for_old_ways(context);
	lacks = desk_find_missing_drivers(context, &text);
	text_clear(&summary);
	tell_summary(&summary, context->config, context->plan, context->findings, &old, missing);
	if (lacks || context->plan->not_as_asked || context->findings->not_as_asked || old.fights ||
	    context->config->problem_count)
		status = STATUS_NOT_AS_ASKED;
	else if (old.unsure)
		status = STATUS_UNREADABLE;
	if (context->quiet)
		return status;
	if (context->brief) {
		printf("%s%s%s\n", journal_level(status), sentence,
		       status == STATUS_AS_ASKED ? "" : "; see earlybind --check");
		return status;
	}
	if (context->json) {
		tell_check_document(stdout, context->config, context->machine, context->plan,
				    context->findings, &old, missing);
		return status;
	}
	tell_problems(stdout, context->config);
	tell_findings(stdout, context->config, context->machine, context->plan, context->findings);
	tell_old_ways(stdout, context->machine, context->plan, &old, false);
	tell_missing(stdout, missing);
	tell_warnings(stdout, context->config, context->machine, context->plan);
	tell_notes(stdout, context->config, context->machine, context->plan, context->findings);
	tell_old_ways(stdout, context->machine, context->plan, &old, true);
	tell_sentence(stdout, status == STATUS_AS_ASKED ? TONE_GOOD : TONE_BAD, sentence);
	return status;
}

const struct command command_check = {
	.name = "check",
	.help = "is this system as asked?",
	.json = true,
	.brief = true,
	.run = run,
};
