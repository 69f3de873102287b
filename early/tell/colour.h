/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EARLYBIND_COLOUR_H
#define EARLYBIND_COLOUR_H

#include <stdbool.h>
#include <stdio.h>

enum colour_when { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

enum tone {
	TONE_PLAIN,
	TONE_GOOD, /* as asked */
	TONE_CARE, /* not yet */
	TONE_BAD, /* not as asked */
	TONE_HEAD, /* what a paragraph is about */
};

/* Whether standard output is to have colour. COLOUR_AUTO: on a terminal that is not dumb, unless the environment has NO_COLOR and
 * it is not empty (no-color.org). `no_color` and `term` are of the environment, or NULL. */
bool colour_wanted(enum colour_when when, bool is_terminal, const char *no_color, const char *term);

/* From now on what is written to standard output has its tones as colours, or not (as at the start). */
void colour_use(bool yes);

/* Around a few words of one line. */
void tone_begin(FILE *out, enum tone tone);
void tone_end(FILE *out, enum tone tone);

#endif
