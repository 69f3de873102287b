/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ids, classes and names of drivers. */
#include <ctype.h>
#include <string.h>

#include "machine.h"
#include "read/notation.h"

#define ID_DIGITS 4
#define DRIVER_MOST 63

/* Reads one id of up to four digits; nothing at all and `*` are any. */
static bool read_part(const char *bytes, size_t start, size_t n, int32_t *value,
		      struct selector_error *error)
{
	*value = ANY;
	if (n == 0 || (n == 1 && bytes[start] == '*'))
		return true;
	*value = notation_hex(bytes, start, n, ID_DIGITS, PROBLEM_ID_FORM, PROBLEM_ID_RANGE, error);
	return *value >= 0;
}

static bool read_ids(const char *bytes, size_t n, bool with_class, struct id_pattern *id,
		     struct selector_error *error)
{
	const char *colon = memchr(bytes, ':', n);
	struct selector_error none;
	size_t first, second;

	error->instead[0] = '\0';
	*id = (struct id_pattern){ ANY, ANY, ANY };
	if (notation_is_list(bytes, n, error))
		return false;
	if (notation_is_foreign(bytes, n, false, error))
		return notation_advise(error, read_ids(error->instead, strlen(error->instead),
						       with_class, id, &none));
	if (!colon)
		return notation_fail(error, PROBLEM_ID_FORM, 0, n);
	first = (size_t)(colon - bytes);
	colon = memchr(bytes + first + 1, ':', n - first - 1);
	second = colon ? (size_t)(colon - bytes) : n;
	if (!read_part(bytes, 0, first, &id->vendor, error) ||
	    !read_part(bytes, first + 1, second - first - 1, &id->device, error))
		return false;
	if (colon) {
		if (!with_class || n - second - 1 != ID_DIGITS)
			return notation_fail(error, PROBLEM_ID_FORM, second, n - second);
		id->class = notation_hex(bytes, second + 1, ID_DIGITS, ID_DIGITS, PROBLEM_ID_FORM,
					 PROBLEM_ID_RANGE, error);
		return id->class >= 0;
	}
	if (id->vendor == ANY && id->device == ANY)
		return notation_fail(error, PROBLEM_ID_EVERYTHING, 0, n);
	return true;
}

bool selector_read_id(const char *bytes, size_t n, struct id_pattern *id,
		      struct selector_error *error)
{
	return read_ids(bytes, n, true, id, error);
}

bool selector_read_subsystem(const char *bytes, size_t n, struct id_pattern *id,
			     struct selector_error *error)
{
	return read_ids(bytes, n, false, id, error);
}

bool selector_read_class(const char *bytes, size_t n, struct class_pattern *class,
			 struct selector_error *error)
{
	struct selector_error none;
	int32_t value;

	error->instead[0] = '\0';
	if (notation_is_list(bytes, n, error))
		return false;
	if (notation_is_foreign(bytes, n, false, error))
		return notation_advise(
			error,
			selector_read_class(error->instead, strlen(error->instead), class, &none));
	value = notation_hex(bytes, 0, n, 6, PROBLEM_CLASS_FORM, PROBLEM_CLASS_FORM, error);
	if (value < 0)
		return false;
	if (n % 2)
		return notation_fail(error, PROBLEM_CLASS_FORM, 0, n);
	*class = (struct class_pattern){ .value = (uint32_t)value, .bytes = (uint8_t)(n / 2) };
	return true;
}

bool selector_read_driver(const char *bytes, size_t n, struct selector_error *error)
{
	error->instead[0] = '\0';
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)bytes[i]) && bytes[i] != '_' && bytes[i] != '-')
			return notation_fail(error, PROBLEM_DRIVER_FORM, i, 1);
	if (n > DRIVER_MOST)
		return notation_fail(error, PROBLEM_DRIVER_FORM, 0, n);
	if (n == strlen(HELD_NAME) && memcmp(bytes, HELD_NAME, n) == 0)
		return notation_fail(error, PROBLEM_DRIVER_HELD, 0, n);
	return true;
}
