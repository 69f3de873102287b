/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard facts of an image, and lines of fields as fstab and mountinfo have them. */
#include "asked.h"

#include "decide/decide.h"
#include "read/guard.h"
#include "read/table.h"

#define TEXT_BYTES 65536

/* What was read of the facts is in range, and comes out again as it went in. */
static void check_guard(void)
{
	const struct guard *guard = &machine.guard;
	char *written = NULL;
	size_t size = 0;
	FILE *out;

	if (!guard->there)
		return;
	MUST(guard->fact_count <= GUARD_MAX_FACTS && guard->line_count <= GUARD_MAX_LINES);
	for (uint16_t i = 0; i < guard->fact_count; i++)
		MUST(guard->facts[i].steps >= 1 && guard->facts[i].steps <= GUARD_MAX_STEPS &&
		     guard->facts[i].what);
	for (uint16_t l = 0; l < guard->line_count; l++)
		MUST(guard->lines[l].identity && (guard->lines[l].fact == GUARD_NO_FACT ||
						  guard->lines[l].fact < guard->fact_count));
	out = open_memstream(&written, &size);
	MUST(out);
	tell_guard(out, "", guard);
	fclose(out);
	{
		uint16_t facts = guard->fact_count, lines = guard->line_count;

		guard_parse(written, &machine);
		MUST(guard->there && guard->fact_count == facts && guard->line_count == lines);
	}
	free(written);
}

/* Nothing that the facts say lets claim take what they call needed. */
static void check_claim(void)
{
	new_config("bind class 01\nbind class 0c03");
	check_plan(MOMENT_CLAIM);
	for (uint16_t d = 0; d < plan.decision_count; d++)
		MUST(plan.decisions[d].fate != FATE_BIND ||
		     (guard_clears(&machine, plan.decisions[d].function) == YES &&
		      !guard_needed(&machine, plan.decisions[d].function)));
}

static void check_lines(char *text)
{
	char *fields[TABLE_MOST_FIELDS];
	int n;

	while ((n = table_next(&text, fields)) >= 0) {
		MUST(n <= TABLE_MOST_FIELDS);
		for (int i = 0; i < n; i++) {
			size_t before = strlen(fields[i]);

			MUST(before > 0);
			table_has(fields[i], "noauto");
			table_unescape(fields[i]);
			MUST(strlen(fields[i]) <= before);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static char text[TEXT_BYTES];

	if (n >= sizeof(text))
		return 0;
	NEW_MACHINE_OF(desk);
	memcpy(text, bytes, n);
	text[n] = '\0';
	guard_parse(text, &machine);
	check_claim();
	check_guard();
	memcpy(text, bytes, n);
	text[n] = '\0';
	check_lines(text);
	return 0;
}
