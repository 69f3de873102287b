/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random machines and random lines: what is chosen is what the lines' text allows, as a second and simpler reading of the
 * language has it, whatever their order. EARLYBIND_SEED=N repeats a run, EARLYBIND_ROUNDS=N makes it longer. */
#include <stdlib.h>
#include <time.h>

#include "decide/decide.h"
#include "machines.h"
#include "test.h"

#define ROUNDS 6000
#define LINES 6
#define LINE_BYTES 256

static uint64_t state;

static uint32_t below(uint32_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32) % n;
}

static bool one_in(uint32_t n)
{
	return below(n) == 0;
}

/* ---- the machine ---- */

static const uint32_t classes[] = { CLASS_VGA,      CLASS_VGA,    CLASS_3D,   CLASS_DISPLAY_OTHER,
				    CLASS_HD_AUDIO, CLASS_USB,    CLASS_UCSI, CLASS_ACCELERATOR,
				    CLASS_NVME,     CLASS_NETWORK };
static const uint16_t vendors[] = { 0x8086, 0x1002, 0x10de };

static struct pci_address above[MACHINE_MAX_FUNCTIONS]; /* by function; domain 0xffffffff: none */

static const struct pci_address nothing_above = { .domain = 0xffffffff };

static struct pci_address at(uint32_t domain, unsigned bus, unsigned device, unsigned function)
{
	return (struct pci_address){ domain, (uint8_t)bus, (uint8_t)device, (uint8_t)function };
}

static void add(struct pci_address address, uint32_t class, uint16_t vendor,
		struct pci_address bridge)
{
	uint16_t f = machine.function_count++;

	machine.functions[f] = (struct function){
		.at = address,
		.vendor = vendor,
		.device = (uint16_t)(0x1000 + below(3)),
		.subvendor = vendors[below(3)],
		.subdevice = (uint16_t)below(3),
		.class = class,
		.group = one_in(8) ? GROUP_NONE : (int32_t)below(8),
		.parent = f, /* until they are sorted */
		.shows_picture = NO,
		.rom_is_shadow = NO,
		.is_virtual = one_in(16) ? YES : NO,
		.has_virtual = one_in(16) ? YES : NO,
		.variant = one_in(8) ? "variant" : NULL,
	};
	above[f] = bridge;
}

/* A card below a port: one to four functions in one slot. Returns the next free bus. */
static unsigned add_card(uint32_t domain, unsigned bus, struct pci_address bridge)
{
	uint16_t vendor = vendors[below(3)];
	unsigned count = 1 + below(4);

	for (unsigned f = 0; f < count; f++)
		add(at(domain, bus, 0, f), classes[below(sizeof(classes) / sizeof(classes[0]))],
		    vendor, bridge);
	return bus + 1;
}

/* A card with a switch of its own and two slots below, as Intel Arc; sometimes something else is below as well. */
static unsigned add_switched_card(uint32_t domain, unsigned bus, struct pci_address bridge)
{
	uint16_t vendor = vendors[below(3)];
	uint16_t of_switch = one_in(4) ? vendors[below(3)] : vendor;

	add(at(domain, bus, 0, 0), CLASS_PORT, one_in(4) ? vendors[below(3)] : of_switch, bridge);
	for (unsigned port = 0; port < 3; port++) {
		static const uint32_t kinds[] = { CLASS_VGA, CLASS_HD_AUDIO, CLASS_NETWORK };

		if (port == 2 && !one_in(4))
			break;
		add(at(domain, bus + 1, port, 0), CLASS_PORT, of_switch, at(domain, bus, 0, 0));
		add(at(domain, bus + 2 + port, 0, 0), kinds[port], vendor,
		    at(domain, bus + 1, port, 0));
	}
	return bus + 5;
}

static int compare_functions(const void *a, const void *b)
{
	return address_compare(((const struct function *)a)->at, ((const struct function *)b)->at);
}

