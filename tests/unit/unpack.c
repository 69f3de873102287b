/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking into images: which tool is run, with what, for how long, and what is left of it. The tools are scripts. */
#include "act/unpack.h"

#include <errno.h>
#include <linux/landlock.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Each look into a mark is counted. */
#define image_read read_really
#include "read/image.c"
#undef image_read

#include "folder.h"
#include "machine.h"
#include "test.h"

static unsigned reads;

void image_read(const struct root *tree, struct image *mark);

void image_read(const struct root *tree, struct image *mark)
{
	reads++;
	read_really(tree, mark);
}

#define MARK "earlybind-image 1\\ngenerator dracut\\nconfig 0123456789abcdef\\n"
#define PRINT "printf '" MARK "'"

static char said_bytes[4096];
static struct text said;
static struct disk_image image;
static struct unpack how;

static void install(const char *name, const char *script)
{
	char path[64], text[1024];

	snprintf(path, sizeof(path), "/tools/%s", name);
	snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", script);
	folder_write(path, text);
	assert(chmod(folder_path(path), 0755) == 0);
}

static void remove_tools(void)
{
	static const char *const names[] = { "/tools/lsinitrd", "/tools/lsinitcpio",
					     "/tools/unmkinitramfs" };

	for (size_t i = 0; i < 3; i++)
		unlink(folder_path(names[i]));
}

static void open_image(const char *path)
{
	static char tools[64];

	snprintf(tools, sizeof(tools), "%s/tools", folder);
	said = (struct text)TEXT_OVER(said_bytes);
	how.tools = tools;
	how.seconds = how.seconds ? how.seconds : 20;
	image = (struct disk_image){ .path = path, .unified = strstr(path, ".efi") != NULL };
	unpack_image(&root, &how, &image, &said);
}

static void own_tool_comes_first(void)
{
	static const struct {
		const char *generator, *tool, *unified;
	} rows[] = {
		{ GENERATOR_DRACUT, "lsinitrd", "lsinitrd" },
		{ GENERATOR_MKINITCPIO, "lsinitcpio", "lsinitcpio" },
		{ GENERATOR_INITRAMFS_TOOLS, "unmkinitramfs", "lsinitrd" },
		{ NULL, "lsinitrd", "lsinitrd" },
	};

	remove_tools();
	open_image("/image");
	CHECK(image.opened == IMAGE_NO_TOOL);
	install("lsinitrd", ":");
	install("lsinitcpio", ":");
	install("unmkinitramfs", ":");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		how.generator = rows[i].generator;
		open_image("/image");
		CHECK_FOR(same_text(image.tool, rows[i].tool), "%s", image.tool);
		open_image("/image.efi");
		CHECK_FOR(same_text(image.tool, rows[i].unified), "%s", image.tool);
	}
	how.generator = NULL;
	remove_tools();
	install("unmkinitramfs", ":");
	open_image("/image");
	CHECK(image.opened == IMAGE_OPENED && !image.marked);
	open_image("/image.efi");
	CHECK(image.opened == IMAGE_NO_TOOL);
	open_image("/nothing");
	CHECK(image.opened == IMAGE_UNREADABLE && image.error == ENOENT);
}

