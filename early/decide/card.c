/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decide.h"

/* The upstream port of a switch that is part of the function's own card, or FUNCTION_NONE: two bridges of the card's vendor
 * above it, and a root port above these. Intel Arc has one, with GPU and audio in two slots below. */
static uint16_t own_switch(const struct machine *machine, uint16_t f)
{
	const struct function *functions = machine->functions;
	uint16_t down = functions[f].parent;
	uint16_t up = down == FUNCTION_NONE ? FUNCTION_NONE : functions[down].parent;

	if (up == FUNCTION_NONE || functions[up].parent == FUNCTION_NONE ||
	    functions[down].vendor != functions[f].vendor ||
	    functions[up].vendor != functions[f].vendor)
		return FUNCTION_NONE;
	return up;
}

static bool is_above(const struct machine *machine, uint16_t bridge, uint16_t f)
{
	/* A tree of bus numbers is at most 256 deep; anything longer was not written by a kernel. */
	for (unsigned depth = 0; f != FUNCTION_NONE && depth < 256; depth++) {
		f = machine->functions[f].parent;
		if (f == bridge)
			return true;
	}
	return false;
}

/* Whether only displays and HD audio are below this bridge. */
static bool has_one_card(const struct machine *machine, uint16_t bridge)
{
	for (uint16_t f = 0; f < machine->function_count; f++) {
		uint32_t class = machine->functions[f].class;

		if (!class_is_bridge(class) && !class_is_display(class) &&
		    !class_is_hd_audio(class) && is_above(machine, bridge, f))
			return false;
	}
	return true;
}

/* The first function, no bridge, that is below this one. */
static uint16_t first_below(const struct machine *machine, uint16_t bridge)
{
	uint16_t f = 0;

	while (class_is_bridge(machine->functions[f].class) || !is_above(machine, bridge, f))
		f++;
	return f;
}

/* The first function of the card that f belongs to; `slot` is the first one, no bridge, of f's slot. */
static uint16_t first_of_card(const struct machine *machine, uint16_t f, uint16_t slot)
{
	uint32_t class = machine->functions[f].class;
	uint16_t up = FUNCTION_NONE;

	if (class_is_display(class) || class_is_hd_audio(class))
		up = own_switch(machine, f);
	return up != FUNCTION_NONE && has_one_card(machine, up) ? first_below(machine, up) : slot;
}

/* Whether some display may show the firmware's picture, and none is known to. */
static bool picture_is_unknown(const struct machine *machine)
{
	bool unknown = false;

	for (uint16_t f = 0; f < machine->function_count; f++) {
		if (!class_is_display(machine->functions[f].class))
			continue;
		if (machine->functions[f].shows_picture == YES)
			return false;
		unknown |= machine->functions[f].shows_picture == UNKNOWN;
	}
	return unknown;
}

void find_cards(const struct machine *machine, struct plan *plan)
{
	uint16_t slot = FUNCTION_NONE;

	plan->picture_unknown = picture_is_unknown(machine);
	for (uint16_t f = 0; f < machine->function_count; f++) {
		const struct function *function = &machine->functions[f];

		plan->of[f].card.first = f;
		plan->of[f].card.next = FUNCTION_NONE;
		if (class_is_bridge(function->class))
			continue;
		if (slot == FUNCTION_NONE ||
		    !address_same_card(machine->functions[slot].at, function->at))
			slot = f;
		/* Of the first one's card, which is known by now: even in a tree that no kernel has each is in one card. */
		plan->of[f].card.first = plan->of[first_of_card(machine, f, slot)].card.first;
	}
	/* From the back, so that each finds the one behind it already linked to its card's first. */
	for (uint16_t f = machine->function_count; f > 0; f--) {
		uint16_t first = plan->of[f - 1].card.first;

		if (first != f - 1) {
			plan->of[f - 1].card.next = plan->of[first].card.next;
			plan->of[first].card.next = (uint16_t)(f - 1);
		}
	}
}

uint16_t face_of_card(const struct machine *machine, const struct plan *plan, uint16_t card)
{
	uint16_t face = FUNCTION_NONE;

	for (uint16_t f = card; f != FUNCTION_NONE; f = plan->of[f].card.next) {
		if (machine->functions[f].is_virtual == YES)
			continue;
		if (class_is_display(machine->functions[f].class))
			return f;
		if (face == FUNCTION_NONE)
			face = f;
	}
	return face == FUNCTION_NONE ? card : face;
}

bool id_means_one_card(const struct machine *machine, const struct plan *plan, uint16_t f)
{
	const struct function *functions = machine->functions;

	for (uint16_t other = 0; other < machine->function_count; other++)
		if (plan->of[other].card.first != plan->of[f].card.first &&
		    functions[other].vendor == functions[f].vendor &&
		    functions[other].device == functions[f].device &&
		    functions[other].is_virtual != YES && !class_is_bridge(functions[other].class))
			return false;
	return true;
}
