/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "version.h"

#define FOLDER "/run/earlybind"
#define FILE_BYTES (4 * 1024 * 1024)

static char file_text[FILE_BYTES];

/* "function 0000:07:00.0 held vfio-pci group=… : 0000:07:00.0: held for …" */
static void read_function(struct report *report, char *line)
{
	char *sentence = strstr(line, " : ");
	char *rest;
	const char *name = strtok_r(line, " ", &rest);
	const char *result = strtok_r(NULL, " ", &rest);
	struct report_line *into = &report->lines[report->line_count];
	const char *words;

	if (!sentence || !name || !result || report->line_count == REPORT_MAX_LINES ||
	    !address_read(name, &into->at))
		return;
	/* The sentence begins with the address once more. */
	words = strstr(sentence + strlen(" : "), ": ");
	words = words ? words + strlen(": ") : sentence + strlen(" : ");
	into->result = text_keep(&report->text, result, strlen(result));
	into->sentence = text_keep(&report->text, words, strlen(words));
	if (into->result && into->sentence)
		report->line_count++;
}

static bool value_of(char *line, const char *key, char **value)
{
	size_t n = strlen(key);

	if (strncmp(line, key, n) != 0 || line[n] != ' ')
		return false;
	*value = line + n + 1;
	return true;
}

static void keep_nothing(struct report *report, const char *key, const char *why)
{
	report->nothing.result = key;
	report->nothing.sentence = text_keep(&report->text, why, strlen(why));
}

/* Reads one stage's file. Returns whether there is one, of this boot; another boot's says nothing. */
static bool read_stage(const struct root *root, const char *path, const char *boot_id,
		       struct report *report)
{
	bool this_boot = false, too_new = false, planned_only = false;
	uint64_t hash = 0;
	char *rest, *value;

	if (root_read(root, path, file_text, sizeof(file_text)) < 0)
		return false;
	for (char *line = strtok_r(file_text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (value_of(line, "boot", &value))
			this_boot = strcmp(value, boot_id) == 0;
		else if (value_of(line, "earlybind-report", &value))
			too_new = strtoul(value, NULL, 10) > REPORT_FORMAT;
		else if (value_of(line, "config", &value))
			hash = strtoull(value, NULL, 16);
		else if (value_of(line, "mode", &value))
			planned_only = strcmp(value, "plan") == 0;
		else if (this_boot && value_of(line, "generator", &value))
			report->generator = text_keep(&report->text, value, strlen(value));
		else if (this_boot && value_of(line, REPORT_NOTHING, &value))
			keep_nothing(report, REPORT_NOTHING, value);
		else if (this_boot && value_of(line, REPORT_UNREAD, &value))
			keep_nothing(report, REPORT_UNREAD, value);
		else if (this_boot && value_of(line, "function", &value))
			read_function(report, value);
	}
	if (this_boot) {
		report->too_new |= too_new;
		report->planned_only = planned_only;
		report->hash = hash;
	}
	return this_boot;
}

/* Reads what became of functions that appeared after claim: a file each, whose name begins so. */
static void read_late(const struct root *root, const char *begins, const char *boot_id,
		      struct report *report)
{
	closing_directory struct root_directory folder;

	if (root_open_directory(root, FOLDER, &folder))
		return;
	for (const char *name = root_next_name(&folder); name; name = root_next_name(&folder)) {
		char path[sizeof(FOLDER "/" REPORT_ADDED) + ADDRESS_BYTES];
		int n = snprintf(path, sizeof(path), FOLDER "/%s", name);

		if (strncmp(name, begins, strlen(begins)) == 0 && n < (int)sizeof(path))
			read_stage(root, path, boot_id, report);
	}
}

void report_read(const struct root *root, const char *boot_id, struct report *report)
{
	report->line_count = 0;
	report->too_new = false;
	report->planned_only = false;
	report->hash = 0;
	report->generator = NULL;
	report->text = (struct text)TEXT_OVER(report->text_bytes);
	report->nothing.sentence = NULL;
	report->there =
		read_stage(root, FOLDER "/claim", boot_id, report) && !report->nothing.sentence;
	read_late(root, REPORT_LATE, boot_id, report);
	if (read_stage(root, FOLDER "/release", boot_id, report))
		report->there = true;
	report->finished = read_stage(root, FOLDER "/finish", boot_id, report);
	report->finished |= read_stage(root, FOLDER "/held", boot_id, report);
	read_late(root, REPORT_ADDED, boot_id, report);
}
