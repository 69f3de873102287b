/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The drivers that functions are bound to, each loaded once. */
#ifndef EARLYBIND_DRIVERS_H
#define EARLYBIND_DRIVERS_H

#include "outcome.h"
#include "read/root.h"

/* Loads a driver and what a guest needs beside it, unless that has been tried, and notes in outcome->loads what it came to. Past
 * OUTCOME_MAX_LOADS different ones nothing is loaded or noted. */
void drivers_load(const struct root *root, struct outcome *outcome, const char *driver);

/* What became of loading this driver, or NULL. */
const struct load *drivers_find(const struct outcome *outcome, const char *driver);

#endif
