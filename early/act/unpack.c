/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/unpack.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <linux/landlock.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "read/image.h"

#define SAID_BYTES 200
#define SAID "/said"
#define TREE "/tree"
#define COPY "/image"
#define STATUS_NOT_STARTED 127
#define COPY_BYTES ((size_t)1024 * 1024)

/* What a tool of a generator is called with, in TREE. */
struct tool {
	const char *name, *generator;
	bool opens_unified;
	bool prints; /* the mark to its output; else it unpacks everything */
	const char *words[4];
	const char *behind; /* the image's name */
};

static const struct tool tools[] = {
	{ "lsinitrd", GENERATOR_DRACUT, true, true, { "-f", &IMAGE_FILE[1] }, NULL },
	{ "lsinitcpio", GENERATOR_MKINITCPIO, true, false, { "-x" }, NULL },
	{ "unmkinitramfs", GENERATOR_INITRAMFS_TOOLS, false, false, { NULL }, "." },
};

#define TOOL_COUNT (sizeof(tools) / sizeof(tools[0]))

/* Removes everything in a directory, whatever modes its directories have. */
static void empty(int fd)
{
	struct root_directory folder = { .fd = fd };

	for (const char *name = root_next_name(&folder); name; name = root_next_name(&folder)) {
		closing int below = -1;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || unlinkat(fd, name, 0) == 0)
			continue;
		if (unlinkat(fd, name, AT_REMOVEDIR) == 0)
			continue;
		if (fchmodat(fd, name, S_IRWXU, 0) != 0 && errno == ENOENT)
			continue;
		below = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (below < 0)
			continue;
		empty(below);
		unlinkat(fd, name, AT_REMOVEDIR);
	}
}

/* A file system may leave names out where others are removed while they are read: once more does no harm. */
static void remove_place(const char *place)
{
	for (int tries = 0; tries < 3 && rmdir(place) != 0; tries++) {
		closing int fd = open(place, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		if (fd >= 0)
			empty(fd);
	}
}

/* On disk where there is such a folder: an image can be large, and /tmp is often memory. */
static bool make_place(char *place, size_t size)
{
	static const char *const folders[] = { "/var/tmp", "/tmp", "/run" };
	char below[PATH_MAX];

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(place, size, "%s/earlybind-XXXXXX", folders[i]);
		if (!mkdtemp(place))
			continue;
		snprintf(below, sizeof(below), "%s" TREE, place);
		if (mkdir(below, S_IRWXU) == 0)
			return true;
		remove_place(place);
	}
	return false;
}

/* Whatever the image has in it, nothing outside the place can be made, changed or removed. Without Landlock the
 * tools' own care has to do: none of them follows absolute names or `..`. */
static void confine(const char *place)
{
	const struct landlock_ruleset_attr writing = {
		.handled_access_fs = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
				     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
				     LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
				     LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
				     LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM |
				     LANDLOCK_ACCESS_FS_REFER,
	};
	const char *const writable[] = { place, "/dev/null" };
	long version =
		syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	int rules;

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	/* The first one forbids links between folders whatever it is told, and images have them. */
	if (version < 2)
		return;
	rules = (int)syscall(SYS_landlock_create_ruleset, &writing, sizeof(writing), 0);
	if (rules < 0)
		return;
	for (size_t i = 0; i < sizeof(writable) / sizeof(writable[0]); i++) {
		struct landlock_path_beneath_attr below = {
			.allowed_access =
				i == 0 ? writing.handled_access_fs : LANDLOCK_ACCESS_FS_WRITE_FILE,
			.parent_fd = open(writable[i], O_PATH | O_CLOEXEC),
		};

		syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0);
	}
	syscall(SYS_landlock_restrict_self, rules, 0);
}

/* Copies the image into the place: what unpacks refuses anything but a file of its own name, as zstd does a link
 * in /proc. */
static bool copy(int image, const char *path)
{
	closing int to = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
	ssize_t n = to < 0 ? -1 : 1;

	while (n > 0)
		n = sendfile(to, image, NULL, COPY_BYTES);
	return n == 0;
}

/* Gives the child the tool's input, output and errors, and puts it into the tree. Returns whether all went well;
 * what did not is among the errors. */
