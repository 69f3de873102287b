/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the old ways have their files. remnant.c knows what stands in them. */
#include "read/remnants.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read/binding.h"

#define NAMES_MOST 512 /* files of one kind */
#define NAMES_BYTES 65536

/* Folders whose files are read in order of their names. A name in an earlier folder hides the same name in a later
 * one. */
struct folders {
	enum remnant_source source;
	const char *suffix;
	const char *paths[6]; /* the last is NULL */
};

static const struct folders modprobe = { SOURCE_MODPROBE,
					 ".conf",
					 /* libkmod/libkmod.c, default_config_paths */
					 { "/etc/modprobe.d", "/run/modprobe.d",
					   "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d",
					   "/lib/modprobe.d" } };

static const struct folders folders[] = {
	{ SOURCE_GRUB, ".cfg", { "/etc/default/grub.d" } },
	{ SOURCE_BOOT_ENTRY, ".conf", { "/etc/cmdline.d" } },
	{ SOURCE_BOOT_ENTRY,
	  ".conf",
	  { "/boot/loader/entries", "/efi/loader/entries", "/boot/efi/loader/entries" } },
	{ SOURCE_MKINITCPIO, ".conf", { "/etc/mkinitcpio.conf.d" } },
	{ SOURCE_DRACUT,
	  ".conf",
	  { "/etc/dracut.conf.d", "/run/dracut.conf.d", "/usr/lib/dracut/dracut.conf.d" } },
	/* modules-load.d(5) */
	{ SOURCE_MODULES_LOAD,
	  ".conf",
	  { "/etc/modules-load.d", "/run/modules-load.d", "/usr/local/lib/modules-load.d",
	    "/usr/lib/modules-load.d", "/lib/modules-load.d" } },
	{ SOURCE_DRIVERCTL, "", { "/etc/driverctl.d" } },
};

static const struct {
	enum remnant_source source;
	const char *path;
} files[] = {
	{ SOURCE_GRUB, "/etc/default/grub" },
	{ SOURCE_BOOT_ENTRY, "/etc/kernel/cmdline" },
	{ SOURCE_MKINITCPIO, "/etc/mkinitcpio.conf" },
	{ SOURCE_DRACUT, "/etc/dracut.conf" },
	{ SOURCE_INITRAMFS_TOOLS, "/etc/initramfs-tools/modules" },
};

static void read_file(const struct root *root, struct remnants *remnants,
		      enum remnant_source source, const char *path)
{
	char *bytes;
	ssize_t n = root_read_briefly(root, path, &bytes);

	if (n < 0) {
		remnants_unread(remnants, path, (int)-n);
		return;
	}
	/* A NUL byte must not hide what stands behind it. */
	for (ssize_t i = 0; i < n; i++)
		if (bytes[i] == '\0')
			bytes[i] = '?';
	remnants_parse(remnants, source, path, bytes);
}

/* Names of files, and the folder of each. */
struct names {
	char bytes[NAMES_BYTES];
	struct text text;
	struct name {
		const char *name, *folder;
	} of[NAMES_MOST];
	unsigned count;
};

static bool is_hidden(const struct names *names, unsigned before, const char *name)
{
	for (unsigned i = 0; i < before; i++)
		if (strcmp(names->of[i].name, name) == 0)
			return true;
	return false;
}

static bool has_suffix(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);

	return name[0] != '.' && n > m && strcmp(name + n - m, suffix) == 0;
}

static void add_names(const struct root *root, struct remnants *remnants, struct names *names,
		      const char *folder, const char *suffix)
{
	closing_directory struct root_directory directory;
	int error = root_open_directory(root, folder, &directory);
	unsigned before = names->count;

	if (error) {
		remnants_unread(remnants, folder, -error);
		return;
	}
	for (const char *name = root_next_name(&directory); name;
	     name = root_next_name(&directory)) {
		const char *kept;

		if (!has_suffix(name, suffix) || is_hidden(names, before, name))
			continue;
		kept = names->count < NAMES_MOST ? text_keep(&names->text, name, strlen(name)) :
						   NULL;
		if (!kept) {
			remnants->cut = true;
			return;
		}
		names->of[names->count++] = (struct name){ kept, folder };
	}
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->name, ((const struct name *)b)->name);
}

static void read_folders(const struct root *root, struct remnants *remnants,
			 const struct folders *kind)
{
	static struct names names;
	char path[PATH_MAX];

	names.text = (struct text)TEXT_OVER(names.bytes);
	names.count = 0;
	for (const char *const *folder = kind->paths; *folder; folder++)
		add_names(root, remnants, &names, *folder, kind->suffix);
	qsort(names.of, names.count, sizeof(names.of[0]), compare_names);
	for (unsigned i = 0; i < names.count; i++) {
		snprintf(path, sizeof(path), "%s/%s", names.of[i].folder, names.of[i].name);
		read_file(root, remnants, kind->source, path);
	}
}

void remnants_read_options(const struct root *root, struct remnants *remnants)
{
	remnants_begin(remnants);
	read_file(root, remnants, SOURCE_COMMAND_LINE, "/proc/cmdline");
	read_folders(root, remnants, &modprobe);
}

void remnants_read(const struct root *root, struct remnants *remnants)
{
	remnants_read_options(root, remnants);
	remnants->pci_stub = binding_driver_state(root, "pci-stub");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		read_file(root, remnants, files[i].source, files[i].path);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		read_folders(root, remnants, &folders[i]);
}
