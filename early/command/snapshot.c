/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints what earlybind reads of this machine as one text file: to go with a bug report, and a test fixture
 * (tests/machines/lay-out makes a tree of it again). Nothing in it tells one machine, or whose it is, from another: the machine
 * is read twice, once to find what is private, and once to print it without. */
#include <ctype.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "command/command.h"
#include "read/binding.h"
#include "read/files.h"
#include "read/host.h"
#include "read/image.h"
#include "read/input.h"
#include "read/look.h"
#include "read/needs.h"
#include "read/remnants.h"
#include "read/rule.h"
#include "read/screen.h"
#include "read/support.h"
#include "tell/private.h"
#include "version.h"

#define HIDDEN_BYTES \
	(8u * 1024 * 1024) /* of the longest file that is read, with longer words in it */
#define BOOT_PARAMS "/sys/kernel/boot_params/data"
/* struct screen_info, all that is read of it. Behind it are the screen's serial number and the disks' (struct boot_params). */
#define BOOT_PARAMS_BYTES 64
/* The UUID behind the name of a variable is that of the specification which has it. */
#define EFIVARS "/sys/firmware/efi/efivars/"
#define SEEN_SLOTS (1u << 18) /* more than twice what 8,192 functions have to be read */
#define HEX_COLUMNS 32

/* Hashes of the paths that are printed already; 0 is a free place. */
static uint64_t seen[SEEN_SLOTS];

static struct privates privates;
static unsigned left_out; /* files */
static uint64_t config_hash; /* of the configuration as it is printed */

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

/* Prints a path or where a link leads; what would end it on its line as fstab has it, \040. */
static void print_name(const char *name)
{
	for (; *name; name++)
		if (isspace((unsigned char)*name) || iscntrl((unsigned char)*name))
			printf("\\%03o", (unsigned)(unsigned char)*name);
		else
			putchar(*name);
}

static bool begins(const char *bytes, size_t n, const char *with)
{
	return n >= strlen(with) && memcmp(bytes, with, strlen(with)) == 0;
}

static bool is_below(const char *path, const char *folder)
{
	return begins(path, strlen(path), folder);
}

/* What some program has open is nobody's business, but for the devices that count. */
static bool is_nobodys(enum root_kind kind, const char *path, const char *bytes, size_t n)
{
	static const char *const never[] = { "/dev/null",    "/dev/zero", "/dev/random",
					     "/dev/urandom", "/dev/pts/", "/dev/ptmx",
					     "/dev/tty",     "/dev/shm/" };

	if (kind == ROOT_FILE || !is_below(path, "/proc/"))
		return false;
	if (kind == ROOT_DIRECTORY)
		return true;
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (begins(bytes, n, never[i]))
			return true;
	return !begins(bytes, n, "/dev/");
}

static bool is_config(const char *path)
{
	return strcmp(path, CONFIG_FILE) == 0 || is_below(path, CONFIG_FOLDER "/");
}

/* Whether the file is the kernel's own numbers and names: addresses, capabilities and versions, which only look like something
 * private. */
static bool is_of_kernel(const char *path)
{
	return (is_below(path, "/sys/") && !strstr(path, "/dm/")) ||
	       is_below(path, "/proc/sys/kernel/os") ||
	       strcmp(path, "/proc/sys/kernel/version") == 0 || strcmp(path, "/proc/iomem") == 0 ||
	       strcmp(path, "/proc/fb") == 0;
}

/* Leaves out the words of comments: people write to themselves. In quotes it is none; those open a word or an
 * assignment's value, and any other is of the name that it stands in. */
static size_t drop_comments(char *bytes, size_t n, bool config)
{
	bool comment = false, blank = true;
	char quote = '\0', before = '\0';
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		char c = bytes[i];

		if (c == '\n')
			comment = false, quote = '\0';
		if (!comment || c == '\r')
			bytes[kept++] = c;
		comment |= c == '#' && !quote && (blank || config);
		if (c == quote)
			quote = '\0';
		else if (!quote && !config && (c == '"' || c == '\'') && (blank || before == '='))
			quote = c;
		before = c;
		blank = isspace((unsigned char)c);
	}
	return kept;
}

/* Makes of a file what may be printed of it. */
static bool hide_file(const char *path, const char *bytes, size_t n, struct text *out)
{
	static char copy[HIDDEN_BYTES / 2];

	if (strcmp(path, BOOT_PARAMS) == 0 && n > BOOT_PARAMS_BYTES)
		n = BOOT_PARAMS_BYTES;
	if (!is_config(path) && !is_below(path, "/etc/") && !is_below(path, "/usr/") &&
	    !is_below(path, "/boot/"))
		return private_hide(&privates, bytes, n, !is_of_kernel(path), out);
	if (n > sizeof(copy))
		return false;
	memcpy(copy, bytes, n);
	n = drop_comments(copy, n, is_config(path));
	/* Its slots and ids are what it is about. */
	return private_hide(&privates, copy, n, !is_config(path), out);
}

/* Looks at everything that is read a first time. */
static void collect(enum root_kind kind, const char *path, const char *bytes, size_t n)
{
	static char hidden[HIDDEN_BYTES];
	struct text out = TEXT_OVER(hidden);

	if (is_nobodys(kind, path, bytes, n) || !is_news(path))
		return;
	private_hide(&privates, path, strlen(path), !is_below(path, EFIVARS), &out);
	text_clear(&out);
	if (kind == ROOT_LINK)
		private_hide(&privates, bytes, n, true, &out);
	else if (kind == ROOT_FILE)
		hide_file(path, bytes, n, &out);
}