static bool prepare(const struct tool *tool, const char *place, int image)
{
	char path[PATH_MAX];
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int out, said;

	snprintf(path, sizeof(path), "%s" SAID, place);
	said = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (said < 0 || dup2(said, STDERR_FILENO) < 0)
		return false;
	snprintf(path, sizeof(path), "%s" COPY, place);
	if (!copy(image, path)) {
		dprintf(STDERR_FILENO, "the image cannot be copied to %s: %s\n", path,
			strerror(errno));
		return false;
	}
	snprintf(path, sizeof(path), "%s" TREE, place);
	if (chdir(path) || (tool->prints && mkdir("etc", S_IRWXU)))
		return false;
	out = tool->prints ?
		      open(&IMAGE_FILE[1], O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR) :
		      open("/dev/null", O_WRONLY | O_CLOEXEC);
	return dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0;
}

/* In the child: becomes the tool. */
_Noreturn static void become(const struct tool *tool, const char *path, int image,
			     const char *place, const sigset_t *signals)
{
	char temporary[PATH_MAX], from[PATH_MAX];
	char *const environment[] = { (char[]){ "PATH=/usr/sbin:/usr/bin:/sbin:/bin" },
				      (char[]){ "LC_ALL=C" }, temporary, NULL };
	const char *words[8] = { path };
	size_t n = 1;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigprocmask(SIG_SETMASK, signals, NULL);
	snprintf(temporary, sizeof(temporary), "TMPDIR=%s", place);
	snprintf(from, sizeof(from), "%s" COPY, place);
	for (; tool->words[n - 1]; n++)
		words[n] = tool->words[n - 1];
	words[n++] = from;
	words[n] = tool->behind;
	if (prepare(tool, place, image)) {
		/* What who started us has left open is none of the tool's. */
		syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
		confine(place);
		execve(path, (char *const *)(uintptr_t)words, environment);
	}
	_exit(STATUS_NOT_STARTED);
}

/* Waits until the child has ended, the time is over, or somebody wants us to end: *stopped_by. Returns its status
 * as waitpid(2) has it, or -ETIMEDOUT; all that the child has started is gone then. */
static int wait_for(pid_t child, unsigned seconds, const sigset_t *awaited, int *stopped_by)
{
	struct timespec now, end;
	int status = -ETIMEDOUT, got = 0;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += seconds;
	do {
		struct timespec rest = { .tv_sec = 1 };

		if (waitpid(child, &got, WNOHANG) == child) {
			status = got;
			break;
		}
		got = sigtimedwait(awaited, NULL, &rest);
		if (got > 0 && got != SIGCHLD)
			*stopped_by = got;
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (!*stopped_by && (now.tv_sec < end.tv_sec ||
				  (now.tv_sec == end.tv_sec && now.tv_nsec < end.tv_nsec)));
	kill(-child, SIGKILL);
	if (status == -ETIMEDOUT) {
		kill(child, SIGKILL); /* it may not have its own group yet */
		waitpid(child, NULL, 0);
	}
	return status;
}

/* The last line that the tool has said, without what a terminal would obey. */
static const char *last_words(const struct root *place, struct text *text)
{
	char *said, *last, *end;
	ssize_t n = root_read_briefly(place, SAID, &said);

	if (n <= 0)
		return NULL;
	end = said + n;
	while (end > said && isspace((unsigned char)end[-1]))
		*--end = '\0';
	last = memrchr(said, '\n', (size_t)(end - said));
	last = last ? last + 1 : said;
	for (char *at = last; *at; at++)
		if (!isprint((unsigned char)*at))
			*at = '?';
	return *last ? text_keep(text, last, strnlen(last, SAID_BYTES)) : NULL;
}

static bool has_bytes(const struct root *root, const char *path)
{
	closing int fd = root_open_file(root, path, O_PATH);
	struct stat is;

	return fd >= 0 && fstat(fd, &is) == 0 && S_ISREG(is.st_mode) && is.st_size > 0;
}

/* Reads the mark where the tools leave it; where an image has an archive that is not compressed, unmkinitramfs has
 * a folder for each. Returns whether something else than a mark is there instead. */
static bool read_mark(const char *place, struct disk_image *image, struct text *text)
{
	static const char *const trees[] = { "/", "/main", "/early2", "/early" };
	char path[PATH_MAX];
	struct root whole;
	bool other = false;

	snprintf(path, sizeof(path), "%s" TREE, place);
	if (root_open(&whole, path))
		return false;
	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]) && !image->marked; i++) {
		struct image mark = { .marked = false };
		/* An image may have a link by that name. */
		struct root tree = { .fd = root_open_file(&whole, trees[i],
							  O_RDONLY | O_DIRECTORY | O_NOFOLLOW) };

		if (tree.fd < 0)
			continue;
		/* What lsinitrd does not find it prints nothing of. */
		if (has_bytes(&tree, IMAGE_FILE)) {
			/* A device of the image's must not be opened: that alone can set it off. */
			image_read(&tree, &mark);
			other |= !mark.marked;
		}
		close(tree.fd);
		image->marked = mark.marked;
		if (!image->marked)
			continue;
		image->format = mark.format;
		image->hash = mark.hash;
		image->generator = mark.generator[0] ?
					   text_keep(text, mark.generator, strlen(mark.generator)) :
					   NULL;
	}
	close(whole.fd);
	return other && !image->marked;
}

