/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one door to the file system: everything is opened below one directory. */
#ifndef EARLYBIND_ROOT_H
#define EARLYBIND_ROOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum root_kind { ROOT_FILE, ROOT_LINK, ROOT_DIRECTORY };

/* Told of everything that is read: where it really is below the root, and what was in it. */
typedef void root_witness(enum root_kind kind, const char *path, const char *bytes, size_t n);

struct root {
	int fd;
	bool live; /* it is the running system's own /; else no link leads out of it (openat2) */
	root_witness *witness; /* NULL: nobody watches */
};

#define ROOT_BRIEF_BYTES (1024 * 1024) /* the longest file that root_read_briefly reads */

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

/* The same into memory that the next call uses again: *bytes. */
must_check ssize_t root_read_briefly(const struct root *root, const char *path, char **bytes);

/* As root_read for an attribute in sysfs, or a file of one line in procfs, which one read(2) gives whole: it is shorter than
 * `size`. */
must_check ssize_t root_read_attribute(const struct root *root, const char *path, char *buffer,
				       size_t size);

/* Reads the first lines of a file, as many whole ones as fit, and ends them with a NUL byte. Returns the bytes or -errno. */
must_check ssize_t root_read_start(const struct root *root, const char *path, char *buffer,
				   size_t size);

/* Reads where a link leads, as a string. Returns its length or -errno. */
must_check ssize_t root_read_link(const struct root *root, const char *path, char *buffer,
				  size_t size);

/* Lets the witness know of a link whose name alone is what was read. */
void root_show_link(const struct root *root, const char *path);

/* A directory whose names are read one by one. Unlike readdir(3)'s it is its owner's own memory, nothing is allocated. */
struct root_directory {
	int fd;
	size_t filled; /* bytes of entries that the kernel has given */
	size_t at; /* the next one */
	_Alignas(uint64_t) char entries[1024];
};

#define closing_directory __attribute__((cleanup(root_close_directory)))

/* Opens a directory, to be closed even where that fails. Returns 0 or -errno. */
must_check int root_open_directory(const struct root *root, const char *path,
				   struct root_directory *directory);

/* The next name, also . and .. , in no order; good until the next call. NULL behind the last one. */
const char *root_next_name(struct root_directory *directory);

void root_close_directory(struct root_directory *directory);

/* Whether the path leads to something. */
must_check bool root_exists(const struct root *root, const char *path);

#endif
