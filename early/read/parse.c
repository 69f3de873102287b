/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/parse.h"

#include <string.h>

#include "read/rule.h"

#define PROMPT_SECONDS 8
#define PROMPT_SECONDS_MOST 60

/* A line as it is being read. */
struct line {
	struct config *config;
	const char *bytes;
	size_t n;
	size_t at;
	uint16_t file;
	uint32_t number;
};

static const char *const verbs[] = { "bind", "keep", "prompt", NULL };
static const char *const prompts[] = { "wait", "follow", NULL };

static struct place place_in(const struct line *line, size_t offset)
{
	return (struct place){ line->file, line->number, (uint32_t)offset + 1 };
}

static void add_problem(const struct line *line, enum problem_kind kind, size_t offset, size_t n)
{
	config_add_problem(line->config, kind, place_in(line, offset), line->bytes + offset, n,
			   NULL);
}

static void add_problem_of_word(const struct line *line, enum problem_kind kind,
				const struct word *word, const char *instead)
{
	if (word->n > 0 && word->bytes[word->n - 1] == '\\') {
		add_problem(line, PROBLEM_CONTINUATION, line->at - 1, 1);
		return;
	}
	config_add_problem(line->config, kind, word->at, word->bytes, word->n, instead);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The next word of the line, up to a blank; of no bytes, and at the line's end, where there is none. */
static struct word next_word(struct line *line)
{
	struct word word;
	size_t start;

	while (line->at < line->n && is_blank(line->bytes[line->at]))
		line->at++;
	start = line->at;
	while (line->at < line->n && !is_blank(line->bytes[line->at]))
		line->at++;
	word = (struct word){ line->bytes + start, line->at - start, place_in(line, start) };
	return word;
}

/* The word behind `not`: a condition, or a mistake. */
static bool read_negated(struct line *line, struct rule_reader *reader, const struct word *not_word)
{
	struct word key = next_word(line);
	enum condition_kind kind = CONDITION_SLOT;
	struct word value;

	switch (key.n ? rule_term(&key, &kind) : TERM_NONE) {
	case TERM_CONDITION:
		value = next_word(line);
		rule_condition(reader, kind, true, &key, &value);
		return true;
	case TERM_BOOT_DISPLAY:
		rule_boot_display(reader, true, &key);
		return true;
	case TERM_NONE:
		if (key.n) {
			rule_unknown_word(reader, &key);
			return false;
		}
		rule_problem(reader, PROBLEM_NOT_WHAT, key.at, not_word->bytes, not_word->n, NULL);
		return false;
	default:
		rule_problem(reader, PROBLEM_NOT_WHAT, key.at, key.bytes, key.n, NULL);
		return false;
	}
}

/* Reads one term. Returns whether the line can be read on behind it: an unknown word may have swallowed anything. */
static bool read_term(struct line *line, struct rule_reader *reader, const struct word *key)
{
	enum condition_kind kind = CONDITION_SLOT;
	struct word value;

	switch (rule_term(key, &kind)) {
	case TERM_NOT:
		return read_negated(line, reader, key);
	case TERM_CONDITION:
		value = next_word(line);
		rule_condition(reader, kind, false, key, &value);
		return true;
	case TERM_BOOT_DISPLAY:
		rule_boot_display(reader, false, key);
		return true;
	case TERM_DRIVER:
		value = next_word(line);
		rule_driver(reader, key, &value);
		return true;
	case TERM_FLAG:
		rule_flag(reader, key);
		return true;
	case TERM_NONE:
		break;
	}
	rule_unknown_word(reader, key);
	return false;
}

static void parse_rule(struct line *line, const struct word *verb)
{
	size_t start = (size_t)(verb->bytes - line->bytes);
	struct rule_reader reader;
	struct word word;
	size_t end = line->n;

	rule_begin(&reader, line->config, verb->bytes[0] == 'b' ? RULE_BIND : RULE_KEEP, verb->at);
	word = next_word(line);
	if (word_is(&word, "card") || word_is(&word, "cards")) {
		reader.rule.scope = word.n == strlen("card") ? SCOPE_CARD : SCOPE_CARDS;
		word = next_word(line);
	}
	while (word.n && read_term(line, &reader, &word))
		word = next_word(line);
	while (is_blank(line->bytes[end - 1]))
		end--;
	rule_end(&reader, line->bytes + start, end - start, place_in(line, end));
}

/* Seconds from 1 to 60, decimal. Returns 0 for anything else. */
static uint8_t read_seconds(const struct word *word)
{
	unsigned seconds = 0;

	for (size_t i = 0; i < word->n; i++) {
		if (word->bytes[i] < '0' || word->bytes[i] > '9' || seconds > PROMPT_SECONDS_MOST)
			return 0;
		seconds = seconds * 10 + (unsigned)(word->bytes[i] - '0');
	}
	return (uint8_t)(seconds <= PROMPT_SECONDS_MOST ? seconds : 0);
}

static void parse_prompt(struct line *line, const struct word *verb)
{
	struct config *config = line->config;
	struct word mode = next_word(line);
	struct word seconds;
	uint8_t wanted = PROMPT_SECONDS;
	bool follow = word_is(&mode, "follow");

	if (!follow && !word_is(&mode, "wait")) {
		add_problem_of_word(line, PROBLEM_PROMPT_MODE, &mode,
				    text_near(mode.bytes, mode.n, prompts));
		return;
	}
	seconds = next_word(line);
	if (follow && seconds.n) {
		wanted = read_seconds(&seconds);
		if (wanted == 0) {
			add_problem_of_word(line, PROBLEM_PROMPT_SECONDS, &seconds, NULL);
			return;
		}
		seconds = next_word(line);
	}
	if (seconds.n) {
		add_problem_of_word(line, PROBLEM_PROMPT_TRAILING, &seconds, NULL);
		return;
	}
	if (config->prompt_at.line) {
		struct problem *problem = config_add_problem(config, PROBLEM_PROMPT_TWICE, verb->at,
							     verb->bytes, verb->n, NULL);
		if (problem)
			problem->first = config->prompt_at;
		return;
	}
	config->prompt = follow ? PROMPT_FOLLOW : PROMPT_WAIT;
	config->prompt_seconds = follow ? wanted : 0;
	config->prompt_at = verb->at;
}

static void parse_line(struct line *line)
{
	struct word verb = next_word(line);

	if (verb.n == 0)
		return;
	if (word_is(&verb, "bind") || word_is(&verb, "keep"))
		parse_rule(line, &verb);
	else if (word_is(&verb, "prompt"))
		parse_prompt(line, &verb);
	else
		add_problem_of_word(line, PROBLEM_NOT_A_VERB, &verb,
				    text_near(verb.bytes, verb.n, verbs));
}

/* Looks at every byte, comment or not, for what a text file has no business to hold.
 * Cuts the comment off. Returns whether the rest can be read. */
static bool check_bytes(struct line *line)
{
	bool comment = false;
	size_t end = line->n;

	if (line->n > CONFIG_MAX_LINE_BYTES) {
		add_problem(line, PROBLEM_LONG_LINE, CONFIG_MAX_LINE_BYTES, 0);
		return false;
	}
	for (size_t i = 0; i < line->n; i++) {
		unsigned char c = (unsigned char)line->bytes[i];

		if ((c < ' ' && c != '\t') || c == 0x7f) {
			add_problem(line, PROBLEM_CONTROL_BYTE, i, 1);
			return false;
		}
		if (c >= 0x80 && !comment) {
			add_problem(line, PROBLEM_NOT_ASCII, i, 1);
			return false;
		}
		if (c == '#' && !comment) {
			comment = true;
			end = i;
		}
	}
	line->n = end;
	return true;
}

void config_parse(struct config *config, uint16_t file, const char *bytes, size_t n)
{
	static const char mark[] = "\xef\xbb\xbf";
	struct line line = { .config = config, .file = file };
	size_t at = 0;

	if (n >= strlen(mark) && memcmp(bytes, mark, strlen(mark)) == 0)
		at = strlen(mark);
	while (at < n) {
		const char *feed = memchr(bytes + at, '\n', n - at);
		size_t end = feed ? (size_t)(feed - bytes) : n;

		line.number++;
		line.bytes = bytes + at;
		line.n = end - at;
		line.at = 0;
		if (feed && line.n > 0 && line.bytes[line.n - 1] == '\r')
			line.n--;
		if (check_bytes(&line))
			parse_line(&line);
		at = end + 1;
	}
}
