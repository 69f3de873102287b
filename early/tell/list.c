/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "decide/decide.h"
#include "tell/list.h"
#include "tell/tell.h"

#define INDENT "  "
#define SENTENCE_BYTES 16384
#define MOST_NAMED 16 /* of a group, or of what lies on a card; the rest are counted */
#define PATH_COLUMNS 45 /* of a way, so that its line has at most 100 */

/* A sentence about a card, on lines of its own; nothing of an empty one. */
static void print_sentence(FILE *out, const char *sentence)
{
	tell_words(out, INDENT, sentence);
}

static const struct function *function_at(const struct list *list, uint16_t f)
{
	return &list->machine->functions[f];
}

static uint16_t next_of_card(const struct list *list, uint16_t f)
{
	return list->plan->of[f].card.next;
}

static uint16_t card_of(const struct list *list, uint16_t f)
{
	return list->plan->of[f].card.first;
}

bool list_has(const struct list *list, uint16_t f)
{
	return function_at(list, f)->is_virtual != YES &&
	       !class_is_bridge(function_at(list, f)->class);
}

/* The slots of a card, "0000:03:00 and 0000:04:00". */
static void tell_slots(const struct list *list, struct text *text, uint16_t card)
{
	const struct pci_address face =
		function_at(list, face_of_card(list->machine, list->plan, card))->at;
	struct pci_address last = face;
	uint16_t more = 0;

	text_add(text, "%04x:%02x:%02x", face.domain, face.bus, face.device);
	for (uint16_t f = card; f != FUNCTION_NONE; f = next_of_card(list, f)) {
		struct pci_address at = function_at(list, f)->at;

		if (!list_has(list, f) || address_same_card(at, face) ||
		    address_same_card(at, last))
			continue;
		if (more++ == 0)
			text_add(text, " and %04x:%02x:%02x", at.domain, at.bus, at.device);
		last = at;
	}
	if (more > 1)
		text_add(text, " and %u more", more - 1);
}

/* The slots, what the card is, who made it, and its board's name. */
static void print_head(const struct list *list, uint16_t card)
{
	uint16_t face = face_of_card(list->machine, list->plan, card);
	const struct function_names *names = &list->names->of[face];
	char slots[64];
	char sentence[SENTENCE_BYTES];
	struct text head = TEXT_OVER(slots);
	struct text text = TEXT_OVER(sentence);

	text_clear(&head);
	tell_slots(list, &head, card);
	text_add(&head, "  ");
	text_clear(&text);
	text_add(&text, "%s", tell_class(function_at(list, face)->class));
	if (names->vendor)
		text_add(&text, ": %s", names->vendor);
	if (names->board)
		text_add(&text, "; board: %s %s", names->board_vendor ? names->board_vendor : "",
			 names->board);
	else if (names->board_vendor && names->board_vendor != names->vendor &&
		 class_is_display(function_at(list, face)->class))
		text_add(&text, "; board by %s", names->board_vendor);
	tell_lines(list->out, TONE_HEAD, slots, NULL, sentence);
}

/* Slot, ids, driver, and what it is called. */
static void print_function(const struct list *list, uint16_t f)
{
	const struct function *function = function_at(list, f);
	const char *name = list->names->of[f].device;
	char head[128];
	struct text text = TEXT_OVER(head);

	text_clear(&text);
	text_add(&text, INDENT ADDRESS_FORMAT "  %04x:%04x  %-14.32s  ",
		 ADDRESS_PARTS(function->at), function->vendor, function->device,
		 function->driver   ? function->driver :
		 function->held_for ? "(held)" :
				      "(no driver)");
	tell_words(list->out, head, name ? name : tell_class(function->class));
}

static void tell_count(struct text *text, uint16_t count)
{
	if (count > MOST_NAMED)
		text_add(text, " and %u more", count - MOST_NAMED);
}

