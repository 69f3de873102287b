/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which left-overs of the old ways fight with the configuration, which are only not needed, and which are no word
 * worth. */
#include "old.h"

#include "fixture.h"
#include "read/remnants.h"
#include "test.h"

static struct remnants remnants;
static struct report report;
static struct old_ways old;

/* A guest's card as asked and the host's own, whose audio has the same id; vfio-pci is a module, and claim ran. */
static void as_asked(void)
{
	new_machine();
	add_function("0000:03:00.0", CLASS_VGA)->driver = "amdgpu";
	add_function("0000:03:00.1", CLASS_HD_AUDIO)->driver = "snd_hda_intel";
	add_function("0000:07:00.0", CLASS_VGA)->driver = "vfio-pci";
	add_function("0000:07:00.1", CLASS_HD_AUDIO)->driver = "vfio-pci";
	for (uint16_t f = 0; f < machine.function_count; f++) {
		machine.functions[f].vendor = 0x1002;
		machine.functions[f].device = f == 0 ? 0x73df : f == 2 ? 0x73ff : 0xab28;
	}
	machine.vfio_pci = DRIVER_MODULE;
	new_config("bind card slot 07:00\n");
	report.there = report.finished = true;
	report.planned_only = report.too_new = false;
	remnants_begin(&remnants);
}

static void left(enum remnant_source source, const char *path, const char *text)
{
	char copy[512];

	snprintf(copy, sizeof(copy), "%s", text);
	remnants_parse(&remnants, source, path, copy);
}

static void left_in(enum remnant_source source, const char *text)
{
	left(source, "/etc/x.conf", text);
}

static void look(void)
{
	make_plan(&config, &machine, MOMENT_NEXT_BOOT, &plan);
	find_old_ways(&remnants, &config, &machine, &plan, &report, &old);
}

/* Whether these, with -1 behind the last one, are what is found. */
static bool found(const int *kinds)
{
	uint16_t fights = 0;

	look();
	for (uint16_t i = 0; i < old.count; i++) {
		if ((int)old.of[i].kind != kinds[i]) {
			printf("the one at %u is of kind %d\n", i, (int)old.of[i].kind);
			return false;
		}
		fights = (uint16_t)(fights + (old.of[i].kind < OLD_IDS_BEYOND));
	}
	return kinds[old.count] == -1 && old.fights == fights;
}

#define FOUND(...) found((const int[]){ __VA_ARGS__ __VA_OPT__(, ) - 1 })

static void ids(void)
{
	static const char both[] = "options vfio-pci ids=1002:73ff,1002:ab28";

	as_asked();
	left_in(SOURCE_MODPROBE, "options vfio-pci ids=1002:73ff");
	CHECK(FOUND(OLD_IDS_NEEDLESS));
	CHECK(old.vfio_pci_set_aside);
	as_asked();
	left_in(SOURCE_MODPROBE, "options vfio-pci ids=dead:beef");
	CHECK(FOUND(OLD_IDS_NEEDLESS));
	as_asked();
	left_in(SOURCE_MODPROBE, both);
	CHECK(FOUND(OLD_IDS_BEYOND));
	CHECK(old_effect_of_ids(&old, &machine, &plan, 0, 0) == EFFECT_NONE);
	CHECK(old_effect_of_ids(&old, &machine, &plan, 0, 1) == EFFECT_BEYOND);
	CHECK(old_effect_of_ids(&old, &machine, &plan, 0, 3) == EFFECT_SAME);
	/* what the host lost on this boot */
	machine.functions[1].driver = "vfio-pci";
	CHECK(FOUND(OLD_IDS_TOOK));
	/* libvirt gave it away, by name */
	machine.functions[1].held_for = "vfio-pci";
	CHECK(FOUND(OLD_IDS_BEYOND));
	/* a line that keeps it chooses it no more than no line does */
	as_asked();
	new_config("bind slot 07:00\nkeep slot 07:00.1\n");
	left_in(SOURCE_MODPROBE, both);
	CHECK(FOUND(OLD_IDS_TOOK));
	CHECK(old_effect_of_ids(&old, &machine, &plan, 0, 3) == EFFECT_TOOK);
}

/* A boot loader's file counts for this boot where its command line says the same; a driver that is part of the
 * kernel reads no modprobe.d. */
