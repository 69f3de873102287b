/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The notations in which an owner names functions. Parsers: they return what is wrong and print nothing. */
#ifndef EARLYBIND_SELECTOR_H
#define EARLYBIND_SELECTOR_H

#include "config.h"

/* What is wrong with a selector, and where. */
struct selector_error {
	enum problem_kind kind;
	size_t offset; /* bytes from the selector's start */
	size_t length; /* of what was found there */
	char instead[64]; /* what was probably meant, or "" */
};

/* Reads a slot as `lspci -s` writes it, [[[domain]:][bus]:][device][.[function]], `*` for any part.
 * A domain left out is 0. Returns true, or false with *error filled. */
bool selector_read_slot(const char *bytes, size_t n, struct slot_pattern *slot,
			struct selector_error *error);

#endif
