/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "import.h"

#include "decide/decide.h"

/* Whether a line with this id would mean the function. */
static bool line_means(const struct remnant_id *id, const struct function *function)
{
	return id->readable && function->is_virtual != YES &&
	       id_matches(&id->ids, function->vendor, function->device, function->class) &&
	       id_matches(&id->subsystem, function->subvendor, function->subdevice,
			  function->class) &&
	       (id->class.bytes == 0 ||
		function->class >> (8 * (3 - id->class.bytes)) == id->class.value);
}

bool import_id_means(const struct remnant_id *id, const struct function *function)
{
	return line_means(id, function) && !class_is_bridge(function->class);
}

/* Whether a line with this id would mean a bridge too. */
static bool means_bridge(const struct remnant_id *id, const struct machine *machine)
{
	for (uint16_t f = 0; f < machine->function_count; f++)
		if (line_means(id, &machine->functions[f]) &&
		    class_is_bridge(machine->functions[f].class))
			return true;
	return false;
}

static bool same_pattern(const struct id_pattern *a, const struct id_pattern *b)
{
	return a->vendor == b->vendor && a->device == b->device && a->class == b->class;
}

bool import_same_id(const struct remnant_id *a, const struct remnant_id *b)
{
	return a->readable && b->readable && same_pattern(&a->ids, &b->ids) &&
	       same_pattern(&a->subsystem, &b->subsystem) && a->class.bytes == b->class.bytes &&
	       a->class.value == b->class.value;
}

bool import_leaves(const struct import *import, const struct machine *machine,
		   const struct plan *plan, uint16_t f)
{
	int32_t group = machine->functions[f].group;

	if (import->wished[f] || group == GROUP_NONE)
		return false;
	for (uint16_t other = plan->of[f].card.first; other != FUNCTION_NONE;
	     other = plan->of[other].card.next)
		if (import->wished[other] && machine->functions[other].group == group)
			return false;
	return true;
}

static void list_wishes(const struct remnants *remnants, struct import *import)
{
	import->count = 0;
	for (uint16_t r = 0; r < remnants->count; r++)
		if (remnants->of[r].kind == REMNANT_OVERRIDE)
			import->wishes[import->count++] = (struct wish){
				.id = WISH_OF_OVERRIDE, .remnant = r, .function = FUNCTION_NONE
			};
	for (uint16_t i = 0; i < remnants->id_count; i++)
		import->wishes[import->count++] = (struct wish){
			.id = i, .remnant = remnants->ids[i].remnant, .function = FUNCTION_NONE
		};
}

static bool names(const struct remnants *remnants, const struct wish *wish,
		  const struct machine *machine, uint16_t f)
{
	if (wish->id != WISH_OF_OVERRIDE)
		return import_id_means(&remnants->ids[wish->id], &machine->functions[f]);
	return address_compare(remnants->of[wish->remnant].at, machine->functions[f].at) == 0;
}

static void mark_wished(const struct remnants *remnants, const struct machine *machine,
			struct import *import)
{
	for (uint16_t f = 0; f < machine->function_count; f++) {
		import->wished[f] = import->taken[f] = false;
		for (uint16_t w = 0; w < import->count && !import->wished[f]; w++)
			import->wished[f] = names(remnants, &import->wishes[w], machine, f);
	}
}

/* A graphics card goes whole, whatever else of it was named, but for what import_leaves knows of. Of anything else
 * only what was named goes, unless that is all there is. */
static void find_leads(const struct machine *machine, const struct plan *plan,
		       struct import *import)
{
	for (uint16_t card = 0; card < machine->function_count; card++) {
		uint16_t first = FUNCTION_NONE, display = FUNCTION_NONE;
		bool whole = true;

		import->lead[card] = FUNCTION_NONE;
		if (plan->of[card].card.first != card)
			continue;
		for (uint16_t f = card; f != FUNCTION_NONE; f = plan->of[f].card.next) {
			whole &= import->wished[f];
			if (import->wished[f] && first == FUNCTION_NONE)
				first = f;
			if (import->wished[f] && display == FUNCTION_NONE &&
			    class_is_display(machine->functions[f].class))
				display = f;
		}
		import->lead[card] = display != FUNCTION_NONE ? display :
				     whole                    ? first :
								FUNCTION_NONE;
	}
}

