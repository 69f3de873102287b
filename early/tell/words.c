/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
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

/* A program may have any name, and a file any text. */
static void print_bytes(FILE *out, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fputc(iscntrl((unsigned char)bytes[i]) ? '?' : bytes[i], out);
}

static void break_line(FILE *out, size_t column)
{
	fprintf(out, "\n%*s", (int)column, "");
}

void tell_words(FILE *out, const char *head, const char *words)
{
	const size_t column = columns_of(head, strlen(head));
	size_t at = column;

	if (!*words)
		return;
	print_bytes(out, head, strlen(head));
	while (*words) {
		size_t n = strcspn(words, " ");
		size_t width = columns_of(words, n);

		if (at > column && at + 1 + width > COLUMNS) {
			break_line(out, column);
			at = column;
		} else if (at > column) {
			fputc(' ', out);
			at++;
		}
		while (at + width > COLUMNS && n > 1) {
			size_t fits = 1;

			while (fits < n && at + columns_of(words, fits + 1) <= COLUMNS)
				fits++;
			print_bytes(out, words, fits);
			break_line(out, column);
			words += fits;
			n -= fits;
			width = columns_of(words, n);
			at = column;
		}
		print_bytes(out, words, n);
		at += width;
		words += n + strspn(words + n, " ");
	}
	fputc('\n', out);
}
