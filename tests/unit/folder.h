/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A temporary directory as the root of everything that a test reads and writes. */
#ifndef EARLYBIND_FOLDER_H
#define EARLYBIND_FOLDER_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "read/root.h"

static char folder[] = "/tmp/earlybind-test-XXXXXX";
static struct root root;

static inline void folder_remove(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	if (system(command) != 0)
		perror(folder);
}

static inline void folder_make(void)
{
	assert(mkdtemp(folder));
	atexit(folder_remove);
	assert(root_open(&root, folder) == 0);
}

static inline const char *folder_path(const char *path)
{
	static char whole[512];

	snprintf(whole, sizeof(whole), "%s%s", folder, path);
	return whole;
}

static inline void folder_directory(const char *path)
{
	assert(mkdir(folder_path(path), 0755) == 0);
}

static inline void folder_write_bytes(const char *path, const void *bytes, size_t n)
{
	FILE *file = fopen(folder_path(path), "w");

	assert(file && fwrite(bytes, 1, n, file) == n && fclose(file) == 0);
}

static inline void folder_write(const char *path, const char *text)
{
	folder_write_bytes(path, text, strlen(text));
}

#endif
