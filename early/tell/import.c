/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A configuration whose comments say where each line of it comes from, and what of the old ways can go. */
#include "import.h"

#include <string.h>

#include "decide/decide.h"
#include "tell/tell.h"

#define SENTENCE_BYTES 16384

struct telling {
	FILE *out;
	const struct remnants *remnants;
	const struct machine *machine;
	const struct plan *plan;
	const struct import *import;
};

/* A remark behind `head`, and its further lines a little deeper. */
static void tell_remark(FILE *out, const char *head, const char *words)
{
	char next[32];

	snprintf(next, sizeof(next), "%s  ", head);
	tell_lines(out, TONE_PLAIN, head, next, words);
}

static void tell_ids(FILE *out, const struct id_pattern *ids)
{
	if (ids->vendor != ANY)
		fprintf(out, "%04x", (unsigned)ids->vendor);
	fputc(':', out);
	if (ids->device != ANY)
		fprintf(out, "%04x", (unsigned)ids->device);
}

static void tell_conditions(FILE *out, const struct remnant_id *id)
{
	fprintf(out, " id ");
	tell_ids(out, &id->ids);
	if (id->subsystem.vendor != ANY || id->subsystem.device != ANY) {
		fprintf(out, " subsystem ");
		tell_ids(out, &id->subsystem);
	}
	if (id->class.bytes)
		fprintf(out, " class %0*x", 2 * id->class.bytes, id->class.value);
}

static void tell_driver(FILE *out, const char *driver)
{
	if (strcmp(driver, "vfio-pci") != 0 && strcmp(driver, "pci-stub") != 0)
		fprintf(out, " driver %s", driver);
}

static void tell_slot(FILE *out, struct pci_address at)
{
	fprintf(out, "%04x:%02x:%02x", at.domain, at.bus, at.device);
}

/* "0000:07:00.0 (1002:73ff, subsystem 1da2:e445, class 0300)", and what else tells it from a twin. */
static void tell_function(const struct telling *telling, const char *before, uint16_t f)
{
	const struct function *function = &telling->machine->functions[f];

	fprintf(telling->out, "#%s" ADDRESS_FORMAT " (%04x:%04x, ", before,
		ADDRESS_PARTS(function->at), function->vendor, function->device);
	if (function->subvendor)
		fprintf(telling->out, "subsystem %04x:%04x, ", function->subvendor,
			function->subdevice);
	fprintf(telling->out, "class %04x)%s", PCI_CLASS_SUB(function->class),
		function->shows_picture == YES ? ", boot-display" : "");
}

/* A line that is in force, or that the owner may put in force. */
static void tell_slot_line(const struct telling *telling, const char *line, uint16_t f)
{
	fprintf(telling->out, "%s slot " ADDRESS_FORMAT "\n", line,
		ADDRESS_PARTS(telling->machine->functions[f].at));
}

/* What a line for the card takes, and what a `keep` beside it leaves. A choice has neither in force. */
static void tell_card(const struct telling *telling, uint16_t f, bool in_force)
{
	for (f = telling->plan->of[f].card.first; f != FUNCTION_NONE;
	     f = telling->plan->of[f].card.next) {
		bool leaves = import_leaves(telling->import, telling->machine, telling->plan, f);

		tell_function(telling, leaves ? "   leaves " : "   takes ", f);
		fputc('\n', telling->out);
		if (leaves) {
			fprintf(telling->out,
				"#     To the host, as the old way did, by this line:\n");
			tell_slot_line(telling, in_force ? "keep" : "#keep", f);
		} else if (!telling->import->wished[f]) {
			fprintf(telling->out, "#     The old way did not, but a guest wants its "
					      "IOMMU group whole. To "
					      "leave it:\n");
			tell_slot_line(telling, "#keep", f);
		}
	}
}

static const struct remnant_id *id_of(const struct telling *telling, const struct wish *wish)
{
	return wish->id == WISH_OF_OVERRIDE ? NULL : &telling->remnants->ids[wish->id];
}

