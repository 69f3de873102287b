/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a function can be bound without hurting the host, taken by itself. */
#include <string.h>

#include "decide.h"

#define CLASS_STORAGE 0x01
#define CLASS_NETWORK 0x02
#define CLASS_DISPLAY 0x03
#define CLASS_BRIDGE 0x06
#define CLASS_INPUT 0x09
#define CLASS_ACCELERATOR 0x12

#define CLASS_DISPLAY_3D 0x0302
#define CLASS_DISPLAY_OTHER 0x0380
#define CLASS_HD_AUDIO 0x0403
#define CLASS_USB 0x0c03
#define CLASS_UCSI 0x0c80 /* "other serial bus": the USB-C port of a graphics card */

bool class_is_bridge(uint32_t class)
{
	switch (PCI_CLASS_SUB(class)) {
	case 0x0600:
	case 0x0601:
	case 0x0604:
	case 0x0607:
	case 0x0609:
		return true;
	default:
		return false;
	}
}

bool class_is_display(uint32_t class)
{
	return PCI_CLASS_BASE(class) == CLASS_DISPLAY;
}

bool kernel_evicts_for_any_vga(const struct kernel *kernel)
{
	if (kernel->major == 0)
		return true; /* it does not tell */
	if (kernel->major != 6)
		return false;
	switch (kernel->minor) {
	case 0:
	case 2:
	case 3:
	case 4:
		return true;
	case 1:
		return kernel->patch_known != YES || kernel->patch <= 46;
	default:
		return false;
	}
}

bool class_is_hd_audio(uint32_t class)
{
	return PCI_CLASS_SUB(class) == CLASS_HD_AUDIO;
}

bool class_is_storage(uint32_t class)
{
	return PCI_CLASS_BASE(class) == CLASS_STORAGE;
}

static void set(struct decision *decision, enum fate fate, enum reason reason)
{
	decision->fate = fate;
	decision->reason = reason;
}

static bool is_chosen(const struct plan *plan, uint16_t f)
{
	return plan->of[f].choice.bind != RULE_NONE && plan->of[f].choice.keep == RULE_NONE;
}

static bool class_is_vga(uint32_t class)
{
	return class_is_display(class) && PCI_CLASS_SUB(class) != CLASS_DISPLAY_3D &&
	       PCI_CLASS_SUB(class) != CLASS_DISPLAY_OTHER;
}

uint16_t find_screen(const struct machine *machine, const struct plan *plan)
{
	uint16_t found = FUNCTION_NONE;
	int best = 0;

	for (uint16_t f = 0; f < machine->function_count; f++) {
		const struct function *function = &machine->functions[f];
		int worth = 2 * (function->framebuffer != FRAMEBUFFER_NONE) +
			    (function->has_screen == YES);

		if (!class_is_display(function->class) || is_chosen(plan, f) || !function->driver ||
		    worth <= best)
			continue;
		best = worth;
		found = f;
	}
	return found;
}

/* Whether simpledrm has the firmware's picture, or will have it. */
static bool is_simpledrm(const struct picture *picture)
{
	return picture->device && strcmp(picture->device, SIMPLE_FRAMEBUFFER) == 0;
}

/* Whether the firmware's picture is no more, on this boot: its driver was told to leave it (video=efifb:off), or it has been taken
 * away. Of its drivers only simpledrm may be a module, which claim is before. */
static bool is_gone(const struct picture *picture, enum moment moment)
{
	return picture->is_there == NO &&
	       (moment == MOMENT_FINISH || (moment == MOMENT_CLAIM && !is_simpledrm(picture)));
}

enum reason console_danger(const struct machine *machine, const struct function *function,
			   enum moment moment)
{
	const struct picture *picture = &machine->picture;