static void where_ids_stand(void)
{
	as_asked();
	machine.functions[1].driver = "vfio-pci";
	left_in(SOURCE_GRUB, "X=\"vfio-pci.ids=1002:ab28\"");
	CHECK(FOUND(OLD_IDS_BEYOND));
	left_in(SOURCE_COMMAND_LINE, "vfio-pci.ids=1002:73df");
	CHECK(FOUND(OLD_IDS_BEYOND, OLD_IDS_BEYOND));
	left_in(SOURCE_COMMAND_LINE, "pci-stub.ids=1002:ab28");
	CHECK(FOUND(OLD_IDS_BEYOND, OLD_IDS_BEYOND, OLD_IDS_BEYOND));
	remnants_begin(&remnants);
	left_in(SOURCE_GRUB, "X=\"vfio-pci.ids=1002:ab28\"");
	left_in(SOURCE_COMMAND_LINE, "vfio-pci.ids=1002:73df, 1002:ab28");
	CHECK(FOUND(OLD_IDS_BEYOND, OLD_IDS_BEYOND, OLD_STRAY_IDS));
	remnants_begin(&remnants);
	left_in(SOURCE_GRUB, "X=\"vfio-pci.ids=1002:ab28\"");
	left_in(SOURCE_COMMAND_LINE, "vfio-pci.ids=1002:73df");
	left_in(SOURCE_COMMAND_LINE, "pci-stub.ids=1002:ab28");
	left_in(SOURCE_COMMAND_LINE, "vfio-pci.ids=1002:ab28");
	CHECK(FOUND(OLD_IDS_TOOK, OLD_IDS_BEYOND, OLD_IDS_BEYOND, OLD_IDS_TOOK));
	as_asked();
	machine.functions[1].driver = "vfio-pci";
	machine.vfio_pci = DRIVER_BUILT_IN;
	left_in(SOURCE_MODPROBE, "options vfio-pci ids=1002:ab28");
	CHECK(FOUND(OLD_IDS_BEYOND));
	CHECK(!old.vfio_pci_set_aside);
	left_in(SOURCE_COMMAND_LINE, "vfio-pci.ids=1002:ab28");
	CHECK(FOUND(OLD_IDS_BEYOND, OLD_IDS_TOOK));
}

/* Before the prompt vfio-pci takes the screen where it is part of the kernel, and the card may carry the console. */
static void the_prompts_screen(void)
{
	as_asked();
	machine.vfio_pci = DRIVER_BUILT_IN;
	left_in(SOURCE_COMMAND_LINE, "vfio-pci.ids=1002:73ff");
	CHECK(FOUND(OLD_IDS_NEEDLESS));
	machine.functions[2].shows_picture = YES;
	CHECK(FOUND(OLD_IDS_FIRST));
	machine.vfio_pci = DRIVER_MODULE;
	CHECK(FOUND(OLD_IDS_NEEDLESS));
	machine.vfio_pci = DRIVER_BUILT_IN;
	new_config("bind card slot 07:00 early\n");
	CHECK(FOUND(OLD_IDS_NEEDLESS));
	new_config("bind card slot 07:00\n");
	remnants_begin(&remnants);
	left_in(SOURCE_GRUB, "vfio-pci.ids=1002:73ff");
	CHECK(FOUND(OLD_IDS_NEEDLESS));
}

static void pci_stub(void)
{
	as_asked();
	left_in(SOURCE_COMMAND_LINE, "pci-stub.ids=1002:73ff");
	CHECK(FOUND(OLD_IDS_BEYOND));
	remnants.pci_stub = DRIVER_BUILT_IN;
	machine.functions[2].driver = "pci-stub";
	CHECK(FOUND(OLD_IDS_TOOK));
	new_config("bind card slot 07:00 driver pci-stub\n");
	CHECK(FOUND(OLD_IDS_NEEDLESS));
	/* pci-stub takes no screen away, whatever vfio-pci is */
	machine.functions[2].shows_picture = YES;
	machine.vfio_pci = DRIVER_BUILT_IN;
	CHECK(FOUND(OLD_IDS_NEEDLESS));
	CHECK(!old.pci_stub_set_aside);
	machine.vfio_pci = DRIVER_MODULE;
	remnants.pci_stub = DRIVER_MODULE;
	look();
	CHECK(old.pci_stub_set_aside && !old.vfio_pci_set_aside);
}

