/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plan: what becomes of each function that is chosen. What a line chooses is language.c's. */
#include "decide/decide.h"
#include "machines.h"
#include "test.h"

/* One chosen function, alone on its card; what is left 0 is as new_machine and add_function have it. */
struct alone {
	const char *name;
	uint32_t class;
	enum moment moment;
	enum fate fate;
	enum reason reason;
	const char *driver;
	enum truth built_in;
	enum truth shows_picture,
		rom_is_shadow; /* 0 is UNKNOWN: said for displays by the macros below */
	enum picture_kind picture;
	unsigned kernel_minor; /* of 6.x, where it is not 12 */
	unsigned kernel_patch;
	bool no_group;
	bool has_virtual; /* switched on */
	bool held, waited; /* by claim */
	bool appeared; /* after it */
	const char *held_for; /* another name than the held one */
	bool rescue;
	const char *words; /* behind the line's slot: early, force */
	bool screen; /* another card that stays has one */
	bool own_screen; /* on its own driver */
	bool gone; /* the firmware's picture, by now */
	const char *device; /* of the firmware's framebuffer */
	bool moves; /* binding it wants the console elsewhere */
	uint32_t domain;
};

#define PLAIN .shows_picture = NO, .rom_is_shadow = NO, .picture = PICTURE_FRAMEBUFFER
#define DESK MOMENT_NEXT_BOOT
#define CLAIM MOMENT_CLAIM
#define FINISH MOMENT_FINISH
#define BIND FATE_BIND
#define HOLD FATE_HOLD
#define WAIT FATE_WAIT
#define REFUSE FATE_REFUSE

