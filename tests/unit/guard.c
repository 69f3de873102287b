/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts made at build, written, read, and asked at boot; and keyboards. */
#include "read/guard.h"

#include "decide/decide.h"
#include "disks.h"
#include "read/input.h"
#include "tell/tell.h"
#include "test.h"

enum { VMD, USB, SATA, PORT, OTHER_PORT, NVME, OTHER_NVME, NIC };

static void add_need(enum need_kind kind, enum need_by by, uint16_t function, const char *what)
{
	machine.needs[machine.need_count++] = (struct need){ kind, by, function, what };
	if (function == FUNCTION_NONE)
		machine.needs_found = UNKNOWN;
}

/* Root on one NVMe, a mounted disk on the other; SATA and VMD are free. */
static void build(void)
{
	new_disks();
	machine.needs_found = YES;
	add_need(NEED_USE, BY_DISK, NVME, "nvme0n1p3, a part of luks");
	add_need(NEED_ROOT, BY_DISK, NVME, "the root file system (luks)");
	add_need(NEED_USE, BY_DISK, OTHER_NVME, "the mounted file system /srv");
	add_need(NEED_USE, BY_NETWORK, NIC, "the interface eth0, which is up");
	machine.lines[0] = (struct line){ "fstab UUID=1 /home", NVME };
	machine.lines[1] = (struct line){ "fstab /dev/zram0 none", FUNCTION_NONE };
	machine.line_count = 2;
}

static char written[4096];

/* Writes the facts as the image has them, and reads them again, on a machine that has forgotten the rest. */
static void boot(void)
{
	FILE *file = fmemopen(written, sizeof(written), "w");
	char text[sizeof(written)];

	assert(file);
	memset(written, 0, sizeof(written));
	guard_make(&machine, &machine.guard);
	tell_guard(file, "", &machine.guard);
	fclose(file);
	new_disks();
	memcpy(text, written, sizeof(text));
	guard_parse(text, &machine);
}

static void facts(void)
{
	build();
	boot();
	CHECK(machine.guard.there);
	CHECK(same_text(written,
			"guard facts 4 lines 2\n"
			"guard free 0000:00:0e.0=10de:1f08\n"
			"guard free 0000:00:17.0=10de:1f08\n"
			"guard root 0000:00:1c.0=10de:1f08/0000:02:00.0=10de:1f08 the root file "
			"system (luks)\n"
			"guard used 0000:00:1c.4=10de:1f08/0000:03:00.0=10de:1f08 the mounted file "
			"system /srv\n"
			"guard line 2 fstab UUID=1 /home\n"
			"guard line - fstab /dev/zram0 none\n"));
	CHECK(guard_clears(&machine, SATA) == YES && guard_clears(&machine, VMD) == YES);
	CHECK(guard_clears(&machine, NVME) == NO && guard_clears(&machine, OTHER_NVME) == NO);
	CHECK(guard_clears(&machine, USB) == UNKNOWN && guard_clears(&machine, NIC) == UNKNOWN);
	CHECK(guard_needed(&machine, NVME) &&
	      same_text(guard_needed(&machine, NVME)->what, "the root file system (luks)"));
	CHECK(!guard_needed(&machine, OTHER_NVME) && !guard_needed(&machine, SATA));
}

