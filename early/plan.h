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
	FATE_BIND, /* now */
	FATE_HOLD, /* not yet: every driver is kept away from it meanwhile */
	FATE_WAIT, /* not yet: it keeps the driver it has, or finds, meanwhile */
	FATE_REFUSE,
};

/* Why. What a function waits for, until finish, is also what it was bound in spite of. */
enum reason {
	REASON_HARMLESS, /* a kind of function whose binding disturbs nothing */
	REASON_ALREADY, /* has the driver that was asked for */
	REASON_EARLY, /* its line says that it need not wait */
	REASON_CLEARED, /* the guard facts prove that the boot does without this storage controller */
	REASON_COMPANION, /* waits for, or is refused with, another function of its card */
	/* waiting */
	REASON_DISPLAY, /* a display that can reach the console's framebuffer */
	REASON_USB,
	REASON_STORAGE,
	REASON_OTHER_KIND,
	REASON_HAS_DRIVER, /* since before claim */
	REASON_KEYBOARD, /* a passphrase is still to be typed on it */
	REASON_RESCUE, /* on a boot for rescue nothing is taken from the host */
	/* waiting for the root, and then for a card that stays to have a screen */
	REASON_SHOWS_PICTURE,
	REASON_PICTURE_UNKNOWN,
	REASON_ROM_SHADOW,
	REASON_ROM_UNKNOWN,
	REASON_KERNEL_EVICTS,
	REASON_OWN_SCREEN, /* its own driver shows the console on it */
	/* refusals */
	REASON_DRIVERS_DIFFER, /* two lines name two drivers */
	REASON_BRIDGE,
	REASON_BELOW_VMD,
	REASON_NO_GROUP,
	REASON_HAS_VIRTUAL,
	REASON_SIMPLEDRM, /* shows the picture by simpledrm, which cannot be made to let go of it */
	REASON_LATE, /* it appeared after claim, and a driver that may be relied on was faster */
	REASON_NOT_HELD, /* finish: claim neither held it nor left it for now */
	REASON_CARRIES_ROOT,
	REASON_NEEDED, /* by resume, fstab or crypttab */
	REASON_IN_USE, /* finish */
	REASON_NEED_UNKNOWN, /* finish: something that the boot needs may lie on it */
};

#define RULE_NONE UINT16_MAX

/* What the configuration's lines say of one function. */
struct choice {
	uint16_t bind; /* the first bind line that chooses it, or RULE_NONE */
	uint16_t keep; /* the first keep line that takes it away again, or RULE_NONE */
	uint16_t driver; /* the first bind line that names a driver for it, or RULE_NONE */
	uint16_t other_driver; /* one that names another, or RULE_NONE */
	bool early;
	bool force;
};

/* Where a function is in the list of its card's functions, in order of their addresses. */
struct in_card {
	uint16_t first;
	uint16_t next; /* or FUNCTION_NONE */
};

struct planned {
	struct in_card card;
	struct choice choice;
};

struct decision {
	uint16_t function; /* index into machine.functions */
	uint16_t card; /* the first function of its card: index into machine.functions */
	uint16_t rule; /* index into config.rules: the first line that chooses it */
	uint16_t
		companion; /* REASON_COMPANION: index into decisions of the one that decides; else unused */
	enum fate fate;
	enum reason reason;
	bool moves_console; /* binding it can take the console's framebuffer away */
	const char *driver; /* the one to bind to */
};

/* What a line of the configuration came to. */
struct match {
	uint16_t count; /* functions that it means */
	uint16_t left; /* bind: of these, not taken away again by a keep line */
	uint16_t cards; /* bind: on how many cards these are, bridges aside */
	uint16_t shadowed_by; /* bind: a keep line that took one, or RULE_NONE */
};

/* What the owner should know before the next boot. */
enum warning_kind {
	WARNING_NO_MATCH, /* a line means nothing in this machine */
	WARNING_MOVED, /* the same, and its device is at another place */
	WARNING_PICTURE_UNKNOWN, /* a line rests on boot-display, and nobody can tell */
	WARNING_SHADOWED, /* keep lines take away all that a bind line chooses */
	WARNING_LAST_SCREEN, /* what the line chooses leaves no display to the host */
	/* as asked, and yet perhaps not as meant: */
	WARNING_SEVERAL_CARDS, /* a line without `cards` chooses functions of several */
	WARNING_LEFT_OUT, /* a function of a chosen card that is not chosen */
	WARNING_LAST_KEYBOARD, /* every keyboard that there is goes to the guest */
	WARNING_ROOT_BUS, /* `card` on a bus with no bridge above: what else it takes */
	WARNING_GROUP, /* what stays with the host keeps guests from the function's IOMMU group */
};

struct warning {
	enum warning_kind kind;
	uint16_t rule;
	uint16_t
		function; /* WARNING_MOVED, WARNING_LEFT_OUT, WARNING_ROOT_BUS, WARNING_GROUP: index into machine.functions */
	enum reason refusal; /* WARNING_LEFT_OUT: why it would be refused; else REASON_HARMLESS */
};

#define PLAN_MAX_WARNINGS 2048

struct plan {
	enum moment moment; /* that it was made for */
	uint16_t decision_count;
	uint16_t warning_count;
	uint16_t not_as_asked; /* refusals, and warnings before WARNING_SEVERAL_CARDS */
	uint16_t
		screen; /* the display that stays and has a screen of its own driver, or FUNCTION_NONE */
	bool picture_unknown; /* nobody can tell which display shows the firmware's picture */
	struct planned of[MACHINE_MAX_FUNCTIONS]; /* one for each of machine.functions */
	struct match matches[CONFIG_MAX_RULES];
	struct decision decisions[MACHINE_MAX_FUNCTIONS]; /* card by card, by address within one */
	struct warning warnings[PLAN_MAX_WARNINGS];
};

/* Leaves out the decisions of every other card than function f's. */
void plan_only_card(struct plan *plan, uint16_t f);

/* Decides what becomes of every function that the configuration chooses. Touches nothing but *plan. */
void make_plan(const struct config *config, const struct machine *machine, enum moment moment,
	       struct plan *plan);

#endif
