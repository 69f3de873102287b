/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void text_add(struct text *text, const char *format, ...)
{
	size_t room = text->size - text->used;
	va_list arguments;
	int wanted;

	va_start(arguments, format);
	wanted = vsnprintf(text->start + text->used, room, format, arguments);
	va_end(arguments);
	if (wanted < 0 || (size_t)wanted >= room) {
		text->used = text->size ? text->size - 1 : 0;
		text->cut = true;
		return;
	}
	text->used += (size_t)wanted;
}

void text_clear(struct text *text)
{
	text->used = 0;
	text->cut = false;
	if (text->size)
		text->start[0] = '\0';
}

const char *text_keep(struct text *arena, const char *bytes, size_t n)
{
	char *kept;

	if (n >= arena->size - arena->used) {
		arena->cut = true;
		return NULL;
	}
	kept = arena->start + arena->size - arena->used - n - 1;
	memcpy(kept, bytes, n);
	kept[n] = '\0';
	arena->used += n + 1;
	return kept;
}
