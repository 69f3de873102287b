/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a function can be bound without hurting the host, taken by itself. */
#include <string.h>

#include "decide.h"

#define CLASS_STORAGE 0x01
#define CLASS_NETWORK 0x02
#define CLASS_DISPLAY 0x03
#define CLASS_BRIDGE 0x06
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

static void set(struct decision *decision, enum fate fate, enum reason reason)
{
	decision->fate = fate;
	decision->reason = reason;
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
			   struct decision *decision)
{
	uint32_t class = PCI_CLASS_SUB(function->class);

	if (function->shows_picture == YES)
		return set(decision, FATE_REFUSE, REASON_SHOWS_PICTURE);
	if (function->shows_picture == UNKNOWN)
		return set(decision, FATE_REFUSE, REASON_PICTURE_UNKNOWN);
	if (class == CLASS_DISPLAY_3D || class == CLASS_DISPLAY_OTHER)
		return set(decision, FATE_BIND, REASON_HARMLESS);
	/* Nothing can be taken from a console that has no framebuffer to lose. */
	if (machine->picture.kind != PICTURE_NONE) {
		if (function->rom_is_shadow == YES)
			return set(decision, FATE_REFUSE, REASON_ROM_SHADOW);
		if (function->rom_is_shadow == UNKNOWN)
			return set(decision, FATE_REFUSE, REASON_ROM_UNKNOWN);
		if (kernel_evicts_for_any_vga(&machine->kernel))
			return set(decision, FATE_REFUSE, REASON_KERNEL_EVICTS);
	}
	set(decision, FATE_HOLD, REASON_DISPLAY);
}

static void decide_by_kind(const struct machine *machine, const struct function *function,
			   struct decision *decision)
{
	if (class_is_display(function->class))
		return decide_display(machine, function, decision);
	if (class_is_hd_audio(function->class) ||
	    PCI_CLASS_BASE(function->class) == CLASS_ACCELERATOR)
		return set(decision, FATE_BIND, REASON_HARMLESS);
	if (PCI_CLASS_SUB(function->class) == CLASS_UCSI && card_has_display(machine, function->at))
		return set(decision, FATE_BIND, REASON_HARMLESS);
	if (PCI_CLASS_SUB(function->class) == CLASS_USB)
		return set(decision, FATE_REFUSE, REASON_USB);
	if (PCI_CLASS_BASE(function->class) == CLASS_STORAGE)
		return set(decision, FATE_REFUSE, REASON_STORAGE);
	if (PCI_CLASS_BASE(function->class) == CLASS_NETWORK)
		return set(decision, FATE_REFUSE, REASON_NETWORK);
	set(decision, FATE_REFUSE, REASON_OTHER_KIND);
}

/* Whether a driver stands in the way at the moment the plan is for. At the desk only a driver that is part of
 * the kernel image counts: any other is loaded after claim. The one that was asked for never does. */
static bool driver_in_the_way(const struct function *function, enum moment moment,
			      const char *asked)
{
	return function->driver && strcmp(function->driver, asked) != 0 &&
	       (moment != MOMENT_NEXT_BOOT || function->driver_built_in == YES);
}

void decide_alone(const struct machine *machine, enum moment moment, struct decision *decision)
{
	const struct function *function = &machine->functions[decision->function];

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
	decide_by_kind(machine, function, decision);
	if (decision->fate != FATE_REFUSE && driver_in_the_way(function, moment, decision->driver))
		set(decision, FATE_REFUSE, REASON_HAS_DRIVER);
}
