/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of a configuration file. */
#include "asked.h"

#include "read/parse.h"
#include "read/rule.h"

/* Every mistake is at a byte of the file, or just behind the end of its line. */
static void check_places(const char *bytes, size_t n)
{
	static uint32_t length_of[CONFIG_MAX_FILE_BYTES];
	uint32_t line = 0;
	uint32_t length = 0;

	for (size_t i = 0; i < n; i++) {
		length++;
		if (bytes[i] != '\n' && i + 1 < n)
			continue;
		length_of[line++] = length;
		length = 0;
	}
	for (uint32_t p = 0; p < config.problem_count && p < CONFIG_MAX_PROBLEMS; p++) {
		const struct place *at = &config.problems[p].at;

		MUST(at->file == 0 && at->line >= 1 && at->line <= line);
		MUST(at->column >= 1 && at->column <= length_of[at->line - 1] + 1);
	}
}

/* A rule's own text is a line that says the same. */
static void check_text_of_rules(void)
{
	static struct config again;

	for (uint16_t r = 0; r < config.rule_count && r < 8; r++) {
		const struct rule *rule = &config.rules[r];

		config_begin(&again);
		config_parse(&again, 0, rule->text, strlen(rule->text));
		MUST(again.problem_count == 0 && again.rule_count == 1);
		MUST(again.rules[0].verb == rule->verb && again.rules[0].scope == rule->scope);
		MUST(again.rules[0].count == rule->count && again.rules[0].early == rule->early);
		MUST(again.rules[0].force == rule->force);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	if (n >= CONFIG_MAX_FILE_BYTES)
		return 0;
	config_begin(&config);
	config.files[config.file_count++] = "/etc/earlybind.conf";
	config_parse(&config, 0, (const char *)bytes, n);
	check_problems();
	check_places((const char *)bytes, n);
	check_rules();
	check_text_of_rules();
	check_plan(MOMENT_NEXT_BOOT);
	return 0;
}
