/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds what is private in a text, and writes something made up for it. */
#include "tell/hide.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tell/scan.h"

#define LVM_ID_BYTES 32
#define LEAST_DIGITS 8 /* of a hex value whose form is kept: a FAT volume's, an MBR disk's */
#define LEAST_LONE_DIGITS 12 /* of one that stands by itself: a MAC address without colons */

/* Writes a number over the hex digits of n bytes, and leaves what is between them: a2, zeros, the number. What begins
 * with a2 as a MAC address is one that no maker gives out. */
static void put_digits(struct text *out, const char *form, size_t n, size_t count, uint32_t number)
{
	char digits[KEY_BYTES];
	bool capitals = false;
	size_t d = 0;

	snprintf(digits, sizeof(digits), "a2%0*u", (int)count - 2, number);
	for (size_t i = 0; i < n; i++)
		capitals |= form[i] >= 'A' && form[i] <= 'F';
	for (size_t i = 0; i < n; i++) {
		char c = isxdigit((unsigned char)form[i]) ? digits[d++] : form[i];

		if (capitals)
			c = (char)toupper((unsigned char)c);
		scan_put(out, &c, 1);
	}
}

static void hide_word(struct scan *scan, size_t n);

/* The hex digits among the next n bytes, as a key. Returns how many they are. */
static size_t read_digits(const struct scan *scan, size_t n, char key[KEY_BYTES])
{
	size_t count = 0;

	for (size_t i = 0; i < n && count < KEY_BYTES - 1; i++)
		if (isxdigit((unsigned char)scan->at[i]))
			key[count++] = (char)tolower((unsigned char)scan->at[i]);
	key[count] = '\0';
	return count;
}

/* Replaces the hex digits of the next n bytes: of one value the same ones, however it is written. */
static void hide_digits(struct scan *scan, size_t n)
{
	struct private_value *value;
	char key[KEY_BYTES] = "";
	size_t count = read_digits(scan, n, key);
	uint32_t number = strncmp(key, "a2", 2) == 0 ? private_number(key + 2, 10) : 0;

	if (n >= KEY_BYTES) {
		hide_word(scan, n);
		return;
	}
	if (number) {
		private_take(scan->privates, number);
		scan_keep(scan, n);
		return;
	}
	value = private_value_of(scan->privates, key);
	if (value && value->instead)
		scan_put(scan->out, value->instead, strlen(value->instead));
	else if (value)
		put_digits(scan->out, scan->at, n, count, value->number);
	scan->at += n;
}

/* Replaces the next n bytes, which `key` stands for, by a made-up word of at least `width` bytes. */
static void hide_key(struct scan *scan, const char *key, size_t n, int width)
{
	uint32_t number = strncmp(key, MADE_UP, strlen(MADE_UP)) == 0 ?
				  private_number(key + strlen(MADE_UP), 10) :
				  0;
	struct private_value *value;

	if (number) {
		private_take(scan->privates, number);
		scan_keep(scan, n);
		return;
	}
	value = private_value_of(scan->privates, key);
	if (value) {
		char word[KEY_BYTES];

		snprintf(word, sizeof(word), MADE_UP "%0*u",
			 width > (int)strlen(MADE_UP) ? width - (int)strlen(MADE_UP) : 1,
			 value->number);
		scan_put(scan->out, word, strlen(word));
	}
	scan->at += n;
}

static void hide_word(struct scan *scan, size_t n)
{
	char key[4096];

	if (n >= sizeof(key)) {
		scan->privates->full = true;
		return;
	}
	memcpy(key, scan->at, n);
	key[n] = '\0';
	if (n)
		hide_key(scan, key, n, 0);
}

/* How many bytes from here on have a form in which x is a hex digit; 0 where they have not. */
static size_t span_of_form(const struct scan *scan, const char *form)
{
	size_t n = strlen(form);

	if ((size_t)(scan->end - scan->at) < n)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (form[i] == 'x' ? !isxdigit((unsigned char)scan->at[i]) : form[i] != scan->at[i])
			return 0;
	return scan_ends(scan, n) ? n : 0;
}

#define PAIR8(sep) "xx" sep "xx" sep "xx" sep "xx" sep "xx" sep "xx" sep "xx" sep "xx"

