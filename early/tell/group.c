/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An IOMMU group that is not viable. */
#include "decide/decide.h"
#include "tell/tell.h"

static bool is_chosen(const struct plan *plan, uint16_t f)
{
	return plan->of[f].choice.bind != RULE_NONE && plan->of[f].choice.keep == RULE_NONE;
}

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
		text_add(text, "%s" ADDRESS_FORMAT " (%s)", count++ > 0 ? ", " : "",
			 ADDRESS_PARTS(other->at), other->driver);
	}
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

void tell_group(struct text *text, const struct machine *machine, const struct plan *plan,
		const struct function *function)
{
	char bytes[512];
	struct text names = TEXT_OVER(bytes);

	text_clear(&names);
	text_add(text, "has %s, and no guest can use it", function->driver);
	if (tell_takers(&names, machine, plan, function->group, false) > 0) {
		text_add(text,
			 ": %s of its IOMMU group %d works for the host%s; put the card into "
			 "another slot of the board, or give the guest all of the group: bind "
			 "group " ADDRESS_FORMAT,
			 bytes, function->group,
			 has_harmless_bridge(machine, function->group) ?
				 " (its bridges are no obstacle)" :
				 "",
			 ADDRESS_PARTS(function->at));
		return;
	}
	/* What is chosen has a line of its own, which says what to do. */
	tell_takers(&names, machine, plan, function->group, true);
	text_add(text, " before %s of its IOMMU group %d, which is chosen too, is bound", bytes,
		 function->group);
}
