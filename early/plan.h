/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What to do with each chosen function, and why. A plan is a list that can be printed. */
#ifndef EARLYBIND_PLAN_H
#define EARLYBIND_PLAN_H

#include <stdint.h>

#include "config.h"
#include "machine.h"

/* Which moment a plan is made for. What a function's driver means differs: at the desk it is what the
 * running system loaded; in claim it was there before us. */
enum moment { MOMENT_NEXT_BOOT, MOMENT_CLAIM, MOMENT_FINISH };

enum fate {
	FATE_BIND, /* in claim */
	FATE_HOLD, /* kept from every driver in claim, bound in finish */
	FATE_REFUSE,
};

enum reason {
	REASON_HARMLESS, /* a kind of function whose binding disturbs nothing */
	REASON_DISPLAY, /* a display that can reach the console's framebuffer */
	REASON_ALREADY, /* has the driver that was asked for */
	REASON_COMPANION, /* waits for, or is refused with, another function of its card */
	/* refusals */
	REASON_BRIDGE,
	REASON_BELOW_VMD,
	REASON_NO_GROUP,
	REASON_USB,
	REASON_STORAGE,
	REASON_NETWORK,
	REASON_OTHER_KIND,
	REASON_HAS_DRIVER,
	REASON_SHOWS_PICTURE,
	REASON_PICTURE_UNKNOWN,
	REASON_ROM_SHADOW,
	REASON_ROM_UNKNOWN,
	REASON_KERNEL_EVICTS,
};

struct decision {
	uint16_t function; /* index into machine.functions */
	uint16_t rule; /* index into config.rules: the first line that chooses it */
	uint16_t
		companion; /* REASON_COMPANION: index into decisions of the one that decides; else unused */
	enum fate fate;
	enum reason reason;
	const char *driver; /* the one to bind to */
};

#define RULE_NONE UINT16_MAX

/* What a line of the configuration came to. */
struct match {
	uint16_t count; /* functions that meet its conditions */
	uint16_t left; /* of these, not taken away again by a keep line */
	uint16_t shadowed_by; /* a keep line that took one, or RULE_NONE */
};

struct plan {
	struct decision decisions
		[MACHINE_MAX_FUNCTIONS]; /* by address: the functions of a card stand together */
	uint16_t decision_count;
	struct match matches[CONFIG_MAX_RULES];
};

/* Decides what becomes of every function that the configuration chooses. Touches nothing but *plan. */
void make_plan(const struct config *config, const struct machine *machine, enum moment moment,
	       struct plan *plan);

#endif
