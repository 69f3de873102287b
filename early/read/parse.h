/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of a configuration file, into rules and problems. Pure: nothing is opened, nothing printed. */
#ifndef EARLYBIND_PARSE_H
#define EARLYBIND_PARSE_H

#include "config.h"

/* Reads one file's bytes into rules and problems; `file` is its index in config->files. */
void config_parse(struct config *config, uint16_t file, const char *bytes, size_t n);

#endif