/* Anything that is not as it was, on the way to what the boot needs or to the function itself, clears nothing. */
static void moved(void)
{
	static const struct {
		uint16_t function; /* whose id changes */
		enum truth sata, vmd;
	} rows[] = {
		{ NVME, UNKNOWN, UNKNOWN },
		{ PORT, UNKNOWN, UNKNOWN }, /* on its way */
		{ OTHER_NVME, UNKNOWN, UNKNOWN }, /* was in use */
		{ OTHER_PORT, UNKNOWN, UNKNOWN },
		{ SATA, UNKNOWN, YES }, /* another controller in its slot */
		{ USB, YES, YES },
		{ NIC, YES, YES },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (int vendor = 0; vendor < 2; vendor++) {
			build();
			boot();
			*(vendor ? &machine.functions[rows[i].function].vendor :
				   &machine.functions[rows[i].function].device) = 0x4242;
			CHECK_FOR(guard_clears(&machine, SATA) == rows[i].sata, "row %zu", i);
			CHECK_FOR(guard_clears(&machine, VMD) == rows[i].vmd, "row %zu", i);
			CHECK_FOR(!guard_needed(&machine, NVME) == (rows[i].function == NVME),
				  "row %zu", i);
		}
	/* a bridge more on the way, or one less */
	build();
	boot();
	machine.functions[NVME].parent = FUNCTION_NONE;
	CHECK(guard_clears(&machine, SATA) == UNKNOWN);
	machine.functions[NVME].parent = PORT;
	machine.functions[PORT].parent = VMD;
	CHECK(guard_clears(&machine, SATA) == UNKNOWN);
	/* what the boot needs is not there at all */
	build();
	boot();
	machine.functions[NVME].at.bus = 5;
	machine.functions[OTHER_NVME].at.bus = 6;
	machine.functions[NIC].at.bus = 7;
	CHECK(guard_clears(&machine, SATA) == UNKNOWN && !guard_needed(&machine, NVME));
	/* a free controller that is away with its disks proves nothing against another */
	build();
	boot();
	machine.functions[VMD].device = 0x4242;
	CHECK(guard_clears(&machine, SATA) == YES);
}

static void check_claim(const char *line, enum fate fate, enum reason reason)
{
	new_config(line);
	make_plan(&config, &machine, MOMENT_CLAIM, &plan);
	CHECK_FOR(plan.decisions[0].fate == fate && plan.decisions[0].reason == reason,
		  "%s: fate %d, reason %d", line, (int)plan.decisions[0].fate,
		  (int)plan.decisions[0].reason);
}

/* What claim makes of the facts: a disk's controller by proof, what is needed never, the rest waits. */
static void claim_by_facts(void)
{
	build();
	boot();
	check_claim("bind slot 00:17.0", FATE_BIND, REASON_CLEARED);
	check_claim("bind slot 03:00.0", FATE_WAIT, REASON_STORAGE);
	check_claim("bind slot 03:00.0 early", FATE_BIND, REASON_EARLY);
	check_claim("bind slot 02:00.0", FATE_REFUSE, REASON_CARRIES_ROOT);
	check_claim("bind slot 02:00.0 early force", FATE_REFUSE, REASON_CARRIES_ROOT);
	/* no more than needed: the owner's words lift that */
	for (uint16_t i = 0; i < machine.guard.fact_count; i++)
		if (machine.guard.facts[i].kind == GUARD_ROOT)
			machine.guard.facts[i].kind = GUARD_NEEDED;
	check_claim("bind slot 02:00.0", FATE_REFUSE, REASON_NEEDED);
	check_claim("bind slot 02:00.0 early", FATE_REFUSE, REASON_NEEDED);
	check_claim("bind slot 02:00.0 force", FATE_WAIT, REASON_STORAGE);
	check_claim("bind slot 02:00.0 early force", FATE_BIND, REASON_EARLY);
	machine.guard.there = false;
	check_claim("bind slot 00:17.0", FATE_WAIT, REASON_STORAGE);
	check_claim("bind slot 02:00.0", FATE_WAIT, REASON_STORAGE);
}

static void no_facts(void)
{
	build();
	machine.needs_found = UNKNOWN;
	boot();
	CHECK(same_text(written, "") && !machine.guard.there);
	CHECK(guard_clears(&machine, SATA) == UNKNOWN && !guard_needed(&machine, NVME));
	/* more than there is room for */
	build();
	for (uint16_t f = 0; f <= GUARD_MAX_FACTS; f++) {
		char address[16];

		snprintf(address, sizeof(address), "%04x:00:00.0", f + 1);
		add_function(address, CLASS_NVME);
	}
	boot();
	CHECK(same_text(written, "") && !machine.guard.there);
}

/* A file of the image that is cut off, or is not what we wrote, is none. */
static void nonsense(void)
{
	static const char *const texts[] = {
		"",
		"guard",
		"guard free 0000:00:17.0=10de:1f08\n", /* no count */
		"guard facts 2 lines 0\nguard free 0000:00:17.0=10de:1f08\n",
		"guard facts 1 lines 1\nguard free 0000:00:17.0=10de:1f08\n",
		"guard facts 1 lines 0\nguard spare 0000:00:17.0=10de:1f08\n",
		"guard facts 1 lines 0\nguard free 0000:00:17.0\n",
		"guard facts 1 lines 0\nguard free 0000:00:17.0=10de\n",
		"guard facts 1 lines 0\nguard free 0000:00:17.0=10de:1f080\n",
		"guard facts 1 lines 0\nguard free 0000:00:17.0=-0de:1f08\n",
		"guard facts 1 lines 0\nguard free 0000:00:17=10de:1f08\n",
		"guard facts 1 lines 0\nguard free /0000:00:17.0=10de:1f08\n",
		"guard facts 1 lines 0\nguard free \n",
		"guard facts 1 lines 1\nguard free 0000:00:17.0=10de:1f08\nguard line 1 x\n",
		"guard facts 1 lines 1\nguard free 0000:00:17.0=10de:1f08\nguard line -1 x\n",
		"guard facts 1 lines 1\nguard free 0000:00:17.0=10de:1f08\nguard line 0\n",
		"guard facts 1 lines 1\nguard free 0000:00:17.0=10de:1f08\nguard line  x\n",
	};
	char text[1024];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		new_disks();
		snprintf(text, sizeof(text), "%s", texts[i]);
		guard_parse(text, &machine);
		CHECK_FOR(!machine.guard.there, "%s", texts[i]);
		CHECK_FOR(guard_clears(&machine, SATA) == UNKNOWN, "%s", texts[i]);
	}
	snprintf(text, sizeof(text),
		 "earlybind-image 1\nguard facts 1 lines 1\nguard free 0000:00:17.0=10de:1f08\n"
		 "guard line 0 x\nconfig 00\n");
	put("/etc/earlybind.image", text);
	guard_read(&root, &machine);
	CHECK(machine.guard.there && guard_clears(&machine, SATA) == YES);
	unlink(folder_path("/etc/earlybind.image"));
	guard_read(&root, &machine);
	CHECK(!machine.guard.there);
}

