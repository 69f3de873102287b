/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The initramfs images on disk, the kernels that they are for, and what is to be said of them. */
#ifndef EARLYBIND_IMAGES_H
#define EARLYBIND_IMAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "finding.h"

#define IMAGES_MAX 128
#define IMAGES_MAX_KERNELS 64
#define IMAGES_TEXT_BYTES (64 * 1024)

#define IMAGES_TOOLS "/usr/bin" /* where the generators' tools are */
#define IMAGES_SECONDS 60 /* that a tool may take for an image */

/* Whether an image could be looked into. */
enum image_opened {
	IMAGE_NOT_OPENED,
	IMAGE_OPENED,
	IMAGE_ABSENT, /* a preset names it, and it is not there */
	IMAGE_UNREADABLE, /* .error says why */
	IMAGE_NO_TOOL, /* no program that opens such an image is installed */
	IMAGE_TOOL_FAILED, /* .status says how it ended; 0: what it printed is no mark */
	IMAGE_TOOL_SLOW,
};

struct disk_image {
	const char *path;
	const char *kernel; /* the version, or NULL: its name does not tell */
	const char *preset; /* of mkinitcpio, which names it; or NULL */
	dev_t device; /* with inode: two names of one file are one image */
	ino_t inode;
	bool unified; /* the kernel, its command line and the image as one program for the firmware */
	enum image_opened opened;
	int error;
	int status;
	const char *tool; /* that opened it, or failed to */
	const char *said; /* the last line of what that had to say, or NULL */
	/* of the mark in it: */
	bool marked;
	unsigned format; /* 0: cannot be understood */
	uint64_t hash;
	const char *generator; /* or NULL */
};

/* A version below /lib/modules, or one of which a kernel is in /boot. */
struct disk_kernel {
	const char *version;
	const char *
		base; /* Arch's name of the package, which its images have in their names instead; or NULL */
	bool there; /* there is a kernel to boot, not only modules */
	bool modules;
};

enum image_kind {
	/* as asked */
	IMAGE_FRESH,
	IMAGE_WAY_BACK, /* it has no earlybind, and boots the machine without */
	IMAGE_NOTHING_ASKED,
	/* nobody can tell */
	IMAGE_UNKNOWN, /* see .opened */
	IMAGE_NO_FOLDER, /* a folder for images cannot be read */
	IMAGE_NONE_FOUND,
	IMAGE_TOO_MANY,
	/* not as asked */
	IMAGE_STALE,
	IMAGE_WITHOUT,
	IMAGE_NO_MARK, /* its mark cannot be understood */
	IMAGE_MISSING, /* of a preset, or of a kernel */
	IMAGE_REBOOT_PENDING,
	IMAGE_MODULES_GONE, /* the running kernel's */
};

struct image_finding {
	enum image_kind kind;
	const struct disk_image *image; /* or NULL */
	const char *kernel; /* or NULL */
	const char *folder; /* IMAGE_NO_FOLDER */
	int error; /* IMAGE_NO_FOLDER */
};

#define IMAGES_MAX_FOLDERS 8
#define IMAGES_MAX_FINDINGS (IMAGES_MAX + IMAGES_MAX_KERNELS + IMAGES_MAX_FOLDERS + 4)

struct images {
	uint16_t count;
	uint16_t kernel_count;
	uint16_t folder_count;
	uint16_t finding_count;
	bool too_many;
	uint16_t unknown; /* findings that nobody can decide */
	uint16_t not_as_asked;
	struct disk_image of[IMAGES_MAX];
	struct disk_kernel kernels[IMAGES_MAX_KERNELS];
	struct {
		const char *path;
		int error;
	} folders[IMAGES_MAX_FOLDERS]; /* that could not be read */
	struct image_finding findings[IMAGES_MAX_FINDINGS];
	struct text text;
	char text_bytes[IMAGES_TEXT_BYTES];
};

/* What each image is good for today, and whether a restart is all that is missing: then what *findings says of
 * this boot's image is taken out of it, unless another image that is not good may have been booted. Touches nothing but images->findings, its counts, and *findings. */
void images_judge(const struct config *config, const struct machine *machine, struct images *images,
		  struct findings *findings);

#endif
