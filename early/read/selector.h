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
	char instead[96]; /* what was probably meant, or "" */
};

/* Each reads bytes[0..n] whole, n > 0. Returns true, or false with *error filled. */

/* A slot as `lspci -s` writes it, [[[domain]:][bus]:][device][.[function]], `*` for any part.
 * A domain left out is 0. */
bool selector_read_slot(const char *bytes, size_t n, struct slot_pattern *slot,
			struct selector_error *error);

/* Ids as `lspci -d` writes them, [vendor]:[device][:class]; without the class for a subsystem. */
bool selector_read_id(const char *bytes, size_t n, struct id_pattern *id,
		      struct selector_error *error);
bool selector_read_subsystem(const char *bytes, size_t n, struct id_pattern *id,
			     struct selector_error *error);

/* A class of 2, 4 or 6 hex digits. */
bool selector_read_class(const char *bytes, size_t n, struct class_pattern *class,
			 struct selector_error *error);

/* The way from a root bus, [domain:]bus:device.function{/device.function}; the last one's function may be left out. */
bool selector_read_path(const char *bytes, size_t n, struct path_pattern *path,
			struct selector_error *error);

/* The address of one function, [domain:]bus:device.function, into a slot without ANY. */
bool selector_read_group(const char *bytes, size_t n, struct slot_pattern *address,
			 struct selector_error *error);

/* A driver's name. */
bool selector_read_driver(const char *bytes, size_t n, struct selector_error *error);

#endif
