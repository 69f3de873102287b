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
		return "expected `bind`, `keep` or `prompt` at the start of the line";
	case PROBLEM_NOT_A_TERM:
		return "expected slot, path, id, subsystem, class, group, boot-display or not; "
		       "with "
		       "bind also driver, early or force";
	case PROBLEM_NO_CONDITION:
		return "say which functions: expected a condition, as slot 0000:07:00";
	case PROBLEM_ONLY_NOT:
		return "say which cards, not only which not";
	case PROBLEM_NOT_WHAT:
		return "expected a condition behind not, as not slot 0000:07:00";
	case PROBLEM_LATE_CARD:
		return "this word stands right behind bind or keep";
	case PROBLEM_NO_VALUE:
		return "expected a value behind it";
	case PROBLEM_REPEATED:
		return "stands once on a line; write a second line";
	case PROBLEM_MODIFIER_OF_KEEP:
		return "goes with bind only";
	case PROBLEM_LIST:
		return "one value a line; write a second line";
	case PROBLEM_FOREIGN:
		return "this is another program's notation";
	case PROBLEM_SLOT_FORM:
		return "expected a slot as `lspci -s` writes it: domain:bus:device.function in hex "
		       "digits, as 0000:07:00.1, any part *";
	case PROBLEM_SLOT_RANGE:
	case PROBLEM_PATH_RANGE:
		return "too large: domain up to 7fffffff, bus up to ff, device up to 1f, function "
		       "up to 7";
	case PROBLEM_SLOT_LONE_DEVICE:
		return "lspci takes this for a device on every bus; write the bus too";
	case PROBLEM_SLOT_EVERYTHING:
		return "this would choose everything; give at least a bus or a device";
	case PROBLEM_ID_FORM:
		return "expected ids as `lspci -n` shows them, vendor:device in hex digits, as "
		       "10de:1f08; with id also a class of four digits, as 10de:1f08:0300";
	case PROBLEM_ID_RANGE:
		return "an id has at most four hex digits";
	case PROBLEM_ID_EVERYTHING:
		return "this would choose everything; give a vendor or a device";
	case PROBLEM_CLASS_FORM:
		return "expected a class of two, four or six hex digits, as 03 or 0300";
	case PROBLEM_PATH_FORM:
		return "expected the way from a root bus, as 0000:00:01.1/00.0/00.0; only the last "
		       "step may leave out its function";
	case PROBLEM_PATH_LONG:
		return "a path has at most 32 steps";
	case PROBLEM_GROUP_FORM:
		return "expected the address of one function, as 0000:07:00.0: its whole group is "
		       "meant";
	case PROBLEM_GROUP_NUMBER:
		return "a group's number changes with firmware settings and other cards; expected "
		       "the address of a function in it, as 0000:07:00.0";
	case PROBLEM_DRIVER_FORM:
		return "expected a driver's name of at most 63 letters, digits, _ and -";
	case PROBLEM_DRIVER_HELD:
		return "this name is the one that keeps drivers away; expected a driver";
	case PROBLEM_PROMPT_MODE:
		return "expected wait or follow";
	case PROBLEM_PROMPT_SECONDS:
		return "expected seconds from 1 to 60";
	case PROBLEM_PROMPT_TRAILING:
		return "expected nothing more on this line";
	case PROBLEM_PROMPT_TWICE:
		return "there can be one prompt line in all files; the first is";
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
	case PROBLEM_MANY_CONDITIONS:
		return "there can be 16384 conditions in all rules together";
	case PROBLEM_MUCH_TEXT:
		return "the rules' lines are too long taken together: 1 MiB in all";
	case PROBLEM_UNREADABLE:
		return "cannot be read";
	case PROBLEM_WRITABLE:
		return "can be written by its group or by others, who could then give any device "
		       "away; chmod go-w";
	case PROBLEM_OWNER:
		return "belongs to somebody else than root, who could then give any device away; "
		       "chown root";
	case PROBLEM_OFF_WORD:
		return "expected earlybind=off or earlybind=plan; earlybind is off for this boot";
	case PROBLEM_OFF_NAME:
		return "expected earlybind.bind= or earlybind.keep=; earlybind is off for this "
		       "boot";
	case PROBLEM_FILE_NAME:
		return "a file's name with a control byte in it; rename it";
	case PROBLEM_CHOICE_WORD:
		return "expected a slot, key=value, not-key=value or boot-display, with + between "
		       "them and card+ in front where a card is meant";
	}
	return "cannot be understood";
}

void tell_problem(struct text *text, const struct config *config, const struct problem *problem)
{
	if (problem->at.file == CONFIG_COMMAND_LINE)
		text_add(text, "kernel command line, column %u: ", problem->at.column);
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
	if (problem->kind == PROBLEM_PROMPT_TWICE) {
		text_add(text, " ");
		tell_place(text, config, problem->first);
	}
	if (problem->kind == PROBLEM_FOREIGN && !problem->instead)
		text_add(text, "; write it as lspci does, as 0000:07:00.0");
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
		tell_sentence(out, TONE_BAD, line);
	}
	if (config->problem_count > CONFIG_MAX_PROBLEMS)
		fprintf(out, "and %u more\n", config->problem_count - CONFIG_MAX_PROBLEMS);
}
