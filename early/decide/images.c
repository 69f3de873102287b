/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is each image on disk the one that its owner wants? */
#include <string.h>

#include "images.h"

static void add(struct images *images, struct image_finding finding)
{
	if (images->finding_count == IMAGES_MAX_FINDINGS)
		return;
	images->findings[images->finding_count++] = finding;
	if (finding.kind >= IMAGE_STALE)
		images->not_as_asked++;
	else if (finding.kind >= IMAGE_UNKNOWN)
		images->unknown++;
}

static bool is_for(const struct disk_image *image, const char *kernel)
{
	return image->kernel && kernel && strcmp(image->kernel, kernel) == 0;
}

/* Whether an image without earlybind is meant to be so: by its name, or since its kernel has another one with it. */
static bool is_way_back(const struct images *images, const struct disk_image *image)
{
	const char *slash = strrchr(image->path, '/');

	if (slash && (strstr(slash, "rescue") || strstr(slash, "fallback")))
		return true;
	for (uint16_t i = 0; i < images->count; i++)
		if (images->of[i].marked && is_for(&images->of[i], image->kernel))
			return true;
	return false;
}

static enum image_kind judge(const struct config *config, const struct images *images,
			     const struct disk_image *image)
{
	if (image->opened == IMAGE_ABSENT)
		return config->rule_count > 0 ? IMAGE_MISSING : IMAGE_NOTHING_ASKED;
	if (image->opened != IMAGE_OPENED)
		return IMAGE_UNKNOWN;
	if (!image->marked && config->rule_count == 0)
		return IMAGE_NOTHING_ASKED;
	if (!image->marked)
		return is_way_back(images, image) ? IMAGE_WAY_BACK : IMAGE_WITHOUT;
	if (image->format == 0)
		return IMAGE_NO_MARK;
	return image->hash == config->hash ? IMAGE_FRESH : IMAGE_STALE;
}

/* Arch's images have the name of the package, which comes back with each version: its presets say what is missing. */
static bool lacks_image(const struct images *images, const struct disk_kernel *kernel)
{
	if (!kernel->there || kernel->base || images->folder_count > 0 || images->too_many)
		return false;
	for (uint16_t i = 0; i < images->count; i++)
		if (is_for(&images->of[i], kernel->version))
			return false;
	return true;
}

/* Whether the running kernel's modules went when another version of it came. One that is there to boot had none. */
static bool modules_are_gone(const struct images *images, const char *release)
{
	bool others = false;

	for (uint16_t k = 0; k < images->kernel_count; k++) {
		if (strcmp(images->kernels[k].version, release) == 0)
			return false;
		others |= images->kernels[k].modules && images->kernels[k].there;
	}
	return others;
}

static bool is_of_this_boots_image(enum finding_kind kind)
{
	return kind == FINDING_NOT_RUN || kind == FINDING_STALE_IMAGE;
}

static bool blames_image(const struct findings *findings)
{
	for (uint32_t i = 0; i < findings->count; i++)
		if (is_of_this_boots_image(findings->of[i].kind))
			return true;
	return false;
}

/* Whether this boot may have had another image than this fresh one, which is not fresh and so will come again. */
static bool has_rival(const struct images *images, const struct disk_image *fresh,
		      const char *release)
{
	for (uint16_t f = 0; f < images->finding_count; f++) {
		const struct image_finding *finding = &images->findings[f];

		if (finding->image && finding->kind != IMAGE_FRESH &&
		    finding->image->opened != IMAGE_ABSENT &&
		    (is_for(finding->image, release) || is_for(finding->image, fresh->kernel)))
			return true;
	}
	return false;
}

/* The image is built already: what says that it should be is taken out. */
static void drop_blame(struct findings *findings)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < findings->count; i++) {
		if (is_of_this_boots_image(findings->of[i].kind))
			findings->not_as_asked--;
		else
			findings->of[kept++] = findings->of[i];
	}
	findings->count = kept;
}

void images_judge(const struct config *config, const struct machine *machine, struct images *images,
		  struct findings *findings)
{
	const char *release = machine->kernel.release;
	bool gone = modules_are_gone(images, release);
	const struct disk_image *next = NULL;

	images->finding_count = images->unknown = images->not_as_asked = 0;
	for (uint16_t i = 0; i < images->count; i++) {
		const struct disk_image *image = &images->of[i];
		enum image_kind kind = judge(config, images, image);

		add(images, (struct image_finding){ .kind = kind, .image = image });
		if (kind == IMAGE_FRESH && !next && (gone || is_for(image, release)))
			next = image;
	}
	for (uint16_t k = 0; k < images->kernel_count && config->rule_count > 0; k++)
		if (lacks_image(images, &images->kernels[k]))
			add(images, (struct image_finding){ .kind = IMAGE_MISSING,
							    .kernel = images->kernels[k].version });
	for (uint16_t f = 0; f < images->folder_count; f++)
		add(images, (struct image_finding){ .kind = IMAGE_NO_FOLDER,
						    .folder = images->folders[f].path,
						    .error = images->folders[f].error });
	if (images->too_many)
		add(images, (struct image_finding){ .kind = IMAGE_TOO_MANY });
	else if (images->finding_count == 0)
		add(images, (struct image_finding){ .kind = IMAGE_NONE_FOUND });
	if (next && blames_image(findings)) {
		if (!has_rival(images, next, release))
			drop_blame(findings);
		add(images, (struct image_finding){ .kind = IMAGE_REBOOT_PENDING, .image = next });
	}
	if (gone)
		add(images,
		    (struct image_finding){ .kind = IMAGE_MODULES_GONE, .kernel = release });
}
