/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/leave.h"

#include <errno.h>

#include "act/attribute.h"
#include "act/console.h"

/* Has the console on the screen that stays. Returns 0 or -errno. */
static int move_console(struct carry *carry)
{
	struct console_move *console = &carry->outcome->console;
	int framebuffer = carry->machine->functions[carry->plan->screen].framebuffer;
	int error = -ENOENT;

	if (console->tried)
		return 0;
	console->to = carry->plan->screen;
	if (framebuffer != FRAMEBUFFER_NONE)
		error = console_map(carry->root, framebuffer);
	if (error && error != -ENOENT) {
		console->error = -error;
		return error;
	}
	console->tried = true;
	/* Where there is no such device, it finds another framebuffer by itself once its own is gone. A machine that has no console to
	 * lose has its screen all the same. */
	if (error) {
		console->error = -console_wake(carry->root);
		console->rebind = console->error == 0;
	}
	return 0;
}

/* That it fails is seen afterwards, in what still has the card's memory. */
static void evict_firmware(struct carry *carry, uint16_t first, uint16_t end)
{
	const struct picture *picture = &carry->machine->picture;
	struct console_move *console = &carry->outcome->console;

	for (uint16_t d = first; d < end; d++)
		if (carry->plan->decisions[d].function == picture->owner && picture->driver &&
		    !console->evicted)
			console->evicted = attribute_unbind_platform(carry->root, picture->device,
								     picture->driver) == 0;
}

int leave_screen(struct carry *carry, uint16_t first, uint16_t end, uint16_t mover)
{
	const struct plan *plan = carry->plan;
	int error = 0;

	if (carry->last_words)
		carry->last_words(carry, mover);
	if (plan->screen != FUNCTION_NONE)
		error = move_console(carry);
	/* Who says early or force does without a console. */
	if (error && carry->in_finish && !plan->of[plan->decisions[mover].function].choice.force)
		return error;
	evict_firmware(carry, first, end);
	return 0;
}

void leave_finished(struct carry *carry)
{
	struct console_move *console = &carry->outcome->console;

	if (!console->rebind)
		return;
	console->rebind = false;
	console->error = -console_rebind(carry->root);
}
