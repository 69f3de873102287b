/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the old ways ask for, as lines of the configuration. */
#ifndef EARLYBIND_IMPORT_H
#define EARLYBIND_IMPORT_H

#include "plan.h"
#include "remnant.h"

enum wish_way {
	WISH_CARD, /* `bind card`: the wish names a display of the card, or all functions of it are wished for */
	WISH_FUNCTION, /* `bind`: this function of a card, the rest stays */
	WISH_CHOICE, /* functions of several cards have the id: the owner must say which is meant */
	WISH_ALONG, /* comes along with the card that another wish takes */
	WISH_ABSENT, /* no function is it */
	WISH_UNREADABLE,
	WISH_REPEATED, /* the same as an earlier one */
};

/* One id, or one of driverctl's overrides. */
struct wish {
	enum wish_way way;
	uint16_t id; /* index into remnants.ids; WISH_OF_OVERRIDE: it is none */
	uint16_t remnant; /* index into remnants.of */
	uint16_t function; /* WISH_CARD, WISH_FUNCTION: index into machine.functions */
	bool by_slot; /* a line with the id would mean more, or there is none */
};

#define WISH_OF_OVERRIDE UINT16_MAX
#define WISHES_MOST (REMNANTS_MOST + REMNANT_IDS_MOST)

struct import {
	uint16_t count;
	bool to_choose; /* some wish is for the owner to decide, or could not be read */
	struct wish wishes[WISHES_MOST]; /* overrides first, since they name what they mean */
	bool wished[MACHINE_MAX_FUNCTIONS]; /* some wish names the function */
	/* Of a card's first function: the function by which the whole card is wished for, or FUNCTION_NONE. */
	uint16_t lead[MACHINE_MAX_FUNCTIONS];
	bool taken[MACHINE_MAX_FUNCTIONS]; /* of a card's first function: a line takes the card */
};

/* Whether the function is one of those that this id means. Bridges never are: vfio-pci and pci-stub leave them
 * alone. */
bool import_id_means(const struct remnant_id *id, const struct function *function);

/* Whether a function of a card that goes whole stays with the host, as it did: nobody named it, and its IOMMU group
 * is not that of anything that goes. */
bool import_leaves(const struct import *import, const struct machine *machine,
		   const struct plan *plan, uint16_t f);

/* Whether two ids mean the same. */
bool import_same_id(const struct remnant_id *a, const struct remnant_id *b);

/* Decides what each wish becomes. Takes the cards from plan->of[].card. Touches nothing but *import. */
void make_import(const struct remnants *remnants, const struct machine *machine,
		 const struct plan *plan, struct import *import);

#endif
