/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/rule.h"

#include <string.h>

#include "read/selector.h"

/* FNV-1a's offset basis: the hash before the first byte. */
#define HASH_OF_NOTHING 0xcbf29ce484222325u

enum { SEEN_DRIVER = CONDITION_BOOT_DISPLAY + 1, SEEN_EARLY, SEEN_FORCE };

static const char *const terms[] = {
	[CONDITION_SLOT] = "slot",
	[CONDITION_PATH] = "path",
	[CONDITION_ID] = "id",
	[CONDITION_SUBSYSTEM] = "subsystem",
	[CONDITION_CLASS] = "class",
	[CONDITION_GROUP] = "group",
	[CONDITION_BOOT_DISPLAY] = "boot-display",
	"not",
	"driver",
	"early",
	"force",
	"card",
	"cards",
	NULL,
};

void config_begin(struct config *config)
{
	config->file_count = 0;
	config->rule_count = 0;
	config->condition_count = 0;
	config->problem_count = 0;
	config->file_problem_count = 0;
	config->hash = HASH_OF_NOTHING;
	config->mode = SWITCH_ON;
	config->not_run_by = NULL;
	config->prompt = PROMPT_WAIT;
	config->prompt_seconds = 0;
	config->prompt_at = (struct place){ 0 };
	config->text = (struct text)TEXT_OVER(config->text_bytes);
}

struct problem *config_add_problem(struct config *config, enum problem_kind kind, struct place at,
				   const char *found, size_t n, const char *instead)
{
	struct problem *problem;

	if (at.file != CONFIG_COMMAND_LINE)
		config->file_problem_count++;
	if (config->problem_count++ >= CONFIG_MAX_PROBLEMS)
		return NULL;
	problem = &config->problems[config->problem_count - 1];
	*problem = (struct problem){ .kind = kind, .at = at };
	problem->found = text_keep(&config->text, found, n);
	if (!problem->found)
		problem->found = "";
	if (instead && instead[0])
		problem->instead = text_keep(&config->text, instead, strlen(instead));
	return problem;
}

bool word_is(const struct word *word, const char *known)
{
	return strlen(known) == word->n && memcmp(known, word->bytes, word->n) == 0;
}

enum term rule_term(const struct word *word, enum condition_kind *kind)
{
	for (unsigned k = 0; k < CONDITION_BOOT_DISPLAY; k++) {
		if (word_is(word, terms[k])) {
			*kind = (enum condition_kind)k;
			return TERM_CONDITION;
		}
	}
	if (word_is(word, terms[CONDITION_BOOT_DISPLAY]))
		return TERM_BOOT_DISPLAY;
	if (word_is(word, "not"))
		return TERM_NOT;
	if (word_is(word, "driver"))
		return TERM_DRIVER;
	if (word_is(word, "early") || word_is(word, "force"))
		return TERM_FLAG;
	return TERM_NONE;
}

void rule_begin(struct rule_reader *reader, struct config *config, enum rule_verb verb,
		struct place at)
{
	*reader = (struct rule_reader){
		.config = config,
		.rule = { .verb = verb, .at = at, .first = config->condition_count },
	};
}

void rule_problem(struct rule_reader *reader, enum problem_kind kind, struct place at,
		  const char *found, size_t n, const char *instead)
{
	reader->broken = true;
	config_add_problem(reader->config, kind, at, found, n, instead);
}

const char *rule_near(const struct word *word)
{
	return text_near(word->bytes, word->n, terms);
}

static void problem_of_word(struct rule_reader *reader, enum problem_kind kind,
			    const struct word *word)
{
	rule_problem(reader, kind, word->at, word->bytes, word->n, NULL);
}

void rule_unknown_word(struct rule_reader *reader, const struct word *word)
{
	const char *near;

	if (word->bytes[word->n - 1] == '\\') {
		struct place at = word->at;

		at.column += (uint32_t)word->n - 1;
		rule_problem(reader, PROBLEM_CONTINUATION, at, "\\", 1, NULL);
		return;
	}
	if (word_is(word, "card") || word_is(word, "cards")) {
		problem_of_word(reader, PROBLEM_LATE_CARD, word);
		return;
	}
	near = rule_near(word);
	/* A second value: `id 10de:1f08 10de:10f9`. */
	if (!near && reader->seen && memchr(word->bytes, ':', word->n)) {
		problem_of_word(reader, PROBLEM_LIST, word);
		return;
	}
	rule_problem(reader, PROBLEM_NOT_A_TERM, word->at, word->bytes, word->n, near);
}

/* Marks what may stand once only. Returns whether this is the first. */
static bool first_time(struct rule_reader *reader, unsigned bit, const struct word *key)
{
	bool first = !(reader->seen & 1u << bit);

	reader->seen |= 1u << bit;
	if (!first)
		problem_of_word(reader, PROBLEM_REPEATED, key);
	return first;
}

/* Records what a selector said of its value. */
static void problem_of_value(struct rule_reader *reader, const struct word *value,
			     const struct selector_error *error)
{
	struct place at = value->at;

	at.column += (uint32_t)error->offset;
	rule_problem(reader, error->kind, at, value->bytes + error->offset, error->length,
		     error->instead);
}

