/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every sentence: it is there, it is whole, and it names what it is about. */
#include "tell/tell.h"

#include <ctype.h>
#include <stdlib.h>

#include "fixture.h"
#include "test.h"

static struct outcome outcome;
static char sentence[1024];
static struct text text;

static void begin(void)
{
	text = (struct text)TEXT_OVER(sentence);
	text_clear(&text);
}

static void problem_sentences(void)
{
	config_begin(&config);
	config.files[config.file_count++] = "/etc/earlybind.conf";
	for (int kind = PROBLEM_NOT_A_VERB; kind <= PROBLEM_CHOICE_WORD; kind++) {
		struct problem problem = { .kind = (enum problem_kind)kind,
					   .at = { 0, 3, 12 },
					   .found = "x",
					   .instead = "07:00",
					   .first = { 0, 2, 1 } };

		begin();
		tell_problem(&text, &config, &problem);
		CHECK_FOR(strncmp(sentence, "/etc/earlybind.conf:3:12: ", 26) == 0, "%s", sentence);
		CHECK_FOR(!strstr(sentence, "cannot be understood"), "kind %d", kind);
		CHECK_FOR(strstr(sentence, "did you mean \"07:00\"?"), "%s", sentence);
		CHECK_FOR(!text.cut, "%s", sentence);
		problem.at.file = CONFIG_COMMAND_LINE;
		begin();
		tell_problem(&text, &config, &problem);
		CHECK_FOR(strstr(sentence, "kernel command line"), "%s", sentence);
	}
}

/* What CONFIG.md promises of a lone number: both things that it may have been meant for. */
static void lone_device(void)
{
	new_config("");
	config_parse(&config, 0, "bind slot 07\nbind slot 2b\n", 26);
	begin();
	tell_problem(&text, &config, &config.problems[0]);
	CHECK_FOR(strstr(sentence, "\"07\"") && strstr(sentence, "07:00") &&
			  strstr(sentence, "*:07"),
		  "%s", sentence);
	begin();
	tell_problem(&text, &config, &config.problems[1]);
	CHECK_FOR(strstr(sentence, "2b:00") && !strstr(sentence, "*:2b"), "%s", sentence);
}

/* Nothing that stands in a file reaches a terminal as it is. */
static void found_is_printable(void)
{
	static const char bytes[] = "\x1b[31m\nbind slot \x9b\nbi\0nd\n";

	new_config("");
	config_parse(&config, 0, bytes, sizeof(bytes) - 1);
	CHECK(config.problem_count == 3);
	for (uint32_t p = 0; p < 3; p++) {
		begin();
		tell_problem(&text, &config, &config.problems[p]);
		for (const char *c = sentence; *c; c++)
			CHECK_FOR(isprint((unsigned char)*c), "%u: %s", p, sentence);
		CHECK_FOR(strstr(sentence, "byte 0x"), "%s", sentence);
	}
}

/* As many as are kept, and the rest as a number. */
static void many_problems(void)
{
	char *bytes = NULL;
	size_t size = 0, lines = 0;
	FILE *out = open_memstream(&bytes, &size);

	if (!CHECK(out != NULL))
		return;
	new_config("");
	for (int i = 0; i < CONFIG_MAX_PROBLEMS + 76; i++)
		config_parse(&config, 0, "x", 1);
	tell_problems(out, &config);
	fclose(out);
	for (size_t i = 0; i < size; i++)
		lines += bytes[i] == '\n';
	CHECK_FOR(lines == CONFIG_MAX_PROBLEMS + 1 && strstr(bytes, "\nand 76 more\n"), "%zu lines",
		  lines);
	free(bytes);
}

