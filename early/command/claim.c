/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "command/boot.h"
#include "read/remnants.h"
#include "tell/tell.h"

#define IDS_BYTES 1024
#define SENTENCE_BYTES 1024

static void told(const struct carry *carry, uint16_t d)
{
	boot_log_result(carry->teller, d);
}

/* What vfio-pci has that the configuration does not name: an ids= of its own was there before us. */
static void log_taken(const struct context *context)
{
	for (uint16_t f = 0; f < context->machine->function_count; f++) {
		const struct function *function = &context->machine->functions[f];
		const struct choice *choice = &context->plan->of[f].choice;

		if (function->driver && strcmp(function->driver, "vfio-pci") == 0 &&
		    (choice->bind == RULE_NONE || choice->keep != RULE_NONE))
			boot_log(context, LOG_LOOK,
				 ADDRESS_FORMAT ": vfio-pci took it before earlybind ran, and no "
						"line asks for that; take vfio-pci.ids= "
						"off the kernel command line and out of modprobe.d",
				 ADDRESS_PARTS(function->at));
	}
}

/* A left-over ids= is set aside by our own, which comes last; where vfio-pci was there before us it has had its way. */
static void log_left_over_ids(const struct context *context)
{
	char bytes[IDS_BYTES];
	struct text ids = TEXT_OVER(bytes);

	/* Built in, or loaded before us, it has had its way: what it took can be seen. */
	if (context->machine->vfio_pci != DRIVER_ABSENT)
		return log_taken(context);
	remnants_read_options(&context->root, context->remnants);
	remnants_ids(context->remnants, "vfio_pci", &ids);
	if (ids.used > 0)
		boot_log(context, LOG_LOOK,
			 "vfio-pci.ids=%s, from the kernel command line or modprobe.d, is set "
			 "aside: only what "
			 "the configuration names is bound",
			 ids.start);
}

/* What keeps a line from doing what it says; what is only worth a second look was told when the image was built. */
static void log_warnings(const struct context *context)
{
	for (uint16_t w = 0; w < context->plan->warning_count; w++) {
		char sentence[SENTENCE_BYTES];
		struct text text = TEXT_OVER(sentence);

		if (context->plan->warnings[w].kind >= WARNING_SEVERAL_CARDS)
			continue;
		text_clear(&text);
		tell_warning(&text, context->config, context->machine, context->plan,
			     &context->plan->warnings[w]);
		boot_log(context, LOG_LOOK, "%s", sentence);
	}
	if (context->machine->vanished)
		boot_log(context, LOG_LOOK, "%u functions vanished while they were read",
			 context->machine->vanished);
}

/* Whether all that is to be bound or held is so. */
static enum status status_of(const struct context *context)
{
	for (uint16_t d = 0; d < context->plan->decision_count; d++)
		if (!boot_as_asked(context->outcome->of[d].result))
			return STATUS_NOT_AS_ASKED;
	return STATUS_AS_ASKED;
}

/* Claims the card of one function that has just appeared, as a udev rule asks for it. */
static enum status run_late(struct context *context)
{
	struct carry carry = boot_carry(context, told);
	char stage[sizeof(REPORT_ADDED) + ADDRESS_BYTES];
	struct pci_address at;
	enum status status;
	uint16_t f;

	if (!address_read(context->operand, &at)) {
		fprintf(stderr, "earlybind: --claim %s: expected a function as in 0000:07:00.0\n",
			context->operand);
		return STATUS_WRONG_INPUT;
	}
	if (!boot_prepare(context, BOOT_LATE, &status) || context->config->mode == SWITCH_PLAN)
		return status;
	f = machine_find(context->machine, at);
	if (f == FUNCTION_NONE)
		return STATUS_AS_ASKED; /* it is gone again */
	plan_only_card(context->plan, f);
	if (context->plan->decision_count == 0)
		return STATUS_AS_ASKED;
	carry_claim(&carry);
	snprintf(stage, sizeof(stage), "%s" ADDRESS_FORMAT,
		 context->plan->moment == MOMENT_CLAIM ? REPORT_LATE : REPORT_ADDED,
		 ADDRESS_PARTS(at));
	boot_report(context, stage, NULL);
	return status_of(context);
}

static enum status run(struct context *context)
{
	struct carry carry = boot_carry(context, told);
	enum status status;

	if (context->operand)
		return run_late(context);
	if (!boot_prepare(context, BOOT_CLAIM, &status))
		return status;
	log_warnings(context);
	if (context->config->mode == SWITCH_PLAN) {
		for (uint16_t d = 0; d < context->plan->decision_count; d++) {
			context->outcome->of[d] = (struct result_of){ .result = RESULT_UNTOUCHED };
			told(&carry, d);
		}
	} else if (context->plan->decision_count > 0) {
		log_left_over_ids(context);
		carry_claim(&carry);
	}
	boot_report(context, "claim", NULL);
	return context->config->mode == SWITCH_ON ? status_of(context) : status;
}

const struct command command_claim = {
	.name = "claim",
	.operand = "FUNCTION",
	.help = "before udev: keep every driver from what is chosen",
	.run = run,
};