static size_t span_of_value(const struct scan *scan)
{
	static const char *const forms[] = {
		"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", /* a UUID */
		"xxxxxxxx:xxxxxxxx:xxxxxxxx:xxxxxxxx", /* the same as mdadm writes it */
		PAIR8(":") ":" PAIR8(":") ":xx:xx:xx:xx", /* InfiniBand's hardware address */
		PAIR8(":"), /* a port's world wide name */
		"xx-xx-xx-xx-xx-xx-xx", /* BOOTIF= */
		"xx:xx:xx:xx:xx:xx",
		"xx-xx-xx-xx-xx-xx",
		"xxxx.xxxx.xxxx",
	};

	for (size_t f = 0; f < LENGTH(forms); f++) {
		size_t n = span_of_form(scan, forms[f]);

		if (n)
			return n;
	}
	return 0;
}

static size_t span_of_digits(const struct scan *scan)
{
	size_t n = 0;

	while (scan->at + n < scan->end && isxdigit((unsigned char)scan->at[n]))
		n++;
	return scan_ends(scan, n) ? n : 0;
}

/* Whether the next n bytes are a short value that has been met with its name. */
static bool is_met(const struct scan *scan, size_t n)
{
	char key[KEY_BYTES];

	read_digits(scan, n, key);
	return private_find(scan->privates, key);
}

/* UUIDs, hardware addresses, world wide names, and whatever else is a long hex number. */
static bool hide_hex(struct scan *scan)
{
	static const char *const short_forms[] = { "xxxx-xxxx", "xxxxxxxx-xx" };
	size_t n;

	if (!scan_begins(scan))
		return false;
	/* wwn-0x5000c500a1b2c3d4; an interface by its hardware address: enx001122334455 */
	if (scan_has(scan, "0x") && scan->end - scan->at > 2) {
		scan->at += 2;
		n = span_of_digits(scan);
		scan->at -= 2;
		if (n < 16)
			return false;
		scan_keep(scan, 2);
		hide_digits(scan, n);
		return true;
	}
	if (scan->end - scan->at > 3 && islower((unsigned char)scan->at[0]) &&
	    islower((unsigned char)scan->at[1]) && scan->at[2] == 'x') {
		scan->at += 3;
		n = span_of_digits(scan);
		scan->at -= 3;
		if (n == 12) {
			scan_keep(scan, 3);
			hide_digits(scan, n);
			return true;
		}
	}
	n = span_of_value(scan);
	if (!n)
		n = span_of_digits(scan) >= LEAST_LONE_DIGITS ? span_of_digits(scan) : 0;
	for (size_t f = 0; f < LENGTH(short_forms) && !n; f++) {
		n = span_of_form(scan, short_forms[f]);
		n = n && is_met(scan, n) ? n : 0;
	}
	if (n)
		hide_digits(scan, n);
	return n > 0;
}

/* The n bytes behind a name that says what they are: a UUID of any kind, or a label. */
static void hide_named(struct scan *scan, size_t n)
{
	size_t digits = 0, others = 0;

	if (n >= strlen("luks-") && strncmp(scan->at, "luks-", strlen("luks-")) == 0) {
		scan_keep(scan, strlen("luks-"));
		n -= strlen("luks-");
	}
	for (size_t i = 0; i < n; i++) {
		digits += isxdigit((unsigned char)scan->at[i]) != 0;
		others += !isxdigit((unsigned char)scan->at[i]) && scan->at[i] != '-';
	}
	if (span_of_value(scan) == n || (!others && digits >= LEAST_DIGITS && digits < KEY_BYTES))
		hide_digits(scan, n);
	else
		hide_word(scan, n);
}

/* Whether a label is told here, and by the whole of a field. */
static bool begins_label(const struct scan *scan)
{
	return scan_has(scan, "label=") &&
	       (scan->at == scan->field ||
		(scan->at - scan->field == 4 && strncasecmp(scan->field, "part", 4) == 0));
}

