/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/cmdline.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "read/rule.h"

/* A parameter as next_arg (lib/cmdline.c) cuts it: blanks inside double quotes belong to it. */
struct parameter {
	const char *bytes;
	size_t n;
	size_t value; /* offset behind the `=`; n where there is none */
	size_t offset; /* on the command line */
};

static bool next_parameter(const char *line, size_t *at, struct parameter *parameter)
{
	bool quoted = false;
	size_t end;

	while (line[*at] == ' ' || line[*at] == '\t' || line[*at] == '\n')
		(*at)++;
	if (!line[*at])
		return false;
	for (end = *at; line[end]; end++) {
		if (!quoted && (line[end] == ' ' || line[end] == '\t' || line[end] == '\n'))
			break;
		if (line[end] == '"')
			quoted = !quoted;
	}
	parameter->offset = *at;
	*at = end;
	if (line[parameter->offset] == '"') {
		parameter->offset++;
		if (end > parameter->offset && line[end - 1] == '"')
			end--;
	}
	parameter->bytes = line + parameter->offset;
	parameter->n = end - parameter->offset;
	parameter->value = parameter->n;
	for (size_t i = 0; i < parameter->n; i++) {
		if (parameter->bytes[i] == '=') {
			parameter->value = i + 1;
			break;
		}
	}
	/* NAME="value" */
	if (parameter->value < parameter->n && parameter->bytes[parameter->value] == '"') {
		parameter->value++;
		if (parameter->n > parameter->value && parameter->bytes[parameter->n - 1] == '"')
			parameter->n--;
	}
	return true;
}

static bool same_name(const struct parameter *parameter, const char *name)
{
	size_t n = strlen(name);

	if (parameter->value <= n)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = parameter->bytes[i] == '-' ? '_' : parameter->bytes[i];

		if (c != (name[i] == '-' ? '_' : name[i]))
			return false;
	}
	return parameter->bytes[n] == '=';
}

static bool is_word(const struct parameter *parameter, const char *word)
{
	return parameter->n == strlen(word) && memcmp(parameter->bytes, word, parameter->n) == 0;
}

/* With a value, or without: that it is left out is a mistake to be told. */
static bool is_named(const struct parameter *parameter, const char *name)
{
	return same_name(parameter, name) || is_word(parameter, name);
}

static bool has_value(const struct parameter *parameter, const char *value)
{
	size_t n = parameter->n - parameter->value;

	return n == strlen(value) && memcmp(parameter->bytes + parameter->value, value, n) == 0;
}

static struct place place_of(const struct parameter *parameter, size_t offset)
{
	return (struct place){ .file = CONFIG_COMMAND_LINE,
			       .line = 1,
			       .column = (uint32_t)(parameter->offset + offset) + 1 };
}

/* Cuts `length` bytes off the front of a word. */
static struct word behind(const struct word *word, size_t length)
{
	struct word rest = *word;

	rest.bytes += length;
	rest.n -= length;
	rest.at.column += (uint32_t)length;
	return rest;
}

/* Takes the next part of a choice, up to a `+`, off its front. Returns whether another one follows. */
static bool next_part(struct word *rest, struct word *part)
{
	const char *plus = memchr(rest->bytes, '+', rest->n);
	size_t n = plus ? (size_t)(plus - rest->bytes) : rest->n;

	*part = *rest;
	part->n = n;
	*rest = behind(rest, plus ? n + 1 : n);
	return plus != NULL;
}

/* Whether a word is meant for a slot, well written or not: it has a separator, or is a number. */
static bool looks_like_slot(const struct word *word)
{
	bool number = true;

	for (size_t i = 0; i < word->n; i++) {
		if (strchr(":./_", word->bytes[i]))
			return true;
		number &= word->bytes[i] == '*' || isxdigit((unsigned char)word->bytes[i]) != 0;
	}
	return number;
}