static void add_input(const char *name, const char *place, const char *ev, const char *key)
{
	char path[512], target[512];

	snprintf(target, sizeof(target), "../../devices/%s/input/%s", place, name);
	snprintf(path, sizeof(path), "/sys/class/input/%s", name);
	put_link(path, target);
	snprintf(path, sizeof(path), "/sys/devices/%s/input/%s/capabilities/ev", place, name);
	put(path, ev);
	snprintf(path, sizeof(path), "/sys/devices/%s/input/%s/capabilities/key", place, name);
	put(path, key);
}

#define KEYS "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe\n"
#define USB_PLACE "pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/0003:046D:C31C.0001"

static void keyboards(void)
{
	new_disks();
	input_read(&root, &machine);
	CHECK(!machine.functions[USB].has_keyboard && !machine.keyboard_elsewhere);
	/* a mouse, a power button, a headset, something that says nothing */
	add_input("input1", USB_PLACE, "17\n", "1f0000 0 0 0 0\n");
	add_input("input2", "LNXSYSTM:00/LNXPWRBN:00", "3\n", "10000000000000 0\n");
	add_input("input3", "pci0000:00/0000:00:17.0/x", "1\n", KEYS);
	add_input("input4", "platform/pcspkr", "40001\n", "\n");
	put_link("/sys/class/input/mice", "../../devices/virtual/input/mice");
	input_read(&root, &machine);
	CHECK(!machine.functions[USB].has_keyboard && !machine.functions[SATA].has_keyboard &&
	      !machine.keyboard_elsewhere);
	add_input("input5", USB_PLACE, "120013\n", KEYS);
	input_read(&root, &machine);
	CHECK(machine.functions[USB].has_keyboard && !machine.keyboard_elsewhere);
	CHECK(!machine.functions[SATA].has_keyboard);
	/* the last one */
	new_config("bind slot 00:14.0\n");
	make_plan(&config, &machine, MOMENT_NEXT_BOOT, &plan);
	assert(plan.decision_count == 1);
	plan.decisions[0].fate = FATE_REFUSE;
	CHECK(!keyboards_all_go(&machine, &plan));
	plan.decisions[0].fate = FATE_WAIT;
	CHECK(keyboards_all_go(&machine, &plan));
	machine.functions[SATA].has_keyboard = true; /* a second one, elsewhere */
	CHECK(!keyboards_all_go(&machine, &plan));
	add_input("input6", "platform/i8042/serio0", "120013\n", KEYS);
	input_read(&root, &machine);
	CHECK(machine.keyboard_elsewhere && !machine.functions[SATA].has_keyboard);
	CHECK(!keyboards_all_go(&machine, &plan));
	machine.functions[USB].has_keyboard = machine.keyboard_elsewhere = false;
	CHECK(!keyboards_all_go(&machine, &plan)); /* there is none */
}

int main(void)
{
	folder_make();
	RUN(facts);
	RUN(moved);
	RUN(claim_by_facts);
	RUN(no_facts);
	RUN(nonsense);
	RUN(keyboards);
	return END();
}