static const struct alone rows[] = {
	/* what claim binds, and what is next to it */
	{ "audio", CLASS_HD_AUDIO, DESK, BIND, REASON_HARMLESS, PLAIN },
	{ "sound card that is not HD audio", 0x040100, DESK, WAIT, REASON_OTHER_KIND, PLAIN },
	{ "accelerator", CLASS_ACCELERATOR, CLAIM, BIND, REASON_HARMLESS, PLAIN },
	{ "accelerator of another kind", 0x128000, CLAIM, BIND, REASON_HARMLESS, PLAIN },
	{ "signal processing", 0x118000, CLAIM, WAIT, REASON_OTHER_KIND, PLAIN },
	{ "3D controller", CLASS_3D, CLAIM, BIND, REASON_HARMLESS, PLAIN },
	{ "display controller", CLASS_DISPLAY_OTHER, CLAIM, BIND, REASON_HARMLESS, PLAIN },
	{ "UCSI with no display on its card", CLASS_UCSI, CLAIM, WAIT, REASON_OTHER_KIND, PLAIN },
	/* what waits */
	{ "VGA", CLASS_VGA, CLAIM, HOLD, REASON_DISPLAY, PLAIN },
	{ "VGA in finish", CLASS_VGA, FINISH, BIND, REASON_DISPLAY, PLAIN, .held = true },
	{ "VGA with the driver's name in finish", CLASS_VGA, FINISH, BIND, REASON_DISPLAY, PLAIN,
	  .held_for = "vfio-pci" },
	{ "USB in finish", CLASS_USB, FINISH, BIND, REASON_USB, "xhci_hcd", NO, PLAIN,
	  .waited = true },
	{ "not held in finish", CLASS_VGA, FINISH, REFUSE, REASON_NOT_HELD, PLAIN },
	{ "held for another in finish", CLASS_VGA, FINISH, REFUSE, REASON_NOT_HELD, PLAIN,
	  .held_for = "pci-stub" },
	{ "not waiting in finish", CLASS_USB, FINISH, REFUSE, REASON_NOT_HELD, "xhci_hcd", NO,
	  PLAIN },
	{ "held, and yet a driver has it", CLASS_VGA, FINISH, REFUSE, REASON_NOT_HELD, "nouveau",
	  NO, PLAIN, .held = true },
	/* what appears after claim */
	{ "late, free", CLASS_VGA, FINISH, BIND, REASON_DISPLAY, PLAIN, .appeared = true },
	{ "late in the initramfs", CLASS_VGA, CLAIM, HOLD, REASON_DISPLAY, PLAIN,
	  .appeared = true },
	{ "late, with a sound driver", CLASS_HD_AUDIO, FINISH, BIND, REASON_HARMLESS,
	  "snd_hda_intel", NO, PLAIN, .appeared = true },
	{ "late, with a display's driver", CLASS_VGA, FINISH, REFUSE, REASON_LATE, "nouveau", NO,
	  PLAIN, .appeared = true },
	{ "late, with a disk's driver", CLASS_NVME, FINISH, REFUSE, REASON_LATE, "nvme", NO, PLAIN,
	  .appeared = true },
	{ "late, with a network's driver", CLASS_NETWORK, FINISH, REFUSE, REASON_LATE, "e1000e", NO,
	  PLAIN, .appeared = true },
	{ "late, with an input device's driver", 0x090000, FINISH, REFUSE, REASON_LATE, "serio", NO,
	  PLAIN, .appeared = true },
	{ "late, with our driver", CLASS_VGA, FINISH, BIND, REASON_ALREADY, "vfio-pci", NO, PLAIN,
	  .appeared = true },
	{ "rescue", CLASS_VGA, FINISH, HOLD, REASON_RESCUE, PLAIN, .held = true, .rescue = true },
	{ "rescue, with its driver", CLASS_USB, FINISH, WAIT, REASON_RESCUE, "xhci_hcd", NO, PLAIN,
	  .waited = true, .rescue = true },
	{ "rescue, in claim", CLASS_VGA, CLAIM, HOLD, REASON_DISPLAY, PLAIN, .rescue = true },
	{ "rescue, bound in claim", CLASS_HD_AUDIO, FINISH, BIND, REASON_ALREADY, "vfio-pci", NO,
	  PLAIN, .rescue = true },
	/* the line's own words */
	{ "early", CLASS_VGA, CLAIM, BIND, REASON_EARLY, PLAIN, .words = "early" },
	{ "early, USB", CLASS_USB, CLAIM, BIND, REASON_EARLY, PLAIN, .words = "early" },
	{ "early, a driver has it", CLASS_VGA, CLAIM, BIND, REASON_EARLY, "nouveau", NO, PLAIN,
	  .words = "early" },
	{ "early, audio", CLASS_HD_AUDIO, CLAIM, BIND, REASON_HARMLESS, PLAIN, .words = "early" },
	{ "early, shows the picture", CLASS_VGA, DESK, BIND, REASON_EARLY, .shows_picture = YES,
	  .rom_is_shadow = NO, .picture = PICTURE_FRAMEBUFFER, .words = "early", .moves = true },
	{ "early, no group", CLASS_VGA, CLAIM, REFUSE, REASON_NO_GROUP, PLAIN, .no_group = true,
	  .words = "early force" },
	{ "early, bridge", CLASS_PORT, CLAIM, REFUSE, REASON_BRIDGE, PLAIN,
	  .words = "early force" },
	{ "force makes nothing earlier", CLASS_VGA, CLAIM, HOLD, REASON_SHOWS_PICTURE,
	  .shows_picture = YES, .rom_is_shadow = NO, .picture = PICTURE_FRAMEBUFFER,
	  .words = "force" },
	/* the host's last screen, in finish */
	{ "no screen stays", CLASS_VGA, FINISH, HOLD, REASON_SHOWS_PICTURE, .shows_picture = YES,
	  .rom_is_shadow = NO, .picture = PICTURE_FRAMEBUFFER, .held = true },
	{ "no screen stays, force", CLASS_VGA, FINISH, BIND, REASON_SHOWS_PICTURE,
	  .shows_picture = YES, .rom_is_shadow = NO, .picture = PICTURE_FRAMEBUFFER, .held = true,
	  .words = "force" },
	{ "a screen stays", CLASS_VGA, FINISH, BIND, REASON_SHOWS_PICTURE, .shows_picture = YES,
	  .rom_is_shadow = NO, .picture = PICTURE_FRAMEBUFFER, .held = true, .screen = true },
	{ "no screen stays, unknown", CLASS_VGA, FINISH, HOLD, REASON_PICTURE_UNKNOWN,
	  .shows_picture = UNKNOWN, .rom_is_shadow = NO, .picture = PICTURE_FRAMEBUFFER,
	  .held = true },
	{ "no screen stays, shadow", CLASS_VGA, FINISH, HOLD, REASON_ROM_SHADOW,
	  .shows_picture = NO, .rom_is_shadow = YES, .picture = PICTURE_FRAMEBUFFER, .held = true },
	{ "a screen stays, shadow", CLASS_VGA, FINISH, BIND, REASON_ROM_SHADOW, .shows_picture = NO,
	  .rom_is_shadow = YES, .picture = PICTURE_FRAMEBUFFER, .held = true, .screen = true },
	{ "no screen stays, 6.4", CLASS_VGA, FINISH, HOLD, REASON_KERNEL_EVICTS, PLAIN,
	  .kernel_minor = 4, .held = true },
	{ "the picture is gone by now", CLASS_VGA, FINISH, BIND, REASON_DISPLAY,
	  .shows_picture = YES, .rom_is_shadow = YES, .picture = PICTURE_FRAMEBUFFER, .held = true,
	  .gone = true },
	{ "the picture is gone before claim", CLASS_VGA, CLAIM, HOLD, REASON_DISPLAY,
	  .shows_picture = YES, .rom_is_shadow = YES, .picture = PICTURE_FRAMEBUFFER,
	  .gone = true },
	{ "simpledrm is not there yet", CLASS_VGA, CLAIM, HOLD, REASON_SHOWS_PICTURE,
	  .shows_picture = YES, .rom_is_shadow = YES, .picture = PICTURE_FRAMEBUFFER, .gone = true,
	  .device = SIMPLE_FRAMEBUFFER },
	{ "the picture is gone at the desk", CLASS_VGA, DESK, HOLD, REASON_SHOWS_PICTURE,
	  .shows_picture = YES, .rom_is_shadow = YES, .picture = PICTURE_FRAMEBUFFER,
	  .gone = true },
	{ "no picture at all", CLASS_VGA, FINISH, BIND, REASON_DISPLAY, .shows_picture = NO,
	  .rom_is_shadow = YES, .picture = PICTURE_NONE, .held = true },
	{ "its own driver's screen", CLASS_VGA, FINISH, WAIT, REASON_OWN_SCREEN, "bochs-drm", YES,
	  PLAIN, .waited = true, .own_screen = true, .gone = true },
	{ "its own driver's screen, another stays", CLASS_VGA, FINISH, BIND, REASON_OWN_SCREEN,
	  "bochs-drm", YES, PLAIN, .waited = true, .own_screen = true, .gone = true,
	  .screen = true },
	{ "its own driver, and no screen", CLASS_VGA, FINISH, BIND, REASON_DISPLAY, "bochs-drm",
	  YES, PLAIN, .waited = true, .gone = true },
	/* simpledrm keeps the memory of what is not VGA */
	{ "0380 shown by simpledrm", CLASS_DISPLAY_OTHER, CLAIM, REFUSE, REASON_SIMPLEDRM,
	  .shows_picture = YES, .rom_is_shadow = NO, .picture = PICTURE_FRAMEBUFFER,
	  .device = SIMPLE_FRAMEBUFFER, .moves = true },
	{ "0380, nobody can tell, simpledrm", CLASS_DISPLAY_OTHER, CLAIM, REFUSE, REASON_SIMPLEDRM,
	  .shows_picture = UNKNOWN, .rom_is_shadow = NO, .picture = PICTURE_FRAMEBUFFER,
	  .device = SIMPLE_FRAMEBUFFER, .moves = true },
	{ "0380 beside simpledrm", CLASS_DISPLAY_OTHER, CLAIM, BIND, REASON_HARMLESS, PLAIN,
	  .device = SIMPLE_FRAMEBUFFER },
	{ "VGA shown by simpledrm", CLASS_VGA, CLAIM, HOLD, REASON_SHOWS_PICTURE,
	  .shows_picture = YES, .rom_is_shadow = NO, .picture = PICTURE_FRAMEBUFFER,
	  .device = SIMPLE_FRAMEBUFFER },
	{ "0380 shown by efifb, early", CLASS_DISPLAY_OTHER, CLAIM, BIND, REASON_EARLY,
	  .shows_picture = YES, .rom_is_shadow = NO, .picture = PICTURE_FRAMEBUFFER,
	  .device = "efi-framebuffer.0", .words = "early", .moves = true },
	{ "XGA", 0x030100, CLAIM, HOLD, REASON_DISPLAY, PLAIN },
	/* never bound */
	{ "host bridge", 0x060000, CLAIM, REFUSE, REASON_BRIDGE, PLAIN },
	{ "ISA bridge", 0x060100, CLAIM, REFUSE, REASON_BRIDGE, PLAIN },
	{ "port", CLASS_PORT, CLAIM, REFUSE, REASON_BRIDGE, PLAIN },
	{ "CardBus bridge", 0x060700, CLAIM, REFUSE, REASON_BRIDGE, PLAIN },
	{ "semi-transparent bridge", 0x060940, CLAIM, REFUSE, REASON_BRIDGE, PLAIN },
	{ "another bridge", 0x068000, CLAIM, WAIT, REASON_OTHER_KIND, PLAIN },
	{ "below VMD", CLASS_HD_AUDIO, CLAIM, REFUSE, REASON_BELOW_VMD, PLAIN, .domain = 0x10000 },
	{ "highest domain that is not VMD's", CLASS_HD_AUDIO, CLAIM, BIND, REASON_HARMLESS, PLAIN,
	  .domain = 0xffff },
	{ "no group", CLASS_HD_AUDIO, CLAIM, REFUSE, REASON_NO_GROUP, PLAIN, .no_group = true },
	{ "VGA, no group", CLASS_VGA, CLAIM, REFUSE, REASON_NO_GROUP, PLAIN, .no_group = true },
	{ "virtual functions", CLASS_ACCELERATOR, CLAIM, REFUSE, REASON_HAS_VIRTUAL, PLAIN,
	  .has_virtual = true },
	/* what vfio-pci has already is not given away once more */
	{ "virtual functions, with vfio-pci", CLASS_ACCELERATOR, FINISH, BIND, REASON_ALREADY,
	  "vfio-pci", NO, PLAIN, .has_virtual = true },
	{ "USB", CLASS_USB, CLAIM, WAIT, REASON_USB, PLAIN },
	{ "NVMe", CLASS_NVME, CLAIM, WAIT, REASON_STORAGE, PLAIN },
	{ "RAID", 0x010400, CLAIM, WAIT, REASON_STORAGE, PLAIN },
	{ "Ethernet", CLASS_NETWORK, CLAIM, WAIT, REASON_OTHER_KIND, PLAIN },
	{ "WLAN", 0x028000, CLAIM, WAIT, REASON_OTHER_KIND, PLAIN },
	{ "FireWire", 0x0c0010, CLAIM, WAIT, REASON_OTHER_KIND, PLAIN },
	{ "unclassified", 0xff0000, CLAIM, WAIT, REASON_OTHER_KIND, PLAIN },
	/* a driver has it */
	{ "driver before claim", CLASS_HD_AUDIO, CLAIM, WAIT, REASON_HAS_DRIVER, "snd_hda_intel",
	  NO, PLAIN },
	{ "driver since before claim, in finish", CLASS_VGA, FINISH, BIND, REASON_DISPLAY,
	  "nouveau", NO, PLAIN, .waited = true },
	{ "driver at the desk", CLASS_HD_AUDIO, DESK, BIND, REASON_HARMLESS, "snd_hda_intel", NO,
	  PLAIN },
	{ "built-in driver at the desk", CLASS_HD_AUDIO, DESK, WAIT, REASON_HAS_DRIVER,
	  "snd_hda_intel", YES, PLAIN },
	{ "vfio-pci at the desk", CLASS_HD_AUDIO, DESK, BIND, REASON_HARMLESS, "vfio-pci", NO,
	  PLAIN },
	{ "vfio-pci before claim", CLASS_HD_AUDIO, CLAIM, BIND, REASON_ALREADY, "vfio-pci", NO,
	  PLAIN },
	{ "vfio-pci in finish", CLASS_VGA, FINISH, BIND, REASON_ALREADY, "vfio-pci", NO, PLAIN },
	{ "a name that only begins so", CLASS_HD_AUDIO, CLAIM, WAIT, REASON_HAS_DRIVER,
	  "vfio-pci-x", NO, PLAIN },
	/* built in, and bound by this boot: what the next boot does is the same again */
	{ "built-in vfio-pci at the desk", CLASS_HD_AUDIO, DESK, BIND, REASON_HARMLESS, "vfio-pci",
	  YES, PLAIN },
	/* the host's picture */
	{ "shows the picture", CLASS_VGA, CLAIM, HOLD, REASON_SHOWS_PICTURE, .shows_picture = YES,
	  .rom_is_shadow = NO, .picture = PICTURE_FRAMEBUFFER },
	{ "3D that shows the picture", CLASS_3D, CLAIM, HOLD, REASON_SHOWS_PICTURE,
	  .shows_picture = YES, .rom_is_shadow = NO, .picture = PICTURE_FRAMEBUFFER },
	{ "0380 that shows the picture", CLASS_DISPLAY_OTHER, CLAIM, HOLD, REASON_SHOWS_PICTURE,
	  .shows_picture = YES, .rom_is_shadow = NO, .picture = PICTURE_FRAMEBUFFER },
	{ "nobody can tell", CLASS_VGA, CLAIM, HOLD, REASON_PICTURE_UNKNOWN,
	  .shows_picture = UNKNOWN, .rom_is_shadow = NO, .picture = PICTURE_FRAMEBUFFER },
	{ "0380, nobody can tell", CLASS_DISPLAY_OTHER, CLAIM, HOLD, REASON_PICTURE_UNKNOWN,
	  .shows_picture = UNKNOWN, .rom_is_shadow = NO, .picture = PICTURE_UNKNOWN },
	{ "shadow", CLASS_VGA, CLAIM, HOLD, REASON_ROM_SHADOW, .shows_picture = NO,
	  .rom_is_shadow = YES, .picture = PICTURE_FRAMEBUFFER },
	{ "shadow, text mode", CLASS_VGA, CLAIM, HOLD, REASON_ROM_SHADOW, .shows_picture = NO,
	  .rom_is_shadow = YES, .picture = PICTURE_TEXT },
	{ "shadow, picture unknown but elsewhere", CLASS_VGA, CLAIM, HOLD, REASON_ROM_SHADOW,
	  .shows_picture = NO, .rom_is_shadow = YES, .picture = PICTURE_UNKNOWN },
	{ "shadow, serial only", CLASS_VGA, CLAIM, HOLD, REASON_DISPLAY, .shows_picture = NO,
	  .rom_is_shadow = YES, .picture = PICTURE_NONE },
	{ "resources unreadable", CLASS_VGA, CLAIM, HOLD, REASON_ROM_UNKNOWN, .shows_picture = NO,
	  .rom_is_shadow = UNKNOWN, .picture = PICTURE_FRAMEBUFFER },
	{ "resources unreadable, serial only", CLASS_VGA, CLAIM, HOLD, REASON_DISPLAY,
	  .shows_picture = NO, .rom_is_shadow = UNKNOWN, .picture = PICTURE_NONE },
	{ "shadow of a 3D controller", CLASS_3D, CLAIM, BIND, REASON_HARMLESS, .shows_picture = NO,
	  .rom_is_shadow = YES, .picture = PICTURE_FRAMEBUFFER },
	/* the kernel */
	{ "6.1.46", CLASS_VGA, CLAIM, HOLD, REASON_KERNEL_EVICTS, PLAIN, .kernel_minor = 1,
	  .kernel_patch = 46 },
	{ "6.1.47", CLASS_VGA, CLAIM, HOLD, REASON_DISPLAY, PLAIN, .kernel_minor = 1,
	  .kernel_patch = 47 },
	{ "6.4", CLASS_VGA, CLAIM, HOLD, REASON_KERNEL_EVICTS, PLAIN, .kernel_minor = 4 },
	{ "6.4, 3D", CLASS_3D, CLAIM, BIND, REASON_HARMLESS, PLAIN, .kernel_minor = 4 },
	{ "6.4, audio", CLASS_HD_AUDIO, CLAIM, BIND, REASON_HARMLESS, PLAIN, .kernel_minor = 4 },
	{ "6.4, serial only", CLASS_VGA, CLAIM, HOLD, REASON_DISPLAY, .shows_picture = NO,
	  .rom_is_shadow = NO, .picture = PICTURE_NONE, .kernel_minor = 4 },
};

