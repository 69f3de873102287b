/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decide/decide.h"
#include "tell/tell.h"

static const struct function *function_of(const struct machine *machine, const struct plan *plan,
					  uint16_t d)
{
	return &machine->functions[plan->decisions[d].function];
}

static void tell_companion(struct text *text, const struct machine *machine,
			   const struct plan *plan, const struct decision *decision)
{
	struct pci_address at = function_of(machine, plan, decision->companion)->at;

	if (decision->fate == FATE_REFUSE)
		text_add(text,
			 "the functions of a card go together, and " ADDRESS_FORMAT " is not bound",
			 ADDRESS_PARTS(at));
	else
		text_add(text, "it waits for " ADDRESS_FORMAT " of its card", ADDRESS_PARTS(at));
}

static void tell_drivers(struct text *text, const struct config *config,
			 const struct choice *choice)
{
	const struct rule *first = &config->rules[choice->driver];
	const struct rule *second = &config->rules[choice->other_driver];

	text_add(text, "it cannot have two drivers: ");
	tell_place(text, config, first->at);
	text_add(text, " names %s, ", first->driver);
	tell_place(text, config, second->at);
	text_add(text, " names %s", second->driver);
}

/* "it carries /home of /etc/fstab": what lies on it now, or lay on it when the image was built. */
static void tell_needed(struct text *text, const struct machine *machine,
			const struct function *function, enum need_kind kind)
{
	uint16_t f = (uint16_t)(function - machine->functions);
	const struct need *need = need_on(machine, f, kind);
	const struct guard_fact *fact = guard_needed(machine, f);

	text_add(text, "it carries %s", need ? need->what : fact ? fact->what : "something");
}

/* The first thing that lies nobody knows where. */
static const char *name_unknown(const struct machine *machine)
{
	for (uint16_t n = 0; n < machine->need_count; n++)
		if (machine->needs[n].function == FUNCTION_NONE)
			return machine->needs[n].what;
	return "what the boot needs";
}

