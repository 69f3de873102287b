/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NEAR_MOST 15 /* letters of a word that is worth comparing */

void text_add(struct text *text, const char *format, ...)
{
	size_t room = text->size - text->used;
	va_list arguments;
	int wanted;

	va_start(arguments, format);
	wanted = vsnprintf(text->start + text->used, room, format, arguments);
	va_end(arguments);
	if (wanted < 0 || (size_t)wanted >= room) {
		text->used = text->size ? text->size - 1 : 0;
		text->cut = true;
		return;
	}
	text->used += (size_t)wanted;
}

void text_clear(struct text *text)
{
	text->used = 0;
	text->cut = false;
	if (text->size)
		text->start[0] = '\0';
}

const char *text_keep(struct text *arena, const char *bytes, size_t n)
{
	char *kept;

	if (n >= arena->size - arena->used) {
		arena->cut = true;
		return NULL;
	}
	kept = arena->start + arena->size - arena->used - n - 1;
	memcpy(kept, bytes, n);
	kept[n] = '\0';
	arena->used += n + 1;
	return kept;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* How many letters must be added, dropped, changed or swapped with the next to make b of a, capitals aside.
 * Both have at most NEAR_MOST. */
static unsigned distance(const char *a, size_t n, const char *b)
{
	unsigned rows[NEAR_MOST + 1][NEAR_MOST + 1];
	size_t m = strlen(b);

	for (size_t i = 0; i <= n; i++) {
		for (size_t j = 0; j <= m; j++) {
			unsigned best = (unsigned)(i + j);
			unsigned change = i > 0 && j > 0 && lower(a[i - 1]) != b[j - 1];

			if (i > 0 && rows[i - 1][j] + 1 < best)
				best = rows[i - 1][j] + 1;
			if (j > 0 && rows[i][j - 1] + 1 < best)
				best = rows[i][j - 1] + 1;
			if (i > 0 && j > 0 && rows[i - 1][j - 1] + change < best)
				best = rows[i - 1][j - 1] + change;
			if (i > 1 && j > 1 && lower(a[i - 1]) == b[j - 2] &&
			    lower(a[i - 2]) == b[j - 1] && rows[i - 2][j - 2] + 1 < best)
				best = rows[i - 2][j - 2] + 1;
			rows[i][j] = best;
		}
	}
	return rows[n][m];
}

const char *text_near(const char *bytes, size_t n, const char *const *known)
{
	const char *near = NULL;
	unsigned nearest = 3;

	for (; *known; known++) {
		unsigned most = strlen(*known) > 4 ? 2 : 1;
		unsigned away;

		if (n > NEAR_MOST || strlen(*known) > NEAR_MOST)
			continue;
		away = distance(bytes, n, *known);
		/* Two letters out of three, or it is another word. */
		if (away <= most && away < nearest && n + 1 > 2 * (size_t)away) {
			near = *known;
			nearest = away;
		}
	}
	return near;
}
