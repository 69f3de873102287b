/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What check finds, and what it does not. */
#include "finding.h"

#include "fixture.h"
#include "read/cmdline.h"
#include "test.h"

static struct report report;
static struct findings findings;

/* A card that is as asked, on a boot whose report fits. */
static void as_asked(void)
{
	new_machine();
	add_function("0000:07:00.0", CLASS_VGA)->driver = "vfio-pci";
	add_function("0000:07:00.1", CLASS_HD_AUDIO)->driver = "vfio-pci";
	machine.functions[0].held_for = machine.functions[1].held_for = "vfio-pci";
	add_function("0000:08:00.0", CLASS_VGA)->driver = "nouveau";
	machine.support = (struct support){ .kvm = YES, .closed_group = GROUP_NONE };
	new_config("bind slot 07:00\n");
	config.hash = 42;
	report.there = report.finished = true;
	report.planned_only = report.too_new = false;
	report.hash = 42;
	report.line_count = 0;
	report.nothing.sentence = NULL;
}

static void look(void)
{
	make_plan(&config, &machine, MOMENT_NEXT_BOOT, &plan);
	memset(findings.as_asked, 0, 16);
	find(&config, &machine, &plan, &report, &findings);
}

static bool found(enum finding_kind kind)
{
	for (uint32_t i = 0; i < findings.count; i++)
		if (findings.of[i].kind == kind)
			return true;
	return false;
}

static bool found_only(enum finding_kind kind)
{
	look();
	return findings.count == 1 && findings.of[0].kind == kind;
}

static void nothing(void)
{
	as_asked();
	look();
	CHECK(findings.count == 0 && findings.as_asked[0] && findings.as_asked[1]);
	as_asked();
	new_config("");
	report.there = false;
	look();
	CHECK(findings.count == 0);
}

static void of_the_boot(void)
{
	as_asked();
	config.mode = SWITCH_OFF;
	CHECK(found_only(FINDING_SWITCHED_OFF));
	as_asked();
	report.planned_only = true;
	CHECK(found_only(FINDING_PLANNED_ONLY));
	as_asked();
	report.there = false;
	report.hash = 1; /* says nothing then */
	CHECK(found_only(FINDING_NOT_RUN));
	cmdline_read(&config, "disablehooks=other rd.systemd.mask=other.service");
	CHECK(found_only(FINDING_NOT_RUN));
	cmdline_read(&config, "disablehooks=other,earlybind rd.systemd.mask=earlybind.service");
	CHECK(config.mode == SWITCH_ON && found_only(FINDING_SWITCHED_OFF));
	CHECK(strcmp(config.not_run_by, "disablehooks=other,earlybind") == 0);
	report.there = true;
	report.hash = 42;
	look();
	CHECK(findings.count == 0);
	as_asked();
	report.hash = 43;
	CHECK(found_only(FINDING_STALE_IMAGE));
	as_asked();
	report.too_new = true;
	report.hash = 43; /* who knows how that version counts */
	CHECK(found_only(FINDING_NEWER_REPORT));
	as_asked();
	config.mode = SWITCH_OFF;
	report.hash = 43;
	look();
	CHECK(findings.count == 2 && found(FINDING_SWITCHED_OFF) && found(FINDING_STALE_IMAGE));
}

