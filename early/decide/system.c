/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of the running system as a whole keeps guests from what is bound, or the boot from binding it. */
#include <string.h>

#include "decide/decide.h"
#include "finding.h"

static void add(struct findings *findings, enum finding_kind kind)
{
	findings_add(findings, (struct finding){ .kind = kind });
}

bool iommu_is_off(const struct machine *machine)
{
	for (uint16_t f = 0; f < machine->function_count; f++)
		if (machine->functions[f].group != GROUP_NONE)
			return false;
	return machine->function_count > 0;
}

static bool is_for_vfio(const struct decision *decision)
{
	return strstr(decision->driver, "vfio") != NULL;
}

static bool has_its_driver(const struct machine *machine, const struct decision *decision)
{
	const char *driver = machine->functions[decision->function].driver;

	return driver && strcmp(driver, decision->driver) == 0;
}

/* Whether some function has the VFIO driver that it was chosen for. */
static bool some_is_bound(const struct machine *machine, const struct plan *plan)
{
	for (uint16_t d = 0; d < plan->decision_count; d++)
		if (is_for_vfio(&plan->decisions[d]) &&
		    has_its_driver(machine, &plan->decisions[d]))
			return true;
	return false;
}

/* Whether a storage function is chosen that has not its driver: whether it may have it rests on what is on its disks. */
static bool some_storage_is_left(const struct machine *machine, const struct plan *plan)
{
	for (uint16_t d = 0; d < plan->decision_count; d++)
		if (class_is_storage(machine->functions[plan->decisions[d].function].class) &&
		    !has_its_driver(machine, &plan->decisions[d]))
			return true;
	return false;
}

/* Whether the boot's last word of some function is this one, and another driver than the one asked for has it, or none. */
static bool some_is_left(const struct machine *machine, const struct plan *plan,
			 const struct report *report, const char *result)
{
	for (uint16_t d = 0; d < plan->decision_count; d++) {
		const struct function *function = &machine->functions[plan->decisions[d].function];
		const struct report_line *line = report_last_line(report, function->at);

		if (line && strcmp(line->result, result) == 0 &&
		    !(function->driver && strcmp(function->driver, plan->decisions[d].driver) == 0))
			return true;
	}
	return false;
}

static void find_of_boot(const struct machine *machine, const struct plan *plan,
			 const struct report *report, struct findings *findings)
{
	if (report->there && !report->finished && !report->planned_only && !report->too_new &&
	    (some_is_left(machine, plan, report, REPORT_HELD) ||
	     some_is_left(machine, plan, report, REPORT_WAITS)))
		add(findings, FINDING_NOT_FINISHED);
	if (machine->support.lockdown && machine->vfio_pci == DRIVER_ABSENT &&
	    some_is_left(machine, plan, report, REPORT_FAILED))
		add(findings, FINDING_LOCKED_DOWN);
}

void find_of_system(const struct machine *machine, const struct plan *plan,
		    const struct report *report, struct findings *findings)
{
	const struct support *support = &machine->support;

	if (plan->decision_count == 0)
		return;
	find_of_boot(machine, plan, report, findings);
	if (iommu_is_off(machine))
		add(findings, FINDING_NO_IOMMU);
	if (support->blind && machine->needs_found != YES && some_storage_is_left(machine, plan))
		add(findings, FINDING_UNSEEN);
	if (support->unified)
		add(findings, FINDING_SIGNED_COMMAND_LINE);
	/* Before anything is bound the rest is no obstacle yet. */
	if (!some_is_bound(machine, plan))
		return;
	if (support->unsafe_interrupts)
		add(findings, FINDING_UNSAFE_INTERRUPTS);
	if (support->closed_group != GROUP_NONE)
		add(findings, FINDING_CLOSED_GROUP);
	if (support->vfio_iommu == NO)
		add(findings, FINDING_NO_VFIO_IOMMU);
	if (support->kvm == NO && support->virtualization != UNKNOWN)
		add(findings,
		    support->virtualization == NO ? FINDING_NO_VIRTUALIZATION : FINDING_NO_KVM);
}
