/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths from a root bus. */
#include <string.h>

#include "read/notation.h"

#define DEVICE_MOST 0x1f
#define FUNCTION_MOST 7

/* Reads device[.function] from bytes[start..end] as the path's next step. Only the last may leave out the function. */
static bool read_step(const char *bytes, size_t start, size_t end, bool last,
		      struct path_pattern *path, struct selector_error *error)
{
	const char *dot = memchr(bytes + start, '.', end - start);
	size_t device_end = dot ? (size_t)(dot - bytes) : end;
	int32_t device = notation_hex(bytes, start, device_end - start, 2, PROBLEM_PATH_FORM,
				      PROBLEM_PATH_RANGE, error);
	int32_t function = ANY;

	if (device < 0)
		return false;
	if (device > DEVICE_MOST)
		return notation_fail(error, PROBLEM_PATH_RANGE, start, device_end - start);
	if (dot) {
		function = notation_hex(bytes, device_end + 1, end - device_end - 1, 1,
					PROBLEM_PATH_FORM, PROBLEM_PATH_RANGE, error);
		if (function < 0)
			return false;
		if (function > FUNCTION_MOST)
			return notation_fail(error, PROBLEM_PATH_RANGE, device_end + 1, 1);
	} else if (!last) {
		return notation_fail(error, PROBLEM_PATH_FORM, start, end - start);
	}
	if (path->steps == PATH_MAX_STEPS)
		return notation_fail(error, PROBLEM_PATH_LONG, start, end - start);
	path->last_function = (int8_t)function;
	path->step[path->steps++] = (uint8_t)(device << 3 | (dot ? function : 0));
	return true;
}

/* Reads [domain:]bus: in front of the steps. Returns where they begin, or 0. */
static size_t read_bus(const char *bytes, size_t n, struct path_pattern *path,
		       struct selector_error *error)
{
	const char *slash = memchr(bytes, '/', n);
	size_t end = slash ? (size_t)(slash - bytes) : n;
	const char *colon = memchr(bytes, ':', end);
	size_t first = colon ? (size_t)(colon - bytes) : 0;
	const char *next = colon ? memchr(colon + 1, ':', end - first - 1) : NULL;
	int32_t domain = 0;
	int32_t bus;
	size_t start = 0;

	if (!colon) {
		notation_fail(error, PROBLEM_PATH_FORM, 0, n);
		return 0;
	}
	if (next) {
		domain = notation_hex(bytes, 0, first, 8, PROBLEM_PATH_FORM, PROBLEM_PATH_RANGE,
				      error);
		start = first + 1;
		first = (size_t)(next - bytes);
	}
	bus = domain < 0 ? -1 :
			   notation_hex(bytes, start, first - start, 2, PROBLEM_PATH_FORM,
					PROBLEM_PATH_RANGE, error);
	if (bus < 0)
		return 0;
	path->domain = (uint32_t)domain;
	path->bus = (uint8_t)bus;
	return first + 1;
}

bool selector_read_path(const char *bytes, size_t n, struct path_pattern *path,
			struct selector_error *error)
{
	struct selector_error none;
	size_t start;

	error->instead[0] = '\0';
	*path = (struct path_pattern){ 0 };
	if (notation_is_list(bytes, n, error))
		return false;
	/* Where the way cannot be told the advice is a slot, with its keyword. */
	if (notation_is_foreign(bytes, n, true, error))
		return notation_advise(error, strncmp(error->instead, "slot ", 5) == 0 ||
						      selector_read_path(error->instead,
									 strlen(error->instead),
									 path, &none));
	start = read_bus(bytes, n, path, error);
	while (start > 0 && start <= n) {
		const char *slash = memchr(bytes + start, '/', n - start);
		size_t end = slash ? (size_t)(slash - bytes) : n;

		if (!read_step(bytes, start, end, !slash, path, error))
			return false;
		start = end + 1;
	}
	return path->steps > 0;
}
