/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of the running system as a whole is in the way. */
#include <string.h>

#include "tell/tell.h"

#define FIRMWARE "in the firmware's settings"

static void tell_iommu(struct text *text, const struct support *support)
{
	text_add(text, "the IOMMU is off: no function of this machine has an IOMMU group; ");
	if (support->iommu_off)
		text_add(text, "take %s off the kernel command line and restart",
			 support->iommu_off);
	else if (support->cpu == CPU_INTEL && support->intel_iommu_on)
		text_add(text, "intel_iommu=on stands on the kernel command line already: switch "
			       "VT-d on " FIRMWARE);
	else if (support->cpu == CPU_INTEL)
		text_add(text,
			 "add intel_iommu=on to the kernel command line, switch VT-d on " FIRMWARE
			 ", and restart");
	else if (support->cpu == CPU_AMD)
		text_add(text,
			 "on AMD it needs no option: switch it (IOMMU or AMD-Vi) on " FIRMWARE);
	else if (support->cpu == CPU_OTHER)
		text_add(text, "switch it on " FIRMWARE ", where it may be called SMMU");
	else
		text_add(text, "switch it (VT-d, AMD-Vi) on " FIRMWARE ", and on Intel add "
			       "intel_iommu=on to the kernel command line");
}

static void tell_unsafe_interrupts(struct text *text, const struct machine *machine)
{
	text_add(text, "no guest can use what has vfio-pci: interrupts are not remapped on this "
		       "machine, and VFIO wants that of it; ");
	if (strstr(machine->command_line, "intremap=off"))
		text_add(text, "take intremap=off off the kernel command line, and restart");
	else
		text_add(text,
			 "switch it on " FIRMWARE " (VT-d or AMD-Vi); where it has "
			 "none, and you trust every guest, add "
			 "vfio_iommu_type1.allow_unsafe_interrupts=1 to the kernel command line, "
			 "and restart");
}

void tell_switched_off(struct text *text, const struct config *config)
{
	text_add(text, "earlybind was off on this boot: ");
	if (config->mode != SWITCH_OFF)
		text_add(text, "%s stands on the kernel command line; take %s", config->not_run_by,
			 strchr(config->not_run_by, ',') ? "earlybind out of it" : "it off");
	else if (!config->off_by)
		text_add(text, "a word of the kernel command line says so; take it off");
	else if (strcmp(config->off_by, "earlybind=off") == 0)
		text_add(text, "earlybind=off stands on the kernel command line; take it off");
	else
		text_add(text,
			 "on the kernel command line %s cannot be read, which counts as "
			 "earlybind=off; correct it",
			 config->off_by);
	text_add(text, ", and start again");
}

void tell_system_finding(struct text *text, const struct machine *machine, enum finding_kind kind)
{
	const char *module = machine->support.cpu == CPU_AMD ? "kvm_amd" : "kvm_intel";

	switch (kind) {
	case FINDING_NOT_FINISHED:
		text_add(text,
			 "earlybind began on this boot and never came to its second step, once the "
			 "root is mounted; earlybind --finish, run by root, binds now what it may, "
			 "and dmesg | grep earlybind tells more");
		return;
	case FINDING_NO_IOMMU:
		tell_iommu(text, &machine->support);
		return;
	case FINDING_NO_VFIO_IOMMU:
		/* No driver, and no VFIO user, loads it by itself. */
		text_add(text, "no guest can use what is bound: vfio_iommu_type1 is not loaded");
		if (machine->support.vfio_iommu_module == NO)
			text_add(text,
				 ", and kernel %s has no such module; install the rest of its "
				 "modules",
				 machine->kernel.release);
		else
			text_add(text, "; modprobe vfio_iommu_type1, run by root, does that");
		return;
	case FINDING_UNSAFE_INTERRUPTS:
		tell_unsafe_interrupts(text, machine);
		return;
	case FINDING_LOCKED_DOWN:
		text_add(text,
			 "vfio-pci was not loaded, and this kernel is locked down (%s), so that it "
			 "loads signed modules alone; modinfo -F signer vfio-pci says whose key it "
			 "has: a kernel of the distribution has a signed one",
			 machine->support.lockdown);
		return;
	case FINDING_NO_VIRTUALIZATION:
		text_add(text,
			 "KVM can run no guest: the processor shows no virtualization (vmx, svm); "
			 "switch it (VT-x, SVM) on " FIRMWARE);
		return;
	case FINDING_NO_KVM:
		text_add(text,
			 "KVM is not loaded, so that guests run without it or not at all: "
			 "modprobe %s",
			 module);
		return;
	case FINDING_CLOSED_GROUP:
		text_add(text,
			 "you cannot open /dev/vfio/%d; libvirt does that for its guests as root; "
			 "for a QEMU of your own: sudo chown $USER /dev/vfio/%d",
			 machine->support.closed_group, machine->support.closed_group);
		return;
	case FINDING_UNSEEN:
		text_add(text,
			 "what lies on a disk of what is chosen cannot be told without root's "
			 "rights: sudo earlybind --check tells more");
		return;
	case FINDING_SIGNED_COMMAND_LINE:
		text_add(text,
			 "this kernel was started as a unified image under Secure Boot: where its "
			 "command line is part of the image, earlybind=off cannot be added at the "
			 "boot menu; have a second image without earlybind (man earlybind, THE WAY "
			 "BACK)");
		return;
	default:
		return; /* about a function, or the boot */
	}
}
