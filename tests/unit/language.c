/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The language: what each line chooses on a machine, and for every mistake its kind, place and advice. */
#include <fcntl.h>
#include <unistd.h>

#include "folder.h"
#include "machines.h"
#include "read/cmdline.h"
#include "read/files.h"
#include "read/rule.h"
#include "test.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))
#define GTX "07:00.0 07:00.1"
#define BOOT "01:00.0 01:00.1"
#define RTX "0c:00.0 0c:00.1 0c:00.2 0c:00.3"
#define REST_OF_ROOT_BUS "00:02.0 00:14.0 00:14.2 00:1f.3 00:1f.4"
#define NAME_OF_63 "a234567890b234567890c234567890d234567890e234567890f234567890-_3"

static unsigned skipped; /* what could not run here */

/* A configuration, and the functions that it chooses. */
struct good {
	const char *lines;
	const char *chosen;
};

static const struct good on_desk[] = {
	/* what a file may look like */
	{ "", "" },
	{ "\n\r\n \t\n# bind slot 07:00\n", "" },
	{ "bind slot 07:00.0", "07:00.0" },
	{ "bind slot 07:00.0\n", "07:00.0" },
	{ "bind slot 07:00.0\r\n", "07:00.0" },
	{ " \tbind \t slot\t07:00.0 \t ", "07:00.0" },
	{ "bind slot 07:00.0# the right-hand one", "07:00.0" },
	{ "bind slot 07:00.0 # Gr\xc3\xbc\xc3\x9f\x65 # \\\r\n", "07:00.0" },
	{ "\xef\xbb\xbf"
	  "bind slot 07:00.0",
	  "07:00.0" },
	{ "#\xff\nbind slot 07:00.0", "07:00.0" },
	{ "prompt wait", "" },
	/* bind, bind card, bind cards */
	{ "bind card slot 07:00.1", GTX },
	{ "bind cards slot 07:00.1", GTX },
	{ "bind id 10de:10f0", "01:00.1 07:00.1" },
	{ "bind card id 10de:10f0", BOOT " " GTX },
	{ "bind cards id 10de:10f0", BOOT " " GTX },
	{ "bind card slot 0c:00.2", RTX },
	/* slot: each part there, left out, or `*` */
	{ "bind slot 0000:07:00.1", "07:00.1" },
	{ "bind slot 0:7:0.1", "07:00.1" },
	{ "bind slot 00000000:07:00.1", "07:00.1" },
	{ "bind slot 07:00", GTX },
	{ "bind slot 07:00.", GTX },
	{ "bind slot 07:", GTX },
	{ "bind slot 07:.1", "07:00.1" },
	{ "bind slot 07:*.1", "07:00.1" },
	{ "bind slot :07:00.*", GTX },
	{ "bind slot *:07:00.0", "07:00.0 0001:07:00.0" },
	{ "bind slot *:07:", GTX " 0001:07:00.0" },
	{ "bind slot *:1f", "00:1f.0 00:1f.3 00:1f.4" },
	{ "bind slot :1f.3", "00:1f.3" },
	{ "bind slot ::1f.3", "00:1f.3" },
	{ "bind slot *:*:1f.7", "7fffffff:ff:1f.7" },
	{ "bind slot 0001::", "0001:07:00.0" },
	{ "bind slot 1:*:*.*", "0001:07:00.0" },
	{ "bind slot 1:07:00", "0001:07:00.0" },
	{ "bind slot 10000:e1:00.0", "10000:e1:00.0" },
	{ "bind slot 7FFFFFFF:FF:1F.7", "7fffffff:ff:1f.7" },
	{ "bind slot e1:00.0", "" },
	{ "bind slot 00:01.0", "00:01.0" }, /* a bridge: the plan refuses it */
	{ "bind card slot 00:01.0", "" }, /* but it is no card */
	{ "bind card slot 00:1f", "00:1f.3 00:1f.4" },
	/* path */
	{ "bind path 0000:00:01.1/00.1", "07:00.1" },
	{ "bind path 0000:00:01.1/00", GTX },
	{ "bind path 00:1.1/0.0", "07:00.0" },
	{ "bind card path 00:01.1/00.0", GTX },
	{ "bind path 0000:00:1f.3", "00:1f.3" },
	{ "bind path 0000:00:14", "00:14.0 00:14.2" },
	{ "bind path 10000:E0:06.0/00.0", "10000:e1:00.0" },
	{ "bind path 7fffffff:ff:1f.7", "7fffffff:ff:1f.7" },
	{ "bind path 0000:07:00.0", "" }, /* bus 07 is no root bus */
	{ "bind path 0000:00:01.1/00.0/00.0", "" },
	{ "bind path 0000:00:02.0/00.0", "" },
	/* id and subsystem */
	{ "bind id 10de:1b80", "01:00.0 07:00.0" },
	{ "bind id 10DE:1B80", "01:00.0 07:00.0" },
	{ "bind id 10de:1b80:0300", "01:00.0 07:00.0" },
	{ "bind id 10de:1b80:0403", "" },
	{ "bind id 10de:", BOOT " " GTX " " RTX },
	{ "bind id 10de:*:0403", "01:00.1 07:00.1 0c:00.1" },
	{ "bind id :10f0", "01:00.1 07:00.1" },
	{ "bind id ::0403", "00:1f.3 01:00.1 07:00.1 0c:00.1" },
	{ "bind id *:*:0108", "02:00.0 10000:e1:00.0" },
	{ "bind id 1da3:ffff", "7fffffff:ff:1f.7" },
	{ "bind subsystem 1043:8591", GTX },
	{ "bind subsystem 1043:", GTX },
	{ "bind subsystem *:8591", GTX },
	{ "bind subsystem 1da3:0", "0001:07:00.0 7fffffff:ff:1f.7" },
	{ "bind card id 10de:1b80 subsystem 1043:8591", GTX },
	/* class */
	{ "bind class 12", "0001:07:00.0 7fffffff:ff:1f.7" },
	{ "bind class 0403", "00:1f.3 01:00.1 07:00.1 0c:00.1" },
	{ "bind class 0C0330", "00:14.0 0c:00.2" },
	{ "bind class 0c03", "00:14.0 0c:00.2" },
	{ "bind class 0c0320", "" },
	/* group: bridges aside; an address that is not there has none */
	{ "bind group 0000:07:00.1", GTX },
	{ "bind group 01:00.0", BOOT },
	{ "bind group 00:01.0", BOOT },
	{ "bind group 00:1f.4", "00:1f.3 00:1f.4" },
	{ "bind group 10000:e0:06.0", "10000:e1:00.0" },
	{ "bind group 66:00.0", "" },
	/* boot-display */
	{ "bind boot-display", "01:00.0" },
	{ "bind card boot-display", BOOT },
	{ "bind card boot-display class 0403", BOOT }, /* true of the whole card */
	{ "bind boot-display class 0403", "" },
	{ "bind cards id 10de:1b80 not boot-display", GTX },
	{ "bind card class 0403 not boot-display", "00:1f.3 00:1f.4 " GTX " " RTX },
	{ "bind class 0403 not boot-display", "00:1f.3 01:00.1 07:00.1 0c:00.1" },
	/* all conditions of a line, met by one function together */
	{ "bind slot 07:00 id 10de:1b80", "07:00.0" },
	{ "bind card slot 07:00 id 10de:1f08", "" },
	{ "bind card slot 07:00.1 id 10de:1b80", "" },
	{ "bind id 10de: class 03 subsystem 1462: group 0c:00.1 path 00:1c.4/00.0 slot 0c:00",
	  "0c:00.0" },
	/* not, as often as wanted */
	{ "bind id 10de: not class 03 not class 0c", "01:00.1 07:00.1 0c:00.1" },
	{ "bind id 10de: not slot 01:00 not slot 0c:00 not id :10f0", "07:00.0" },
	{ "bind class 0403 not path 00:1f.3 not group 07:00.0 not subsystem 1462:3362", "0c:00.1" },
	{ "bind not class 03 slot 07:00", "07:00.1" },
	/* keep wins, wherever it stands */
	{ "bind id 10de:10f0\nkeep slot 01:00", "07:00.1" },
	{ "keep slot 01:00\nbind id 10de:10f0", "07:00.1" },
	{ "bind slot 07:00.1\nkeep slot 07:00.1", "" },
	{ "bind slot 07:00\nkeep class 0403", "07:00.0" },
	{ "bind id 10de:\nkeep card boot-display", GTX " " RTX },
	{ "bind id 10de:\nkeep boot-display", "01:00.1 " GTX " " RTX },
	{ "bind id 10de:\nkeep cards class 0c03", BOOT " " GTX },
	{ "bind id 10de:\nkeep not slot 07:00", GTX },
	{ "bind id 10de:\nkeep card not boot-display", BOOT },
	{ "keep slot 07:00", "" },
	/* several lines are a union */
	{ "bind slot 07:00.0\nbind slot 07:00.1\nbind slot 07:00.1", GTX },
	{ "bind id 10de:1b80\nbind slot 0c:00.3", "01:00.0 07:00.0 0c:00.3" },
	/* modifiers change nothing in the choice */
	{ "bind slot 07:00 driver vfio-pci", GTX },
	{ "bind early driver pci-stub force slot 07:00", GTX },
	{ "bind card driver auto slot 07:00", GTX },
	{ "bind slot 07:00 driver " NAME_OF_63, GTX },
};

static const struct good on_arc[] = {
	{ "bind card slot 03:00", "03:00.0 04:00.0" },
	{ "bind card slot 04:00", "03:00.0 04:00.0" },
	{ "bind slot 03:00", "03:00.0" },
	/* below this switch is a network function too: two cards */
	{ "bind card slot 07:00", "07:00.0" },
	{ "bind card slot 08:00", "08:00.0" },
	{ "bind cards id 8086:56a0", "03:00.0 04:00.0 07:00.0" },
	{ "bind cards id 8086:56a0\nkeep card slot 04:00", "07:00.0" },
	{ "bind card path 00:01.0/00.0/01.0/00.0", "03:00.0 04:00.0" },
	{ "bind card slot 00:02", "00:02.0" },
};

static const struct good on_blind[] = {
	/* boot-display is neither true nor false: no bind line with it chooses anything ... */
	{ "bind boot-display", "" },
	{ "bind card boot-display", "" },
	{ "bind cards id 1002:73ff not boot-display", "" },
	{ "bind class 0403 not boot-display", "" },
	{ "bind slot 00:1f.3 not boot-display", "" },
	{ "bind card class 0403 not boot-display", "" },
	/* ... and a keep line with it keeps every display */
	{ "bind id 1002:\nkeep boot-display", "03:00.1 07:00.1" },
	{ "bind id 1002:\nkeep not boot-display", "" },
	{ "bind id 1002:\nkeep card boot-display", "" },
	{ "bind id 1002:\nkeep slot 03:00 boot-display", "03:00.1 07:00.0 07:00.1" },
	{ "bind class 0403\nkeep card boot-display", "00:1f.3" },
	/* lines without it are not touched */
	{ "bind card slot 07:00", GTX },
};

static const struct good on_server[] = {
	/* virtual functions are never chosen */
	{ "bind id 10de:25b6", "08:00.0" },
	{ "bind cards id 10de:25b6", "08:00.0" },
	{ "bind slot 08:00.4", "" },
	{ "bind slot 08:01.0", "" },
	{ "bind card slot 08:00.4", "" },
	{ "bind group 08:01.0", "" },
	{ "bind card slot 08:00.0", "08:00.0" },
};