/* What stands behind the name of its kind. */
static bool hide_tag(struct scan *scan)
{
	static const struct {
		const char *name, *end;
	} tags[] = {
		{ "uuid=", "\"',;:" },      { "label=", "\"',;" },
		{ "/by-uuid/", "\"',;/:" }, { "/by-partuuid/", "\"',;/:" },
		{ "/by-label/", "\"',/" },  { "/by-partlabel/", "\"',/" },
		{ "/by-id/", "\"',/" },     { "/by-path/ip-", "\"',/" },
		{ "iqn.", "\"',/" },        { "://", "\"'" },
		{ "=nfs:", "\"'" },         { "=nfs4:", "\"'" },
		{ "=nbd:", "\"'" },         { "=iscsi:", "\"'" },
	};
	/* fstab and crypttab know no quotes, and write a blank as \040. */
	const bool begins_field = !scan->quote && begins_label(scan);
	const char *ends;

	for (size_t t = 0; t < LENGTH(tags); t++) {
		size_t n = strlen(tags[t].name);

		if (!scan_has(scan, tags[t].name))
			continue;
		ends = begins_field ? "" : tags[t].end;
		scan_keep(scan, n);
		/* UUIDs as mdadm writes them have colons. */
		n = span_of_value(scan);
		hide_named(scan, n ? n : scan_quoted(scan, ends));
		return true;
	}
	return false;
}

/* Whether the name before `=` is that of something to be kept secret, or of the network. A key that is a path is none. */
static bool is_secret(const char *name, size_t n, char first)
{
	static const char *const whole[] = {
		"ip",       "user",      "login",  "domain",
		"nfsroot",  "netroot",   "route",  "nameserver",
		"hostname", "initiator", "ifname", "bond",
		"vlan",     "bridge",    "team",   "set_credential",
		"peerdns",  "host",      "server", "set_credential_binary"
	};
	static const char *const ends[] = { "password", "passwd",    "passphrase",   "pass",
					    "secret",   "token",     "username",     "credentials",
					    "serial",   "initiator", "serialnumber", "password2",
					    "psk",      "proxy" };
	const char *last = memrchr(name, '.', n);
	size_t length;

	last = last ? last + 1 : name;
	length = n - (size_t)(last - name);
	for (size_t w = 0; w < LENGTH(whole); w++)
		if (strlen(whole[w]) == length && strncasecmp(last, whole[w], length) == 0)
			return true;
	for (size_t e = 0; e < LENGTH(ends); e++)
		if (length >= strlen(ends[e]) &&
		    strncasecmp(last + length - strlen(ends[e]), ends[e], strlen(ends[e])) == 0)
			return true;
	return length >= 3 && strncasecmp(last + length - 3, "key", 3) == 0 && first != '/';
}

/* Hides the value behind a name of n bytes, and `=`. */
static void hide_secret(struct scan *scan, size_t n)
{
	/* A comma ends an option of a mount. The kernel's parameters, of a module or a program, may have one in them. */
	const char *ends = memchr(scan->at, '.', n) ? "\"'" : "\"',";
	/* "NAME=VALUE": all up to that quote */
	const char quote = scan->at > scan->start && char_is_in(scan->at[-1], "\"'") &&
					   (scan->at - 1 == scan->field || scan->at[-2] == '\\') ?
				   scan->at[-1] :
				   '\0';

	scan_keep(scan, n + 1);
	if (quote) {
		n = scan_to_quote(scan, quote);
	} else {
		n = scan_quoted(scan, ends);
		/* mount.cifs takes two commas for one of the password's. */
		while (char_is_in(',', ends) && scan->end - scan->at >= (ptrdiff_t)n + 2 &&
		       scan->at[n] == ',' && scan->at[n + 1] == ',') {
			n += 2;
			n += scan_from(scan, n, ends);
		}
	}
	hide_word(scan, n);
}

/* NAME=VALUE whose value nobody else is to see. Words for earlybind itself name slots and ids, and stay. */
static bool hide_assigned(struct scan *scan)
{
	size_t n = 0;

	if (!scan_begins(scan) || (scan->at > scan->start && char_is_in(scan->at[-1], "._-")))
		return false;
	while (scan->at + n < scan->end &&
	       (char_is_word(scan->at[n]) || char_is_in(scan->at[n], "._-")))
		n++;
	if (n == 0 || scan->end - scan->at < (ptrdiff_t)n + 2 || scan->at[n] != '=')
		return false;
	if (scan_has(scan, "earlybind.")) {
		scan_keep(scan, scan_until(scan, "\"'"));
		return true;
	}
	/* ID= is fstab's; in small letters it is a function's, as in the boot's report. */
	if (!(n == 2 && memcmp(scan->at, "ID", 2) == 0) && !is_secret(scan->at, n, scan->at[n + 1]))
		return false;
	hide_secret(scan, n);
	return true;
}

