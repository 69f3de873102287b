/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/attribute.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH_BYTES 256
#define NAME_BYTES 64

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
	char path[PATH_BYTES];
	char line[NAME_BYTES];

	if (snprintf(line, sizeof(line), "%s\n", name) >= (int)sizeof(line))
		return -ENAMETOOLONG;
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/" ADDRESS_FORMAT "/driver_override",
		 ADDRESS_PARTS(at));
	return write_file(root, path, line);
}

int attribute_probe(const struct root *root, struct pci_address at)
{
	char line[ADDRESS_BYTES + 1];

	snprintf(line, sizeof(line), ADDRESS_FORMAT "\n", ADDRESS_PARTS(at));
	return write_file(root, "/sys/bus/pci/drivers_probe", line);
}

int attribute_unbind(const struct root *root, struct pci_address at, const char *driver)
{
	char path[PATH_BYTES];
	char line[ADDRESS_BYTES + 1];

	snprintf(path, sizeof(path), "/sys/bus/pci/drivers/%s/unbind", driver);
	snprintf(line, sizeof(line), ADDRESS_FORMAT "\n", ADDRESS_PARTS(at));
	return write_file(root, path, line);
}