/* Only a claim that bound something has set anything aside. */
static void set_aside(void)
{
	as_asked();
	look();
	CHECK(old.vfio_pci_set_aside && !old.pci_stub_set_aside);
	report.there = false;
	look();
	CHECK(!old.vfio_pci_set_aside);
	as_asked();
	report.planned_only = true;
	look();
	CHECK(!old.vfio_pci_set_aside);
	as_asked();
	report.too_new = true;
	look();
	CHECK(!old.vfio_pci_set_aside);
	as_asked();
	machine.vfio_pci = DRIVER_ABSENT;
	look();
	CHECK(!old.vfio_pci_set_aside);
	as_asked();
	config.mode = SWITCH_OFF;
	look();
	CHECK(!old.vfio_pci_set_aside);
	config.mode = SWITCH_ON;
}

/* The list that makes the driver of 0000:07:00.0 come early, 0 for none. */
static uint32_t way(const char *driver, const char *result)
{
	static struct findings findings;
	const struct report_line line = { .result = result };

	machine.functions[2].driver = driver;
	make_plan(&config, &machine, MOMENT_NEXT_BOOT, &plan);
	findings.count = 1;
	findings.of[0] =
		(struct finding){ .kind = FINDING_OTHER_DRIVER, .line = result ? &line : NULL };
	find_ways(&remnants, &machine, &plan, &findings);
	return findings.of[0].way ? findings.of[0].way->line : 0;
}

static void ways(void)
{
	as_asked();
	left_in(SOURCE_MKINITCPIO, "MODULES=(snd-hda-intel\n  nouveau vfio_pci)");
	CHECK(way("nouveau", NULL) == 2);
	CHECK(way("snd_hda_intel", NULL) == 1);
	CHECK(way("nouveaux", NULL) == 0 && way("nouv", NULL) == 0);
	CHECK(way("vfio_pci", NULL) == 0);
	CHECK(way("nouveau", "failed") == 2);
	/* it came later */
	CHECK(way("nouveau", REPORT_BOUND) == 0);
	CHECK(way("nouveau", REPORT_WAS_BOUND) == 0);
	CHECK(way("nouveau", REPORT_HELD) == 0);
	machine.functions[2].driver_built_in = YES;
	CHECK(way("nouveau", NULL) == 0);
	/* and it is no old way */
	as_asked();
	left_in(SOURCE_MKINITCPIO, "MODULES=(nouveau)");
	CHECK(FOUND());
}

static void lines(void)
{
	as_asked();
	left_in(SOURCE_MODPROBE, "options vfio-pci ids=1002:73ff, 1002:ab28, 1:2 disable_vga=1 "
				 "kvm.ignore_msrs=1\nsoftdep amdgpu pre: vfio-pci");
	left_in(SOURCE_MKINITCPIO, "MODULES=(vfio_pci vfio)");
	CHECK(FOUND(OLD_IDS_NEEDLESS, OLD_STRAY_IDS, OLD_FOREIGN_OPTION, OLD_SOFTDEP, OLD_MODULES));
	CHECK(old.of[1].remnant == 1 && old.of[2].remnant == 4);
	/* of two lines */
	as_asked();
	left_in(SOURCE_MODPROBE, "options vfio-pci 1:2 3:4\noptions vfio-pci 5:6");
	CHECK(FOUND(OLD_STRAY_IDS, OLD_STRAY_IDS));
	CHECK(old.of[1].remnant == 2);
	/* nothing but what stays */
	as_asked();
	left_in(SOURCE_MODPROBE, "options vfio-pci disable_vga=1");
	CHECK(FOUND());
}

static void overrides(void)
{
	as_asked();
	left(SOURCE_DRIVERCTL, "/etc/driverctl.d/pci-0000:07:00.0", "vfio-pci");
	left(SOURCE_DRIVERCTL, "/etc/driverctl.d/pci-0000:09:00.0", "vfio-pci"); /* not there */
	left(SOURCE_DRIVERCTL, "/etc/driverctl.d/pci-0000:03:00.0", "amdgpu");
	CHECK(FOUND(OLD_OVERRIDE, OLD_OVERRIDE));
	left(SOURCE_DRIVERCTL, "/etc/driverctl.d/pci-0000:07:00.1", "snd_hda_intel");
	left(SOURCE_DRIVERCTL, "/etc/driverctl.d/pci-0000:07:00.0", "pci-stub");
	left(SOURCE_DRIVERCTL, "/etc/driverctl.d/pci-0000:03:00.1", "vfio-pci");
	CHECK(FOUND(OLD_OVERRIDE, OLD_OVERRIDE, OLD_OVERRIDE_FIGHTS, OLD_OVERRIDE_FIGHTS,
		    OLD_OVERRIDE_FIGHTS));
	as_asked();
	new_config("bind card slot 07:00 driver pci-stub\n");
	left(SOURCE_DRIVERCTL, "/etc/driverctl.d/pci-0000:07:00.0", "pci-stub");
	CHECK(FOUND(OLD_OVERRIDE));
}

