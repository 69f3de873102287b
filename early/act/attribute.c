/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/attribute.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "read/pci.h"

#define PATH_BYTES 256
#define NAME_BYTES 64
#define POLL_MILLISECONDS 10

/* One write of the whole value, as sysfs wants it. */
static int write_file(const struct root *root, const char *path, const char *value)
{
	/* Cut first, as a shell's > does: sysfs does not care, and a plain file below --root holds what was written last. */
	closing int fd = root_open_file(root, path, O_WRONLY | O_TRUNC);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = write(fd, value, strlen(value));
	if (n < 0)
		return -errno;
	return (size_t)n == strlen(value) ? 0 : -EIO;
}

int attribute_override(const struct root *root, struct pci_address at, const char *name)
{
	char line[NAME_BYTES];

	if (snprintf(line, sizeof(line), "%s\n", name) >= (int)sizeof(line))
		return -ENAMETOOLONG;
	return write_file(root, pci_path(at, "/driver_override").text, line);
}

int attribute_probe(const struct root *root, struct pci_address at)
{
	char line[ADDRESS_BYTES + 1];

	memcpy(address_write(line, at), "\n", sizeof("\n"));
	return write_file(root, "/sys/bus/pci/drivers_probe", line);
}

int attribute_unbind(const struct root *root, struct pci_address at, const char *driver)
{
	char path[PATH_BYTES];
	char line[ADDRESS_BYTES + 1];

	snprintf(path, sizeof(path), PCI_DRIVERS "/%s/unbind", driver);
	memcpy(address_write(line, at), "\n", sizeof("\n"));
	return write_file(root, path, line);
}

/* Waits for a child, so long. Returns its exit status, or -ETIMEDOUT. */
static int wait_for(pid_t child)
{
	const struct timespec pause = { .tv_nsec = POLL_MILLISECONDS * 1000000L };

	for (int waited = 0; waited < ATTRIBUTE_SECONDS * 1000; waited += POLL_MILLISECONDS) {
		int status;
		pid_t ended = waitpid(child, &status, WNOHANG);

		if (ended < 0)
			return -errno;
		if (ended > 0)
			return WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO;
		nanosleep(&pause, NULL);
	}
	/* It cannot be ended while it is in the kernel; when it comes back, it is gone. */
	kill(child, SIGKILL);
	return -ETIMEDOUT;
}

int attribute_take(const struct root *root, struct pci_address at, const char *driver)
{
	pid_t child = fork();

	if (child < 0)
		return -errno;
	/* An exit status holds every errno that a write can end with. */
	if (child == 0)
		_exit(-attribute_unbind(root, at, driver));
	return wait_for(child);
}

int attribute_unbind_platform(const struct root *root, const char *device, const char *driver)
{
	char path[PATH_BYTES];
	char line[NAME_BYTES];

	if (snprintf(line, sizeof(line), "%s\n", device) >= (int)sizeof(line))
		return -ENAMETOOLONG;
	snprintf(path, sizeof(path), "/sys/bus/platform/drivers/%.64s/unbind", driver);
	return write_file(root, path, line);
}