void tell_cause(struct text *text, const struct machine *machine, const struct function *function,
		enum reason reason)
{
	switch (reason) {
	case REASON_HARMLESS:
		text_add(text, "binding it disturbs nothing");
		return;
	case REASON_EARLY:
		text_add(text, "its line says early: nothing is waited for");
		return;
	case REASON_DISPLAY:
		text_add(text, "a display is bound once the root is mounted");
		return;
	case REASON_CLEARED:
		text_add(text, "the boot needs no disk of it");
		return;
	case REASON_KEYBOARD:
		text_add(text, "a keyboard hangs on it, and a passphrase is still to be typed");
		return;
	case REASON_CARRIES_ROOT:
		tell_needed(text, machine, function, NEED_ROOT);
		text_add(text, ", and is never given away");
		return;
	case REASON_NEEDED:
		tell_needed(text, machine, function, NEED_BOOT);
		text_add(text,
			 ", which the boot needs; where it does not, add `force` to the line");
		return;
	case REASON_IN_USE:
		tell_needed(text, machine, function, NEED_USE);
		text_add(text,
			 ", which is in use; where that does not matter, add `force` to the line");
		return;
	case REASON_NEED_UNKNOWN:
		text_add(text, "nobody can tell on which controller %s lies",
			 name_unknown(machine));
		return;
	case REASON_RESCUE:
		text_add(text,
			 "this boot is for rescue, and nothing is taken from the host; a normal "
			 "one binds it");
		return;
	case REASON_LATE:
		text_add(text,
			 "it appeared after the start of the boot, and the driver %s was faster; "
			 "where it is there when the machine is switched on, it is bound",
			 function->driver ? function->driver : "?");
		return;
	case REASON_NOT_HELD:
		text_add(text,
			 "it was not held from the start of the boot, so a driver may use it");
		return;
	case REASON_SIMPLEDRM:
		text_add(text,
			 "it shows the firmware's picture by simpledrm, which never lets go of its "
			 "memory, and no guest could use it; choose the other card as the first "
			 "display in the firmware's settings");
		return;
	case REASON_ALREADY:
		text_add(text, "it has that driver already");
		return;
	case REASON_COMPANION:
	case REASON_DRIVERS_DIFFER:
		return; /* rest on the plan */
	case REASON_HAS_VIRTUAL:
		text_add(text,
			 "its virtual functions are switched on, and the kernel then refuses to "
			 "give it away; write 0 to its sriov_numvfs");
		return;
	case REASON_BRIDGE:
		text_add(text, "it is a bridge, the way to other devices");
		return;
	case REASON_BELOW_VMD:
		text_add(text, "it is below Intel VMD and in that one's IOMMU group; switch VMD "
			       "off in the "
			       "firmware's settings");
		return;
	case REASON_NO_GROUP:
		text_add(text,
			 "it has no IOMMU group; switch the IOMMU (VT-d, AMD-Vi) on in the "
			 "firmware's "
			 "settings, and on Intel add intel_iommu=on to the kernel command line");
		return;
	case REASON_USB:
		text_add(text, "a USB controller, which a keyboard may hang on, is bound once the "
			       "root is mounted");
		return;
	case REASON_STORAGE:
		text_add(text, "a storage controller is bound once the root is mounted");
		if (function->disks)
			text_add(text, "; on it: %s", function->disks);
		return;
	case REASON_OTHER_KIND:
		text_add(text, "a function of class %04x is bound once the root is mounted",
			 PCI_CLASS_SUB(function->class));
		return;
	case REASON_HAS_DRIVER:
		text_add(text,
			 "the driver %s has it before earlybind runs; it is bound once the root is "
			 "mounted",
			 function->driver ? function->driver : "?");
		return;
	case REASON_SHOWS_PICTURE:
		text_add(text, "it shows the firmware's picture");
		return;
	case REASON_PICTURE_UNKNOWN:
		text_add(text, "nobody can tell whether it shows the firmware's picture");
		return;
	case REASON_ROM_SHADOW:
		text_add(text, "its ROM is the copy at c0000, the mark by which 6.1 kernels know "
			       "the boot display");
		return;
	case REASON_ROM_UNKNOWN:
		text_add(text, "its resources cannot be read, so nobody can tell whether binding "
			       "it would freeze the screen");
		return;
	case REASON_KERNEL_EVICTS:
		text_add(text,
			 "kernel %s may take the console's framebuffer away when any VGA card is "
			 "bound",
			 machine->kernel.major ? machine->kernel.release : "of unknown version");
		return;
	case REASON_OWN_SCREEN:
		text_add(text, "its own driver %s has a screen on it",
			 function->driver ? function->driver : "?");
		return;
	}
}

/* What a display waits for whose binding takes the console's framebuffer away. */
static void tell_screen(struct text *text, const struct machine *machine, const struct plan *plan,
			const struct decision *decision)
{
	bool forced = plan->of[decision->function].choice.force;

	if (decision->fate == FATE_BIND || decision->reason == REASON_RESCUE)
		return;
	if (forced)
		text_add(text, "; it is bound once the root is mounted, screen or no screen");
	else if (machine->nomodeset)
		text_add(text,
			 "; no card that stays can have a screen as long as nomodeset is on the "
			 "kernel command line");
	else if (plan->moment == MOMENT_FINISH)
		text_add(text,
			 "; it is bound as soon as a card that stays has a screen: is the driver "
			 "of that card loaded? To do without a screen, add `force` to the line");
	else
		text_add(text, "; it is bound once the root is mounted and a card that stays has a "
			       "screen");
}

void tell_reason(struct text *text, const struct config *config, const struct machine *machine,
		 const struct plan *plan, uint16_t d)
{
	const struct decision *decision = &plan->decisions[d];

	if (decision->reason == REASON_COMPANION)
		tell_companion(text, machine, plan, decision);
	else if (decision->reason == REASON_DRIVERS_DIFFER)
		tell_drivers(text, config, &plan->of[decision->function].choice);
	else if (decision->reason == REASON_HAS_DRIVER && decision->moves_console)
		text_add(text, "the driver %s has it before earlybind runs",
			 function_of(machine, plan, d)->driver);
	else
		tell_cause(text, machine, function_of(machine, plan, d), decision->reason);
	if (decision->moves_console && decision->fate != FATE_REFUSE &&
	    decision->reason != REASON_COMPANION)
		tell_screen(text, machine, plan, decision);
}
