/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration files as they lie there, their hash, the mark of an image, and whether a root is mounted. */
#include "read/files.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "folder.h"
#include "read/host.h"
#include "read/image.h"
#include "read/rule.h"
#include "tell/tell.h"
#include "test.h"

#define HASH_OF_NOTHING 0xcbf29ce484222325u /* FNV-1a begins with it */

static struct config config;

static void read_all(void)
{
	config_begin(&config);
	config_read(&config, &root, NULL, true);
}

static uint64_t hash_now(void)
{
	read_all();
	return config.hash;
}

static void none(void)
{
	read_all();
	CHECK(config.file_count == 0 && config.rule_count == 0 && config.problem_count == 0);
	CHECK(config.hash == HASH_OF_NOTHING);
	folder_directory("/etc/earlybind.conf.d");
	CHECK(hash_now() == HASH_OF_NOTHING && config.file_count == 0);
}

/* What is not NAME.conf is not ours. */
static void not_ours(void)
{
	static const char *const names[] = { "x.conf.bak", "x.conf~", ".hidden.conf", ".conf",
					     "conf",       "xconf",   "x.CONF" };
	char path[64];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "/etc/earlybind.conf.d/%s", names[i]);
		folder_write(path, "nonsense\n");
		read_all();
		CHECK_FOR(config.file_count == 0 && config.problem_count == 0, "%s", names[i]);
		assert(unlink(folder_path(path)) == 0);
	}
}

/* Whether there is this one mistake, told of this file; what is told can be put on a terminal. */
static bool is_told(enum problem_kind kind, int error, const char *file)
{
	char sentence[1024];
	struct text text = TEXT_OVER(sentence);
	const struct problem *problem = &config.problems[0];

	if (config.problem_count != 1 || config.file_problem_count != 1 || problem->kind != kind ||
	    problem->error != error || !same_text(config.files[problem->at.file], file))
		return false;
	text_clear(&text);
	tell_problem(&text, &config, problem);
	for (const char *c = sentence; *c; c++)
		if (!isprint((unsigned char)*c))
			return false;
	return strncmp(sentence, file, strlen(file)) == 0;
}

/* A link was meant to lead to a configuration, that of the main file too. */
static void links_that_lead_nowhere(void)
{
	static const char *const links[] = { "/etc/earlybind.conf",
					     "/etc/earlybind.conf.d/link.conf" };

	for (size_t i = 0; i < 2; i++) {
		assert(symlink("/nowhere", folder_path(links[i])) == 0);
		read_all();
		CHECK_FOR(is_told(PROBLEM_UNREADABLE, ENOENT, links[i]), "%s", links[i]);
		assert(unlink(folder_path(links[i])) == 0);
		assert(symlink("earlybind.conf", folder_path(links[i])) == 0);
		read_all();
		CHECK_FOR(is_told(PROBLEM_UNREADABLE, i ? ENOENT : ELOOP, links[i]), "%s",
			  links[i]);
		assert(unlink(folder_path(links[i])) == 0);
	}
}

/* A name that would break a message, or the list of files for the build hooks. The files beside it are read. */
static void control_bytes_in_a_name(void)
{
	static const char *const names[] = { "a\nb.conf", "\n.conf", "a\x1b[31m.conf",
					     "a\x7f.conf" };
	char path[64];

	folder_write("/etc/earlybind.conf.d/good.conf", "bind slot 07:00\n");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "/etc/earlybind.conf.d/%s", names[i]);
		folder_write(path, "bind slot 08:00\n");
		read_all();
		CHECK_FOR(is_told(PROBLEM_FILE_NAME, 0, "/etc/earlybind.conf.d"), "name %zu", i);
		CHECK_FOR(config.rule_count == 1, "name %zu", i);
		assert(unlink(folder_path(path)) == 0);
	}
	assert(unlink(folder_path("/etc/earlybind.conf.d/good.conf")) == 0);
}

/* A FIFO is no place to wait at, in an initramfs least of all. */
static void fifo(void)
{
	static const char path[] = "/etc/earlybind.conf.d/x.conf";
	int writer;

	assert(mkfifo(folder_path(path), 0600) == 0);
	alarm(10); /* ends the program, which counts as a failure */
	read_all();
	CHECK(config.file_count == 1 && config.rule_count == 0 && config.problem_count == 0);
	/* with somebody at its other end who says nothing */
	writer = open(folder_path(path), O_RDWR);
	assert(writer >= 0);
	read_all();
	CHECK(is_told(PROBLEM_UNREADABLE, EAGAIN, path));
	alarm(0);
	close(writer);
	assert(unlink(folder_path(path)) == 0);
}