static void check_good(const char *name, const struct good *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		config_begin(&config);
		config.files[config.file_count++] = "/etc/earlybind.conf";
		config_parse(&config, 0, rows[i].lines, strlen(rows[i].lines));
		if (!CHECK_FOR(config.problem_count == 0, "%s: %s", name, rows[i].lines))
			continue;
		make_plan(&config, &machine, MOMENT_NEXT_BOOT, &plan);
		CHECK_FOR(same_text(chosen(), rows[i].chosen), "%s: %s: chosen are %s, not %s",
			  name, rows[i].lines, chosen(), rows[i].chosen);
	}
}

static void good_lines(void)
{
	NEW_MACHINE_OF(desk);
	check_good("desk", on_desk, ROWS(on_desk));
	NEW_MACHINE_OF(arc);
	check_good("arc", on_arc, ROWS(on_arc));
	NEW_MACHINE_OF(blind);
	check_good("blind", on_blind, ROWS(on_blind));
	NEW_MACHINE_OF(server);
	check_good("server", on_server, ROWS(on_server));
}

/* One wrong line. It is read as the third line of a file between good ones. */
struct bad {
	const char *line;
	enum problem_kind kind;
	uint32_t column;
	const char *found;
	const char *instead;
	size_t n; /* only where strlen would not do */
};

