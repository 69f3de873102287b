/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Goes through a text from its start to its end, and writes another: what the place at hand stands in, and how far. */
#ifndef EARLYBIND_SCAN_H
#define EARLYBIND_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

struct privates;

/* Where one text is being gone through. */
struct scan {
	struct privates *privates;
	const char *start, *at, *end;
	struct text *out;
	const char *field; /* where the word between blanks begins that the place is in */
	char quote; /* the quote that is open there, or '\0' */
};

/* Appends n bytes; where they have no room, out->cut says so. */
void scan_put(struct text *out, const char *bytes, size_t n);

/* Copies the next n bytes as they are. */
void scan_keep(struct scan *scan, size_t n);

/* Whether a character is one of the set; NUL is in none. */
bool char_is_in(char c, const char *set);

/* Whether it is a letter or a digit. */
bool char_is_word(char c);

/* Whether no word runs into the place at hand, or out of it n bytes behind. */
bool scan_begins(const struct scan *scan);

bool scan_ends(const struct scan *scan, size_t n);

/* Whether a field begins here: an assignment's value, or a word between blanks. */
bool scan_at_field(const struct scan *scan);

/* Sees in which field the place at hand is, and whether in quotes: those open a word or an assignment's value. Any
 * other is of the name that it stands in. */
void scan_look_around(struct scan *scan);

/* How many bytes there are, `from` bytes ahead, before one of the set, or the end of the line. */
size_t scan_from(const struct scan *scan, size_t from, const char *set);

/* The same from the place at hand on. */
size_t scan_until(const struct scan *scan, const char *set);

/* How many bytes there are before a quote, but for a \ that belongs to it, or the end of the line. */
size_t scan_to_quote(const struct scan *scan, char quote);

/* The same, or up to the quote that ends what one has begun, which is left behind. */
size_t scan_quoted(struct scan *scan, const char *set);

/* Whether this text, in whatever case, stands at the place at hand. */
bool scan_has(const struct scan *scan, const char *text);

#endif