/* Where the functions lie that a wish names. */
struct spread {
	uint16_t cards; /* on how many cards */
	uint16_t whole; /* of these, that go whole */
	uint16_t twins; /* of these, that go whole by this wish */
	uint16_t open; /* of these, that no line takes yet */
	uint16_t function; /* the first; the lead of an open one before any other */
};

/* The first function of the card that the wish names, or FUNCTION_NONE. */
static uint16_t named_of(const struct remnants *remnants, const struct wish *wish,
			 const struct machine *machine, const struct plan *plan, uint16_t card)
{
	for (uint16_t f = card; f != FUNCTION_NONE; f = plan->of[f].card.next)
		if (names(remnants, wish, machine, f))
			return f;
	return FUNCTION_NONE;
}

static struct spread spread_of(const struct remnants *remnants, const struct wish *wish,
			       const struct machine *machine, const struct plan *plan,
			       const struct import *import)
{
	struct spread spread = { .function = FUNCTION_NONE };

	for (uint16_t card = 0; card < machine->function_count; card++) {
		uint16_t lead = import->lead[card];
		uint16_t named;
		bool twin;

		if (plan->of[card].card.first != card)
			continue;
		named = named_of(remnants, wish, machine, plan, card);
		if (named == FUNCTION_NONE)
			continue;
		/* An override means its card whichever function it is of. */
		twin = lead != FUNCTION_NONE &&
		       (wish->id == WISH_OF_OVERRIDE || names(remnants, wish, machine, lead));
		spread.cards++;
		spread.whole = (uint16_t)(spread.whole + (lead != FUNCTION_NONE));
		spread.twins = (uint16_t)(spread.twins + twin);
		if (twin && !import->taken[card] && spread.open++ == 0)
			spread.function = lead;
		else if (spread.function == FUNCTION_NONE)
			spread.function = named;
	}
	return spread;
}

static bool is_repeated(const struct remnants *remnants, const struct import *import, uint16_t w)
{
	const struct wish *wish = &import->wishes[w];

	for (uint16_t earlier = 0; earlier < w; earlier++)
		if (wish->id != WISH_OF_OVERRIDE &&
		    import->wishes[earlier].id != WISH_OF_OVERRIDE &&
		    import_same_id(&remnants->ids[import->wishes[earlier].id],
				   &remnants->ids[wish->id]))
			return true;
	return false;
}

static enum wish_way way_of(const struct spread *spread)
{
	if (spread->cards == 0)
		return WISH_ABSENT;
	if (spread->open > 0)
		return spread->twins > 1 ? WISH_CHOICE : WISH_CARD;
	if (spread->whole > 0)
		return WISH_ALONG;
	return spread->cards > 1 ? WISH_CHOICE : WISH_FUNCTION;
}

void make_import(const struct remnants *remnants, const struct machine *machine,
		 const struct plan *plan, struct import *import)
{
	list_wishes(remnants, import);
	mark_wished(remnants, machine, import);
	find_leads(machine, plan, import);
	import->to_choose = remnants->cut;
	for (uint16_t w = 0; w < import->count; w++) {
		struct wish *wish = &import->wishes[w];
		struct spread spread = spread_of(remnants, wish, machine, plan, import);

		wish->function = spread.function;
		wish->way = way_of(&spread);
		wish->by_slot = wish->id == WISH_OF_OVERRIDE || spread.cards > 1 ||
				means_bridge(&remnants->ids[wish->id], machine);
		if (wish->id != WISH_OF_OVERRIDE && !remnants->ids[wish->id].readable)
			wish->way = WISH_UNREADABLE;
		else if (is_repeated(remnants, import, w))
			wish->way = WISH_REPEATED;
		if (wish->way == WISH_CARD)
			import->taken[plan->of[spread.function].card.first] = true;
		import->to_choose |= wish->way == WISH_CHOICE || wish->way == WISH_UNREADABLE;
	}
}
