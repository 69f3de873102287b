/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/parse.h"

#include <limits.h>
#include <string.h>

#include "read/selector.h"

/* A line as it is being read. */
struct line {
	const char *bytes;
	size_t n;
	size_t at;
	struct place place; /* column is set for each problem */
};

struct word {
	const char *bytes;
	size_t n;
	size_t offset; /* in the line */
};

static const char *const verbs[] = { "bind", "keep", NULL };
static const char *const verbs_not_yet[] = { "prompt", NULL };
static const char *const conditions[] = { "slot", NULL };
static const char *const words_not_yet[] = {
	"card",  "cards",        "not",    "path",  "id",    "subsystem", "class",
	"group", "boot-display", "driver", "early", "force", NULL
};

void config_begin(struct config *config)
{
	config->file_count = 0;
	config->rule_count = 0;
	config->problem_count = 0;
	config->file_problem_count = 0;
	config->hash = CONFIG_HASH_OF_NOTHING;
	config->mode = SWITCH_ON;
	config->text = (struct text)TEXT_OVER(config->text_bytes);
}

void config_add_problem(struct config *config, enum problem_kind kind, struct place at,
			const char *found, size_t n, const char *instead)
{
	struct problem *problem;

	if (at.file != CONFIG_COMMAND_LINE)
		config->file_problem_count++;
	if (config->problem_count++ >= CONFIG_MAX_PROBLEMS)
		return;
	problem = &config->problems[config->problem_count - 1];
	*problem = (struct problem){ .kind = kind,
				     .at = at,
				     .found = text_keep(&config->text, found, n) };
	if (!problem->found)
		problem->found = "";
	if (instead && instead[0])
		problem->instead = text_keep(&config->text, instead, strlen(instead));
}

static void add_problem_at(struct config *config, const struct line *line, enum problem_kind kind,
			   size_t offset, size_t n, const char *instead)
{
	struct place at = line->place;

	at.column = (uint32_t)offset + 1;
	config_add_problem(config, kind, at, line->bytes + offset, n, instead);
}