static void result_sentences(void)
{
	new_machine();
	add_function("0000:07:00.0", CLASS_VGA);
	new_config("bind slot 07:00\n");
	make_plan(&config, &machine, MOMENT_CLAIM, &plan);
	for (int result = RESULT_UNTOUCHED; result <= RESULT_HANGS; result++)
		for (int step = STEP_NONE; step <= STEP_CLEAR; step++) {
			int level;

			outcome.of[0] = (struct result_of){ .result = (enum result)result,
							    .step = (enum step)step,
							    .error = 5 };
			begin();
			level = tell_result(&text, &config, &machine, &plan, &outcome, 0);
			CHECK_FOR(strncmp(sentence, "0000:07:00.0: ", 14) == 0, "%s", sentence);
			CHECK_FOR(strlen(sentence) > 25 && !text.cut, "%s", sentence);
			CHECK_FOR(level >= 3 && level <= 6, "%d", level);
			CHECK_FOR(strcmp(tell_result_word((enum result)result), "unknown") != 0,
				  "%d", result);
		}
	/* each result has a word of its own, without blanks */
	for (int a = RESULT_UNTOUCHED; a <= RESULT_HANGS; a++) {
		CHECK(!strchr(tell_result_word((enum result)a), ' '));
		for (int b = RESULT_UNTOUCHED; b < a; b++)
			CHECK(strcmp(tell_result_word((enum result)a),
				     tell_result_word((enum result)b)) != 0);
	}
}

/* What is left of a function that could not be given back, and the way out. */
static void stuck_sentences(void)
{
	static const struct {
		enum step step;
		const char *failed, *left;
	} rows[] = {
		{ STEP_TAKE, "taking it from its driver failed", "the driver it has keeps it" },
		{ STEP_CLEAR, "clearing its driver override failed", "no driver may take it" },
		{ STEP_UNBIND, "unbinding it failed", "it stays with pci-stub" },
		{ STEP_PROBE, "probing it failed",
		  "a driver that is loaded already does not find" },
	};

	new_config("bind slot 07:00 driver pci-stub\n");
	make_plan(&config, &machine, MOMENT_CLAIM, &plan);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		outcome.of[0] =
			(struct result_of){ .result = rows[i].step == STEP_TAKE ? RESULT_HANGS :
										  RESULT_STUCK,
					    .step = rows[i].step,
					    .error = 5 };
		begin();
		CHECK(tell_result(&text, &config, &machine, &plan, &outcome, 0) == 3);
		CHECK_FOR(strstr(sentence, rows[i].failed) && strstr(sentence, rows[i].left), "%s",
			  sentence);
		CHECK_FOR(strstr(sentence, "until the next boot") &&
				  strstr(sentence, "earlybind=off"),
			  "%s", sentence);
		for (size_t j = 0; j < sizeof(rows) / sizeof(rows[0]); j++)
			CHECK_FOR(j == i || !strstr(sentence, rows[j].left), "%s", sentence);
	}
}

/* The module that stood in the way, which need not be the driver's own. */
static void load_sentences(void)
{
	outcome.of[0] =
		(struct result_of){ .result = RESULT_FAILED, .step = STEP_LOAD, .error = 2 };
	outcome.load_count = 2;
	outcome.loads[0] = (struct load){ "vfio-pci", "vfio_iommu_type1", 5 };
	outcome.loads[1] = (struct load){ "pci-stub", "pci-stub", 2 };
	begin();
	tell_result(&text, &config, &machine, &plan, &outcome, 0);
	CHECK_FOR(strstr(sentence, "module pci-stub"), "%s", sentence);
	new_config("bind slot 07:00\n");
	make_plan(&config, &machine, MOMENT_CLAIM, &plan);
	begin();
	tell_result(&text, &config, &machine, &plan, &outcome, 0);
	CHECK_FOR(strstr(sentence, "module vfio_iommu_type1"), "%s", sentence);
	outcome.load_count = 0;
}

