/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_BYTES 32
#define FOLDER_MODE 0755
#define FILE_MODE 0644

static int open_folder(const struct root *root)
{
	closing int run = root_open_file(root, "/run", O_RDONLY | O_DIRECTORY);

	if (run < 0)
		return run;
	if (mkdirat(run, "earlybind", FOLDER_MODE) < 0 && errno != EEXIST)
		return -errno;
	return root_open_file(root, "/run/earlybind", O_RDONLY | O_DIRECTORY);
}

void report_lock(const struct root *root)
{
	int folder = root_open_file(root, "/run/earlybind", O_RDONLY | O_DIRECTORY);

	if (folder >= 0)
		(void)flock(folder, LOCK_EX);
}

static void name_until_whole(const struct report_file *file, char *name)
{
	snprintf(name, NAME_BYTES, ".%s.new", file->stage);
}

int report_begin(const struct root *root, const char *stage, struct report_file *file)
{
	char name[NAME_BYTES];

	*file = (struct report_file){ .folder = open_folder(root), .stage = stage };
	if (file->folder < 0)
		return file->folder;
	name_until_whole(file, name);
	file->fd = openat(file->folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
			  FILE_MODE);
	if (file->fd < 0) {
		int error = -errno;

		close(file->folder);
		return error;
	}
	return 0;
}

void report_add(struct report_file *file, const struct text *text)
{
	ssize_t n;

	for (size_t at = 0; at < text->used && !file->error; at += (size_t)n) {
		n = write(file->fd, text->start + at, text->used - at);
		if (n <= 0)
			file->error = n < 0 ? -errno : -EIO;
	}
}

int report_end(struct report_file *file)
{
	closing int folder = file->folder;
	char name[NAME_BYTES];
	int error = file->error;

	name_until_whole(file, name);
	if (close(file->fd) < 0 && !error)
		error = -errno;
	if (!error && renameat(folder, name, folder, file->stage) < 0)
		error = -errno;
	if (error)
		unlinkat(folder, name, 0);
	return error;
}