/* What is wished for, and every place that says so. */
static void tell_origin(const struct telling *telling, uint16_t w)
{
	const struct import *import = telling->import;
	const struct remnant_id *id = id_of(telling, &import->wishes[w]);
	const struct remnant *remnant = &telling->remnants->of[import->wishes[w].remnant];
	char sentence[SENTENCE_BYTES];
	struct text text = TEXT_OVER(sentence);

	text_clear(&text);
	text_add(&text, "%s, from ", id ? id->text : "driverctl's override");
	tell_remnant_place(&text, remnant);
	fputc('\n', telling->out);
	tell_remark(telling->out, "# ", sentence);
	for (uint16_t later = (uint16_t)(w + 1); id && later < import->count; later++) {
		const struct wish *wish = &import->wishes[later];

		if (wish->way != WISH_REPEATED ||
		    !import_same_id(id, &telling->remnants->ids[wish->id]))
			continue;
		text_clear(&text);
		text_add(&text, "and from ");
		tell_remnant_place(&text, &telling->remnants->of[wish->remnant]);
		tell_remark(telling->out, "#   ", sentence);
	}
	if (remnant->kind == REMNANT_STRAY_IDS)
		fprintf(telling->out,
			"# A blank stands before it, so that the kernel never saw it. It is meant "
			"all the same.\n");
}

static void tell_card_line(const struct telling *telling, const struct wish *wish)
{
	const struct remnant_id *id = id_of(telling, wish);

	fprintf(telling->out, "bind card");
	if (wish->by_slot) {
		fprintf(telling->out, " slot ");
		tell_slot(telling->out, telling->machine->functions[wish->function].at);
	} else {
		tell_conditions(telling->out, id);
	}
	if (!id)
		tell_driver(telling->out, telling->remnants->of[wish->remnant].module);
	fputc('\n', telling->out);
}

/* Lines for the functions alone that the wish names, all of one card. What else is in a slot of the root bus is another
 * device. */
static void tell_function_lines(const struct telling *telling, const struct wish *wish)
{
	const struct function *functions = telling->machine->functions;
	const struct remnant_id *id = id_of(telling, wish);

	if (!wish->by_slot) {
		fprintf(telling->out, "bind");
		tell_conditions(telling->out, id);
		fputc('\n', telling->out);
	}
	for (uint16_t f = telling->plan->of[wish->function].card.first; f != FUNCTION_NONE;
	     f = telling->plan->of[f].card.next) {
		if (id ? import_id_means(id, &functions[f]) : f == wish->function) {
			if (wish->by_slot) {
				fprintf(telling->out, "bind slot " ADDRESS_FORMAT,
					ADDRESS_PARTS(functions[f].at));
				if (!id)
					tell_driver(telling->out,
						    telling->remnants->of[wish->remnant].module);
				fputc('\n', telling->out);
			}
			tell_function(telling, "   takes ", f);
			fputc('\n', telling->out);
		} else if (!telling->import->wished[f] && functions[f].parent != FUNCTION_NONE) {
			tell_function(telling, "   leaves ", f);
			fprintf(telling->out, "\n#     To the host. To take it along:\n");
			tell_slot_line(telling, "#bind", f);
		}
	}
}

/* A line a card, none of them in force. */
static void tell_choice(const struct telling *telling, const struct wish *wish)
{
	const struct machine *machine = telling->machine;
	const struct remnant_id *id = id_of(telling, wish);

	fprintf(telling->out,
		"# TO CHOOSE: several cards have this id, and the old way took them all. Take the "
		"# off the line\n"
		"# of each that the guest is to have.\n");
	for (uint16_t f = 0; f < machine->function_count; f++) {
		uint16_t card = telling->plan->of[f].card.first;
		uint16_t lead = telling->import->lead[card];

		if (telling->import->taken[card] || !import_id_means(id, &machine->functions[f]) ||
		    (lead != FUNCTION_NONE && lead != f))
			continue;
		fprintf(telling->out, "#bind%s slot ", lead == FUNCTION_NONE ? "" : " card");
		tell_slot(telling->out, machine->functions[f].at);
		if (lead == FUNCTION_NONE) {
			fprintf(telling->out, ".%x\n", machine->functions[f].at.function);
			tell_function(telling, "   takes ", f);
			fputc('\n', telling->out);
		} else {
			fputc('\n', telling->out);
			tell_card(telling, f, false);
		}
	}
}

