/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints what earlybind reads of this machine as one text file: to go with a bug report, and a test fixture
 * (tests/machines/lay-out makes a tree of it again). */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "command/command.h"
#include "read/binding.h"
#include "read/files.h"
#include "read/image.h"
#include "read/input.h"
#include "read/look.h"
#include "read/needs.h"
#include "read/remnants.h"
#include "read/rule.h"
#include "read/screen.h"
#include "version.h"

#define SEEN_SLOTS (1u << 18) /* more than twice what 8,192 functions have to be read */
#define HEX_COLUMNS 32

/* Hashes of the paths that are printed already; 0 is a free place. */
static uint64_t seen[SEEN_SLOTS];

static uint64_t hash_of(const char *path)
{
	uint64_t hash = 0xcbf29ce484222325u; /* 64-bit FNV-1a */

	for (; *path; path++)
		hash = (hash ^ (unsigned char)*path) * 0x100000001b3u;
	return hash ? hash : 1;
}

static bool is_news(const char *path)
{
	uint64_t hash = hash_of(path);
	size_t at = hash % SEEN_SLOTS;

	for (size_t tried = 0; tried < SEEN_SLOTS && seen[at]; tried++) {
		if (seen[at] == hash)
			return false;
		at = (at + 1) % SEEN_SLOTS;
	}
	seen[at] = hash;
	return true;
}

/* Whether the bytes are lines of text, the last one ended. */
static bool is_text(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isprint((unsigned char)bytes[i]) && bytes[i] != '\n' && bytes[i] != '\t')
			return false;
	return n == 0 || bytes[n - 1] == '\n';
}

static void print_text(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || bytes[i - 1] == '\n')
			putchar('\t');
		putchar(bytes[i]);
	}
}

static void print_hex(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i % HEX_COLUMNS == 0)
			putchar('\t');
		printf("%02x", (unsigned)(unsigned char)bytes[i]);
		if (i % HEX_COLUMNS == HEX_COLUMNS - 1 || i == n - 1)
			putchar('\n');
	}
}

static bool begins(const char *bytes, size_t n, const char *with)
{
	return n >= strlen(with) && memcmp(bytes, with, strlen(with)) == 0;
}

/* What some program has open is nobody's business, but for the devices that count. */
static bool is_private(enum root_kind kind, const char *path, const char *bytes, size_t n)
{
	static const char *const never[] = { "/dev/null",    "/dev/zero", "/dev/random",
					     "/dev/urandom", "/dev/pts/", "/dev/ptmx",
					     "/dev/tty" };

	if (kind != ROOT_LINK || !begins(path, strlen(path), "/proc/"))
		return false;
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (begins(bytes, n, never[i]))
			return true;
	return !begins(bytes, n, "/dev/");
}

static void print(enum root_kind kind, const char *path, const char *bytes, size_t n)
{
	if (is_private(kind, path, bytes, n) || !is_news(path))
		return;
	switch (kind) {
	case ROOT_DIRECTORY:
		printf("directory %s\n", path);
		return;
	case ROOT_LINK:
		printf("link %s %.*s\n", path, (int)n, bytes);
		return;
	case ROOT_FILE:
		printf("%s %s\n", is_text(bytes, n) ? "text" : "hex", path);
		(is_text(bytes, n) ? print_text : print_hex)(bytes, n);
		return;
	}
}

static enum status run(struct context *context)
{
	struct image image;
	int error;

	printf("# earlybind %s --snapshot\n", EARLYBIND_VERSION);
	context->root.witness = print;
	error = look_at_machine(&context->root, context->machine, context->report);
	screen_read(&context->root, context->machine);
	for (uint16_t f = 0; f < context->machine->function_count; f++)
		binding_read(&context->root, context->machine, f);
	input_read(&context->root, context->machine);
	needs_read(&context->root, "/", context->machine);
	config_begin(context->config);
	config_read(context->config, &context->root, context->config_file, false);
	image_read(&context->root, &image);
	remnants_read(&context->root, context->remnants);
	if (!error)
		return STATUS_AS_ASKED;
	fprintf(stderr, "earlybind: the machine cannot be read to the end: %s\n",
		context->machine->trouble);
	return STATUS_UNREADABLE;
}

const struct command command_snapshot = {
	.name = "snapshot",
	.help = "print what is read of this machine, for a bug report",
	.run = run,
};
