/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What modules a kernel has, and what options are lying about for them: asked of libkmod, nothing is loaded. */
#ifndef EARLYBIND_MODULES_H
#define EARLYBIND_MODULES_H

#include "config.h"
#include "machine.h"
#include "read/root.h"

/* Sets `variant` of every function that a line with `driver auto` may choose: the module whose alias vfio_pci:… fits it
 * (drivers/vfio/pci: a VFIO driver for just this device), where the kernel of this release has one. */
void modules_read_variants(const struct root *root, const char *release,
			   const struct config *config, struct machine *machine);

/* Whether the kernel of this release has a driver: as a module, or built in. UNKNOWN where its modules are not there to
 * be looked at. */
enum truth modules_have(const struct root *root, const char *release, const char *driver);

/* Appends to `options`, with blanks between them, the options that modprobe.d has for a module ("vfio_pci"), but for ids=, and for
 * what the running kernel's command line has. Nothing below another root than the live one. */
void modules_options(const struct root *root, const char *module, const char *command_line,
		     struct text *options);

#endif
