/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of a configuration file, into rules and problems. Pure: nothing is opened, nothing printed. */
#ifndef EARLYBIND_PARSE_H
#define EARLYBIND_PARSE_H

#include "config.h"

/* FNV-1a's offset basis: the hash before the first byte. */
#define CONFIG_HASH_OF_NOTHING 0xcbf29ce484222325u

/* Makes *config empty: no rule, no problem, switched on. */
void config_begin(struct config *config);

/* Reads one file's bytes into rules and problems; `file` is its index in config->files. */
void config_parse(struct config *config, uint16_t file, const char *bytes, size_t n);

/* Adds a rule, whose text is kept already; what does not fit is a problem. Returns whether it fitted. */
bool config_add_rule(struct config *config, const struct rule *rule);

/* Records a mistake; found[0..n] is kept, and so is `instead` unless it is NULL or "". */
void config_add_problem(struct config *config, enum problem_kind kind, struct place at,
			const char *found, size_t n, const char *instead);

#endif