static bool ends_with_backslash(struct rule_reader *reader, const struct word *value)
{
	if (value->n == 0 || value->bytes[value->n - 1] != '\\')
		return false;
	rule_unknown_word(reader, value);
	return true;
}

static void add_condition(struct rule_reader *reader, const struct condition *condition,
			  const struct word *key)
{
	struct config *config = reader->config;

	if (!condition->negated) {
		reader->positive = true;
		if (!first_time(reader, condition->kind, key))
			return;
	}
	if (config->condition_count == CONFIG_MAX_CONDITIONS) {
		problem_of_word(reader, PROBLEM_MANY_CONDITIONS, key);
		return;
	}
	config->conditions[config->condition_count++] = *condition;
	reader->rule.count++;
}

static bool read_value(const struct word *value, struct condition *condition,
		       struct selector_error *error)
{
	switch (condition->kind) {
	case CONDITION_SLOT:
		return selector_read_slot(value->bytes, value->n, &condition->slot, error);
	case CONDITION_PATH:
		return selector_read_path(value->bytes, value->n, &condition->path, error);
	case CONDITION_ID:
		return selector_read_id(value->bytes, value->n, &condition->id, error);
	case CONDITION_SUBSYSTEM:
		return selector_read_subsystem(value->bytes, value->n, &condition->id, error);
	case CONDITION_CLASS:
		return selector_read_class(value->bytes, value->n, &condition->class, error);
	case CONDITION_GROUP:
		return selector_read_group(value->bytes, value->n, &condition->slot, error);
	case CONDITION_BOOT_DISPLAY:
		break;
	}
	return true;
}

void rule_condition(struct rule_reader *reader, enum condition_kind kind, bool negated,
		    const struct word *key, const struct word *value)
{
	struct condition condition = { .kind = kind, .negated = negated };
	struct selector_error error;

	if (value->n == 0) {
		rule_problem(reader, PROBLEM_NO_VALUE, value->at, key->bytes, key->n, NULL);
		return;
	}
	if (ends_with_backslash(reader, value))
		return;
	if (!read_value(value, &condition, &error)) {
		reader->seen |= negated ? 0 : 1u << kind;
		reader->positive |= !negated;
		problem_of_value(reader, value, &error);
		return;
	}
	add_condition(reader, &condition, key);
}

void rule_boot_display(struct rule_reader *reader, bool negated, const struct word *key)
{
	add_condition(reader,
		      &(struct condition){ .kind = CONDITION_BOOT_DISPLAY, .negated = negated },
		      key);
}

void rule_driver(struct rule_reader *reader, const struct word *key, const struct word *value)
{
	struct selector_error error;

	if (reader->rule.verb == RULE_KEEP) {
		problem_of_word(reader, PROBLEM_MODIFIER_OF_KEEP, key);
		return;
	}
	if (value->n == 0) {
		rule_problem(reader, PROBLEM_NO_VALUE, value->at, key->bytes, key->n, NULL);
		return;
	}
	if (ends_with_backslash(reader, value) || !first_time(reader, SEEN_DRIVER, key))
		return;
	if (!selector_read_driver(value->bytes, value->n, &error)) {
		problem_of_value(reader, value, &error);
		return;
	}
	reader->rule.driver = text_keep(&reader->config->text, value->bytes, value->n);
	if (!reader->rule.driver)
		problem_of_word(reader, PROBLEM_MUCH_TEXT, value);
}

void rule_flag(struct rule_reader *reader, const struct word *key)
{
	bool early = word_is(key, "early");

	if (reader->rule.verb == RULE_KEEP)
		problem_of_word(reader, PROBLEM_MODIFIER_OF_KEEP, key);
	else if (first_time(reader, early ? SEEN_EARLY : SEEN_FORCE, key))
		*(early ? &reader->rule.early : &reader->rule.force) = true;
}

bool rule_end(struct rule_reader *reader, const char *text, size_t n, struct place end)
{
	struct config *config = reader->config;
	bool none = reader->rule.count == 0;

	if (!reader->broken && none)
		rule_problem(reader, PROBLEM_NO_CONDITION, end, "", 0, NULL);
	else if (!reader->broken && reader->rule.verb == RULE_BIND && !reader->positive)
		rule_problem(reader, PROBLEM_ONLY_NOT, end, "", 0, NULL);
	else if (!reader->broken && config->rule_count == CONFIG_MAX_RULES)
		rule_problem(reader, PROBLEM_MANY_RULES, reader->rule.at, "", 0, NULL);
	if (!reader->broken) {
		reader->rule.text = text_keep(&config->text, text, n);
		if (!reader->rule.text)
			rule_problem(reader, PROBLEM_MUCH_TEXT, reader->rule.at, "", 0, NULL);
	}
	if (reader->broken) {
		config->condition_count = reader->rule.first;
		return false;
	}
	config->rules[config->rule_count++] = reader->rule;
	return true;
}