static const struct bad bad_rows[] = {
	/* the verb */
	{ "bnd slot 07:00", PROBLEM_NOT_A_VERB, 1, "bnd", "bind", 0 },
	{ "binds slot 07:00", PROBLEM_NOT_A_VERB, 1, "binds", "bind", 0 },
	{ "kep slot 07:00", PROBLEM_NOT_A_VERB, 1, "kep", "keep", 0 },
	{ "Keep slot 07:00", PROBLEM_NOT_A_VERB, 1, "Keep", "keep", 0 },
	{ "BIND slot 07:00", PROBLEM_NOT_A_VERB, 1, "BIND", "bind", 0 },
	{ "promt wait", PROBLEM_NOT_A_VERB, 1, "promt", "prompt", 0 },
	{ "  hold slot 07:00", PROBLEM_NOT_A_VERB, 3, "hold", NULL, 0 },
	{ "07:00", PROBLEM_NOT_A_VERB, 1, "07:00", NULL, 0 },
	{ "slot 07:00", PROBLEM_NOT_A_VERB, 1, "slot", NULL, 0 },
	{ "bind=07:00", PROBLEM_NOT_A_VERB, 1, "bind=07:00", NULL, 0 },
	{ "b", PROBLEM_NOT_A_VERB, 1, "b", NULL, 0 },
	{ "bindslot 07:00", PROBLEM_NOT_A_VERB, 1, "bindslot", NULL, 0 },
	{ "; bind slot 07:00", PROBLEM_NOT_A_VERB, 1, ";", NULL, 0 },
	{ "options vfio-pci ids=1002:73ff,1002:ab28", PROBLEM_NOT_A_VERB, 1, "options", NULL, 0 },
	{ "softdep amdgpu pre: vfio-pci", PROBLEM_NOT_A_VERB, 1, "softdep", NULL, 0 },
	/* what stands behind it */
	{ "bind slto 07:00", PROBLEM_NOT_A_TERM, 6, "slto", "slot", 0 },
	{ "bind Slot 07:00", PROBLEM_NOT_A_TERM, 6, "Slot", "slot", 0 },
	{ "keep ID 10de:1f08", PROBLEM_NOT_A_TERM, 6, "ID", "id", 0 },
	{ "bind crad slot 07:00", PROBLEM_NOT_A_TERM, 6, "crad", "card", 0 },
	{ "bind pth 00:01.1/00.0", PROBLEM_NOT_A_TERM, 6, "pth", "path", 0 },
	{ "bind clas 0300", PROBLEM_NOT_A_TERM, 6, "clas", "class", 0 },
	{ "bind subsytem 1462:3362", PROBLEM_NOT_A_TERM, 6, "subsytem", "subsystem", 0 },
	{ "bind gruop 07:00.0", PROBLEM_NOT_A_TERM, 6, "gruop", "group", 0 },
	{ "keep boot-dispaly", PROBLEM_NOT_A_TERM, 6, "boot-dispaly", "boot-display", 0 },
	{ "keep boot_display", PROBLEM_NOT_A_TERM, 6, "boot_display", "boot-display", 0 },
	{ "bind slot 07:00 nto id 10de:", PROBLEM_NOT_A_TERM, 17, "nto", "not", 0 },
	{ "bind slot 07:00 ealry", PROBLEM_NOT_A_TERM, 17, "ealry", "early", 0 },
	{ "bind slot 07:00 forced", PROBLEM_NOT_A_TERM, 17, "forced", "force", 0 },
	{ "bind slot 07:00 drivr vfio-pci", PROBLEM_NOT_A_TERM, 17, "drivr", "driver", 0 },
	{ "keep slot 07:00 not clss 0300", PROBLEM_NOT_A_TERM, 21, "clss", "class", 0 },
	{ "bind vendor 10de", PROBLEM_NOT_A_TERM, 6, "vendor", NULL, 0 },
	{ "bind bind slot 07:00", PROBLEM_NOT_A_TERM, 6, "bind", NULL, 0 },
	{ "bind slot=07:00", PROBLEM_NOT_A_TERM, 6, "slot=07:00", NULL, 0 },
	{ "bind slot 07:00 08:00", PROBLEM_LIST, 17, "08:00", NULL, 0 },
	{ "bind 07:00", PROBLEM_NOT_A_TERM, 6, "07:00", NULL, 0 },
	{ "bind slot 07:00 and id 10de:1f08", PROBLEM_NOT_A_TERM, 17, "and", NULL, 0 },
	{ "bind slot 07:00 driver vfio-pci pci-stub", PROBLEM_NOT_A_TERM, 33, "pci-stub", NULL, 0 },
	{ "bind slot 07:00 boot-display yes", PROBLEM_NOT_A_TERM, 30, "yes", NULL, 0 },
	/* card, cards */
	{ "bind slot 07:00 card", PROBLEM_LATE_CARD, 17, "card", NULL, 0 },
	{ "keep slot 07:00 cards", PROBLEM_LATE_CARD, 17, "cards", NULL, 0 },
	{ "bind card card slot 07:00", PROBLEM_LATE_CARD, 11, "card", NULL, 0 },
	{ "bind early cards slot 07:00", PROBLEM_LATE_CARD, 12, "cards", NULL, 0 },
	{ "keep not card slot 07:00", PROBLEM_LATE_CARD, 10, "card", NULL, 0 },
	/* no condition, and only what not */
	{ "bind", PROBLEM_NO_CONDITION, 5, "", NULL, 0 },
	{ "keep", PROBLEM_NO_CONDITION, 5, "", NULL, 0 },
	{ "bind card", PROBLEM_NO_CONDITION, 10, "", NULL, 0 },
	{ "keep cards \t", PROBLEM_NO_CONDITION, 11, "", NULL, 0 },
	{ "bind # slot 07:00", PROBLEM_NO_CONDITION, 5, "", NULL, 0 },
	{ "bind driver vfio-pci early force", PROBLEM_NO_CONDITION, 33, "", NULL, 0 },
	{ "bind not slot 07:00", PROBLEM_ONLY_NOT, 20, "", NULL, 0 },
	{ "bind cards not boot-display", PROBLEM_ONLY_NOT, 28, "", NULL, 0 },
	{ "bind not id 10de: not class 03 early", PROBLEM_ONLY_NOT, 37, "", NULL, 0 },
	{ "bind not", PROBLEM_NOT_WHAT, 9, "not", NULL, 0 },
	{ "keep not", PROBLEM_NOT_WHAT, 9, "not", NULL, 0 },
	{ "bind slot 07:00 not early", PROBLEM_NOT_WHAT, 21, "early", NULL, 0 },
	{ "bind slot 07:00 not force", PROBLEM_NOT_WHAT, 21, "force", NULL, 0 },
	{ "bind not not slot 07:00", PROBLEM_NOT_WHAT, 10, "not", NULL, 0 },
	/* no value */
	{ "bind slot", PROBLEM_NO_VALUE, 10, "slot", NULL, 0 },
	{ "bind slot # 07:00", PROBLEM_NO_VALUE, 11, "slot", NULL, 0 },
	{ "bind path", PROBLEM_NO_VALUE, 10, "path", NULL, 0 },
	{ "bind id", PROBLEM_NO_VALUE, 8, "id", NULL, 0 },
	{ "bind subsystem", PROBLEM_NO_VALUE, 15, "subsystem", NULL, 0 },
	{ "bind class", PROBLEM_NO_VALUE, 11, "class", NULL, 0 },
	{ "bind group", PROBLEM_NO_VALUE, 11, "group", NULL, 0 },
	{ "keep not id", PROBLEM_NO_VALUE, 12, "id", NULL, 0 },
	{ "bind slot 07:00 driver", PROBLEM_NO_VALUE, 23, "driver", NULL, 0 },
	/* once on a line */
	{ "bind slot 07:00 slot 08:00", PROBLEM_REPEATED, 17, "slot", NULL, 0 },
	{ "bind id 10de:1f08 id 10de:10f9", PROBLEM_REPEATED, 19, "id", NULL, 0 },
	{ "keep path 00:01.1 path 00:01.2", PROBLEM_REPEATED, 19, "path", NULL, 0 },
	{ "bind subsystem 1: subsystem 2:", PROBLEM_REPEATED, 19, "subsystem", NULL, 0 },
	{ "bind class 03 class 04", PROBLEM_REPEATED, 15, "class", NULL, 0 },
	{ "bind group 07:00.0 group 08:00.0", PROBLEM_REPEATED, 20, "group", NULL, 0 },
	{ "bind boot-display boot-display", PROBLEM_REPEATED, 19, "boot-display", NULL, 0 },
	{ "bind slot 07:00 early early", PROBLEM_REPEATED, 23, "early", NULL, 0 },
	{ "bind force slot 07:00 force", PROBLEM_REPEATED, 23, "force", NULL, 0 },
	{ "bind slot 07:00 driver a driver b", PROBLEM_REPEATED, 26, "driver", NULL, 0 },
	/* modifiers are for bind */
	{ "keep slot 07:00 early", PROBLEM_MODIFIER_OF_KEEP, 17, "early", NULL, 0 },
	{ "keep force slot 07:00", PROBLEM_MODIFIER_OF_KEEP, 6, "force", NULL, 0 },
	{ "keep driver vfio-pci slot 07:00", PROBLEM_MODIFIER_OF_KEEP, 6, "driver", NULL, 0 },
	/* one value a line */
	{ "bind id 10de:1f08,10de:10f9", PROBLEM_LIST, 18, ",10de:10f9", NULL, 0 },
	{ "bind id 10de:1f08 10de:10f9", PROBLEM_LIST, 19, "10de:10f9", NULL, 0 },
	{ "bind slot 07:00.0,07:00.1", PROBLEM_LIST, 18, ",07:00.1", NULL, 0 },
	{ "keep slot 07:00 08:00", PROBLEM_LIST, 17, "08:00", NULL, 0 },
	{ "bind slot 07:00,", PROBLEM_LIST, 16, ",", NULL, 0 },
	{ "bind path 00:01.1/00.0,00:01.2", PROBLEM_LIST, 23, ",00:01.2", NULL, 0 },
	{ "bind subsystem 1462:3362,1462:1", PROBLEM_LIST, 25, ",1462:1", NULL, 0 },
	{ "bind class 0300,0403", PROBLEM_LIST, 16, ",0403", NULL, 0 },
	{ "bind group 07:00.0,08:00.0", PROBLEM_LIST, 19, ",08:00.0", NULL, 0 },
	/* slots that lspci reads otherwise, or that say nothing */
	{ "bind slot 07", PROBLEM_SLOT_LONE_DEVICE, 11, "07", "07:00", 0 },
	{ "bind slot 7", PROBLEM_SLOT_LONE_DEVICE, 11, "7", "07:00", 0 },
	{ "bind slot c1", PROBLEM_SLOT_LONE_DEVICE, 11, "c1", "c1:00", 0 },
	{ "bind slot 07.1", PROBLEM_SLOT_LONE_DEVICE, 11, "07.1", "07:00.1", 0 },
	{ "bind slot 07.*", PROBLEM_SLOT_LONE_DEVICE, 11, "07.*", "07:00", 0 },
	{ "keep slot .0", PROBLEM_SLOT_EVERYTHING, 11, ".0", NULL, 0 },
	{ "keep slot :", PROBLEM_SLOT_EVERYTHING, 11, ":", NULL, 0 },
	{ "keep slot *.0", PROBLEM_SLOT_EVERYTHING, 11, "*.0", NULL, 0 },
	{ "keep slot ::", PROBLEM_SLOT_EVERYTHING, 11, "::", NULL, 0 },
	{ "keep slot *", PROBLEM_SLOT_EVERYTHING, 11, "*", NULL, 0 },
	{ "keep slot *:*:*.*", PROBLEM_SLOT_EVERYTHING, 11, "*:*:*.*", NULL, 0 },
	{ "keep slot ::.1", PROBLEM_SLOT_EVERYTHING, 11, "::.1", NULL, 0 },
	{ "keep slot *:*.3", PROBLEM_SLOT_EVERYTHING, 11, "*:*.3", NULL, 0 },
	/* slots: the largest number of each part, and one more (the good ones have the largest) */
	{ "bind slot 80000000:ff:1f.7", PROBLEM_SLOT_RANGE, 11, "80000000", NULL, 0 },
	{ "bind slot 000000000:07:00", PROBLEM_SLOT_RANGE, 11, "000000000", NULL, 0 },
	{ "bind slot 0000:100:00", PROBLEM_SLOT_RANGE, 16, "100", NULL, 0 },
	{ "bind slot 07:20", PROBLEM_SLOT_RANGE, 14, "20", NULL, 0 },
	{ "bind slot 07:000", PROBLEM_SLOT_RANGE, 14, "000", NULL, 0 },
	{ "bind slot 07:00.8", PROBLEM_SLOT_RANGE, 17, "8", NULL, 0 },
	{ "bind slot 07:00.00", PROBLEM_SLOT_RANGE, 17, "00", NULL, 0 },
	{ "bind slot 123", PROBLEM_SLOT_RANGE, 11, "123", NULL, 0 },
	{ "bind slot g7:00", PROBLEM_SLOT_FORM, 11, "g", NULL, 0 },
	{ "bind slot 07:0o", PROBLEM_SLOT_FORM, 15, "o", NULL, 0 },
	{ "bind slot 07-00.0", PROBLEM_SLOT_FORM, 13, "-", NULL, 0 },
	{ "bind slot 07:00;0", PROBLEM_SLOT_FORM, 16, ";", NULL, 0 },
	{ "bind slot *7:00", PROBLEM_SLOT_FORM, 11, "*", NULL, 0 },
	{ "bind slot ,07:00", PROBLEM_LIST, 11, ",07:00", NULL, 0 },
	{ "bind slot 07:00.x", PROBLEM_SLOT_FORM, 17, "x", NULL, 0 },
	{ "bind slot 07:00.0.1", PROBLEM_SLOT_FORM, 18, ".", NULL, 0 },
	{ "bind slot 0000:07:00:0", PROBLEM_SLOT_FORM, 21, ":0", NULL, 0 },
	{ "bind slot 07:**", PROBLEM_SLOT_FORM, 14, "*", NULL, 0 },
	{ "bind slot \"07:00\"", PROBLEM_SLOT_FORM, 11, "\"", NULL, 0 },
	{ "bind slot not", PROBLEM_SLOT_FORM, 11, "n", NULL, 0 },
	{ "keep not slot 07:20", PROBLEM_SLOT_RANGE, 18, "20", NULL, 0 },
	/* paths */
	{ "bind path 01.1/00.0", PROBLEM_PATH_FORM, 11, "01.1/00.0", NULL, 0 },
	{ "bind path 0000:00:", PROBLEM_PATH_FORM, 19, "", NULL, 0 },
	{ "bind path 0000:00:01.1/", PROBLEM_PATH_FORM, 24, "", NULL, 0 },
	{ "bind path 00:01.1//00.0", PROBLEM_PATH_FORM, 19, "", NULL, 0 },
	{ "bind path 0000:00:01/00.0", PROBLEM_PATH_FORM, 19, "01", NULL, 0 },
	{ "bind path *:00:01.1", PROBLEM_PATH_FORM, 11, "*", NULL, 0 },
	{ "bind path 00:01.1/*", PROBLEM_PATH_FORM, 19, "*", NULL, 0 },
	{ "bind path 00:01./00.0", PROBLEM_PATH_FORM, 17, "", NULL, 0 },
	{ "bind path :01.1", PROBLEM_PATH_FORM, 11, "", NULL, 0 },
	{ "bind path 00:20.0", PROBLEM_PATH_RANGE, 14, "20", NULL, 0 },
	{ "bind path 00:01.8", PROBLEM_PATH_RANGE, 17, "8", NULL, 0 },
	{ "bind path 00:01.10", PROBLEM_PATH_RANGE, 17, "10", NULL, 0 },
	{ "bind path 100:01.1", PROBLEM_PATH_RANGE, 11, "100", NULL, 0 },
	{ "bind path 80000000:00:01.1", PROBLEM_PATH_RANGE, 11, "80000000", NULL, 0 },
	/* ids */
	{ "bind id 10de", PROBLEM_ID_FORM, 9, "10de", NULL, 0 },
	{ "bind id 10de-1f08", PROBLEM_ID_FORM, 9, "10de-1f08", NULL, 0 },
	{ "bind id l0de:1f08", PROBLEM_ID_FORM, 9, "l", NULL, 0 },
	{ "bind id 10de:1f08:03", PROBLEM_ID_FORM, 18, ":03", NULL, 0 },
	{ "bind id 10de:1f08:030000", PROBLEM_ID_FORM, 18, ":030000", NULL, 0 },
	{ "bind id 10de:1f08:", PROBLEM_ID_FORM, 18, ":", NULL, 0 },
	{ "bind id 10de:1f08:03g0", PROBLEM_ID_FORM, 21, "g", NULL, 0 },
	{ "bind id 010de:1f08", PROBLEM_ID_RANGE, 9, "010de", NULL, 0 },
	{ "bind id 10de:01f08", PROBLEM_ID_RANGE, 14, "01f08", NULL, 0 },
	{ "bind id :", PROBLEM_ID_EVERYTHING, 9, ":", NULL, 0 },
	{ "keep id *:*", PROBLEM_ID_EVERYTHING, 9, "*:*", NULL, 0 },
	{ "bind subsystem 1462:3362:0300", PROBLEM_ID_FORM, 25, ":0300", NULL, 0 },
	{ "bind subsystem :*", PROBLEM_ID_EVERYTHING, 16, ":*", NULL, 0 },
	{ "bind subsystem 14623:", PROBLEM_ID_RANGE, 16, "14623", NULL, 0 },
	/* classes */
	{ "bind class 3", PROBLEM_CLASS_FORM, 12, "3", NULL, 0 },
	{ "bind class 030", PROBLEM_CLASS_FORM, 12, "030", NULL, 0 },
	{ "bind class 0300000", PROBLEM_CLASS_FORM, 12, "0300000", NULL, 0 },
	{ "bind class 03000000", PROBLEM_CLASS_FORM, 12, "03000000", NULL, 0 },
	{ "bind class *", PROBLEM_CLASS_FORM, 12, "*", NULL, 0 },
	{ "bind class VGA", PROBLEM_CLASS_FORM, 12, "V", NULL, 0 },
	/* groups */
	{ "bind group 12", PROBLEM_GROUP_NUMBER, 12, "12", NULL, 0 },
	{ "keep not group 0", PROBLEM_GROUP_NUMBER, 16, "0", NULL, 0 },
	{ "bind group 07:00", PROBLEM_GROUP_FORM, 12, "07:00", NULL, 0 },
	{ "bind group 07:00.*", PROBLEM_GROUP_FORM, 12, "07:00.*", NULL, 0 },
	{ "bind group *:07:00.0", PROBLEM_GROUP_FORM, 12, "*:07:00.0", NULL, 0 },
	{ "bind group 07:20.0", PROBLEM_SLOT_RANGE, 15, "20", NULL, 0 },
	{ "bind group nvidia", PROBLEM_SLOT_FORM, 12, "n", NULL, 0 },
	/* drivers */
	{ "bind slot 07:00 driver vfio.pci", PROBLEM_DRIVER_FORM, 28, ".", NULL, 0 },
	{ "bind slot 07:00 driver a,b", PROBLEM_DRIVER_FORM, 25, ",", NULL, 0 },
	{ "bind slot 07:00 driver " NAME_OF_63 "4", PROBLEM_DRIVER_FORM, 24, NAME_OF_63 "4", NULL,
	  0 },
	{ "bind slot 07:00 driver earlybind-held", PROBLEM_DRIVER_HELD, 24, "earlybind-held", NULL,
	  0 },
	/* prompt */
	{ "prompt", PROBLEM_PROMPT_MODE, 7, "", NULL, 0 },
	{ "prompt wiat", PROBLEM_PROMPT_MODE, 8, "wiat", "wait", 0 },
	{ "prompt Follow 5", PROBLEM_PROMPT_MODE, 8, "Follow", "follow", 0 },
	{ "prompt never", PROBLEM_PROMPT_MODE, 8, "never", NULL, 0 },
	{ "prompt wait 5", PROBLEM_PROMPT_TRAILING, 13, "5", NULL, 0 },
	{ "prompt follow 5 6", PROBLEM_PROMPT_TRAILING, 17, "6", NULL, 0 },
	{ "prompt follow 0", PROBLEM_PROMPT_SECONDS, 15, "0", NULL, 0 },
	{ "prompt follow 61", PROBLEM_PROMPT_SECONDS, 15, "61", NULL, 0 },
	{ "prompt follow 4294967297", PROBLEM_PROMPT_SECONDS, 15, "4294967297", NULL, 0 },
	{ "prompt follow 8s", PROBLEM_PROMPT_SECONDS, 15, "8s", NULL, 0 },
	{ "prompt follow -1", PROBLEM_PROMPT_SECONDS, 15, "-1", NULL, 0 },
	{ "prompt follow 0x8", PROBLEM_PROMPT_SECONDS, 15, "0x8", NULL, 0 },
	/* a line cannot go on */
	{ "\\", PROBLEM_CONTINUATION, 1, "\\", NULL, 0 },
	{ "bind\\", PROBLEM_CONTINUATION, 5, "\\", NULL, 0 },
	{ "bind \\", PROBLEM_CONTINUATION, 6, "\\", NULL, 0 },
	{ "bind card \\", PROBLEM_CONTINUATION, 11, "\\", NULL, 0 },
	{ "keep not \\", PROBLEM_CONTINUATION, 10, "\\", NULL, 0 },
	{ "bind slot \\", PROBLEM_CONTINUATION, 11, "\\", NULL, 0 },
	{ "bind slot 07:00\\", PROBLEM_CONTINUATION, 16, "\\", NULL, 0 },
	{ "bind slot 07:00 \\", PROBLEM_CONTINUATION, 17, "\\", NULL, 0 },
	{ "bind id 10de:1f08,\\", PROBLEM_CONTINUATION, 19, "\\", NULL, 0 },
	{ "bind slot 07:00 driver \\", PROBLEM_CONTINUATION, 24, "\\", NULL, 0 },
	{ "prompt \\", PROBLEM_CONTINUATION, 8, "\\", NULL, 0 },
	{ "prompt wait \\", PROBLEM_CONTINUATION, 13, "\\", NULL, 0 },
	{ "prompt follow 8\\", PROBLEM_CONTINUATION, 16, "\\", NULL, 0 },
	/* bytes that no text has */
	{ "bind slot 07:00\x01", PROBLEM_CONTROL_BYTE, 16, "\x01", NULL, 0 },
	{ "bind slot 07:00\x7f", PROBLEM_CONTROL_BYTE, 16, "\x7f", NULL, 0 },
	{ "bind\vslot 07:00", PROBLEM_CONTROL_BYTE, 5, "\v", NULL, 0 },
	{ "bind slot\r07:00", PROBLEM_CONTROL_BYTE, 10, "\r", NULL, 0 },
	{ "# \x1b[31mred", PROBLEM_CONTROL_BYTE, 3, "\x1b", NULL, 0 },
	{ "bind slot 07:00\r\r", PROBLEM_CONTROL_BYTE, 16, "\r", NULL, 0 },
	{ "bind slot 07:00\0", PROBLEM_CONTROL_BYTE, 16, "", NULL, 16 },
	{ "bind slot\00007:00", PROBLEM_CONTROL_BYTE, 10, "", NULL, 15 },
	{ "#\0", PROBLEM_CONTROL_BYTE, 2, "", NULL, 2 },
	{ "bind sl\xc3\xb6t 07:00", PROBLEM_NOT_ASCII, 8, "\xc3", NULL, 0 },
	{ "bind slot 07:00 \xe2\x80\x93 mine", PROBLEM_NOT_ASCII, 17, "\xe2", NULL, 0 },
	{ "\xff# x", PROBLEM_NOT_ASCII, 1, "\xff", NULL, 0 },
	{ "bind slot\xc2\xa0"
	  "07:00",
	  PROBLEM_NOT_ASCII, 10, "\xc2", NULL, 0 },
	{ "\xef\xbb\xbf"
	  "bind slot 07:00",
	  PROBLEM_NOT_ASCII, 1, "\xef", NULL, 0 },
};