/* A number of LVM's: LVM-GROUPVOLUME as device-mapper has it, or in pieces as LVM prints it. */
static bool hide_lvm(struct scan *scan)
{
	static const uint8_t pieces[] = { 6, 4, 4, 4, 4, 4, 6 };
	char key[LVM_ID_BYTES + 1];
	size_t n = 0, used = 0;

	if (!scan_begins(scan))
		return false;
	if (scan_has(scan, "LVM-")) {
		scan_keep(scan, strlen("LVM-"));
		for (;;) {
			size_t run = 0;

			for (; scan->at + run < scan->end && char_is_word(scan->at[run]);)
				run++;
			if (run < LVM_ID_BYTES)
				return true;
			memcpy(key, scan->at, LVM_ID_BYTES);
			key[LVM_ID_BYTES] = '\0';
			hide_key(scan, key, LVM_ID_BYTES, LVM_ID_BYTES);
		}
	}
	for (size_t p = 0; p < LENGTH(pieces); p++) {
		if (p > 0 && (scan->at + n >= scan->end || scan->at[n++] != '-'))
			return false;
		for (uint8_t i = 0; i < pieces[p]; i++, n++) {
			if (scan->at + n >= scan->end || !char_is_word(scan->at[n]))
				return false;
			key[used++] = scan->at[n];
		}
	}
	if (!scan_ends(scan, n))
		return false;
	key[used] = '\0';
	hide_key(scan, key, n, 0);
	return true;
}

static bool hide_ipv4(struct scan *scan)
{
	unsigned part[4];
	char text[20];
	const size_t left = (size_t)(scan->end - scan->at);
	size_t copied;
	int n = 0;
	struct private_value *value;

	if (!scan_begins(scan) || (scan->at > scan->start && scan->at[-1] == '.'))
		return false;
	copied = left < sizeof(text) - 1 ? left : sizeof(text) - 1;
	memcpy(text, scan->at, copied);
	text[copied] = '\0';
	if (!isdigit((unsigned char)text[0]) ||
	    sscanf(text, "%3u.%3u.%3u.%3u%n", &part[0], &part[1], &part[2], &part[3], &n) < 4 ||
	    part[0] > 255 || part[1] > 255 || part[2] > 255 || part[3] > 255 ||
	    !scan_ends(scan, (size_t)n) || (text[n] == '.' && isdigit((unsigned char)text[n + 1])))
		return false;
	if (part[0] == 240 && part[1] == 0) { /* a range that is nobody's: ours */
		private_take(scan->privates, part[2] << 8 | part[3]);
		scan_keep(scan, (size_t)n);
		return true;
	}
	text[n] = '\0';
	value = private_value_of(scan->privates, text);
	if (value) {
		snprintf(text, sizeof(text), "240.0.%u.%u", value->number >> 8,
			 value->number & 0xff);
		scan_put(scan->out, text, strlen(text));
	}
	scan->at += n;
	return true;
}

/* Two parts and `::`, or eight of them: no slot and no id has that. */
static bool hide_ipv6(struct scan *scan)
{
	static const char ours[] = "2001:db8::"; /* the range for documentation (RFC 3849) */
	unsigned parts = 0, colons = 0;
	bool gap = false;
	size_t n = 0, run = 0;
	struct private_value *value;
	char text[64];

	if (!scan_begins(scan))
		return false;
	for (; n < sizeof(text) && scan->at + n < scan->end &&
	       (isxdigit((unsigned char)scan->at[n]) || scan->at[n] == ':');
	     n++) {
		bool colon = scan->at[n] == ':';

		gap |= colon && n > 0 && scan->at[n - 1] == ':';
		colons += colon;
		parts += !colon && run == 0;
		run = colon ? 0 : run + 1;
		if (run > 4)
			return false;
	}
	if (n >= sizeof(text) || !scan_ends(scan, n) ||
	    (scan->at + n < scan->end && scan->at[n] == '.') ||
	    !((gap && parts >= 2) || (parts == 8 && colons == 7)))
		return false;
	memcpy(text, scan->at, n);
	text[n] = '\0';
	if (strncmp(text, ours, strlen(ours)) == 0 && private_number(text + strlen(ours), 16)) {
		private_take(scan->privates, private_number(text + strlen(ours), 16));
		scan_keep(scan, n);
		return true;
	}
	value = private_value_of(scan->privates, text);
	if (value) {
		snprintf(text, sizeof(text), "%s%x", ours, value->number);
		scan_put(scan->out, text, strlen(text));
	}
	scan->at += n;
	return true;
}

static bool hide_address(struct scan *scan)
{
	return hide_ipv4(scan) || hide_ipv6(scan);
}

