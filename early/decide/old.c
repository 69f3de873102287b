/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is left of the old ways, held against the configuration. What is told of this boot is judged by what this
 * boot did: files of a boot loader may be for a boot that nobody wants, so what stands there alone is no fight. */
#include "old.h"

#include <string.h>

#include "decide/decide.h"
#include "import.h"

const char *old_driver(const struct remnant *remnant)
{
	return strcmp(remnant->module, "pci_stub") == 0 ? "pci-stub" : "vfio-pci";
}

static bool is_stub(const struct remnant *remnant)
{
	return strcmp(old_driver(remnant), "pci-stub") == 0;
}

enum driver_state old_driver_state(const struct old_ways *old, const struct machine *machine,
				   const struct remnant *remnant)
{
	return is_stub(remnant) ? old->remnants->pci_stub : machine->vfio_pci;
}

bool old_virqfd_is_gone(const struct kernel *kernel)
{
	return kernel->major > 6 || (kernel->major == 6 && kernel->minor >= 2);
}

/* The driver that the configuration asks for, or NULL where it does not choose the function. */
static const char *wanted_driver(const struct plan *plan, uint16_t f)
{
	for (uint16_t d = 0; d < plan->decision_count; d++)
		if (plan->decisions[d].function == f)
			return plan->decisions[d].driver;
	return NULL;
}

static bool ids_name(const struct remnants *remnants, uint16_t remnant,
		     const struct function *function)
{
	for (uint16_t i = 0; i < remnants->id_count; i++)
		if (remnants->ids[i].remnant == remnant &&
		    import_id_means(&remnants->ids[i], function))
			return true;
	return false;
}

/* Whether this boot had what the remnant says of the function: a driver that is part of the kernel has read its own
 * command line alone, and what a boot loader's file says was in force where the command line says it too. */
bool old_in_force(const struct old_ways *old, const struct machine *machine, uint16_t remnant,
		  uint16_t f)
{
	const struct remnants *remnants = old->remnants;
	const struct remnant *one = &remnants->of[remnant];

	if (one->source == SOURCE_COMMAND_LINE)
		return true;
	if (one->source == SOURCE_MODPROBE || one->source == SOURCE_INITRAMFS_TOOLS)
		return old_driver_state(old, machine, one) != DRIVER_BUILT_IN;
	for (uint16_t r = 0; r < remnants->count; r++)
		if (remnants->of[r].source == SOURCE_COMMAND_LINE &&
		    remnants->of[r].kind == REMNANT_IDS &&
		    strcmp(remnants->of[r].module, one->module) == 0 &&
		    ids_name(remnants, r, &machine->functions[f]))
			return true;
	return false;
}

/* A display on whose framebuffer the console may be is to be held until the root is mounted. vfio-pci as a part of
 * the kernel takes it before earlybind runs, and the prompt's screen with it. pci-stub touches no framebuffer. */
static bool comes_first(const struct old_ways *old, const struct machine *machine,
			const struct plan *plan, uint16_t remnant, uint16_t f)
{
	const struct function *function = &machine->functions[f];

	return !is_stub(&old->remnants->of[remnant]) && machine->vfio_pci == DRIVER_BUILT_IN &&
	       class_is_display(function->class) && !plan->of[f].choice.early &&
	       console_danger(machine, function, MOMENT_NEXT_BOOT) != REASON_DISPLAY &&
	       old_in_force(old, machine, remnant, f);
}

enum old_effect old_effect_of_ids(const struct old_ways *old, const struct machine *machine,
				  const struct plan *plan, uint16_t remnant, uint16_t f)
{
	const struct function *function = &machine->functions[f];
	const char *driver = old_driver(&old->remnants->of[remnant]);
	const char *wanted = wanted_driver(plan, f);

	if (!ids_name(old->remnants, remnant, function))
		return EFFECT_NONE;
	if (wanted && strcmp(wanted, driver) == 0)
		return comes_first(old, machine, plan, remnant, f) ? EFFECT_FIRST : EFFECT_SAME;
	/* What libvirt or driverctl gave to the driver has an override; what an id gave to it has none. */
	if (function->driver && strcmp(function->driver, driver) == 0 && !function->held_for &&
	    old_in_force(old, machine, remnant, f))
		return EFFECT_TOOK;
	return EFFECT_BEYOND;
}

static enum old_kind kind_of_ids(const struct old_ways *old, const struct machine *machine,
				 const struct plan *plan, uint16_t remnant)
{
	enum old_effect most = EFFECT_NONE;

	for (uint16_t f = 0; f < machine->function_count; f++) {
		enum old_effect effect = old_effect_of_ids(old, machine, plan, remnant, f);

		if (effect > most)
			most = effect;
	}
	return most == EFFECT_TOOK   ? OLD_IDS_TOOK :
	       most == EFFECT_FIRST  ? OLD_IDS_FIRST :
	       most == EFFECT_BEYOND ? OLD_IDS_BEYOND :
				       OLD_IDS_NEEDLESS;
}

