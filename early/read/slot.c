/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Slots, and the addresses of single functions. */
#include <stdio.h>
#include <string.h>

#include "read/notation.h"

#define DOMAIN_DIGITS 8
#define BUS_MOST 0xff
#define DEVICE_MOST 0x1f
#define FUNCTION_MOST 7

/* One part of a slot, between its separators. */
struct part {
	size_t start;
	size_t length;
	bool there; /* its separator stands there, even if nothing else does */
	int32_t value;
};

struct parts {
	struct part domain, bus, device, function;
};

/* Cuts a slot at its separators. */
static bool cut(const char *bytes, size_t n, struct parts *parts, struct selector_error *error)
{
	const char *dot = memchr(bytes, '.', n);
	size_t end = dot ? (size_t)(dot - bytes) : n;
	size_t colons[2];
	size_t count = 0;
	size_t start = 0;

	*parts = (struct parts){ 0 };
	if (dot)
		parts->function = (struct part){ end + 1, n - end - 1, true, ANY };
	for (size_t i = 0; i < end; i++) {
		if (bytes[i] != ':')
			continue;
		if (count == 2)
			return notation_fail(error, PROBLEM_SLOT_FORM, i, n - i);
		colons[count++] = i;
	}
	if (count == 2) {
		parts->domain = (struct part){ 0, colons[0], true, ANY };
		start = colons[0] + 1;
	}
	if (count > 0) {
		parts->bus = (struct part){ start, colons[count - 1] - start, true, ANY };
		start = colons[count - 1] + 1;
	}
	parts->device = (struct part){ start, end - start, true, ANY };
	return true;
}

/* Reads one part; nothing at all and `*` are any. */
static bool read_part(const char *bytes, struct part *part, size_t digits, int32_t most,
		      struct selector_error *error)
{
	part->value = ANY;
	if (part->length == 0 || (part->length == 1 && bytes[part->start] == '*'))
		return true;
	part->value = notation_hex(bytes, part->start, part->length, digits, PROBLEM_SLOT_FORM,
				   PROBLEM_SLOT_RANGE, error);
	if (part->value > most)
		return notation_fail(error, PROBLEM_SLOT_RANGE, part->start, part->length);
	return part->value >= 0;
}

static bool read_parts(const char *bytes, size_t n, struct parts *parts,
		       struct selector_error *error)
{
	int32_t device_most;

	if (!cut(bytes, n, parts, error))
		return false;
	/* Where a number stands alone, a bus is meant. */
	device_most = parts->bus.there ? DEVICE_MOST : BUS_MOST;
	return read_part(bytes, &parts->domain, DOMAIN_DIGITS, INT32_MAX, error) &&
	       read_part(bytes, &parts->bus, 2, BUS_MOST, error) &&
	       read_part(bytes, &parts->device, 2, device_most, error) &&
	       read_part(bytes, &parts->function, 1, FUNCTION_MOST, error);
}

static struct slot_pattern pattern_of(const struct parts *parts)
{
	return (struct slot_pattern){
		.domain = parts->domain.length ? parts->domain.value : 0,
		.bus = (int16_t)parts->bus.value,
		.device = (int16_t)parts->device.value,
		.function = (int16_t)parts->function.value,
	};
}

/* Advice that is wrong itself gives way to the advice for it, or to none. */
static bool check_instead(struct selector_error *error)
{
	struct selector_error of_instead;
	struct slot_pattern slot;

	if (error->instead[0] && strncmp(error->instead, "path ", strlen("path ")) != 0 &&
	    !selector_read_slot(error->instead, strlen(error->instead), &slot, &of_instead))
		memcpy(error->instead, of_instead.instead, sizeof(error->instead));
	return false;
}

bool selector_read_slot(const char *bytes, size_t n, struct slot_pattern *slot,
			struct selector_error *error)
{
	struct parts parts;

	error->instead[0] = '\0';
	if (notation_is_foreign(bytes, n, false, error))
		return check_instead(error);
	if (notation_is_list(bytes, n, error) || !read_parts(bytes, n, &parts, error))
		return false;
	/* lspci reads `07` as device 07 on every bus, and nobody means that. */
	if (!parts.bus.there && parts.device.value != ANY) {
		snprintf(error->instead, sizeof(error->instead),
			 parts.function.value == ANY ? "%02x:00" : "%02x:00.%x",
			 (unsigned)parts.device.value, (unsigned)parts.function.value);
		return notation_fail(error, PROBLEM_SLOT_LONE_DEVICE, 0, n);
	}
	*slot = pattern_of(&parts);
	if (slot->bus == ANY && slot->device == ANY &&
	    (slot->domain == ANY || !parts.domain.length))
		return notation_fail(error, PROBLEM_SLOT_EVERYTHING, 0, n);
	return true;
}

bool selector_read_group(const char *bytes, size_t n, struct slot_pattern *address,
			 struct selector_error *error)
{
	struct selector_error none;
	struct parts parts;
	size_t digits = 0;

	error->instead[0] = '\0';
	while (digits < n && notation_digit(bytes[digits]) >= 0)
		digits++;
	if (digits == n)
		return notation_fail(error, PROBLEM_GROUP_NUMBER, 0, n);
	if (notation_is_list(bytes, n, error))
		return false;
	if (notation_is_foreign(bytes, n, false, error))
		return notation_advise(error,
				       selector_read_group(error->instead, strlen(error->instead),
							   address, &none));
	if (!read_parts(bytes, n, &parts, error))
		return false;
	*address = pattern_of(&parts);
	if (address->domain == ANY || address->bus == ANY || address->device == ANY ||
	    address->function == ANY)
		return notation_fail(error, PROBLEM_GROUP_FORM, 0, n);
	return true;
}
