/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NEW_FILE_MODE 0644

void close_descriptor(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

int root_open(struct root *root, const char *directory)
{
	root->live = strcmp(directory, "/") == 0;
	root->fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return root->fd < 0 ? -errno : 0;
}

int root_open_file(const struct root *root, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned)(flags | O_CLOEXEC),
		.mode = (flags & O_CREAT) ? NEW_FILE_MODE : 0,
		.resolve = RESOLVE_IN_ROOT,
	};
	long fd;

	if (root->live)
		fd = open(path, flags | O_CLOEXEC, NEW_FILE_MODE);
	else
		fd = syscall(SYS_openat2, root->fd, path, &how, sizeof(how));
	return fd < 0 ? -errno : (int)fd;
}

ssize_t root_read(const struct root *root, const char *path, char *buffer, size_t size)
{
	closing int fd = root_open_file(root, path, O_RDONLY);
	size_t used = 0;

	if (fd < 0)
		return fd;
	for (;;) {
		ssize_t n = read(fd, buffer + used, size - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		used += (size_t)n;
		if (used == size)
			return -EFBIG;
	}
	buffer[used] = '\0';
	return (ssize_t)used;
}

ssize_t root_read_link(const struct root *root, const char *path, char *buffer, size_t size)
{
	ssize_t n;

	if (root->live) {
		n = readlink(path, buffer, size);
	} else {
		closing int fd = root_open_file(root, path, O_PATH | O_NOFOLLOW);

		if (fd < 0)
			return fd;
		/* An empty path reads the link that the descriptor itself is; of anything else it is ENOENT. */
		n = readlinkat(fd, "", buffer, size);
		if (n < 0 && errno == ENOENT)
			return -EINVAL;
	}
	if (n < 0)
		return -errno;
	if ((size_t)n >= size)
		return -ENAMETOOLONG;
	buffer[n] = '\0';
	return n;
}

DIR *root_open_directory(const struct root *root, const char *path)
{
	int fd = root_open_file(root, path, O_RDONLY | O_DIRECTORY);
	DIR *directory;

	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	directory = fdopendir(fd);
	if (!directory)
		close(fd);
	return directory;
}

bool root_exists(const struct root *root, const char *path)
{
	closing int fd = root_open_file(root, path, O_PATH);

	return fd >= 0;
}
