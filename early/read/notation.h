/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the selectors have in common: hex digits, and the notations of other programs. */
#ifndef EARLYBIND_NOTATION_H
#define EARLYBIND_NOTATION_H

#include "read/selector.h"

/* The value of a hex digit in either case, or -1. */
int notation_digit(char c);

/* Reads all of bytes[start .. start + n] as hex digits, at most `digits` of them. Returns their value, or -1 with
 * *error filled: `form` where something else stands there, `range` where there are too many. */
int32_t notation_hex(const char *bytes, size_t start, size_t n, size_t digits,
		     enum problem_kind form, enum problem_kind range, struct selector_error *error);

/* Fills *error. Returns false, for the caller to return. */
bool notation_fail(struct selector_error *error, enum problem_kind kind, size_t offset, size_t n);

/* Notations of other programs: numbers with 0x, sysfs paths, udev's pci-…, libvirt's pci_…, Qubes'
 * 0000_00_08.1-00_00.0. Where bytes[0..n] is one, returns true with *error filled: `instead` has it in ours where that can be
 * told, as a path where `wants_path`. */
bool notation_is_foreign(const char *bytes, size_t n, bool wants_path,
			 struct selector_error *error);

/* Takes the advice of notation_is_foreign back unless it is good itself. Returns false, for the caller to return. */
bool notation_advise(struct selector_error *error, bool good);

/* Finds a comma: one value a line. Returns true with *error filled where there is one. */
bool notation_is_list(const char *bytes, size_t n, struct selector_error *error);

#endif