static void each_tool_leaves_the_mark_in_its_own_way(void)
{
	char script[128];
	static const struct {
		const char *tool, *script;
	} rows[] = {
		{ "lsinitrd",
		  "[ \"$1 $2\" = '-f etc/earlybind.image' ] && grep -q image \"$3\" && " PRINT },
		{ "lsinitcpio", "[ $1 = -x ] && grep -q image \"$2\" && mkdir etc && " PRINT
				" >etc/earlybind.image" },
		{ "unmkinitramfs", "grep -q image \"$1\" && mkdir -p \"$2/etc\" && " PRINT
				   " >\"$2/etc/earlybind.image\"" },
		{ "unmkinitramfs", "mkdir -p \"$2/early\" \"$2/main/etc\" && " PRINT
				   " >\"$2/main/etc/earlybind.image\"" },
		/* a link in an image leads nowhere outside it */
		{ "lsinitcpio", "mkdir etc && " PRINT " >mark && ln -s /mark etc/earlybind.image" },
		/* a tool that complains and has done it all the same */
		{ "lsinitrd", PRINT "; exit 1" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		remove_tools();
		install(rows[i].tool, rows[i].script);
		open_image("/image");
		CHECK_FOR(image.opened == IMAGE_OPENED && image.marked && image.format == 1 &&
				  image.hash == 0x0123456789abcdef &&
				  same_text(image.generator, "dracut"),
			  "%s: %s", rows[i].script, image.said ? image.said : "");
	}
	remove_tools();
	install("lsinitcpio", "mkdir etc && ln -s /etc/passwd etc/earlybind.image");
	open_image("/image");
	CHECK(image.opened == IMAGE_OPENED && !image.marked);
	snprintf(script, sizeof(script), "ln -s %s main", folder);
	install("lsinitcpio", script);
	open_image("/image");
	CHECK(image.opened == IMAGE_OPENED && !image.marked);
}

/* An image may have a device by that name, which opening could set off; only root can make one. */
static void what_is_no_file_is_not_opened(void)
{
	static const char *const scripts[] = { "mkdir etc && mkfifo etc/earlybind.image",
					       "mkdir -p etc/earlybind.image", "mkdir etc" };

	remove_tools();
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		install("lsinitcpio", scripts[i]);
		reads = 0;
		open_image("/image");
		CHECK(image.opened == IMAGE_OPENED && !image.marked);
		CHECK_FOR(reads == 0, "%s", scripts[i]);
	}
}

static void what_is_printed_and_is_no_mark_is_a_failure(void)
{
	remove_tools();
	install("lsinitrd", "printf '\n \n\n'");
	open_image("/image");
	CHECK(image.opened == IMAGE_TOOL_FAILED && image.status == 0 && !image.marked);
	install("lsinitrd", "echo; " PRINT);
	open_image("/image");
	CHECK(image.opened == IMAGE_OPENED && image.marked && image.format == 1);
	install("lsinitrd", "echo earlybind-image 99");
	open_image("/image");
	CHECK(image.opened == IMAGE_OPENED && image.marked && image.format == 0);
	remove_tools();
	install("lsinitcpio", "mkdir etc && echo >etc/earlybind.image");
	open_image("/image");
	CHECK(image.opened == IMAGE_OPENED && !image.marked);
}

static void a_tool_that_fails_is_told_with_its_last_line(void)
{
	remove_tools();
	install("lsinitrd", "echo first >&2; printf 'the \\033[31mlast\\n\\n' >&2; exit 7");
	open_image("/image");
	CHECK(image.opened == IMAGE_TOOL_FAILED && image.status == 7);
	CHECK_FOR(same_text(image.said, "the ?[31mlast"), "%s", image.said);
	install("lsinitrd", "kill -9 $$");
	open_image("/image");
	CHECK(image.opened == IMAGE_TOOL_FAILED && image.status == 128 + SIGKILL && !image.said);
}

static void a_tool_gets_nothing_of_ours(void)
{
	remove_tools();
	setenv("BASH_ENV", "/nowhere", 1);
	install("lsinitrd",
		"read -r line && echo \"input: $line\" >&2; env | sort | tr '\\n' ' ' >&2");
	open_image("/image");
	CHECK_FOR(strncmp(image.said, "LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin PWD=/", 49) ==
				  0 &&
			  !strstr(image.said, "input") && !strstr(image.said, "BASH_ENV"),
		  "%s", image.said);
	install("lsinitrd", "[ ! -e /proc/self/fd/42 ] && echo closed >&2");
	assert(dup2(STDOUT_FILENO, 42) == 42);
	open_image("/image");
	close(42);
	CHECK(same_text(image.said, "closed"));
}

/* A tool says where it works. */
static bool is_gone(const char *place)
{
	return strncmp(place, "/", 1) == 0 && access(place, F_OK) != 0;
}

static void nothing_is_left(void)
{
	remove_tools();
	install("lsinitrd", "mkdir -p a/b; touch a/b/c; ln -s / a/b/d; mkfifo a/f; chmod 0 a/b a; "
			    "echo $TMPDIR >&2");
	open_image("/image");
	CHECK(image.opened == IMAGE_OPENED);
	CHECK_FOR(is_gone(image.said), "%s", image.said);
}

