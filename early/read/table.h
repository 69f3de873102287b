/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of fields, as fstab(5), crypttab(5), /proc/self/mountinfo and /proc/swaps have them. Pure. */
#ifndef EARLYBIND_TABLE_H
#define EARLYBIND_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#define TABLE_MOST_FIELDS 16 /* what is behind them is of no use here */

/* Takes the next line off *rest and cuts it, in place, into fields at blanks. Returns how many there are: 0 for an empty line
 * and for a comment, -1 at the end. */
int table_next(char **rest, char *fields[TABLE_MOST_FIELDS]);

/* Turns \040 and its like in a field, in place, into the bytes that they stand for. */
void table_unescape(char *field);

/* Whether a list with commas has this word. */
bool table_has(const char *list, const char *word);

#endif
