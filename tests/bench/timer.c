/* SPDX-License-Identifier: GPL-2.0-or-later */
/* timer RUNS SLOT NAME=COMMAND...: runs the commands in turn, RUNS times over, and prints for each run
 *	NAME MICROSECONDS KIB FAULTS
 * the time from fork to its end, the most memory that it had resident, and its page faults. With a slot the function there is freed before
 * each run and has to be with vfio-pci after it, unless NAME ends in "-"; a slot of "-" is none. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_WORDS 8
#define DEVICES "/sys/bus/pci/devices/"
#define SETTLE_NANOSECONDS 20000000

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0) {
		fprintf(stderr, "timer: %s: %s\n", path, strerror(errno));
		exit(1);
	}
	close(fd);
}

/* Whether vfio-pci has the function. */
static int is_bound(const char *slot)
{
	char path[PATH_MAX], link[PATH_MAX];
	ssize_t n;

	snprintf(path, sizeof(path), DEVICES "%s/driver", slot);
	n = readlink(path, link, sizeof(link) - 1);
	link[n < 0 ? 0 : n] = '\0';
	return strstr(link, "/vfio-pci") != NULL;
}

static void set_free(const char *slot)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), DEVICES "%s/driver_override", slot);
	put(path, "\n");
	if (is_bound(slot))
		put("/sys/bus/pci/drivers/vfio-pci/unbind", slot);
}

static long long now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return at.tv_sec * 1000000LL + at.tv_nsec / 1000;
}

static void time_one(const char *slot, const char *name, char **words)
{
	const struct timespec settle = { .tv_nsec = SETTLE_NANOSECONDS };
	struct rusage usage;
	long long start, end;
	int status;
	pid_t child;

	if (*slot != '-')
		set_free(slot);
	/* What the last run left for the kernel to do is not this one's. */
	nanosleep(&settle, NULL);
	start = now();
	child = fork();
	if (child == 0) {
		/* What it prints is not to be waited for. */
		int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

		if (nowhere < 0 || dup2(nowhere, STDOUT_FILENO) < 0)
			_exit(126);
		execv(words[0], words);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child) {
		fprintf(stderr, "timer: %s: %s\n", name, strerror(errno));
		exit(1);
	}
	end = now();
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "timer: %s: %s ended with status %#x\n", name, words[0],
			(unsigned)status);
		exit(1);
	}
	if (*slot != '-' && name[strlen(name) - 1] != '-' && !is_bound(slot)) {
		fprintf(stderr, "timer: %s: vfio-pci has not got %s after it\n", name, slot);
		exit(1);
	}
	printf("%s %lld %ld %ld\n", name, end - start, usage.ru_maxrss, usage.ru_minflt);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	if (argc < 4) {
		fprintf(stderr, "usage: timer RUNS SLOT NAME=COMMAND...\n");
		return 2;
	}
	for (long run = strtol(argv[1], NULL, 10); run > 0; run--)
		for (int a = 3; a < argc; a++) {
			char way[PATH_MAX], *words[MAX_WORDS + 1] = { NULL }, *rest = NULL;
			char *command;

			snprintf(way, sizeof(way), "%s", argv[a]);
			command = strchr(way, '=');
			if (!command)
				return 2;
			*command++ = '\0';
			words[0] = strtok_r(command, " ", &rest);
			for (int w = 1; w < MAX_WORDS && words[w - 1]; w++)
				words[w] = strtok_r(NULL, " ", &rest);
			time_one(argv[2], way, words);
		}
	return 0;
}
