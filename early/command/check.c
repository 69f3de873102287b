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

/* Fills what look_at_choice and make_plan have not. */
static void read_more(struct context *context)
{
	for (uint16_t d = 0; d < context->plan->decision_count; d++)
		binding_read_resets(&context->root, context->machine,
				    context->plan->decisions[d].function);
	support_read(&context->root, context->machine);
	support_read_nodes(&context->root, context->machine);
	context->machine->generator = context->report->generator ? context->report->generator :
								   host_generator(&context->root);
}

static enum status verdict(const struct checked *checked)
{
	const struct images *images = checked->images;

	if (*checked->missing || checked->plan->not_as_asked || checked->findings->not_as_asked ||
	    checked->old->fights || checked->config->problem_count ||
	    (images && images->not_as_asked))
		return STATUS_NOT_AS_ASKED;
	return checked->old->unsure || (images && images->unknown) ? STATUS_UNREADABLE :
								     STATUS_AS_ASKED;
}

/* First what is wrong, then what is only worth knowing, and all of it in one sentence at last. */
static void tell_all(const struct checked *checked, const char *summary, enum status status)
{
	tell_problems(stdout, checked->config);
	tell_findings(stdout, checked->config, checked->machine, checked->plan, checked->findings);
	tell_old_ways(stdout, checked->machine, checked->plan, checked->old, false);
	if (checked->images)
		tell_images(stdout, checked->machine, checked->images);
	tell_missing(stdout, checked->missing);
	tell_warnings(stdout, checked->config, checked->machine, checked->plan);
	tell_notes(stdout, checked->config, checked->machine, checked->plan, checked->findings);
	tell_old_ways(stdout, checked->machine, checked->plan, checked->old, true);
	tell_sentence(stdout, status == STATUS_AS_ASKED ? TONE_GOOD : TONE_BAD, summary);
}

static void tell_brief(const char *summary, enum status status)
{
	printf("%s%s%s\n", journal_level(status), summary,
	       status == STATUS_AS_ASKED ? "" : "; see earlybind --check");
}

/* Reads the configuration and the machine. What is wrong with them is one line where --brief asks for that. */
static enum status prepare(struct context *context)
{
	bool quiet = context->quiet;
	enum status status;

	context->quiet |= context->brief;
	status = desk_read_config(context);
	if (context->brief && !quiet && status != STATUS_AS_ASKED)
		tell_brief(status == STATUS_WRONG_INPUT ? "the configuration has errors" :
							  "the configuration cannot be read",
			   status);
	if (status == STATUS_AS_ASKED) {
		status = desk_plan(context, true);
		if (context->brief && !quiet && status != STATUS_AS_ASKED)
			tell_brief("the machine cannot be read", status);
	}
	context->quiet = quiet;
	return status;
}

static enum status run(struct context *context)
{
	enum status status = prepare(context);
	char missing[DESK_MISSING_BYTES];
	struct text lacking = TEXT_OVER(missing);
	char summary[256];
	struct text text = TEXT_OVER(summary);
	const struct checked checked = {
		.config = context->config,
		.machine = context->machine,
		.plan = context->plan,
		.findings = context->findings,
		.old = &old,
		.images = context->with_images ? context->images : NULL,
		.missing = missing,
	};

	if (status != STATUS_AS_ASKED)
		return status;
	read_more(context);
	find(context->config, context->machine, context->plan, context->report, context->findings);
	look_for_old_ways(context);
	find_ways(context->remnants, context->machine, context->plan, context->findings);
	if (context->with_images)
		desk_look_at_images(context);
	(void)desk_find_missing_drivers(context, &lacking);
	status = verdict(&checked);
	if (context->quiet)
		return status;
	text_clear(&text);
	tell_summary(&text, &checked);
	if (context->json)
		tell_check_document(stdout, &checked);
	else if (context->brief)
		tell_brief(summary, status);
	else
		tell_all(&checked, summary, status);
	return status;
}

const struct command command_check = {
	.name = "check",
	.help = "is this system as asked?",
	.json = true,
	.brief = true,
	.run = run,
};
