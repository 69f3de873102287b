/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tree of files made of the fuzzer's input, in the form of the fixtures of tests/machines, below a directory in memory. */
#ifndef EARLYBIND_TREE_H
#define EARLYBIND_TREE_H

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "must.h"
#include "read/root.h"

#define TREE_MOST 512 /* files, links and directories */
#define TREE_PATH 256
#define TREE_CONTENT 16384

static struct root tree;
static char tree_folder[64];
static char tree_made[TREE_MOST][TREE_PATH];
static unsigned tree_count;

static inline void tree_end(void)
{
	rmdir(tree_folder);
}

static inline void tree_begin(void)
{
	if (tree_folder[0])
		return;
	snprintf(tree_folder, sizeof(tree_folder), "%s/earlybind-fuzz-XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	MUST(mkdtemp(tree_folder));
	MUST(root_open(&tree, tree_folder) == 0);
	atexit(tree_end);
}

/* Whether a path stays below the folder. */
static inline bool tree_path_is_good(const char *path)
{
	return path[0] == '/' && path[1] && strlen(path) < TREE_PATH && !strstr(path, "/.") &&
	       !strstr(path, "//") && path[strlen(path) - 1] != '/';
}

static inline void tree_remember(const char *path)
{
	snprintf(tree_made[tree_count++], TREE_PATH, "%s", path + 1);
}

/* Makes the folders above a path. */
static inline void tree_folders(const char *path)
{
	char folder[TREE_PATH];

	for (const char *slash = strchr(path + 1, '/'); slash && tree_count < TREE_MOST;
	     slash = strchr(slash + 1, '/')) {
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
		if (mkdirat(tree.fd, folder + 1, 0755) == 0)
			tree_remember(folder);
	}
}

/* Makes one file, directory or link; what cannot be made is left out. No link is followed on the way. */
static inline void tree_make(const char *kind, const char *path, const char *target,
			     const char *content, size_t n)
{
	int fd;

	if (!tree_path_is_good(path) || tree_count >= TREE_MOST)
		return;
	tree_folders(path);
	if (tree_count >= TREE_MOST)
		return;
	if (strcmp(kind, "directory") == 0) {
		if (mkdirat(tree.fd, path + 1, 0755) == 0)
			tree_remember(path);
		return;
	}
	if (strcmp(kind, "link") == 0) {
		if (target && symlinkat(target, tree.fd, path + 1) == 0)
			tree_remember(path);
		return;
	}
	fd = root_open_file(&tree, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
	if (fd < 0)
		return;
	tree_remember(path);
	MUST(write(fd, content, n) == (ssize_t)n);
	close(fd);
}

static inline int tree_digit(char c)
{
	const char *found = c ? strchr("0123456789abcdef", c) : NULL;

	return found ? (int)(found - "0123456789abcdef") : -1;
}

/* Appends what a line behind a tab holds: text with its newline, or bytes in hex digits. */
static inline size_t tree_append(char *content, size_t used, const char *line, size_t n, bool hex)
{
	if (used + n + 1 > TREE_CONTENT)
		return used;
	if (!hex) {
		memcpy(content + used, line, n);
		content[used + n] = '\n';
		return used + n + 1;
	}
	for (size_t i = 0; i + 1 < n; i++)
		if (tree_digit(line[i]) >= 0 && tree_digit(line[i + 1]) >= 0) {
			content[used++] =
				(char)(tree_digit(line[i]) << 4 | tree_digit(line[i + 1]));
			i++;
		}
	return used;
}

/* Makes the tree: `directory PATH`, `link PATH TARGET`, `text PATH` and `hex PATH` with lines behind tabs. */
static inline void tree_build(const uint8_t *bytes, size_t n)
{
	static char content[TREE_CONTENT];
	char head[3 * TREE_PATH] = "";
	char *words[3] = { NULL, NULL, NULL };
	size_t used = 0;
	const char *at = (const char *)bytes;
	const char *end = at + n;

	tree_begin();
	tree_count = 0;
	while (at <= end) {
		const char *feed = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
		size_t length = (size_t)((feed ? feed : end) - at);
		char *rest;

		if (length > 0 && at[0] == '\t') {
			used = tree_append(content, used, at + 1, length - 1,
					   words[0] && strcmp(words[0], "hex") == 0);
		} else {
			if (words[0] && words[1])
				tree_make(words[0], words[1], words[2], content, used);
			used = 0;
			if (length >= sizeof(head))
				length = sizeof(head) - 1;
			memcpy(head, at, length);
			head[length] = '\0';
			words[0] = strtok_r(head, " ", &rest);
			words[1] = words[0] ? strtok_r(NULL, " ", &rest) : NULL;
			words[2] = words[1] ? strtok_r(NULL, " ", &rest) : NULL;
		}
		at += (size_t)((feed ? feed : end) - at) + 1;
	}
	if (words[0] && words[1])
		tree_make(words[0], words[1], words[2], content, used);
}

/* Takes away all that was made, last first. */
static inline void tree_clear(void)
{
	while (tree_count > 0) {
		const char *path = tree_made[--tree_count];

		if (unlinkat(tree.fd, path, 0) < 0)
			MUST(unlinkat(tree.fd, path, AT_REMOVEDIR) == 0);
	}
}

#endif