static void sort_and_link(void)
{
	qsort(machine.functions, machine.function_count, sizeof(machine.functions[0]),
	      compare_functions);
	for (uint16_t f = 0; f < machine.function_count; f++)
		machine.functions[f].parent =
			machine_find(&machine, above[machine.functions[f].parent]);
}

static bool is_display(uint16_t f)
{
	return machine.functions[f].class >> 16 == 3;
}

static void show_picture(void)
{
	enum truth everywhere = one_in(4) ? UNKNOWN : NO;
	uint16_t f = (uint16_t)below(machine.function_count);

	for (uint16_t i = 0; i < machine.function_count; i++)
		if (is_display(i))
			machine.functions[i].shows_picture = everywhere;
	if (everywhere == NO && is_display(f))
		machine.functions[f].shows_picture = YES;
}

static void random_machine(unsigned cards)
{
	new_machine();
	for (uint32_t domain = 0; domain < 2; domain++) {
		unsigned bus = 1;

		for (unsigned i = 0; i < below(4); i++)
			add(at(domain, 0, 0x1f, i),
			    one_in(2) ? 0x060100 :
					classes[below(sizeof(classes) / sizeof(classes[0]))],
			    0x8086, nothing_above);
		for (unsigned i = 0; i < cards && bus < 0xf0; i++) {
			struct pci_address port = at(domain, 0, 1 + i / 8, i % 8);

			add(port, CLASS_PORT, 0x8086, nothing_above);
			bus = one_in(3) ? add_switched_card(domain, bus, port) :
					  add_card(domain, bus, port);
		}
	}
	sort_and_link();
	show_picture();
}

/* ---- the lines ---- */

static char lines[LINES][LINE_BYTES];
static unsigned line_count;

static const struct function *some_function(void)
{
	return &machine.functions[below(machine.function_count)];
}

static void add_slot(struct text *line)
{
	struct pci_address a = some_function()->at;

	if (one_in(4))
		text_add(line, one_in(2) ? "*:" : "%04x:", a.domain);
	else if (a.domain)
		text_add(line, "%x:", a.domain);
	/* A bus or a device has to be there. */
	if (one_in(8)) {
		text_add(line, "*:%02x", a.device);
	} else {
		text_add(line, "%02X:", a.bus);
		text_add(line, one_in(8) ? "" : "%02x", a.device);
	}
	if (one_in(2))
		text_add(line, one_in(8) ? ".*" : ".%u", a.function);
}

/* DDDD:BB:DD.F/DD.F/…, from the root bus down. */
static void path_of(uint16_t f, struct text *path)
{
	struct pci_address a = machine.functions[f].at;

	if (machine.functions[f].parent == FUNCTION_NONE) {
		text_add(path, "%04x:%02x:%02x.%u", a.domain, a.bus, a.device, a.function);
		return;
	}
	path_of(machine.functions[f].parent, path);
	text_add(path, "/%02x.%u", a.device, a.function);
}

static void add_path(struct text *line)
{
	path_of((uint16_t)below(machine.function_count), line);
	if (one_in(3)) {
		line->used -= 2; /* without the last function */
		line->start[line->used] = '\0';
	}
}

static void add_ids(struct text *line, uint16_t vendor, uint16_t device)
{
	if (one_in(4))
		text_add(line, one_in(2) ? "%x:" : "%04X:*", vendor);
	else if (one_in(6))
		text_add(line, ":%04x", device);
	else
		text_add(line, "%04x:%04x", vendor, device);
}