/* What else is in the group, the bridges or all but these. Returns how many. */
static uint16_t tell_others(const struct list *list, struct text *text, uint16_t card,
			    int32_t group, bool bridges)
{
	uint16_t count = 0;

	for (uint16_t f = 0; f < list->machine->function_count; f++) {
		const struct function *function = function_at(list, f);

		if (function->group != group || card_of(list, f) == card ||
		    class_is_bridge(function->class) != bridges)
			continue;
		if (count++ >= MOST_NAMED)
			continue;
		text_add(text, "%s" ADDRESS_FORMAT,
			 count > 1 ? ", " :
			 bridges   ? "; its bridges may stay: " :
				     ", and what else is in it must go along or have no driver: ",
			 ADDRESS_PARTS(function->at));
		if (!bridges)
			text_add(text, " (%s, %s)", tell_class(function->class),
				 function->driver ? function->driver : "no driver");
	}
	tell_count(text, count);
	return count;
}

/* Whether an earlier function of the card is in this one's group. */
static bool is_told(const struct list *list, uint16_t f)
{
	for (uint16_t other = card_of(list, f); other != f; other = next_of_card(list, other))
		if (list_has(list, other) &&
		    function_at(list, other)->group == function_at(list, f)->group)
			return true;
	return false;
}

/* A line for each group with something else in it, and one for all of which the card is alone. */
static void print_groups(const struct list *list, uint16_t card)
{
	char alone_bytes[SENTENCE_BYTES];
	struct text alone = TEXT_OVER(alone_bytes);
	uint16_t alone_count = 0;

	text_clear(&alone);
	for (uint16_t f = card; f != FUNCTION_NONE; f = next_of_card(list, f)) {
		int32_t group = function_at(list, f)->group;
		char sentence[SENTENCE_BYTES];
		struct text text = TEXT_OVER(sentence);
		uint16_t others;

		if (!list_has(list, f) || group == GROUP_NONE || is_told(list, f))
			continue;
		text_clear(&text);
		text_add(&text, "IOMMU group %d", group);
		others = tell_others(list, &text, card, group, false);
		others = (uint16_t)(others + tell_others(list, &text, card, group, true));
		if (others)
			print_sentence(list->out, sentence);
		else
			text_add(&alone, "%s%d", alone_count++ ? ", " : "", group);
	}
	if (alone_count) {
		char sentence[SENTENCE_BYTES + 64];

		snprintf(sentence, sizeof(sentence), "IOMMU group%s %s, with nothing else in %s",
			 alone_count == 1 ? "" : "s", alone_bytes,
			 alone_count == 1 ? "it" : "them");
		print_sentence(list->out, sentence);
	}
}

static void tell_display(struct text *text, const struct machine *machine,
			 const struct function *function)
{
	const char *between;

	if (function->shows_picture == YES)
		text_add(text, "shows the firmware's picture%s",
			 machine->picture.is_there == YES ? ", and the console on it" : "");
	else if (function->shows_picture == UNKNOWN)
		text_add(text, "may show the firmware's picture: nobody can tell");
	between = text->used ? "; " : "";
	if (function->framebuffer != FRAMEBUFFER_NONE)
		text_add(text, "%s%s has /dev/fb%d on it%s", between,
			 function->driver ? function->driver : "its driver", function->framebuffer,
			 function->framebuffer == 0 ? ", where the console is unless it was moved" :
						      "");
	between = text->used ? "; " : "";
	if (function->has_screen != UNKNOWN)
		text_add(text, "%s%s screen is connected", between,
			 function->has_screen == YES ? "a" : "no");
}

/* What lies on the card's functions, of one kind. */
static void tell_needs(const struct list *list, struct text *text, uint16_t card,
		       enum need_kind kind, const char *words)
{
	uint16_t count = 0;

	for (uint16_t n = 0; n < list->machine->need_count; n++) {
		const struct need *need = &list->machine->needs[n];

		if (need->kind != kind || need->function == FUNCTION_NONE ||
		    card_of(list, need->function) != card)
			continue;
		if (count++ < MOST_NAMED)
			text_add(text, "%s%s", count == 1 ? words : "; ", need->what);
	}
	tell_count(text, count);
}