/* The hash is over each file's path, length and bytes: any of these that changes changes it. */
static void the_hash(void)
{
	uint64_t first, second;

	folder_write("/etc/earlybind.conf", "bind slot 07:00\n");
	folder_write("/etc/earlybind.conf.d/a.conf", "bind slot 07:00\n");
	first = hash_now();
	CHECK(first == hash_now());
	folder_write("/etc/earlybind.conf.d/a.conf", "bind slot 07:01\n");
	second = hash_now();
	CHECK(first != second);
	folder_write("/etc/earlybind.conf.d/a.conf", "bind slot 07:00\n");
	CHECK(first == hash_now());
	/* a comment counts, since the message's line number would be another one */
	folder_write("/etc/earlybind.conf.d/a.conf", "bind slot 07:00\n#\n");
	CHECK(first != hash_now());
	folder_write("/etc/earlybind.conf.d/a.conf", "bind slot 07:00\n");
	{
		char from[128];

		snprintf(from, sizeof(from), "%s", folder_path("/etc/earlybind.conf.d/a.conf"));
		assert(rename(from, folder_path("/etc/earlybind.conf.d/b.conf")) == 0);
		CHECK(first != hash_now() && config.file_count == 2);
		assert(unlink(folder_path("/etc/earlybind.conf.d/b.conf")) == 0);
		CHECK(first != hash_now() && config.file_count == 1);
		assert(unlink(folder_path("/etc/earlybind.conf")) == 0);
	}
}

/* FNV-1a with 64 bits, by hand: path with its NUL byte, the length in 8 bytes from the lowest, the bytes. */
static void the_hash_is_fnv_1a(void)
{
	static const unsigned char bytes[] = "/etc/earlybind.conf\0\2\0\0\0\0\0\0\0#\n";
	uint64_t hash = HASH_OF_NOTHING;

	folder_directory("/hash");
	folder_directory("/hash/etc");
	folder_write("/hash/etc/earlybind.conf", "#\n");
	for (size_t i = 0; i < sizeof(bytes) - 1; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3;
	{
		struct root here;

		CHECK(root_open(&here, folder_path("/hash")) == 0);
		config_begin(&config);
		config_read(&config, &here, NULL, true);
		CHECK(config.hash == hash);
		close(here.fd);
	}
}

static void the_image(void)
{
	static const struct {
		const char *text;
		unsigned format;
		uint64_t hash;
	} rows[] = {
		{ "earlybind-image 1\ngenerator dracut\nkernel 6.1\nconfig 00000000000000ff\n", 1,
		  0xff },
		{ "earlybind-image 1\ngenerator dracut\nfuture thing\nconfig ff\n", 1, 0xff },
		/* cut off, from the future, somebody else's */
		{ "earlybind-image 1\ngenerator dracut\nkernel 6.1\n", 0, 0 },
		{ "config 00000000000000ff\n", 0, 0xff },
		{ "earlybind-image 2\nconfig 00000000000000ff\n", 0, 0xff },
		{ "earlybind-image x\nconfig 00000000000000ff\n", 0, 0xff },
		{ "", 0, 0 },
		{ "\n\n\n", 0, 0 },
	};
	struct image image;

	assert(unlink(folder_path("/etc/earlybind.image")) != 0);
	image_read(&root, &image);
	CHECK(!image.there && image.format == 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		folder_write("/etc/earlybind.image", rows[i].text);
		image_read(&root, &image);
		CHECK_FOR(image.there, "row %zu", i);
		CHECK_FOR(image.format == rows[i].format, "row %zu: format %u", i, image.format);
		CHECK_FOR(image.hash == rows[i].hash, "row %zu", i);
	}
}

/* The root is mounted where there is another device than that of / and an init on it. /proc is such a device, and
 * everything in it can be called an init. */
static void mounted_root(void)
{
	struct root live;

	CHECK(root_open(&live, "/") == 0 && live.live);
	CHECK(!host_root_is_mounted(&live, "/", ""));
	CHECK(!host_root_is_mounted(&live, "/", "init=/etc/passwd"));
	CHECK(!host_root_is_mounted(&live, "/nonexistent", ""));
	CHECK(!host_root_is_mounted(&live, "/proc", ""));
	CHECK(!host_root_is_mounted(&live, "/proc", "quiet init=/nonexistent"));
	CHECK(host_root_is_mounted(&live, "/proc", "quiet init=/version"));
	CHECK(!host_root_is_mounted(&live, "/proc", "init=/version init=/nonexistent"));
	CHECK(!host_root_is_mounted(&live, "/proc/version", "init=/version"));
	close(live.fd);
}

int main(void)
{
	umask(022);
	folder_make();
	folder_directory("/etc");
	RUN(none);
	RUN(not_ours);
	RUN(links_that_lead_nowhere);
	RUN(control_bytes_in_a_name);
	RUN(fifo);
	RUN(the_hash);
	RUN(the_hash_is_fnv_1a);
	RUN(the_image);
	RUN(mounted_root);
	return END();
}