/* One condition of a kind that the line has not yet, or any with `not`. */
static void add_condition(struct text *line, unsigned *seen)
{
	const struct function *function = some_function();
	unsigned kind = below(7);
	bool negated = one_in(4);
	unsigned digits;

	if (!negated && *seen & 1u << kind)
		return;
	*seen |= negated ? 0 : 1u << kind;
	text_add(line, negated ? " not " : " ");
	switch (kind) {
	case CONDITION_SLOT:
		text_add(line, "slot ");
		return add_slot(line);
	case CONDITION_PATH:
		text_add(line, "path ");
		return add_path(line);
	case CONDITION_ID:
		text_add(line, "id ");
		add_ids(line, function->vendor, function->device);
		if (one_in(4))
			text_add(line, line->start[line->used - 1] == ':' ? "*:%04x" : ":%04x",
				 function->class >> 8);
		return;
	case CONDITION_SUBSYSTEM:
		text_add(line, "subsystem ");
		return add_ids(line, function->subvendor, function->subdevice);
	case CONDITION_CLASS:
		digits = 2 + 2 * below(3);
		text_add(line, one_in(2) ? "class %0*X" : "class %0*x", (int)digits,
			 function->class >> (24 - 4 * digits));
		return;
	case CONDITION_GROUP:
		text_add(line, "group " ADDRESS_FORMAT, ADDRESS_PARTS(function->at));
		return;
	default:
		text_add(line, "boot-display");
	}
}

static void random_line(char *into)
{
	static const char *const scopes[] = { "", "", " card", " cards" };
	static const char *const modifiers[] = { " early", " force", " driver a", " driver b",
						 " driver auto" };
	struct text line = { .start = into, .size = LINE_BYTES };
	bool bind = !one_in(3);
	unsigned count = 1 + below(3);
	unsigned seen = 0;

	text_clear(&line);
	text_add(&line, "%s%s", bind ? "bind" : "keep", scopes[below(4)]);
	for (unsigned i = 0; i < count || (bind && !seen); i++)
		add_condition(&line, &seen);
	if (bind && one_in(3))
		text_add(&line, "%s", modifiers[below(5)]);
}

static void plan_lines(const unsigned *order)
{
	char text[LINES * LINE_BYTES];
	struct text whole = TEXT_OVER(text);

	text_clear(&whole);
	for (unsigned i = 0; i < line_count; i++)
		text_add(&whole, "%s\n", lines[order[i]]);
	config_begin(&config);
	config.files[config.file_count++] = "/etc/earlybind.conf";
	config_parse(&config, 0, text, whole.used);
	make_plan(&config, &machine, MOMENT_NEXT_BOOT, &plan);
}

/* ---- the language once more, from the text alone ---- */

static bool naive_bridge(uint16_t f)
{
	char class[8];

	snprintf(class, sizeof(class), "%04x", machine.functions[f].class >> 8);
	return strstr("0600 0601 0604 0607 0609", class) != NULL;
}

static bool naive_below(uint16_t f, uint16_t bridge)
{
	uint16_t up = machine.functions[f].parent;

	return up != FUNCTION_NONE && (up == bridge || naive_below(up, bridge));
}

static bool naive_one_card_below(uint16_t bridge)
{
	for (uint16_t f = 0; f < machine.function_count; f++)
		if (naive_below(f, bridge) && !naive_bridge(f) && !is_display(f) &&
		    machine.functions[f].class >> 8 != 0x0403)
			return false;
	return true;
}

/* The upstream port of a card that has its own switch, or FUNCTION_NONE. */
static uint16_t naive_switch(uint16_t f)
{
	const struct function *functions = machine.functions;
	uint16_t port = functions[f].parent;
	uint16_t up = port == FUNCTION_NONE ? port : functions[port].parent;

	if (up == FUNCTION_NONE || functions[up].parent == FUNCTION_NONE ||
	    functions[up].vendor != functions[f].vendor ||
	    functions[port].vendor != functions[f].vendor || !naive_one_card_below(up))
		return FUNCTION_NONE;
	return up;
}

static bool naive_same_card(uint16_t f, uint16_t g)
{
	uint16_t up = naive_switch(f);

	if (naive_bridge(f) || naive_bridge(g))
		return false;
	return address_same_card(machine.functions[f].at, machine.functions[g].at) ||
	       (up != FUNCTION_NONE && up == naive_switch(g));
}

/* Whether a part of a pattern, as it is written, fits a number. */
static bool naive_part(const char *part, uint32_t number)
{
	return !*part || strcmp(part, "*") == 0 || strtoul(part, NULL, 16) == number;
}