/* Another card, which stays, with a framebuffer of its own driver. */
static void add_screen(void)
{
	struct function *function = add_function("0000:0a:00.0", CLASS_VGA);

	function->driver = "bochs-drm";
	function->framebuffer = 1;
}

static void each_reason(void)
{
	/* These below, and REASON_CLEARED with the guard facts. */
	bool seen[REASON_NOT_HELD + 1] = { [REASON_COMPANION] = true,
					   [REASON_DRIVERS_DIFFER] = true,
					   [REASON_KEYBOARD] = true,
					   [REASON_CLEARED] = true };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct alone *row = &rows[i];
		struct function *function;
		char line[64];

		new_machine();
		snprintf(line, sizeof(line), "bind slot *:07:00.0 %s",
			 row->words ? row->words : "");
		new_config(line);
		function = add_function("0000:07:00.0", row->class);
		function->at.domain = row->domain;
		function->driver = row->driver;
		function->driver_built_in = row->built_in;
		function->shows_picture = row->shows_picture;
		function->rom_is_shadow = row->rom_is_shadow;
		function->held_for = row->held ? HELD_NAME : row->held_for;
		function->waited = row->waited;
		function->appeared = row->appeared;
		if (row->own_screen)
			function->framebuffer = 0;
		machine.rescue = row->rescue;
		machine.picture.is_there = row->gone ? NO : YES;
		machine.picture.device = row->device;
		if (row->screen)
			add_screen();
		if (row->no_group)
			function->group = GROUP_NONE;
		if (row->has_virtual)
			function->has_virtual = YES;
		machine.picture.kind = row->picture;
		if (row->kernel_minor)
			machine.kernel = (struct kernel){ "6.x", 6, row->kernel_minor,
							  row->kernel_patch, YES };
		make_plan(&config, &machine, row->moment, &plan);
		if (!CHECK_FOR(plan.decision_count == 1, "%s", row->name))
			continue;
		CHECK_FOR(plan.decisions[0].fate == row->fate, "%s: fate %d", row->name,
			  (int)plan.decisions[0].fate);
		CHECK_FOR(plan.decisions[0].reason == row->reason, "%s: reason %d", row->name,
			  (int)plan.decisions[0].reason);
		CHECK_FOR(same_text(plan.decisions[0].driver, "vfio-pci"), "%s", row->name);
		CHECK_FOR(plan.decisions[0].moves_console ==
				  (row->moves || (row->reason >= REASON_SHOWS_PICTURE &&
						  row->reason <= REASON_OWN_SCREEN)),
			  "%s", row->name);
		seen[row->reason] = true;
	}
	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++)
		CHECK_FOR(seen[i], "reason %zu", i);
}

