/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the owner asks for: the rules of the configuration files and of the kernel command line. */
#ifndef EARLYBIND_CONFIG_H
#define EARLYBIND_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

#define CONFIG_MAX_FILES 256
#define CONFIG_MAX_FILE_BYTES (1024 * 1024)
#define CONFIG_MAX_LINE_BYTES 4096
#define CONFIG_MAX_RULES 1024
#define CONFIG_MAX_PROBLEMS 64 /* kept; the rest are counted */
#define CONFIG_TEXT_BYTES (1024 * 1024)

#define CONFIG_FILE "/etc/earlybind.conf"
#define CONFIG_FOLDER "/etc/earlybind.conf.d"

#define CONFIG_COMMAND_LINE UINT16_MAX /* a place's file: the kernel command line */

/* Where a rule or a mistake stands. Lines and columns count from 1; columns are bytes. */
struct place {
	uint16_t file; /* index into config.files, or CONFIG_COMMAND_LINE */
	uint32_t line;
	uint32_t column;
};

#define SLOT_ANY (-1)

/* A slot as `lspci -s` writes it. Each part is a number or SLOT_ANY; a domain left out is 0. */
struct slot_pattern {
	int32_t domain;
	int16_t bus;
	int16_t device;
	int16_t function;
};

enum rule_verb { RULE_BIND, RULE_KEEP };

struct rule {
	enum rule_verb verb;
	struct place at;
	struct slot_pattern slot;
	const char *text; /* the line without its comment, for messages */
};

/* Mistakes of the owner. What was expected is told by tell/problem.c. */
enum problem_kind {
	PROBLEM_NOT_A_VERB,
	PROBLEM_NOT_A_CONDITION,
	PROBLEM_NOT_YET, /* right by the manual, and not known to this version */
	PROBLEM_NO_CONDITION,
	PROBLEM_NO_SLOT,
	PROBLEM_SLOT_FORM,
	PROBLEM_SLOT_LIST,
	PROBLEM_SLOT_RANGE,
	PROBLEM_SLOT_LONE_DEVICE,
	PROBLEM_SLOT_EVERYTHING,
	PROBLEM_SLOT_FOREIGN,
	PROBLEM_REPEATED,
	PROBLEM_CONTINUATION,
	PROBLEM_CONTROL_BYTE,
	PROBLEM_NOT_ASCII,
	PROBLEM_LONG_LINE,
	PROBLEM_LARGE_FILE,
	PROBLEM_MANY_RULES,
	PROBLEM_MANY_FILES,
	PROBLEM_MUCH_TEXT,
	PROBLEM_UNREADABLE,
	PROBLEM_OFF_WORD, /* earlybind= on the command line: neither off nor plan */
};

struct problem {
	enum problem_kind kind;
	struct place at;
	int error; /* PROBLEM_UNREADABLE: the errno */
	const char *found; /* "" where there is nothing to show */
	const char *instead; /* what was probably meant, or NULL */
};

enum config_switch { SWITCH_ON, SWITCH_PLAN, SWITCH_OFF };

struct config {
	const char *files[CONFIG_MAX_FILES];
	uint16_t file_count;
	struct rule rules[CONFIG_MAX_RULES];
	uint16_t rule_count;
	struct problem problems[CONFIG_MAX_PROBLEMS];
	uint32_t problem_count; /* may be more than are kept */
	uint32_t file_problem_count; /* of these, in files */
	uint64_t hash; /* 64-bit FNV-1a over each file's path, length and bytes */
	enum config_switch mode;
	struct text text;
	char text_bytes[CONFIG_TEXT_BYTES];
};

#endif