/* Cuts the text behind its last `mark` off, and returns it; "" where there is none. */
static const char *cut_last(char *text, char mark)
{
	char *last = strrchr(text, mark);

	if (!last)
		return "";
	*last = '\0';
	return last + 1;
}

static bool naive_slot(const char *value, struct pci_address a)
{
	char text[LINE_BYTES];
	const char *function, *device;
	char *colon;

	snprintf(text, sizeof(text), "%s", value);
	function = cut_last(text, '.');
	device = cut_last(text, ':');
	colon = strrchr(text, ':');
	if (colon)
		*colon = '\0';
	return naive_part(function, a.function) && naive_part(device, a.device) &&
	       naive_part(colon ? colon + 1 : text, a.bus) &&
	       naive_part(colon ? text : "0", a.domain);
}

static bool naive_path(const char *value, uint16_t f)
{
	char path[LINE_BYTES];
	struct text text = TEXT_OVER(path);

	text_clear(&text);
	path_of(f, &text);
	return strcmp(path, value) == 0 ||
	       (strlen(path) == strlen(value) + 2 && strncmp(path, value, strlen(value)) == 0);
}

static bool naive_id(const char *value, uint32_t vendor, uint32_t device, uint32_t class)
{
	char text[LINE_BYTES];
	char *first, *second;

	snprintf(text, sizeof(text), "%s", value);
	first = strchr(text, ':');
	*first++ = '\0';
	second = strchr(first, ':');
	if (second)
		*second++ = '\0';
	return naive_part(text, vendor) && naive_part(first, device) &&
	       naive_part(second ? second : "", class >> 8);
}

static bool naive_class(const char *value, uint32_t class)
{
	char text[8];

	snprintf(text, sizeof(text), "%06x", class);
	return strncasecmp(text, value, strlen(value)) == 0;
}

static bool naive_group(const char *value, uint16_t f)
{
	for (uint16_t g = 0; g < machine.function_count; g++)
		if (naive_slot(value, machine.functions[g].at))
			return !naive_bridge(f) && machine.functions[g].group >= 0 &&
			       machine.functions[g].group == machine.functions[f].group;
	return false;
}

static bool naive_nobody_can_tell(void)
{
	bool unknown = false;

	for (uint16_t f = 0; f < machine.function_count; f++)
		unknown |= is_display(f) && machine.functions[f].shows_picture == UNKNOWN;
	return unknown;
}

static enum truth naive_boot_display(uint16_t f, bool bind, bool card)
{
	enum truth shows = NO;

	if (bind && naive_nobody_can_tell())
		return UNKNOWN;
	for (uint16_t g = 0; g < machine.function_count; g++)
		if ((g == f || (card && naive_same_card(f, g))) && is_display(g) &&
		    machine.functions[g].shows_picture != NO)
			shows = machine.functions[g].shows_picture;
	return shows;
}

static enum truth naive_condition(const char *key, const char *value, uint16_t f, bool bind,
				  bool card)
{
	const struct function *function = &machine.functions[f];
	bool met = false;

	if (strcmp(key, "boot-display") == 0)
		return naive_boot_display(f, bind, card);
	if (strcmp(key, "slot") == 0)
		met = naive_slot(value, function->at);
	else if (strcmp(key, "path") == 0)
		met = naive_path(value, f);
	else if (strcmp(key, "id") == 0)
		met = naive_id(value, function->vendor, function->device, function->class);
	else if (strcmp(key, "subsystem") == 0)
		met = naive_id(value, function->subvendor, function->subdevice, 0);
	else if (strcmp(key, "class") == 0)
		met = naive_class(value, function->class);
	else if (strcmp(key, "group") == 0)
		met = naive_group(value, f);
	else
		abort();
	return met ? YES : NO;
}

/* Whether one function meets the line's conditions: NO if it misses any, UNKNOWN if nobody can tell of one. */
static enum truth naive_meets(const char *line, uint16_t f)
{
	bool bind = line[0] == 'b';
	bool card = strstr(line, " card") != NULL;
	enum truth meets = YES;
	char words[LINE_BYTES];
	bool negated = false;
	char *rest;

