/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "selector.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define DOMAIN_MOST 0x7fffffff
#define BUS_MOST 0xff
#define DEVICE_MOST 0x1f
#define FUNCTION_MOST 7

struct part {
	size_t start;
	size_t length;
	bool there; /* its separator stands there, even if nothing else does */
	int32_t value;
};

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool fail(struct selector_error *error, enum problem_kind kind, size_t offset, size_t length)
{
	error->kind = kind;
	error->offset = offset;
	error->length = length;
	return false;
}

/* Reads one part; nothing at all and `*` are any. */
static bool read_part(const char *bytes, struct part *part, size_t digits, int32_t most,
		      struct selector_error *error)
{
	uint64_t value = 0;

	part->value = SLOT_ANY;
	if (part->length == 0 || (part->length == 1 && bytes[part->start] == '*'))
		return true;
	for (size_t i = 0; i < part->length; i++) {
		int d = digit(bytes[part->start + i]);

		if (d < 0)
			return fail(error, PROBLEM_SLOT_FORM, part->start + i, 1);
		if (i < digits)
			value = value << 4 | (uint64_t)d;
	}
	if (part->length > digits || value > (uint64_t)most)
		return fail(error, PROBLEM_SLOT_RANGE, part->start, part->length);
	part->value = (int32_t)value;
	return true;
}

static bool starts(const char *bytes, size_t n, const char *with)
{
	return n >= strlen(with) && strncmp(bytes, with, strlen(with)) == 0;
}

/* An address with any separators, as sysfs, udev and libvirt write it: 4 to 8, 2, 2 and 1 hex digits; Qubes leaves the
 * first out (`first` is 1 then). Returns its length or 0. */
static size_t read_foreign_address(const char *bytes, size_t n, size_t first, char *ours,
				   size_t size)
{
	static const struct {
		size_t least, most;
		char ends_with;
	} parts[] = { { 4, 8, ':' }, { 2, 2, ':' }, { 2, 2, '.' }, { 1, 1, '\0' } };
	size_t at = 0;
	size_t used = 0;

	for (size_t p = first; p < sizeof(parts) / sizeof(parts[0]); p++) {
		size_t digits = 0;

		while (at < n && digits < parts[p].most && digit(bytes[at]) >= 0) {
			if (used + 2 >= size)
				return 0;
			ours[used++] = (char)tolower((unsigned char)bytes[at++]);
			digits++;
		}
		if (digits < parts[p].least)
			return 0;
		if (parts[p].ends_with) {
			if (at >= n || !strchr(":._", bytes[at]))
				return 0;
			at++;
			ours[used++] = parts[p].ends_with;
		}
	}
	ours[used] = '\0';
	return at;
}

/* Whether a part of the slot begins with 0x here. */
static bool is_hex_prefix(const char *bytes, size_t n, size_t at)
{
	return at + 1 < n && bytes[at] == '0' && (bytes[at + 1] == 'x' || bytes[at + 1] == 'X') &&
	       (at == 0 || digit(bytes[at - 1]) < 0);
}

static bool has_hex_prefix(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_hex_prefix(bytes, n, i))
			return true;
	return false;
}

static void drop_hex_prefixes(const char *bytes, size_t n, char *ours, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < n && used + 1 < size; i++) {
		if (is_hex_prefix(bytes, n, i))
			i++;
		else
			ours[used++] = bytes[i];
	}
	ours[used] = '\0';
}

/* Advice that is wrong itself gives way to the advice for it, or to none. */
static void check_instead(struct selector_error *error)
{
	struct selector_error of_instead;
	struct slot_pattern slot;

	if (error->instead[0] &&
	    !selector_read_slot(error->instead, strlen(error->instead), &slot, &of_instead))
		memcpy(error->instead, of_instead.instead, sizeof(error->instead));
}

/* Notations of other tools: /sys/… paths, udev's pci-…, libvirt's pci_…, Qubes' 0000_00_08.1-00_00.0, and 0x numbers.
 * Where one is recognized, *error gets it in ours. */