static void of_a_function(void)
{
	as_asked();
	machine.functions[1].driver = "snd_hda_intel";
	CHECK(found_only(FINDING_OTHER_DRIVER) && findings.of[0].decision == 1 &&
	      !findings.of[0].line);
	CHECK(findings.as_asked[0] && !findings.as_asked[1]);
	as_asked();
	machine.functions[0].driver = NULL;
	CHECK(found_only(FINDING_NO_DRIVER) && findings.of[0].decision == 0);
	as_asked();
	machine.functions[0].driver = NULL;
	machine.functions[0].held_for = HELD_NAME;
	CHECK(found_only(FINDING_HELD));
	as_asked();
	machine.functions[0].driver = NULL;
	machine.functions[0].held_for = "none"; /* somebody else's */
	CHECK(found_only(FINDING_NO_DRIVER));
	as_asked();
	machine.functions[0].driver = "vfio-pci-x";
	CHECK(found_only(FINDING_OTHER_DRIVER));
	as_asked();
	machine.functions[0].driver = NULL;
	machine.functions[0].held_for = "vfio-pci"; /* named, and not bound */
	CHECK(found_only(FINDING_NO_DRIVER));
	/* the driver that a line names is the one that counts */
	as_asked();
	new_config("bind slot 07:00 driver pci-stub\n");
	config.hash = 42;
	look();
	CHECK(findings.count == 2 && findings.of[0].kind == FINDING_OTHER_DRIVER &&
	      !findings.as_asked[0]);
	machine.functions[0].driver = machine.functions[1].driver = "pci-stub";
	machine.functions[0].held_for = machine.functions[1].held_for = "pci-stub";
	look();
	CHECK(findings.count == 0 && findings.as_asked[0] && findings.as_asked[1]);
	/* bound, and of no use: a firmware framebuffer still has the memory of it, not of another */
	as_asked();
	machine.picture.memory_of = 0;
	CHECK(found_only(FINDING_MEMORY_TAKEN));
	as_asked();
	machine.picture.memory_of = 2;
	look();
	CHECK(findings.count == 0);
	machine.picture.memory_of = FUNCTION_NONE;
	/* bound, and of no use: another function of its group works for the host */
	as_asked();
	machine.functions[0].group = machine.functions[1].group = machine.functions[2].group;
	CHECK(found_only(FINDING_GROUP_TAKEN) && findings.of[0].decision == 0 && /* told once */
	      !findings.as_asked[0] && findings.as_asked[1]);
	machine.functions[2].driver = NULL;
	look();
	CHECK(findings.count == 0);
	machine.functions[2].driver = "pci-stub";
	look();
	CHECK(findings.count == 0);
	/* bridges do not, with the driver that every root port has; before 5.19 with no driver */
	machine.functions[2].class = CLASS_PORT;
	machine.functions[2].driver = "pcieport";
	look();
	CHECK(findings.count == 0);
	machine.functions[2].driver = "shpchp";
	CHECK(found_only(FINDING_GROUP_TAKEN));
	machine.kernel.major = 5;
	machine.kernel.minor = 10;
	look();
	CHECK(findings.count == 0);
	machine.functions[2].class = 0x060000; /* which has the header of any other function */
	CHECK(found_only(FINDING_GROUP_TAKEN));
	machine.functions[2].class = 0x060100;
	CHECK(found_only(FINDING_GROUP_TAKEN));
	machine.functions[2].class = 0x060700;
	look();
	CHECK(findings.count == 0);
	/* bound, and of no use: VFIO wants interrupts remapped; told once, where anything is bound to it */
	as_asked();
	machine.support.unsafe_interrupts = true;
	CHECK(found_only(FINDING_UNSAFE_INTERRUPTS) && findings.not_as_asked == 1);
	machine.functions[0].driver = NULL;
	look();
	CHECK(findings.count == 2 && found(FINDING_UNSAFE_INTERRUPTS));
	machine.functions[1].driver = NULL;
	look();
	CHECK(!found(FINDING_UNSAFE_INTERRUPTS));
	/* what VFIO is not to have needs no group */
	as_asked();
	machine.functions[0].group = machine.functions[1].group = machine.functions[2].group;
	machine.functions[0].driver = machine.functions[1].driver = "pci-stub";
	machine.functions[0].held_for = machine.functions[1].held_for = "pci-stub";
	new_config("bind slot 07:00 driver pci-stub\n");
	config.hash = 42;
	look();
	CHECK(findings.count == 0);
	/* what the owner of a card should know: the machine is as asked all the same */
	as_asked();
	machine.functions[0].resets = machine.functions[1].resets = "bus";
	CHECK(found_only(FINDING_BUS_RESET) && findings.of[0].decision == 0);
	CHECK(findings.not_as_asked == 0 && findings.as_asked[0]);
	/* the kernel lists no bus reset where a sibling is on the bus; VFIO resets both together, below a bridge */
	machine.functions[0].resets = "";
	CHECK(found_only(FINDING_NO_RESET));
	machine.functions[0].parent = machine.functions[1].parent = 2;
	CHECK(found_only(FINDING_BUS_RESET));
	machine.functions[1].at.bus = 9;
	new_config("bind slot 07:00\n");
	config.hash = 42;
	CHECK(found_only(FINDING_NO_RESET));
	machine.functions[1].at.bus = 7;
	machine.functions[0].resets = "flr bus";
	look();
	CHECK(findings.count == 0);
	machine.functions[0].vendor = 0x1002;
	machine.functions[0].device = 0x731f; /* Radeon 5700 XT */
	CHECK(found_only(FINDING_BAD_RESET));
	machine.functions[0].resets = "";
	CHECK(found_only(FINDING_BAD_RESET));
	machine.functions[0].resets = NULL; /* an older kernel */
	CHECK(found_only(FINDING_BAD_RESET));
	machine.functions[0].resets = "device_specific bus"; /* vendor-reset is at work */
	look();
	CHECK(findings.count == 0);
	machine.functions[0].device = 0x73bf; /* a Radeon 6800, which knows how to */
	machine.functions[0].resets = "flr";
	look();
	CHECK(findings.count == 0);
	machine.functions[0].shows_picture = YES;
	CHECK(found_only(FINDING_BOOT_CARD) && findings.not_as_asked == 0);
	machine.functions[2].shows_picture = YES;
	machine.functions[0].shows_picture = NO;
	look();
	CHECK(findings.count == 0);
	/* what is not chosen, or kept, is nobody's business */
	as_asked();
	machine.functions[1].driver = "snd_hda_intel";
	new_config("bind slot 07:00\nkeep slot 07:00.1\n");
	config.hash = 42;
	look();
	CHECK(findings.count == 0 && plan.decision_count == 1);
	as_asked();
	machine.functions[2].driver = NULL;
	machine.functions[2].held_for = HELD_NAME;
	look();
	CHECK(findings.count == 0);
}

