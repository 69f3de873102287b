/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An IOMMU group that is not viable. */
#include "decide/decide.h"
#include "tell/tell.h"

#define CLASS_NETWORK 0x02

static bool is_chosen(const struct plan *plan, uint16_t f)
{
	return plan->of[f].choice.bind != RULE_NONE && plan->of[f].choice.keep == RULE_NONE;
}

#define MOST_NAMED 8

/* Names the functions that keep guests from the group, of those that are chosen or of those that are not. Returns how many. */
static unsigned tell_takers(struct text *text, const struct machine *machine,
			    const struct plan *plan, int32_t group, bool chosen)
{
	unsigned count = 0;

	for (uint16_t f = 0; f < machine->function_count; f++) {
		const struct function *other = &machine->functions[f];

		if (other->group != group || is_chosen(plan, f) != chosen ||
		    !function_takes_group(machine, f))
			continue;
		if (count++ < MOST_NAMED)
			text_add(text, "%s" ADDRESS_FORMAT " (%.60s)", count > 1 ? ", " : "",
				 ADDRESS_PARTS(other->at), other->driver);
	}
	if (count > MOST_NAMED)
		text_add(text, " and %u more", count - MOST_NAMED);
	return count;
}

static bool has_harmless_bridge(const struct machine *machine, int32_t group)
{
	for (uint16_t f = 0; f < machine->function_count; f++)
		if (machine->functions[f].group == group &&
		    class_is_bridge(machine->functions[f].class) &&
		    !function_takes_group(machine, f))
			return true;
	return false;
}

/* Whether the host may miss what a line without `force` would take from it. */
static bool may_be_missed(const struct machine *machine, const struct plan *plan, uint16_t f)
{
	const struct function *function = &machine->functions[f];

	if (function->has_keyboard || class_is_display(function->class) ||
	    PCI_CLASS_BASE(function->class) == CLASS_NETWORK || need_may_be_on(machine, f) ||
	    refusal_of(machine, plan, MOMENT_NEXT_BOOT, f) != REASON_HARMLESS)
		return true;
	for (uint16_t n = 0; n < machine->need_count; n++)
		if (machine->needs[n].function == f)
			return true;
	return false;
}

/* Whether a line for all of the group is good advice: it takes nothing that the host may miss, and no keep line stands against it. */
static bool group_may_go(const struct machine *machine, const struct plan *plan, int32_t group)
{
	for (uint16_t f = 0; f < machine->function_count; f++)
		if (machine->functions[f].group == group && !is_chosen(plan, f) &&
		    function_takes_group(machine, f) &&
		    (plan->of[f].choice.keep != RULE_NONE || may_be_missed(machine, plan, f)))
			return false;
	return true;
}

/* Whether all that stays with the host and keeps guests from the group is of the function's own card. */
static bool is_within_card(const struct machine *machine, const struct plan *plan,
			   const struct function *function)
{
	uint16_t card = plan->of[function - machine->functions].card.first;

	for (uint16_t f = 0; f < machine->function_count; f++)
		if (machine->functions[f].group == function->group && !is_chosen(plan, f) &&
		    function_takes_group(machine, f) && plan->of[f].card.first != card)
			return false;
	return true;
}

/* What to do about a group that others keep guests from. */
static void tell_way_out(struct text *text, const struct machine *machine, const struct plan *plan,
			 const struct function *function)
{
	bool may_go = group_may_go(machine, plan, function->group);
	/* What is part of the board is on a root bus. */
	bool may_move = function->parent != FUNCTION_NONE;

	if (is_within_card(machine, plan, function)) {
		if (may_go)
			text_add(text,
				 "; give the guest the whole card: bind card slot "
				 "%04x:%02x:%02x",
				 function->at.domain, function->at.bus, function->at.device);
		else
			text_add(text, "; what is on this card goes to a guest together, or not at "
				       "all");
		return;
	}
	if (may_move)
		text_add(text, "; put the card into another slot of the board");
	if (may_go)
		text_add(text, "%s give the guest all of the group: bind group " ADDRESS_FORMAT,
			 may_move ? ", or" : ";", ADDRESS_PARTS(function->at));
	else if (!may_move)
		text_add(text, "; it is on the root bus: leave it to the host");
}

bool tell_takers_of_group(struct text *text, const struct machine *machine, const struct plan *plan,
			  const struct function *function)
{
	char bytes[1024];
	struct text names = TEXT_OVER(bytes);
	unsigned count;

	text_clear(&names);
	count = tell_takers(&names, machine, plan, function->group, false);
	if (count == 0)
		return false;
	text_add(text, ": %s of its IOMMU group %d %s for the host%s", bytes, function->group,
		 count == 1 ? "works" : "work",
		 has_harmless_bridge(machine, function->group) ? " (its bridges are no obstacle)" :
								 "");
	tell_way_out(text, machine, plan, function);
	return true;
}

void tell_group(struct text *text, const struct machine *machine, const struct plan *plan,
		const struct function *function)
{
	char bytes[1024];
	struct text names = TEXT_OVER(bytes);
	unsigned count;

	text_add(text, "has %s, and no guest can use it", function->driver);
	if (tell_takers_of_group(text, machine, plan, function))
		return;
	/* What is chosen has a line of its own, which says what to do. */
	text_clear(&names);
	count = tell_takers(&names, machine, plan, function->group, true);
	text_add(text, " before %s of its IOMMU group %d, which %s chosen too, %s bound", bytes,
		 function->group, count == 1 ? "is" : "are", count == 1 ? "is" : "are");
}
