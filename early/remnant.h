/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is left of the old ways to keep a card from the host: options of vfio-pci and pci-stub, softdeps, lists of
 * modules, driverctl's overrides. */
#ifndef EARLYBIND_REMNANT_H
#define EARLYBIND_REMNANT_H

#include "config.h"
#include "machine.h"

#define REMNANTS_MOST 1024
#define REMNANT_IDS_MOST 1024
#define REMNANT_UNREAD_MOST 64
#define REMNANT_TEXT_BYTES (512 * 1024)
#define REMNANT_WORD_BYTES 512 /* of a line, or of a part of one; the rest is cut off */

enum remnant_kind {
	REMNANT_IDS, /* ids= of vfio-pci or pci-stub */
	REMNANT_STRAY_IDS, /* behind a blank after ids=: the kernel takes them for another option */
	REMNANT_OPTION, /* another option of the driver: it has nothing to do with the choice, and stays */
	REMNANT_FOREIGN_OPTION, /* on the driver's line, and no option of it */
	REMNANT_SOFTDEP, /* a VFIO module is to be loaded before another one */
	REMNANT_BLACKLIST, /* a driver of graphics cards, or of what is on them, is not to be loaded */
	REMNANT_MODULES, /* VFIO modules in a list of what is to be loaded */
	REMNANT_EARLY, /* any other module in a list of what is to be loaded early: no old way, and may be how a driver came first */
	REMNANT_OVERRIDE, /* a function's driver, saved by driverctl: a VFIO driver or pci-stub */
	REMNANT_OTHER_OVERRIDE, /* the same with any other driver: it gives the function to no guest */
};

/* By whom the file is read, and so what has to be run when it has been changed. */
enum remnant_source {
	SOURCE_COMMAND_LINE, /* the running kernel's */
	SOURCE_GRUB,
	SOURCE_BOOT_ENTRY, /* a boot loader's entry, or what the next one is made of */
	SOURCE_MODPROBE,
	SOURCE_MKINITCPIO,
	SOURCE_DRACUT,
	SOURCE_INITRAMFS_TOOLS,
	SOURCE_MODULES_LOAD,
	SOURCE_DRIVERCTL,
};

/* Strings have neither control bytes nor a backslash at the end: they can stand in a comment. */
struct remnant {
	enum remnant_kind kind;
	enum remnant_source source;
	const char *file; /* its path */
	uint32_t line; /* the first one, where a line is continued */
	const char *words; /* what of the line it is: "ids=1002:73ff", "amdgpu pre: vfio-pci" */
	const char *
		module; /* "vfio_pci", "pci_stub"; of a softdep or blacklist, whose; of an override, the driver; else "" */
	struct pci_address at; /* REMNANT_OVERRIDE, REMNANT_OTHER_OVERRIDE */
};

/* One of the ids of REMNANT_IDS or REMNANT_STRAY_IDS: vendor:device[:subvendor:subdevice[:class:mask]]. */
struct remnant_id {
	uint16_t remnant;
	bool readable; /* else only text is filled: it is none, or has no like in the configuration */
	struct id_pattern ids;
	struct id_pattern subsystem;
	struct class_pattern class; /* .bytes 0: any */
	const char *text;
};

struct remnant_unread {
	const char *path;
	int error; /* an errno */
};

struct remnants {
	char text_bytes[REMNANT_TEXT_BYTES];
	uint16_t count;
	uint16_t id_count;
	uint16_t unread_count;
	bool cut; /* there is more than there is room for */
	enum driver_state pci_stub; /* whether that driver is registered now */
	struct text text;
	struct remnant of[REMNANTS_MOST];
	struct remnant_id ids[REMNANT_IDS_MOST]; /* in the order of their remnants */
	struct remnant_unread unread[REMNANT_UNREAD_MOST]; /* what is there and cannot be read */
};

#endif
