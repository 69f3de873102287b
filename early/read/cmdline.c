/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/cmdline.h"

#include <string.h>

#include "read/parse.h"
#include "read/selector.h"

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

static void switch_off(struct config *config)
{
	config->mode = SWITCH_OFF;
}

/* Whether a choice is one that the manual has, and this version does not know: card+…, key=value, boot-display. */
static bool is_for_later(const char *bytes, size_t n)
{
	static const char *const words[] = { "boot-display", "not-boot-display" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (n == strlen(words[i]) && memcmp(bytes, words[i], n) == 0)
			return true;
	return memchr(bytes, '+', n) || memchr(bytes, '=', n);
}

/* Reads one choice. Returns whether it became a rule. */
static bool read_choice(struct config *config, const struct parameter *parameter,
			enum rule_verb verb, size_t start, size_t end)
{
	struct rule rule = { .verb = verb, .at = place_of(parameter, start) };
	const char *bytes = parameter->bytes + start;
	struct selector_error error;

	if (is_for_later(bytes, end - start)) {
		config_add_problem(config, PROBLEM_NOT_YET, rule.at, bytes, end - start, NULL);
		return false;
	}
	if (!selector_read_slot(bytes, end - start, &rule.slot, &error)) {
		config_add_problem(config, error.kind, place_of(parameter, start + error.offset),
				   bytes + error.offset, error.length, error.instead);
		return false;
	}
	rule.text = text_keep(&config->text, parameter->bytes, parameter->n);
	return config_add_rule(config, &rule);
}

/* earlybind.bind= and earlybind.keep=: slots with commas between them. */
static void read_choices(struct config *config, const struct parameter *parameter,
			 enum rule_verb verb)
{
	size_t start = parameter->value;

	while (start <= parameter->n) {
		const char *comma = memchr(parameter->bytes + start, ',', parameter->n - start);
		size_t end = comma ? (size_t)(comma - parameter->bytes) : parameter->n;

		if (!read_choice(config, parameter, verb, start, end) && verb == RULE_KEEP)
			switch_off(config);
		start = end + 1;
	}
}

static void read_switch(struct config *config, const struct parameter *parameter)
{
	if (has_value(parameter, "plan")) {
		if (config->mode == SWITCH_ON)
			config->mode = SWITCH_PLAN;
		return;
	}
	if (!has_value(parameter, "off"))
		config_add_problem(config, PROBLEM_OFF_WORD, place_of(parameter, parameter->value),
				   parameter->bytes + parameter->value,
				   parameter->n - parameter->value, NULL);
	switch_off(config);
}

void cmdline_read(struct config *config, const char *command_line)
{
	struct parameter parameter;
	size_t at = 0;

	while (next_parameter(command_line, &at, &parameter)) {
		if (same_name(&parameter, "earlybind") || is_word(&parameter, "earlybind"))
			read_switch(config, &parameter);
		else if (same_name(&parameter, "earlybind.bind") ||
			 is_word(&parameter, "earlybind.bind"))
			read_choices(config, &parameter, RULE_BIND);
		else if (same_name(&parameter, "earlybind.keep") ||
			 is_word(&parameter, "earlybind.keep"))
			read_choices(config, &parameter, RULE_KEEP);
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
