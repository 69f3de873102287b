/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/notation.h"

#include <ctype.h>
#include <string.h>

int notation_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool notation_fail(struct selector_error *error, enum problem_kind kind, size_t offset, size_t n)
{
	error->kind = kind;
	error->offset = offset;
	error->length = n;
	return false;
}

bool notation_advise(struct selector_error *error, bool good)
{
	if (!good)
		error->instead[0] = '\0';
	return false;
}

int32_t notation_hex(const char *bytes, size_t start, size_t n, size_t digits,
		     enum problem_kind form, enum problem_kind range, struct selector_error *error)
{
	uint64_t value = 0;

	if (n == 0) {
		notation_fail(error, form, start, 0);
		return -1;
	}
	for (size_t i = start; i < start + n; i++) {
		if (notation_digit(bytes[i]) < 0) {
			notation_fail(error, form, i, 1);
			return -1;
		}
		if (i - start < digits)
			value = value << 4 | (uint64_t)notation_digit(bytes[i]);
	}
	if (n > digits || value > INT32_MAX) {
		notation_fail(error, range, start, n);
		return -1;
	}
	return (int32_t)value;
}

bool notation_is_list(const char *bytes, size_t n, struct selector_error *error)
{
	const char *comma = memchr(bytes, ',', n);
	size_t offset = comma ? (size_t)(comma - bytes) : 0;

	if (comma)
		notation_fail(error, PROBLEM_LIST, offset, n - offset);
	return comma != NULL;
}

static bool starts(const char *bytes, size_t n, const char *with)
{
	return n >= strlen(with) && strncmp(bytes, with, strlen(with)) == 0;
}

/* Whether a number begins with 0x here. */
static bool is_hex_prefix(const char *bytes, size_t n, size_t at)
{
	return at + 1 < n && bytes[at] == '0' && (bytes[at + 1] == 'x' || bytes[at + 1] == 'X') &&
	       (at == 0 || notation_digit(bytes[at - 1]) < 0);
}

static bool has_hex_prefix(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_hex_prefix(bytes, n, i))
			return true;
	return false;
}

static void drop_hex_prefixes(const char *bytes, size_t n, struct text *ours)
{
	for (size_t i = 0; i < n; i++) {
		if (is_hex_prefix(bytes, n, i))
			i++;
		else
			text_add(ours, "%c", bytes[i]);
	}
}

/* Copies `least` to `most` hex digits. Returns how many there were, 0 for too few. */
static size_t copy_digits(const char *bytes, size_t n, size_t least, size_t most, struct text *ours)
{
	size_t digits = 0;

	while (digits < n && digits < most && notation_digit(bytes[digits]) >= 0)
		text_add(ours, "%c", tolower((unsigned char)bytes[digits++]));
	return digits >= least ? digits : 0;
}

/* Copies an address of four parts, or of three without a domain, with `:`, `_` or `.` between them as ours. Returns its
 * length, or 0. */
static size_t copy_address(const char *bytes, size_t n, struct text *ours)
{
	static const struct {
		size_t least, most;
		char ends_with;
	} parts[] = { { 4, 8, ':' }, { 2, 2, ':' }, { 2, 2, '.' }, { 1, 1, '\0' } };
	bool no_domain = n > 2 && notation_digit(bytes[2]) < 0;
	size_t at = 0;

	for (size_t p = no_domain; p < sizeof(parts) / sizeof(parts[0]); p++) {
		size_t digits =
			copy_digits(bytes + at, n - at, parts[p].least, parts[p].most, ours);

		if (digits == 0)
			return 0;
		at += digits;
		if (!parts[p].ends_with)
			continue;
		if (at >= n || !strchr(":._", bytes[at]))
			return 0;
		text_add(ours, "%c", parts[p].ends_with);
		at++;
	}
	return at;
}

/* Copies one more step of a path as device.function: Qubes' notation has a bus before it, sysfs a domain and a bus. Returns
 * its length, or 0. */
static size_t copy_step(const char *bytes, size_t n, struct text *ours)
{
	char whole[32];
	struct text address = TEXT_OVER(whole);
	size_t length;

	text_clear(&address);
	length = copy_address(bytes, n, &address);
	if (length > 0)
		text_add(ours, "/%s", strrchr(whole, ':') + 1);
	return length;
}

/* A chain of addresses with `-` or `/` between them, from the root bus down. Returns whether it is read to the end. */
static bool copy_path(const char *bytes, size_t n, struct text *ours)
{
	size_t at = copy_address(bytes, n, ours);

	while (at > 0 && at < n && (bytes[at] == '-' || bytes[at] == '/')) {
		size_t step = copy_step(bytes + at + 1, n - at - 1, ours);

		if (step == 0)
			return false;
		at += 1 + step;
	}
	return at == n;
}

/* Where the last part of a file's path begins. */
static size_t last_part(const char *bytes, size_t n)
{
	while (n > 0 && bytes[n - 1] != '/')
		n--;
	return n;
}

/* Where the first function stands in a path of sysfs, behind pci0000:00/; n where there is none. */
static size_t first_function(const char *bytes, size_t n)
{
	for (size_t i = 0; i + 4 < n; i++)
		if (starts(bytes + i, n - i, "/pci"))
			for (size_t j = i + 1; j < n; j++)
				if (bytes[j] == '/')
					return j + 1;
	return n;
}

/* Writes in our notation what bytes[0..n], one of another program, means. Returns whether it could. */
static bool translate(const char *bytes, size_t n, bool wants_path, struct text *ours)
{
	size_t start = 0;

	if (has_hex_prefix(bytes, n)) {
		drop_hex_prefixes(bytes, n, ours);
		return true;
	}
	while (n > 1 && bytes[n - 1] == '/')
		n--;
	if (bytes[0] == '/' && wants_path) {
		start = first_function(bytes, n);
		if (start < n && copy_path(bytes + start, n - start, ours))
			return true;
		text_clear(ours);
	}
	if (bytes[0] == '/')
		start = last_part(bytes, n);
	else if (starts(bytes, n, "pci-") || starts(bytes, n, "pci_"))
		start = 4;
	else if (memchr(bytes, '-', n)) {
		if (!wants_path)
			text_add(ours, "path ");
		return copy_path(bytes, n, ours);
	}
	if (wants_path)
		text_add(ours, "slot ");
	return copy_address(bytes + start, n - start, ours) == n - start;
}

bool notation_is_foreign(const char *bytes, size_t n, bool wants_path, struct selector_error *error)
{
	struct text ours = TEXT_OVER(error->instead);

	text_clear(&ours);
	if (!has_hex_prefix(bytes, n) && bytes[0] != '/' && !starts(bytes, n, "pci-") &&
	    !memchr(bytes, '_', n))
		return false;
	if (!translate(bytes, n, wants_path, &ours) || ours.cut)
		text_clear(&ours);
	notation_fail(error, PROBLEM_FOREIGN, 0, n);
	return true;
}
