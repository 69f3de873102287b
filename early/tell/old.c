/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is left of the old ways: where it stands, what it does to the configuration, what to do. */
#include "old.h"

#include <errno.h>
#include <string.h>

#include "tell/tell.h"

#define SENTENCE_BYTES 4096
#define FUNCTIONS_TOLD 8 /* of one ids= */

struct telling {
	struct text *text;
	const struct machine *machine;
	const struct plan *plan;
	const struct old_ways *old;
	const struct remnant *remnant;
	uint16_t r; /* its index */
};

void tell_remnant_place(struct text *text, const struct remnant *remnant)
{
	if (remnant->source == SOURCE_COMMAND_LINE)
		text_add(text, "the kernel command line");
	else if (remnant->source == SOURCE_DRIVERCTL)
		text_add(text, "%s", remnant->file);
	else
		text_add(text, "line %u of %s", remnant->line, remnant->file);
}

/* The words as they stand there. */
static void tell_words_of(const struct telling *telling)
{
	const struct remnant *remnant = telling->remnant;

	text_add(telling->text, "%s%s",
		 remnant->kind == REMNANT_SOFTDEP   ? "softdep " :
		 remnant->kind != REMNANT_BLACKLIST ? "" :
		 remnant->source == SOURCE_MODPROBE ? "blacklist " :
						      "modprobe.blacklist=",
		 remnant->words);
	for (uint16_t r = (uint16_t)(telling->r + 1);
	     old_goes_with_stray(telling->old->remnants, r); r++)
		text_add(telling->text, " %s", telling->old->remnants->of[r].words);
}

static void tell_function(const struct telling *telling, uint16_t f)
{
	const struct function *function = &telling->machine->functions[f];

	text_add(telling->text, ADDRESS_FORMAT " (%04x:%04x, %s)", ADDRESS_PARTS(function->at),
		 function->vendor, function->device, tell_class(function->class));
}

/* Which function is told of: what is to be said of it. */
typedef bool about(const struct telling *telling, uint16_t f);

static void tell_functions(const struct telling *telling, about *is_told)
{
	unsigned count = 0;

	for (uint16_t f = 0; f < telling->machine->function_count; f++) {
		if (!is_told(telling, f) || count++ >= FUNCTIONS_TOLD)
			continue;
		text_add(telling->text, "%s", count > 1 ? ", " : "");
		tell_function(telling, f);
	}
	if (count > FUNCTIONS_TOLD)
		text_add(telling->text, " and %u more", count - FUNCTIONS_TOLD);
}

static enum old_effect effect_of(const struct telling *telling, uint16_t f)
{
	return old_effect_of_ids(telling->old, telling->machine, telling->plan, telling->r, f);
}

static bool was_taken(const struct telling *telling, uint16_t f)
{
	return effect_of(telling, f) == EFFECT_TOOK;
}

static bool comes_first(const struct telling *telling, uint16_t f)
{
	return effect_of(telling, f) == EFFECT_FIRST;
}

static bool is_beyond(const struct telling *telling, uint16_t f)
{
	return effect_of(telling, f) == EFFECT_BEYOND;
}

static bool is_bare(const struct telling *telling, uint16_t f)
{
	return old_blacklist_bares(telling->machine, telling->plan, telling->remnant->module, f);
}

/* Whether this boot had any of it. */
static bool is_in_force(const struct telling *telling)
{
	for (uint16_t f = 0; f < telling->machine->function_count; f++)
		if (is_beyond(telling, f) &&
		    old_in_force(telling->old, telling->machine, telling->r, f))
			return true;
	return false;
}

/* Why the driver has not what ids= asks for beyond the configuration, or when it will. */
static void tell_why_not(const struct telling *telling)
{
	const struct remnant *remnant = telling->remnant;
	const char *driver = old_driver(remnant);
	enum driver_state state = old_driver_state(telling->old, telling->machine, remnant);
	bool is_option =
		remnant->source == SOURCE_MODPROBE || remnant->source == SOURCE_INITRAMFS_TOOLS;

	if (state == DRIVER_BUILT_IN && is_option)
		text_add(telling->text,
			 "%s is part of this kernel, and takes no options from there", driver);
	else if (state == DRIVER_BUILT_IN)
		text_add(telling->text,
			 "%s is part of this kernel, so that a boot with it gives that away before "
			 "earlybind runs",
			 driver);
	else if (!is_in_force(telling))
		text_add(telling->text, "this boot was started without it");
	else if (strcmp(driver, "vfio-pci") == 0 ? telling->old->vfio_pci_set_aside :
						   telling->old->pci_stub_set_aside)
		text_add(telling->text, "earlybind set it aside on this boot");
	else if (state == DRIVER_ABSENT)
		text_add(telling->text, "%s is not loaded", driver);
	else
		text_add(telling->text, "%s came too late on this boot", driver);
}

