/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one door to the file system: everything is opened below one directory. */
#ifndef EARLYBIND_ROOT_H
#define EARLYBIND_ROOT_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum root_kind { ROOT_FILE, ROOT_LINK, ROOT_DIRECTORY };

/* Told of everything that is read: where it really is below the root, and what was in it. */
typedef void root_witness(enum root_kind kind, const char *path, const char *bytes, size_t n);

struct root {
	int fd;
	bool live; /* it is the running system's own /; else no link leads out of it (openat2) */
	root_witness *witness; /* NULL: nobody watches */
};

#define must_check __attribute__((warn_unused_result))
#define closing __attribute__((cleanup(close_descriptor)))

/* For a variable that holds a descriptor, or a negative number. */
void close_descriptor(int *fd);

/* Opens a directory as the root of everything that follows. Returns 0 or -errno. */
must_check int root_open(struct root *root, const char *directory);

/* Opens an absolute path with open(2)'s flags; files made get mode 0644. Returns a descriptor or -errno.
 * Below another root than the live one each step is resolved inside it (openat2(2), RESOLVE_IN_ROOT). */
must_check int root_open_file(const struct root *root, const char *path, int flags);

/* Reads a whole file of at most size - 1 bytes and ends it with a NUL byte.
 * Returns the bytes read or -errno; -EFBIG when it is longer. */
must_check ssize_t root_read(const struct root *root, const char *path, char *buffer, size_t size);

/* The same for a sysfs attribute, which one read(2) gives whole: it is shorter than `size`. */
must_check ssize_t root_read_attribute(const struct root *root, const char *path, char *buffer,
				       size_t size);

/* Reads where a link leads, as a string. Returns its length or -errno. */
must_check ssize_t root_read_link(const struct root *root, const char *path, char *buffer,
				  size_t size);

/* Lets the witness know of a link whose name alone is what was read. */
void root_show_link(const struct root *root, const char *path);

/* Opens a directory for readdir(3). Returns NULL and sets errno. */
must_check DIR *root_open_directory(const struct root *root, const char *path);

/* Whether the path leads to something. */
must_check bool root_exists(const struct root *root, const char *path);

#endif
