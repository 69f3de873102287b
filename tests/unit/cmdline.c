/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel command line. */
#include "read/cmdline.h"

#include <stdlib.h>

#include "read/parse.h"
#include "test.h"

static struct config config;

static void read_line(const char *line)
{
	config_begin(&config);
	cmdline_read(&config, line);
}

static void the_switch(void)
{
	static const struct {
		const char *line;
		enum config_switch mode;
		uint32_t problems;
	} rows[] = {
		{ "", SWITCH_ON, 0 },
		{ "\n", SWITCH_ON, 0 },
		{ "BOOT_IMAGE=/vmlinuz root=/dev/sda1 ro quiet\n", SWITCH_ON, 0 },
		{ "earlybind=off", SWITCH_OFF, 0 },
		{ "quiet earlybind=off\n", SWITCH_OFF, 0 },
		{ "earlybind=plan quiet", SWITCH_PLAN, 0 },
		{ "earlybind=\"off\"", SWITCH_OFF, 0 },
		{ "\"earlybind=off\"", SWITCH_OFF, 0 },
		{ "\"earlybind=plan\" x", SWITCH_PLAN, 0 },
		/* off wins, in any order */
		{ "earlybind=off earlybind=plan", SWITCH_OFF, 0 },
		{ "earlybind=plan earlybind=off", SWITCH_OFF, 0 },
		/* any other word is off, and said */
		{ "earlybind=on", SWITCH_OFF, 1 },
		{ "earlybind=0", SWITCH_OFF, 1 },
		{ "earlybind=Off", SWITCH_OFF, 1 },
		{ "earlybind=offf", SWITCH_OFF, 1 },
		{ "earlybind=of", SWITCH_OFF, 1 },
		{ "earlybind=off,plan", SWITCH_OFF, 1 },
		{ "earlybind=", SWITCH_OFF, 1 },
		{ "earlybind", SWITCH_OFF, 1 },
		{ "earlybind=\"off plan\"", SWITCH_OFF, 1 },
		{ "earlybind=plan earlybind=plans", SWITCH_OFF, 1 },
		/* not ours */
		{ "xearlybind=off", SWITCH_ON, 0 },
		{ "earlybindx=off", SWITCH_ON, 0 },
		{ "rd.earlybind=off", SWITCH_ON, 0 },
		{ "init=\"/x earlybind=off\"", SWITCH_ON, 0 },
		{ "EARLYBIND=off", SWITCH_ON, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		read_line(rows[i].line);
		CHECK_FOR(config.mode == rows[i].mode, "%s", rows[i].line);
		CHECK_FOR(config.problem_count == rows[i].problems, "%s", rows[i].line);
		CHECK_FOR(config.problem_count == 0 || config.problems[0].kind == PROBLEM_OFF_WORD,
			  "%s", rows[i].line);
		/* A mistake on the command line is none of the files'. */
		CHECK_FOR(config.file_problem_count == 0, "%s", rows[i].line);
	}
}

static void choices(void)
{
	read_line("quiet earlybind.bind=07:00.0,0000:08:00 earlybind.keep=09:00 "
		  "earlybind.bind=0a:00\n");
	CHECK(config.rule_count == 4 && config.problem_count == 0 && config.mode == SWITCH_ON);
	CHECK(config.rules[0].verb == RULE_BIND && config.rules[0].slot.bus == 7 &&
	      config.rules[0].slot.function == 0);
	CHECK(config.rules[1].verb == RULE_BIND && config.rules[1].slot.bus == 8 &&
	      config.rules[1].slot.function == SLOT_ANY);
	CHECK(config.rules[2].verb == RULE_KEEP && config.rules[2].slot.bus == 9);
	CHECK(config.rules[3].verb == RULE_BIND && config.rules[3].slot.bus == 10);
	CHECK(config.rules[0].at.file == CONFIG_COMMAND_LINE && config.rules[0].at.column == 22);
	CHECK(config.rules[1].at.column == 30);
	CHECK(same_text(config.rules[2].text, "earlybind.keep=09:00"));

	read_line("earlybind.keep=\"07:00\" \"earlybind.bind=08:00,09:00\"");
	CHECK(config.rule_count == 3 && config.problem_count == 0);
	CHECK(config.rules[0].slot.bus == 7 && config.rules[2].slot.bus == 9);
}

/* A bind that cannot be read is dropped, and what stands beside it is not; said. */
static void unreadable_bind(void)
{
	static const struct {
		const char *line;
		enum problem_kind kind;
		uint32_t column;
		uint16_t rules;
	} rows[] = {
		{ "earlybind.bind=07", PROBLEM_SLOT_LONE_DEVICE, 16, 0 },
		{ "earlybind.bind=", PROBLEM_SLOT_EVERYTHING, 16, 0 },
		{ "earlybind.bind=07:00,", PROBLEM_SLOT_EVERYTHING, 22, 1 },
		{ "earlybind.bind=07:00.0,7:0g,08:00", PROBLEM_SLOT_FORM, 27, 2 },
		{ "x earlybind.bind=\"0x07:00\"", PROBLEM_SLOT_FOREIGN, 19, 0 },
		/* right by the manual, for a later version */
		{ "earlybind.bind=card+slot=07:00+id=10de:1f08,0c:00.3", PROBLEM_NOT_YET, 16, 1 },
		{ "earlybind.bind=id=10de:1f08", PROBLEM_NOT_YET, 16, 0 },
		{ "earlybind.bind=07:00+early", PROBLEM_NOT_YET, 16, 0 },
		{ "earlybind.bind=09:00,not-id=10de:", PROBLEM_NOT_YET, 22, 1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		read_line(rows[i].line);
		CHECK_FOR(config.mode == SWITCH_ON, "%s", rows[i].line);
		CHECK_FOR(config.rule_count == rows[i].rules, "%s", rows[i].line);
		CHECK_FOR(config.problem_count == 1 && config.file_problem_count == 0, "%s",
			  rows[i].line);
		CHECK_FOR(config.problems[0].kind == rows[i].kind, "%s: kind %d", rows[i].line,
			  (int)config.problems[0].kind);
		CHECK_FOR(config.problems[0].at.column == rows[i].column, "%s: column %u",
			  rows[i].line, config.problems[0].at.column);
	}
}

/* A keep that cannot be read may be the card that the screen hangs on: off, and said. */
static void unreadable_keep(void)
{
	static const char *const lines[] = {
		"earlybind.keep=07",         "earlybind.keep=",
		"earlybind.keep=07:00,x",    "earlybind.keep",
		"earlybind.keep=\"",         "earlybind.keep=0x07:00",
		"earlybind.keep=id=10de:",   "earlybind.keep=07:00 earlybind.keep=9 earlybind=plan",
		"earlybind.keep=card+07:00", "earlybind.keep=boot-display",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		read_line(lines[i]);
		CHECK_FOR(config.mode == SWITCH_OFF, "%s", lines[i]);
		CHECK_FOR(config.problem_count > 0, "%s", lines[i]);
	}
}

/* A keep for which there is no room any more is a keep that is lost. */
static void keep_past_the_limit(void)
{
	read_line("");
	for (int i = 0; i < CONFIG_MAX_RULES; i++)
		config_add_rule(&config, &(struct rule){ .text = "" });
	cmdline_read(&config, "earlybind.bind=07:00");
	CHECK(config.problem_count == 1 && config.problems[0].kind == PROBLEM_MANY_RULES);
	CHECK(config.mode == SWITCH_ON);
	cmdline_read(&config, "earlybind.keep=07:00");
	CHECK(config.problem_count == 2 && config.mode == SWITCH_OFF);
}

/* The kernel takes - and _ for the same in a name, and so do we. A word that begins as ours is not ours. */
static void names(void)
{
	read_line("earlybind.keeper=07:00 xearlybind.keep=07:00 keep=07:00 earlybind_keep=07:00");
	CHECK(config.rule_count == 0 && config.mode == SWITCH_ON);
}

static void rescue(void)
{
	static const char *const yes[] = {
		"single",
		"1",
		"s",
		"S",
		"-s",
		"-b",
		"rescue",
		"emergency",
		"recovery",
		"quiet single\n",
		"systemd.unit=rescue.target",
		"systemd.unit=emergency.target",
		"systemd.unit=rescue.service",
		"systemd.unit=emergency.service",
		"ro systemd.unit=rescue.target quiet",
		"\"single\"",
		"systemd.unit=\"rescue.target\"",
		"\"systemd.unit=rescue.target\"",
		"systemd.unit=runlevel1.target",
	};
	static const char *const no[] = {
		"",
		"quiet splash",
		"root=/dev/single",
		"rescue=1x",
		"11",
		"Single",
		"systemd.unit=multi-user.target",
		"systemd.unit=graphical.target",
		"x=\"a single b\"",
		"rd.rescue",
		"emergency.shell",
	};

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		CHECK_FOR(cmdline_asks_for_rescue(yes[i]), "%s", yes[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		CHECK_FOR(!cmdline_asks_for_rescue(no[i]), "%s", no[i]);
}

static void values(void)
{
	char value[16] = "";

	CHECK(!cmdline_value("quiet", "init", value, sizeof(value)));
	CHECK(!cmdline_value("rd.init=/x init", "init", value, sizeof(value)));
	CHECK(cmdline_value("init=/a init=/b\n", "init", value, sizeof(value)) &&
	      same_text(value, "/b"));
	CHECK(cmdline_value("vfio_pci.ids=1:2", "vfio-pci.ids", value, sizeof(value)) &&
	      same_text(value, "1:2"));
	CHECK(cmdline_value("init=\"/a b\"", "init", value, sizeof(value)) &&
	      same_text(value, "/a b"));
	CHECK(cmdline_value("init=", "init", value, sizeof(value)) && same_text(value, ""));
	CHECK(!cmdline_value("init=/0123456789abcdef", "init", value, sizeof(value)));
	CHECK(cmdline_value("init=/23456789abcdef", "init", value, sizeof(value)) &&
	      strlen(value) == 15);
}

int main(void)
{
	RUN(the_switch);
	RUN(choices);
	RUN(unreadable_bind);
	RUN(unreadable_keep);
	RUN(keep_past_the_limit);
	RUN(names);
	RUN(rescue);
	RUN(values);
	return END();
}
