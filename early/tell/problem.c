/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "tell/tell.h"

void tell_place(struct text *text, const struct config *config, struct place at)
{
	if (at.file == CONFIG_COMMAND_LINE)
		text_add(text, "the kernel command line");
	else
		text_add(text, "line %u of %s", at.line, config->files[at.file]);
}

/* What was expected, or what is wrong, and what to write. */
static const char *advice(enum problem_kind kind)
{
	switch (kind) {
	case PROBLEM_NOT_A_VERB:
		return "expected `bind` or `keep` at the start of the line";
	case PROBLEM_NOT_A_CONDITION:
		return "expected a condition, as `slot 0000:07:00`";
	case PROBLEM_NOT_YET:
		return "this version of earlybind does not know it yet, only `bind slot` and `keep "
		       "slot`";
	case PROBLEM_NO_CONDITION:
		return "say which functions: expected `slot` and an address, as `slot 0000:07:00`";
	case PROBLEM_NO_SLOT:
		return "expected an address behind `slot`, as 0000:07:00 or 07:00.1";
	case PROBLEM_SLOT_FORM:
		return "expected a slot as `lspci -s` writes it: domain:bus:device.function in hex "
		       "digits, as "
		       "0000:07:00.1, any part *";
	case PROBLEM_SLOT_LIST:
		return "one slot a line; write a second line";
	case PROBLEM_SLOT_RANGE:
		return "too large: domain up to 7fffffff, bus up to ff, device up to 1f, function "
		       "up to 7";
	case PROBLEM_SLOT_LONE_DEVICE:
		return "lspci takes this for a device on every bus; write the bus too";
	case PROBLEM_SLOT_EVERYTHING:
		return "this would choose everything; give at least a bus or a device";
	case PROBLEM_SLOT_FOREIGN:
		return "this is another program's notation; write it as lspci does, as "
		       "0000:07:00.0";
	case PROBLEM_REPEATED:
		return "a condition stands once on a line; write a second line";
	case PROBLEM_CONTINUATION:
		return "a line cannot go on on the next one; write it as one line";
	case PROBLEM_CONTROL_BYTE:
		return "a control byte; this is to be a plain text file";
	case PROBLEM_NOT_ASCII:
		return "letters beyond ASCII are for comments only";
	case PROBLEM_LONG_LINE:
		return "a line can have 4096 bytes";
	case PROBLEM_LARGE_FILE:
		return "a file can have 1 MiB";
	case PROBLEM_MANY_RULES:
		return "there can be 1024 rules in all files and on the kernel command line "
		       "together";
	case PROBLEM_MANY_FILES:
		return "there can be 256 configuration files";
	case PROBLEM_MUCH_TEXT:
		return "the rules' lines are too long taken together: 1 MiB in all";
	case PROBLEM_UNREADABLE:
		return "cannot be read";
	case PROBLEM_OFF_WORD:
		return "expected earlybind=off or earlybind=plan; earlybind is off for this boot";
	}
	return "cannot be understood";
}

void tell_problem(struct text *text, const struct config *config, const struct problem *problem)
{
	if (problem->at.file == CONFIG_COMMAND_LINE)
		text_add(text, "kernel command line: ");
	else if (problem->at.line == 0)
		text_add(text, "%s: ", config->files[problem->at.file]);
	else
		text_add(text, "%s:%u:%u: ", config->files[problem->at.file], problem->at.line,
			 problem->at.column ? problem->at.column : 1);

	if (problem->kind == PROBLEM_CONTROL_BYTE || problem->kind == PROBLEM_NOT_ASCII)
		text_add(text, "byte 0x%02x: ", (unsigned)(unsigned char)problem->found[0]);
	else if (problem->found[0])
		text_add(text, "\"%.80s\": ", problem->found);
	text_add(text, "%s", advice(problem->kind));
	if (problem->kind == PROBLEM_UNREADABLE)
		text_add(text, ": %s", strerror(problem->error));
	if (problem->kind == PROBLEM_SLOT_LONE_DEVICE && strtoul(problem->found, NULL, 16) <= 0x1f)
		text_add(text, ", or *:%s if you mean that", problem->found);
	if (problem->instead)
		text_add(text, "; did you mean \"%s\"?", problem->instead);
}

void tell_problems(FILE *out, const struct config *config)
{
	for (uint32_t p = 0; p < config->problem_count && p < CONFIG_MAX_PROBLEMS; p++) {
		char line[1024];
		struct text text = TEXT_OVER(line);

		text_clear(&text);
		tell_problem(&text, config, &config->problems[p]);
		fprintf(out, "%s\n", line);
	}
	if (config->problem_count > CONFIG_MAX_PROBLEMS)
		fprintf(out, "and %u more\n", config->problem_count - CONFIG_MAX_PROBLEMS);
}
