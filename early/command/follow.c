/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "act/console.h"
#include "command/boot.h"
#include "read/look.h"
#include "read/screen.h"

#define POLL_MILLISECONDS 100

/* Whether a display is held that may show the prompt: without one there is nothing to follow. */
static bool prompt_may_move(const struct context *context)
{
	for (uint16_t d = 0; d < context->plan->decision_count; d++)
		if (context->plan->decisions[d].moves_console)
			return true;
	return false;
}

/* The display that stays, once somebody can see the console on it, or FUNCTION_NONE. Its framebuffer comes a moment after its
 * connectors, where the kernel has such devices at all. */
static uint16_t screen_to_see(const struct context *context)
{
	uint16_t screen = context->plan->screen;
	const struct function *function;

	if (screen == FUNCTION_NONE)
		return FUNCTION_NONE;
	function = &context->machine->functions[screen];
	if (function->has_screen != YES ||
	    (function->framebuffer == FRAMEBUFFER_NONE && screen_has_devices(&context->root)))
		return FUNCTION_NONE;
	return screen;
}

/* Looks again, until there is a screen or the time is over. */
static uint16_t wait_for_screen(const struct context *context)
{
	const struct timespec pause = { .tv_nsec = POLL_MILLISECONDS * 1000000L };
	int left = context->config->prompt_seconds * 1000;

	while (screen_to_see(context) == FUNCTION_NONE && left > 0) {
		nanosleep(&pause, NULL);
		left -= POLL_MILLISECONDS;
		if (look_at_machine(&context->root, context->machine, NULL))
			break;
		look_at_choice(&context->root, context->config, context->machine->kernel.release,
			       context->machine, context->plan);
		make_plan(context->config, context->machine, MOMENT_FINISH, context->plan);
	}
	return screen_to_see(context);
}

static enum status move_to(const struct context *context, uint16_t screen)
{
	const struct function *function = &context->machine->functions[screen];
	int error = function->framebuffer == FRAMEBUFFER_NONE ?
			    -ENOENT :
			    console_map(&context->root, function->framebuffer);

	if (error == 0) {
		boot_log(context, LOG_DONE, "the prompt is on " ADDRESS_FORMAT " now",
			 ADDRESS_PARTS(function->at));
		return STATUS_AS_ASKED;
	}
	boot_log(context, LOG_LOOK, "the prompt could not be moved to " ADDRESS_FORMAT " (%s)%s",
		 ADDRESS_PARTS(function->at), strerror(-error),
		 error == -ENOENT ? "; this kernel has no /dev/fb devices" : "");
	return STATUS_NOT_AS_ASKED;
}

static enum status run(struct context *context)
{
	enum status status;
	uint16_t screen;

	if (!boot_prepare(context, BOOT_FOLLOW, &status) || context->config->mode == SWITCH_PLAN ||
	    context->config->prompt != PROMPT_FOLLOW || !prompt_may_move(context))
		return status;
	screen = wait_for_screen(context);
	if (screen != FUNCTION_NONE)
		return move_to(context, screen);
	boot_log(
		context, LOG_LOOK,
		"no card that stays had a screen within %u s: the prompt stays where it is; is its "
		"driver in the initramfs?",
		context->config->prompt_seconds);
	return STATUS_NOT_AS_ASKED;
}

const struct command command_follow = {
	.name = "follow",
	.help = "before the prompt: move it to a card that stays",
	.run = run,
};
