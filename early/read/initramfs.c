/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/initramfs.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MODULES "/lib/modules"
#define PRESETS "/etc/mkinitcpio.d"
#define UNIFIED ".efi"
#define MACHINE_ID_DIGITS 32

/* Where kernels, images and the firmware's own file system are mounted. */
static const char *const boots[] = { "/boot", "/efi", "/boot/efi" };

#define BOOT_COUNT (sizeof(boots) / sizeof(boots[0]))

static const char *keep(struct images *images, const char *bytes, size_t n)
{
	const char *kept = text_keep(&images->text, bytes, n);

	images->too_many |= !kept;
	return kept;
}

static bool begins(const char *word, const char *with)
{
	return strncmp(word, with, strlen(with)) == 0;
}

static bool ends(const char *word, const char *with)
{
	size_t n = strlen(word), m = strlen(with);

	return n >= m && strcmp(word + n - m, with) == 0;
}

static bool is_plain(const char *name)
{
	for (; *name; name++)
		if (iscntrl((unsigned char)*name))
			return false;
	return true;
}

/* Keeps a folder that is there and cannot be read, once. */
static void add_folder(struct images *images, const char *path, size_t n, int error)
{
	for (uint16_t f = 0; f < images->folder_count; f++)
		if (strlen(images->folders[f].path) == n &&
		    memcmp(images->folders[f].path, path, n) == 0)
			return;
	if (images->folder_count == IMAGES_MAX_FOLDERS)
		return;
	images->folders[images->folder_count].path = keep(images, path, n);
	images->folders[images->folder_count].error = error;
	if (images->folders[images->folder_count].path)
		images->folder_count++;
}

/* Opens a folder for images. One that is there and cannot be read is told. */
static bool open_folder(const struct root *root, const char *path, struct images *images,
			struct root_directory *folder)
{
	int error = root_open_directory(root, path, folder);

	if (error == 0)
		return true;
	if (error != -ENOENT && error != -ENOTDIR)
		add_folder(images, path, strlen(path), -error);
	return false;
}

static struct disk_kernel *add_kernel(struct images *images, const char *version)
{
	struct disk_kernel *kernel = &images->kernels[images->kernel_count];

	for (uint16_t k = 0; k < images->kernel_count; k++)
		if (strcmp(images->kernels[k].version, version) == 0)
			return &images->kernels[k];
	if (images->kernel_count == IMAGES_MAX_KERNELS) {
		images->too_many = true;
		return NULL;
	}
	*kernel = (struct disk_kernel){ .version = keep(images, version, strlen(version)) };
	if (!kernel->version)
		return NULL;
	images->kernel_count++;
	return kernel;
}

/* Adds a file as an image, once; what is not there, or no file, is none. Returns it, or NULL. */
static struct disk_image *add_image(const struct root *root, struct images *images,
				    const char *path, const char *kernel, size_t kernel_bytes)
{
	closing int fd = root_open_file(root, path, O_PATH);
	struct disk_image *image = &images->of[images->count];
	struct stat is;

	if (fd < 0 || fstat(fd, &is) || !S_ISREG(is.st_mode) || !is_plain(path))
		return NULL;
	for (uint16_t i = 0; i < images->count; i++)
		if (images->of[i].device == is.st_dev && images->of[i].inode == is.st_ino)
			return &images->of[i];
	if (images->count == IMAGES_MAX) {
		images->too_many = true;
		return NULL;
	}
	*image = (struct disk_image){ .path = keep(images, path, strlen(path)),
				      .device = is.st_dev,
				      .inode = is.st_ino,
				      .unified = ends(path, UNIFIED) };
	if (!image->path)
		return NULL;
	if (kernel)
		image->kernel = keep(images, kernel, kernel_bytes);
	images->count++;
	return image;
}

static void find_kernels(const struct root *root, struct images *images)
{
	closing_directory struct root_directory folder;

	if (!open_folder(root, MODULES, images, &folder))
		return;
	for (const char *name = root_next_name(&folder); name; name = root_next_name(&folder)) {
		char path[PATH_MAX];
		struct disk_kernel *kernel;
		char *base;

		snprintf(path, sizeof(path), MODULES "/%s/.", name);
		if (name[0] == '.' || !is_plain(name) || !root_exists(root, path))
			continue;
		kernel = add_kernel(images, name);
		if (!kernel)
			return;
		kernel->modules = true;
		snprintf(path, sizeof(path), MODULES "/%s/vmlinuz", name);
		kernel->there = root_exists(root, path);
		snprintf(path, sizeof(path), MODULES "/%s/pkgbase", name);
		if (root_read_briefly(root, path, &base) > 0)
			kernel->base = keep(images, base, strcspn(base, "\n"));
		for (size_t i = 0; i < 2; i++) {
			snprintf(path, sizeof(path), MODULES "/%s/%s", name,
				 i ? "initramfs.img" : "initrd");
			add_image(root, images, path, name, strlen(name));
		}
	}
}

