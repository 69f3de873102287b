/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/look.h"

#include "decide/decide.h"
#include "read/binding.h"
#include "read/host.h"
#include "read/modules.h"
#include "read/pci.h"
#include "read/report.h"
#include "read/screen.h"

int look_at_machine(const struct root *root, struct machine *machine, struct report *report)
{
	machine->text = (struct text)TEXT_OVER(machine->text_bytes);
	machine->trouble = NULL;
	host_read(root, machine);
	machine->need_count = machine->line_count = 0;
	machine->needs_found = machine->prompt_to_come = UNKNOWN;
	machine->guard.there = false;
	machine->picture = (struct picture){ .kind = PICTURE_NOT_READ,
					     .owner = FUNCTION_NONE,
					     .memory_of = FUNCTION_NONE };
	if (report)
		report_read(root, machine->boot_id, report);
	return pci_read(root, machine, report);
}

static bool may_be_chosen(const struct config *config, const struct machine *machine, uint16_t f)
{
	for (uint16_t r = 0; r < config->rule_count; r++)
		if (config->rules[r].verb == RULE_BIND &&
		    rule_may_match(config, &config->rules[r], machine, f))
			return true;
	return false;
}

static bool rests_on_picture(const struct config *config)
{
	for (uint16_t c = 0; c < config->condition_count; c++)
		if (config->conditions[c].kind == CONDITION_BOOT_DISPLAY)
			return true;
	return false;
}

void look_at_choice(const struct root *root, const struct config *config, const char *release,
		    struct machine *machine, struct plan *plan)
{
	bool displays = rests_on_picture(config);

	find_cards(machine, plan);
	for (uint16_t f = 0; f < machine->function_count; f++)
		if (may_be_chosen(config, machine, f))
			/* With its card: a `card` line takes the others along. */
			for (uint16_t other = plan->of[f].card.first; other != FUNCTION_NONE;
			     other = plan->of[other].card.next)
				if (machine->functions[other].is_virtual == UNKNOWN)
					binding_read(root, machine, other);
	for (uint16_t f = 0; f < machine->function_count; f++)
		displays |= class_is_display(machine->functions[f].class) &&
			    machine->functions[f].is_virtual != UNKNOWN;
	/* Whose the picture is matters to displays only. */
	if (displays)
		screen_read(root, machine);
	modules_read_variants(root, release, config, machine);
}
