/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What reads one value: only its own bytes count, and whatever they are there is an answer. What each value means
 * is language.c's. */
#include "read/selector.h"

#include "test.h"

/* Only n bytes are the value's: the rest of the line is none of its business. */
static void length_counts(void)
{
	struct selector_error error;
	struct slot_pattern slot;
	struct path_pattern path;
	struct id_pattern id;

	CHECK(selector_read_slot("07:00.0,x", 7, &slot, &error) && slot.bus == 7 &&
	      slot.function == 0);
	CHECK(selector_read_slot("07:00.0", 5, &slot, &error) && slot.function == ANY);
	CHECK(selector_read_id("10de:1f08:0300", 9, &id, &error) && id.class == ANY);
	CHECK(selector_read_path("00:01.1/00.0/x", 12, &path, &error) && path.steps == 2);
	CHECK(selector_read_driver("pci-stub.x", 8, &error));
}

/* Reads with the i-th of them. Whatever is read is in its range. */
static bool read_with(unsigned i, const char *text, size_t n, struct selector_error *error)
{
	struct slot_pattern slot = { 0 };
	struct path_pattern path = { 0 };
	struct class_pattern class = { 0 };
	struct id_pattern id = { 0 };
	bool good = false;

	switch (i) {
	case 0:
		good = selector_read_slot(text, n, &slot, error);
		break;
	case 1:
		good = selector_read_group(text, n, &slot, error);
		break;
	case 2:
		good = selector_read_path(text, n, &path, error);
		break;
	case 3:
		good = selector_read_id(text, n, &id, error);
		break;
	case 4:
		good = selector_read_subsystem(text, n, &id, error);
		break;
	case 5:
		good = selector_read_class(text, n, &class, error);
		break;
	default:
		good = selector_read_driver(text, n, error);
		break;
	}
	CHECK_FOR(!good || (slot.bus <= 0xff && slot.device <= 0x1f && slot.function <= 7),
		  "%u: %.*s", i, (int)n, text);
	CHECK_FOR(!good || (path.steps <= PATH_MAX_STEPS && path.last_function <= 7), "%u: %.*s", i,
		  (int)n, text);
	CHECK_FOR(!good || (id.vendor <= 0xffff && id.device <= 0xffff && id.class <= 0xffff &&
			    class.value <= 0xffffff && class.bytes <= 3),
		  "%u: %.*s", i, (int)n, text);
	return good;
}

/* Whatever the bytes: an answer, a place that is inside of them, and advice that is good itself. */
static void any_bytes(void)
{
	static const char letters[] = "0127fx:.*,_/-pci\\ \"\xff";
	unsigned state = 1;
	unsigned good = 0, advised = 0;

	for (unsigned i = 0; i < 200000; i++) {
		struct selector_error error = { 0 }, none;
		char text[24];
		size_t n = 1 + i / 7 % (sizeof(text) - 1);

		for (size_t j = 0; j < n; j++) {
			state = state * 1103515245u + 12345u;
			text[j] = letters[(state >> 16) % (sizeof(letters) - 1)];
		}
		if (read_with(i % 7, text, n, &error)) {
			good++;
			continue;
		}
		CHECK_FOR(error.offset + error.length <= n, "%u: %.*s", i % 7, (int)n, text);
		CHECK_FOR(strlen(error.instead) < sizeof(error.instead), "%u: %.*s", i % 7, (int)n,
			  text);
		/* advice with a keyword of its own is for another condition */
		if (!error.instead[0] || strchr(error.instead, ' '))
			continue;
		advised++;
		CHECK_FOR(error.offset > 0 ||
				  read_with(i % 7, error.instead, strlen(error.instead), &none),
			  "%u: %.*s: %s", i % 7, (int)n, text, error.instead);
	}
	/* Or nothing was tested. */
	CHECK_FOR(good > 1000 && advised > 100, "%u, %u", good, advised);
}

int main(void)
{
	RUN(length_counts);
	RUN(any_bytes);
	return END();
}
