/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What --list for a person and --list for a program have in common. */
#ifndef EARLYBIND_LIST_H
#define EARLYBIND_LIST_H

#include <stdio.h>

#include "names.h"
#include "plan.h"

struct list {
	FILE *out;
	const struct machine *machine;
	const struct plan *plan;
	const struct names *names;
	bool some_group; /* some function is in an IOMMU group */
};

/* Whether a function is one that a line may choose: no bridge, no virtual function. */
bool list_has(const struct list *list, uint16_t f);

/* Why the card's functions would be refused: the first reason, but one that nothing can change before the others. Returns the
 * function, or FUNCTION_NONE. */
uint16_t list_refused(const struct list *list, uint16_t card, enum reason *reason);

/* Whether a card with that refusal is given a line: one that is refused on every boot is no line to paste. */
bool list_has_line(enum reason refusal);

/* The line that chooses this card and no other: by its ids where no other card has them. Else by slot, and with the id, so that it
 * chooses nothing where another card moved the bus numbers. */
void list_line(const struct list *list, struct text *text, uint16_t card);

/* The way through the bridges, which is then a line that stays right; nothing where the first line will do, or it is too long. */
void list_other_line(const struct list *list, struct text *text, uint16_t card);

#endif