/* What people name themselves, or after themselves: all that is below these folders. */
static bool hide_folder(struct scan *scan)
{
	static const char *const anywhere[] = { "/home/", "/media/" };
	static const char *const first[] = { "/mnt/", "/srv/", "/root/", "/run/user/", "//" };
	/* In a list the next one ends it. What is a whole field is one path: fstab and mountinfo know no quotes. */
	const char *ends = scan->quote ? "/\"',:" : *scan->field == '/' ? "/" : "/,:";
	size_t n = 0;

	for (size_t i = 0; i < LENGTH(anywhere) && !n; i++)
		n = scan_has(scan, anywhere[i]) ? strlen(anywhere[i]) : 0;
	for (size_t i = 0;
	     i < LENGTH(first) && !n && (scan_at_field(scan) || char_is_in(scan->at[-1], ":,"));
	     i++)
		n = scan_has(scan, first[i]) ? strlen(first[i]) : 0;
	if (!n)
		return false;
	scan_keep(scan, n);
	for (;;) {
		hide_word(scan, scan_until(scan, ends));
		if (scan->privates->full || scan->at == scan->end || *scan->at != '/')
			return true;
		scan_keep(scan, 1);
	}
}

/* Another machine: SERVER:/FOLDER, USER@SERVER. */
static bool hide_server(struct scan *scan)
{
	bool at_sign = false;
	size_t n = 0;

	if (!scan_at_field(scan))
		return false;
	for (; scan->at + n < scan->end &&
	       (char_is_word(scan->at[n]) || char_is_in(scan->at[n], "._-@"));
	     n++)
		at_sign |= scan->at[n] == '@' && n > 0 && char_is_word(scan->at[n - 1]) &&
			   scan->at + n + 1 < scan->end && char_is_word(scan->at[n + 1]);
	/* http:// is no server but a scheme. */
	if (n == 0 ||
	    (!at_sign && (scan->end - scan->at < (ptrdiff_t)n + 2 || scan->at[n] != ':' ||
			  scan->at[n + 1] != '/' ||
			  (scan->end - scan->at > (ptrdiff_t)n + 2 && scan->at[n + 2] == '/'))))
		return false;
	hide_word(scan, n);
	return true;
}

static bool hide_host(struct scan *scan)
{
	const struct privates *privates = scan->privates;
	const char *key = NULL;
	size_t longest = 0;

	for (uint16_t h = 0; h < privates->host_count && scan_begins(scan); h++) {
		size_t n = strlen(privates->hosts[h]);

		if (n <= longest || !scan_has(scan, privates->hosts[h]) || !scan_ends(scan, n))
			continue;
		key = privates->of[privates->host_values[h]].key;
		longest = n;
	}
	if (key)
		hide_key(scan, key, longest, 0);
	return key;
}

/* A made-up word by itself: its number is taken. */
static bool keep_made_up(struct scan *scan)
{
	char digits[16] = "";
	size_t n = strlen(MADE_UP), count = 0;

	if (!scan_begins(scan) || !scan_has(scan, MADE_UP))
		return false;
	while (scan->at + n + count < scan->end && count < sizeof(digits) - 1 &&
	       isdigit((unsigned char)scan->at[n + count])) {
		digits[count] = scan->at[n + count];
		count++;
	}
	if (!private_number(digits, 10) || !scan_ends(scan, n + count))
		return false;
	private_take(scan->privates, private_number(digits, 10));
	scan_keep(scan, n + count);
	return true;
}

/* Hides what begins here, if it is of that kind. Returns whether it was, and the scan went on. */
typedef bool hide_kind(struct scan *scan);

bool private_hide(struct privates *privates, const char *bytes, size_t n, bool all,
		  struct text *out)
{
	static hide_kind *const kinds[] = {
		keep_made_up, hide_assigned, hide_tag, hide_lvm,
		hide_folder,  hide_server,   hide_hex, hide_address,
	};
	struct scan scan = { privates, bytes, bytes, bytes + n, out, bytes, '\0' };

	while (scan.at < scan.end && !privates->full) {
		bool hidden;

		scan_look_around(&scan);
		hidden = hide_host(&scan);
		for (size_t k = 0; k < LENGTH(kinds) && all && !hidden; k++)
			hidden = kinds[k](&scan);
		if (!hidden)
			scan_keep(&scan, 1);
	}
	return !privates->full && !out->cut;
}