static bool read_foreign(const char *bytes, size_t n, struct selector_error *error)
{
	size_t start = 0;

	if (has_hex_prefix(bytes, n)) {
		drop_hex_prefixes(bytes, n, error->instead, sizeof(error->instead));
		check_instead(error);
		fail(error, PROBLEM_SLOT_FOREIGN, 0, n);
		return true;
	}
	if (bytes[0] == '/') {
		while (n > 1 && bytes[n - 1] == '/')
			n--;
		for (size_t i = 0; i < n; i++)
			if (bytes[i] == '/')
				start = i + 1;
	} else if (starts(bytes, n, "pci-") || starts(bytes, n, "pci_")) {
		start = 4;
	} else if (n < 5 || !memchr(bytes, '_', n)) {
		return false;
	}
	for (size_t first = 0; first < 2; first++) {
		size_t address = read_foreign_address(bytes + start, n - start, first,
						      error->instead, sizeof(error->instead));
		if (address > 0 && address == n - start)
			break;
		error->instead[0] =
			'\0'; /* a Qubes path, or something longer: a path, not a slot */
	}
	check_instead(error);
	fail(error, PROBLEM_SLOT_FOREIGN, 0, n);
	return true;
}

/* Cuts the slot at its separators, from the right: function, device, bus, domain. */
static bool cut(const char *bytes, size_t n, struct part *domain, struct part *bus,
		struct part *device, struct part *function, struct selector_error *error)
{
	const char *dot = memchr(bytes, '.', n);
	size_t end = dot ? (size_t)(dot - bytes) : n;
	size_t colons[2];
	size_t count = 0;

	if (dot)
		*function = (struct part){ .start = end + 1, .length = n - end - 1, .there = true };
	for (size_t i = 0; i < end; i++) {
		if (bytes[i] != ':')
			continue;
		if (count == 2)
			return fail(error, PROBLEM_SLOT_FORM, i, n - i);
		colons[count++] = i;
	}
	if (count == 2)
		*domain = (struct part){ .start = 0, .length = colons[0], .there = true };
	if (count > 0) {
		size_t start = count == 2 ? colons[0] + 1 : 0;

		*bus = (struct part){ .start = start,
				      .length = colons[count - 1] - start,
				      .there = true };
		start = colons[count - 1] + 1;
		*device = (struct part){ .start = start, .length = end - start, .there = true };
	} else {
		*device = (struct part){ .start = 0, .length = end, .there = true };
	}
	return true;
}

bool selector_read_slot(const char *bytes, size_t n, struct slot_pattern *slot,
			struct selector_error *error)
{
	struct part domain = { 0 }, bus = { 0 }, device = { 0 }, function = { 0 };
	const char *comma = memchr(bytes, ',', n);

	error->instead[0] = '\0';
	if (comma)
		return fail(error, PROBLEM_SLOT_LIST, (size_t)(comma - bytes),
			    n - (size_t)(comma - bytes));
	if (read_foreign(bytes, n, error))
		return false;
	if (!cut(bytes, n, &domain, &bus, &device, &function, error) ||
	    !read_part(bytes, &domain, 8, DOMAIN_MOST, error) ||
	    !read_part(bytes, &bus, 2, BUS_MOST, error) ||
	    !read_part(bytes, &device, 2, bus.there ? DEVICE_MOST : BUS_MOST, error) ||
	    !read_part(bytes, &function, 1, FUNCTION_MOST, error))
		return false;
	if (domain.length == 0)
		domain.value = 0;

	/* lspci reads `07` as device 07 on every bus, and nobody means that. */
	if (!bus.there && device.value != SLOT_ANY) {
		snprintf(error->instead, sizeof(error->instead),
			 function.value == SLOT_ANY ? "%02x:00" : "%02x:00.%x",
			 (unsigned)device.value, (unsigned)function.value);
		return fail(error, PROBLEM_SLOT_LONE_DEVICE, 0, n);
	}
	if (bus.value == SLOT_ANY && device.value == SLOT_ANY &&
	    (domain.length == 0 || domain.value == SLOT_ANY))
		return fail(error, PROBLEM_SLOT_EVERYTHING, 0, n);

	*slot = (struct slot_pattern){
		.domain = domain.value,
		.bus = (int16_t)bus.value,
		.device = (int16_t)device.value,
		.function = (int16_t)function.value,
	};
	return true;
}
