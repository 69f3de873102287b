/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Carries out a plan. After the first write nothing here gives up: what fails is recorded, the card it belongs to is
 * given back whole, and the next card has its turn. */
#ifndef EARLYBIND_CARRY_H
#define EARLYBIND_CARRY_H

#include "outcome.h"
#include "plan.h"
#include "read/root.h"

struct carry {
	const struct root *root;
	const struct machine *machine;
	const struct plan *plan;
	struct outcome *outcome;
	/* Called as soon as a decision's result is known; may be NULL. */
	void (*told)(const struct carry *carry, uint16_t decision);
	/* Called before a display is bound that the console may be on; may be NULL. */
	void (*last_words)(const struct carry *carry, uint16_t decision);
	const void *teller; /* for both */
	bool in_finish; /* carry_finish sets it */
};

/* Before any driver is loaded: hold every chosen function, load the drivers they are for, then bind what can be bound
 * now. A card whose driver cannot be loaded is given back. */
void carry_claim(struct carry *carry);

/* Once the root is mounted: moves the console where a display wants it, and binds what the plan binds now. */
void carry_finish(struct carry *carry);

/* Before an emergency shell: gives the cards back of which claim bound a storage function, or one by a line with `early`, for the
 * rest of this boot. */
void carry_release(struct carry *carry);

#endif