/* The driver is right, and yet something is to be said of it. */
static void of_a_function_as_asked(void)
{
	as_asked();
	machine.functions[1].held_for = NULL;
	CHECK(found_only(FINDING_NO_OVERRIDE) && findings.of[0].decision == 1 &&
	      findings.as_asked[1] && findings.not_as_asked == 0);
	machine.functions[1].held_for = "none";
	CHECK(found_only(FINDING_NO_OVERRIDE));
	machine.functions[1].hangs = true; /* then it was not read */
	look();
	CHECK(findings.count == 0);
	/* of what is not as asked that is not the news */
	as_asked();
	machine.functions[1].held_for = NULL;
	machine.functions[1].driver = "snd_hda_intel";
	CHECK(found_only(FINDING_OTHER_DRIVER));
	/* bound, and two lines contradict each other: the next boot will not bind it */
	as_asked();
	new_config("bind slot 07:00 driver vfio-pci\nbind slot 07:00.1 driver pci-stub\n");
	config.hash = 42;
	look();
	CHECK(findings.count == 2 && findings.of[0].kind == FINDING_LAST_TIME &&
	      findings.of[1].kind == FINDING_LAST_TIME && findings.not_as_asked == 2 &&
	      !findings.as_asked[0]);
}

static void of_a_boot_that_stopped(void)
{
	/* claim had nothing of the image's configuration: it did run, but there is no report of what it did */
	as_asked();
	report.there = false;
	report.nothing.sentence = "the configuration in this initramfs has errors";
	CHECK(found_only(FINDING_NOT_CLAIMED) && findings.of[0].line == &report.nothing);
	config.mode = SWITCH_OFF;
	CHECK(found_only(FINDING_SWITCHED_OFF));
	/* something waits for finish, which left no word */
	as_asked();
	machine.functions[1].driver = NULL;
	machine.functions[1].held_for = HELD_NAME;
	report.lines[0] = (struct report_line){ machine.functions[0].at, "bound", "bound" };
	report.lines[1] = (struct report_line){ machine.functions[1].at, "held", "held" };
	report.line_count = 2;
	CHECK(found_only(FINDING_HELD));
	report.finished = false;
	look();
	CHECK(findings.count == 2 && found(FINDING_HELD) && found(FINDING_NOT_FINISHED));
	report.lines[1].result = "waits";
	look();
	CHECK(findings.count == 2 && found(FINDING_NOT_FINISHED));
	report.lines[1].result = "failed";
	CHECK(found_only(FINDING_HELD));
	report.lines[1].result = "held";
	report.planned_only = true;
	look();
	CHECK(!found(FINDING_NOT_FINISHED));
	/* nothing waits: it need not have run */
	as_asked();
	report.lines[0] = (struct report_line){ machine.functions[0].at, "held", "held" };
	report.line_count = 1;
	report.finished = false;
	look();
	CHECK(findings.count == 0);
}

