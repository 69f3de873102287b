/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <string.h>

#include "tell/tell.h"

#define COLUMNS 100
#define MOST_INDENT 66 /* behind that there is no room for words */
#define BLANKS " \t"
#define FURTHER "    " /* no line of our own begins so deep */

/* Columns that a piece of UTF-8 takes, as far as a terminal's fonts are simple. */
static size_t columns_of(const char *bytes, size_t n)
{
	size_t columns = 0;

	for (size_t i = 0; i < n; i++)
		columns += ((unsigned char)bytes[i] & 0xc0) != 0x80;
	return columns;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Whether a control character of the second set, U+0080 to U+009F, begins here: some terminals obey those too. */
static bool is_second_control(const char *bytes, size_t n)
{
	return n > 1 && (unsigned char)bytes[0] == 0xc2 && (unsigned char)bytes[1] >= 0x80 &&
	       (unsigned char)bytes[1] <= 0x9f;
}

/* A program may have any name, and a file any text. */
static void print_bytes(FILE *out, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool second = is_second_control(bytes + i, n - i);

		fputc(second || iscntrl((unsigned char)bytes[i]) ? '?' : bytes[i], out);
		i += second;
	}
}

/* The lines that are being written. */
struct lines {
	FILE *out;
	enum tone tone;
	const char
		*next; /* what a further line begins with, or NULL: blanks below the first word */
	size_t column; /* where the words of this line begin */
	size_t further; /* and those of the next */
	size_t at;
};

static void break_line(struct lines *lines)
{
	tone_end(lines->out, lines->tone);
	if (lines->next)
		fprintf(lines->out, "\n%s", lines->next);
	else
		fprintf(lines->out, "\n%*s", (int)lines->further, "");
	lines->at = lines->column = lines->further;
	tone_begin(lines->out, lines->tone);
}

/* Bytes up to the blank where a line may end: what stands between `these`, and a command's options with what is on either side of
 * them, is to be pasted and stays together. */
static size_t piece_length(const char *words)
{
	bool quoted = false;
	size_t begun = 0;
	size_t n = 0;

	while (words[n]) {
		size_t after;

		if (words[n] == '`')
			quoted = !quoted;
		if (!is_blank(words[n++]) || quoted)
			continue;
		after = n + strspn(words + n, BLANKS);
		if ((words[begun] != '-' || strchr(",;.)", words[n - 2])) && words[after] != '-')
			return n - 1;
		begun = n = after;
	}
	return n;
}

/* A word that is longer than a line: all of it but what fits on the last one. */
static const char *print_long_word(struct lines *lines, const char *word, size_t *n)
{
	while (lines->at + columns_of(word, *n) > COLUMNS && *n > 1) {
		size_t fits = 1;

		while (fits < *n && lines->at + columns_of(word, fits + 1) <= COLUMNS)
			fits++;
		print_bytes(lines->out, word, fits);
		break_line(lines);
		word += fits;
		*n -= fits;
	}
	return word;
}

void tell_lines(FILE *out, enum tone tone, const char *head, const char *next, const char *words)
{
	const size_t column = columns_of(head, strlen(head));
	struct lines lines = { out, tone, next, column, column, column };

	if (!*words)
		return;
	if (!next && column > MOST_INDENT)
		lines.next = FURTHER;
	if (lines.next)
		lines.further = columns_of(lines.next, strlen(lines.next));
	print_bytes(out, head, strlen(head));
	tone_begin(out, tone);
	while (*words) {
		size_t n = piece_length(words);

		if (lines.further + columns_of(words, n) > COLUMNS)
			n = strcspn(words, BLANKS);
		if (lines.at > lines.column && lines.at + 1 + columns_of(words, n) > COLUMNS) {
			break_line(&lines);
		} else if (lines.at > lines.column) {
			fputc(' ', out);
			lines.at++;
		}
		words = print_long_word(&lines, words, &n);
		print_bytes(out, words, n);
		lines.at += columns_of(words, n);
		words += n + strspn(words + n, BLANKS);
	}
	tone_end(out, tone);
	fputc('\n', out);
}

void tell_words(FILE *out, const char *head, const char *words)
{
	tell_lines(out, TONE_PLAIN, head, NULL, words);
}

void tell_sentence(FILE *out, enum tone tone, const char *sentence)
{
	tell_lines(out, tone, "", FURTHER, sentence);
}
