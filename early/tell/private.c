/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of private values: which made-up one is written for each. */
#include "tell/hide.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tell/scan.h"

void private_begin(struct privates *privates)
{
	privates->text = (struct text)TEXT_OVER(privates->text_bytes);
	privates->count = privates->host_count = 0;
	privates->last = 0;
	privates->collecting = true;
	privates->full = false;
}

uint32_t private_number(const char *digits, int base)
{
	char *end;
	unsigned long number = char_is_word(digits[0]) ? strtoul(digits, &end, base) : 0;

	return number && !*end && number <= MADE_UP_MOST ? (uint32_t)number : 0;
}

void private_take(struct privates *privates, uint32_t number)
{
	if (number > privates->last)
		privates->last = number;
}

struct private_value *private_find(struct privates *privates, const char *key)
{
	for (uint16_t v = 0; v < privates->count; v++)
		if (strcmp(privates->of[v].key, key) == 0)
			return &privates->of[v];
	return NULL;
}

struct private_value *private_value_of(struct privates *privates, const char *key)
{
	struct private_value *value = private_find(privates, key);

	if (!value) {
		const char *kept = privates->count < PRIVATE_MOST ?
					   text_keep(&privates->text, key, strlen(key)) :
					   NULL;

		if (!kept) {
			privates->full = true;
			return NULL;
		}
		value = &privates->of[privates->count++];
		*value = (struct private_value){ .key = kept };
	}
	if (!privates->collecting && !value->number) {
		if (privates->last == MADE_UP_MOST) {
			privates->full = true;
			return NULL;
		}
		value->number = ++privates->last;
	}
	return value;
}

/* Adds a name under the value that it is told by. */
static void add_host(struct privates *privates, const char *name, const char *key)
{
	const struct private_value *value;
	const char *kept;

	for (uint16_t h = 0; h < privates->host_count; h++)
		if (strcasecmp(privates->hosts[h], name) == 0)
			return;
	value = private_value_of(privates, key);
	kept = text_keep(&privates->text, name, strlen(name));
	if (!value || !kept || privates->host_count == PRIVATE_HOSTS_MOST) {
		privates->full = true;
		return;
	}
	privates->hosts[privates->host_count] = kept;
	privates->host_values[privates->host_count++] = (uint16_t)(value - privates->of);
}

static bool is_common(const char *name)
{
	static const char *const words[] = {
		"localhost", "localdomain", "linux",   "debian", "ubuntu", "fedora",
		"arch",      "archlinux",   "archiso", "dev",    "root",   "boot",
		"home",      "disk",        "mapper",  "vfio",   "pci",    "kernel",
		"options",   "module",      "uuid",    "none",   "swap",   "(none)",
	};

	for (size_t w = 0; w < LENGTH(words); w++)
		if (strcasecmp(name, words[w]) == 0)
			return true;
	return strlen(name) < 3;
}

void private_add_host(struct privates *privates, const char *name, size_t n)
{
	char whole[KEY_BYTES], doubled[2 * KEY_BYTES];
	size_t used = 0;

	while (n > 0 && isspace((unsigned char)name[n - 1]))
		n--;
	snprintf(whole, sizeof(whole), "%.*s", (int)n, name);
	for (char *dot = whole + strlen(whole); dot; dot = strrchr(whole, '.')) {
		*dot = '\0'; /* first the end, then each dot from behind */
		if (is_common(whole) || strncmp(whole, MADE_UP, strlen(MADE_UP)) == 0)
			continue;
		add_host(privates, whole, whole);
		/* device-mapper doubles each `-` of a volume group's name, which Debian makes of the machine's. */
		for (const char *c = whole; *c; c++) {
			if (*c == '-')
				doubled[used++] = '-';
			doubled[used++] = *c;
		}
		doubled[used] = '\0';
		if (strcmp(doubled, whole) != 0)
			add_host(privates, doubled, whole);
		used = 0;
	}
}

void private_replace(struct privates *privates, const char *digits, const char *instead)
{
	struct private_value *value = private_value_of(privates, digits);

	if (value)
		value->instead = text_keep(&privates->text, instead, strlen(instead));
	if (!value || !value->instead)
		privates->full = true;
}