static void check_decision(int line, const char *address, enum fate fate, enum reason reason)
{
	const struct decision *decision = decision_for(address);

	if (test_check(decision != NULL, __FILE__, line, "%s is not chosen", address)) {
		test_check(decision->fate == fate, __FILE__, line, "%s: fate %d", address,
			   (int)decision->fate);
		test_check(decision->reason == reason, __FILE__, line, "%s: reason %d", address,
			   (int)decision->reason);
	}
}

#define IS(address, fate, reason) check_decision(__LINE__, address, fate, reason)

/* A card with NVIDIA's four functions, and its twin. */
static void four_functions(void)
{
	static const uint32_t classes[] = { CLASS_VGA, CLASS_HD_AUDIO, CLASS_USB, CLASS_UCSI };

	new_machine();
	for (int card = 1; card <= 2; card++)
		for (int f = 0; f < 4; f++) {
			char address[ADDRESS_BYTES];

			snprintf(address, sizeof(address), "0000:%02x:00.%x", (unsigned)card,
				 (unsigned)f);
			add_function(address, classes[f]);
		}
}

static void one_card_one_fate(void)
{
	four_functions();
	new_config("bind slot 01:00.0\nbind slot 01:00.1\nbind slot 01:00.3");
	make_plan(&config, &machine, CLAIM, &plan);
	CHECK(plan.decision_count == 3);
	IS("0000:01:00.0", HOLD, REASON_DISPLAY);
	IS("0000:01:00.1", HOLD, REASON_COMPANION);
	IS("0000:01:00.3", HOLD, REASON_COMPANION);
	CHECK(decision_for("0000:01:00.1")->companion == 0 &&
	      decision_for("0000:01:00.3")->companion == 0);

	/* the USB function keeps its driver meanwhile, and the rest is held for the later one */
	new_config("bind slot 01:00");
	make_plan(&config, &machine, CLAIM, &plan);
	CHECK(plan.decision_count == 4);
	IS("0000:01:00.0", HOLD, REASON_DISPLAY);
	IS("0000:01:00.1", HOLD, REASON_COMPANION);
	IS("0000:01:00.2", WAIT, REASON_USB);
	IS("0000:01:00.3", HOLD, REASON_COMPANION);
	CHECK(decision_for("0000:01:00.1")->companion == 2);

	/* early on one line of the card's: the others still wait, and it with them */
	new_config("bind slot 01:00.0 early\nbind slot 01:00.2");
	make_plan(&config, &machine, CLAIM, &plan);
	IS("0000:01:00.0", HOLD, REASON_COMPANION);
	IS("0000:01:00.2", WAIT, REASON_USB);
	new_config("bind slot 01:00 early");
	make_plan(&config, &machine, CLAIM, &plan);
	IS("0000:01:00.0", BIND, REASON_EARLY);
	IS("0000:01:00.1", BIND, REASON_HARMLESS);
	IS("0000:01:00.2", BIND, REASON_EARLY);

	/* one is refused, and with it all of the card */
	machine.functions[2].group = GROUP_NONE;
	new_config("bind slot 01:00");
	make_plan(&config, &machine, CLAIM, &plan);
	IS("0000:01:00.0", REFUSE, REASON_COMPANION);
	IS("0000:01:00.1", REFUSE, REASON_COMPANION);
	IS("0000:01:00.2", REFUSE, REASON_NO_GROUP);
	CHECK(decision_for("0000:01:00.0")->companion == 2);

	/* the other card has nothing to do with it */
	new_config("bind slot 01:00\nbind slot 02:00.0\nbind slot 02:00.1");
	make_plan(&config, &machine, CLAIM, &plan);
	IS("0000:01:00.0", REFUSE, REASON_COMPANION);
	IS("0000:02:00.0", HOLD, REASON_DISPLAY);
	IS("0000:02:00.1", HOLD, REASON_COMPANION);

	/* the audio function alone is bound at once */
	new_config("bind slot 01:00.1");
	make_plan(&config, &machine, CLAIM, &plan);
	CHECK(plan.decision_count == 1);
	IS("0000:01:00.1", BIND, REASON_HARMLESS);

	/* what has vfio-pci already stays, and the rest still waits or is refused */
	machine.functions[1].driver = "vfio-pci";
	new_config("bind slot 01:00.0\nbind slot 01:00.1");
	make_plan(&config, &machine, CLAIM, &plan);
	IS("0000:01:00.0", HOLD, REASON_DISPLAY);
	IS("0000:01:00.1", BIND, REASON_ALREADY);
	machine.functions[0].group = GROUP_NONE;
	make_plan(&config, &machine, CLAIM, &plan);
	IS("0000:01:00.0", REFUSE, REASON_NO_GROUP);
	IS("0000:01:00.1", BIND, REASON_ALREADY);
}