static void a_slow_tool_is_ended_with_all_that_it_started(void)
{
	int number = 0;

	remove_tools();
	install("lsinitrd", "sleep 100 & echo $! >&2; wait");
	how.seconds = 1;
	open_image("/image");
	how.seconds = 0;
	CHECK(image.opened == IMAGE_TOOL_SLOW);
	CHECK(image.said && sscanf(image.said, "%d", &number) == 1);
	for (int tries = 0; tries < 100 && kill(number, 0) == 0; tries++) {
		char path[64], state = 'R';
		FILE *file;

		/* Where nobody reaps it, it is a zombie. */
		snprintf(path, sizeof(path), "/proc/%d/stat", number);
		file = fopen(path, "r");
		if (!file || fscanf(file, "%*d (%*[^)]) %c", &state) != 1 || state == 'Z')
			number = 0;
		if (file)
			fclose(file);
		if (number == 0)
			break;
		usleep(20000);
	}
	CHECK(number == 0 || kill(number, 0) != 0);
}

static void who_ends_us_is_heard_once_all_is_gone(void)
{
	char place[128] = "";
	int status = 0;
	pid_t child;

	remove_tools();
	install("lsinitrd", "sleep 100");
	child = fork();
	if (child == 0) {
		open_image("/image");
		_exit(0);
	}
	/* Its place is where the tool works. */
	for (int tries = 0; tries < 500 && !place[0]; tries++) {
		char command[256];
		FILE *found;

		snprintf(
			command, sizeof(command),
			"for p in $(cat /proc/%d/task/%d/children); do readlink /proc/$p/cwd; done",
			(int)child, (int)child);
		found = popen(command, "r");
		if (found && fgets(place, sizeof(place), found) && !strstr(place, "/tree"))
			place[0] = '\0';
		if (found)
			pclose(found);
		usleep(20000);
	}
	place[strcspn(place, "\n")] = '\0';
	CHECK_FOR(place[0] == '/' && access(place, F_OK) == 0, "%s", place);
	kill(child, SIGTERM);
	assert(waitpid(child, &status, 0) == child);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	CHECK_FOR(is_gone(place), "%s", place);
}

static void nothing_outside_is_written(void)
{
	char script[256];

	if (syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) < 2) {
		printf("this kernel's Landlock is too old or off: what a tool may write is not "
		       "seen\n");
		CHECK(true);
		return;
	}
	remove_tools();
	snprintf(script, sizeof(script),
		 "touch %s/outside; echo x >>%s/image; mkdir a b; touch a/c; ln a/c b/c && mv b/c "
		 "b/d && "
		 "echo done >&2",
		 folder, folder);
	install("lsinitrd", script);
	open_image("/image");
	CHECK_FOR(same_text(image.said, "done"), "%s", image.said);
	CHECK(access(folder_path("/outside"), F_OK) != 0);
	install("lsinitrd", "cat \"$3\" >&2");
	open_image("/image");
	CHECK_FOR(same_text(image.said, "an image"), "%s", image.said);
}

int main(void)
{
	folder_make();
	folder_directory("/tools");
	folder_write("/image", "an image\n");
	folder_write("/image.efi", "an image\n");
	/* what a link out of an image would lead to */
	folder_directory("/etc");
	folder_write("/etc/earlybind.image", "earlybind-image 1\nconfig 1\n");
	RUN(own_tool_comes_first);
	RUN(each_tool_leaves_the_mark_in_its_own_way);
	RUN(what_is_no_file_is_not_opened);
	RUN(what_is_printed_and_is_no_mark_is_a_failure);
	RUN(a_tool_that_fails_is_told_with_its_last_line);
	RUN(a_tool_gets_nothing_of_ours);
	RUN(nothing_is_left);
	RUN(a_slow_tool_is_ended_with_all_that_it_started);
	RUN(who_ends_us_is_heard_once_all_is_gone);
	RUN(nothing_outside_is_written);
	return END();
}
