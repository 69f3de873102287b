/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of configuration files: every mistake has its kind, line and column. */
#include "config.h"

#include <stdlib.h>

#include "read/parse.h"
#include "test.h"

#define ANY SLOT_ANY

static struct config config;

static void parse(const char *bytes, size_t n)
{
	config_begin(&config);
	config.files[config.file_count++] = "/etc/earlybind.conf";
	config_parse(&config, 0, bytes, n);
}

static void parse_text(const char *text)
{
	parse(text, strlen(text));
}

static void good_lines(void)
{
	static const struct {
		const char *text;
		enum rule_verb verb;
		uint32_t column;
		struct slot_pattern slot;
		const char *kept;
	} rows[] = {
		{ "bind slot 0000:07:00.0",
		  RULE_BIND,
		  1,
		  { 0, 7, 0, 0 },
		  "bind slot 0000:07:00.0" },
		{ "keep slot 0000:07:00.0",
		  RULE_KEEP,
		  1,
		  { 0, 7, 0, 0 },
		  "keep slot 0000:07:00.0" },
		{ "bind slot 07:00\n", RULE_BIND, 1, { 0, 7, 0, ANY }, "bind slot 07:00" },
		{ "bind slot 07:00\r\n", RULE_BIND, 1, { 0, 7, 0, ANY }, "bind slot 07:00" },
		{ "bind slot 07:00 \t \r\n", RULE_BIND, 1, { 0, 7, 0, ANY }, "bind slot 07:00" },
		{ "bind slot 07:00# the left one",
		  RULE_BIND,
		  1,
		  { 0, 7, 0, ANY },
		  "bind slot 07:00" },
		{ "bind slot 07:00 # the left one\n",
		  RULE_BIND,
		  1,
		  { 0, 7, 0, ANY },
		  "bind slot 07:00" },
		{ "bind slot 07:00 # a # b \\\n",
		  RULE_BIND,
		  1,
		  { 0, 7, 0, ANY },
		  "bind slot 07:00" },
		{ "bind slot 07:00 # Gr\xc3\xbc\xc3\x9f\x65\n",
		  RULE_BIND,
		  1,
		  { 0, 7, 0, ANY },
		  "bind slot 07:00" },
		{ "  bind slot 07:00", RULE_BIND, 3, { 0, 7, 0, ANY }, "bind slot 07:00" },
		{ "\tbind\tslot\t07:00\t", RULE_BIND, 2, { 0, 7, 0, ANY }, "bind\tslot\t07:00" },
		{ "keep   slot   *:07:00",
		  RULE_KEEP,
		  1,
		  { ANY, 7, 0, ANY },
		  "keep   slot   *:07:00" },
		{ "\xef\xbb\xbf"
		  "bind slot 07:00",
		  RULE_BIND,
		  1,
		  { 0, 7, 0, ANY },
		  "bind slot 07:00" },
		{ "\xef\xbb\xbf\n\nbind slot 07:00",
		  RULE_BIND,
		  1,
		  { 0, 7, 0, ANY },
		  "bind slot 07:00" },
		{ "# comment\nbind slot 07:00", RULE_BIND, 1, { 0, 7, 0, ANY }, "bind slot 07:00" },
		{ "#\xff\xfe\nbind slot 07:00", RULE_BIND, 1, { 0, 7, 0, ANY }, "bind slot 07:00" },
		{ "\n\r\n\t\n \nbind slot 07:00\n\n\n",
		  RULE_BIND,
		  1,
		  { 0, 7, 0, ANY },
		  "bind slot 07:00" },
		{ "keep slot 0C:00.3", RULE_KEEP, 1, { 0, 12, 0, 3 }, "keep slot 0C:00.3" },
		{ "bind slot 10000:e1:00.0",
		  RULE_BIND,
		  1,
		  { 0x10000, 0xe1, 0, 0 },
		  "bind slot 10000:e1:00.0" },
		{ "bind slot 7:0", RULE_BIND, 1, { 0, 7, 0, ANY }, "bind slot 7:0" },
		{ "bind slot 07:", RULE_BIND, 1, { 0, 7, ANY, ANY }, "bind slot 07:" },
		{ "bind slot *:07", RULE_BIND, 1, { 0, ANY, 7, ANY }, "bind slot *:07" },
		{ "bind slot 07:00.*", RULE_BIND, 1, { 0, 7, 0, ANY }, "bind slot 07:00.*" },
		{ "keep slot ::00.1", RULE_KEEP, 1, { 0, ANY, 0, 1 }, "keep slot ::00.1" },
		{ "keep slot 0001::", RULE_KEEP, 1, { 1, ANY, ANY, ANY }, "keep slot 0001::" },
		{ "#bind slot 08:00\nbind slot 07:00",
		  RULE_BIND,
		  1,
		  { 0, 7, 0, ANY },
		  "bind slot 07:00" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct rule *rule = &config.rules[0];

		parse_text(rows[i].text);
		CHECK_FOR(config.problem_count == 0, "row %zu: %s", i, rows[i].text);
		if (!CHECK_FOR(config.rule_count == 1, "row %zu: %s", i, rows[i].text))
			continue;
		CHECK_FOR(rule->verb == rows[i].verb, "row %zu", i);
		CHECK_FOR(memcmp(&rule->slot, &rows[i].slot, sizeof(rule->slot)) == 0,
			  "row %zu: %s", i, rows[i].text);
		CHECK_FOR(rule->at.column == rows[i].column, "row %zu: %u", i, rule->at.column);
		CHECK_FOR(same_text(rule->text, rows[i].kept), "row %zu: \"%s\"", i, rule->text);
	}
}

static void nothing_is_no_mistake(void)
{
	static const char *const texts[] = {
		"", "\n", "\r\n", "#", "# bind slot 07:00\n", " \t", "\xef\xbb\xbf"
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		parse_text(texts[i]);
		CHECK_FOR(config.problem_count == 0 && config.rule_count == 0, "\"%s\"", texts[i]);
	}
}

/* One wrong line; `n` only where strlen would not do. */
struct bad {
	const char *line;
	enum problem_kind kind;
	uint32_t column;
	const char *found;
	const char *instead;
	size_t n;
};

static const struct bad bad_rows[] = {
	/* the verb */
	{ "bnd slot 07:00", PROBLEM_NOT_A_VERB, 1, "bnd", "bind", 0 },
	{ "bnid slot 07:00", PROBLEM_NOT_A_VERB, 1, "bnid", "bind", 0 },
	{ "binds slot 07:00", PROBLEM_NOT_A_VERB, 1, "binds", "bind", 0 },
	{ "kep slot 07:00", PROBLEM_NOT_A_VERB, 1, "kep", "keep", 0 },
	{ "Keep slot 07:00", PROBLEM_NOT_A_VERB, 1, "Keep", "keep", 0 },
	{ "BIND slot 07:00", PROBLEM_NOT_A_VERB, 1, "BIND", "bind", 0 },
	{ "  hold slot 07:00", PROBLEM_NOT_A_VERB, 3, "hold", NULL, 0 },
	{ "07:00", PROBLEM_NOT_A_VERB, 1, "07:00", NULL, 0 },
	{ "slot 07:00", PROBLEM_NOT_A_VERB, 1, "slot", NULL, 0 },
	{ "b", PROBLEM_NOT_A_VERB, 1, "b", NULL, 0 },
	{ "bind=07:00", PROBLEM_NOT_A_VERB, 1, "bind=07:00", NULL, 0 },
	{ "options vfio-pci ids=1002:73ff", PROBLEM_NOT_A_VERB, 1, "options", NULL, 0 },
	{ "; bind slot 07:00", PROBLEM_NOT_A_VERB, 1, ";", NULL, 0 },
	{ "bindslot 07:00", PROBLEM_NOT_A_VERB, 1, "bindslot", NULL, 0 },
	/* what the next versions know */
	{ "prompt wait", PROBLEM_NOT_YET, 1, "prompt", NULL, 0 },
	{ "prompt follow 5", PROBLEM_NOT_YET, 1, "prompt", NULL, 0 },
	{ "bind card slot 07:00", PROBLEM_NOT_YET, 6, "card", NULL, 0 },
	{ "bind cards slot 07:00", PROBLEM_NOT_YET, 6, "cards", NULL, 0 },
	{ "keep card slot 07:00", PROBLEM_NOT_YET, 6, "card", NULL, 0 },
	{ "bind id 1002:73ff", PROBLEM_NOT_YET, 6, "id", NULL, 0 },
	{ "bind path 0000:00:01.1/00.0", PROBLEM_NOT_YET, 6, "path", NULL, 0 },
	{ "bind subsystem 1458:", PROBLEM_NOT_YET, 6, "subsystem", NULL, 0 },
	{ "bind class 0403", PROBLEM_NOT_YET, 6, "class", NULL, 0 },
	{ "bind group 07:00.0", PROBLEM_NOT_YET, 6, "group", NULL, 0 },
	{ "keep boot-display", PROBLEM_NOT_YET, 6, "boot-display", NULL, 0 },
	{ "keep not slot 07:00", PROBLEM_NOT_YET, 6, "not", NULL, 0 },
	{ "bind slot 07:00 id 10de:1f08", PROBLEM_NOT_YET, 17, "id", NULL, 0 },
	{ "bind slot 07:00 not boot-display", PROBLEM_NOT_YET, 17, "not", NULL, 0 },
	{ "bind slot 07:00 driver pci-stub", PROBLEM_NOT_YET, 17, "driver", NULL, 0 },
	{ "bind slot 07:00\tearly", PROBLEM_NOT_YET, 17, "early", NULL, 0 },
	{ "bind slot 07:00  force # x", PROBLEM_NOT_YET, 18, "force", NULL, 0 },
	/* the condition */
	{ "bind", PROBLEM_NO_CONDITION, 5, "", NULL, 0 },
	{ "keep  ", PROBLEM_NO_CONDITION, 7, "", NULL, 0 },
	{ "bind # slot 07:00", PROBLEM_NO_CONDITION, 6, "", NULL, 0 },
	{ "bind slto 07:00", PROBLEM_NOT_A_CONDITION, 6, "slto", "slot", 0 },
	{ "bind slots 07:00", PROBLEM_NOT_A_CONDITION, 6, "slots", "slot", 0 },
	{ "bind Slot 07:00", PROBLEM_NOT_A_CONDITION, 6, "Slot", "slot", 0 },
	{ "bind slot=07:00", PROBLEM_NOT_A_CONDITION, 6, "slot=07:00", NULL, 0 },
	{ "bind 07:00", PROBLEM_NOT_A_CONDITION, 6, "07:00", NULL, 0 },
	{ "bind bind slot 07:00", PROBLEM_NOT_A_CONDITION, 6, "bind", NULL, 0 },
	{ "bind slot 07:00 08:00", PROBLEM_NOT_A_CONDITION, 17, "08:00", NULL, 0 },
	{ "bind slot 07:00 slot 08:00", PROBLEM_REPEATED, 17, "slot", NULL, 0 },
	{ "keep slot 07:00 slot 07:00", PROBLEM_REPEATED, 17, "slot", NULL, 0 },
	/* the slot */
	{ "bind slot", PROBLEM_NO_SLOT, 10, "", NULL, 0 },
	{ "bind slot \t", PROBLEM_NO_SLOT, 12, "", NULL, 0 },
	{ "bind slot # 07:00", PROBLEM_NO_SLOT, 11, "", NULL, 0 },
	{ "bind slot 07", PROBLEM_SLOT_LONE_DEVICE, 11, "07", "07:00", 0 },
	{ "bind slot .0", PROBLEM_SLOT_EVERYTHING, 11, ".0", NULL, 0 },
	{ "bind slot :", PROBLEM_SLOT_EVERYTHING, 11, ":", NULL, 0 },
	{ "bind slot *", PROBLEM_SLOT_EVERYTHING, 11, "*", NULL, 0 },
	{ "bind slot 07:20", PROBLEM_SLOT_RANGE, 14, "20", NULL, 0 },
	{ "bind slot 07:00.8", PROBLEM_SLOT_RANGE, 17, "8", NULL, 0 },
	{ "bind slot 123:00", PROBLEM_SLOT_RANGE, 11, "123", NULL, 0 },
	{ "bind slot 80000000:07:00", PROBLEM_SLOT_RANGE, 11, "80000000", NULL, 0 },
	{ "bind slot 07:0g", PROBLEM_SLOT_FORM, 15, "g", NULL, 0 },
	{ "bind slot 0000:07:00:0", PROBLEM_SLOT_FORM, 21, ":0", NULL, 0 },
	{ "bind slot \"07:00\"", PROBLEM_SLOT_FORM, 11, "\"", NULL, 0 },
	{ "bind slot card", PROBLEM_SLOT_FORM, 13, "r", NULL, 0 },
	{ "bind slot 07:00.0,07:00.1", PROBLEM_SLOT_LIST, 18, ",07:00.1", NULL, 0 },
	{ "bind slot 07:00, 08:00", PROBLEM_SLOT_LIST, 16, ",", NULL, 0 },
	{ "bind slot 0x07:00", PROBLEM_SLOT_FOREIGN, 11, "0x07:00", "07:00", 0 },
	{ "bind slot pci_0000_07_00_0", PROBLEM_SLOT_FOREIGN, 11, "pci_0000_07_00_0",
	  "0000:07:00.0", 0 },
	{ "bind slot /sys/bus/pci/devices/0000:07:00.0", PROBLEM_SLOT_FOREIGN, 11,
	  "/sys/bus/pci/devices/0000:07:00.0", "0000:07:00.0", 0 },
	/* a line that wants to go on */
	{ "bind slot 07:00 \\", PROBLEM_CONTINUATION, 17, "\\", NULL, 0 },
	{ "bind slot 07:00\\", PROBLEM_CONTINUATION, 16, "\\", NULL, 0 },
	{ "bind slot \\", PROBLEM_CONTINUATION, 11, "\\", NULL, 0 },
	{ "bind \\", PROBLEM_CONTINUATION, 6, "\\", NULL, 0 },
	{ "bind\\", PROBLEM_CONTINUATION, 5, "\\", NULL, 0 },
	{ "\\", PROBLEM_CONTINUATION, 1, "\\", NULL, 0 },
	/* bytes */
	{ "bind slot 07:00\0", PROBLEM_CONTROL_BYTE, 16, "", NULL, 16 },
	{ "bind\0slot 07:00", PROBLEM_CONTROL_BYTE, 5, "", NULL, 15 },
	{ "# comment \0", PROBLEM_CONTROL_BYTE, 11, "", NULL, 11 },
	{ "bind slot 07:00 # \x1b[31m", PROBLEM_CONTROL_BYTE, 19, "\x1b", NULL, 0 },
	{ "bind slot 07:00\v", PROBLEM_CONTROL_BYTE, 16, "\v", NULL, 0 },
	{ "bind slot 07:00\f", PROBLEM_CONTROL_BYTE, 16, "\f", NULL, 0 },
	{ "bind slot\b 07:00", PROBLEM_CONTROL_BYTE, 10, "\b", NULL, 0 },
	{ "bind slot 07:00\x7f", PROBLEM_CONTROL_BYTE, 16, "\x7f", NULL, 0 },
	{ "bind\rslot 07:00", PROBLEM_CONTROL_BYTE, 5, "\r", NULL, 0 },
	{ "bind slot 07:00\r\r", PROBLEM_CONTROL_BYTE, 16, "\r", NULL, 0 },
	{ "bind\xc2\xa0slot 07:00", PROBLEM_NOT_ASCII, 5, "\xc2", NULL, 0 },
	{ "bind slot 07:00 \xe2\x80\x93 mine", PROBLEM_NOT_ASCII, 17, "\xe2", NULL, 0 },
	{ "\xef\xbb\xbf"
	  "bind slot 07:00",
	  PROBLEM_NOT_ASCII, 1, "\xef", NULL, 0 },
	{ "\x80", PROBLEM_NOT_ASCII, 1, "\x80", NULL, 0 },
	{ "\xff# x", PROBLEM_NOT_ASCII, 1, "\xff", NULL, 0 },
};

static void bad_lines(void)
{
	for (size_t i = 0; i < sizeof(bad_rows) / sizeof(bad_rows[0]); i++) {
		const struct bad *row = &bad_rows[i];
		const struct problem *problem = &config.problems[0];
		static const char before[] = "# a comment\r\nkeep slot 01:00\n";
		static const char after[] = "\r\nbind slot 08:00\n";
		size_t n = row->n ? row->n : strlen(row->line);
		size_t used = strlen(before);
		char text[256];

		memcpy(text, before, used);
		memcpy(text + used, row->line, n);
		used += n;
		memcpy(text + used, after, strlen(after));
		used += strlen(after);
		parse(text, used);

		CHECK_FOR(config.rule_count == 2, "row %zu: %s", i, row->line);
		CHECK_FOR(config.file_problem_count == 1, "row %zu: %s", i, row->line);
		if (!CHECK_FOR(config.problem_count == 1, "row %zu: %s", i, row->line))
			continue;
		CHECK_FOR(problem->kind == row->kind, "row %zu: %s: kind %d, not %d", i, row->line,
			  (int)problem->kind, (int)row->kind);
		CHECK_FOR(problem->at.file == 0 && problem->at.line == 3, "row %zu: %s: line %u", i,
			  row->line, problem->at.line);
		CHECK_FOR(problem->at.column == row->column, "row %zu: %s: column %u, not %u", i,
			  row->line, problem->at.column, row->column);
		CHECK_FOR(same_text(problem->found, row->found), "row %zu: %s: \"%s\"", i,
			  row->line, problem->found);
		CHECK_FOR(same_text(problem->instead, row->instead), "row %zu: %s: \"%s\"", i,
			  row->line, problem->instead ? problem->instead : "(none)");
		/* The same line at the end of the file, without its newline. */
		parse(text, used - strlen(after));
		CHECK_FOR(config.problem_count == 1 && problem->kind == row->kind,
			  "row %zu: %s, last", i, row->line);
	}
}

/* CR belongs to CR LF, and to nothing else. */
static void lone_carriage_return_at_the_end(void)
{
	parse_text("bind slot 07:00\r");
	CHECK(config.problem_count == 1 && config.rule_count == 0);
	CHECK(config.problems[0].kind == PROBLEM_CONTROL_BYTE &&
	      config.problems[0].at.column == 16);
}

static void every_mistake_is_reported(void)
{
	static char text[200 * 8];
	size_t used = 0;

	parse_text("bnd slot 07:00\nbind slot 07\n\nbind slto 07:00\nbind slot 08:00\n");
	CHECK(config.problem_count == 3 && config.rule_count == 1);
	CHECK(config.problems[0].at.line == 1 && config.problems[1].at.line == 2 &&
	      config.problems[2].at.line == 4);

	for (int i = 0; i < 200; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "x\n");
	parse(text, used);
	CHECK(config.problem_count == 200 && config.file_problem_count == 200);
	CHECK(config.problems[CONFIG_MAX_PROBLEMS - 1].at.line == CONFIG_MAX_PROBLEMS);
}

/* 4,096 bytes a line, its end not counted. */
static void line_limit(void)
{
	static char text[2 * CONFIG_MAX_LINE_BYTES];
	size_t used;

	for (int more = 0; more <= 1; more++) {
		for (int ending = 0; ending < 3; ending++) {
			static const char *const endings[] = { "", "\n", "\r\n" };

			memset(text, 'x', sizeof(text));
			memcpy(text, "bind slot 07:00 #", 17);
			used = (size_t)(CONFIG_MAX_LINE_BYTES + more);
			memcpy(text + used, endings[ending], strlen(endings[ending]));
			used += strlen(endings[ending]);
			parse(text, used);
			CHECK_FOR(config.problem_count == (uint32_t)more &&
					  config.rule_count == 1 - more,
				  "%d more, ending %d", more, ending);
			CHECK_FOR(!more || (config.problems[0].kind == PROBLEM_LONG_LINE &&
					    config.problems[0].at.column ==
						    CONFIG_MAX_LINE_BYTES + 1),
				  "ending %d", ending);
		}
	}
}

/* 1,024 rules over all files. */
static void rule_limit(void)
{
	static char text[1100 * 16];
	size_t used = 0;

	for (int i = 0; i < CONFIG_MAX_RULES; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "bind slot 07:00\n");
	parse(text, used);
	CHECK(config.problem_count == 0 && config.rule_count == CONFIG_MAX_RULES);
	config.files[config.file_count++] = "/etc/earlybind.conf.d/more.conf";
	config_parse(&config, 1, "\nkeep slot 08:00\n", 17);
	CHECK(config.problem_count == 1 && config.rule_count == CONFIG_MAX_RULES);
	CHECK(config.problems[0].kind == PROBLEM_MANY_RULES);
	CHECK(config.problems[0].at.file == 1 && config.problems[0].at.line == 2);
}

/* A megabyte of rules with long lines is more than is kept of them: said, not cut. */
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
	parse(text, used);
	CHECK(config.problem_count == 0 && config.rule_count == CONFIG_MAX_RULES / 2);
	config_parse(&config, 0, text, used);
	CHECK(config.problem_count == 0 || config.problems[0].kind == PROBLEM_MUCH_TEXT);
	CHECK(config.rule_count + config.problem_count == CONFIG_MAX_RULES);
}