/* What other programs write, and the same in ours. */
static const struct {
	const char *line;
	const char *found;
	const char *ours;
} foreign_rows[] = {
	{ "bind slot 0x07:00", "0x07:00", "07:00" },
	{ "bind slot 0X0a:0x00.0x1", "0X0a:0x00.0x1", "0a:00.1" },
	{ "bind slot 0x0000:0x07:0x00.0", "0x0000:0x07:0x00.0", "0000:07:00.0" },
	{ "bind slot 0x07", "0x07", "07:00" },
	{ "bind slot 0xyz", "0xyz", NULL },
	{ "bind slot 0x", "0x", NULL },
	{ "bind slot pci-", "pci-", NULL },
	{ "bind path 0xyz", "0xyz", NULL },
	{ "bind path 0x01.1/0x00.0", "0x01.1/0x00.0", NULL },
	{ "bind id 0x10de:0x1f08", "0x10de:0x1f08", "10de:1f08" },
	{ "bind id 10de:0x1f08", "10de:0x1f08", "10de:1f08" },
	{ "bind id 0x10de", "0x10de", NULL },
	{ "bind id 10de_1f08", "10de_1f08", NULL },
	{ "bind subsystem 0x1462:0x3362", "0x1462:0x3362", "1462:3362" },
	{ "bind class 0x0300", "0x0300", "0300" },
	{ "bind class 0x030000", "0x030000", "030000" },
	{ "bind class 0x3", "0x3", NULL },
	{ "bind group 0x0000:0x07:0x00.0", "0x0000:0x07:0x00.0", "0000:07:00.0" },
	{ "bind group 0x07", "0x07", NULL },
	{ "bind path 0x0000:0x00:0x01.1/0x00.0", "0x0000:0x00:0x01.1/0x00.0", "0000:00:01.1/00.0" },
	/* sysfs */
	{ "bind slot /sys/bus/pci/devices/0000:07:00.0", "/sys/bus/pci/devices/0000:07:00.0",
	  "0000:07:00.0" },
	{ "bind slot /sys/bus/pci/devices/0000:07:00.0/", "/sys/bus/pci/devices/0000:07:00.0/",
	  "0000:07:00.0" },
	{ "bind slot /sys/devices/pci0000:00/0000:00:01.1/0000:0A:00.1",
	  "/sys/devices/pci0000:00/0000:00:01.1/0000:0A:00.1", "0000:0a:00.1" },
	{ "bind slot /sys/bus/pci", "/sys/bus/pci", NULL },
	{ "bind slot /", "/", NULL },
	{ "bind group /sys/bus/pci/devices/0000:07:00.0", "/sys/bus/pci/devices/0000:07:00.0",
	  "0000:07:00.0" },
	{ "bind path /sys/devices/pci0000:00/0000:00:01.1/0000:07:00.0",
	  "/sys/devices/pci0000:00/0000:00:01.1/0000:07:00.0", "0000:00:01.1/00.0" },
	{ "bind path /sys/devices/pci10000:e0/10000:e0:06.0/10000:e1:00.0/",
	  "/sys/devices/pci10000:e0/10000:e0:06.0/10000:e1:00.0/", "10000:e0:06.0/00.0" },
	{ "bind path /sys/bus/pci/devices/0000:07:00.0", "/sys/bus/pci/devices/0000:07:00.0",
	  "slot 0000:07:00.0" },
	/* udev's ID_PATH and ID_PATH_TAG */
	{ "bind slot pci-0000:07:00.0", "pci-0000:07:00.0", "0000:07:00.0" },
	{ "bind slot pci-0000_07_00_0", "pci-0000_07_00_0", "0000:07:00.0" },
	{ "bind slot pci-0000:07:00.0-usb-0:2:1.0", "pci-0000:07:00.0-usb-0:2:1.0", NULL },
	{ "bind path pci-0000:07:00.0", "pci-0000:07:00.0", "slot 0000:07:00.0" },
	/* libvirt */
	{ "bind slot pci_0000_07_00_0", "pci_0000_07_00_0", "0000:07:00.0" },
	{ "bind slot pci_10000_e1_00_0", "pci_10000_e1_00_0", "10000:e1:00.0" },
	{ "bind slot pci_0000_07_00_9", "pci_0000_07_00_9", NULL },
	{ "bind group pci_0000_07_00_0", "pci_0000_07_00_0", "0000:07:00.0" },
	{ "bind path pci_0000_07_00_0", "pci_0000_07_00_0", "slot 0000:07:00.0" },
	/* Qubes: an address, an address without domain, a path */
	{ "bind slot 0000_07_00.0", "0000_07_00.0", "0000:07:00.0" },
	{ "bind slot 07_00.0", "07_00.0", "07:00.0" },
	{ "bind path 0000_00_08.1-00_00.0", "0000_00_08.1-00_00.0", "0000:00:08.1/00.0" },
	{ "bind path 0000_00_01.1-00_00.0-01_02.3", "0000_00_01.1-00_00.0-01_02.3",
	  "0000:00:01.1/00.0/02.3" },
	{ "bind slot 0000_00_08.1-00_00.0", "0000_00_08.1-00_00.0", "path 0000:00:08.1/00.0" },
};

/* Reads the line as the third one, with `behind` at its end. */
static void parse_third(const char *line, size_t n, const char *behind)
{
	static const char before[] = "# a comment\nkeep slot 09:00\n";
	char text[2048];
	size_t used = strlen(before);

	memcpy(text, before, used);
	memcpy(text + used, line, n);
	used += n;
	memcpy(text + used, behind, strlen(behind));
	used += strlen(behind);
	config_begin(&config);
	config.files[config.file_count++] = "/etc/earlybind.conf";
	config_parse(&config, 0, text, used);
}

static void check_problem(const char *line, const struct problem *problem, const struct bad *bad)
{
	CHECK_FOR(problem->kind == bad->kind, "%s: kind %d, not %d", line, (int)problem->kind,
		  (int)bad->kind);
	CHECK_FOR(problem->at.column == bad->column, "%s: column %u, not %u", line,
		  problem->at.column, bad->column);
	CHECK_FOR(same_text(problem->found, bad->found), "%s: found \"%s\", not \"%s\"", line,
		  problem->found, bad->found);
	CHECK_FOR(same_text(problem->instead, bad->instead), "%s: instead \"%s\", not \"%s\"", line,
		  problem->instead ? problem->instead : "(none)",
		  bad->instead ? bad->instead : "(none)");
}

/* What is advised, put in its place, is no mistake. */
static void follow_advice(const struct bad *bad)
{
	size_t start = bad->column - 1;
	size_t end = start + strlen(bad->found);
	char line[512];

	if (!bad->instead)
		return;
	/* The advice has a keyword of its own: it is for the whole condition. */
	if (strchr(bad->instead, ' '))
		start = strlen("bind ");
	snprintf(line, sizeof(line), "%.*s%s%s", (int)start, bad->line, bad->instead,
		 bad->line + end);
	parse_third(line, strlen(line), "");
	CHECK_FOR(config.problem_count == 0, "%s, as advised: %s", bad->line, line);
}

static void check_bad(const struct bad *bad)
{
	static const char *const behind[] = { "", "\n", "\r\n", "\nbind slot 0a:00\n",
					      "\r\nbind slot 0a:00\r\n" };
	size_t n = bad->n ? bad->n : strlen(bad->line);

	for (size_t i = 0; i < ROWS(behind); i++) {
		parse_third(bad->line, n, behind[i]);
		if (!CHECK_FOR(config.problem_count == 1, "%s: %u problems", bad->line,
			       config.problem_count))
			return;
		CHECK_FOR(config.problems[0].at.file == 0 && config.problems[0].at.line == 3,
			  "%s: line %u", bad->line, config.problems[0].at.line);
		check_problem(bad->line, &config.problems[0], bad);
		/* The lines around it are read; of itself nothing becomes a rule. */
		CHECK_FOR(config.rule_count == (strlen(behind[i]) > 2 ? 2 : 1) &&
				  !config.prompt_at.line,
			  "%s", bad->line);
	}
	follow_advice(bad);
}

static void bad_lines(void)
{
	for (size_t i = 0; i < ROWS(bad_rows); i++)
		check_bad(&bad_rows[i]);
}

