/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read/image.h"

#define PREFIX "guard "

static const struct {
	const char *word;
	enum guard_kind kind;
} kinds[] = {
	{ "free ", GUARD_FREE },
	{ "used ", GUARD_USED },
	{ "needed ", GUARD_NEEDED },
	{ "root ", GUARD_ROOT },
};

/* Reads 0000:02:00.0=144d:a808. */
static bool read_step(char *text, struct guard_step *step)
{
	char *ids = strchr(text, '=');
	int end = 0;

	if (!ids)
		return false;
	*ids++ = '\0';
	return address_read(text, &step->at) && strspn(ids, "0123456789abcdef:") == strlen(ids) &&
	       sscanf(ids, "%4hx:%4hx%n", &step->vendor, &step->device, &end) == 2 && !ids[end];
}

/* Reads the steps of a way, with slashes between them. */
static bool read_way(char *text, struct guard_fact *fact)
{
	char *rest = text;

	fact->steps = 0;
	for (char *step = strsep(&rest, "/"); step; step = strsep(&rest, "/")) {
		if (fact->steps == GUARD_MAX_STEPS || !read_step(step, &fact->way[fact->steps]))
			return false;
		fact->steps++;
	}
	return true;
}

/* Reads WAY, and WHAT behind it. */
static bool read_fact(struct machine *machine, enum guard_kind kind, char *text)
{
	struct guard *guard = &machine->guard;
	struct guard_fact *fact = &guard->facts[guard->fact_count];
	char *what = text;

	strsep(&what, " ");
	what = what ? what : text + strlen(text);
	if (guard->fact_count == GUARD_MAX_FACTS)
		return false;
	fact->kind = kind;
	fact->what = text_keep(&machine->text, what, strlen(what));
	if (!fact->what || !read_way(text, fact))
		return false;
	guard->fact_count++;
	return true;
}

/* Reads the number of a fact, or -, and the line's identity behind it. The facts stand before the lines. */
static bool read_guard_line(struct machine *machine, char *text)
{
	struct guard *guard = &machine->guard;
	struct guard_line *line = &guard->lines[guard->line_count];
	char *identity = text;

	strsep(&identity, " ");
	if (guard->line_count == GUARD_MAX_LINES || !identity)
		return false;
	if (strcmp(text, "-") == 0) {
		line->fact = GUARD_NO_FACT;
	} else {
		char *end;
		unsigned long fact = strtoul(text, &end, 10);

		if (end == text || *end || fact >= guard->fact_count)
			return false;
		line->fact = (uint16_t)fact;
	}
	line->identity = text_keep(&machine->text, identity, strlen(identity));
	guard->line_count = (uint16_t)(guard->line_count + (line->identity != NULL));
	return line->identity;
}

static bool read_guard(struct machine *machine, char *text)
{
	if (strncmp(text, "line ", 5) == 0)
		return read_guard_line(machine, text + 5);
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		if (strncmp(text, kinds[k].word, strlen(kinds[k].word)) == 0)
			return read_fact(machine, kinds[k].kind, text + strlen(kinds[k].word));
	return false;
}

void guard_parse(char *text, struct machine *machine)
{
	struct guard *guard = &machine->guard;
	unsigned facts, lines;
	bool counted = false;
	bool good = true;

	guard->fact_count = guard->line_count = 0;
	for (char *line = strsep(&text, "\n"); line && good; line = strsep(&text, "\n")) {
		if (strncmp(line, PREFIX, strlen(PREFIX)) != 0)
			continue;
		if (sscanf(line, PREFIX "facts %u lines %u", &facts, &lines) == 2)
			counted = true;
		else
			good = read_guard(machine, line + strlen(PREFIX));
	}
	guard->there = good && counted && facts == guard->fact_count && lines == guard->line_count;
}

void guard_read(const struct root *root, struct machine *machine)
{
	char *text;

	if (root_read_briefly(root, IMAGE_FILE, &text) < 0)
		text[0] = '\0';
	guard_parse(text, machine);
}
