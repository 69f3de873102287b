/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/files.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "read/parse.h"
#include "read/rule.h"

#define PATH_BYTES 4096
#define FNV_PRIME 0x100000001b3u

static void hash_bytes(uint64_t *hash, const void *bytes, size_t n)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < n; i++)
		*hash = (*hash ^ at[i]) * FNV_PRIME;
}

void config_hash_file(uint64_t *hash, const char *path, const char *bytes, size_t n)
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
	config_add_problem(config,
			   config->file_count < CONFIG_MAX_FILES ? PROBLEM_MUCH_TEXT :
								   PROBLEM_MANY_FILES,
			   *at, path, strlen(path), NULL);
	return false;
}

static void add_unreadable(struct config *config, struct place at, int error)
{
	struct problem *problem = config_add_problem(
		config, error == EFBIG ? PROBLEM_LARGE_FILE : PROBLEM_UNREADABLE, at, "", 0, NULL);

	if (problem)
		problem->error = error;
}

/* Whether nobody but root, or whoever runs this, can write what the descriptor is open on; else *kind says why not. */
static bool is_safe(int fd, enum problem_kind *kind)
{
	struct stat is;

	if (fd < 0 || fstat(fd, &is) < 0)
		return true; /* it cannot be judged; that it cannot be read is told elsewhere */
	*kind = (is.st_mode & (S_IWGRP | S_IWOTH)) ? PROBLEM_WRITABLE : PROBLEM_OWNER;
	return *kind == PROBLEM_OWNER && (is.st_uid == 0 || is.st_uid == geteuid());
}

/* Opens the folder that an open file is in, wherever links have led; -1 where that cannot be told. */
static int open_folder_of(int fd)
{
	char link[64];
	char path[PATH_BYTES];
	char *slash;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n <= 0)
		return -1;
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (!slash)
		return -1;
	slash[slash == path ? 1 : 0] = '\0';
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* Whoever can write the configuration can have any device of the host given away, the root disk's controller too. */
static bool judge(struct config *config, const struct root *root, const char *path, struct place at)
{
	closing int fd = root_open_file(root, path, O_PATH);
	closing int folder = fd < 0 ? -1 : open_folder_of(fd);
	enum problem_kind kind;

	if (!is_safe(fd, &kind)) {
		config_add_problem(config, kind, at, path, strlen(path), NULL);
		return false;
	}
	if (!is_safe(folder, &kind)) {
		config_add_problem(config, kind, at, "its folder", strlen("its folder"), NULL);
		return false;
	}
	return true;
}

/* Reads one file; a missing one is a problem only where it was named or seen. */
static void read_file(struct config *config, const struct root *root, const char *path,
		      bool expected, bool judged)
{
	char *bytes;
	ssize_t n = root_read_briefly(root, path, &bytes);
	char link[PATH_BYTES];
	struct place at;

	/* A link that leads nowhere was meant to lead to a configuration. */
	if (n == -ENOENT && !expected && root_read_link(root, path, link, sizeof(link)) < 0)
		return;
	if (!add_file(config, path, &at))
		return;
	if (n < 0)
		return add_unreadable(config, at, (int)-n);
	if (judged && !judge(config, root, path, at))
		return;
	config_hash_file(&config->hash, path, bytes, (size_t)n);
	config_parse(config, at.file, bytes, (size_t)n);
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

/* Whether the name can stand on a line of its own, in a message and for the build hooks. */
static bool is_plain(const char *name)
{
	for (; *name; name++)
		if (iscntrl((unsigned char)*name))
			return false;
	return true;
}

static void read_folder(struct config *config, const struct root *root, bool judged)
{
	const char *paths[CONFIG_MAX_FILES + 1]; /* one too many is told when it is read */
	size_t count = 0;
	closing_directory struct root_directory folder;
	int error = root_open_directory(root, CONFIG_FOLDER, &folder);
	struct place at;

	if (error) {
		if (error != -ENOENT && add_file(config, CONFIG_FOLDER, &at))
			add_unreadable(config, at, -error);
		return;
	}
	for (const char *name = root_next_name(&folder); name; name = root_next_name(&folder)) {
		char path[sizeof(CONFIG_FOLDER) + NAME_MAX + 1];

		if (!is_part_name(name))
			continue;
		snprintf(path, sizeof(path), "%s/%s", CONFIG_FOLDER, name);
		if (!is_plain(name)) {
			if (add_file(config, CONFIG_FOLDER, &at))
				config_add_problem(config, PROBLEM_FILE_NAME, at, "", 0, NULL);
			continue;
		}
		paths[count] = text_keep(&config->text, path, strlen(path));
		if (!paths[count])
			add_file(config, path, &at); /* there is no room for it either: said */
		if (!paths[count] || ++count > CONFIG_MAX_FILES)
			break;
	}
	qsort(paths, count, sizeof(paths[0]), compare_names);
	for (size_t i = 0; i < count; i++)
		read_file(config, root, paths[i], true, judged);
}

void config_read(struct config *config, const struct root *root, const char *only, bool judged)
{
	if (only) {
		struct root live = { .fd = -1, .live = true };

		read_file(config, &live, only, true, judged);
		return;
	}
	read_file(config, root, CONFIG_FILE, false, judged);
	read_folder(config, root, judged);
}