/* Whether an image's name has a kernel's name at this place, not only the beginning of a longer one. */
static bool ends_there(const char *behind)
{
	/* +3 and the like count the boots that are left: systemd-boot's */
	return *behind == '\0' || *behind == '+' || begins(behind, ".img") ||
	       begins(behind, UNIFIED) || begins(behind, "-fallback") ||
	       strspn(behind + 1, "0123456789abcdef") >= MACHINE_ID_DIGITS;
}

static bool has_word(const char *name, const char *word)
{
	for (const char *at = strstr(name, word); at; at = strstr(at + 1, word))
		if ((at == name || !isalnum((unsigned char)at[-1])) &&
		    ends_there(at + strlen(word)))
			return true;
	return false;
}

/* The kernel that an image is for, by what of the known ones stands in its name. */
static void know_kernel(const struct images *images, struct disk_image *image)
{
	const char *slash = strrchr(image->path, '/');

	for (uint16_t k = 0; slash && k < images->kernel_count && !image->kernel; k++)
		if (has_word(slash + 1, images->kernels[k].version) ||
		    (images->kernels[k].base && has_word(slash + 1, images->kernels[k].base)))
			image->kernel = images->kernels[k].version;
}

/* The version in a name, between what stands before and behind it; NULL where the name is another. */
static const char *version_in(const char *name, const char *before, const char *behind, size_t *n)
{
	size_t front = strlen(before), back = strlen(behind);

	if (!begins(name, before) || !ends(name, behind) || strlen(name) <= front + back)
		return NULL;
	*n = strlen(name) - front - back;
	return name + front;
}

/* Not a package's name, nor that of a rescue image: 0-rescue-…. */
static bool is_version(const char *name)
{
	return isdigit((unsigned char)*name) && !strstr(name, "rescue");
}

/* Copies that packages and people leave behind, and images of a kernel that saves a crash dump, which has nothing
 * to give away. */
static bool is_left_behind(const char *name)
{
	static const char *const marks[] = { ".old", ".bak", ".new", ".dpkg-", ".tmp", "kdump" };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strstr(name, marks[i]))
			return true;
	return false;
}

/* TOKEN/VERSION/initrd and TOKEN/VERSION/linux, as kernel-install(8) lays them out. */
static void find_entries(const struct root *root, struct images *images, const char *boot,
			 const char *token)
{
	for (uint16_t k = 0; k < images->kernel_count; k++) {
		const char *version = images->kernels[k].version;
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/%s/%s/initrd", boot, token, version);
		add_image(root, images, path, version, strlen(version));
		snprintf(path, sizeof(path), "%s/%s/%s/linux", boot, token, version);
		images->kernels[k].there |= root_exists(root, path);
	}
}

/* Returns whether there is such a folder, and it can be read. */
static bool find_in_boot(const struct root *root, struct images *images, const char *boot)
{
	static const struct {
		const char *before, *behind;
	} names[] = { { "initrd.img-", "" }, { "initramfs-", ".img" }, { "initrd-", "" } };
	closing_directory struct root_directory folder;

	if (!open_folder(root, boot, images, &folder))
		return false;
	for (const char *name = root_next_name(&folder); name; name = root_next_name(&folder)) {
		char path[PATH_MAX];
		const char *version;
		size_t n;

		if (name[0] == '.' || is_left_behind(name))
			continue;
		snprintf(path, sizeof(path), "%s/%s", boot, name);
		version = version_in(name, "vmlinuz-", "", &n);
		if (version && is_version(version) && is_plain(name)) {
			struct disk_kernel *kernel = add_kernel(images, version);

			if (kernel)
				kernel->there = true;
			continue;
		}
		version = NULL;
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !version; i++)
			version = version_in(name, names[i].before, names[i].behind, &n);
		if (!version)
			find_entries(root, images, boot, name);
		else
			add_image(root, images, path, is_version(version) ? version : NULL, n);
	}
	return true;
}

static void find_unified(const struct root *root, struct images *images, const char *boot)
{
	closing_directory struct root_directory folder;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/EFI/Linux", boot);
	if (!open_folder(root, path, images, &folder))
		return;
	for (const char *name = root_next_name(&folder); name; name = root_next_name(&folder)) {
		snprintf(path, sizeof(path), "%s/EFI/Linux/%s", boot, name);
		if (ends(name, UNIFIED) && !is_left_behind(name))
			add_image(root, images, path, NULL, 0);
	}
}

/* An assignment of the shell that names a file: NAME_image="/boot/…". Returns whether it is one; *line is changed. */
static bool read_assignment(char *line, char **preset, char **value)
{
	char *equals = strchr(line, '=');
	char *under;

	if (!equals || line[0] == '#')
		return false;
	*equals = '\0';
	under = strrchr(line, '_');
	if (!under || (strcmp(under, "_image") != 0 && strcmp(under, "_uki") != 0))
		return false;
	*under = '\0';
	*preset = line;
	*value = equals + 1;
	if (**value == '"' || **value == '\'')
		(*value)[1 + strcspn(*value + 1, "\"'")] = '\0', ++*value;
	else
		(*value)[strcspn(*value, " \t#")] = '\0';
	return **value == '/';
}