/* Whatever the bytes: no place is outside of the file. */
static void any_bytes(void)
{
	static const char *const pieces[] = { "bind", "keep", " ",  "\t", "slot",         "07:00",
					      "\n",   "\r\n", "#",  "\\", "\xef\xbb\xbf", "0x",
					      "card", ",",    ".0", "07", "\x01" };
	unsigned state = 7;

	for (int i = 0; i < 20000; i++) {
		char text[128];
		size_t used = 0;

		while (used < 100) {
			const char *piece;

			state = state * 1103515245u + 12345u;
			piece = pieces[(state >> 16) % (sizeof(pieces) / sizeof(pieces[0]))];
			memcpy(text + used, piece, strlen(piece));
			used += strlen(piece);
		}
		parse(text, used);
		for (uint32_t p = 0; p < config.problem_count; p++)
			if (config.problems[p].at.column < 1 ||
			    config.problems[p].at.column > used + 1 ||
			    config.problems[p].at.line < 1)
				CHECK_FOR(false, "%.*s", (int)used, text);
	}
	CHECK(true);
}

int main(void)
{
	RUN(good_lines);
	RUN(nothing_is_no_mistake);
	RUN(bad_lines);
	RUN(lone_carriage_return_at_the_end);
	RUN(every_mistake_is_reported);
	RUN(line_limit);
	RUN(rule_limit);
	RUN(much_text);
	RUN(any_bytes);
	return END();
}