/* Reads [not-]key[=value], or a slot alone. */
static void read_part(struct rule_reader *reader, const struct word *part)
{
	bool negated = part->n > 4 && memcmp(part->bytes, "not-", 4) == 0;
	struct word key = negated ? behind(part, 4) : *part;
	const char *equals = memchr(key.bytes, '=', key.n);
	struct word value = behind(&key, equals ? (size_t)(equals - key.bytes) + 1 : key.n);
	struct word slot_key = { "slot", 4, part->at };
	enum condition_kind kind = CONDITION_SLOT;
	enum term term;

	if (equals)
		key.n = (size_t)(equals - key.bytes);
	term = rule_term(&key, &kind);
	if (part->n == 0)
		rule_problem(reader, PROBLEM_CHOICE_WORD, part->at, "", 0, NULL);
	else if (term == TERM_CONDITION && equals)
		rule_condition(reader, kind, negated, &key, &value);
	else if (term == TERM_BOOT_DISPLAY && !equals)
		rule_boot_display(reader, negated, &key);
	else if (term == TERM_DRIVER && equals && !negated)
		rule_driver(reader, &key, &value);
	else if (term == TERM_FLAG && !equals && !negated)
		rule_flag(reader, &key);
	else if (!equals && !negated && looks_like_slot(&key))
		rule_condition(reader, CONDITION_SLOT, false, &slot_key, &key);
	else
		rule_problem(reader, PROBLEM_CHOICE_WORD, part->at, part->bytes, part->n,
			     term == TERM_NONE ? rule_near(&key) : NULL);
}

/* Reads one choice. Returns whether it became a rule. */
static bool read_choice(struct config *config, struct word choice, enum rule_verb verb,
			const struct parameter *parameter)
{
	struct word rest = choice;
	struct rule_reader reader;
	struct word part;
	bool more;

	rule_begin(&reader, config, verb, choice.at);
	more = next_part(&rest, &part);
	if (word_is(&part, "card") || word_is(&part, "cards")) {
		reader.rule.scope = part.n == strlen("card") ? SCOPE_CARD : SCOPE_CARDS;
		part.n = 0;
	}
	if (part.n || !more)
		read_part(&reader, &part);
	while (more) {
		more = next_part(&rest, &part);
		read_part(&reader, &part);
	}
	/* Of several choices each is a line by itself. */
	if (memchr(parameter->bytes, ',', parameter->n)) {
		char line[CONFIG_MAX_LINE_BYTES];

		snprintf(line, sizeof(line), "%.*s%.*s", (int)parameter->value, parameter->bytes,
			 (int)choice.n, choice.bytes);
		return rule_end(&reader, line, strlen(line), rest.at);
	}
	return rule_end(&reader, parameter->bytes, parameter->n, rest.at);
}

static void switch_off(struct config *config, const struct parameter *parameter)
{
	if (config->mode != SWITCH_OFF)
		config->off_by = text_keep(&config->text, parameter->bytes, parameter->n);
	config->mode = SWITCH_OFF;
}

/* earlybind.bind= and earlybind.keep=: choices with commas between them. A keep that cannot be read switches off: what its
 * owner wanted to keep might be bound. */
static void read_choices(struct config *config, const struct parameter *parameter,
			 enum rule_verb verb)
{
	size_t start = parameter->value;

	while (start <= parameter->n) {
		const char *comma = memchr(parameter->bytes + start, ',', parameter->n - start);
		size_t end = comma ? (size_t)(comma - parameter->bytes) : parameter->n;
		struct word choice = { parameter->bytes + start, end - start,
				       place_of(parameter, start) };

		if (!read_choice(config, choice, verb, parameter) && verb == RULE_KEEP)
			switch_off(config, parameter);
		start = end + 1;
	}
}

static void read_switch(struct config *config, const struct parameter *parameter)
{
	static const char *const words[] = { "off", "plan", NULL };
	struct word word = { parameter->bytes + parameter->value, parameter->n - parameter->value,
			     place_of(parameter, parameter->value) };

	if (word_is(&word, "plan")) {
		if (config->mode == SWITCH_ON)
			config->mode = SWITCH_PLAN;
		return;
	}
	if (!word_is(&word, "off"))
		config_add_problem(config, PROBLEM_OFF_WORD, word.at, word.bytes, word.n,
				   text_near(word.bytes, word.n, words));
	switch_off(config, parameter);
}