/* What the host would miss. */
static void print_uses(const struct list *list, uint16_t card)
{
	static const struct {
		enum need_kind kind;
		const char *words;
	} kinds[] = {
		{ NEED_ROOT, "carries " },
		{ NEED_BOOT, "carries what the boot needs: " },
		{ NEED_USE, "in use: " },
	};
	char sentence[SENTENCE_BYTES];
	struct text text = TEXT_OVER(sentence);

	for (uint16_t f = card; f != FUNCTION_NONE; f = next_of_card(list, f)) {
		text_clear(&text);
		if (class_is_display(function_at(list, f)->class) && list_has(list, f))
			tell_display(&text, list->machine, function_at(list, f));
		print_sentence(list->out, sentence);
		text_clear(&text);
		if (function_at(list, f)->has_keyboard)
			text_add(&text, "a keyboard hangs on " ADDRESS_FORMAT,
				 ADDRESS_PARTS(function_at(list, f)->at));
		print_sentence(list->out, sentence);
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		text_clear(&text);
		tell_needs(list, &text, card, kinds[i].kind, kinds[i].words);
		print_sentence(list->out, sentence);
	}
}

/* The way from the root bus for a line with `path`, any function of the last device. Returns whether there is one that leads to no
 * other card: a machine may hide bridges. */
static bool tell_path(const struct list *list, struct text *text, uint16_t f)
{
	const struct function *functions = list->machine->functions;
	uint16_t way[PATH_MAX_STEPS];
	uint8_t steps = 0;

	for (uint16_t other = 0; other < list->machine->function_count; other++)
		if (functions[other].parent == functions[f].parent && list_has(list, other) &&
		    functions[other].at.device == functions[f].at.device &&
		    card_of(list, other) != card_of(list, f))
			return false;
	do {
		if (steps == PATH_MAX_STEPS)
			return false;
		way[steps++] = f;
		f = functions[f].parent;
	} while (f != FUNCTION_NONE);
	text_add(text, "%04x:%02x:", functions[way[steps - 1]].at.domain,
		 functions[way[steps - 1]].at.bus);
	for (uint8_t i = steps; i > 1; i--)
		text_add(text, "%02x.%x/", functions[way[i - 1]].at.device,
			 functions[way[i - 1]].at.function);
	text_add(text, "%02x", functions[way[0]].at.device);
	return true;
}

void list_line(const struct list *list, struct text *text, uint16_t card)
{
	uint16_t face = face_of_card(list->machine, list->plan, card);
	const struct function *function = function_at(list, face);

	text_add(text, "bind card ");
	if (!id_means_one_card(list->machine, list->plan, face))
		text_add(text, "slot %04x:%02x:%02x ", function->at.domain, function->at.bus,
			 function->at.device);
	text_add(text, "id %04x:%04x", function->vendor, function->device);
}

void list_other_line(const struct list *list, struct text *text, uint16_t card)
{
	uint16_t face = face_of_card(list->machine, list->plan, card);
	char path[SENTENCE_BYTES];
	struct text way = TEXT_OVER(path);

	text_clear(&way);
	if (!id_means_one_card(list->machine, list->plan, face) &&
	    function_at(list, face)->parent != FUNCTION_NONE && tell_path(list, &way, face) &&
	    way.used <= PATH_COLUMNS)
		text_add(text, "bind card path %s", path);
}

static void print_lines(const struct list *list, uint16_t card)
{
	char sentence[SENTENCE_BYTES];
	struct text text = TEXT_OVER(sentence);

	text_clear(&text);
	list_line(list, &text, card);
	fprintf(list->out, INDENT "%s\n", sentence);
	text_clear(&text);
	list_other_line(list, &text, card);
	if (text.used)
		fprintf(list->out, INDENT "%s  # the same, should bus numbers move\n", sentence);
}

uint16_t list_refused(const struct list *list, uint16_t card, enum reason *reason)
{
	uint16_t found = FUNCTION_NONE;

	*reason = REASON_HARMLESS;
	for (uint16_t f = card; f != FUNCTION_NONE; f = next_of_card(list, f)) {
		enum reason refusal = list_has(list, f) ? refusal_of(list->machine, list->plan,
								     MOMENT_NEXT_BOOT, f) :
							  REASON_HARMLESS;

		if (refusal == REASON_HARMLESS ||
		    (found != FUNCTION_NONE && refusal != REASON_CARRIES_ROOT))
			continue;
		found = f;
		*reason = refusal;
	}
	return found;
}

