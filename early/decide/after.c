/* SPDX-License-Identifier: GPL-2.0-or-later */
/* After the boot: is the machine as its owner asked? */
#include <string.h>

#include "decide/decide.h"
#include "finding.h"

void findings_add(struct findings *findings, struct finding finding)
{
	if (findings->count == MAX_FINDINGS)
		return;
	findings->of[findings->count++] = finding;
	findings->not_as_asked += finding.kind < FINDING_NO_RESET;
}

const struct report_line *report_last_line(const struct report *report, struct pci_address at)
{
	for (uint16_t i = report->line_count; i > 0; i--)
		if (address_compare(report->lines[i - 1].at, at) == 0)
			return &report->lines[i - 1];
	return NULL;
}

bool report_says_hanging(const struct report *report, struct pci_address at)
{
	for (uint16_t i = 0; i < report->line_count; i++)
		if (address_compare(report->lines[i].at, at) == 0 &&
		    strcmp(report->lines[i].result, REPORT_HANGS) == 0)
			return true;
	return false;
}

bool function_takes_group(const struct machine *machine, uint16_t f)
{
	const struct function *function = &machine->functions[f];
	const struct kernel *kernel = &machine->kernel;

	if (!function->driver || strstr(function->driver, "vfio") ||
	    strcmp(function->driver, "pci-stub") == 0 || strcmp(function->driver, "pcieport") == 0)
		return false;
	/* An older one knew bridges by their header, which host and ISA bridges have not. */
	return !class_is_bridge(function->class) ||
	       PCI_CLASS_SUB(function->class) < CLASS_BRIDGE_PCI || kernel->major == 0 ||
	       kernel->major > 5 || (kernel->major == 5 && kernel->minor >= 19);
}

/* Whether that is so of the group of a decision's function, and no earlier decision tells it. */
static bool group_is_taken(const struct machine *machine, const struct plan *plan, uint16_t d)
{
	int32_t group = machine->functions[plan->decisions[d].function].group;

	if (group == GROUP_NONE || !strstr(plan->decisions[d].driver, "vfio"))
		return false;
	for (uint16_t before = 0; before < d; before++) {
		const struct decision *decision = &plan->decisions[before];
		const struct function *function = &machine->functions[decision->function];

		if (function->group == group && strstr(decision->driver, "vfio") &&
		    function->driver && strcmp(function->driver, decision->driver) == 0)
			return false;
	}
	for (uint16_t f = 0; f < machine->function_count; f++)
		if (machine->functions[f].group == group && function_takes_group(machine, f))
			return true;
	return false;
}

static void find_of_boot(const struct config *config, const struct report *report,
			 struct findings *findings)
{
	bool is_silent = !report->there && !report->too_new && !report->nothing.sentence;

	if (config->mode == SWITCH_OFF || (is_silent && config->not_run_by))
		findings_add(findings, (struct finding){ .kind = FINDING_SWITCHED_OFF });
	else if (report->too_new)
		findings_add(findings, (struct finding){ .kind = FINDING_NEWER_REPORT });
	else if (report->nothing.sentence)
		findings_add(findings, (struct finding){ .kind = FINDING_NOT_CLAIMED,
							 .line = &report->nothing });
	else if (is_silent)
		findings_add(findings, (struct finding){ .kind = FINDING_NOT_RUN });
	else if (report->planned_only)
		findings_add(findings, (struct finding){ .kind = FINDING_PLANNED_ONLY });
	if (report->there && !report->too_new && report->hash != config->hash)
		findings_add(findings, (struct finding){ .kind = FINDING_STALE_IMAGE });
}

static void find_of_function(const struct machine *machine, const struct plan *plan,
			     const struct report *report, struct findings *findings, uint16_t d)
{
	const struct function *function = &machine->functions[plan->decisions[d].function];
	struct finding finding = { .decision = d, .line = report_last_line(report, function->at) };

	findings->as_asked[d] =
		function->driver && strcmp(function->driver, plan->decisions[d].driver) == 0;
	if (findings->as_asked[d] && machine->picture.memory_of == plan->decisions[d].function)
		finding.kind = FINDING_MEMORY_TAKEN;
	else if (findings->as_asked[d] && group_is_taken(machine, plan, d))
		finding.kind = FINDING_GROUP_TAKEN;
	else if (findings->as_asked[d] && plan->decisions[d].fate == FATE_REFUSE)
		finding.kind = FINDING_LAST_TIME;
	else if (findings->as_asked[d])
		return;
	else if (function->driver)
		finding.kind = FINDING_OTHER_DRIVER;
	else if (function->held_for && strcmp(function->held_for, HELD_NAME) == 0)
		finding.kind = FINDING_HELD;
	else
		finding.kind = FINDING_NO_DRIVER;
	findings->as_asked[d] = false;
	findings_add(findings, finding);
}

