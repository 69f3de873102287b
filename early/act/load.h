/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel modules, loaded as modprobe would, by libkmod. */
#ifndef EARLYBIND_LOAD_H
#define EARLYBIND_LOAD_H

#include "read/root.h"

/* Loads a module and what it depends on, with the options of modprobe.d and the kernel command line and then `options`
 * (the last of two counts), but without modprobe.d's install commands and in spite of its blacklist. A module
 * that is loaded already, or part of the kernel, is no error. Below another root than the live one nothing is
 * loaded. Returns 0 or -errno. */
must_check int load_module(const struct root *root, const char *name, const char *options);

#endif