static void foreign_notations(void)
{
	for (size_t i = 0; i < ROWS(foreign_rows); i++) {
		const char *line = foreign_rows[i].line;

		check_bad(&(struct bad){
			.line = line,
			.kind = PROBLEM_FOREIGN,
			.column = (uint32_t)(strstr(line, foreign_rows[i].found) - line) + 1,
			.found = foreign_rows[i].found,
			.instead = foreign_rows[i].ours });
	}
}

/* Every mistake that can be told apart, in one file and on one line. */
static void all_mistakes_are_reported(void)
{
	static const char text[] = "bnd slot 07:00\n"
				   "bind slot 07 id 10de early early\n"
				   "bind slot 0a:00\n"
				   "bind id 10de:1f08, 10de:10f9\n";
	static const struct bad expected[] = {
		{ "1", PROBLEM_NOT_A_VERB, 1, "bnd", "bind", 1 },
		{ "2", PROBLEM_SLOT_LONE_DEVICE, 11, "07", "07:00", 2 },
		{ "2", PROBLEM_ID_FORM, 17, "10de", NULL, 2 },
		{ "2", PROBLEM_REPEATED, 28, "early", NULL, 2 },
		{ "4", PROBLEM_LIST, 18, ",", NULL, 4 },
		{ "4", PROBLEM_LIST, 20, "10de:10f9", NULL, 4 },
	};

	config_begin(&config);
	config.files[config.file_count++] = "/etc/earlybind.conf";
	config_parse(&config, 0, text, strlen(text));
	if (!CHECK_FOR(config.problem_count == ROWS(expected), "%u", config.problem_count))
		return;
	CHECK(config.rule_count == 1 && config.file_problem_count == ROWS(expected));
	for (size_t i = 0; i < ROWS(expected); i++) {
		CHECK_FOR(config.problems[i].at.line == expected[i].n, "problem %zu", i);
		check_problem(expected[i].line, &config.problems[i], &expected[i]);
	}
}

/* Up to 1,024 are kept, and all are counted; the lines around them are read. */
static void more_mistakes_than_are_kept(void)
{
	config_begin(&config);
	config.files[config.file_count++] = "/etc/earlybind.conf";
	for (uint32_t i = 0; i < CONFIG_MAX_PROBLEMS + 10; i++)
		config_parse(&config, 0, "\nbnd\nbind slot 07\n", 18);
	config_parse(&config, 0, "bind slot 07:00", 15);
	CHECK(CONFIG_MAX_PROBLEMS == 1024 && config.rule_count == 1);
	CHECK(config.problem_count == 2 * (CONFIG_MAX_PROBLEMS + 10) &&
	      config.file_problem_count == config.problem_count);
	for (uint32_t p = 0; p < CONFIG_MAX_PROBLEMS; p++)
		CHECK_FOR(config.problems[p].at.line == 2 + p % 2 &&
				  same_text(config.problems[p].instead, p % 2 ? "07:00" : "bind"),
			  "%u", p);
}

/* Where a rule stands, and its text as the messages have it: without its comment. */
static void rules_in_their_places(void)
{
	static const struct {
		const char *lines;
		uint32_t line, column;
		const char *text;
	} rows[] = {
		{ "bind slot 07:00", 1, 1, "bind slot 07:00" },
		{ "\r\n#\n \tbind\tslot  07:00 \t# x\r\n", 3, 3, "bind\tslot  07:00" },
		{ "\xef\xbb\xbf\n  keep slot *:07:00#", 2, 3, "keep slot *:07:00" },
		{ "\xef\xbb\xbf"
		  "bind slot 07:00",
		  1, 1, "bind slot 07:00" },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		new_config(rows[i].lines);
		if (!CHECK_FOR(config.rule_count == 1, "row %zu", i))
			continue;
		CHECK_FOR(config.rules[0].at.line == rows[i].line &&
				  config.rules[0].at.column == rows[i].column,
			  "row %zu: %u:%u", i, config.rules[0].at.line, config.rules[0].at.column);
		CHECK_FOR(same_text(config.rules[0].text, rows[i].text), "row %zu: \"%s\"", i,
			  config.rules[0].text);
	}
}

static void carriage_return_without_a_line_feed(void)
{
	config_begin(&config);
	config_parse(&config, 0, "bind slot 07:00\r", 16);
	CHECK(config.problem_count == 1 && config.problems[0].kind == PROBLEM_CONTROL_BYTE &&
	      config.problems[0].at.line == 1 && config.problems[0].at.column == 16);
}

/* 4,096 bytes a line, its end not counted. */
static void line_limit(void)
{
	static const char *const endings[] = { "", "\n", "\r\n", "\nkeep slot 07:00\n" };
	static char text[CONFIG_MAX_LINE_BYTES + 64];

	for (size_t e = 0; e < ROWS(endings); e++) {
		for (uint32_t more = 0; more <= 1; more++) {
			size_t used = CONFIG_MAX_LINE_BYTES + more;

			memset(text, ' ', sizeof(text));
			memcpy(text, "bind ", 5);
			memcpy(text + used - 10, "slot 07:00", 10);
			memcpy(text + used, endings[e], strlen(endings[e]));
			config_begin(&config);
			config_parse(&config, 0, text, used + strlen(endings[e]));
			CHECK_FOR(config.rule_count == 1 - more + (e == 3), "%u more, ending %zu",
				  more, e);
			CHECK_FOR(config.problem_count == more, "%u more, ending %zu", more, e);
			CHECK(!more || (config.problems[0].kind == PROBLEM_LONG_LINE &&
					config.problems[0].at.line == 1 &&
					config.problems[0].at.column == CONFIG_MAX_LINE_BYTES + 1));
		}
	}
}

/* 1,024 rules over all files and the command line. */
static void rule_limit(void)
{
	static const char line[] = "bind slot 07:00\n";
	static char text[CONFIG_MAX_RULES * (sizeof(line) - 1)];

	for (size_t i = 0; i < CONFIG_MAX_RULES; i++)
		memcpy(text + i * strlen(line), line, strlen(line));
	config_begin(&config);
	config_parse(&config, 0, text, sizeof(text));
	CHECK(config.problem_count == 0 && config.rule_count == CONFIG_MAX_RULES);

	config_parse(&config, 1, "\n keep slot 08:00", 17);
	CHECK(config.rule_count == CONFIG_MAX_RULES && config.problem_count == 1);
	CHECK(config.problems[0].kind == PROBLEM_MANY_RULES && config.problems[0].at.file == 1);
	CHECK(config.problems[0].at.line == 2 && config.problems[0].at.column == 2);

	/* A rule of the command line is one too many as well, and a keep then switches off. */
	cmdline_read(&config, "earlybind.bind=08:00");
	CHECK(config.problem_count == 2 && config.problems[1].kind == PROBLEM_MANY_RULES);
	CHECK(config.mode == SWITCH_ON);
	cmdline_read(&config, "earlybind.keep=08:00");
	CHECK(config.problem_count == 3 && config.mode == SWITCH_OFF);
}

/* Lines as long as they may be, as many as there may be: said, or read. Never cut. */
static void much_text(void)
{
	static char text[CONFIG_MAX_FILE_BYTES];
	size_t used = 0;

	for (int i = 0; i < CONFIG_MAX_RULES / 2; i++) {
		memset(text + used, ' ', 2000);
		memcpy(text + used, "bind", 4);
		memcpy(text + used + 1984, "slot 07:00", 10);
		text[used + 1999] = '\n';
		used += 2000;
	}
	config_begin(&config);
	config_parse(&config, 0, text, used);
	CHECK(config.problem_count == 0 && config.rule_count == CONFIG_MAX_RULES / 2);
	config_parse(&config, 1, text, used);
	CHECK(config.problem_count == 0 || config.problems[0].kind == PROBLEM_MUCH_TEXT);
	CHECK(config.rule_count + config.problem_count == CONFIG_MAX_RULES);
}

/* A path has 32 steps. */
static void path_limit(void)
{
	for (int steps = PATH_MAX_STEPS; steps <= PATH_MAX_STEPS + 1; steps++) {
		char line[512];
		struct text text = TEXT_OVER(line);

		text_add(&text, "bind path 00:01.1");
		for (int i = 1; i < steps; i++)
			text_add(&text, "/%02x.%d", i % 0x20, i % 8);
		config_begin(&config);
		config_parse(&config, 0, line, text.used);
		CHECK(config.rule_count == (steps == PATH_MAX_STEPS));
		CHECK(steps == PATH_MAX_STEPS ||
		      (config.problem_count == 1 && config.problems[0].kind == PROBLEM_PATH_LONG &&
		       config.problems[0].at.column == text.used - 3));
	}
}

/* As many conditions with `not` as a line can hold. */
static void many_conditions(void)
{
	char line[CONFIG_MAX_LINE_BYTES + 1];
	struct text text = TEXT_OVER(line);
	uint16_t wanted = 1;

	text_add(&text, "keep class 03");
	while (text.used + 10 < CONFIG_MAX_LINE_BYTES) {
		text_add(&text, " not id 1:");
		wanted++;
	}
	config_begin(&config);
	config_parse(&config, 0, line, text.used);
	CHECK(config.problem_count == 0 && config.rule_count == 1);
	CHECK(config.rules[0].count == wanted && config.condition_count == wanted);
}

static void prompt_lines(void)
{
	static const struct {
		const char *lines;
		enum prompt_mode mode;
		uint8_t seconds;
		uint32_t line;
	} rows[] = {
		{ "", PROMPT_WAIT, 0, 0 },
		{ "prompt wait", PROMPT_WAIT, 0, 1 },
		{ "\n prompt\tfollow # soon", PROMPT_FOLLOW, 8, 2 },
		{ "prompt follow 1\r\n", PROMPT_FOLLOW, 1, 1 },
		{ "prompt follow 60", PROMPT_FOLLOW, 60, 1 },
		{ "prompt follow 008", PROMPT_FOLLOW, 8, 1 },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		config_begin(&config);
		config_parse(&config, 0, rows[i].lines, strlen(rows[i].lines));
		CHECK_FOR(config.problem_count == 0 && config.rule_count == 0, "%s", rows[i].lines);
		CHECK_FOR(config.prompt == rows[i].mode &&
				  config.prompt_seconds == rows[i].seconds &&
				  config.prompt_at.line == rows[i].line,
			  "%s", rows[i].lines);
	}
}

/* One prompt line over all files: the error names the first, and the first counts. */
static void prompt_twice(void)
{
	static const char first[] = "\n\n  prompt follow 5\n";
	static const char second[] = "# here\nprompt wait\nprompt follow 5\n";

	config_begin(&config);
	config_parse(&config, 0, first, strlen(first));
	config_parse(&config, 1, second, strlen(second));
	CHECK(config.problem_count == 2);
	for (uint32_t p = 0; p < 2; p++) {
		const struct problem *problem = &config.problems[p];

		CHECK(problem->kind == PROBLEM_PROMPT_TWICE && problem->at.file == 1);
		CHECK(problem->at.line == 2 + p && problem->at.column == 1);
		CHECK(problem->first.file == 0 && problem->first.line == 3 &&
		      problem->first.column == 3);
	}
	CHECK(config.prompt == PROMPT_FOLLOW && config.prompt_seconds == 5);
}

