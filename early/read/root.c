/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NEW_FILE_MODE 0644
#define RACES_MOST 100

void close_descriptor(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

int root_open(struct root *root, const char *directory)
{
	root->witness = NULL;
	root->live = strcmp(directory, "/") == 0;
	/* Not open(): musl's asks for O_CLOEXEC a second time, by an fcntl of its own. */
	root->fd = openat(AT_FDCWD, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return root->fd < 0 ? -errno : 0;
}

int root_open_file(const struct root *root, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned)(flags | O_CLOEXEC),
		.mode = (flags & O_CREAT) ? NEW_FILE_MODE : 0,
		.resolve = RESOLVE_IN_ROOT,
	};
	long fd = -1;

	if (root->live) {
		fd = openat(AT_FDCWD, path, flags | O_CLOEXEC, NEW_FILE_MODE);
		return fd < 0 ? -errno : (int)fd;
	}
	for (int tries = 0; tries < RACES_MOST; tries++) {
		fd = syscall(SYS_openat2, root->fd, path, &how, sizeof(how));
		/* EAGAIN: something was renamed or mounted, anywhere, while the kernel looked for a way out by `..`. */
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return fd < 0 ? -errno : (int)fd;
}

/* /proc/self is a link to a folder that has another name the next time. */
static void name_self(char *path)
{
	static const char self[] = "/proc/self/";
	char own[64];
	int n = snprintf(own, sizeof(own), "/proc/%d/", (int)getpid());

	if (strncmp(path, own, (size_t)n) != 0)
		return;
	memmove(path + strlen(self), path + n, strlen(path + n) + 1);
	memcpy(path, self, strlen(self));
}

/* Where an open file really is, below the root. Returns whether that can be told. */
static bool real_path(const struct root *root, int fd, char *path, size_t size)
{
	char link[64];
	ssize_t n, cut = 0;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	/* "self" may be longer than our number. */
	n = readlink(link, path, size - sizeof("self"));
	if (n < 0)
		return false;
	path[n] = '\0';
	if (!root->live) {
		char above[PATH_MAX];

		snprintf(link, sizeof(link), "/proc/self/fd/%d", root->fd);
		cut = readlink(link, above, sizeof(above));
		if (cut < 0 || cut > n || memcmp(above, path, (size_t)cut) != 0)
			return false;
	}
	memmove(path, path + cut, (size_t)(n - cut) + 1);
	name_self(path);
	return true;
}

static bool is_kernels(const char *path)
{
	return strncmp(path, "/sys/", strlen("/sys/")) == 0 ||
	       strncmp(path, "/proc/", strlen("/proc/")) == 0;
}

/* Lets the witness know, if there is one. In the kernel's own trees many paths lead to one file, and the links on the way are
 * read as well; elsewhere a file is known by the path that it is asked for by. */
static void witness(const struct root *root, enum root_kind kind, int fd, const char *asked,
		    const char *bytes, size_t n)
{
	char path[PATH_MAX];

	if (!root->witness)
		return;
	if (kind != ROOT_LINK && !is_kernels(asked))
		root->witness(kind, asked, bytes, n);
	else if (real_path(root, fd, path, sizeof(path)))
		root->witness(kind, path, bytes, n);
}

/* Reads until the end, or as `once` has it until what was asked for did not come. Returns the bytes read, or -errno. */
static ssize_t read_whole(const struct root *root, const char *path, char *buffer, size_t size,
			  bool once)
{
	/* A FIFO where a file is expected is empty, not a place to wait at. */
	closing int fd = root_open_file(root, path, O_RDONLY | O_NONBLOCK);
	size_t used = 0;

	if (fd < 0)
		return fd;
	for (;;) {
		ssize_t n = read(fd, buffer + used, size - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		used += (size_t)n;
		if (used == size)
			return -EFBIG;
		if (n == 0 || once)
			break;
	}
	buffer[used] = '\0';
	witness(root, ROOT_FILE, fd, path, buffer, used);
	return (ssize_t)used;
}

ssize_t root_read(const struct root *root, const char *path, char *buffer, size_t size)
{
	return read_whole(root, path, buffer, size, false);
}

ssize_t root_read_briefly(const struct root *root, const char *path, char **bytes)
{
	static char buffer[ROOT_BRIEF_BYTES + 1];

	*bytes = buffer;
	return root_read(root, path, buffer, sizeof(buffer));
}

ssize_t root_read_attribute(const struct root *root, const char *path, char *buffer, size_t size)
{
	return read_whole(root, path, buffer, size, true);
}

ssize_t root_read_start(const struct root *root, const char *path, char *buffer, size_t size)
{
	closing int fd = root_open_file(root, path, O_RDONLY | O_NONBLOCK);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = read(fd, buffer, size - 1);
	if (n < 0)
		return -errno;
	while (n > 0 && buffer[n - 1] != '\n')
		n--;
	buffer[n] = '\0';
	witness(root, ROOT_FILE, fd, path, buffer, (size_t)n);
	return n;
}

/* Reads the link that a descriptor, opened with O_NOFOLLOW, is itself. */
static ssize_t read_open_link(const struct root *root, const char *path, char *buffer, size_t size)
{
	closing int fd = root_open_file(root, path, O_PATH | O_NOFOLLOW);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = readlinkat(fd, "", buffer, size);
	/* Of anything but a link that is ENOENT. */
	if (n < 0)
		return errno == ENOENT ? -EINVAL : -errno;
	witness(root, ROOT_LINK, fd, path, buffer, (size_t)n);
	return n;
}

ssize_t root_read_link(const struct root *root, const char *path, char *buffer, size_t size)
{
	ssize_t n;

	if (root->live && !root->witness) {
		n = readlink(path, buffer, size);
		n = n < 0 ? -errno : n;
	} else {
		n = read_open_link(root, path, buffer, size);
	}
	if (n < 0)
		return n;
	if ((size_t)n >= size)
		return -ENAMETOOLONG;
	buffer[n] = '\0';
	return n;
}

void root_show_link(const struct root *root, const char *path)
{
	char target[PATH_MAX];

	if (root->witness && read_open_link(root, path, target, sizeof(target)) < 0)
		return; /* it is gone by now */
}

int root_open_directory(const struct root *root, const char *path, struct root_directory *directory)
{
	directory->fd = root_open_file(root, path, O_RDONLY | O_DIRECTORY);
	directory->filled = directory->at = 0;
	if (directory->fd < 0)
		return directory->fd;
	/* That it is there says something, where it is empty too. */
	witness(root, ROOT_DIRECTORY, directory->fd, path, "", 0);
	return 0;
}

const char *root_next_name(struct root_directory *directory)
{
	const struct dirent *entry; /* as getdents64(2) gives it, with both C libraries */

	if (directory->at == directory->filled) {
		long n = syscall(SYS_getdents64, directory->fd, directory->entries,
				 sizeof(directory->entries));

		if (n <= 0)
			return NULL;
		directory->filled = (size_t)n;
		directory->at = 0;
	}
	entry = (const struct dirent *)(const void *)(directory->entries + directory->at);
	directory->at += entry->d_reclen;
	return entry->d_name;
}

void root_close_directory(struct root_directory *directory)
{
	close_descriptor(&directory->fd);
}

bool root_exists(const struct root *root, const char *path)
{
	closing int fd = -1;
	struct stat is;

	if (root->live && !root->witness)
		return access(path, F_OK) == 0;
	fd = root_open_file(root, path, O_PATH);
	if (fd >= 0 && root->witness && fstat(fd, &is) == 0)
		witness(root, S_ISDIR(is.st_mode) ? ROOT_DIRECTORY : ROOT_FILE, fd, path, "", 0);
	return fd >= 0;
}
