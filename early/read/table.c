/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/table.h"

#include <string.h>

#define BLANKS " \t\r"

int table_next(char **rest, char *fields[TABLE_MOST_FIELDS])
{
	char *at = *rest;
	int count = 0;
	char *end;

	if (!*at)
		return -1;
	end = at + strcspn(at, "\n");
	*rest = *end ? end + 1 : end;
	*end = '\0';
	for (at += strspn(at, BLANKS); *at && count < TABLE_MOST_FIELDS; at += strspn(at, BLANKS)) {
		if (count == 0 && *at == '#')
			return 0;
		fields[count++] = at;
		at += strcspn(at, BLANKS);
		if (*at)
			*at++ = '\0';
	}
	return count;
}

static bool is_octal(const char *at)
{
	for (int i = 0; i < 3; i++)
		if (at[i] < '0' || at[i] > '7')
			return false;
	return at[0] <= '3';
}

void table_unescape(char *field)
{
	char *to = field;

	for (const char *from = field; *from;) {
		if (from[0] == '\\' && is_octal(from + 1)) {
			*to++ = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 |
				       (from[3] - '0'));
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
}

bool table_has(const char *list, const char *word)
{
	size_t length = strlen(word);

	while (*list) {
		size_t n = strcspn(list, ",");

		if (n == length && strncmp(list, word, n) == 0)
			return true;
		list += n + (list[n] == ',');
	}
	return false;
}