	/* What its own driver shows goes with that driver, whatever the firmware left. */
	if (moment == MOMENT_FINISH && function->driver &&
	    (function->framebuffer != FRAMEBUFFER_NONE || function->has_screen == YES))
		return REASON_OWN_SCREEN;
	/* Nothing can be taken from a console that has no framebuffer to lose. */
	if (picture->kind == PICTURE_NONE || is_gone(picture, moment))
		return REASON_DISPLAY;
	if (function->shows_picture == YES)
		return REASON_SHOWS_PICTURE;
	if (function->shows_picture == UNKNOWN)
		return REASON_PICTURE_UNKNOWN;
	/* vfio-pci looks for framebuffers to remove where the class is VGA's (vfio_pci_vga_init, vfio_pci_core.c). */
	if (!class_is_vga(function->class))
		return REASON_DISPLAY;
	if (function->rom_is_shadow == YES)
		return REASON_ROM_SHADOW;
	if (function->rom_is_shadow == UNKNOWN)
		return REASON_ROM_UNKNOWN;
	if (kernel_evicts_for_any_vga(&machine->kernel))
		return REASON_KERNEL_EVICTS;
	return REASON_DISPLAY;
}

static bool card_has_display(const struct machine *machine, struct pci_address at)
{
	for (uint16_t f = 0; f < machine->function_count; f++)
		if (address_same_card(machine->functions[f].at, at) &&
		    class_is_display(machine->functions[f].class))
			return true;
	return false;
}

static void decide_display(const struct machine *machine, const struct function *function,
			   enum moment moment, struct decision *decision)
{
	enum reason danger = console_danger(machine, function, moment);

	decision->moves_console = danger != REASON_DISPLAY;
	if (class_is_vga(function->class))
		return set(decision, FATE_HOLD, danger);
	if (danger == REASON_DISPLAY)
		return set(decision, FATE_BIND, REASON_HARMLESS);
	/* vfio-pci evicts nothing for these classes, and simpledrm's memory stays taken even when it is unbound. */
	if (danger != REASON_OWN_SCREEN && is_simpledrm(&machine->picture))
		return set(decision, FATE_REFUSE, REASON_SIMPLEDRM);
	set(decision, FATE_HOLD, danger);
}

static void decide_by_kind(const struct machine *machine, const struct function *function,
			   enum moment moment, struct decision *decision)
{
	if (class_is_display(function->class))
		return decide_display(machine, function, moment, decision);
	if (class_is_hd_audio(function->class) ||
	    PCI_CLASS_BASE(function->class) == CLASS_ACCELERATOR)
		return set(decision, FATE_BIND, REASON_HARMLESS);
	if (PCI_CLASS_SUB(function->class) == CLASS_UCSI && card_has_display(machine, function->at))
		return set(decision, FATE_BIND, REASON_HARMLESS);
	if (PCI_CLASS_SUB(function->class) == CLASS_USB)
		return set(decision, FATE_WAIT, REASON_USB);
	if (class_is_storage(function->class) && guard_clears(machine, decision->function) == YES)
		return set(decision, FATE_BIND, REASON_CLEARED);
	if (class_is_storage(function->class))
		return set(decision, FATE_WAIT, REASON_STORAGE);
	set(decision, FATE_WAIT, REASON_OTHER_KIND);
}

/* What a driver loaded at the desk has was free when the boot began; the driver that was asked for never stands in the way. */
static bool has_other_driver(const struct function *function, enum moment moment, const char *asked)
{
	return function->driver && strcmp(function->driver, asked) != 0 &&
	       (moment != MOMENT_NEXT_BOOT || function->driver_built_in == YES);
}

enum fate waiting_fate(const struct function *function, enum moment moment)
{
	if (moment == MOMENT_NEXT_BOOT)
		return function->driver_built_in == YES ? FATE_WAIT : FATE_HOLD;
	return function->driver ? FATE_WAIT : FATE_HOLD;
}

bool function_is_held(const struct function *function, const char *driver)
{
	/* A driver that was there first is not kept away by an override that could not be cleared. What has the asked driver's name
	 * already was held too: whoever wrote that was ended before the probe. */
	return !function->driver && function->held_for &&
	       (strcmp(function->held_for, HELD_NAME) == 0 ||
		strcmp(function->held_for, driver) == 0);
}