/* Whether the words of PRESETS=('default' 'fallback') have this one. Where there is no such line, each counts. */
static bool is_active(const char *presets, const char *preset)
{
	size_t n = strlen(preset);

	if (!*presets)
		return true;
	for (const char *at = strstr(presets, preset); at; at = strstr(at + 1, preset))
		if (at > presets && strchr("'\"( ", at[-1]) && strchr("'\") ", at[n]))
			return true;
	return false;
}

/* Of a file that cannot be come to: the first folder on the way that may not be entered, else its own. */
static void add_folder_of(const struct root *root, struct images *images, const char *file,
			  int error)
{
	const char *slash = file;

	for (const char *at = strchr(file + 1, '/'); at; at = strchr(at + 1, '/')) {
		char path[PATH_MAX];

		slash = at;
		snprintf(path, sizeof(path), "%.*s/.", (int)(at - file), file);
		if (!root_exists(root, path))
			break;
	}
	add_folder(images, file, slash == file ? 1 : (size_t)(slash - file), error);
}

/* What a preset names and is no file to look into: missing only where it is known not to be there. Returns it, or
 * NULL. */
static struct disk_image *add_absent(const struct root *root, struct images *images,
				     const char *path)
{
	struct disk_image *image = &images->of[images->count];
	closing int fd = root_open_file(root, path, O_PATH);

	if (fd < 0 && fd != -ENOENT && fd != -ENOTDIR)
		add_folder_of(root, images, path, -fd);
	if ((fd != -ENOENT && fd != -ENOTDIR) || images->count == IMAGES_MAX)
		return NULL;
	*image = (struct disk_image){ .path = keep(images, path, strlen(path)),
				      .opened = IMAGE_ABSENT };
	if (!image->path)
		return NULL;
	images->count++;
	return image;
}

static void read_preset(const struct root *root, struct images *images, const char *path)
{
	char presets[256] = "";
	char *text, *rest;

	if (root_read_briefly(root, path, &text) < 0)
		return;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *preset, *value;
		struct disk_image *image;

		if (begins(line, "PRESETS=")) {
			snprintf(presets, sizeof(presets), "%s", line + strlen("PRESETS="));
			continue;
		}
		if (!read_assignment(line, &preset, &value) || !is_plain(value) ||
		    !is_active(presets, preset))
			continue;
		image = add_image(root, images, value, NULL, 0);
		if (!image)
			image = add_absent(root, images, value);
		if (image)
			image->preset = keep(images, path, strlen(path));
	}
}

static void find_presets(const struct root *root, struct images *images)
{
	closing_directory struct root_directory folder;

	if (root_open_directory(root, PRESETS, &folder))
		return;
	for (const char *name = root_next_name(&folder); name; name = root_next_name(&folder)) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), PRESETS "/%s", name);
		if (ends(name, ".preset") && is_plain(name))
			read_preset(root, images, path);
	}
}

/* A second image has a word of its owner's behind the version, as initramfs-VERSION-mine.img: it is for the longest
 * known one that its name's version begins with. */
static void correct_kernel(const struct images *images, struct disk_image *image)
{
	const char *longest = NULL;

	for (uint16_t k = 0; image->kernel && k < images->kernel_count; k++) {
		const char *version = images->kernels[k].version;
		size_t n = strlen(version);

		if (strcmp(image->kernel, version) == 0)
			return;
		if (begins(image->kernel, version) && image->kernel[n] &&
		    strchr("-._+", image->kernel[n]) && (!longest || n > strlen(longest)))
			longest = version;
	}
	if (longest)
		image->kernel = longest;
}

static int compare_images(const void *a, const void *b)
{
	return strcmp(((const struct disk_image *)a)->path, ((const struct disk_image *)b)->path);
}

static int compare_kernels(const void *a, const void *b)
{
	return strcmp(((const struct disk_kernel *)a)->version,
		      ((const struct disk_kernel *)b)->version);
}

void images_find(const struct root *root, struct images *images)
{
	images->count = images->kernel_count = images->folder_count = 0;
	images->too_many = false;
	images->text = (struct text)TEXT_OVER(images->text_bytes);
	find_kernels(root, images);
	find_presets(root, images);
	for (size_t b = 0; b < BOOT_COUNT; b++)
		if (find_in_boot(root, images, boots[b]))
			find_unified(root, images, boots[b]);
	for (uint16_t i = 0; i < images->count; i++) {
		correct_kernel(images, &images->of[i]);
		know_kernel(images, &images->of[i]);
	}
	qsort(images->of, images->count, sizeof(images->of[0]), compare_images);
	qsort(images->kernels, images->kernel_count, sizeof(images->kernels[0]), compare_kernels);
}
