/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "read/binding.h"
#include "read/cmdline.h"

#define PATH_BYTES 4096

/* Keeps a line that was read in the machine's text; "" where it could not be read. */
static const char *keep_line(struct machine *machine, const char *line, ssize_t n)
{
	const char *kept;

	while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == ' '))
		n--;
	kept = text_keep(&machine->text, line, n > 0 ? (size_t)n : 0);
	return kept ? kept : "";
}

static const char *read_line(const struct root *root, struct machine *machine, const char *path)
{
	char line[1024];
	ssize_t n = root_read_attribute(root, path, line, sizeof(line));

	return keep_line(machine, line, n);
}

static const char *read_command_line(const struct root *root, struct machine *machine)
{
	char *line;
	ssize_t n = root_read_briefly(root, "/proc/cmdline", &line);

	return keep_line(machine, line, n);
}

void kernel_read_version(const char *release, const char *version, struct kernel *kernel)
{
	unsigned major, minor, patch;
	const char *debian = strstr(version, "Debian ");

	*kernel = (struct kernel){ .release = release, .patch_known = NO };
	if (sscanf(release, "%u.%u.%u", &kernel->major, &kernel->minor, &kernel->patch) == 3)
		kernel->patch_known = YES;
	/* Debian 12 calls every 6.1 kernel 6.1.0-N. */
	if (debian && sscanf(debian, "Debian %u.%u.%u", &major, &minor, &patch) == 3 &&
	    major == kernel->major && minor == kernel->minor) {
		kernel->patch = patch;
		kernel->patch_known = YES;
	} else if (kernel->patch == 0) {
		kernel->patch_known = NO;
	}
}

void host_read(const struct root *root, struct machine *machine)
{
	const char *release = read_line(root, machine, "/proc/sys/kernel/osrelease");
	const char *version = read_line(root, machine, "/proc/sys/kernel/version");

	machine->command_line = read_command_line(root, machine);
	machine->rescue = cmdline_asks_for_rescue(machine->command_line);
	machine->nomodeset = cmdline_says_nomodeset(machine->command_line);
	machine->crash_dump = root_exists(root, "/proc/vmcore");
	machine->generator = NULL;
	machine->boot_id = read_line(root, machine, "/proc/sys/kernel/random/boot_id");
	machine->vfio_pci = binding_driver_state(root, "vfio-pci");
	kernel_read_version(release, version, &machine->kernel);
}

const char *host_is_elsewhere(const struct root *root)
{
	/* The number of the first PID namespace is part of the kernel's interface (PROC_PID_INIT_INO). */
	static const char first[] = "pid:[4026531836]";
	struct stat here_is, first_is;
	char link[64];

	if (!root->live)
		/* A real procfs has a link there, and tells of this system, not of the tree. */
		return root_read_link(root, "/proc/self", link, sizeof(link)) < 0 ?
			       NULL :
			       "the /proc below --root is the running system's";
	if (root_read_link(root, "/proc/self/ns/pid", link, sizeof(link)) < 0)
		return "there is no /proc";
	if (strcmp(link, first) != 0)
		return "this is a container";
	if (stat("/", &here_is) || stat("/proc/1/root/", &first_is))
		return "only root can tell whether this is a chroot";
	if (here_is.st_dev != first_is.st_dev || here_is.st_ino != first_is.st_ino)
		return "this is a chroot";
	return NULL;
}

const char *host_generator(const struct root *root)
{
	static const struct {
		const char *program, *name;
	} generators[] = {
		{ "/usr/bin/mkinitcpio", GENERATOR_MKINITCPIO },
		{ "/usr/sbin/mkinitramfs", GENERATOR_INITRAMFS_TOOLS },
		{ "/usr/bin/dracut", GENERATOR_DRACUT },
	};

	for (size_t i = 0; i < sizeof(generators) / sizeof(generators[0]); i++)
		if (root_exists(root, generators[i].program))
			return generators[i].name;
	return NULL;
}

/* Whether path/name leads to something within the root that is mounted at path. */
static bool has_init(const struct root *root, const char *path, const char *init)
{
	closing int fd = root_open_file(root, path, O_PATH | O_DIRECTORY);
	struct root mounted = { .fd = fd, .live = false };

	return fd >= 0 && root_exists(&mounted, init);
}

bool host_root_is_mounted(const struct root *root, const char *path, const char *line)
{
	static const char *const places[] = { "/sbin/init", "/etc/init", "/bin/init",
					      "/usr/lib/systemd/systemd", "/lib/systemd/systemd" };
	closing int here = root_open_file(root, "/", O_PATH | O_DIRECTORY);
	closing int there = root_open_file(root, path, O_PATH | O_DIRECTORY);
	struct stat here_is, there_is;
	char init[PATH_BYTES];

	if (here < 0 || there < 0 || fstat(here, &here_is) || fstat(there, &there_is) ||
	    here_is.st_dev == there_is.st_dev)
		return false;
	if (cmdline_value(line, "init", init, sizeof(init)))
		return has_init(root, path, init);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (has_init(root, path, places[i]))
			return true;
	return false;
}