static bool names_any(const struct telling *telling)
{
	for (uint16_t f = 0; f < telling->machine->function_count; f++)
		if (effect_of(telling, f) != EFFECT_NONE)
			return true;
	return false;
}

static void tell_modules(const struct telling *telling)
{
	const char *words = telling->remnant->words;
	bool gone = strstr(words, "virqfd") && old_virqfd_is_gone(&telling->machine->kernel);

	if (telling->remnant->source == SOURCE_MODULES_LOAD)
		text_add(telling->text, " comes too late there to keep a card from the host");
	else
		text_add(telling->text,
			 " %s not needed there: earlybind brings into the image what it needs",
			 strchr(words, ' ') ? "are" : "is");
	if (gone)
		text_add(telling->text, ", and vfio_virqfd is gone since Linux 6.2");
}

static void tell_override(const struct telling *telling, enum old_kind kind)
{
	const struct remnant *remnant = telling->remnant;

	text_add(telling->text, " is saved for " ADDRESS_FORMAT, ADDRESS_PARTS(remnant->at));
	if (machine_find(telling->machine, remnant->at) == FUNCTION_NONE) {
		text_add(telling->text, ", which is not in this machine");
		return;
	}
	if (kind == OLD_OVERRIDE) {
		text_add(telling->text, ", as the configuration has it too");
		return;
	}
	for (uint16_t d = 0; d < telling->plan->decision_count; d++)
		if (telling->plan->decisions[d].function ==
		    machine_find(telling->machine, remnant->at)) {
			text_add(telling->text, ", for which the configuration asks for %s",
				 telling->plan->decisions[d].driver);
			return;
		}
	text_add(telling->text,
		 ", which the configuration does not choose (if it is to go: bind "
		 "slot " ADDRESS_FORMAT ")",
		 ADDRESS_PARTS(remnant->at));
}

static void tell_fact(const struct telling *telling, enum old_kind kind)
{
	struct text *text = telling->text;
	const char *driver = old_driver(telling->remnant);

	switch (kind) {
	case OLD_IDS_TOOK:
		text_add(text, " gave %s what the configuration does not: ", driver);
		tell_functions(telling, was_taken);
		break;
	case OLD_IDS_FIRST:
		text_add(text, " gave %s, which is part of this kernel, ", driver);
		tell_functions(telling, comes_first);
		text_add(text, " before earlybind ran: the screen may go dark before a passphrase "
			       "is asked for");
		break;
	case OLD_IDS_BEYOND:
		text_add(text, " would give %s what the configuration does not: ", driver);
		tell_functions(telling, is_beyond);
		text_add(text, "; ");
		tell_why_not(telling);
		break;
	case OLD_IDS_NEEDLESS:
		text_add(text, " is not needed: %s",
			 names_any(telling) ? "the configuration chooses all that it means" :
					      "it means nothing in this machine");
		break;
	case OLD_STRAY_IDS:
		text_add(text, " behind a blank is nothing that the kernel ever sees");
		break;
	case OLD_FOREIGN_OPTION:
		text_add(text, " is no option of %s, and the kernel ignores it", driver);
		break;
	case OLD_SOFTDEP:
		text_add(text,
			 " is not needed: earlybind keeps %s from the chosen functions in whatever "
			 "order modules come",
			 telling->remnant->module);
		break;
	case OLD_BLACKLIST:
		text_add(text, " is not needed: earlybind keeps %s from the chosen functions",
			 telling->remnant->module);
		break;
	case OLD_BLACKLIST_OF_HOST:
		text_add(text, " may be why functions that stay with the host have no driver: ");
		tell_functions(telling, is_bare);
		break;
	case OLD_MODULES:
		tell_modules(telling);
		break;
	case OLD_OVERRIDE_FIGHTS:
	case OLD_OVERRIDE:
		tell_override(telling, kind);
		break;
	case OLD_UNREAD:
		break;
	}
}

/* The next remnant from `from` on that is of this kind and stands on the same line, for the same module; or `count`. */
static uint16_t next_beside(const struct telling *telling, enum remnant_kind kind, uint16_t from)
{
	const struct remnants *remnants = telling->old->remnants;
	const struct remnant *here = telling->remnant;

	while (from < remnants->count &&
	       (remnants->of[from].kind != kind || remnants->of[from].line != here->line ||
		strcmp(remnants->of[from].module, here->module) != 0 ||
		strcmp(remnants->of[from].file, here->file) != 0))
		from++;
	return from;
}

/* Of a line of modprobe.d, or of initramfs-tools' list, whatever is an option of the driver's own stays, in
 * modprobe.d. */
