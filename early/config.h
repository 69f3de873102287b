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
#define CONFIG_MAX_CONDITIONS 16384
#define PATH_MAX_STEPS 32
#define CONFIG_MAX_PROBLEMS 1024 /* kept; the rest are counted */
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

#define ANY (-1) /* a part that is left out, or written as `*` */

/* A slot as `lspci -s` writes it. Each part is a number or ANY; a domain left out is 0. */
struct slot_pattern {
	int32_t domain;
	int16_t bus;
	int16_t device;
	int16_t function;
};

/* Ids as `lspci -d` writes them. */
struct id_pattern {
	int32_t vendor;
	int32_t device;
	int32_t class; /* base and sub class, 16 bits; `id` only */
};

/* The first bytes of a class: base, base and sub, or all three. */
struct class_pattern {
	uint32_t value;
	uint8_t bytes; /* 1 to 3 */
};

/* The way from a root bus down to a function: it stays when a new card shifts the bus numbers. */
struct path_pattern {
	uint32_t domain;
	uint8_t bus; /* the root bus */
	uint8_t steps; /* how many */
	int8_t last_function; /* ANY: every function of the last device */
	uint8_t step[PATH_MAX_STEPS]; /* device << 3 | function */
};

enum condition_kind {
	CONDITION_SLOT,
	CONDITION_PATH,
	CONDITION_ID,
	CONDITION_SUBSYSTEM,
	CONDITION_CLASS,
	CONDITION_GROUP, /* the IOMMU group of the function at this address */
	CONDITION_BOOT_DISPLAY, /* shows the firmware's picture */
};

struct condition {
	enum condition_kind kind;
	bool negated;
	union {
		struct slot_pattern slot; /* of CONDITION_GROUP too, without ANY */
		struct id_pattern id;
		struct class_pattern class;
		struct path_pattern path;
	};
};

enum rule_verb { RULE_BIND, RULE_KEEP };

/* What a line chooses of the card that has a function meeting its conditions. */
enum rule_scope {
	SCOPE_FUNCTION, /* that function */
	SCOPE_CARD, /* the whole card */
	SCOPE_CARDS, /* the same, and several are meant */
};

struct rule {
	enum rule_verb verb;
	enum rule_scope scope;
	struct place at;
	uint16_t first; /* its conditions: config.conditions[first .. first + count] */
	uint16_t count;
	const char *driver; /* NULL: none is named */
	bool early;
	bool force;
	const char *text; /* the line without its comment, for messages */
};

enum prompt_mode { PROMPT_WAIT, PROMPT_FOLLOW };

/* Mistakes of the owner. What was expected is told by tell/problem.c. */
enum problem_kind {
	PROBLEM_NOT_A_VERB,
	PROBLEM_NOT_A_TERM,
	PROBLEM_NO_CONDITION,
	PROBLEM_ONLY_NOT,
	PROBLEM_NOT_WHAT, /* `not` and then no condition */
	PROBLEM_LATE_CARD, /* `card` elsewhere than right behind the verb */
	PROBLEM_NO_VALUE,
	PROBLEM_REPEATED,
	PROBLEM_MODIFIER_OF_KEEP,
	PROBLEM_LIST,
	PROBLEM_FOREIGN,
	PROBLEM_SLOT_FORM,
	PROBLEM_SLOT_RANGE,
	PROBLEM_SLOT_LONE_DEVICE,
	PROBLEM_SLOT_EVERYTHING,
	PROBLEM_ID_FORM,
	PROBLEM_ID_RANGE,
	PROBLEM_ID_EVERYTHING,
	PROBLEM_CLASS_FORM,
	PROBLEM_PATH_FORM,
	PROBLEM_PATH_RANGE,
	PROBLEM_PATH_LONG,
	PROBLEM_GROUP_FORM,
	PROBLEM_GROUP_NUMBER,
	PROBLEM_DRIVER_FORM,
	PROBLEM_DRIVER_HELD,
	PROBLEM_PROMPT_MODE,
	PROBLEM_PROMPT_SECONDS,
	PROBLEM_PROMPT_TRAILING,
	PROBLEM_PROMPT_TWICE,
	PROBLEM_CONTINUATION,
	PROBLEM_CONTROL_BYTE,
	PROBLEM_NOT_ASCII,
	PROBLEM_LONG_LINE,
	PROBLEM_LARGE_FILE,
	PROBLEM_MANY_RULES,
	PROBLEM_MANY_FILES,
	PROBLEM_MANY_CONDITIONS,
	PROBLEM_MUCH_TEXT,
	PROBLEM_UNREADABLE,
	PROBLEM_WRITABLE, /* group or others can write the file, or a folder above it */
	PROBLEM_OWNER, /* it belongs to somebody else */
	PROBLEM_OFF_WORD, /* earlybind= on the command line: neither off nor plan */
	PROBLEM_OFF_NAME, /* earlybind.… on the command line: neither bind nor keep */
	PROBLEM_FILE_NAME, /* a control byte in a file's name */
	PROBLEM_CHOICE_WORD, /* earlybind.bind= or .keep=: not a part of a choice */
};

struct problem {
	enum problem_kind kind;
	struct place at;
	int error; /* PROBLEM_UNREADABLE: the errno */
	const char *found; /* "" where there is nothing to show */
	const char *instead; /* what was probably meant, or NULL */
	struct place first; /* PROBLEM_REPEATED over lines: where the first one stands */
};

enum config_switch { SWITCH_ON, SWITCH_PLAN, SWITCH_OFF };

/*
 * In this and in the other nouns as few pages of memory as possible are touched: the strings, which fill their arena from its
 * end, the single members, and the first entries of the arrays stand in this order, and share a page.
 */
struct config {
	char page_start[TEXT_PAGE_START];
	char text_bytes[CONFIG_TEXT_BYTES];
	uint16_t file_count;
	uint16_t rule_count;
	uint16_t condition_count;
	enum prompt_mode prompt;
	uint8_t prompt_seconds; /* PROMPT_FOLLOW: how long to wait for a screen */
	struct place prompt_at; /* the line that says so; .line 0 where none does */
	uint32_t problem_count; /* may be more than are kept */
	uint32_t file_problem_count; /* of these, in files */
	uint64_t hash; /* 64-bit FNV-1a over each file's path, length and bytes */
	enum config_switch mode;
	const char *off_by; /* SWITCH_OFF: the first word of the kernel command line that says so */
	const char *not_run_by; /* the word by which mkinitcpio or systemd leaves us out, or NULL */
	struct text text;
	const char *files[CONFIG_MAX_FILES];
	struct rule rules[CONFIG_MAX_RULES];
	struct condition conditions[CONFIG_MAX_CONDITIONS];
	struct problem problems[CONFIG_MAX_PROBLEMS];
};

#endif
