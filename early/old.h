/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is left of the old ways beside a configuration: what of it fights with that, and what is only not needed any
 * more. */
#ifndef EARLYBIND_OLD_H
#define EARLYBIND_OLD_H

#include "finding.h"
#include "remnant.h"

enum old_kind {
	/* these fight: the machine is not as asked */
	OLD_IDS_TOOK, /* ids= took on this boot what the configuration does not give to that driver */
	OLD_IDS_FIRST, /* ids= took a chosen display before earlybind could hold it for the prompt */
	OLD_OVERRIDE_FIGHTS, /* a saved override is not what the configuration asks for */
	/* these do not: they are told, and the machine is as asked all the same */
	OLD_IDS_BEYOND, /* ids= asks for more than the configuration, and did not get it */
	OLD_BLACKLIST_OF_HOST, /* of a driver that functions that stay would have, and have none */
	/* and whether these are there or not makes no difference */
	OLD_IDS_NEEDLESS,
	OLD_STRAY_IDS,
	OLD_FOREIGN_OPTION,
	OLD_SOFTDEP,
	OLD_BLACKLIST, /* of a driver that only chosen functions would have */
	OLD_MODULES,
	OLD_OVERRIDE,
	OLD_UNREAD, /* what is there and cannot be read: all of it is one of these */
};

struct old_way {
	enum old_kind kind;
	uint16_t remnant; /* index into remnants.of; unused of OLD_UNREAD */
};

#define OLD_WAYS_MOST (REMNANTS_MOST + 1)

struct old_ways {
	const struct remnants *remnants;
	bool vfio_pci_set_aside; /* earlybind loaded the driver on this boot, with an empty ids= */
	bool pci_stub_set_aside;
	bool unsure; /* something that cannot be read may be one that fights */
	uint16_t count;
	uint16_t fights; /* of these, before OLD_IDS_BEYOND */
	struct old_way of[OLD_WAYS_MOST];
};

/* What an ids= comes to for one function. */
enum old_effect {
	EFFECT_NONE, /* it does not name it */
	EFFECT_SAME, /* the configuration asks for the same */
	EFFECT_BEYOND, /* the configuration does not, and this boot did not do it either */
	EFFECT_FIRST, /* OLD_IDS_FIRST */
	EFFECT_TOOK, /* OLD_IDS_TOOK */
};

/* Of a REMNANT_IDS, by its index. */
enum old_effect old_effect_of_ids(const struct old_ways *old, const struct machine *machine,
				  const struct plan *plan, uint16_t remnant, uint16_t f);

/* The driver whose ids= it is: "vfio-pci" or "pci-stub". */
const char *old_driver(const struct remnant *remnant);

/* Whether that driver is a module, part of the kernel, or not there now. */
enum driver_state old_driver_state(const struct old_ways *old, const struct machine *machine,
				   const struct remnant *remnant);

/* Whether a function that stays with the host is of the kind that this blacklisted driver is for, and has none. */
bool old_blacklist_bares(const struct machine *machine, const struct plan *plan, const char *driver,
			 uint16_t f);

/* Whether the remnant, by its index, is of ids behind a blank that are told with those before it on their line. */
bool old_goes_with_stray(const struct remnants *remnants, uint16_t remnant);

/* Whether vfio_virqfd is no module any more: it became a part of vfio in Linux 6.2 (e2d55709398e). Not where the
 * kernel hides its version. */
bool old_virqfd_is_gone(const struct kernel *kernel);

/* Whether this boot had what the remnant says of the function. */
bool old_in_force(const struct old_ways *old, const struct machine *machine, uint16_t remnant,
		  uint16_t f);

/* Sets the way of findings on functions that another driver has: the list of what is loaded early that names it. Not where this
 * boot has bound or held the function: then that driver came later. */
void find_ways(const struct remnants *remnants, const struct machine *machine,
	       const struct plan *plan, struct findings *findings);

/* Compares what is left of the old ways with the plan for the next boot and with what this boot did. Finds nothing
 * where no rule asks for anything: then the old ways are the only ones. Functions that have vfio-pci or pci-stub
 * want binding_read before it. Touches nothing but *old. */
void find_old_ways(const struct remnants *remnants, const struct config *config,
		   const struct machine *machine, const struct plan *plan,
		   const struct report *report, struct old_ways *old);

#endif
