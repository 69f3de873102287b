/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tell/scan.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

void scan_put(struct text *out, const char *bytes, size_t n)
{
	if (n >= out->size - out->used) {
		out->cut = true;
		return;
	}
	memcpy(out->start + out->used, bytes, n);
	out->used += n;
	out->start[out->used] = '\0';
}

void scan_keep(struct scan *scan, size_t n)
{
	scan_put(scan->out, scan->at, n);
	scan->at += n;
}

bool char_is_in(char c, const char *set)
{
	return c && strchr(set, c);
}

bool char_is_word(char c)
{
	return isalnum((unsigned char)c);
}

bool scan_begins(const struct scan *scan)
{
	return scan->at == scan->start || !char_is_word(scan->at[-1]);
}

bool scan_ends(const struct scan *scan, size_t n)
{
	return scan->at + n == scan->end || !char_is_word(scan->at[n]);
}

bool scan_at_field(const struct scan *scan)
{
	return scan->at == scan->start || isspace((unsigned char)scan->at[-1]) ||
	       char_is_in(scan->at[-1], "=\"'");
}

void scan_look_around(struct scan *scan)
{
	const char c = *scan->at;

	if (scan->at == scan->start || isspace((unsigned char)scan->at[-1]))
		scan->field = scan->at;
	if (c == '\n' || c == scan->quote)
		scan->quote = '\0';
	else if (!scan->quote && char_is_in(c, "\"'") &&
		 (scan->at == scan->field || scan->at[-1] == '='))
		scan->quote = c;
}

size_t scan_from(const struct scan *scan, size_t from, const char *set)
{
	size_t n = from;

	while (scan->at + n < scan->end && !isspace((unsigned char)scan->at[n]) &&
	       !char_is_in(scan->at[n], set))
		n++;
	return n - from;
}

size_t scan_until(const struct scan *scan, const char *set)
{
	return scan_from(scan, 0, set);
}

size_t scan_to_quote(const struct scan *scan, char quote)
{
	size_t n = 0;

	while (scan->at + n < scan->end && scan->at[n] != quote && scan->at[n] != '\n')
		n++;
	return n && scan->at[n - 1] == '\\' ? n - 1 : n;
}

size_t scan_quoted(struct scan *scan, const char *set)
{
	const char quote = scan->at < scan->end && char_is_in(*scan->at, "\"'") ? *scan->at : '\0';

	if (!quote)
		return scan_until(scan, set);
	scan_keep(scan, 1);
	return scan_to_quote(scan, quote);
}

bool scan_has(const struct scan *scan, const char *text)
{
	size_t n = strlen(text);

	return (size_t)(scan->end - scan->at) >= n && strncasecmp(scan->at, text, n) == 0;
}