static void of_the_system(void)
{
	as_asked();
	for (uint16_t f = 0; f < machine.function_count; f++)
		machine.functions[f].group = GROUP_NONE;
	look();
	CHECK(found(FINDING_NO_IOMMU));
	machine.functions[2].group = 1;
	look();
	CHECK(!found(FINDING_NO_IOMMU));
	/* VFIO's way to the IOMMU: whether the module could be loaded or not, none loads it by itself */
	as_asked();
	machine.support.vfio_iommu = NO;
	machine.support.vfio_iommu_module = NO;
	CHECK(found_only(FINDING_NO_VFIO_IOMMU) && findings.not_as_asked == 1);
	machine.support.vfio_iommu_module = YES;
	CHECK(found_only(FINDING_NO_VFIO_IOMMU) && findings.not_as_asked == 1);
	machine.support.vfio_iommu = YES;
	look();
	CHECK(findings.count == 0);
	machine.support.vfio_iommu = UNKNOWN;
	look();
	CHECK(findings.count == 0);
	/* KVM */
	machine.support.kvm = NO;
	look();
	CHECK(findings.count == 0); /* nobody can tell what the processor can */
	machine.support.virtualization = NO;
	CHECK(found_only(FINDING_NO_VIRTUALIZATION) && findings.not_as_asked == 0);
	machine.support.virtualization = YES;
	CHECK(found_only(FINDING_NO_KVM) && findings.not_as_asked == 0);
	machine.functions[0].driver = machine.functions[1].driver = NULL;
	look();
	CHECK(!found(FINDING_NO_KVM)); /* nothing is bound that a guest could have */
	as_asked();
	machine.support.unified = true;
	CHECK(found_only(FINDING_SIGNED_COMMAND_LINE) && findings.not_as_asked == 0);
	new_config("");
	report.there = false;
	look();
	CHECK(findings.count == 0);
	/* who asks without root's rights */
	as_asked();
	machine.support.closed_group = 0;
	CHECK(found_only(FINDING_CLOSED_GROUP) && findings.not_as_asked == 0);
	as_asked();
	add_function("0000:09:00.0", CLASS_NVME)->driver = "nvme";
	new_config("bind slot 09:00\n");
	config.hash = 42;
	machine.support.blind = true;
	machine.needs_found = UNKNOWN;
	look();
	CHECK(findings.count == 2 && found(FINDING_OTHER_DRIVER) && found(FINDING_UNSEEN) &&
	      findings.not_as_asked == 1);
	machine.needs_found = YES;
	CHECK(found_only(FINDING_OTHER_DRIVER));
	machine.needs_found = UNKNOWN;
	machine.support.blind = false;
	CHECK(found_only(FINDING_OTHER_DRIVER));
	machine.support.blind = true;
	machine.functions[3].driver = machine.functions[3].held_for = "vfio-pci";
	look();
	CHECK(findings.count == 0);
	/* lockdown: where the driver could not be loaded */
	as_asked();
	machine.functions[0].driver = NULL;
	machine.support.lockdown = "integrity";
	report.lines[0] = (struct report_line){ machine.functions[0].at, "failed", "not bound" };
	report.line_count = 1;
	look();
	CHECK(findings.count == 2 && found(FINDING_NO_DRIVER) && found(FINDING_LOCKED_DOWN));
	machine.vfio_pci = DRIVER_MODULE;
	CHECK(found_only(FINDING_NO_DRIVER));
	machine.vfio_pci = DRIVER_ABSENT;
	machine.support.lockdown = NULL;
	CHECK(found_only(FINDING_NO_DRIVER));
	machine.support.lockdown = "integrity";
	report.lines[0].result = "refused";
	CHECK(found_only(FINDING_NO_DRIVER));
}

/* The last thing that the boot said of a function is what counts. */
static void what_the_boot_said(void)
{
	as_asked();
	machine.functions[0].driver = NULL;
	report.lines[0] =
		(struct report_line){ machine.functions[0].at, "held", "held for vfio-pci" };
	report.lines[1] = (struct report_line){ machine.functions[1].at, "bound", "bound" };
	report.lines[2] = (struct report_line){ machine.functions[0].at, "failed", "not bound" };
	report.line_count = 3;
	CHECK(found_only(FINDING_NO_DRIVER) && findings.of[0].line == &report.lines[2]);
	report.line_count = 2;
	CHECK(found_only(FINDING_NO_DRIVER) && findings.of[0].line == &report.lines[0]);
}

int main(void)
{
	RUN(nothing);
	RUN(of_the_boot);
	RUN(of_a_function);
	RUN(of_a_function_as_asked);
	RUN(of_a_boot_that_stopped);
	RUN(of_the_system);
	RUN(what_the_boot_said);
	return END();
}