/* Functions of cards that are not meant, and have the same id as something on one that is. */
static void tell_namesakes(const struct telling *telling, const struct remnant_id *id)
{
	const struct import *import = telling->import;

	for (uint16_t f = 0; id && f < telling->machine->function_count; f++) {
		uint16_t card = telling->plan->of[f].card.first;

		if (import->lead[card] != FUNCTION_NONE || import->taken[card] ||
		    !import_id_means(id, &telling->machine->functions[f]))
			continue;
		tell_function(telling, "   leaves ", f);
		fprintf(telling->out,
			"\n#     To the host, though the old way took it. To take it:\n");
		tell_slot_line(telling, "#bind", f);
	}
}

static void tell_absent(const struct telling *telling, const struct wish *wish)
{
	const struct remnant_id *id = id_of(telling, wish);

	fprintf(telling->out, "# Nothing in this machine is it. If it is only away for now, take "
			      "the # off:\n#bind");
	if (id) {
		tell_conditions(telling->out, id);
	} else {
		const struct remnant *remnant = &telling->remnants->of[wish->remnant];

		fprintf(telling->out, " slot " ADDRESS_FORMAT, ADDRESS_PARTS(remnant->at));
		tell_driver(telling->out, remnant->module);
	}
	fputc('\n', telling->out);
}

static void tell_wish(const struct telling *telling, uint16_t w)
{
	const struct wish *wish = &telling->import->wishes[w];

	if (wish->way == WISH_REPEATED)
		return;
	tell_origin(telling, w);
	switch (wish->way) {
	case WISH_CARD:
		tell_card_line(telling, wish);
		tell_card(telling, wish->function, true);
		tell_namesakes(telling, id_of(telling, wish));
		break;
	case WISH_FUNCTION:
		tell_function_lines(telling, wish);
		break;
	case WISH_CHOICE:
		tell_choice(telling, wish);
		break;
	case WISH_ALONG:
		fprintf(telling->out, "# It comes along with its card.\n");
		tell_namesakes(telling, id_of(telling, wish));
		break;
	case WISH_ABSENT:
		tell_absent(telling, wish);
		break;
	case WISH_UNREADABLE:
		fprintf(telling->out,
			"# TO CHOOSE: no line can have this as an id. Write your own:\n"
			"#bind card id VENDOR:DEVICE\n");
		break;
	case WISH_REPEATED:
		break;
	}
}

/* As people write it: with a dash. */
static const char *driver_name(const struct remnant *remnant)
{
	return strcmp(remnant->module, "pci_stub") == 0 ? "pci-stub" : "vfio-pci";
}

static void tell_foreign_option(FILE *out, const struct remnant *remnant)
{
	size_t module = strcspn(remnant->words, ".=");
	char sentence[SENTENCE_BYTES];
	struct text text = TEXT_OVER(sentence);

	text_clear(&text);
	text_add(&text, "%s goes too: %s has no such option", remnant->words, driver_name(remnant));
	tell_remark(out, "#     ", sentence);
	if (remnant->words[module] != '.')
		return;
	text_clear(&text);
	text_add(&text, "where %.*s is meant: options %.*s %s", (int)module, remnant->words,
		 (int)module, remnant->words, remnant->words + module + 1);
	tell_remark(out, "#       ", sentence);
}

/* What stands beside ids= in the same options: blanks have cut it off, or it stays. */
static void tell_beside(const struct telling *telling, const struct remnant *ids)
{
	const struct remnants *remnants = telling->remnants;
	char sentence[SENTENCE_BYTES];
	struct text text = TEXT_OVER(sentence);

	for (uint16_t r = 0; r < remnants->count; r++) {
		const struct remnant *remnant = &remnants->of[r];

		if (remnant->line != ids->line || strcmp(remnant->file, ids->file) != 0 ||
		    strcmp(remnant->module, ids->module) != 0)
			continue;
		if (remnant->kind == REMNANT_IDS && remnant < ids)
			return; /* told there */
		text_clear(&text);
		if (remnant->kind == REMNANT_STRAY_IDS)
			text_add(&text, "and %s", remnant->words);
		if (remnant->kind == REMNANT_OPTION)
			text_add(&text, "%s stays: options %s %s", remnant->words,
				 driver_name(remnant), remnant->words);
		tell_remark(telling->out, "#     ", sentence);
		if (remnant->kind == REMNANT_FOREIGN_OPTION)
			tell_foreign_option(telling->out, remnant);
	}
}

