/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read/parse.h"

#define FNV_PRIME 0x100000001b3u

static char file_bytes[CONFIG_MAX_FILE_BYTES + 1];

static void hash_bytes(uint64_t *hash, const void *bytes, size_t n)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < n; i++)
		*hash = (*hash ^ at[i]) * FNV_PRIME;
}

static void hash_file(uint64_t *hash, const char *path, const char *bytes, size_t n)
{
	uint8_t length[8];

	for (size_t i = 0; i < sizeof(length); i++)
		length[i] = (uint8_t)((uint64_t)n >> (8 * i));
	hash_bytes(hash, path, strlen(path) + 1);
	hash_bytes(hash, length, sizeof(length));
	hash_bytes(hash, bytes, n);
}

/* Gives a file its place in config->files. Returns whether there was room. */
static bool add_file(struct config *config, const char *path, struct place *at)
{
	const char *kept = NULL;

	*at = (struct place){ .file = config->file_count };
	if (config->file_count < CONFIG_MAX_FILES)
		kept = text_keep(&config->text, path, strlen(path));
	if (kept) {
		config->files[config->file_count++] = kept;
		return true;
	}
	at->file = (uint16_t)(config->file_count ? config->file_count - 1 : CONFIG_COMMAND_LINE);
	config_add_problem(config, PROBLEM_MANY_FILES, *at, path, strlen(path), NULL);
	return false;
}

static void add_unreadable(struct config *config, struct place at, int error)
{
	config_add_problem(config, error == EFBIG ? PROBLEM_LARGE_FILE : PROBLEM_UNREADABLE, at, "",
			   0, NULL);
	if (config->problem_count <= CONFIG_MAX_PROBLEMS)
		config->problems[config->problem_count - 1].error = error;
}

/* Reads one file; a missing one is a problem only where it was named or seen. */
static void read_file(struct config *config, const struct root *root, const char *path,
		      bool expected)
{
	ssize_t n = root_read(root, path, file_bytes, sizeof(file_bytes));
	struct place at;

	if (n == -ENOENT && !expected)
		return;
	if (!add_file(config, path, &at))
		return;
	if (n < 0)
		return add_unreadable(config, at, (int)-n);
	hash_file(&config->hash, path, file_bytes, (size_t)n);
	config_parse(config, at.file, file_bytes, (size_t)n);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_part_name(const char *name)
{
	size_t n = strlen(name);

	return name[0] != '.' && n > 5 && strcmp(name + n - 5, ".conf") == 0;
}

static void read_folder(struct config *config, const struct root *root)
{
	const char *paths[CONFIG_MAX_FILES];
	size_t count = 0;
	DIR *folder = root_open_directory(root, CONFIG_FOLDER);
	int error = errno;
	struct place at;

	if (!folder) {
		if (error != ENOENT && add_file(config, CONFIG_FOLDER, &at))
			add_unreadable(config, at, error);
		return;
	}
	for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
		char path[sizeof(CONFIG_FOLDER) + sizeof(entry->d_name) + 1];
		int n = snprintf(path, sizeof(path), "%s/%s", CONFIG_FOLDER, entry->d_name);

		if (!is_part_name(entry->d_name))
			continue;
		if (count == CONFIG_MAX_FILES ||
		    !(paths[count] = text_keep(&config->text, path, (size_t)n))) {
			at = (struct place){ .file = CONFIG_COMMAND_LINE };
			config_add_problem(config, PROBLEM_MANY_FILES, at, path, (size_t)n, NULL);
			config->file_problem_count++;
			break;
		}
		count++;
	}
	closedir(folder);
	qsort(paths, count, sizeof(paths[0]), compare_names);
	for (size_t i = 0; i < count; i++)
		read_file(config, root, paths[i], true);
}

void config_read(struct config *config, const struct root *root, const char *only)
{
	if (only) {
		struct root live = { .fd = -1, .live = true };

		read_file(config, &live, only, true);
		return;
	}
	read_file(config, root, CONFIG_FILE, false);
	read_folder(config, root);
}