/* When it is bound, seen from before the root is mounted. */
static void decide_before_root(const struct function *function, enum moment moment,
			       const struct choice *choice, struct decision *decision)
{
	if (decision->fate != FATE_REFUSE && has_other_driver(function, moment, decision->driver) &&
	    !choice->early)
		set(decision, FATE_WAIT, REASON_HAS_DRIVER);
	if (choice->early && (decision->fate == FATE_HOLD || decision->fate == FATE_WAIT))
		set(decision, FATE_BIND, REASON_EARLY);
}

/* The root is mounted: what waited for that is bound now, unless the host would be left without a screen. */
static void decide_in_finish(const struct machine *machine, const struct plan *plan,
			     const struct choice *choice, struct decision *decision)
{
	const struct function *function = &machine->functions[decision->function];

	if (decision->fate == FATE_REFUSE)
		return;
	if (machine->rescue)
		return set(decision, waiting_fate(function, MOMENT_FINISH), REASON_RESCUE);
	if (function->has_keyboard && machine->prompt_to_come != NO && !choice->force)
		return set(decision, waiting_fate(function, MOMENT_FINISH), REASON_KEYBOARD);
	if (decision->moves_console && plan->screen == FUNCTION_NONE && !choice->force)
		return set(decision, waiting_fate(function, MOMENT_FINISH), decision->reason);
	decision->fate = FATE_BIND;
}

/* Whether the host may have begun to rely on what a driver has just made of such a function: a screen, a disk, a network. */
static bool class_may_be_relied_on(uint32_t class)
{
	return class_is_display(class) || class_is_storage(class) ||
	       PCI_CLASS_BASE(class) == CLASS_NETWORK || PCI_CLASS_BASE(class) == CLASS_INPUT;
}

void decide_alone(const struct machine *machine, const struct plan *plan, enum moment moment,
		  struct decision *decision)
{
	const struct function *function = &machine->functions[decision->function];
	const struct choice *choice = &plan->of[decision->function].choice;

	enum reason refusal;

	decision->moves_console = false;
	if (decision->reason == REASON_DRIVERS_DIFFER)
		return;
	if (class_is_bridge(function->class))
		return set(decision, FATE_REFUSE, REASON_BRIDGE);
	/* Intel VMD numbers its domains from 0x10000 (vmd_find_free_domain, drivers/pci/controller/vmd.c). */
	if (function->at.domain > 0xffff)
		return set(decision, FATE_REFUSE, REASON_BELOW_VMD);
	/* Without a group the probe fails only after it has evicted the framebuffer. */
	if (function->group == GROUP_NONE)
		return set(decision, FATE_REFUSE, REASON_NO_GROUP);
	if (moment != MOMENT_NEXT_BOOT && function->driver &&
	    strcmp(function->driver, decision->driver) == 0)
		return set(decision, FATE_BIND, REASON_ALREADY);
	if (function->has_virtual == YES)
		return set(decision, FATE_REFUSE, REASON_HAS_VIRTUAL);
	if (moment == MOMENT_FINISH && function->appeared && function->driver &&
	    class_may_be_relied_on(function->class))
		return set(decision, FATE_REFUSE, REASON_LATE);
	if (moment == MOMENT_FINISH && !function->waited && !function->appeared &&
	    !function_is_held(function, decision->driver))
		return set(decision, FATE_REFUSE, REASON_NOT_HELD);
	refusal = need_refuses(machine, decision->function, moment, choice->force);
	if (refusal != REASON_HARMLESS)
		return set(decision, FATE_REFUSE, refusal);
	decide_by_kind(machine, function, moment, decision);
	if (moment == MOMENT_FINISH)
		decide_in_finish(machine, plan, choice, decision);
	else
		decide_before_root(function, moment, choice, decision);
}
