/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Colour on standard output, and nowhere else. It never says anything that the words do not. */
#include "tell/colour.h"

#include <string.h>

static bool coloured;

void colour_use(bool yes)
{
	coloured = yes;
}

bool colour_wanted(enum colour_when when, bool is_terminal, const char *no_color, const char *term)
{
	if (when != COLOUR_AUTO)
		return when == COLOUR_ALWAYS;
	return is_terminal && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

/* ECMA-48 "select graphic rendition", in the eight colours that a terminal's owner may have chosen. */
static const char *code(enum tone tone)
{
	switch (tone) {
	case TONE_GOOD:
		return "\033[32m";
	case TONE_CARE:
		return "\033[33m";
	case TONE_BAD:
		return "\033[31m";
	case TONE_HEAD:
		return "\033[1m";
	case TONE_PLAIN:
		break;
	}
	return "";
}

void tone_begin(FILE *out, enum tone tone)
{
	if (coloured && out == stdout)
		fputs(code(tone), out);
}

void tone_end(FILE *out, enum tone tone)
{
	if (coloured && out == stdout && tone != TONE_PLAIN)
		fputs("\033[m", out);
}