static void add_need(enum need_kind kind, enum need_by by, uint16_t function)
{
	machine.needs[machine.need_count++] = (struct need){ kind, by, function, "something" };
}

/* What the boot needs, and what is in use, on function 0; or nobody knows where. */
static void needs_refuse(void)
{
	static const struct {
		const char *name;
		uint32_t class;
		enum moment moment;
		const char *words;
		enum need_kind kind;
		enum need_by by;
		bool unknown; /* on which function */
		enum fate fate;
		enum reason reason;
	} needed[] = {
		{ "root", CLASS_NVME, FINISH, "", NEED_ROOT, BY_DISK, false, REFUSE,
		  REASON_CARRIES_ROOT },
		{ "root, force", CLASS_NVME, FINISH, "force early", NEED_ROOT, BY_DISK, false,
		  REFUSE, REASON_CARRIES_ROOT },
		{ "root, at the desk", CLASS_NVME, DESK, "", NEED_ROOT, BY_DISK, false, REFUSE,
		  REASON_CARRIES_ROOT },
		{ "fstab", CLASS_USB, FINISH, "", NEED_BOOT, BY_DISK, false, REFUSE,
		  REASON_NEEDED },
		{ "fstab, at the desk", CLASS_USB, DESK, "", NEED_BOOT, BY_DISK, false, REFUSE,
		  REASON_NEEDED },
		{ "fstab, early", CLASS_USB, DESK, "early", NEED_BOOT, BY_DISK, false, REFUSE,
		  REASON_NEEDED },
		{ "fstab, force", CLASS_USB, FINISH, "force", NEED_BOOT, BY_DISK, false, BIND,
		  REASON_USB },
		{ "fstab, force, at the desk", CLASS_USB, DESK, "force", NEED_BOOT, BY_DISK, false,
		  WAIT, REASON_USB },
		{ "in use", CLASS_NETWORK, FINISH, "", NEED_USE, BY_NETWORK, false, REFUSE,
		  REASON_IN_USE },
		{ "in use at the desk", CLASS_NETWORK, DESK, "", NEED_USE, BY_NETWORK, false, WAIT,
		  REASON_OTHER_KIND },
		{ "in use, force", CLASS_NETWORK, FINISH, "force", NEED_USE, BY_NETWORK, false,
		  BIND, REASON_OTHER_KIND },
		{ "a disk nobody knows where", CLASS_NVME, FINISH, "", NEED_BOOT, BY_DISK, true,
		  REFUSE, REASON_NEED_UNKNOWN },
		{ "on USB", CLASS_USB, FINISH, "", NEED_BOOT, BY_DISK, true, REFUSE,
		  REASON_NEED_UNKNOWN },
		{ "not on a display", CLASS_VGA, FINISH, "", NEED_BOOT, BY_DISK, true, BIND,
		  REASON_DISPLAY },
		{ "not on the network", CLASS_NETWORK, FINISH, "", NEED_BOOT, BY_DISK, true, BIND,
		  REASON_OTHER_KIND },
		{ "a share nobody knows where", CLASS_NETWORK, FINISH, "", NEED_BOOT, BY_NETWORK,
		  true, REFUSE, REASON_NEED_UNKNOWN },
		{ "not on a disk", CLASS_NVME, FINISH, "", NEED_BOOT, BY_NETWORK, true, BIND,
		  REASON_STORAGE },
		{ "nobody knows where, force", CLASS_NVME, FINISH, "force", NEED_BOOT, BY_DISK,
		  true, BIND, REASON_STORAGE },
		{ "nobody knows where, at the desk", CLASS_NVME, DESK, "", NEED_BOOT, BY_DISK, true,
		  WAIT, REASON_STORAGE },
	};

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		char line[64];

		new_machine();
		add_function("0000:07:00.0", needed[i].class)->waited = true;
		add_need(needed[i].kind, needed[i].by, needed[i].unknown ? FUNCTION_NONE : 0);
		snprintf(line, sizeof(line), "bind slot 07:00 %s", needed[i].words);
		new_config(line);
		make_plan(&config, &machine, needed[i].moment, &plan);
		CHECK_FOR(plan.decisions[0].fate == needed[i].fate, "%s: fate %d", needed[i].name,
			  (int)plan.decisions[0].fate);
		CHECK_FOR(plan.decisions[0].reason == needed[i].reason, "%s: reason %d",
			  needed[i].name, (int)plan.decisions[0].reason);
	}
	/* nothing could be noted at all */
	new_machine();
	add_function("0000:07:00.0", CLASS_NVME)->waited = true;
	new_config("bind slot 07:00");
	machine.needs_found = UNKNOWN;
	make_plan(&config, &machine, FINISH, &plan);
	IS("0000:07:00.0", REFUSE, REASON_NEED_UNKNOWN);
}