static void blacklists(void)
{
	as_asked();
	/* the host's card may be why, or has it all the same; none of nvidia's is here */
	left_in(SOURCE_MODPROBE, "blacklist radeon\nblacklist nouveau\nblacklist snd_hda_intel");
	CHECK(FOUND());
	machine.functions[0].driver = NULL;
	CHECK(FOUND(OLD_BLACKLIST_OF_HOST));
	CHECK(old_blacklist_bares(&machine, &plan, "radeon", 0));
	CHECK(!old_blacklist_bares(&machine, &plan, "radeon", 1));
	CHECK(!old_blacklist_bares(&machine, &plan, "radeon", 2));
	machine.functions[0].vendor = 0x8086;
	CHECK(FOUND(OLD_BLACKLIST));
	/* a card that is held has no driver either */
	machine.functions[2].driver = NULL;
	CHECK(FOUND(OLD_BLACKLIST));
	CHECK(!old_blacklist_bares(&machine, &plan, "radeon", 2));
	/* a card that no line chooses and that nobody blacklists for */
	new_config("bind card slot 03:00\n");
	machine.functions[2].driver = "amdgpu";
	CHECK(FOUND());
}

static void unread(void)
{
	as_asked();
	remnants_unread(&remnants, "/boot/loader/entries", 13);
	remnants_unread(&remnants, "/efi/loader/entries", 13);
	CHECK(FOUND(OLD_UNREAD));
	CHECK(!old.unsure && old.fights == 0);
	remnants_unread(&remnants, "/etc/driverctl.d/pci-0000:07:00.0", 13);
	CHECK(FOUND(OLD_UNREAD));
	CHECK(old.unsure);
	as_asked();
	look();
	CHECK(!old.unsure);
	remnants.cut = true;
	CHECK(FOUND(OLD_UNREAD));
	CHECK(old.unsure);
}

/* Nothing is asked for: whatever the old ways do is the owner's choice. */
static void no_rule(void)
{
	as_asked();
	left_in(SOURCE_COMMAND_LINE, "vfio-pci.ids=1002:73ff");
	remnants_unread(&remnants, "/etc/driverctl.d", 13);
	new_config("");
	CHECK(FOUND());
	CHECK(!old.unsure);
}

static void kernels(void)
{
	CHECK(old_virqfd_is_gone(&(struct kernel){ "6.2.0", 6, 2, 0, YES }));
	CHECK(old_virqfd_is_gone(&(struct kernel){ "7.0", 7, 0, 0, YES }));
	CHECK(!old_virqfd_is_gone(&(struct kernel){ "6.1.9", 6, 1, 9, YES }));
	CHECK(!old_virqfd_is_gone(&(struct kernel){ "5.15", 5, 15, 0, YES }));
	CHECK(!old_virqfd_is_gone(&(struct kernel){ "what", 0, 0, 0, NO }));
}

/* As many as there can be. */
static void limits(void)
{
	static char text[REMNANTS_MOST * 8];
	struct text many = TEXT_OVER(text);

	as_asked();
	text_clear(&many);
	for (unsigned i = 0; i < REMNANTS_MOST; i++)
		text_add(&many, "vfio\n");
	remnants_parse(&remnants, SOURCE_MODULES_LOAD, "/etc/x.conf", text);
	remnants_unread(&remnants, "/etc/y.conf", 13);
	look();
	CHECK(old.count == OLD_WAYS_MOST && old.of[OLD_WAYS_MOST - 1].kind == OLD_UNREAD);
}

int main(void)
{
	RUN(ids);
	RUN(where_ids_stand);
	RUN(the_prompts_screen);
	RUN(pci_stub);
	RUN(set_aside);
	RUN(ways);
	RUN(lines);
	RUN(overrides);
	RUN(blacklists);
	RUN(unread);
	RUN(no_rule);
	RUN(kernels);
	RUN(limits);
	return END();
}