/* Runs a tool on an open image in a place of its own, and reads what it leaves there. */
static void run_tool(const struct tool *tool, const struct unpack *how, int fd,
		     struct disk_image *image, struct text *text)
{
	static const int ends[] = { SIGCHLD, SIGINT, SIGTERM, SIGHUP };
	char place[64], path[PATH_MAX];
	sigset_t awaited, before;
	struct sigaction now;
	int status = -1, stopped_by = 0;
	pid_t child;

	snprintf(path, sizeof(path), "%s/%s", how->tools, tool->name);
	image->tool = tool->name;
	image->opened = IMAGE_TOOL_FAILED;
	image->status = STATUS_NOT_STARTED;
	sigemptyset(&awaited);
	signal(SIGCHLD, SIG_DFL); /* who started us may have had it ignored */
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (sigaction(ends[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			sigaddset(&awaited, ends[i]);
	/* Whoever ends us is heard once the place is gone. */
	sigprocmask(SIG_BLOCK, &awaited, &before);
	if (!make_place(place, sizeof(place))) {
		image->opened = IMAGE_UNREADABLE;
		image->error = errno;
		sigprocmask(SIG_SETMASK, &before, NULL);
		return;
	}
	child = fork();
	if (child == 0)
		become(tool, path, fd, place, &before);
	if (child > 0)
		status = wait_for(child, how->seconds, &awaited, &stopped_by);
	if (!stopped_by && child > 0) {
		struct root at = { .fd = -1 };
		bool other;

		if (root_open(&at, place) == 0) {
			image->said = last_words(&at, text);
			close(at.fd);
		}
		other = read_mark(place, image, text);
		if (status == -ETIMEDOUT) {
			image->opened = IMAGE_TOOL_SLOW;
		} else {
			/* As the shell has it. */
			image->status =
				WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
			/* What is printed in place of the mark tells nothing of the image. */
			if (image->marked || (image->status == 0 && !(tool->prints && other)))
				image->opened = IMAGE_OPENED;
		}
	}
	remove_place(place);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (stopped_by)
		raise(stopped_by);
}

/* The tool for an image: that of what builds this machine's, if it is here and can, else any that is. */
static const struct tool *choose(const struct unpack *how, bool unified)
{
	const struct tool *chosen = NULL;

	for (size_t t = 0; t < TOOL_COUNT; t++) {
		char path[PATH_MAX];
		bool own = how->generator && strcmp(how->generator, tools[t].generator) == 0;

		snprintf(path, sizeof(path), "%s/%s", how->tools, tools[t].name);
		if ((unified && !tools[t].opens_unified) || access(path, X_OK) != 0)
			continue;
		if (!chosen || own)
			chosen = &tools[t];
	}
	return chosen;
}

void unpack_image(const struct root *root, const struct unpack *how, struct disk_image *image,
		  struct text *text)
{
	closing int fd = root_open_file(root, image->path, O_RDONLY | O_NONBLOCK);
	const struct tool *tool = choose(how, image->unified);

	image->opened = fd < 0 ? IMAGE_UNREADABLE : IMAGE_NO_TOOL;
	image->error = fd < 0 ? -fd : 0;
	if (fd >= 0 && tool)
		run_tool(tool, how, fd, image, text);
}