bool list_has_line(enum reason refusal)
{
	return refusal != REASON_CARRIES_ROOT && refusal != REASON_BELOW_VMD;
}

static void print_card(const struct list *list, uint16_t card)
{
	char sentence[SENTENCE_BYTES];
	struct text text = TEXT_OVER(sentence);
	enum reason reason;
	uint16_t refused = list_refused(list, card, &reason);

	print_head(list, card);
	for (uint16_t f = card; f != FUNCTION_NONE; f = next_of_card(list, f))
		if (list_has(list, f))
			print_function(list, f);
	print_groups(list, card);
	print_uses(list, card);
	if (list_has_line(reason))
		print_lines(list, card);
	if (refused == FUNCTION_NONE || (reason == REASON_NO_GROUP && !list->some_group))
		return;
	text_clear(&text);
	text_add(&text, ADDRESS_FORMAT " stays with the host as things are: ",
		 ADDRESS_PARTS(function_at(list, refused)->at));
	tell_cause(&text, list->machine, function_at(list, refused), reason);
	print_sentence(list->out, sentence);
}

/* A sentence behind the cards; nothing of an empty one. */
static void print_remark(FILE *out, bool *any, const char *sentence)
{
	if (!*sentence)
		return;
	if (!*any)
		fputc('\n', out);
	*any = true;
	tell_words(out, "", sentence);
}

/* What could not be seen, and what is left out. */
static void print_remarks(const struct list *list)
{
	const struct machine *machine = list->machine;
	char sentence[SENTENCE_BYTES];
	struct text text = TEXT_OVER(sentence);
	uint16_t virtual = 0;
	bool any = false;

	text_clear(&text);
	for (uint16_t n = 0; n < machine->need_count; n++)
		if (machine->needs[n].function == FUNCTION_NONE &&
		    machine->needs[n].by != BY_NETWORK)
			text_add(&text, "%s%s",
				 text.used ? "; " : "On which card these lie, nobody can tell: ",
				 machine->needs[n].what);
	print_remark(list->out, &any, sentence);

	text_clear(&text);
	if (list->plan->picture_unknown)
		text_add(&text, "Whose the firmware's picture is, nobody can tell; where root runs "
				"this, it sees more");
	print_remark(list->out, &any, sentence);

	text_clear(&text);
	if (!list->some_group && machine->function_count) {
		text_add(&text, "Each function stays with the host as things are: ");
		tell_cause(&text, machine, function_at(list, 0), REASON_NO_GROUP);
	}
	print_remark(list->out, &any, sentence);

	text_clear(&text);
	if (!list->names->found)
		text_add(&text, "There are no names: the package hwdata or pci.ids has them");
	print_remark(list->out, &any, sentence);

	text_clear(&text);
	for (uint16_t f = 0; f < machine->function_count; f++)
		virtual = (uint16_t)(virtual + (machine->functions[f].is_virtual == YES));
	if (virtual)
		text_add(&text,
			 "Not listed, since no line chooses them and libvirt gives them out: "
			 "virtual functions, %u",
			 virtual);
	print_remark(list->out, &any, sentence);
}

/* The cards with a display, or all others. */
static void print_cards(const struct list *list, bool displays, bool *any)
{
	for (uint16_t card = 0; card < list->machine->function_count; card++) {
		uint16_t face = face_of_card(list->machine, list->plan, card);

		if (card_of(list, card) != card || !list_has(list, face) ||
		    class_is_display(function_at(list, face)->class) != displays)
			continue;
		if (*any)
			fputc('\n', list->out);
		*any = true;
		print_card(list, card);
	}
}

void tell_list(FILE *out, const struct machine *machine, const struct plan *plan,
	       const struct names *names)
{
	struct list list = { out, machine, plan, names, false };
	bool any = false;

	for (uint16_t f = 0; f < machine->function_count; f++)
		list.some_group |= machine->functions[f].group != GROUP_NONE;
	print_cards(&list, true, &any);
	print_cards(&list, false, &any);
	if (!any)
		fputs("This machine has no PCI card.\n", out);
	print_remarks(&list);
}