/* What a line says beside what it chooses. */
static void modifiers(void)
{
	new_config("bind slot 01:00\n"
		   "bind slot 07:00 early\n"
		   "bind slot 08:00 driver pci-stub force\n"
		   "bind slot 0a:00 force driver auto early");
	CHECK(!config.rules[0].driver && !config.rules[0].early && !config.rules[0].force);
	CHECK(!config.rules[1].driver && config.rules[1].early && !config.rules[1].force);
	CHECK(same_text(config.rules[2].driver, "pci-stub") && !config.rules[2].early &&
	      config.rules[2].force);
	CHECK(same_text(config.rules[3].driver, "auto") && config.rules[3].early &&
	      config.rules[3].force);
	CHECK(same_text(config.rules[3].text, "bind slot 0a:00 force driver auto early"));

	/* A function has what any line that chooses it says. */
	NEW_MACHINE_OF(desk);
	new_config("bind slot 07:00 early\nbind slot 07:00.1 force\nbind slot 0c:00");
	make_plan(&config, &machine, MOMENT_NEXT_BOOT, &plan);
	for (uint16_t f = 0; f < machine.function_count; f++) {
		struct pci_address at = machine.functions[f].at;
		bool card = at.domain == 0 && at.bus == 7;

		CHECK_FOR(plan.of[f].choice.early == card, "function %u", f);
		CHECK_FOR(plan.of[f].choice.force == (card && at.function == 1), "function %u", f);
	}
}

/* A named driver beats none; two that differ stop the card, whatever the order. */
static void drivers(void)
{
	static const struct {
		const char *lines;
		const char *first, *second; /* the drivers of 07:00.0 and 07:00.1; NULL: refused */
	} rows[] = {
		{ "bind slot 07:00", "vfio-pci", "vfio-pci" },
		{ "bind slot 07:00\nbind slot 07:00.1 driver pci-stub", "vfio-pci", "pci-stub" },
		{ "bind slot 07:00.1 driver pci-stub\nbind slot 07:00", "vfio-pci", "pci-stub" },
		{ "bind slot 07:00 driver x\nbind card slot 07:00 driver x", "x", "x" },
		{ "bind slot 07:00 driver x\nbind slot 07:00.1 driver y", NULL, NULL },
		{ "bind slot 07:00.1 driver y\nbind slot 07:00.0 driver x\nbind slot 07:00", "x",
		  "y" },
		{ "bind slot 07:00 driver auto", "vfio-pci", "nvgrace_gpu_vfio_pci" },
		{ "bind slot 07:00 driver auto\nbind slot 07:00.0 driver vfio-pci", NULL, NULL },
		/* a kept function has no driver to differ in */
		{ "bind slot 07:00\nbind slot 07:00.1 driver x\nbind slot 07:00.1 driver y\n"
		  "keep slot 07:00.1",
		  "vfio-pci", "" },
	};

	NEW_MACHINE_OF(desk);
	for (uint16_t f = 0; f < machine.function_count; f++)
		if (machine.functions[f].at.bus == 7 && machine.functions[f].at.function == 1)
			machine.functions[f].variant = "nvgrace_gpu_vfio_pci";
	for (size_t i = 0; i < ROWS(rows); i++) {
		const char *const driver[] = { rows[i].first, rows[i].second };
		static const char *const at[] = { "0000:07:00.0", "0000:07:00.1" };

		new_config(rows[i].lines);
		make_plan(&config, &machine, MOMENT_NEXT_BOOT, &plan);
		for (size_t f = 0; f < 2; f++) {
			const struct decision *decision = decision_for(at[f]);

			if (same_text(driver[f], ""))
				CHECK_FOR(!decision, "%s", rows[i].lines);
			else if (!driver[f])
				CHECK_FOR(decision && decision->fate == FATE_REFUSE, "%s",
					  rows[i].lines);
			else
				CHECK_FOR(decision && decision->fate != FATE_REFUSE &&
						  same_text(decision->driver, driver[f]),
					  "%s: %s", rows[i].lines,
					  decision ? decision->driver : "(not chosen)");
		}
	}
}

/* The kinds of warnings, "no-match 1": the line's number, or the function's address. */
static const char *warnings(void)
{
	static char words[1024];
	struct text text = TEXT_OVER(words);

	text_clear(&text);
	for (uint16_t w = 0; w < plan.warning_count; w++) {
		static const char *const names[] = {
			[WARNING_NO_MATCH] = "no-match",
			[WARNING_MOVED] = "moved",
			[WARNING_PICTURE_UNKNOWN] = "picture-unknown",
			[WARNING_SHADOWED] = "shadowed",
			[WARNING_LAST_SCREEN] = "last-screen",
			[WARNING_SEVERAL_CARDS] = "several-cards",
			[WARNING_LEFT_OUT] = "left-out",
			[WARNING_ROOT_BUS] = "root-bus",
			[WARNING_GROUP] = "group",
		};
		const struct warning *warning = &plan.warnings[w];

		text_add(&text, "%s%s ", text.used ? ", " : "", names[warning->kind]);
		if (warning->function != FUNCTION_NONE) {
			struct pci_address at = machine.functions[warning->function].at;

			text_add(&text, "%02x:%02x.%x", at.bus, at.device, at.function);
		} else {
			text_add(&text, "%u", warning->rule + 1u);
		}
	}
	return words;
}

struct warned {
	const char *lines;
	const char *warnings;
};

static void check_warnings(const struct warned *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		new_config(rows[i].lines);
		make_plan(&config, &machine, MOMENT_NEXT_BOOT, &plan);
		CHECK_FOR(same_text(warnings(), rows[i].warnings), "%s: %s, not %s", rows[i].lines,
			  warnings(), rows[i].warnings);
	}
}

static void warnings_of_lines(void)
{
	static const struct warned desk_rows[] = {
		{ "bind card slot 07:00", "" },
		/* a line that matches nothing, a keep line too */
		{ "bind card slot 08:00", "no-match 1" },
		{ "bind card slot 07:00\nkeep slot 08:00", "no-match 2" },
		/* its device is elsewhere: once, and no other line means it */
		{ "bind card slot 07:00 id 10de:1f08", "moved 0c:00.0" },
		{ "bind card path 0000:00:01.1/00.0 id 10de:1f08", "moved 0c:00.0" },
		{ "bind card slot 07:00 id 10de:1f08 class 03 subsystem 1462:3752",
		  "moved 0c:00.0" },
		{ "bind slot 07:00\nkeep slot 08:00 id 10de:1ada", "moved 0c:00.2" },
		{ "bind card slot 07:00 id 10de:1f08 class 04", "no-match 1" },
		{ "bind card slot 08:00 id 10de:1b80", "no-match 1" },
		{ "bind card slot 07:00 id 10de:1f08\nbind card slot 0c:00", "no-match 1" },
		{ "bind card slot 07:00 id 10de:1f08\nkeep slot 0c:00.0", "no-match 1" },
		{ "bind card slot 07:00 id 10de:1f08 not boot-display", "no-match 1" },
		{ "bind slot 07:00 id 10de:*:0c80", "no-match 1" },
		/* keep against bind */
		{ "bind slot 07:00.1\nkeep slot 07:00", "shadowed 1" },
		{ "keep slot 07:00\nbind card slot 07:00", "shadowed 2" },
		{ "bind id 10de:10f0\nkeep slot 01:00", "left-out 07:00.0" },
		/* more than one card, counted after keep */
		{ "bind card id 10de:1b80", "several-cards 1" },
		{ "bind cards id 10de:1b80", "" },
		{ "bind card id 10de:1b80\nkeep card boot-display", "" },
		{ "bind card id 10de:1b80\nkeep slot 01:00.0",
		  "several-cards 1, left-out 01:00.0" },
		{ "bind card slot 07:00\nbind card slot 0c:00", "" },
		/* companions left with the host */
		{ "bind slot 07:00.0", "left-out 07:00.1" },
		{ "bind slot 0c:00.0\nbind slot 0c:00.1", "left-out 0c:00.2, left-out 0c:00.3" },
		{ "bind card slot 07:00\nkeep slot 07:00.1", "left-out 07:00.1" },
		/* on a bus that no bridge leads to, what else `card` takes */
		{ "bind card slot 00:14.0", "root-bus 00:14.0, root-bus 00:14.2" },
		{ "bind slot 00:14.0", "" },
		{ "bind card slot 00:02.0", "" },
		/* the host's last display */
		{ "bind cards class 0300", "last-screen 01:00.0" },
		{ "bind cards class 0300\nkeep slot 07:00", "" },
		{ "bind cards class 0300\nbind slot 01:00 force", "" },
		{ "bind cards class 0300\nbind slot 01:00 early", "" },
	};
	static const struct warned blind_rows[] = {
		{ "bind boot-display", "picture-unknown 1" },
		{ "bind cards id 1002: not boot-display", "picture-unknown 1" },
		{ "bind class 0403 not boot-display", "picture-unknown 1" },
		{ "bind card slot 07:00\nkeep boot-display",
		  "picture-unknown 2, left-out 07:00.0" },
		{ "bind card slot 07:00", "" },
	};
	static const struct warned arc_rows[] = {
		{ "bind card slot 03:00", "" },
		{ "bind slot 03:00", "left-out 04:00.0" },
	};
	static const struct warned server_rows[] = {
		{ "bind card slot 08:00.0", "" }, /* virtual functions are nobody's companions */
		{ "bind slot 08:01.0", "no-match 1" },
	};

	NEW_MACHINE_OF(desk);
	check_warnings(desk_rows, ROWS(desk_rows));
	NEW_MACHINE_OF(blind);
	check_warnings(blind_rows, ROWS(blind_rows));
	NEW_MACHINE_OF(arc);
	check_warnings(arc_rows, ROWS(arc_rows));
	NEW_MACHINE_OF(server);
	check_warnings(server_rows, ROWS(server_rows));
}

static void virtual_functions_switched_on(void)
{
	NEW_MACHINE_OF(server);
	new_config("bind id 10de:25b6");
	make_plan(&config, &machine, MOMENT_NEXT_BOOT, &plan);
	CHECK(plan.decision_count == 1 && plan.decisions[0].fate == FATE_REFUSE &&
	      plan.decisions[0].reason == REASON_HAS_VIRTUAL);
}

