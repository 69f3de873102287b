/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes what is private out of text: each value is replaced by a made-up one, everywhere by the same. */
#ifndef EARLYBIND_PRIVATE_H
#define EARLYBIND_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

#ifndef PRIVATE_MOST
#define PRIVATE_MOST 4096
#endif
#define PRIVATE_TEXT_BYTES (512 * 1024)
#define PRIVATE_HOSTS_MOST 64

struct private_value {
	const char *key; /* as it is looked up: of hex digits, those alone and small */
	const char *instead; /* what is written for it, or NULL: what its number says */
	uint32_t number; /* 0: it has none yet */
};

/* What has been found. Text is gone through twice: first all of it with `collecting`, then all of it again. Only then is it known
 * which made-up values stand in it already (it is a snapshot's), and they stay as they are. */
struct privates {
	char text_bytes[PRIVATE_TEXT_BYTES];
	struct text text;
	struct private_value of[PRIVATE_MOST];
	uint16_t count;
	const char *hosts[PRIVATE_HOSTS_MOST]; /* what the machine is called */
	uint16_t host_values[PRIVATE_HOSTS_MOST]; /* and which value each is */
	uint16_t host_count;
	uint32_t last; /* the last number that is taken */
	bool collecting;
	bool full; /* a value has no place, or no number is left: nothing may be printed */
};

void private_begin(struct privates *privates);

/* Makes n bytes a name of the machine, whole and up to its first dot, to be replaced wherever it stands as a word. Names that
 * many machines have are no secret, and words that something is known by; those stay. */
void private_add_host(struct privates *privates, const char *name, size_t n);

/* Has one value replaced by another that is known: hex digits. */
void private_replace(struct privates *privates, const char *digits, const char *instead);

/* Appends to `out` what may be seen of n bytes: `all` that is private replaced, or only the machine's names. Returns whether that
 * was possible; where it was not, `out` is not to be used. */
bool private_hide(struct privates *privates, const char *bytes, size_t n, bool all,
		  struct text *out);

#endif
