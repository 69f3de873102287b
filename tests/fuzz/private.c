/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is taken out of text as private: any bytes, with a machine's name in front of them. */
#include "tell/private.h"

#include <string.h>

#include "must.h"

#define HIDDEN_BYTES 65536

static struct privates privates;

static bool hide(const char *bytes, size_t n, char *hidden)
{
	struct text out = { .start = hidden, .size = HIDDEN_BYTES };
	bool good;

	hidden[0] = '\0';
	good = private_hide(&privates, bytes, n, true, &out);
	MUST(out.used < HIDDEN_BYTES && hidden[out.used] == '\0');
	return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static char copy[6001], first[HIDDEN_BYTES], again[HIDDEN_BYTES];
	size_t name;

	if (n >= sizeof(copy))
		return 0;
	/* Not behind its end, and not a byte more. */
	memcpy(copy, bytes, n);
	copy[n] = '\0';
	name = strcspn(copy, "\n");
	private_begin(&privates);
	private_add_host(&privates, copy, name);
	hide(copy, n, first);
	privates.collecting = false;
	/* Once all is found, the same text is hidden in the same way. */
	if (hide(copy, n, first)) {
		MUST(hide(copy, n, again));
		MUST(strcmp(first, again) == 0);
	}
	return 0;
}
