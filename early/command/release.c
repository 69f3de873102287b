/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/boot.h"

static void told(const struct carry *carry, uint16_t d)
{
	boot_log_result(carry->teller, d);
}

static bool is_released(const struct context *context, uint16_t d)
{
	return context->outcome->of[d].result != RESULT_UNTOUCHED;
}

static enum status run(struct context *context)
{
	struct carry carry = boot_carry(context, told);
	enum status status;
	bool any = false;

	if (!boot_prepare(context, BOOT_RELEASE, &status) || context->config->mode == SWITCH_PLAN)
		return status;
	carry_release(&carry);
	for (uint16_t d = 0; d < context->plan->decision_count; d++)
		any |= is_released(context, d);
	if (any)
		boot_report(context, "release", is_released);
	return status;
}

const struct command command_release = {
	.name = "release",
	.help = "before an emergency shell: give disks back to the host",
	.run = run,
};
