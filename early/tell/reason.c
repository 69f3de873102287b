/* SPDX-License-Identifier: GPL-2.0-or-later */
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

void tell_cause(struct text *text, const struct machine *machine, const struct function *function,
		enum reason reason)
{
	switch (reason) {
	case REASON_HARMLESS:
		text_add(text, "binding it disturbs nothing");
		return;
	case REASON_DISPLAY:
		text_add(text, "a display is bound once the root is mounted");
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
		text_add(text, "it is a USB controller, and your keyboard may hang on it; this "
			       "version binds none");
		return;
	case REASON_STORAGE:
		text_add(text, "it is a storage controller, and the boot may need its disks; this "
			       "version binds "
			       "none");
		if (function->disks)
			text_add(text, "; on it: %s", function->disks);
		return;
	case REASON_NETWORK:
		text_add(text, "it is a network controller, and the boot may need it; this version "
			       "binds none");
		return;
	case REASON_OTHER_KIND:
		text_add(text,
			 "it is of class %04x; this version binds displays, HD audio, "
			 "accelerators, and the "
			 "USB-C function of a graphics card",
			 PCI_CLASS_SUB(function->class));
		return;
	case REASON_HAS_DRIVER:
		text_add(text,
			 "the driver %s has it before earlybind runs; this version takes nothing "
			 "from a "
			 "driver",
			 function->driver ? function->driver : "?");
		return;
	case REASON_SHOWS_PICTURE:
		text_add(text, "it shows the firmware's picture, and binding it would freeze the "
			       "screen before "
			       "the passphrase prompt; plug the monitor into the other card or "
			       "choose that one as "
			       "the first display in the firmware's settings");
		return;
	case REASON_PICTURE_UNKNOWN:
		text_add(text, "nobody can tell whether it shows the firmware's picture, and "
			       "binding it might freeze the screen before the passphrase prompt; "
			       "start by UEFI with CSM off, where that can mostly be told");
		return;
	case REASON_ROM_SHADOW:
		text_add(text,
			 "its ROM is the copy at c0000, the mark by which 6.1 kernels know "
			 "the boot display and freeze the screen; give the other card away, or "
			 "put this one into a slot behind a PCI Express port");
		return;
	case REASON_ROM_UNKNOWN:
		text_add(text, "its resources cannot be read, so nobody can tell whether binding "
			       "it would freeze the screen; earlybind --snapshot shows what is "
			       "missing");
		return;
	case REASON_KERNEL_EVICTS:
		text_add(text,
			 "kernel %s takes the console's framebuffer away when any VGA card is "
			 "bound; 6.1.47 "
			 "and later 6.1 kernels, 6.5 and newer ones do not",
			 machine->kernel.major ? machine->kernel.release : "of unknown version");
		return;
	}
}

void tell_reason(struct text *text, const struct config *config, const struct machine *machine,
		 const struct plan *plan, uint16_t d)
{
	const struct decision *decision = &plan->decisions[d];

	if (decision->reason == REASON_COMPANION)
		tell_companion(text, machine, plan, decision);
	else if (decision->reason == REASON_DRIVERS_DIFFER)
		tell_drivers(text, config, &plan->choices[decision->function]);
	else
		tell_cause(text, machine, function_of(machine, plan, d), decision->reason);
}
