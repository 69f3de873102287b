/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What check has found out of the images on disk. */
#include <errno.h>
#include <string.h>

#include "tell/json.h"
#include "tell/tell.h"

#define SENTENCE_BYTES 2048

static const char *const kinds[] = {
	[IMAGE_FRESH] = "fresh",
	[IMAGE_WAY_BACK] = "way-back",
	[IMAGE_NOTHING_ASKED] = "nothing-asked",
	[IMAGE_UNKNOWN] = "unknown",
	[IMAGE_NO_FOLDER] = "no-folder",
	[IMAGE_NONE_FOUND] = "none-found",
	[IMAGE_TOO_MANY] = "too-many",
	[IMAGE_STALE] = "stale",
	[IMAGE_WITHOUT] = "without",
	[IMAGE_NO_MARK] = "no-mark",
	[IMAGE_MISSING] = "missing",
	[IMAGE_REBOOT_PENDING] = "reboot-pending",
	[IMAGE_MODULES_GONE] = "modules-gone",
};

/* The command that builds one image: with the generator that built it, else with this machine's. */
static void tell_build(struct text *text, const struct machine *machine,
		       const struct image_finding *finding)
{
	const struct disk_image *image = finding->image;
	const char *kernel = finding->kernel ? finding->kernel : image ? image->kernel : NULL;
	const char *generator = image && image->preset    ? GENERATOR_MKINITCPIO :
				image && image->generator ? image->generator :
							    machine->generator;

	if (generator && kernel && image && !image->unified &&
	    strcmp(generator, GENERATOR_DRACUT) == 0)
		text_add(text, "dracut --force %s %s", image->path, kernel);
	else if (generator && kernel && strcmp(generator, GENERATOR_INITRAMFS_TOOLS) == 0)
		text_add(text, "update-initramfs %s -k %s", image ? "-u" : "-c", kernel);
	else
		tell_rebuild_command(text, generator);
}

/* What kept us from looking into it. */
static void tell_unopened(struct text *text, const struct disk_image *image)
{
	if (image->opened == IMAGE_UNREADABLE) {
		text_add(text, " cannot be read: %s", strerror(image->error));
		if (image->error == EACCES || image->error == EPERM)
			text_add(text, "; run this as root");
		return;
	}
	if (image->opened == IMAGE_NO_TOOL) {
		text_add(text,
			 " was not looked into: there is no lsinitrd (dracut)%s lsinitcpio "
			 "(mkinitcpio)%s in " IMAGES_TOOLS,
			 image->unified ? " or" : ",",
			 image->unified ? "" : " or unmkinitramfs (initramfs-tools)");
		return;
	}
	if (image->opened == IMAGE_TOOL_SLOW)
		text_add(text,
			 " could not be looked into: %s took more than %d seconds and was ended",
			 image->tool, IMAGES_SECONDS);
	else if (image->status == 0)
		text_add(text,
			 " could not be looked into: %s printed something that is no mark of "
			 "earlybind",
			 image->tool);
	else
		text_add(text, " could not be looked into: %s ended with status %d", image->tool,
			 image->status);
	if (image->said)
		text_add(text, "; it said last: %s", image->said);
}

/* Building it again does not help where mkinitcpio was never told of us. */
static void tell_without(struct text *text, const struct machine *machine,
			 const struct disk_image *image)
{
	const char *generator = image->preset ? GENERATOR_MKINITCPIO : machine->generator;

	text_add(text, " has no earlybind; ");
	if (generator && strcmp(generator, GENERATOR_MKINITCPIO) == 0)
		text_add(text, "see that HOOKS in /etc/mkinitcpio.conf has it, and ");
	text_add(text, "build it again: ");
}

