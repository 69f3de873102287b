/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The running kernel: its version, its command line, what it was started for. */
#ifndef EARLYBIND_HOST_H
#define EARLYBIND_HOST_H

#include "machine.h"
#include "read/root.h"

/* Fills kernel, command_line, rescue, crash_dump, boot_id and vfio_pci. What cannot be read is left at its
 * cautious value: never an error. */
void host_read(const struct root *root, struct machine *machine);

/* Reads "6.1.0-50-amd64", and /proc/version's text where the release hides the patch level ("Debian 6.1.170-1"). Pure.
 * `release` must outlive *kernel. */
void kernel_read_version(const char *release, const char *version, struct kernel *kernel);

/* Whether a root file system other than the initramfs is mounted at `path` and has an init: what the kernel command line
 * names, or one of the places where kernel and initramfs generators look. */
must_check bool host_root_is_mounted(const struct root *root, const char *path,
				     const char *command_line);

/* What builds this system's initramfs, by what is installed: GENERATOR_…, or NULL. */
const char *host_generator(const struct root *root);

/* Why what is read here says nothing about the machine that an image built now will boot: a chroot, a container, another
 * system's /proc. NULL where it is the running system itself, or a tree that carries a /proc of its own. */
const char *host_is_elsewhere(const struct root *root);

#endif
