/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/desk.h"
#include "read/binding.h"
#include "read/host.h"
#include "tell/tell.h"

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
	context->machine->generator = context->report->generator ? context->report->generator :
								   host_generator(&context->root);
	find(context->config, context->machine, context->plan, context->report, context->findings);
	lacks = desk_find_missing_drivers(context, &text);
	text_clear(&summary);
	tell_summary(&summary, context->config, context->plan, context->findings, missing);
	if (lacks || context->plan->not_as_asked || context->findings->not_as_asked ||
	    context->config->problem_count)
		status = STATUS_NOT_AS_ASKED;
	if (context->quiet)
		return status;
	if (context->brief) {
		printf("%s%s%s\n", journal_level(status), sentence,
		       status == STATUS_AS_ASKED ? "" : "; see earlybind --check");
		return status;
	}
	if (context->json) {
		tell_check_document(stdout, context->config, context->machine, context->plan,
				    context->findings, missing);
		return status;
	}
	tell_problems(stdout, context->config);
	tell_findings(stdout, context->config, context->machine, context->plan, context->findings);
	tell_missing(stdout, missing);
	tell_warnings(stdout, context->config, context->machine, context->plan);
	tell_notes(stdout, context->config, context->machine, context->plan, context->findings);
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
