/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/boot.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/times.h>
#include <unistd.h>

#include "act/console.h"
#include "act/report.h"
#include "read/cmdline.h"
#include "read/files.h"
#include "read/guard.h"
#include "read/image.h"
#include "read/input.h"
#include "read/look.h"
#include "read/needs.h"
#include "read/rule.h"
#include "tell/tell.h"

#define SENTENCE_BYTES 1024
#define NOTICEABLE_MILLISECONDS 100
#define REPORT_BYTES 2048 /* more than its head, or any line of it, has */

void boot_log(const struct context *context, enum log_level level, const char *format, ...)
{
	char sentence[SENTENCE_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	log_line(&context->root, level, sentence);
}

void boot_log_result(const struct context *context, uint16_t d)
{
	char sentence[SENTENCE_BYTES];
	struct text text = TEXT_OVER(sentence);
	int level;

	text_clear(&text);
	level = tell_result(&text, context->config, context->machine, context->plan,
			    context->outcome, d);
	log_line(&context->root, (enum log_level)level, sentence);
}

static void log_problems(const struct context *context)
{
	const struct config *config = context->config;

	for (uint32_t p = 0; p < config->problem_count && p < CONFIG_MAX_PROBLEMS; p++) {
		char sentence[SENTENCE_BYTES];
		struct text text = TEXT_OVER(sentence);

		text_clear(&text);
		tell_problem(&text, config, &config->problems[p]);
		log_line(&context->root, LOG_NOT_DONE, sentence);
	}
}

/* In the running system: whether the configuration is still the one that this boot began with. */
static bool is_of_this_boot(const struct context *context)
{
	if (context->report->hash == context->config->hash)
		return true;
	boot_log(context, LOG_LOOK,
		 "the configuration has changed since this boot began: what is held stays held "
		 "until "
		 "the next boot");
	return false;
}

/* What is wrong with the configuration in the image, or NULL: one that has an error, or is not the one that was embedded, may name
 * another card than its owner meant. */
static const char *config_fault(const struct context *context, const struct image *image)
{
	if (context->config->file_problem_count > 0 && !image->there)
		return "the configuration has errors: what is held stays held, and nothing more is "
		       "bound";
	if (context->config->file_problem_count > 0)
		return "the configuration in this initramfs has errors: nothing is bound on this "
		       "boot";
	if (image->there && image->format == 0)
		return IMAGE_FILE " cannot be understood: nothing is bound on this boot; build the "
				  "initramfs again";
	if (image->there && image->hash != context->config->hash)
		return "the configuration in this initramfs is not the one it was built with: "
		       "nothing is bound on this boot; build the initramfs again";
	return NULL;
}

/* Tells check that claim did nothing, and why: the key says what of, REPORT_NOTHING or REPORT_UNREAD. */
static void report_nothing(const struct context *context, const char *key, const char *why)
{
	char bytes[REPORT_BYTES];
	struct text text = TEXT_OVER(bytes);
	struct report_file file;

	if (report_begin(&context->root, "claim", &file))
		return; /* the log has it */
	text_clear(&text);
	tell_report_head(&text, context->config, context->machine);
	text_add(&text, "%s %s\n", key, why);
	report_add(&file, &text);
	if (report_end(&file))
		boot_log(context, LOG_LOOK, "the report of this boot cannot be written");
}

static void tell_unread_machine(const struct context *context, enum boot_stage stage)
{
	char sentence[SENTENCE_BYTES];
	struct text text = TEXT_OVER(sentence);

	text_clear(&text);
	text_add(&text, "the machine cannot be read (%s): nothing is bound on this boot",
		 context->machine->trouble);
	boot_log(context, LOG_NOT_DONE, "%s", sentence);
	if (stage == BOOT_CLAIM)
		report_nothing(context, REPORT_UNREAD, sentence);
}

/* Whether the configuration is one to act on; where it is not, why is logged. */
static bool config_is_sound(const struct context *context, enum boot_stage stage,
			    const struct image *image)
{
	const char *fault = config_fault(context, image);

	log_problems(context);
	if (!fault)
		return image->there || is_of_this_boot(context);
	boot_log(context, LOG_NOT_DONE, "%s", fault);
	if (stage == BOOT_CLAIM)
		report_nothing(context, REPORT_NOTHING, fault);
	return false;
}

/* Whether this stage may run in this place. */
static bool is_place(enum boot_stage stage, const struct image *image, enum status *status)
{
	static const char *const names[] = {
		[BOOT_CLAIM] = "claim",
		[BOOT_FOLLOW] = "follow",
		[BOOT_RELEASE] = "release",
		[BOOT_FINISH] = "finish",
	};

	*status = STATUS_WRONG_INPUT;
	if (stage == BOOT_LATE || image->there != (stage == BOOT_HELD))
		return true;
	if (stage == BOOT_HELD)
		fprintf(stderr,
			"earlybind: --finish wants the directory at which the root is mounted, as "
			"--finish /sysroot\n");
	else
		fprintf(stderr,
			"earlybind: --%s is for the initramfs, and this is none of earlybind's: "
			"there is no %s\n",
			names[stage], IMAGE_FILE);
	return false;
}

/* Whether this boot has bound all that it wrote of. */
static bool all_is_bound(const struct context *context)
{
	const struct machine *machine = context->machine;

	for (uint16_t f = 0; f < machine->function_count; f++) {
		const struct report_line *line =
			report_last_line(context->report, machine->functions[f].at);

		if (line && strcmp(line->result, REPORT_BOUND) != 0 &&
		    strcmp(line->result, REPORT_WAS_BOUND) != 0)
			return false;
	}
	return true;
}

/* Marks what claim left waiting. */
static void mark_waiting(const struct context *context)
{
	struct machine *machine = context->machine;

	for (uint16_t f = 0; f < machine->function_count; f++) {
		const struct report_line *line =
			report_last_line(context->report, machine->functions[f].at);

		machine->functions[f].waited =
			line && (strcmp(line->result, tell_result_word(RESULT_WAITS)) == 0 ||
				 strcmp(line->result, tell_result_word(RESULT_STILL_WAITS)) == 0);
	}
}

/* Marks the card of the function that has appeared. */
static void mark_appeared(const struct context *context)
{
	struct machine *machine = context->machine;
	struct pci_address at;
	uint16_t f = FUNCTION_NONE;

	if (address_read(context->operand, &at))
		f = machine_find(machine, at);
	if (f == FUNCTION_NONE)
		return;
	for (uint16_t other = context->plan->of[f].card.first; other != FUNCTION_NONE;
	     other = context->plan->of[other].card.next)
		machine->functions[other].appeared = true;
}

/* What is in the initramfs is bound, or held, before drivers come; a function that appears later meets all of them. */
static enum moment moment_of(enum boot_stage stage, const struct image *image)
{
	return stage == BOOT_CLAIM || (stage == BOOT_LATE && image->there) ? MOMENT_CLAIM :
									     MOMENT_FINISH;
}

bool boot_prepare(struct context *context, enum boot_stage stage, enum status *status)
{
	enum moment moment;
	struct image image;
	int error;

	image_read(&context->root, &image);
	if (!is_place(stage, &image, status))
		return false;
	moment = moment_of(stage, &image);
	if (stage == BOOT_LATE || stage == BOOT_HELD)
		report_lock(&context->root);
	error = look_at_machine(&context->root, context->machine,
				stage == BOOT_CLAIM ? NULL : context->report);
	if (image.generator[0])
		context->machine->generator = text_keep(&context->machine->text, image.generator,
							strlen(image.generator));
	*status = STATUS_AS_ASKED;
	if (context->machine->crash_dump) {
		boot_log(context, LOG_DETAIL, "this kernel only saves a crash dump: nothing to do");
		return false;
	}
	/* Nothing of ours ran when this system was started. */
	if ((stage == BOOT_LATE || stage == BOOT_HELD) && !context->report->there)
		return false;
	/* The rule of udev starts it at every change of a screen. */
	if (stage == BOOT_HELD && !error && all_is_bound(context))
		return false;
	config_begin(context->config);
	cmdline_read(context->config, context->machine->command_line);
	if (context->config->mode == SWITCH_OFF) {
		log_problems(context);
		boot_log(context, LOG_LOOK,
			 "switched off for this boot by the kernel command line");
		return false;
	}
	config_read(context->config, &context->root, NULL, false);
	if (!config_is_sound(context, stage, &image)) {
		*status = STATUS_WRONG_INPUT;
		return false;
	}
	if (error) {
		tell_unread_machine(context, stage);
		*status = STATUS_UNREADABLE;
		return false;
	}
	look_at_choice(&context->root, context->config, context->machine->kernel.release,
		       context->machine, context->plan);
	if (image.there)
		guard_read(&context->root, context->machine);
	if (stage == BOOT_LATE)
		mark_appeared(context);
	else if (stage != BOOT_CLAIM)
		mark_waiting(context);
	if (stage == BOOT_FINISH || stage == BOOT_HELD ||
	    (stage == BOOT_LATE && moment == MOMENT_FINISH)) {
		input_read(&context->root, context->machine);
		needs_read(&context->root, stage == BOOT_FINISH ? context->operand : "/",
			   context->machine);
	}
	make_plan(context->config, context->machine, moment, context->plan);
	return true;
}

void boot_last_words(const struct carry *carry, uint16_t d)
{
	const struct context *context = carry->teller;
	const struct machine *machine = context->machine;
	struct pci_address at = machine->functions[context->plan->decisions[d].function].at;
	char sentence[SENTENCE_BYTES];
	struct text text = TEXT_OVER(sentence);

	text_clear(&text);
	text_add(&text,
		 ADDRESS_FORMAT " goes to the guest, and the picture on its screen stands still; ",
		 ADDRESS_PARTS(at));
	if (context->plan->screen == FUNCTION_NONE)
		text_add(&text, "no other card has a screen now");
	else
		text_add(&text, "the console goes on at " ADDRESS_FORMAT,
			 ADDRESS_PARTS(machine->functions[context->plan->screen].at));
	console_say(&context->root, sentence);
}

struct carry boot_carry(const struct context *context,
			void (*told)(const struct carry *carry, uint16_t decision))
{
	return (struct carry){
		.root = &context->root,
		.machine = context->machine,
		.plan = context->plan,
		.outcome = context->outcome,
		.told = told,
		.last_words = boot_last_words,
		.teller = context,
	};
}

/* What a person may notice of the boot is told. */
static void log_time(const struct context *context, const char *stage)
{
	struct tms unused;
	long milliseconds = (times(&unused) - context->started) * (1000 / sysconf(_SC_CLK_TCK));

	if (milliseconds >= NOTICEABLE_MILLISECONDS)
		boot_log(context, LOG_DETAIL, "%s took %ld ms", stage, milliseconds);
}

void boot_report(const struct context *context, const char *stage,
		 bool (*wanted)(const struct context *context, uint16_t decision))
{
	char bytes[REPORT_BYTES];
	struct text text = TEXT_OVER(bytes);
	struct report_file file;
	int error = report_begin(&context->root, stage, &file);

	if (!error) {
		text_clear(&text);
		tell_report_head(&text, context->config, context->machine);
		report_add(&file, &text);
		for (uint16_t d = 0; d < context->plan->decision_count; d++) {
			if (wanted && !wanted(context, d))
				continue;
			text_clear(&text);
			tell_report_line(&text, context->config, context->machine, context->plan,
					 context->outcome, d);
			report_add(&file, &text);
		}
		error = report_end(&file);
	}
	if (error)
		boot_log(context, LOG_LOOK, "the report /run/earlybind/%s cannot be written (%s)",
			 stage, strerror(-error));
	log_time(context, stage);
}

bool boot_as_asked(enum result result)
{
	return result == RESULT_HELD || result == RESULT_WAITS || result == RESULT_BOUND ||
	       result == RESULT_WAS_BOUND;
}