	snprintf(words, sizeof(words), "%s", line);
	strtok_r(words, " ", &rest);
	for (char *word = strtok_r(NULL, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		enum truth met;

		if (strncmp(word, "card", 4) == 0 || strcmp(word, "early") == 0 ||
		    strcmp(word, "force") == 0)
			continue;
		if (strcmp(word, "not") == 0) {
			negated = true;
			continue;
		}
		if (strcmp(word, "driver") == 0) {
			strtok_r(NULL, " ", &rest);
			continue;
		}
		met = naive_condition(
			word, strcmp(word, "boot-display") ? strtok_r(NULL, " ", &rest) : NULL, f,
			bind, card);
		if (met == (negated ? YES : NO))
			return NO;
		if (met == UNKNOWN)
			meets = UNKNOWN;
		negated = false;
	}
	return meets;
}

/* Whether the line means the function: it, or with card one of its card, meets the conditions, and for keep may meet them. */
static bool naive_means(const char *line, uint16_t f)
{
	bool card = strstr(line, " card") != NULL;

	if (machine.functions[f].is_virtual == YES || (card && naive_bridge(f)))
		return false;
	for (uint16_t g = 0; g < machine.function_count; g++) {
		enum truth meets;

		if (g != f && !(card && naive_same_card(f, g)))
			continue;
		if (machine.functions[g].is_virtual == YES)
			continue;
		meets = naive_meets(line, g);
		if (meets == YES || (meets == UNKNOWN && line[0] == 'k'))
			return true;
	}
	return false;
}

/* ---- what has to hold ---- */

static bool is_chosen(uint16_t f)
{
	return plan.of[f].choice.bind != RULE_NONE && plan.of[f].choice.keep == RULE_NONE;
}

static void show_case(uint64_t seed)
{
	printf("EARLYBIND_SEED=%llu\n", (unsigned long long)seed);
	for (unsigned i = 0; i < line_count; i++)
		printf("    %s\n", lines[i]);
	for (uint16_t f = 0; f < machine.function_count; f++) {
		const struct function *function = &machine.functions[f];

		printf("    " ADDRESS_FORMAT
		       " %06x %04x:%04x %04x:%04x group %d above %d picture %d%s\n",
		       ADDRESS_PARTS(function->at), function->class, function->vendor,
		       function->device, function->subvendor, function->subdevice, function->group,
		       function->parent == FUNCTION_NONE ? -1 : (int)function->parent,
		       (int)function->shows_picture, function->is_virtual == YES ? " virtual" : "");
	}
}

static bool choice_is_what_the_text_allows(void)
{
	bool good = true;

	for (uint16_t f = 0; f < machine.function_count; f++) {
		bool bound = false, kept = false;

		for (unsigned i = 0; i < line_count; i++)
			*(lines[i][0] == 'b' ? &bound : &kept) |= naive_means(lines[i], f);
		good &= CHECK_FOR(is_chosen(f) == (bound && !kept),
				  ADDRESS_FORMAT ": %s bind line means it, %s keep line",
				  ADDRESS_PARTS(machine.functions[f].at), bound ? "a" : "no",
				  kept ? "a" : "no");
	}
	return good;
}

/* What is held and what waits with its driver are bound together. */
enum time { NOW, LATER, NEVER };

static enum time time_for(enum fate fate)
{
	return fate == FATE_BIND ? NOW : fate == FATE_REFUSE ? NEVER : LATER;
}

/* Every chosen function has one decision; those of a card have one fate, and one card all of the chosen ones. */
static bool one_card_has_one_fate(void)
{
	static enum time time_of[MACHINE_MAX_FUNCTIONS];
	static bool decided[MACHINE_MAX_FUNCTIONS], seen[MACHINE_MAX_FUNCTIONS];
	bool good = true;

	memset(decided, 0, sizeof(decided[0]) * machine.function_count);
	memset(seen, 0, sizeof(seen[0]) * machine.function_count);
	for (uint16_t d = 0; d < plan.decision_count; d++) {
		const struct decision *decision = &plan.decisions[d];
		struct decision alone;

		good &= CHECK_FOR(!decided[decision->function] && is_chosen(decision->function),
				  "decision %u", d);
		decided[decision->function] = true;
		good &= CHECK_FOR(plan.of[decision->card].card.first == decision->card,
				  "decision %u", d);
		/* As one of them that waits, or is refused, has it by itself: never sooner. */
		alone = *decision;
		decide_alone(&machine, &plan, MOMENT_NEXT_BOOT, &alone);
		good &= CHECK_FOR(decision->reason == REASON_DRIVERS_DIFFER ||
					  time_for(decision->fate) >= time_for(alone.fate),
				  "decision %u", d);
		if (seen[decision->card])
			good &= CHECK_FOR(time_of[decision->card] == time_for(decision->fate),
					  "decision %u", d);
		seen[decision->card] = true;
		time_of[decision->card] = time_for(decision->fate);
	}
	for (uint16_t f = 0; f < machine.function_count; f++)
		good &= CHECK_FOR(decided[f] == is_chosen(f), "function %u", f);
	return good;
}

struct memory {
	bool chosen, early, force;
	enum fate fate;
	char driver[16];
};

/* What the plan says of each function, without which line said it. */
static void remember(struct memory *of)
{
	for (uint16_t f = 0; f < machine.function_count; f++)
		of[f] = (struct memory){ is_chosen(f), plan.of[f].choice.early,
					 plan.of[f].choice.force, FATE_BIND, "" };
	for (uint16_t d = 0; d < plan.decision_count; d++) {
		const struct decision *decision = &plan.decisions[d];

		of[decision->function].fate = decision->fate;
		/* Of two that differ the first is named, and neither counts. */
		if (plan.of[decision->function].choice.other_driver == RULE_NONE)
			snprintf(of[decision->function].driver, sizeof(of->driver), "%s",
				 decision->driver);
	}
}

static bool order_does_not_matter(void)
{
	static struct memory before[MACHINE_MAX_FUNCTIONS], after[MACHINE_MAX_FUNCTIONS];
	unsigned order[LINES] = { 0, 1, 2, 3, 4, 5 };
	bool good = true;

	remember(before);
	for (unsigned i = line_count; i > 1; i--) {
		unsigned j = below(i);
		unsigned swapped = order[i - 1];

		order[i - 1] = order[j];
		order[j] = swapped;
	}
	plan_lines(order);
	remember(after);
	for (uint16_t f = 0; f < machine.function_count; f++)
		good &= CHECK_FOR(before[f].chosen == after[f].chosen &&
					  before[f].early == after[f].early &&
					  before[f].force == after[f].force &&
					  before[f].fate == after[f].fate &&
					  same_text(before[f].driver, after[f].driver),
				  ADDRESS_FORMAT, ADDRESS_PARTS(machine.functions[f].at));
	return good;
}

static uint64_t first_seed;
static unsigned long rounds;

static void random_lines_on_random_machines(void)
{
	static const unsigned in_order[LINES] = { 0, 1, 2, 3, 4, 5 };
	unsigned long chosen_at_all = 0;

	for (uint64_t seed = first_seed; seed < first_seed + rounds; seed++) {
		state = seed * 0x9e3779b97f4a7c15u | 1;
		random_machine(1 + below(6));
		line_count = 1 + below(LINES);
		for (unsigned i = 0; i < line_count; i++)
			random_line(lines[i]);
		plan_lines(in_order);
		if (!CHECK_FOR(config.problem_count == 0 && config.rule_count == line_count,
			       "column %u", config.problems[0].at.column) ||
		    !choice_is_what_the_text_allows() || !one_card_has_one_fate() ||
		    !order_does_not_matter()) {
			show_case(seed);
			return;
		}
		chosen_at_all += plan.decision_count > 0;
	}
	/* Or nothing was tested. */
	CHECK_FOR(rounds < 100 || chosen_at_all > rounds / 4, "%lu of %lu", chosen_at_all, rounds);
	printf("%lu cases, in %lu of them something is chosen\n", rounds, chosen_at_all);
}

/* Whatever stands above what: each function is in one card's list, once. A tree like this no kernel has. */
static void cards_of_any_tree(void)
{
	for (uint64_t seed = first_seed; seed < first_seed + rounds / 4; seed++) {
		static uint8_t times[MACHINE_MAX_FUNCTIONS];
		bool good = true;

		state = seed * 0x9e3779b97f4a7c15u | 1;
		random_machine(1 + below(6));
		for (uint16_t f = 0; f < machine.function_count; f++)
			if (one_in(3))
				machine.functions[f].parent =
					(uint16_t)below(machine.function_count);
		config_begin(&config);
		make_plan(&config, &machine, MOMENT_NEXT_BOOT, &plan);
		memset(times, 0, machine.function_count);
		for (uint16_t first = 0; first < machine.function_count; first++) {
			unsigned length = 0;

			if (plan.of[first].card.first != first)
				continue;
			for (uint16_t f = first; f != FUNCTION_NONE; f = plan.of[f].card.next) {
				good &= CHECK_FOR(plan.of[f].card.first == first, "function %u", f);
				times[f]++;
				if (++length > machine.function_count)
					break;
			}
		}
		for (uint16_t f = 0; f < machine.function_count; f++)
			good &= CHECK_FOR(times[f] == 1, "function %u is %u times in a list", f,
					  times[f]);
		if (!good) {
			line_count = 0;
			show_case(seed);
			return;
		}
	}
}

static double milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* 8,192 functions. The times are for a person to look at: this build has the sanitizers in it. */
static void largest_machine(void)
{
	static const char *const wishes[] = {
		"bind card slot 0001:07:00",
		"bind cards class 0300 not boot-display\nkeep card slot 0000:07:00",
		"bind class 03\nbind class 0c\nbind class 0403",
	};

	state = 1;
	new_machine();
	for (uint32_t domain = 0; machine.function_count + 8u <= MACHINE_MAX_FUNCTIONS; domain++)
		for (unsigned bus = 1;
		     bus < 0xff && machine.function_count + 8u <= MACHINE_MAX_FUNCTIONS; bus += 5) {
			struct pci_address port = at(domain, 0, bus / 8, bus % 8);

			add(port, CLASS_PORT, 0x8086, nothing_above);
			if (bus % 3)
				add_card(domain, bus, port);
			else
				add_switched_card(domain, bus, port);
		}
	while (machine.function_count < MACHINE_MAX_FUNCTIONS)
		add(at(0x7fff, 0, machine.function_count % 32, 0), CLASS_USB, 0x8086,
		    nothing_above);
	sort_and_link();
	show_picture();
	CHECK(machine.function_count == MACHINE_MAX_FUNCTIONS);
	for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
		double start;

		new_config(wishes[i]);
		start = milliseconds();
		make_plan(&config, &machine, MOMENT_NEXT_BOOT, &plan);
		printf("make_plan on %u functions: %.1f ms, %u decisions (%.40s)\n",
		       machine.function_count, milliseconds() - start, plan.decision_count,
		       config.rules[0].text);
		CHECK(one_card_has_one_fate());
	}
}

static uint64_t number_from(const char *variable, uint64_t otherwise)
{
	const char *value = getenv(variable);

	return value && *value ? strtoull(value, NULL, 10) : otherwise;
}

int main(void)
{
	first_seed = number_from("EARLYBIND_SEED", (uint64_t)time(NULL) * 1000);
	rounds = number_from("EARLYBIND_ROUNDS", ROUNDS);
	printf("EARLYBIND_SEED=%llu EARLYBIND_ROUNDS=%lu\n", (unsigned long long)first_seed,
	       rounds);
	RUN(random_lines_on_random_machines);
	RUN(cards_of_any_tree);
	RUN(largest_machine);
	return END();
}
