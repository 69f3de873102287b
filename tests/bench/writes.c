/* SPDX-License-Identifier: GPL-2.0-or-later */
/* writes [SLOT]: the least that binds a function the way claim does: held, named, probed, and its driver read back. Without
 * a slot it does nothing, which is what it costs to start a program. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DEVICES "/sys/bus/pci/devices/"
#define PATH_BYTES 128

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));

	close(fd);
	return n < 0;
}

int main(int argc, char **argv)
{
	char override[PATH_BYTES], driver[PATH_BYTES], link[PATH_BYTES];

	if (argc < 2)
		return 0;
	snprintf(override, sizeof(override), DEVICES "%s/driver_override", argv[1]);
	snprintf(driver, sizeof(driver), DEVICES "%s/driver", argv[1]);
	return put(override, "earlybind-held\n") || put(override, "vfio-pci\n") ||
	       put("/sys/bus/pci/drivers_probe", argv[1]) ||
	       readlink(driver, link, sizeof(link)) < 0;
}