/* A USB controller on which a passphrase is still to be typed keeps its driver. */
static void keyboard_waits(void)
{
	new_machine();
	add_function("0000:07:00.0", CLASS_USB);
	machine.functions[0].waited = machine.functions[0].has_keyboard = true;
	machine.functions[0].driver = "xhci_hcd";
	new_config("bind slot 07:00");
	make_plan(&config, &machine, FINISH, &plan);
	IS("0000:07:00.0", BIND, REASON_USB);
	machine.prompt_to_come = YES;
	make_plan(&config, &machine, FINISH, &plan);
	IS("0000:07:00.0", WAIT, REASON_KEYBOARD);
	machine.prompt_to_come = UNKNOWN;
	make_plan(&config, &machine, FINISH, &plan);
	IS("0000:07:00.0", WAIT, REASON_KEYBOARD);
	machine.functions[0].has_keyboard = false;
	make_plan(&config, &machine, FINISH, &plan);
	IS("0000:07:00.0", BIND, REASON_USB);
}

/* In finish the whole card waits for the screen, and goes with it. */
static void one_card_one_fate_in_finish(void)
{
	four_functions();
	for (int f = 0; f < 4; f++)
		machine.functions[f].held_for = HELD_NAME;
	machine.functions[2].held_for = NULL;
	machine.functions[2].waited = true;
	machine.functions[2].driver = "xhci_hcd";
	machine.functions[0].shows_picture = YES;
	new_config("bind slot 01:00");
	make_plan(&config, &machine, FINISH, &plan);
	IS("0000:01:00.0", HOLD, REASON_SHOWS_PICTURE);
	IS("0000:01:00.1", HOLD, REASON_COMPANION);
	IS("0000:01:00.2", WAIT, REASON_COMPANION);
	machine.functions[4].driver = "nouveau";
	machine.functions[4].has_screen = YES;
	make_plan(&config, &machine, FINISH, &plan);
	CHECK(plan.screen == 4);
	IS("0000:01:00.0", BIND, REASON_SHOWS_PICTURE);
	IS("0000:01:00.1", BIND, REASON_HARMLESS);
	IS("0000:01:00.2", BIND, REASON_USB);
	/* the twin's screen is no use where the twin goes too */
	for (int f = 4; f < 8; f++)
		machine.functions[f].waited = true;
	new_config("bind slot 01:00\nbind slot 02:00");
	make_plan(&config, &machine, FINISH, &plan);
	CHECK(plan.screen == FUNCTION_NONE);
	IS("0000:01:00.0", HOLD, REASON_SHOWS_PICTURE);
	IS("0000:02:00.0", WAIT, REASON_OWN_SCREEN);
}

