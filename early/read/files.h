/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration files, where the owner writes them. */
#ifndef EARLYBIND_FILES_H
#define EARLYBIND_FILES_H

#include "config.h"
#include "read/root.h"

/* Reads /etc/earlybind.conf and /etc/earlybind.conf.d/<name>.conf in byte order of the names, or only `only` where
 * that is not NULL (a path of the caller, not below *root), into a config that config_begin made. Files that cannot be read
 * are problems. A missing folder or main file is none. Sets the hash.
 * With `judged`, as where an image is built, a file is a problem too that group or others can write, or whose folder they can,
 * or that belongs to neither root nor the caller. */
void config_read(struct config *config, const struct root *root, const char *only, bool judged);

/* Adds one file to a hash that began as that of an empty config. */
void config_hash_file(uint64_t *hash, const char *path, const char *bytes, size_t n);

#endif
