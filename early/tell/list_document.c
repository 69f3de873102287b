/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cards of this machine as JSON. */
#include "decide/decide.h"
#include "tell/json.h"
#include "tell/list.h"
#include "tell/tell.h"

#define SENTENCE_BYTES 2048

static const struct function *function_at(const struct list *list, uint16_t f)
{
	return &list->machine->functions[f];
}

static void write_truth(struct json *json, const char *key, enum truth truth)
{
	static const char *const words[] = { [UNKNOWN] = "unknown", [NO] = "no", [YES] = "yes" };

	json_string(json, key, words[truth]);
}

static void write_function(struct json *json, const struct list *list, uint16_t f)
{
	const struct function *function = function_at(list, f);

	json_object(json, NULL);
	json_address(json, "slot", function->at);
	json_hex(json, "vendor", function->vendor, 4);
	json_hex(json, "device", function->device, 4);
	json_hex(json, "class", function->class, 6);
	json_string(json, "name", list->names->of[f].device);
	json_string(json, "kind", tell_class(function->class));
	json_number(json, "group", function->group);
	json_string(json, "driver", function->driver);
	json_string(json, "override", function->held_for);
	json_bool(json, "has_keyboard", function->has_keyboard);
	if (class_is_display(function->class)) {
		write_truth(json, "shows_picture", function->shows_picture);
		write_truth(json, "has_screen", function->has_screen);
		json_number(json, "framebuffer", function->framebuffer);
	}
	json_end(json, '}');
}

/* What else is in the groups of the card. */
static void write_neighbours(struct json *json, const struct list *list, uint16_t card)
{
	const struct planned *of = list->plan->of;

	json_array(json, "group_others");
	for (uint16_t other = 0; other < list->machine->function_count; other++) {
		const struct function *neighbour = function_at(list, other);
		uint16_t f = card;

		if (of[other].card.first == card || neighbour->group == GROUP_NONE)
			continue;
		while (f != FUNCTION_NONE &&
		       (!list_has(list, f) || function_at(list, f)->group != neighbour->group))
			f = of[f].card.next;
		if (f == FUNCTION_NONE)
			continue;
		json_object(json, NULL);
		json_address(json, "slot", neighbour->at);
		json_number(json, "group", neighbour->group);
		json_string(json, "driver", neighbour->driver);
		json_bool(json, "may_stay", class_is_bridge(neighbour->class));
		json_end(json, '}');
	}
	json_end(json, ']');
}

static const char *need_word(enum need_kind kind)
{
	return kind == NEED_ROOT ? "root" : kind == NEED_BOOT ? "boot" : "use";
}

/* What lies on the card, or, of FUNCTION_NONE, nobody can tell where. */
static void write_needs(struct json *json, const struct list *list, const char *key, uint16_t card)
{
	json_array(json, key);
	for (uint16_t n = 0; n < list->machine->need_count; n++) {
		const struct need *need = &list->machine->needs[n];
		bool somewhere = need->function != FUNCTION_NONE;

		if (somewhere ? list->plan->of[need->function].card.first != card :
				card != FUNCTION_NONE || need->by == BY_NETWORK)
			continue;
		json_object(json, NULL);
		json_string(json, "kind", need_word(need->kind));
		if (somewhere)
			json_address(json, "slot", function_at(list, need->function)->at);
		else
			json_string(json, "slot", NULL);
		json_string(json, "what", need->what);
		json_end(json, '}');
	}
	json_end(json, ']');
}

static void write_lines(struct json *json, const struct list *list, uint16_t card,
			enum reason refusal)
{
	char line[SENTENCE_BYTES];
	struct text text = TEXT_OVER(line);

	json_array(json, "lines");
	if (list_has_line(refusal)) {
		text_clear(&text);
		list_line(list, &text, card);
		json_string(json, NULL, line);
		text_clear(&text);
		list_other_line(list, &text, card);
		if (text.used)
			json_string(json, NULL, line);
	}
	json_end(json, ']');
}

static void write_refusal(struct json *json, const struct list *list, uint16_t refused,
			  enum reason reason)
{
	char sentence[SENTENCE_BYTES];
	struct text text = TEXT_OVER(sentence);

	if (refused == FUNCTION_NONE) {
		json_string(json, "refused", NULL);
		return;
	}
	text_clear(&text);
	tell_cause(&text, list->machine, function_at(list, refused), reason);
	json_object(json, "refused");
	json_address(json, "slot", function_at(list, refused)->at);
	json_string(json, "reason", tell_reason_word(reason));
	json_string(json, "sentence", sentence);
	json_end(json, '}');
}

static void write_card(struct json *json, const struct list *list, uint16_t card)
{
	uint16_t face = face_of_card(list->machine, list->plan, card);
	const struct function_names *names = &list->names->of[face];
	enum reason reason;
	uint16_t refused = list_refused(list, card, &reason);

	json_object(json, NULL);
	json_address(json, "slot", function_at(list, face)->at);
	json_string(json, "kind", tell_class(function_at(list, face)->class));
	json_string(json, "vendor_name", names->vendor);
	json_string(json, "board_vendor_name", names->board_vendor);
	json_string(json, "board_name", names->board);
	json_array(json, "functions");
	for (uint16_t f = card; f != FUNCTION_NONE; f = list->plan->of[f].card.next)
		if (list_has(list, f))
			write_function(json, list, f);
	json_end(json, ']');
	write_neighbours(json, list, card);
	write_needs(json, list, "carries", card);
	write_lines(json, list, card, reason);
	write_refusal(json, list, refused, reason);
	json_end(json, '}');
}

void tell_list_document(FILE *out, const struct machine *machine, const struct plan *plan,
			const struct names *names)
{
	const struct list list = { out, machine, plan, names, false };
	int64_t virtual = 0;
	struct json json;

	json_begin(&json, out);
	json_string(&json, "format", "earlybind-list 1");
	json_string(&json, "version", EARLYBIND_VERSION);
	json_string(&json, "kernel", machine->kernel.release);
	json_array(&json, "cards");
	for (uint16_t card = 0; card < machine->function_count; card++)
		if (plan->of[card].card.first == card &&
		    list_has(&list, face_of_card(machine, plan, card)))
			write_card(&json, &list, card);
	json_end(&json, ']');
	write_needs(&json, &list, "nobody_can_tell", FUNCTION_NONE);
	json_bool(&json, "picture_unknown", plan->picture_unknown);
	json_bool(&json, "names_found", names->found);
	for (uint16_t f = 0; f < machine->function_count; f++)
		virtual += machine->functions[f].is_virtual == YES;
	json_number(&json, "virtual_functions", virtual);
	json_end(&json, '}');
}
