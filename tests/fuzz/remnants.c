/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of the old ways with anything in them, the configuration that --import makes of them, and what --check tells
 * of them beside it. */
#include "asked.h"

#include "decide/decide.h"
#include "import.h"
#include "old.h"
#include "read/remnants.h"

#define TEXT_BYTES 65536

static struct remnants remnants;
static struct import import;
static struct old_ways old;
static struct report report;

static void check_remnants(void)
{
	MUST(remnants.count <= REMNANTS_MOST && remnants.id_count <= REMNANT_IDS_MOST);
	for (uint16_t r = 0; r < remnants.count; r++)
		MUST(remnants.of[r].words && remnants.of[r].file && remnants.of[r].line > 0 &&
		     remnants.of[r].module != remnants.of[r].file);
	for (uint16_t i = 0; i < remnants.id_count; i++)
		MUST(remnants.ids[i].text && remnants.ids[i].remnant < remnants.count);
}

/* What is printed is a configuration without a mistake, and chooses nothing on a card that nobody named. */
static void check_import(void)
{
	char *written = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&written, &size);

	MUST(out);
	find_cards(&machine, &plan);
	make_import(&remnants, &machine, &plan, &import);
	tell_import(out, &remnants, &machine, &plan, &import);
	fclose(out);
	new_config(written);
	check_plan(MOMENT_NEXT_BOOT);
	for (uint16_t d = 0; d < plan.decision_count; d++) {
		bool named = false;

		for (uint16_t f = plan.decisions[d].card; f != FUNCTION_NONE;
		     f = plan.of[f].card.next)
			named |= import.wished[f];
		MUST(named &&
		     !class_is_bridge(machine.functions[plan.decisions[d].function].class));
	}
	free(written);
}

/* One line each, whatever stands in the files; and under the configuration that was made of it. */
static void check_old_ways(void)
{
	char *written = NULL;
	size_t size = 0, sentences = 0;
	FILE *out = open_memstream(&written, &size);

	MUST(out);
	report.there = true;
	machine.vfio_pci = remnants.pci_stub = DRIVER_MODULE;
	find_old_ways(&remnants, &config, &machine, &plan, &report, &old);
	MUST(old.count <= OLD_WAYS_MOST && old.fights <= old.count);
	tell_old_ways(out, &machine, &plan, &old, false);
	tell_old_ways(out, &machine, &plan, &old, true);
	fclose(out);
	/* what goes on from the line before begins with four blanks */
	for (size_t i = 0; i < size; i++)
		sentences += written[i] == '\n' && strncmp(written + i + 1, "    ", 4) != 0;
	MUST(sentences == old.count);
	free(written);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static char text[TEXT_BYTES];

	if (n >= sizeof(text))
		return 0;
	NEW_MACHINE_OF(desk);
	remnants_begin(&remnants);
	for (enum remnant_source source = SOURCE_COMMAND_LINE; source <= SOURCE_DRIVERCTL;
	     source++) {
		memcpy(text, bytes, n);
		text[n] = '\0';
		remnants_parse(&remnants, source, "/etc/driverctl.d/pci-0000:07:00.1", text);
	}
	check_remnants();
	check_import();
	check_old_ways();
	return 0;
}