/* Which display the console goes to. */
static void the_screen_that_stays(void)
{
	four_functions();
	new_config("bind slot 01:00");
	machine.functions[4].has_screen = YES;
	make_plan(&config, &machine, FINISH, &plan);
	CHECK(plan.screen == FUNCTION_NONE); /* no driver */
	machine.functions[4].driver = "nouveau";
	make_plan(&config, &machine, FINISH, &plan);
	CHECK(plan.screen == 4);
	add_function("0000:0a:00.0", CLASS_VGA)->driver = "amdgpu";
	make_plan(&config, &machine, FINISH, &plan);
	CHECK(plan.screen == 4);
	machine.functions[8].framebuffer = 2;
	make_plan(&config, &machine, FINISH, &plan);
	CHECK(plan.screen == 8); /* the console can be mapped there */
	machine.functions[4].framebuffer = 1;
	make_plan(&config, &machine, FINISH, &plan);
	CHECK(plan.screen == 4); /* and somebody sees it */
}

/* Cards are told apart by domain, bus and device, all three. */
static void cards_are_told_apart(void)
{
	static const char *const others[] = { "0000:01:01.0", "0000:02:00.0", "0001:01:00.0" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		new_machine();
		add_function("0000:01:00.0", CLASS_HD_AUDIO);
		add_function(others[i], CLASS_USB);
		new_config("bind slot *:*:00\nbind slot *:*:01");
		make_plan(&config, &machine, CLAIM, &plan);
		IS("0000:01:00.0", BIND, REASON_HARMLESS);
		IS(others[i], WAIT, REASON_USB);
	}
}

