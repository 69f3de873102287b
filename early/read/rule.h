/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One rule, put together from the words of a file's line or of the kernel command line. Pure. */
#ifndef EARLYBIND_RULE_H
#define EARLYBIND_RULE_H

#include "config.h"

/* A word, and where it stands. */
struct word {
	const char *bytes;
	size_t n;
	struct place at;
};

/* A rule that is being read. */
struct rule_reader {
	struct config *config;
	struct rule rule;
	unsigned seen; /* a bit for each kind of condition, and for each modifier */
	bool positive; /* a condition without `not` was there */
	bool broken; /* something was wrong: it will not become a rule */
};

/* What a word can be, where a rule wants its next one. */
enum term {
	TERM_NONE, /* nothing that is known */
	TERM_NOT,
	TERM_CONDITION, /* a condition that wants a value */
	TERM_BOOT_DISPLAY, /* the one that wants none */
	TERM_DRIVER,
	TERM_FLAG, /* early, force */
};

/* What this word is; for TERM_CONDITION also which one. */
enum term rule_term(const struct word *word, enum condition_kind *kind);

void rule_begin(struct rule_reader *reader, struct config *config, enum rule_verb verb,
		struct place at);

/* Each adds what it is given to the rule, or records what is wrong with it. `key` is the word that names the
 * condition or modifier, `value` the one behind it. */
void rule_condition(struct rule_reader *reader, enum condition_kind kind, bool negated,
		    const struct word *key, const struct word *value);
void rule_boot_display(struct rule_reader *reader, bool negated, const struct word *key);
void rule_driver(struct rule_reader *reader, const struct word *key, const struct word *value);
void rule_flag(struct rule_reader *reader, const struct word *key);

/* Records a mistake in the rule; `n` of its bytes are shown. */
void rule_problem(struct rule_reader *reader, enum problem_kind kind, struct place at,
		  const char *found, size_t n, const char *instead);

/* The word of a rule that an unknown one was probably meant to be, or NULL. */
const char *rule_near(const struct word *word);

/* Records that a word is not what can stand there, with the known word that is near it. */
void rule_unknown_word(struct rule_reader *reader, const struct word *word);

/* Ends the rule, whose text is text[0..n]; `end` is where more would have stood. Returns whether it became one
 * of config->rules. */
bool rule_end(struct rule_reader *reader, const char *text, size_t n, struct place end);

/* Whether the word is this one. */
bool word_is(const struct word *word, const char *known);

/* Makes *config empty: no rule, no problem, switched on. */
void config_begin(struct config *config);

/* Records a mistake; found[0..n] is kept, and so is `instead` unless it is NULL or "". Returns it, or NULL where there are
 * too many to keep. */
struct problem *config_add_problem(struct config *config, enum problem_kind kind, struct place at,
				   const char *found, size_t n, const char *instead);

#endif
