/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libvirt takes the guest's address whole or not at all: of <address type='pci' function='0x1'/> it keeps nothing, and puts each
 * function into a slot of its own (seen with 9.0). So a card of several functions gets a bus: behind a root port of a q35 machine
 * a bus has the one slot 0. libvirt makes the root ports that are missing up to the bus that is named, and refuses one that is
 * taken. A function alone goes where libvirt wants.
 */
#include <string.h>

#include "tell/tell.h"

/* Behind what a new guest's other devices take, and within the 14 root ports that virt-install makes. */
#define FIRST_BUS 0x0a
#define LAST_BUS 0xff
#define SLOT_FUNCTIONS 8
#define SENTENCE_BYTES 2048

/* In a comment of XML no two dashes may follow each other; and what is no ASCII might be no UTF-8. */
static void print_comment(FILE *out, const char *sentence)
{
	char clean[SENTENCE_BYTES + 8];
	size_t n = 0;

	for (const char *at = sentence; *at && n < SENTENCE_BYTES; at++) {
		bool bad = (*at == '-' && n && clean[n - 1] == '-') || *at < ' ' || *at > '~';

		clean[n++] = bad ? '?' : *at;
	}
	snprintf(clean + n, sizeof(clean) - n, " -->");
	tell_words(out, "<!-- ", clean);
}

/* Whether a guest can have what is bound so: VFIO drivers for single devices have the word in their names. */
static bool is_for_guests(const struct decision *decision)
{
	return decision->fate != FATE_REFUSE && strstr(decision->driver, "vfio");
}

static void tell_left_out(FILE *out, const struct config *config, const struct machine *machine,
			  const struct plan *plan, uint16_t d)
{
	const struct decision *decision = &plan->decisions[d];
	char sentence[SENTENCE_BYTES];
	struct text text = TEXT_OVER(sentence);

	text_clear(&text);
	text_add(&text, ADDRESS_FORMAT " is left out: ",
		 ADDRESS_PARTS(machine->functions[decision->function].at));
	if (decision->fate == FATE_REFUSE)
		tell_reason(&text, config, machine, plan, d);
	else
		text_add(&text, "with the driver %s no guest can have it", decision->driver);
	print_comment(out, sentence);
}

/* The functions of one card in the guest's slot. */
struct slot {
	uint16_t first, end; /* decisions[first..end), which are at most SLOT_FUNCTIONS */
	uint16_t count; /* of these, for guests */
	uint16_t at
		[SLOT_FUNCTIONS]; /* the decision that is this function of the slot, or PLACE_FREE */
};

#define PLACE_FREE UINT16_MAX

/* Gives each function its own number where it can have that: drivers look for a card's audio at function 1. A slot without a
 * function 0 is empty for the guest, and two slots of the host may both have one. */
static void fill_slot(const struct machine *machine, const struct plan *plan, struct slot *slot)
{
	for (unsigned i = 0; i < SLOT_FUNCTIONS; i++)
		slot->at[i] = PLACE_FREE;
	slot->count = 0;
	for (uint16_t d = slot->first; d < slot->end; d++) {
		uint8_t own = machine->functions[plan->decisions[d].function].at.function;
		uint8_t place = slot->count == 0 ? 0 : own;

		if (!is_for_guests(&plan->decisions[d]))
			continue;
		while (slot->at[place] != PLACE_FREE)
			place = (uint8_t)((place + 1) % SLOT_FUNCTIONS);
		slot->at[place] = d;
		slot->count++;
	}
}

/* `bus` is the guest's, 0 where libvirt is to choose. */
static void print_hostdev(FILE *out, struct pci_address at, unsigned bus, unsigned function)
{
	fprintf(out,
		"<hostdev mode='subsystem' type='pci' managed='no'>\n"
		"  <source>\n"
		"    <address domain='0x%04x' bus='0x%02x' slot='0x%02x' function='0x%x'/>\n"
		"  </source>\n",
		ADDRESS_PARTS(at));
	if (bus)
		fprintf(out,
			"  <address type='pci' domain='0x0000' bus='0x%02x' slot='0x00' "
			"function='0x%x'%s/>\n",
			bus, function, function == 0 ? " multifunction='on'" : "");
	fprintf(out, "</hostdev>\n");
}

static void print_head(FILE *out)
{
	fprintf(out,
		"<!-- To paste into <devices> of the guest: virsh edit GUEST. The functions of a "
		"card share one slot,\n"
		"     on bus 0x%02x for the first card. That is right in a q35 machine. Where "
		"libvirt complains of\n"
		"     double use of an address, write another bus. In an i440fx machine write "
		"bus='0x00', and for the\n"
		"     first card slot='0x10', for the next '0x11'. -->\n",
		FIRST_BUS);
}

/* What the function is called. */
static void print_name(FILE *out, const struct machine *machine, const struct names *names,
		       uint16_t f)
{
	char sentence[SENTENCE_BYTES];
	struct text text = TEXT_OVER(sentence);
	const char *name = names->of[f].device;

	text_clear(&text);
	text_add(&text, ADDRESS_FORMAT ": %s", ADDRESS_PARTS(machine->functions[f].at),
		 name ? name : tell_class(machine->functions[f].class));
	print_comment(out, sentence);
}

static void print_card(FILE *out, const struct machine *machine, const struct plan *plan,
		       const struct names *names, const struct slot *slot, unsigned bus)
{
	for (unsigned i = 0; i < SLOT_FUNCTIONS; i++)
		if (slot->at[i] != PLACE_FREE) {
			uint16_t f = plan->decisions[slot->at[i]].function;

			print_name(out, machine, names, f);
			print_hostdev(out, machine->functions[f].at, bus, i);
		}
}

void tell_libvirt(FILE *out, const struct config *config, const struct machine *machine,
		  const struct plan *plan, const struct names *names)
{
	unsigned bus = FIRST_BUS;
	struct slot slot;

	print_head(out);
	for (slot.first = 0; slot.first < plan->decision_count; slot.first = slot.end) {
		uint16_t card = plan->decisions[slot.first].card;
		bool together;

		slot.end = slot.first;
		while (slot.end < plan->decision_count && plan->decisions[slot.end].card == card &&
		       slot.end - slot.first < SLOT_FUNCTIONS)
			slot.end++;
		fill_slot(machine, plan, &slot);
		together = slot.count > 1 && bus <= LAST_BUS;
		print_card(out, machine, plan, names, &slot, together ? bus : 0);
		bus += together;
		for (uint16_t d = slot.first; d < slot.end; d++)
			if (!is_for_guests(&plan->decisions[d]))
				tell_left_out(out, config, machine, plan, d);
	}
}
