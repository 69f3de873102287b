/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tell/json.h"

#include <inttypes.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd"

/* How many bytes of UTF-8 begin here, as RFC 3629 allows them: no surrogates, nothing longer than need be. 0: none. */
static size_t utf8_length(const unsigned char *at)
{
	static const struct {
		unsigned char first_low, first_high, second_low, second_high;
		size_t length;
	} forms[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	if (*at < 0x80)
		return 1;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		size_t n = 2;

		if (at[0] < forms[i].first_low || at[0] > forms[i].first_high)
			continue;
		if (at[1] < forms[i].second_low || at[1] > forms[i].second_high)
			return 0;
		while (n < forms[i].length && at[n] >= 0x80 && at[n] <= 0xbf)
			n++;
		return n == forms[i].length ? n : 0;
	}
	return 0;
}

static void write_string(FILE *out, const char *value)
{
	const unsigned char *at = (const unsigned char *)value;

	fputc('"', out);
	while (*at) {
		size_t n = utf8_length(at);

		if (n == 0)
			fputs(REPLACEMENT, out);
		else if (*at == '"' || *at == '\\')
			fprintf(out, "\\%c", *at);
		else if (*at < 0x20 || *at == 0x7f)
			fprintf(out, "\\u%04x", *at);
		else
			fwrite(at, 1, n, out);
		at += n ? n : 1;
	}
	fputc('"', out);
}

static void begin_line(struct json *json)
{
	fprintf(json->out, "%s\n%*s", json->any ? "," : "", (int)(2 * json->depth), "");
	json->any = true;
}

static void begin_member(struct json *json, const char *key)
{
	begin_line(json);
	if (key) {
		write_string(json->out, key);
		fputs(": ", json->out);
	}
}

static void open_bracket(struct json *json, char bracket)
{
	fputc(bracket, json->out);
	json->depth++;
	json->any = false;
}

void json_begin(struct json *json, FILE *out)
{
	*json = (struct json){ .out = out };
	open_bracket(json, '{');
}

void json_object(struct json *json, const char *key)
{
	begin_member(json, key);
	open_bracket(json, '{');
}

void json_array(struct json *json, const char *key)
{
	begin_member(json, key);
	open_bracket(json, '[');
}

void json_end(struct json *json, char bracket)
{
	bool any = json->any;

	json->depth--;
	json->any = false;
	if (any)
		begin_line(json);
	json->any = true;
	fputc(bracket, json->out);
	if (json->depth == 0)
		fputc('\n', json->out);
}

void json_string(struct json *json, const char *key, const char *value)
{
	begin_member(json, key);
	if (value)
		write_string(json->out, value);
	else
		fputs("null", json->out);
}

void json_number(struct json *json, const char *key, int64_t value)
{
	begin_member(json, key);
	fprintf(json->out, "%" PRId64, value);
}

void json_bool(struct json *json, const char *key, bool value)
{
	begin_member(json, key);
	fputs(value ? "true" : "false", json->out);
}

void json_address(struct json *json, const char *key, struct pci_address at)
{
	char name[ADDRESS_BYTES];

	address_write(name, at);
	json_string(json, key, name);
}

void json_hex(struct json *json, const char *key, unsigned value, int digits)
{
	char text[16];

	snprintf(text, sizeof(text), "%0*x", digits, value);
	json_string(json, key, text);
}
