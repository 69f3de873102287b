/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lies on a function, and whether it may go to a guest all the same. */
#include "decide.h"

#define CLASS_NETWORK 0x02
#define CLASS_MULTIMEDIA 0x04
#define CLASS_SIGNAL 0x11
#define CLASS_ACCELERATOR 0x12
#define CLASS_SMBUS 0x0c05
#define CLASS_UCSI 0x0c80

const struct need *need_on(const struct machine *machine, uint16_t f, enum need_kind kind)
{
	for (uint16_t n = 0; n < machine->need_count; n++)
		if (machine->needs[n].function == f && machine->needs[n].kind == kind)
			return &machine->needs[n];
	return NULL;
}

/* A disk may hang on USB, FireWire, SD, Thunderbolt and what else there may be, but not on these. */
static bool carries_no_disk(uint32_t class)
{
	switch (PCI_CLASS_BASE(class)) {
	case CLASS_NETWORK:
	case CLASS_MULTIMEDIA:
	case CLASS_SIGNAL:
	case CLASS_ACCELERATOR:
		return true;
	default:
		return class_is_display(class) || PCI_CLASS_SUB(class) == CLASS_SMBUS ||
		       PCI_CLASS_SUB(class) == CLASS_UCSI;
	}
}

static bool may_carry(uint32_t class, enum need_by by)
{
	switch (by) {
	case BY_NETWORK:
		return PCI_CLASS_BASE(class) == CLASS_NETWORK;
	case BY_DISK:
		return !carries_no_disk(class);
	case BY_OTHER:
		break;
	}
	return true;
}

bool need_may_be_on(const struct machine *machine, uint16_t f)
{
	uint32_t class = machine->functions[f].class;

	for (uint16_t n = 0; n < machine->need_count; n++)
		if (machine->needs[n].function == FUNCTION_NONE &&
		    may_carry(class, machine->needs[n].by))
			return true;
	/* Not everything could be noted. */
	return machine->needs_found != YES && machine->need_count == 0 && may_carry(class, BY_DISK);
}

enum reason need_refuses(const struct machine *machine, uint16_t f, enum moment moment, bool force)
{
	const struct guard_fact *fact = moment == MOMENT_FINISH ? NULL : guard_needed(machine, f);

	if (need_on(machine, f, NEED_ROOT) || (fact && fact->kind == GUARD_ROOT))
		return REASON_CARRIES_ROOT;
	if (force)
		return REASON_HARMLESS;
	if (need_on(machine, f, NEED_BOOT) || fact)
		return REASON_NEEDED;
	if (moment != MOMENT_FINISH)
		return REASON_HARMLESS;
	if (need_on(machine, f, NEED_USE))
		return REASON_IN_USE;
	return need_may_be_on(machine, f) ? REASON_NEED_UNKNOWN : REASON_HARMLESS;
}
