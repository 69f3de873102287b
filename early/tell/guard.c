/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>

#include "tell/tell.h"

/* A file system may be mounted at a name with a newline in it. */
static void print_words(FILE *out, const char *words)
{
	for (; *words; words++)
		fputc(iscntrl((unsigned char)*words) ? '?' : *words, out);
	fputc('\n', out);
}

static void tell_way(FILE *out, const struct guard_fact *fact)
{
	for (uint8_t i = 0; i < fact->steps; i++) {
		const struct guard_step *step = &fact->way[i];

		fprintf(out, "%s" ADDRESS_FORMAT "=%04x:%04x", i ? "/" : "",
			ADDRESS_PARTS(step->at), step->vendor, step->device);
	}
}

void tell_guard(FILE *out, const char *prefix, const struct guard *guard)
{
	static const char *const words[] = { [GUARD_FREE] = "free",
					     [GUARD_USED] = "used",
					     [GUARD_NEEDED] = "needed",
					     [GUARD_ROOT] = "root" };

	if (!guard->there)
		return;
	fprintf(out, "%sguard facts %u lines %u\n", prefix, guard->fact_count, guard->line_count);
	for (uint16_t i = 0; i < guard->fact_count; i++) {
		const struct guard_fact *fact = &guard->facts[i];

		fprintf(out, "%sguard %s ", prefix, words[fact->kind]);
		tell_way(out, fact);
		fputs(fact->what[0] ? " " : "", out);
		print_words(out, fact->what);
	}
	for (uint16_t l = 0; l < guard->line_count; l++) {
		if (guard->lines[l].fact == GUARD_NO_FACT)
			fprintf(out, "%sguard line - ", prefix);
		else
			fprintf(out, "%sguard line %u ", prefix, guard->lines[l].fact);
		print_words(out, guard->lines[l].identity);
	}
}
