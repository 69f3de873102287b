/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text in memory that somebody else owns: a buffer that is appended to, or an arena of strings. */
#ifndef EARLYBIND_TEXT_H
#define EARLYBIND_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* start[0..used] is a string; an arena of strings is filled from its end. Nothing is written past size. */
struct text {
	char *start;
	size_t size;
	size_t used;
	bool cut; /* something did not fit */
};

#define TEXT_OVER(buffer) \
	{ \
		.start = (buffer), .size = sizeof(buffer), .used = 0, .cut = false \
	}

/* So much of an arena's last page lies in front of what begins on a page, for the strings of a usual machine. */
#define TEXT_PAGE_START 1024

/* Appends as printf does. What does not fit is left out and marked by cut. */
void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Empties a buffer for the next sentence. */
void text_clear(struct text *text);

/* Copies n bytes into the arena as a string of its own. Returns it, or NULL when the arena is full. */
const char *text_keep(struct text *arena, const char *bytes, size_t n);

/* The known word that a mistyped one, bytes[0..n], was probably meant to be, or NULL. `known` ends with NULL. */
const char *text_near(const char *bytes, size_t n, const char *const *known);

#endif
