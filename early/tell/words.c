/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tell/tell.h"

#define COLUMNS 100

/* Columns that a piece of UTF-8 takes, as far as a terminal's fonts are simple. */
static size_t columns_of(const char *bytes, size_t n)
{
	size_t columns = 0;

	for (size_t i = 0; i < n; i++)
		columns += ((unsigned char)bytes[i] & 0xc0) != 0x80;
	return columns;
}

void tell_words(FILE *out, size_t column, const char *words)
{
	size_t at = column;

	if (!*words)
		return;
	while (*words) {
		size_t n = strcspn(words, " ");
		size_t width = columns_of(words, n);

		if (at > column && at + 1 + width > COLUMNS) {
			fprintf(out, "\n%*s", (int)column, "");
			at = column;
		} else if (at > column) {
			fputc(' ', out);
			at++;
		}
		while (at + width > COLUMNS) {
			size_t fits = 0;

			do
				fits++;
			while (fits < n && at + columns_of(words, fits + 1) <= COLUMNS);
			fprintf(out, "%.*s\n%*s", (int)fits, words, (int)column, "");
			words += fits;
			n -= fits;
			width = columns_of(words, n);
			at = column;
		}
		fprintf(out, "%.*s", (int)n, words);
		at += width;
		words += n + strspn(words + n, " ");
	}
	fputc('\n', out);
}
