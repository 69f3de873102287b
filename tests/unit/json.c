/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is written as JSON: its shape, and that any bytes become a string. */
#include "tell/json.h"

#include <stdlib.h>

#include "test.h"

static char *written;
static size_t size;
static struct json json;

static void begin(void)
{
	json_begin(&json, open_memstream(&written, &size));
}

/* Ends the document and compares it. */
static bool is(const char *expected)
{
	bool same;

	json_end(&json, '}');
	fclose(json.out);
	same = same_text(written, expected);
	if (!same)
		printf("%s\n", written);
	free(written);
	return same;
}

static void shape(void)
{
	begin();
	CHECK(is("{}\n"));
	begin();
	json_number(&json, "n", -1);
	json_array(&json, "none");
	json_end(&json, ']');
	json_array(&json, "some");
	json_object(&json, NULL);
	json_bool(&json, "yes", true);
	json_bool(&json, "no", false);
	json_end(&json, '}');
	json_string(&json, NULL, NULL);
	json_end(&json, ']');
	json_string(&json, "last", "");
	CHECK(is("{\n"
		 "  \"n\": -1,\n"
		 "  \"none\": [],\n"
		 "  \"some\": [\n"
		 "    {\n"
		 "      \"yes\": true,\n"
		 "      \"no\": false\n"
		 "    },\n"
		 "    null\n"
		 "  ],\n"
		 "  \"last\": \"\"\n"
		 "}\n"));
}

static void strings(void)
{
	static const struct {
		const char *bytes, *as_json;
	} cases[] = {
		{ "a\"b\\c", "a\\\"b\\\\c" },
		{ "\t\n\x1f\x7f", "\\u0009\\u000a\\u001f\\u007f" },
		{ "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xa7",
		  "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xa7" },
		{ "\xc3", "\xef\xbf\xbd" }, /* cut short */
		{ "\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xf0\x9f\x90x", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdx" },
		{ "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" }, /* longer than need be */
		{ "\xe0\x80\xaf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" }, /* a surrogate */
		{ "\xf4\x90\x80\x80",
		  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" }, /* beyond 10ffff */
		{ "\x80\xff", "\xef\xbf\xbd\xef\xbf\xbd" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char expected[128];

		begin();
		json_string(&json, "s", cases[i].bytes);
		snprintf(expected, sizeof(expected), "{\n  \"s\": \"%s\"\n}\n", cases[i].as_json);
		CHECK_FOR(is(expected), "row %zu", i);
	}
}

int main(void)
{
	RUN(shape);
	RUN(strings);
	return END();
}