/* The kernel command line: what it chooses on the desk beside a file, and the switch. */
static const struct {
	const char *file;
	const char *command_line;
	const char *chosen;
	enum config_switch mode;
	uint32_t problems;
} command_lines[] = {
	{ "", "root=/dev/sda1 ro quiet", "", SWITCH_ON, 0 },
	{ "bind slot 07:00", "quiet", GTX, SWITCH_ON, 0 },
	/* rules for this boot, added to the file's */
	{ "", "earlybind.bind=07:00", GTX, SWITCH_ON, 0 },
	{ "bind slot 01:00", "earlybind.bind=07:00.0", BOOT " 07:00.0", SWITCH_ON, 0 },
	{ "", "earlybind.bind=07:00.0,0c:00.3", "07:00.0 0c:00.3", SWITCH_ON, 0 },
	{ "", "earlybind.bind=07:00.0 quiet earlybind.bind=0c:00.3", "07:00.0 0c:00.3", SWITCH_ON,
	  0 },
	{ "bind id 10de:10f0", "earlybind.keep=01:00", "07:00.1", SWITCH_ON, 0 },
	{ "bind id 10de:10f0", "earlybind.keep=01:00,07:00", "", SWITCH_ON, 0 },
	{ "keep slot 01:00", "earlybind.bind=id=10de:10f0", "07:00.1", SWITCH_ON, 0 },
	{ "bind slot 07:00", "earlybind.keep=not-slot=07:00.1", "07:00.1", SWITCH_ON, 0 },
	{ "bind id 10de:", "earlybind.keep=card+boot-display", GTX " " RTX, SWITCH_ON, 0 },
	{ "bind slot 07:00", "earlybind.keep=cards+id=10de:10f0", "", SWITCH_ON, 0 },
	/* every key */
	{ "", "earlybind.bind=slot=07:00.1", "07:00.1", SWITCH_ON, 0 },
	{ "", "earlybind.bind=card+slot=07:00+id=10de:1f08,0c:00.3", "0c:00.3", SWITCH_ON, 0 },
	{ "", "earlybind.bind=card+slot=07:00+id=10de:1b80", GTX, SWITCH_ON, 0 },
	{ "", "earlybind.bind=cards+id=10de:1b80+not-boot-display", GTX, SWITCH_ON, 0 },
	{ "", "earlybind.bind=card+07:00.1", GTX, SWITCH_ON, 0 },
	{ "", "earlybind.bind=path=0000:00:01.1/00.1", "07:00.1", SWITCH_ON, 0 },
	{ "", "earlybind.bind=subsystem=1043:8591", GTX, SWITCH_ON, 0 },
	{ "", "earlybind.bind=class=0403+group=07:00.0", "07:00.1", SWITCH_ON, 0 },
	{ "", "earlybind.bind=boot-display", "01:00.0", SWITCH_ON, 0 },
	{ "", "earlybind.bind=id=10de:+not-class=03+not-class=0c", "01:00.1 07:00.1 0c:00.1",
	  SWITCH_ON, 0 },
	{ "", "earlybind.bind=driver=pci-stub+07:00+early+force", GTX, SWITCH_ON, 0 },
	{ "", "earlybind.bind=07:", GTX, SWITCH_ON, 0 },
	{ "", "earlybind.bind=*:1f.7", "", SWITCH_ON, 0 },
	{ "", "\"earlybind.bind=07:00.1\"", "07:00.1", SWITCH_ON, 0 },
	{ "", "earlybind.bind=\"07:00.1\"", "07:00.1", SWITCH_ON, 0 },
	/* the switch */
	{ "bind slot 07:00", "earlybind=off", GTX, SWITCH_OFF, 0 },
	{ "bind slot 07:00", "quiet earlybind=off\n", GTX, SWITCH_OFF, 0 },
	{ "bind slot 07:00", "\"earlybind=off\"", GTX, SWITCH_OFF, 0 },
	{ "bind slot 07:00", "earlybind=plan", GTX, SWITCH_PLAN, 0 },
	{ "bind slot 07:00", "earlybind=off earlybind=plan", GTX, SWITCH_OFF, 0 },
	{ "bind slot 07:00", "earlybind=plan earlybind=off", GTX, SWITCH_OFF, 0 },
	{ "bind slot 07:00", "earlybind=\"off\"", GTX, SWITCH_OFF, 0 },
	{ "bind slot 07:00", "earlybind=on", GTX, SWITCH_OFF, 1 },
	{ "bind slot 07:00", "earlybind=off,plan", GTX, SWITCH_OFF, 1 },
	{ "bind slot 07:00", "earlybind=\"off plan\"", GTX, SWITCH_OFF, 1 },
	{ "bind slot 07:00", "earlybind=Off", GTX, SWITCH_OFF, 1 },
	{ "bind slot 07:00", "earlybind=", GTX, SWITCH_OFF, 1 },
	{ "bind slot 07:00", "earlybind", GTX, SWITCH_OFF, 1 },
	{ "bind slot 07:00", "earlybind=planned earlybind=plan", GTX, SWITCH_OFF, 1 },
	{ "bind slot 07:00", "xearlybind=off notearlybind.keep=x", GTX, SWITCH_ON, 0 },
	{ "bind slot 07:00", "earlybindx=off rd.earlybind=off EARLYBIND=off", GTX, SWITCH_ON, 0 },
	{ "bind slot 07:00", "init=\"/x earlybind=off\"", GTX, SWITCH_ON, 0 },
	/* a name of ours that is none may have been meant to keep something */
	{ "bind slot 07:00", "earlybind.kep=07:00", GTX, SWITCH_OFF, 1 },
	{ "bind slot 07:00", "earlybind.keeper=07:00", GTX, SWITCH_OFF, 1 },
	{ "bind slot 07:00", "earlybind.kep", GTX, SWITCH_OFF, 1 },
	{ "bind slot 07:00", "earlybind.=07:00", GTX, SWITCH_OFF, 1 },
	{ "bind slot 07:00", "\"earlybind.bnd=0c:00\" earlybind=plan", GTX, SWITCH_OFF, 1 },
	/* a bind that cannot be read is dropped */
	{ "bind slot 07:00", "earlybind.bind=", GTX, SWITCH_ON, 1 },
	{ "bind slot 07:00", "earlybind.bind=card", GTX, SWITCH_ON, 1 },
	{ "", "earlybind.bind=07:00,08", GTX, SWITCH_ON, 1 },
	{ "", "earlybind.bind=07:00,", GTX, SWITCH_ON, 1 },
	{ "", "earlybind.bind=07:00+", "", SWITCH_ON, 1 },
	{ "", "earlybind.bind=not-slot=07:00", "", SWITCH_ON, 1 },
	{ "", "earlybind.bind=07:00+slot=07:00", "", SWITCH_ON, 1 },
	{ "", "earlybind.bind=07:00+card", "", SWITCH_ON, 1 },
	{ "", "earlybind.bind=slot=07:00+not-early", "", SWITCH_ON, 1 },
	{ "", "earlybind.bind=slot=07:00+early=yes", "", SWITCH_ON, 1 },
	{ "", "earlybind.bind=slot+07:00", "", SWITCH_ON, 1 },
	{ "", "earlybind.bind=slot=", "", SWITCH_ON, 1 },
	{ "", "earlybind.bind=not-07:00+id=10de:", "", SWITCH_ON, 1 },
	{ "", "earlybind.bind=card=07:00", "", SWITCH_ON, 1 },
	{ "", "earlybind.bind=pci_0000_07_00_0", "", SWITCH_ON, 1 },
	{ "", "earlybind.bind=07:00+driver=earlybind-held", "", SWITCH_ON, 1 },
	{ "", "earlybind.bind=group=12", "", SWITCH_ON, 1 },
	/* a keep that cannot be read switches off, and so does one with a modifier */
	{ "bind slot 07:00", "earlybind.keep=07", GTX, SWITCH_OFF, 1 },
	{ "bind slot 07:00", "earlybind.keep=", GTX, SWITCH_OFF, 1 },
	{ "bind slot 07:00", "earlybind.keep", GTX, SWITCH_OFF, 1 },
	{ "bind slot 07:00", "earlybind.keep=\"", GTX, SWITCH_OFF, 1 },
	{ "bind slot 07:00", "earlybind.keep=0x07:00", GTX, SWITCH_OFF, 1 },
	{ "bind slot 07:00", "earlybind.keep=07:00.1,junk", "07:00.0", SWITCH_OFF, 1 },
	{ "bind slot 07:00", "earlybind.keep=07:00+early", GTX, SWITCH_OFF, 1 },
	{ "bind slot 07:00", "earlybind.keep=07:00+force", GTX, SWITCH_OFF, 1 },
	{ "bind slot 07:00", "earlybind.keep=07:00+driver=vfio-pci", GTX, SWITCH_OFF, 1 },
	{ "bind slot 07:00", "earlybind=plan earlybind.keep=07", GTX, SWITCH_OFF, 1 },
};

static void kernel_command_lines(void)
{
	NEW_MACHINE_OF(desk);
	for (size_t i = 0; i < ROWS(command_lines); i++) {
		const char *line = command_lines[i].command_line;

		new_config(command_lines[i].file);
		cmdline_read(&config, line);
		make_plan(&config, &machine, MOMENT_CLAIM, &plan);
		CHECK_FOR(config.mode == command_lines[i].mode, "%s: mode %d", line,
			  (int)config.mode);
		CHECK_FOR(config.problem_count == command_lines[i].problems, "%s: %u problems",
			  line, config.problem_count);
		CHECK_FOR(config.file_problem_count == 0, "%s", line);
		CHECK_FOR(same_text(chosen(), command_lines[i].chosen), "%s: chosen are %s", line,
			  chosen());
	}
}

static void places_on_the_command_line(void)
{
	static const struct bad rows[] = {
		{ "earlybind=of", PROBLEM_OFF_WORD, 11, "of", "off", 0 },
		{ "ro earlybind=plam", PROBLEM_OFF_WORD, 14, "plam", "plan", 0 },
		{ "earlybind=on", PROBLEM_OFF_WORD, 11, "on", NULL, 0 },
		{ "earlybind=\"no\"", PROBLEM_OFF_WORD, 12, "no", NULL, 0 },
		{ "earlybind", PROBLEM_OFF_WORD, 10, "", NULL, 0 },
		{ "ro earlybind.kep=07:00", PROBLEM_OFF_NAME, 4, "earlybind.kep", "earlybind.keep",
		  0 },
		{ "earlybind.bnd", PROBLEM_OFF_NAME, 1, "earlybind.bnd", "earlybind.bind", 0 },
		{ "\"earlybind.Keep=x\"", PROBLEM_OFF_NAME, 2, "earlybind.Keep", "earlybind.keep",
		  0 },
		{ "earlybind.nonsense=1", PROBLEM_OFF_NAME, 1, "earlybind.nonsense", NULL, 0 },
		{ "ro earlybind.bind=slto=07:00", PROBLEM_CHOICE_WORD, 19, "slto=07:00", "slot",
		  0 },
		{ "earlybind.bind=crad+07:00", PROBLEM_CHOICE_WORD, 16, "crad", "card", 0 },
		{ "earlybind.bind=07:00+ealry", PROBLEM_CHOICE_WORD, 22, "ealry", "early", 0 },
		{ "earlybind.bind=07:00+not-clas=03", PROBLEM_CHOICE_WORD, 22, "not-clas=03",
		  "class", 0 },
		{ "earlybind.bind=07:00+nonsense", PROBLEM_CHOICE_WORD, 22, "nonsense", NULL, 0 },
		{ "earlybind.bind=07:00,", PROBLEM_CHOICE_WORD, 22, "", NULL, 0 },
		{ "earlybind.bind=07:00+id=10de", PROBLEM_ID_FORM, 25, "10de", NULL, 0 },
		{ "earlybind.bind=0c:00,07:20", PROBLEM_SLOT_RANGE, 25, "20", NULL, 0 },
		{ "earlybind.bind=07", PROBLEM_SLOT_LONE_DEVICE, 16, "07", "07:00", 0 },
		{ "earlybind.keep=07:00+early", PROBLEM_MODIFIER_OF_KEEP, 22, "early", NULL, 0 },
		{ "earlybind.bind=slot=", PROBLEM_NO_VALUE, 21, "slot", NULL, 0 },
		{ "earlybind.bind=early", PROBLEM_NO_CONDITION, 21, "", NULL, 0 },
		{ "earlybind.bind=not-boot-display", PROBLEM_ONLY_NOT, 32, "", NULL, 0 },
		{ "\"earlybind.bind=pci_0000_07_00_0\"", PROBLEM_FOREIGN, 17, "pci_0000_07_00_0",
		  "0000:07:00.0", 0 },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		config_begin(&config);
		cmdline_read(&config, rows[i].line);
		if (!CHECK_FOR(config.problem_count == 1, "%s: %u", rows[i].line,
			       config.problem_count))
			continue;
		CHECK_FOR(config.problems[0].at.file == CONFIG_COMMAND_LINE, "%s", rows[i].line);
		check_problem(rows[i].line, &config.problems[0], &rows[i]);
	}
}