/* Whether the parameter's name begins with ours. */
static bool is_of_ours(const struct parameter *parameter)
{
	static const char ours[] = "earlybind.";

	return parameter->n >= strlen(ours) && memcmp(parameter->bytes, ours, strlen(ours)) == 0;
}

/* A name of ours that is none: it may have been meant to keep something, so that nothing is bound. */
static void reject_name(struct config *config, const struct parameter *parameter)
{
	static const char *const names[] = { "earlybind.bind", "earlybind.keep", NULL };
	size_t n = 0;
	struct word word = { parameter->bytes, 0, place_of(parameter, 0) };

	while (n < parameter->n && parameter->bytes[n] != '=')
		n++;
	word.n = n;
	config_add_problem(config, PROBLEM_OFF_NAME, word.at, word.bytes, word.n,
			   text_near(word.bytes, word.n, names));
	switch_off(config, parameter);
}

/* Whether the parameter's value, names with commas or blanks between them, has this one. */
static bool lists(const struct parameter *parameter, const char *name)
{
	size_t length = strlen(name);

	for (size_t start = parameter->value, at = start; at <= parameter->n; at++) {
		if (at < parameter->n && !strchr(", ", parameter->bytes[at]))
			continue;
		if (at - start == length && memcmp(parameter->bytes + start, name, length) == 0)
			return true;
		start = at + 1;
	}
	return false;
}

/* The switches of those who start earlybind: the one of mkinitcpio's init (mkinitcpio(8)), and the one of systemd in an
 * initramfs, where a name without a suffix is a service's (systemd-debug-generator(8)). */
static bool keeps_from_running(const struct parameter *parameter)
{
	if (same_name(parameter, "disablehooks"))
		return lists(parameter, "earlybind");
	return same_name(parameter, "rd.systemd.mask") &&
	       (has_value(parameter, "earlybind.service") || has_value(parameter, "earlybind"));
}

void cmdline_read(struct config *config, const char *command_line)
{
	struct parameter parameter;
	size_t at = 0;

	while (next_parameter(command_line, &at, &parameter)) {
		if (is_named(&parameter, "earlybind"))
			read_switch(config, &parameter);
		else if (is_named(&parameter, "earlybind.bind"))
			read_choices(config, &parameter, RULE_BIND);
		else if (is_named(&parameter, "earlybind.keep"))
			read_choices(config, &parameter, RULE_KEEP);
		else if (is_of_ours(&parameter))
			reject_name(config, &parameter);
		else if (keeps_from_running(&parameter) && !config->not_run_by)
			config->not_run_by = text_keep(&config->text, parameter.bytes, parameter.n);
	}
}

bool cmdline_asks_for_rescue(const char *command_line)
{
	static const char *const words[] = {
		"single", "s", "S", "1", "rescue", "emergency", "recovery", "-b", "-s",
	};
	static const char *const units[] = {
		"rescue.target",     "emergency.target", "rescue.service",
		"emergency.service", "runlevel1.target",
	};
	struct parameter parameter;
	size_t at = 0;

	while (next_parameter(command_line, &at, &parameter)) {
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (is_word(&parameter, words[i]))
				return true;
		for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
			if (same_name(&parameter, "systemd.unit") &&
			    has_value(&parameter, units[i]))
				return true;
	}
	return false;
}

bool cmdline_says_nomodeset(const char *command_line)
{
	struct parameter parameter;
	size_t at = 0;

	while (next_parameter(command_line, &at, &parameter))
		if (is_word(&parameter, "nomodeset"))
			return true;
	return false;
}

bool cmdline_value(const char *command_line, const char *name, char *value, size_t size)
{
	struct parameter parameter;
	bool found = false;
	size_t at = 0;

	while (next_parameter(command_line, &at, &parameter)) {
		size_t n = parameter.n - parameter.value;

		if (!same_name(&parameter, name) || n >= size)
			continue;
		memcpy(value, parameter.bytes + parameter.value, n);
		value[n] = '\0';
		found = true;
	}
	return found;
}

bool cmdline_has(const char *command_line, const char *word)
{
	struct parameter parameter;
	size_t at = 0;

	while (next_parameter(command_line, &at, &parameter))
		if (is_word(&parameter, word))
			return true;
	return false;
}
