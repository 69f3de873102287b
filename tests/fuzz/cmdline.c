/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel command line, beside a file. */
#include "asked.h"

#include "read/cmdline.h"

#define LINE_BYTES 65536

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static char line[LINE_BYTES];
	char value[64];

	if (n >= sizeof(line))
		return 0;
	memcpy(line, bytes, n);
	line[n] = '\0';
	n = strlen(line);
	new_config("bind card slot 07:00\nkeep class 0403");
	cmdline_read(&config, line);
	check_problems();
	check_rules();
	MUST(config.rule_count >= 2 && config.file_problem_count == 0);
	for (uint32_t p = 0; p < config.problem_count && p < CONFIG_MAX_PROBLEMS; p++) {
		const struct place *at = &config.problems[p].at;

		MUST(at->file == CONFIG_COMMAND_LINE && at->line == 1);
		MUST(at->column >= 1 && at->column <= n + 1);
	}
	/* What its owner wanted to keep might be bound. */
	if (config.problem_count == 1 && strstr(line, "earlybind.keep") && !strstr(line, ".bind"))
		MUST(config.mode == SWITCH_OFF);
	check_plan(MOMENT_CLAIM);
	cmdline_asks_for_rescue(line);
	if (cmdline_value(line, "init", value, sizeof(value)))
		MUST(strlen(value) < sizeof(value));
	return 0;
}