static void tell_line(const struct telling *telling)
{
	const struct remnants *remnants = telling->old->remnants;
	uint16_t r = next_beside(telling, REMNANT_OPTION, 0);

	if (r == remnants->count) {
		text_add(telling->text, "delete the line");
		return;
	}
	text_add(telling->text, "%s: options %s",
		 telling->remnant->source == SOURCE_MODPROBE ?
			 "leave of the line" :
			 "delete the line, and write into /etc/modprobe.d/vfio.conf",
		 old_driver(telling->remnant));
	for (; r < remnants->count; r = next_beside(telling, REMNANT_OPTION, (uint16_t)(r + 1)))
		text_add(telling->text, " %s", remnants->of[r].words);
}

static void tell_foreign_option(const struct telling *telling)
{
	const char *words = telling->remnant->words;
	size_t module = strcspn(words, ".=");

	text_add(telling->text, "delete it");
	if (words[module] == '.')
		text_add(telling->text, ", and where %.*s is meant write: options %.*s %s",
			 (int)module, words, (int)module, words, words + module + 1);
}

static void tell_deletion(const struct telling *telling)
{
	const struct remnant *remnant = telling->remnant;

	if (remnant->kind == REMNANT_FOREIGN_OPTION)
		tell_foreign_option(telling);
	else if (remnant->kind == REMNANT_STRAY_IDS)
		text_add(telling->text, "delete it");
	else if (remnant->source == SOURCE_COMMAND_LINE)
		text_add(telling->text, "delete it where the boot loader has it");
	else if (remnant->source == SOURCE_DRIVERCTL)
		/* driverctl's own command would take the driver from the function at once. */
		text_add(telling->text, "rm %s", remnant->file);
	else if (remnant->source == SOURCE_MODPROBE || remnant->source == SOURCE_MODULES_LOAD ||
		 remnant->source == SOURCE_INITRAMFS_TOOLS)
		tell_line(telling);
	else
		text_add(telling->text, "delete it there");
}

/* What makes the next boot know of it. */
static void tell_then(const struct telling *telling)
{
	const struct remnant *remnant = telling->remnant;

	switch (remnant->source) {
	case SOURCE_COMMAND_LINE:
		return;
	case SOURCE_GRUB:
		text_add(telling->text,
			 ", then update-grub, or grub-mkconfig -o and the path of your grub.cfg");
		return;
	case SOURCE_BOOT_ENTRY:
		/* What stands in /etc goes into a unified kernel image; an entry itself is read at each start. */
		if (strncmp(remnant->file, "/etc/", 5) != 0)
			return;
		break;
	default:
		break; /* the image has a copy */
	}
	text_add(telling->text, ", then ");
	tell_rebuild(telling->text, telling->machine);
}

static void tell_unread(struct text *text, const struct remnants *remnants)
{
	bool forbidden = false;

	for (uint16_t u = 0; u < remnants->unread_count; u++) {
		forbidden |= remnants->unread[u].error == EACCES;
		text_add(text, "%s%s (%s)", u ? ", " : "", remnants->unread[u].path,
			 strerror(remnants->unread[u].error));
	}
	text_add(text, "%s", remnants->unread_count ? " cannot be read" : "");
	if (remnants->cut)
		text_add(text, "%sthere is more of the old ways than there is room for here",
			 remnants->unread_count ? ", and " : "");
	text_add(text, ": what the old ways may have left there is not told; %s",
		 forbidden ? "run earlybind --check as root" : "look there yourself");
}

void tell_old_way(struct text *text, const struct machine *machine, const struct plan *plan,
		  const struct old_ways *old, uint16_t i)
{
	const struct old_way *way = &old->of[i];
	const struct telling telling = {
		.text = text,
		.machine = machine,
		.plan = plan,
		.old = old,
		.remnant = &old->remnants->of[way->remnant],
		.r = way->remnant,
	};

	if (way->kind == OLD_UNREAD) {
		tell_unread(text, old->remnants);
		return;
	}
	tell_remnant_place(text, telling.remnant);
	text_add(text, ": ");
	tell_words_of(&telling);
	tell_fact(&telling, way->kind);
	text_add(text, "; ");
	tell_deletion(&telling);
	if (way->kind < OLD_IDS_NEEDLESS)
		tell_then(&telling);
	if (way->kind < OLD_IDS_BEYOND || way->kind == OLD_BLACKLIST_OF_HOST)
		text_add(text, " and restart");
	if (text->cut)
		memcpy(text->start + text->used - 3, "...", 3);
}

void tell_old_ways(FILE *out, const struct machine *machine, const struct plan *plan,
		   const struct old_ways *old, bool notes)
{
	for (uint16_t i = 0; i < old->count; i++) {
		char sentence[SENTENCE_BYTES];
		struct text text = TEXT_OVER(sentence);

		if (notes != (old->of[i].kind >= OLD_IDS_BEYOND))
			continue;
		text_clear(&text);
		tell_old_way(&text, machine, plan, old, i);
		tell_sentence(out, notes ? TONE_PLAIN : TONE_BAD, sentence);
	}
}