/* Returns whether the command that builds it belongs behind that. */
static bool tell_of_image(struct text *text, const struct machine *machine, enum image_kind kind,
			  const struct disk_image *image)
{
	text_add(text, "%s", image->path);
	switch (kind) {
	case IMAGE_FRESH:
		text_add(text, " has earlybind, with today's configuration");
		return false;
	case IMAGE_WAY_BACK:
		text_add(text, " has no earlybind: it is a way back");
		return false;
	case IMAGE_NOTHING_ASKED:
		text_add(text, " %s, and nothing is asked for",
			 image->opened == IMAGE_ABSENT ? "is not there" : "has no earlybind");
		return false;
	case IMAGE_STALE:
		text_add(text, " has another configuration than today's; build it again: ");
		return true;
	case IMAGE_WITHOUT:
		tell_without(text, machine, image);
		return true;
	case IMAGE_NO_MARK:
		text_add(text,
			 " has the mark of a newer earlybind, or a broken one; build it again: ");
		return true;
	case IMAGE_MISSING:
		text_add(text, " is not there, and %s names it; build it: ", image->preset);
		return true;
	case IMAGE_REBOOT_PENDING:
		text_add(text,
			 " has today's configuration, and this boot did not: restart; if that "
			 "changes nothing, another image is booted");
		return false;
	default:
		tell_unopened(text, image);
		return false;
	}
}

/* Of a kernel, a folder, or all of it. Returns the same. */
static bool tell_of_none(struct text *text, const struct image_finding *finding)
{
	switch (finding->kind) {
	case IMAGE_NO_FOLDER:
		text_add(text, "%s cannot be read: %s; %s", finding->folder,
			 strerror(finding->error),
			 finding->error == EACCES || finding->error == EPERM ?
				 "run this as root to hear of images in it" :
				 "what images it has is not known");
		return false;
	case IMAGE_TOO_MANY:
		text_add(text,
			 "there are more images or kernels than the %d and %d that are looked at",
			 IMAGES_MAX, IMAGES_MAX_KERNELS);
		return false;
	case IMAGE_MISSING:
		text_add(text, "kernel %s has no image; build it: ", finding->kernel);
		return true;
	case IMAGE_MODULES_GONE:
		text_add(text,
			 "the modules of the running kernel %s are gone, since another one was "
			 "installed: restart",
			 finding->kernel);
		return false;
	default: /* IMAGE_NONE_FOUND */
		text_add(text,
			 "no image was found in /boot, /efi or /boot/efi, or beside the modules; "
			 "is what they are on mounted?");
		return false;
	}
}

void tell_image(struct text *text, const struct machine *machine,
		const struct image_finding *finding)
{
	if (finding->image ? tell_of_image(text, machine, finding->kind, finding->image) :
			     tell_of_none(text, finding))
		tell_build(text, machine, finding);
}

static enum tone tone_of(enum image_kind kind)
{
	return kind < IMAGE_UNKNOWN ? TONE_PLAIN : TONE_BAD;
}

void tell_images(FILE *out, const struct machine *machine, const struct images *images)
{
	for (uint16_t i = 0; i < images->finding_count; i++) {
		char sentence[SENTENCE_BYTES];
		struct text text = TEXT_OVER(sentence);

		text_clear(&text);
		tell_image(&text, machine, &images->findings[i]);
		tell_sentence(out, tone_of(images->findings[i].kind), sentence);
	}
}

void tell_images_document(struct json *json, const struct machine *machine,
			  const struct images *images)
{
	json_array(json, "images");
	for (uint16_t i = 0; i < images->finding_count; i++) {
		const struct image_finding *finding = &images->findings[i];
		const struct disk_image *image = finding->image;
		char sentence[SENTENCE_BYTES];
		struct text text = TEXT_OVER(sentence);

		text_clear(&text);
		tell_image(&text, machine, finding);
		json_object(json, NULL);
		json_string(json, "kind", kinds[finding->kind]);
		json_string(json, "image", image ? image->path : NULL);
		json_string(json, "kernel", image ? image->kernel : finding->kernel);
		json_bool(json, "as_asked", finding->kind < IMAGE_UNKNOWN);
		json_string(json, "sentence", sentence);
		json_end(json, '}');
	}
	json_end(json, ']');
}