static void levels(void)
{
	static const struct {
		enum result result;
		int level;
	} rows[] = {
		{ RESULT_BOUND, 5 },       { RESULT_HELD, 6 },         { RESULT_WAS_BOUND, 6 },
		{ RESULT_REFUSED, 3 },     { RESULT_GIVEN_BACK, 3 },   { RESULT_FAILED, 3 },
		{ RESULT_STUCK, 3 },       { RESULT_WAITS, 6 },        { RESULT_STAYS_HELD, 4 },
		{ RESULT_STILL_WAITS, 4 }, { RESULT_MEMORY_TAKEN, 3 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		outcome.of[0] = (struct result_of){ .result = rows[i].result };
		begin();
		CHECK_FOR(tell_result(&text, &config, &machine, &plan, &outcome, 0) ==
				  rows[i].level,
			  "%s", sentence);
	}
}

static void reason_sentences(void)
{
	new_config("bind slot 07:00 driver a\nbind slot 07:00.0 driver b\n");
	make_plan(&config, &machine, MOMENT_CLAIM, &plan);
	begin();
	tell_reason(&text, &config, &machine, &plan, 0);
	CHECK_FOR(strstr(sentence, "line 1 of /etc/earlybind.conf names a") &&
			  strstr(sentence, "line 2 of /etc/earlybind.conf names b"),
		  "%s", sentence);
	for (int reason = REASON_HARMLESS; reason <= REASON_NOT_HELD; reason++) {
		plan.decisions[0].reason = (enum reason)reason;
		plan.decisions[0].fate = FATE_REFUSE;
		begin();
		tell_reason(&text, &config, &machine, &plan, 0);
		CHECK_FOR(strlen(sentence) > 10 && !text.cut, "reason %d: %s", reason, sentence);
	}
}

/* Every warning names the line that it is about. */
static void warning_sentences(void)
{
	new_machine();
	add_function("0000:07:00.0", CLASS_VGA);
	add_function("0000:07:00.1", CLASS_HD_AUDIO);
	new_config("bind card slot 07:00 early\nkeep slot 07:00.1\n");
	make_plan(&config, &machine, MOMENT_NEXT_BOOT, &plan);
	plan.matches[0].shadowed_by = 1;
	for (int kind = WARNING_NO_MATCH; kind <= WARNING_ROOT_BUS; kind++) {
		struct warning warning = { .kind = (enum warning_kind)kind, .function = 1 };

		begin();
		tell_warning(&text, &config, &machine, &plan, &warning);
		CHECK_FOR(strncmp(sentence, "line 1 of /etc/earlybind.conf", 29) == 0, "%s",
			  sentence);
		CHECK_FOR(strlen(sentence) > 50 && !text.cut, "kind %d: %s", kind, sentence);
	}
}

/* A buffer that is too small is marked and never passed. */
static void small_text(void)
{
	char bytes[12] = "..........!";
	struct text small = { .start = bytes, .size = 8 };
	const char *kept;

	text_clear(&small);
	text_add(&small, "%s", "1234");
	CHECK(same_text(bytes, "1234") && !small.cut && small.used == 4);
	text_add(&small, "567");
	CHECK(same_text(bytes, "1234567") && !small.cut);
	text_add(&small, "89");
	CHECK(same_text(bytes, "1234567") && small.cut && bytes[8] == '.');
	text_add(&small, "0");
	CHECK(same_text(bytes, "1234567") && bytes[8] == '.');

	small = (struct text){ .start = bytes, .size = 8 };
	kept = text_keep(&small, "abc", 3);
	CHECK(same_text(kept, "abc"));
	kept = text_keep(&small, "defg", 4);
	CHECK(!kept && small.cut);
	kept = text_keep(&small, "def", 3);
	CHECK(same_text(kept, "def") && bytes[8] == '.');
	CHECK(!text_keep(&small, "", 0));
}

int main(void)
{
	RUN(problem_sentences);
	RUN(lone_device);
	RUN(found_is_printable);
	RUN(many_problems);
	RUN(result_sentences);
	RUN(stuck_sentences);
	RUN(load_sentences);
	RUN(levels);
	RUN(reason_sentences);
	RUN(warning_sentences);
	RUN(small_text);
	return END();
}
