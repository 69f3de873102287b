/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes JSON (RFC 8259), a member a line. */
#ifndef EARLYBIND_JSON_H
#define EARLYBIND_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "machine.h"

/* A document that is being written. What is opened is ended in the reverse order; in an object each member has a key, in an
 * array none (NULL). */
struct json {
	FILE *out;
	unsigned depth;
	bool any; /* the innermost object or array has a member already */
};

/* Begins a document, which is an object. */
void json_begin(struct json *json, FILE *out);

void json_object(struct json *json, const char *key);
void json_array(struct json *json, const char *key);

/* Ends the innermost object or array: with '}' or ']'. The end of the document writes a newline behind it. */
void json_end(struct json *json, char bracket);

/* NULL is written as null. What is no UTF-8 becomes the replacement character U+FFFD. */
void json_string(struct json *json, const char *key, const char *value);
void json_number(struct json *json, const char *key, int64_t value);
void json_bool(struct json *json, const char *key, bool value);

/* A function's address, as sysfs names it; and a number as so many hex digits: strings both. */
void json_address(struct json *json, const char *key, struct pci_address at);
void json_hex(struct json *json, const char *key, unsigned value, int digits);

#endif