/* Told with the ids= that it stands beside, or no business of this. */
static bool has_no_line(const struct remnant *remnant)
{
	return remnant->kind == REMNANT_STRAY_IDS || remnant->kind == REMNANT_OPTION ||
	       remnant->kind == REMNANT_FOREIGN_OPTION || remnant->kind == REMNANT_OTHER_OVERRIDE ||
	       remnant->kind == REMNANT_EARLY;
}

static void tell_deletion(const struct telling *telling, const struct remnant *remnant)
{
	char sentence[SENTENCE_BYTES];
	struct text text = TEXT_OVER(sentence);

	if (has_no_line(remnant))
		return;
	text_clear(&text);
	tell_remnant_place(&text, remnant);
	if (remnant->kind == REMNANT_OVERRIDE)
		/* driverctl's own command would take the driver from the function at once. */
		text_add(&text, ": rm %s", remnant->file);
	else
		text_add(&text, ": %s%s",
			 remnant->kind == REMNANT_SOFTDEP   ? "softdep " :
			 remnant->kind != REMNANT_BLACKLIST ? "" :
			 remnant->source == SOURCE_MODPROBE ? "blacklist " :
							      "modprobe.blacklist=",
			 remnant->words);
	if (remnant->kind == REMNANT_BLACKLIST)
		text_add(&text, ", if it is for the guest's card alone");
	if (remnant->kind == REMNANT_MODULES && strstr(remnant->words, "virqfd"))
		text_add(&text, " (vfio_virqfd is gone since kernel 6.2)");
	tell_remark(telling->out, "#   ", sentence);
	if (remnant->kind == REMNANT_IDS)
		tell_beside(telling, remnant);
}

static void tell_deletions(const struct telling *telling)
{
	static const char *const then[] = {
		[SOURCE_COMMAND_LINE] = "it stands in the boot loader's configuration",
		[SOURCE_GRUB] =
			"then: update-grub, or grub-mkconfig -o and the path of your grub.cfg",
		[SOURCE_MKINITCPIO] = "then: mkinitcpio -P",
		[SOURCE_DRACUT] = "then: dracut --force --regenerate-all",
		[SOURCE_INITRAMFS_TOOLS] = "then: update-initramfs -u -k all",
		[SOURCE_DRIVERCTL] = NULL, /* the last */
	};
	const struct remnants *remnants = telling->remnants;
	bool any = false, told = false;

	for (uint16_t r = 0; r < remnants->count; r++)
		any |= !has_no_line(&remnants->of[r]);
	if (!any)
		return;
	fprintf(telling->out, "\n# To delete, when this is in " CONFIG_FILE
			      "; then build the initramfs again, and\n# restart:\n");
	for (uint16_t r = 0; r < remnants->count; r++) {
		const struct remnant *remnant = &remnants->of[r];
		const struct remnant *next = r + 1 < remnants->count ? remnant + 1 : NULL;

		tell_deletion(telling, remnant);
		told |= !has_no_line(remnant);
		if (next && next->source == remnant->source)
			continue;
		if (told && then[remnant->source])
			fprintf(telling->out, "#     %s\n", then[remnant->source]);
		told = false;
	}
}

void tell_import(FILE *out, const struct remnants *remnants, const struct machine *machine,
		 const struct plan *plan, const struct import *import)
{
	const struct telling telling = { out, remnants, machine, plan, import };

	fprintf(out, "# What the old ways ask for, by earlybind --import. Nothing was changed.\n");
	for (uint16_t u = 0; u < remnants->unread_count; u++) {
		char sentence[SENTENCE_BYTES];
		struct text text = TEXT_OVER(sentence);

		text_clear(&text);
		text_add(&text, "NOT READ: %s: %s", remnants->unread[u].path,
			 strerror(remnants->unread[u].error));
		tell_remark(out, "# ", sentence);
	}
	if (remnants->cut)
		fprintf(out, "# NOT ALL READ: there is more of the old ways than there is room for "
			     "here.\n");
	for (uint16_t w = 0; w < import->count; w++)
		tell_wish(&telling, w);
	if (import->count == 0)
		fprintf(out, "# Nothing is left of them that chooses a function.\n");
	tell_deletions(&telling);
}