/* A card in two slots below a switch of its own. */
static void a_card_of_two_slots(void)
{
	NEW_MACHINE_OF(arc);
	new_config("bind card slot 03:00");
	make_plan(&config, &machine, CLAIM, &plan);
	CHECK(plan.decision_count == 2);
	IS("0000:03:00.0", HOLD, REASON_DISPLAY);
	IS("0000:04:00.0", HOLD, REASON_COMPANION);
	machine.functions[machine_find(&machine, (struct pci_address){ 0, 4, 0, 0 })].driver =
		"snd_hda_intel";
	make_plan(&config, &machine, CLAIM, &plan);
	IS("0000:03:00.0", HOLD, REASON_DISPLAY);
	IS("0000:04:00.0", WAIT, REASON_HAS_DRIVER);
	/* below the other switch is a network function too: each slot is a card */
	new_config("bind slot 07:00\nbind slot 08:00");
	make_plan(&config, &machine, CLAIM, &plan);
	IS("0000:07:00.0", HOLD, REASON_DISPLAY);
	IS("0000:08:00.0", BIND, REASON_HARMLESS);
}

/* Two drivers for one function stop its card, whatever else there is to say of it; two for two functions do not. */
static void drivers_that_differ(void)
{
	four_functions();
	new_config("bind slot 01:00.0 driver a\nbind slot 01:00.1\nbind slot 01:00.0 driver b");
	make_plan(&config, &machine, CLAIM, &plan);
	IS("0000:01:00.0", REFUSE, REASON_DRIVERS_DIFFER);
	IS("0000:01:00.1", REFUSE, REASON_COMPANION);
	machine.functions[0].group = GROUP_NONE;
	make_plan(&config, &machine, CLAIM, &plan);
	IS("0000:01:00.0", REFUSE, REASON_DRIVERS_DIFFER);
	four_functions();
	new_config("bind slot 01:00.0 driver a\nbind slot 01:00.1 driver b");
	make_plan(&config, &machine, CLAIM, &plan);
	IS("0000:01:00.0", HOLD, REASON_DISPLAY);
	IS("0000:01:00.1", HOLD, REASON_COMPANION);
}

/* Which driver is in the way hangs on which one was asked for. */
static void driver_that_was_asked_for(void)
{
	four_functions();
	machine.functions[1].driver = "pci-stub";
	new_config("bind slot 01:00.1 driver pci-stub");
	make_plan(&config, &machine, CLAIM, &plan);
	IS("0000:01:00.1", BIND, REASON_ALREADY);
	new_config("bind slot 01:00.1");
	make_plan(&config, &machine, CLAIM, &plan);
	IS("0000:01:00.1", WAIT, REASON_HAS_DRIVER);
}

/* The numbers behind the warnings. */
static void what_lines_come_to(void)
{
	four_functions();
	new_config("keep slot 01:00.1\nbind slot 01:00\nbind slot 01:00.1\nbind slot *:*:00.1\n"
		   "keep slot 03:00\nbind slot 03:00");
	make_plan(&config, &machine, CLAIM, &plan);
	CHECK(plan.matches[0].count == 1 && plan.matches[0].shadowed_by == RULE_NONE);
	CHECK(plan.matches[1].count == 4 && plan.matches[1].left == 3 &&
	      plan.matches[1].cards == 1 && plan.matches[1].shadowed_by == 0);
	CHECK(plan.matches[2].count == 1 && plan.matches[2].left == 0 &&
	      plan.matches[2].shadowed_by == 0);
	CHECK(plan.matches[3].count == 2 && plan.matches[3].left == 1 &&
	      plan.matches[3].cards == 1);
	CHECK(plan.matches[4].count == 0 && plan.matches[5].count == 0);
	/* the display waits, and the last line matches nothing, like the keep line */
	CHECK(plan.decision_count == 4);
	IS("0000:01:00.0", HOLD, REASON_DISPLAY);
	IS("0000:02:00.1", BIND, REASON_HARMLESS);
}

/* make_plan is pure: nothing of what it reads is changed. */
static void reads_only(void)
{
	static struct machine before;
	static struct config asked;

	four_functions();
	new_config("bind slot 01:00\nkeep slot 01:00.2");
	before = machine;
	asked = config;
	make_plan(&config, &machine, CLAIM, &plan);
	CHECK(memcmp(&before, &machine, sizeof(machine)) == 0);
	CHECK(memcmp(&asked, &config, sizeof(config)) == 0);
}

int main(void)
{
	RUN(each_reason);
	RUN(one_card_one_fate);
	RUN(needs_refuse);
	RUN(keyboard_waits);
	RUN(one_card_one_fate_in_finish);
	RUN(the_screen_that_stays);
	RUN(cards_are_told_apart);
	RUN(a_card_of_two_slots);
	RUN(drivers_that_differ);
	RUN(driver_that_was_asked_for);
	RUN(what_lines_come_to);
	RUN(reads_only);
	return END();
}