static void read_files(const char *only)
{
	config_begin(&config);
	config_read(&config, &root, only, true);
}

/* First the main file, then the folder's in byte order of their names; what is not named *.conf is not ours. */
static void order_of_files(void)
{
	static const char *const names[] = {
		"/etc/earlybind.conf",
		"/etc/earlybind.conf.d/10.conf",
		"/etc/earlybind.conf.d/9.conf",
		"/etc/earlybind.conf.d/A.conf",
		"/etc/earlybind.conf.d/_.conf",
		"/etc/earlybind.conf.d/a.conf",
		"/etc/earlybind.conf.d/\xc3\xa4.conf",
	};

	for (size_t i = ROWS(names); i > 1; i--)
		folder_write(names[i - 1], "bind slot 07:00\n");
	folder_write("/etc/earlybind.conf.d/README", "no rule");
	folder_write("/etc/earlybind.conf.d/x.conf~", "no rule");
	folder_write("/etc/earlybind.conf.d/.x.conf", "no rule");
	read_files(NULL);
	CHECK(config.problem_count == 0 && config.file_count == ROWS(names) - 1);
	for (uint16_t i = 0; i < config.file_count; i++)
		CHECK_FOR(same_text(config.files[i], names[i + 1]), "%u", i);

	folder_write(names[0], "keep slot 01:00\n");
	read_files(NULL);
	CHECK(config.problem_count == 0 && config.rule_count == ROWS(names));
	for (uint16_t i = 0; i < config.file_count; i++) {
		CHECK_FOR(same_text(config.files[i], names[i]), "%u", i);
		CHECK_FOR(config.rules[i].at.file == i, "%u", i);
		CHECK(unlink(folder_path(config.files[i])) == 0);
	}
	CHECK(unlink(folder_path("/etc/earlybind.conf.d/README")) == 0 &&
	      unlink(folder_path("/etc/earlybind.conf.d/x.conf~")) == 0 &&
	      unlink(folder_path("/etc/earlybind.conf.d/.x.conf")) == 0);
}

/* 256 files, and one more: the message is of a file. */
static void number_of_files(void)
{
	char path[64];

	for (unsigned i = 0; i <= CONFIG_MAX_FILES; i++) {
		snprintf(path, sizeof(path), "/etc/earlybind.conf.d/%03u.conf", i);
		folder_write(path, "");
		if (i + 1 < CONFIG_MAX_FILES)
			continue;
		read_files(NULL);
		CHECK(config.file_count == CONFIG_MAX_FILES);
		CHECK(config.problem_count == (i == CONFIG_MAX_FILES) &&
		      config.file_problem_count == config.problem_count);
	}
	CHECK(config.problems[0].kind == PROBLEM_MANY_FILES &&
	      config.problems[0].at.file != CONFIG_COMMAND_LINE);
	CHECK(same_text(config.problems[0].found, path));
	for (unsigned i = 0; i <= CONFIG_MAX_FILES; i++) {
		snprintf(path, sizeof(path), "/etc/earlybind.conf.d/%03u.conf", i);
		CHECK(unlink(folder_path(path)) == 0);
	}
}

/* 1 MiB a file. */
static void size_of_a_file(void)
{
	static char bytes[CONFIG_MAX_FILE_BYTES + 1];

	memset(bytes, '\n', sizeof(bytes));
	folder_write_bytes("/etc/earlybind.conf", bytes, sizeof(bytes) - 1);
	read_files(NULL);
	CHECK(config.problem_count == 0 && config.file_count == 1);
	folder_write_bytes("/etc/earlybind.conf", bytes, sizeof(bytes));
	read_files(NULL);
	CHECK(config.problem_count == 1 && config.problems[0].kind == PROBLEM_LARGE_FILE);
	CHECK(unlink(folder_path("/etc/earlybind.conf")) == 0);
}

/* A file that cannot be read is a mistake; one that is not there is none. */
static void unreadable_files(void)
{
	read_files(NULL);
	CHECK(config.problem_count == 0 && config.file_count == 0);
	folder_directory("/etc/earlybind.conf");
	CHECK(symlink("gone.conf", folder_path("/etc/earlybind.conf.d/a.conf")) == 0);
	read_files(NULL);
	CHECK(config.problem_count == 2 && config.problems[0].kind == PROBLEM_UNREADABLE &&
	      config.problems[1].kind == PROBLEM_UNREADABLE);
	CHECK(rmdir(folder_path("/etc/earlybind.conf")) == 0 &&
	      unlink(folder_path("/etc/earlybind.conf.d/a.conf")) == 0);
	read_files("/nowhere/earlybind.conf");
	CHECK(config.problem_count == 1 && config.problems[0].kind == PROBLEM_UNREADABLE);
}

static void expect_refused(bool refused, enum problem_kind kind, const char *what)
{
	read_files(NULL);
	CHECK_FOR(config.problem_count == refused && config.rule_count == !refused, "%s", what);
	CHECK_FOR(!refused || config.problems[0].kind == kind, "%s: kind %d", what,
		  (int)config.problems[0].kind);
	/* In the boot nobody judges: the image was made of what had been judged. */
	config_begin(&config);
	config_read(&config, &root, NULL, false);
	CHECK_FOR(config.problem_count == 0 && config.rule_count == 1, "%s", what);
}

static void who_may_write(void)
{
	static const struct {
		mode_t file, folder;
		bool refused;
	} rows[] = {
		{ 0644, 0755, false }, { 0600, 0700, false }, { 0664, 0755, true },
		{ 0646, 0755, true },  { 0642, 0755, true },  { 0644, 0775, true },
		{ 0644, 0757, true },  { 0644, 01777, true }, { 0644, 02755, false },
	};
	static const char file[] = "/etc/earlybind.conf.d/a.conf";
	static const char folder_of_it[] = "/etc/earlybind.conf.d";

	folder_write(file, "bind slot 07:00\n");
	for (size_t i = 0; i < ROWS(rows); i++) {
		char what[64];

		snprintf(what, sizeof(what), "%o in %o", (unsigned)rows[i].file,
			 (unsigned)rows[i].folder);
		CHECK(chmod(folder_path(file), rows[i].file) == 0 &&
		      chmod(folder_path(folder_of_it), rows[i].folder) == 0);
		expect_refused(rows[i].refused, PROBLEM_WRITABLE, what);
	}
	CHECK(chmod(folder_path(folder_of_it), 0755) == 0);

	/* What a link leads to is judged, below the root, and not where the link stands. */
	folder_directory("/home");
	CHECK(unlink(folder_path(file)) == 0 && symlink("/home/mine", folder_path(file)) == 0);
	folder_write("/home/mine", "bind slot 07:00\n");
	expect_refused(false, PROBLEM_WRITABLE, "link");
	CHECK(chmod(folder_path("/home"), 0777) == 0);
	expect_refused(true, PROBLEM_WRITABLE, "link into a folder of everybody");
	CHECK(chmod(folder_path("/home"), 0755) == 0);
	CHECK(chmod(folder_path("/home/mine"), 0666) == 0);
	expect_refused(true, PROBLEM_WRITABLE, "link to a file of everybody");
	CHECK(chmod(folder_path("/home/mine"), 0644) == 0);
}

/* Whose it is: root's, or the caller's. */
static void whose_it_is(void)
{
	static const char file[] = "/home/mine";

	expect_refused(false, PROBLEM_OWNER, "ours");
	if (geteuid() != 0) {
		printf("not run: only root can give a file to somebody else\n");
		skipped++;
		return;
	}
	CHECK(chown(folder_path(file), 65534, 0) == 0);
	expect_refused(true, PROBLEM_OWNER, "somebody's");
	CHECK(chown(folder_path(file), 0, 65534) == 0);
	expect_refused(false, PROBLEM_OWNER, "root's, with another group that cannot write");
	CHECK(chown(folder_path("/home"), 65534, 0) == 0);
	expect_refused(true, PROBLEM_OWNER, "in somebody's folder");
	CHECK(chown(folder_path("/home"), 0, 0) == 0);
	expect_refused(false, PROBLEM_OWNER, "root's again");
}

/* --config FILE replaces both places, and is not below --root. */
static void one_named_file(void)
{
	char path[256];

	folder_write("/etc/earlybind.conf", "bind slot 01:00\n");
	folder_write("/home/other", "keep slot 07:00\n");
	snprintf(path, sizeof(path), "%s", folder_path("/home/other"));
	read_files(path);
	CHECK(config.problem_count == 0 && config.file_count == 1 && config.rule_count == 1);
	CHECK(config.rules[0].verb == RULE_KEEP && same_text(config.files[0], path));
	read_files("/home/other");
	CHECK(config.problem_count == 1 && config.problems[0].kind == PROBLEM_UNREADABLE);
}

/* One prompt line over all files, whatever their order. */
static void prompt_in_two_files(void)
{
	folder_write("/etc/earlybind.conf", "bind slot 01:00\nprompt wait\n");
	CHECK(unlink(folder_path("/etc/earlybind.conf.d/a.conf")) == 0);
	folder_write("/etc/earlybind.conf.d/a.conf", "\n\nprompt follow\n");
	read_files(NULL);
	CHECK(config.problem_count == 1 && config.problems[0].kind == PROBLEM_PROMPT_TWICE);
	CHECK(config.problems[0].at.file == 1 && config.problems[0].at.line == 3);
	CHECK(config.problems[0].first.file == 0 && config.problems[0].first.line == 2);
}

int main(void)
{
	umask(022);
	folder_make();
	folder_directory("/etc");
	folder_directory("/etc/earlybind.conf.d");
	RUN(good_lines);
	RUN(bad_lines);
	RUN(foreign_notations);
	RUN(all_mistakes_are_reported);
	RUN(more_mistakes_than_are_kept);
	RUN(rules_in_their_places);
	RUN(carriage_return_without_a_line_feed);
	RUN(line_limit);
	RUN(rule_limit);
	RUN(much_text);
	RUN(path_limit);
	RUN(many_conditions);
	RUN(prompt_lines);
	RUN(prompt_twice);
	RUN(modifiers);
	RUN(drivers);
	RUN(warnings_of_lines);
	RUN(virtual_functions_switched_on);
	RUN(kernel_command_lines);
	RUN(places_on_the_command_line);
	RUN(order_of_files);
	RUN(number_of_files);
	RUN(size_of_a_file);
	RUN(unreadable_files);
	RUN(who_may_write);
	RUN(whose_it_is);
	RUN(one_named_file);
	RUN(prompt_in_two_files);
	printf("%zu good lines, %zu bad ones, %zu foreign ones, %zu command lines\n",
	       ROWS(on_desk) + ROWS(on_arc) + ROWS(on_blind) + ROWS(on_server), ROWS(bad_rows),
	       ROWS(foreign_rows), ROWS(command_lines));
	printf("%u passed, %u failed, %u skipped\n", test_passed, test_failed, skipped);
	return test_failed > 0;
}