/* Adds to the hash what is printed of a file of the configuration, and its name. */
static void add_to_hash(enum root_kind kind, const char *path, const char *bytes, size_t n)
{
	static char hidden_path[PATH_MAX * 2], hidden[HIDDEN_BYTES];
	struct text out_path = TEXT_OVER(hidden_path), out = TEXT_OVER(hidden);

	if (kind == ROOT_FILE && is_config(path) && is_news(path) &&
	    private_hide(&privates, path, strlen(path), true, &out_path) &&
	    hide_file(path, bytes, n, &out))
		config_hash_file(&config_hash, hidden_path, hidden, out.used);
}

static void print(enum root_kind kind, const char *path, const char *bytes, size_t n)
{
	static char hidden_path[PATH_MAX * 2], hidden[HIDDEN_BYTES];
	struct text shown_path = TEXT_OVER(hidden_path), shown = TEXT_OVER(hidden);
	bool good;

	if (is_nobodys(kind, path, bytes, n) || !is_news(path))
		return;
	good = private_hide(&privates, path, strlen(path), !is_below(path, EFIVARS), &shown_path);
	if (kind == ROOT_LINK)
		good &= private_hide(&privates, bytes, n, true, &shown);
	else if (kind == ROOT_FILE)
		good &= hide_file(path, bytes, n, &shown);
	if (!good) {
		left_out++;
		return;
	}
	if (kind == ROOT_FILE)
		printf("%s ", is_text(hidden, shown.used) ? "text" : "hex");
	else
		printf("%s ", kind == ROOT_LINK ? "link" : "directory");
	print_name(hidden_path);
	if (kind == ROOT_LINK) {
		putchar(' ');
		print_name(hidden);
	}
	putchar('\n');
	if (kind == ROOT_FILE)
		(is_text(hidden, shown.used) ? print_text : print_hex)(hidden, shown.used);
}

/* Reads all that any command reads. Returns 0, or what was wrong with the functions. */
static int read_all(struct context *context, root_witness *witness)
{
	struct image image;
	int error;

	memset(seen, 0, sizeof(seen));
	context->root.witness = witness;
	error = look_at_machine(&context->root, context->machine, context->report);
	screen_read(&context->root, context->machine);
	for (uint16_t f = 0; f < context->machine->function_count; f++) {
		binding_read(&context->root, context->machine, f);
		binding_read_resets(&context->root, context->machine, f);
	}
	input_read(&context->root, context->machine);
	needs_read(&context->root, "/", context->machine);
	support_read(&context->root, context->machine);
	config_begin(context->config);
	config_read(context->config, &context->root, context->config_file, false);
	image_read(&context->root, &image);
	(void)host_generator(&context->root);
	remnants_read(&context->root, context->remnants);
	return error;
}

/* What the machine is called. */
static void add_hosts(const struct root *root)
{
	static const char *const files[] = { "/etc/hostname", "/proc/sys/kernel/hostname",
					     "/proc/sys/kernel/domainname" };
	const struct root unwatched = { .fd = root->fd, .live = root->live };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char *name;
		ssize_t n = root_read_briefly(&unwatched, files[i], &name);

		if (n > 0)
			private_add_host(&privates, name, strcspn(name, "\n"));
	}
}

/* Without its comments the configuration has another hash, in the boot's report and in the image too. */
static void replace_hash(struct context *context)
{
	char before[32], after[32];

	snprintf(before, sizeof(before), "%016" PRIx64, context->config->hash);
	memset(seen, 0, sizeof(seen));
	context->root.witness = add_to_hash;
	config_begin(context->config);
	config_hash = context->config->hash;
	config_read(context->config, &context->root, context->config_file, false);
	snprintf(after, sizeof(after), "%016" PRIx64, config_hash);
	private_replace(&privates, before, after);
}

static enum status run(struct context *context)
{
	int error;

	private_begin(&privates);
	add_hosts(&context->root);
	read_all(context, collect);
	privates.collecting = false;
	replace_hash(context);
	if (privates.full) {
		fprintf(stderr,
			"earlybind: nothing is printed: there is more that is private on this "
			"machine than --snapshot can hide\n");
		return STATUS_UNREADABLE;
	}
	printf("# earlybind %s --snapshot\n", EARLYBIND_VERSION);
	error = read_all(context, print);
	for (uint32_t p = 0; p < context->config->problem_count && p < CONFIG_MAX_PROBLEMS; p++)
		if (context->config->problems[p].kind == PROBLEM_UNREADABLE)
			fprintf(stderr, "earlybind: %s is left out: %s\n",
				context->config->files[context->config->problems[p].at.file],
				strerror(context->config->problems[p].error));
	for (uint16_t u = 0; u < context->remnants->unread_count; u++)
		fprintf(stderr, "earlybind: %s is left out: %s\n",
			context->remnants->unread[u].path,
			strerror(context->remnants->unread[u].error));
	if (left_out)
		fprintf(stderr,
			"earlybind: %u files are left out: what is private in them cannot be "
			"hidden\n",
			left_out);
	if (error)
		fprintf(stderr, "earlybind: the machine cannot be read to the end: %s\n",
			context->machine->trouble);
	return error || left_out ? STATUS_UNREADABLE : STATUS_AS_ASKED;
}

const struct command command_snapshot = {
	.name = "snapshot",
	.help = "print what is read of this machine, for a bug report",
	.run = run,
};