/* Radeons that come up once, and not again after the bus reset: those that the module vendor-reset is made for
 * (src/device-db.h of github.com/gnif/vendor-reset), from the first to the last device id of each family. */
static bool is_of_bad_family(const struct function *function)
{
	static const struct {
		uint16_t first, last;
	} families[] = {
		{ 0x67c0, 0x67df }, { 0x6fdf, 0x6fdf }, /* Polaris 10 and 20: RX 470 to 590 */
		{ 0x67e0, 0x67ff }, /* Polaris 11: RX 460, 560 */
		{ 0x6980, 0x699f }, /* Polaris 12: RX 550 */
		{ 0x6860, 0x687f }, /* Vega 10: RX Vega 56, 64 */
		{ 0x66a0, 0x66af }, /* Vega 20: Radeon VII */
		{ 0x7310, 0x731f }, /* Navi 10: RX 5600, 5700 */
		{ 0x7340, 0x734f }, /* Navi 14: RX 5300, 5500 */
		{ 0x7360, 0x7362 }, /* Navi 12: Pro 5600M */
		{ 0x738c, 0x738c }, /* Arcturus: Instinct MI100 */
	};

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (function->vendor == 0x1002 && function->device >= families[i].first &&
		    function->device <= families[i].last)
			return true;
	return false;
}

/* Whether VFIO can reset the function's bus with all of its card on it. The kernel by itself does that to no function with
 * siblings, and lists no such reset for it (pci_parent_bus_reset of drivers/pci/pci.c); on a root bus there is none. */
static bool has_bus_reset_with_siblings(const struct machine *machine, const struct plan *plan,
					uint16_t f)
{
	const struct function *functions = machine->functions;

	if (functions[f].parent == FUNCTION_NONE)
		return false;
	for (uint16_t other = plan->of[f].card.first; other != FUNCTION_NONE;
	     other = plan->of[other].card.next)
		if (other != f && address_same_card(functions[other].at, functions[f].at))
			return true;
	return false;
}

/* What is to be said of a display's resets, or FINDING_BOOT_CARD where nothing is. */
static enum finding_kind judge_resets(const struct machine *machine, const struct plan *plan,
				      uint16_t f)
{
	const struct function *function = &machine->functions[f];
	const char *resets = function->resets;

	if (is_of_bad_family(function) && !(resets && strstr(resets, "device_specific")))
		return FINDING_BAD_RESET;
	if (resets && !*resets)
		return has_bus_reset_with_siblings(machine, plan, f) ? FINDING_BUS_RESET :
								       FINDING_NO_RESET;
	return resets && strcmp(resets, "bus") == 0 ? FINDING_BUS_RESET : FINDING_BOOT_CARD;
}

static void find_of_card(const struct machine *machine, const struct plan *plan,
			 struct findings *findings, uint16_t d)
{
	const uint16_t f = plan->decisions[d].function;
	const struct function *function = &machine->functions[f];
	struct finding finding = { .decision = d };

	/* Whoever unbinds it leaves it to its host's driver. What is not bound has a finding of its own. */
	finding.kind = FINDING_NO_OVERRIDE;
	if (findings->as_asked[d] && !function->hangs &&
	    !(function->held_for && strcmp(function->held_for, function->driver) == 0))
		findings_add(findings, finding);
	if (!class_is_display(function->class))
		return;
	finding.kind = judge_resets(machine, plan, f);
	if (finding.kind != FINDING_BOOT_CARD)
		findings_add(findings, finding);
	finding.kind = FINDING_BOOT_CARD;
	if (function->shows_picture == YES)
		findings_add(findings, finding);
}

void find(const struct config *config, const struct machine *machine, const struct plan *plan,
	  const struct report *report, struct findings *findings)
{
	findings->count = findings->not_as_asked = 0;
	for (uint16_t d = 0; d < plan->decision_count; d++)
		find_of_function(machine, plan, report, findings, d);
	for (uint16_t d = 0; d < plan->decision_count; d++)
		find_of_card(machine, plan, findings, d);
	find_of_system(machine, plan, report, findings);
	/* A boot that did nothing is only worth a word where something was to be done. */
	if (config->rule_count > 0)
		find_of_boot(config, report, findings);
	else if (report->there && !report->too_new && report->hash != config->hash)
		findings_add(findings, (struct finding){ .kind = FINDING_STALE_IMAGE });
}
