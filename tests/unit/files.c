/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration files, the mark of an image, and whether a root is mounted. */
#include "read/files.h"

#include <errno.h>
#include <unistd.h>

#include "folder.h"
#include "read/host.h"
#include "read/image.h"
#include "read/parse.h"
#include "test.h"

static struct config config;

static void read_all(void)
{
	config_begin(&config);
	config_read(&config, &root, NULL);
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
	CHECK(config.hash == CONFIG_HASH_OF_NOTHING);
	folder_directory("/etc/earlybind.conf.d");
	CHECK(hash_now() == CONFIG_HASH_OF_NOTHING && config.file_count == 0);
}

/* First the main file, then the folder's in byte order of their names; what is not *.conf is not ours. */
static void order(void)
{
	static const char *const names[] = { "/etc/earlybind.conf",
					     "/etc/earlybind.conf.d/10-b.conf",
					     "/etc/earlybind.conf.d/9-a.conf",
					     "/etc/earlybind.conf.d/B.conf",
					     "/etc/earlybind.conf.d/a.conf" };

	for (size_t i = 5; i > 0; i--)
		folder_write(names[i - 1], "bind slot 07:00\n");
	folder_write("/etc/earlybind.conf.d/x.conf.bak", "nonsense\n");
	folder_write("/etc/earlybind.conf.d/x.conf~", "nonsense\n");
	folder_write("/etc/earlybind.conf.d/.hidden.conf", "nonsense\n");
	folder_write("/etc/earlybind.conf.d/.conf", "nonsense\n");
	folder_write("/etc/earlybind.conf.d/conf", "nonsense\n");
	read_all();
	CHECK(config.problem_count == 0 && config.rule_count == 5);
	if (!CHECK(config.file_count == 5))
		return;
	for (uint16_t i = 0; i < 5; i++) {
		CHECK_FOR(same_text(config.files[i], names[i]), "%s", names[i]);
		CHECK_FOR(config.rules[i].at.file == i, "%s", names[i]);
	}
	/* the folder alone is enough, and --config replaces both */
	assert(unlink(folder_path("/etc/earlybind.conf")) == 0);
	read_all();
	CHECK(config.file_count == 4 && config.problem_count == 0);
	config_begin(&config);
	config_read(&config, &root, folder_path("/etc/earlybind.conf.d/x.conf~"));
	CHECK(config.file_count == 1 && config.problem_count == 1);
	config_begin(&config);
	config_read(&config, &root, "/nonexistent/file");
	CHECK(config.problem_count == 1 && config.problems[0].kind == PROBLEM_UNREADABLE &&
	      config.problems[0].error == ENOENT);
}

/* The hash is over each file's path, length and bytes: any of these that changes changes it. */
static void the_hash(void)
{
	uint64_t first, second;

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
		CHECK(first != hash_now() && config.file_count == 4);
		assert(unlink(folder_path("/etc/earlybind.conf.d/b.conf")) == 0);
		CHECK(first != hash_now() && config.file_count == 3);
	}
}

/* FNV-1a with 64 bits, by hand: path with its NUL byte, the length in 8 bytes from the lowest, the bytes. */
static void the_hash_is_fnv_1a(void)
{
	static const unsigned char bytes[] = "/etc/earlybind.conf\0\2\0\0\0\0\0\0\0#\n";
	uint64_t hash = 0xcbf29ce484222325;

	folder_directory("/hash");
	folder_directory("/hash/etc");
	folder_write("/hash/etc/earlybind.conf", "#\n");
	for (size_t i = 0; i < sizeof(bytes) - 1; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3;
	{
		struct root here;

		CHECK(root_open(&here, folder_path("/hash")) == 0);
		config_begin(&config);
		config_read(&config, &here, NULL);
		CHECK(config.hash == hash);
		close(here.fd);
	}
}

/* What stands there and cannot be read is a mistake, not a missing file. */
static void unreadable(void)
{
	read_all();
	uint32_t before = config.problem_count;

	folder_directory("/etc/earlybind.conf.d/folder.conf");
	read_all();
	CHECK(config.problem_count == before + 1);
	CHECK(config.problems[before].kind == PROBLEM_UNREADABLE &&
	      config.problems[before].error == EISDIR);
	CHECK(same_text(config.files[config.problems[before].at.file],
			"/etc/earlybind.conf.d/folder.conf"));
	assert(rmdir(folder_path("/etc/earlybind.conf.d/folder.conf")) == 0);
	assert(symlink("/nowhere", folder_path("/etc/earlybind.conf.d/link.conf")) == 0);
	read_all();
	CHECK(config.problem_count == before + 1 && config.problems[before].error == ENOENT);
	assert(unlink(folder_path("/etc/earlybind.conf.d/link.conf")) == 0);
	/* a link is followed, below the root only */
	folder_write("/etc/real", "bind slot 01:00\n");
	assert(symlink("/etc/real", folder_path("/etc/earlybind.conf.d/link.conf")) == 0);
	read_all();
	CHECK(config.problem_count == before);
	assert(unlink(folder_path("/etc/earlybind.conf.d/link.conf")) == 0);
}

/* 1 MiB a file. */
static void file_limit(void)
{
	static char bytes[CONFIG_MAX_FILE_BYTES + 1];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = i % 100 == 99 ? '\n' : '#';
	folder_write_bytes("/etc/earlybind.conf", bytes, CONFIG_MAX_FILE_BYTES);
	read_all();
	CHECK(config.problem_count == 0);
	folder_write_bytes("/etc/earlybind.conf", bytes, CONFIG_MAX_FILE_BYTES + 1);
	read_all();
	CHECK(config.problem_count == 1 && config.problems[0].kind == PROBLEM_LARGE_FILE);
	CHECK(config.file_problem_count == 1);
	assert(unlink(folder_path("/etc/earlybind.conf")) == 0);
}

static void file_count_limit(void)
{
	char path[64];

	for (int i = 0; i < CONFIG_MAX_FILES + 1; i++) {
		snprintf(path, sizeof(path), "/etc/earlybind.conf.d/n%04d.conf", i);
		folder_write(path, "# nothing\n");
	}
	read_all();
	CHECK(config.problem_count >= 1 && config.file_problem_count >= 1);
	CHECK(config.problems[0].kind == PROBLEM_MANY_FILES);
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
	folder_make();
	folder_directory("/etc");
	RUN(none);
	RUN(order);
	RUN(the_hash);
	RUN(the_hash_is_fnv_1a);
	RUN(unreadable);
	RUN(file_limit);
	RUN(file_count_limit);
	RUN(the_image);
	RUN(mounted_root);
	return END();
}