bool config_add_rule(struct config *config, const struct rule *rule)
{
	if (config->rule_count == CONFIG_MAX_RULES) {
		config_add_problem(config, PROBLEM_MANY_RULES, rule->at, "", 0, NULL);
		return false;
	}
	if (!rule->text) {
		config_add_problem(config, PROBLEM_MUCH_TEXT, rule->at, "", 0, NULL);
		return false;
	}
	config->rules[config->rule_count++] = *rule;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The next word of the line, up to a blank. Returns whether there is one. */
static bool next_word(struct line *line, struct word *word)
{
	while (line->at < line->n && is_blank(line->bytes[line->at]))
		line->at++;
	word->offset = line->at;
	word->bytes = line->bytes + line->at;
	while (line->at < line->n && !is_blank(line->bytes[line->at]))
		line->at++;
	word->n = line->at - word->offset;
	return word->n > 0;
}

static bool is_one_of(const struct word *word, const char *const *known)
{
	for (; *known; known++)
		if (strlen(*known) == word->n && memcmp(*known, word->bytes, word->n) == 0)
			return true;
	return false;
}

#define WORD_MOST 15 /* letters: no known word has more */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* How many letters must be added, dropped, changed or swapped with the next to make b of a, capitals aside. */
static unsigned distance(const char *a, size_t n, const char *b)
{
	unsigned rows[WORD_MOST + 1][WORD_MOST + 1];
	size_t m = strlen(b);

	if (n > WORD_MOST || m > WORD_MOST)
		return UINT_MAX;
	for (size_t i = 0; i <= n; i++) {
		for (size_t j = 0; j <= m; j++) {
			unsigned best = (unsigned)(i + j);

			if (i > 0 && rows[i - 1][j] + 1 < best)
				best = rows[i - 1][j] + 1;
			if (j > 0 && rows[i][j - 1] + 1 < best)
				best = rows[i][j - 1] + 1;
			if (i > 0 && j > 0 &&
			    rows[i - 1][j - 1] + (lower(a[i - 1]) != b[j - 1]) < best)
				best = rows[i - 1][j - 1] + (lower(a[i - 1]) != b[j - 1]);
			if (i > 1 && j > 1 && lower(a[i - 1]) == b[j - 2] &&
			    lower(a[i - 2]) == b[j - 1] && rows[i - 2][j - 2] + 1 < best)
				best = rows[i - 2][j - 2] + 1;
			rows[i][j] = best;
		}
	}
	return rows[n][m];
}

/* The known word that a mistyped one was probably meant to be, or NULL. */
static const char *near_word(const struct word *word, const char *const *known)
{
	for (; *known; known++) {
		unsigned most = strlen(*known) > 4 ? 2 : 1;

		if (word->n > most && distance(word->bytes, word->n, *known) <= most)
			return *known;
	}
	return NULL;
}

/* Says what is wrong with a word that should have been one of `known`. */
static void reject_word(struct config *config, const struct line *line, const struct word *word,
			const char *const *known, const char *const *not_yet,
			enum problem_kind kind)
{
	size_t n = word->n;

	if (word->bytes[n - 1] == '\\')
		return add_problem_at(config, line, PROBLEM_CONTINUATION, word->offset + n - 1, 1,
				      NULL);
	if (is_one_of(word, not_yet))
		return add_problem_at(config, line, PROBLEM_NOT_YET, word->offset, n, NULL);
	add_problem_at(config, line, kind, word->offset, n, near_word(word, known));
}

/* Reads `slot SLOT` behind the verb. Returns whether the line is a rule. */
static bool read_conditions(struct config *config, struct line *line, struct rule *rule)
{
	bool slot_seen = false;
	struct word word;

	while (next_word(line, &word)) {
		struct selector_error error;

		if (!is_one_of(&word, conditions)) {
			reject_word(config, line, &word, conditions, words_not_yet,
				    PROBLEM_NOT_A_CONDITION);
			return false;
		}
		if (slot_seen) {
			add_problem_at(config, line, PROBLEM_REPEATED, word.offset, word.n, NULL);
			return false;
		}
		if (!next_word(line, &word)) {
			add_problem_at(config, line, PROBLEM_NO_SLOT, line->n, 0, NULL);
			return false;
		}
		if (word.bytes[word.n - 1] == '\\') {
			add_problem_at(config, line, PROBLEM_CONTINUATION, word.offset + word.n - 1,
				       1, NULL);
			return false;
		}
		if (!selector_read_slot(word.bytes, word.n, &rule->slot, &error)) {
			add_problem_at(config, line, error.kind, word.offset + error.offset,
				       error.length, error.instead);
			return false;
		}
		slot_seen = true;
	}
	if (!slot_seen)
		add_problem_at(config, line, PROBLEM_NO_CONDITION, line->n, 0, NULL);
	return slot_seen;
}

static void parse_rule(struct config *config, struct line *line)
{
	struct rule rule = { .at = line->place };
	struct word word;
	size_t end = line->n;

	if (!next_word(line, &word))
		return;
	if (!is_one_of(&word, verbs)) {
		reject_word(config, line, &word, verbs, verbs_not_yet, PROBLEM_NOT_A_VERB);
		return;
	}
	rule.verb = word.bytes[0] == 'b' ? RULE_BIND : RULE_KEEP;
	rule.at.column = (uint32_t)word.offset + 1;
	if (!read_conditions(config, line, &rule))
		return;
	while (is_blank(line->bytes[end - 1]))
		end--;
	rule.text = text_keep(&config->text, line->bytes + word.offset, end - word.offset);
	config_add_rule(config, &rule);
}

/* Looks at every byte, comment or not, for what a text file has no business to hold.
 * Cuts the comment off. Returns whether the rest can be read. */
static bool check_bytes(struct config *config, struct line *line)
{
	bool comment = false;
	size_t end = line->n;

	if (line->n > CONFIG_MAX_LINE_BYTES) {
		add_problem_at(config, line, PROBLEM_LONG_LINE, CONFIG_MAX_LINE_BYTES, 0, NULL);
		return false;
	}
	for (size_t i = 0; i < line->n; i++) {
		unsigned char c = (unsigned char)line->bytes[i];

		if ((c < ' ' && c != '\t') || c == 0x7f) {
			add_problem_at(config, line, PROBLEM_CONTROL_BYTE, i, 1, NULL);
			return false;
		}
		if (c >= 0x80 && !comment) {
			add_problem_at(config, line, PROBLEM_NOT_ASCII, i, 1, NULL);
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
	struct line line = { .place = { .file = file } };
	size_t at = 0;

	if (n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		at = 3;
	while (at < n) {
		const char *feed = memchr(bytes + at, '\n', n - at);
		size_t end = feed ? (size_t)(feed - bytes) : n;

		line.place.line++;
		line.bytes = bytes + at;
		line.n = end - at;
		line.at = 0;
		if (feed && line.n > 0 && line.bytes[line.n - 1] == '\r')
			line.n--;
		if (check_bytes(config, &line))
			parse_rule(config, &line);
		at = end + 1;
	}
}
