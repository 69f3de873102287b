/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the machine at build proves about the machine at boot. */
#include <string.h>

#include "decide.h"

/* Notes the way from the root bus down to a function. Returns false where it is too long. */
static bool find_way(const struct machine *machine, uint16_t f, struct guard_fact *fact)
{
	uint16_t up = f;
	uint8_t steps = 0;

	for (; up != FUNCTION_NONE; up = machine->functions[up].parent)
		if (++steps > GUARD_MAX_STEPS)
			return false;
	fact->steps = steps;
	for (up = f; up != FUNCTION_NONE; up = machine->functions[up].parent)
		fact->way[--steps] = (struct guard_step){ machine->functions[up].at,
							  machine->functions[up].vendor,
							  machine->functions[up].device };
	return true;
}

static bool same_step(const struct guard_step *a, const struct guard_step *b)
{
	return address_compare(a->at, b->at) == 0 && a->vendor == b->vendor &&
	       a->device == b->device;
}

/* The function that a fact is about, if it is where it was, every slot and id on the way; else FUNCTION_NONE. */
static uint16_t still_there(const struct machine *machine, const struct guard_fact *fact)
{
	uint16_t f = machine_find(machine, fact->way[fact->steps - 1].at);
	struct guard_fact now;

	if (f == FUNCTION_NONE || !find_way(machine, f, &now) || now.steps != fact->steps)
		return FUNCTION_NONE;
	for (uint8_t i = 0; i < now.steps; i++)
		if (!same_step(&now.way[i], &fact->way[i]))
			return FUNCTION_NONE;
	return f;
}

static enum guard_kind kind_of(enum need_kind kind)
{
	return kind == NEED_ROOT ? GUARD_ROOT : kind == NEED_BOOT ? GUARD_NEEDED : GUARD_USED;
}

/* What is to be noted of a function: the root before what else is needed, and that before what is used. Returns false where it is
 * nothing. */
static bool weigh(const struct machine *machine, uint16_t f, struct guard_fact *fact)
{
	fact->kind = GUARD_FREE;
	fact->what = "";
	for (uint16_t n = 0; n < machine->need_count; n++) {
		const struct need *need = &machine->needs[n];

		if (need->function != f || (need->kind == NEED_USE && need->by != BY_DISK) ||
		    kind_of(need->kind) <= fact->kind)
			continue;
		fact->what = need->what;
		fact->kind = kind_of(need->kind);
	}
	return fact->kind != GUARD_FREE || class_is_storage(machine->functions[f].class);
}

static uint16_t fact_about(const struct guard *guard, struct pci_address at)
{
	for (uint16_t i = 0; i < guard->fact_count; i++)
		if (address_compare(guard->facts[i].way[guard->facts[i].steps - 1].at, at) == 0)
			return i;
	return GUARD_NO_FACT;
}

static bool make_facts(const struct machine *machine, struct guard *guard)
{
	for (uint16_t f = 0; f < machine->function_count; f++) {
		struct guard_fact fact;

		if (!weigh(machine, f, &fact))
			continue;
		if (guard->fact_count == GUARD_MAX_FACTS || !find_way(machine, f, &fact))
			return false;
		guard->facts[guard->fact_count++] = fact;
	}
	return true;
}

static bool make_lines(const struct machine *machine, struct guard *guard)
{
	if (machine->line_count > GUARD_MAX_LINES)
		return false;
	for (uint16_t l = 0; l < machine->line_count; l++) {
		const struct line *line = &machine->lines[l];
		bool on_none = line->function == FUNCTION_NONE;

		guard->lines[guard->line_count++] = (struct guard_line){
			line->identity,
			on_none ? GUARD_NO_FACT :
				  fact_about(guard, machine->functions[line->function].at)
		};
	}
	return true;
}

void guard_make(const struct machine *machine, struct guard *guard)
{
	guard->fact_count = guard->line_count = 0;
	guard->there = machine->needs_found == YES && make_facts(machine, guard) &&
		       make_lines(machine, guard);
}

enum truth guard_clears(const struct machine *machine, uint16_t f)
{
	const struct guard *guard = &machine->guard;
	uint16_t own;

	if (!guard->there)
		return UNKNOWN;
	own = fact_about(guard, machine->functions[f].at);
	if (own == GUARD_NO_FACT || still_there(machine, &guard->facts[own]) != f)
		return UNKNOWN;
	if (guard->facts[own].kind != GUARD_FREE)
		return NO;
	for (uint16_t i = 0; i < guard->fact_count; i++)
		if (guard->facts[i].kind != GUARD_FREE &&
		    still_there(machine, &guard->facts[i]) == FUNCTION_NONE)
			return UNKNOWN;
	return YES;
}

const struct guard_fact *guard_needed(const struct machine *machine, uint16_t f)
{
	const struct guard *guard = &machine->guard;
	const struct function *function = &machine->functions[f];
	uint16_t own = guard->there ? fact_about(guard, function->at) : GUARD_NO_FACT;
	const struct guard_fact *fact = own == GUARD_NO_FACT ? NULL : &guard->facts[own];

	if (!fact || fact->kind < GUARD_NEEDED ||
	    fact->way[fact->steps - 1].vendor != function->vendor ||
	    fact->way[fact->steps - 1].device != function->device)
		return NULL;
	return fact;
}

enum truth guard_line(const struct machine *machine, const char *identity,
		      struct functions *functions)
{
	const struct guard *guard = &machine->guard;
	enum truth known = UNKNOWN;

	for (uint16_t l = 0; guard->there && l < guard->line_count; l++) {
		uint16_t f;

		if (strcmp(guard->lines[l].identity, identity) != 0)
			continue;
		known = YES;
		if (guard->lines[l].fact == GUARD_NO_FACT)
			continue;
		f = still_there(machine, &guard->facts[guard->lines[l].fact]);
		if (f == FUNCTION_NONE || !functions_add(functions, f))
			return UNKNOWN;
	}
	return known;
}

bool keyboards_all_go(const struct machine *machine, const struct plan *plan)
{
	uint16_t keyboards = 0;
	uint16_t going = 0;

	for (uint16_t f = 0; f < machine->function_count; f++)
		keyboards = (uint16_t)(keyboards + machine->functions[f].has_keyboard);
	for (uint16_t d = 0; d < plan->decision_count; d++)
		going = (uint16_t)(going +
				   (plan->decisions[d].fate != FATE_REFUSE &&
				    machine->functions[plan->decisions[d].function].has_keyboard));
	return keyboards > 0 && going == keyboards && !machine->keyboard_elsewhere;
}
