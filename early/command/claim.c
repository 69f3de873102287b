/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "command/boot.h"
#include "read/modules.h"

#define IDS_BYTES 1024

static void told(const struct carry *carry, uint16_t d)
{
	boot_log_result(carry->teller, d);
}

/* A left-over ids= is set aside by our own, which comes last; where vfio-pci was there before us it has had its way. */
static void log_left_over_ids(const struct context *context)
{
	char bytes[IDS_BYTES];
	struct text ids = TEXT_OVER(bytes);

	modules_left_over_ids(&context->root, "vfio_pci", &ids);
	if (ids.used == 0)
		return;
	if (context->machine->vfio_pci == DRIVER_ABSENT)
		boot_log(context, LOG_LOOK,
			 "vfio-pci.ids=%s, from the kernel command line or modprobe.d, is set "
			 "aside: only what "
			 "the configuration names is bound",
			 ids.start);
	else
		boot_log(context, LOG_LOOK,
			 "vfio-pci was there before earlybind and has taken every card with an id "
			 "of %s; take that "
			 "option away",
			 ids.start);
}

static void log_unmatched(const struct context *context)
{
	for (uint16_t r = 0; r < context->config->rule_count; r++)
		if (context->plan->matches[r].count == 0)
			boot_log(context, LOG_LOOK, "nothing in this machine is meant by: %s",
				 context->config->rules[r].text);
	if (context->machine->vanished)
		boot_log(context, LOG_LOOK, "%u functions vanished while they were read",
			 context->machine->vanished);
}

static enum status run(struct context *context)
{
	struct carry carry = {
		.root = &context->root,
		.machine = context->machine,
		.plan = context->plan,
		.outcome = context->outcome,
		.told = told,
		.teller = context,
	};
	enum status status;

	if (!boot_prepare(context, "claim", MOMENT_CLAIM, &status))
		return status;
	log_unmatched(context);
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
	for (uint16_t d = 0; d < context->plan->decision_count; d++)
		if (!boot_as_asked(context->outcome->of[d].result))
			status = STATUS_NOT_AS_ASKED;
	return status;
}

const struct command command_claim = {
	.name = "claim",
	.help = "in the initramfs, before udev: keep every driver from the chosen functions",
	.run = run,
};
