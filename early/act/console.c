/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/console.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "read/screen.h"

#define PATH_BYTES 64
#define CONSOLES 63 /* MAX_NR_CONSOLES, include/uapi/linux/vt.h */
#define VTCONSOLES 16 /* MAX_NR_CON_DRIVER, drivers/tty/vt/vt.c */
#define POLL_MILLISECONDS 20
#define WAKE_MILLISECONDS 2000
#define LET_GO_MILLISECONDS 3000

/* include/uapi/linux/fb.h, which a C library need not have. */
struct con2fbmap {
	uint32_t console;
	uint32_t framebuffer;
};
#define PUT_CON2FBMAP 0x4610

static void pause_once(void)
{
	const struct timespec pause = { .tv_nsec = POLL_MILLISECONDS * 1000000L };

	nanosleep(&pause, NULL);
}

/* The number of the console in front, from 1; 1 where it cannot be told. */
static uint32_t console_in_front(const struct root *root)
{
	char name[16];
	unsigned number;

	if (root_read_attribute(root, "/sys/class/tty/tty0/active", name, sizeof(name)) <= 0 ||
	    sscanf(name, "tty%u", &number) != 1 || number < 1 || number > CONSOLES)
		return 1;
	return number;
}

int console_map(const struct root *root, int framebuffer)
{
	struct con2fbmap map;
	uint32_t front = console_in_front(root);
	char path[PATH_BYTES];
	int error = 0;

	snprintf(path, sizeof(path), "/dev/fb%d", framebuffer);
	closing int fd = root_open_file(root, path, O_RDWR);

	if (fd < 0)
		return fd;
	map.framebuffer = (uint32_t)framebuffer;
	for (map.console = 1; map.console <= CONSOLES; map.console++)
		if (ioctl(fd, PUT_CON2FBMAP, &map) < 0 && (!error || map.console == front))
			error = -errno;
	return error;
}

/* The vtconsole of the framebuffer console: its number, or -ENOENT. */
static int framebuffer_console(const struct root *root)
{
	for (int i = 0; i < VTCONSOLES; i++) {
		char path[PATH_BYTES];
		char name[64];

		snprintf(path, sizeof(path), "/sys/class/vtconsole/vtcon%d/name", i);
		if (root_read_attribute(root, path, name, sizeof(name)) > 0 &&
		    strstr(name, "frame buffer device"))
			return i;
	}
	return -ENOENT;
}

/* Has Plymouth leave the screen to the text, where one is there. */
static void hide_splash(const struct root *root)
{
	pid_t child;

	if (!root->live || !root_exists(root, "/usr/bin/plymouth"))
		return;
	child = fork();
	if (child == 0) {
		execl("/usr/bin/plymouth", "plymouth", "hide-splash", (char *)NULL);
		_exit(1);
	}
	for (int waited = 0; child > 0 && waited < WAKE_MILLISECONDS; waited += POLL_MILLISECONDS) {
		if (waitpid(child, NULL, WNOHANG) != 0)
			return;
		pause_once();
	}
	if (child > 0)
		kill(child, SIGKILL);
}

int console_wake(const struct root *root)
{
	if (framebuffer_console(root) >= 0)
		return 0;
	hide_splash(root);
	console_say(root, "earlybind: the screen moves to another card");
	for (int waited = 0; waited < WAKE_MILLISECONDS; waited += POLL_MILLISECONDS) {
		if (framebuffer_console(root) >= 0)
			return 0;
		pause_once();
	}
	return -ETIMEDOUT;
}

int console_rebind(const struct root *root)
{
	char path[PATH_BYTES];
	int number = framebuffer_console(root);

	if (number < 0)
		return number;
	snprintf(path, sizeof(path), "/sys/class/vtconsole/vtcon%d/bind", number);
	closing int fd = root_open_file(root, path, O_WRONLY);

	if (fd < 0)
		return fd;
	return write(fd, "1\n", 2) == 2 ? 0 : -errno;
}

bool console_lets_go(const struct root *root, const struct machine *machine, uint16_t f)
{
	for (int waited = 0; waited < LET_GO_MILLISECONDS; waited += POLL_MILLISECONDS) {
		if (screen_memory_owner(root, machine) != f)
			return true;
		pause_once();
	}
	return false;
}

void console_say(const struct root *root, const char *line)
{
	closing int fd = root_open_file(root, "/dev/tty0", O_WRONLY | O_NOCTTY | O_NONBLOCK);

	/* Where there is no console, nobody misses the words. */
	if (fd < 0 || dprintf(fd, "\r\n%s\r\n", line) < 0)
		return;
}