/* Which functions a driver is for, as far as anybody blacklists it for a guest's card. */
static bool is_for(const char *driver, const struct function *function)
{
	static const struct {
		const char *driver;
		uint16_t vendor; /* 0: any */
		uint16_t class, mask;
	} drivers[] = {
		{ "nouveau", 0x10de, 0x0300, 0xff00 },
		{ "nvidia", 0x10de, 0x0300, 0xff00 },
		{ "nvidia_drm", 0x10de, 0x0300, 0xff00 },
		{ "nvidia_modeset", 0x10de, 0x0300, 0xff00 },
		{ "nvidia_uvm", 0x10de, 0x0300, 0xff00 },
		{ "nvidiafb", 0x10de, 0x0300, 0xff00 },
		{ "amdgpu", 0x1002, 0x0300, 0xff00 },
		{ "radeon", 0x1002, 0x0300, 0xff00 },
		{ "i915", 0x8086, 0x0300, 0xff00 },
		{ "xe", 0x8086, 0x0300, 0xff00 },
		{ "snd_hda_intel", 0, 0x0403, 0xffff },
		{ "i2c_nvidia_gpu", 0x10de, 0x0c80, 0xffff },
		{ "xhci_pci", 0, 0x0c03, 0xffff },
	};

	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (strcmp(driver, drivers[i].driver) == 0)
			return (!drivers[i].vendor || drivers[i].vendor == function->vendor) &&
			       (PCI_CLASS_SUB(function->class) & drivers[i].mask) ==
				       drivers[i].class;
	return false;
}

bool old_blacklist_bares(const struct machine *machine, const struct plan *plan, const char *driver,
			 uint16_t f)
{
	return is_for(driver, &machine->functions[f]) && !machine->functions[f].driver &&
	       !wanted_driver(plan, f);
}

/* A blacklist fights with nothing: no line asks for a driver of the host's. Where functions that stay are of its
 * kind and have another driver, it may well be there for them, and is not ours to judge. Returns whether it is worth
 * a word. */
static bool find_kind_of_blacklist(const struct machine *machine, const struct plan *plan,
				   const char *driver, enum old_kind *kind)
{
	bool chosen = false, stays = false, bare = false;

	for (uint16_t f = 0; f < machine->function_count; f++) {
		if (!is_for(driver, &machine->functions[f]))
			continue;
		chosen |= wanted_driver(plan, f) != NULL;
		stays |= !wanted_driver(plan, f);
		bare |= old_blacklist_bares(machine, plan, driver, f);
	}
	*kind = bare ? OLD_BLACKLIST_OF_HOST : OLD_BLACKLIST;
	return bare || (chosen && !stays);
}

/* A function that no line chooses may go to a VFIO driver by driverctl as well: then the machine has two lists of
 * what goes, and exactly what this one names does not hold. With any other driver it is no business of ours. */
static bool find_kind_of_override(const struct machine *machine, const struct plan *plan,
				  const struct remnant *remnant, enum old_kind *kind)
{
	uint16_t f = machine_find(machine, remnant->at);
	const char *wanted = f == FUNCTION_NONE ? NULL : wanted_driver(plan, f);

	*kind = OLD_OVERRIDE_FIGHTS;
	if (f == FUNCTION_NONE || (wanted && strcmp(wanted, remnant->module) == 0))
		*kind = OLD_OVERRIDE;
	return remnant->kind == REMNANT_OVERRIDE || wanted;
}

bool old_goes_with_stray(const struct remnants *remnants, uint16_t remnant)
{
	const struct remnant *one = &remnants->of[remnant];

	return remnant > 0 && remnant < remnants->count && one->kind == REMNANT_STRAY_IDS &&
	       one[-1].kind == REMNANT_STRAY_IDS && one[-1].line == one->line &&
	       strcmp(one[-1].file, one->file) == 0;
}

/* Returns whether the remnant is worth a word of its own. */
static bool find_kind(const struct old_ways *old, const struct machine *machine,
		      const struct plan *plan, uint16_t r, enum old_kind *kind)
{
	const struct remnant *remnant = &old->remnants->of[r];

	switch (remnant->kind) {
	case REMNANT_IDS:
		*kind = kind_of_ids(old, machine, plan, r);
		return true;
	case REMNANT_STRAY_IDS:
		*kind = OLD_STRAY_IDS;
		return !old_goes_with_stray(old->remnants, r);
	case REMNANT_OPTION: /* earlybind loads the driver with it */
	case REMNANT_EARLY: /* told with the function that its driver has */
		return false;
	case REMNANT_FOREIGN_OPTION:
		*kind = OLD_FOREIGN_OPTION;
		return true;
	case REMNANT_SOFTDEP:
		*kind = OLD_SOFTDEP;
		return true;
	case REMNANT_BLACKLIST:
		return find_kind_of_blacklist(machine, plan, remnant->module, kind);
	case REMNANT_MODULES:
		*kind = OLD_MODULES;
		return true;
	case REMNANT_OVERRIDE:
	case REMNANT_OTHER_OVERRIDE:
		return find_kind_of_override(machine, plan, remnant, kind);
	}
	return false;
}

static void add(struct old_ways *old, enum old_kind kind, uint16_t remnant)
{
	old->of[old->count++] = (struct old_way){ kind, remnant };
	old->fights = (uint16_t)(old->fights + (kind < OLD_IDS_BEYOND));
}

/* A saved override fights whether or not it has had its way yet. Of everything else what it did on this boot can be
 * seen. */
static bool may_hide_a_fight(const struct remnants *remnants)
{
	static const char overrides[] = "/etc/driverctl.d";

	for (uint16_t u = 0; u < remnants->unread_count; u++)
		if (strncmp(remnants->unread[u].path, overrides, strlen(overrides)) == 0)
			return true;
	return remnants->cut;
}

static bool loads(const struct plan *plan, const char *driver)
{
	for (uint16_t d = 0; d < plan->decision_count; d++)
		if (strcmp(plan->decisions[d].driver, driver) == 0)
			return true;
	return false;
}

void find_old_ways(const struct remnants *remnants, const struct config *config,
		   const struct machine *machine, const struct plan *plan,
		   const struct report *report, struct old_ways *old)
{
	bool ran = config->mode == SWITCH_ON && report->there && !report->too_new &&
		   !report->planned_only;
	enum old_kind kind;

	old->remnants = remnants;
	old->count = old->fights = 0;
	old->unsure = false;
	old->vfio_pci_set_aside =
		ran && machine->vfio_pci == DRIVER_MODULE && loads(plan, "vfio-pci");
	old->pci_stub_set_aside =
		ran && remnants->pci_stub == DRIVER_MODULE && loads(plan, "pci-stub");
	if (config->rule_count == 0)
		return;
	for (uint16_t r = 0; r < remnants->count; r++)
		if (find_kind(old, machine, plan, r, &kind))
			add(old, kind, r);
	if (remnants->unread_count > 0 || remnants->cut)
		add(old, OLD_UNREAD, 0);
	old->unsure = may_hide_a_fight(remnants);
}

/* Drivers and modules are called the same but for `-` and `_`. */
static bool same_name(const char *a, const char *b)
{
	for (; *a && (*a == *b || (*a == '-' && *b == '_') || (*a == '_' && *b == '-')); a++)
		b++;
	return *a == *b;
}

static bool may_have_come_first(const struct function *function, const struct report_line *line)
{
	if (function->driver_built_in == YES)
		return false;
	return !line || (strcmp(line->result, REPORT_BOUND) != 0 &&
			 strcmp(line->result, REPORT_WAS_BOUND) != 0 &&
			 strcmp(line->result, REPORT_HELD) != 0);
}

/* Whether this machine's generator reads it. */
static bool is_read(const struct machine *machine, const struct remnant *remnant)
{
	const char *of = remnant->source == SOURCE_MKINITCPIO      ? GENERATOR_MKINITCPIO :
			 remnant->source == SOURCE_DRACUT          ? GENERATOR_DRACUT :
			 remnant->source == SOURCE_INITRAMFS_TOOLS ? GENERATOR_INITRAMFS_TOOLS :
								     NULL;

	return !of || !machine->generator || strcmp(of, machine->generator) == 0;
}

void find_ways(const struct remnants *remnants, const struct machine *machine,
	       const struct plan *plan, struct findings *findings)
{
	for (uint32_t i = 0; i < findings->count; i++) {
		struct finding *finding = &findings->of[i];
		const struct function *function =
			&machine->functions[plan->decisions[finding->decision].function];

		if (finding->kind != FINDING_OTHER_DRIVER ||
		    !may_have_come_first(function, finding->line))
			continue;
		for (uint16_t r = 0; r < remnants->count && !finding->way; r++)
			if (remnants->of[r].kind == REMNANT_EARLY &&
			    is_read(machine, &remnants->of[r]) &&
			    same_name(remnants->of[r].module, function->driver))
				finding->way = &remnants->of[r];
	}
}
