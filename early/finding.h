/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What check tells the owner: what the boot did, and where the machine is not as asked. */
#ifndef EARLYBIND_FINDING_H
#define EARLYBIND_FINDING_H

#include "plan.h"

struct remnant;

#define REPORT_TEXT_BYTES (4 * 1024 * 1024)
#define REPORT_MAX_LINES (4 * MACHINE_MAX_FUNCTIONS) /* each stage can have one of each */

/* The report's words for some results. */
#define REPORT_HANGS "hangs"
#define REPORT_HELD "held"
#define REPORT_WAITS "waits"
#define REPORT_FAILED "failed"
#define REPORT_BOUND "bound"
#define REPORT_WAS_BOUND "was-bound"

/* The key of a report's line that says why claim did nothing. */
#define REPORT_NOTHING "nothing"
#define REPORT_UNREAD "unread" /* the machine: another image does not help */

/* These begin the name of the report on a function that appeared after claim, in the initramfs or in the running system; its
 * address follows. */
#define REPORT_LATE "late-"
#define REPORT_ADDED "added-"

/* What the boot wrote down of one function, in one of its stages. */
struct report_line {
	struct pci_address at;
	const char *result; /* the report's word */
	const char *sentence; /* as the log had it, behind the address */
};

/* The boot's report: what claim, finish and the running system's finish left under /run/earlybind. */
struct report {
	bool there; /* claim ran on this boot */
	bool finished; /* finish ran */
	bool planned_only; /* earlybind=plan */
	bool too_new; /* a newer version wrote it */
	struct report_line
		nothing; /* the key is its result; its sentence: why claim did nothing at all (it is not `there` then), or NULL */
	uint64_t hash; /* of the configuration in the image */
	const char *generator; /* what built that; NULL: it does not tell */
	struct report_line
		lines[REPORT_MAX_LINES]; /* in the order of the stages: the last one counts */
	uint16_t line_count;
	struct text text;
	char text_bytes[REPORT_TEXT_BYTES];
};

enum finding_kind {
	/* the boot */
	FINDING_SWITCHED_OFF, /* earlybind=off, a word that counts as it, or another program's switch */
	FINDING_PLANNED_ONLY,
	FINDING_NOT_RUN, /* no report: the booted image has no earlybind, or not this configuration */
	FINDING_STALE_IMAGE, /* the image's configuration is not today's */
	FINDING_NEWER_REPORT,
	FINDING_NOT_CLAIMED, /* claim ran, and would have nothing of the image's configuration */
	FINDING_NOT_FINISHED, /* claim ran and finish did not, and something still waits for it */
	FINDING_NO_IOMMU, /* no function of the machine has a group */
	FINDING_NO_VFIO_IOMMU, /* nothing gives VFIO the IOMMU, so that no guest can have what is bound */
	FINDING_LOCKED_DOWN, /* a driver that was not loaded, and a kernel that wants signed modules */
	FINDING_UNSAFE_INTERRUPTS, /* for which VFIO gives no guest what is bound */
	/* a function */
	FINDING_HELD,
	FINDING_OTHER_DRIVER,
	FINDING_NO_DRIVER,
	FINDING_MEMORY_TAKEN, /* the driver that was asked for, and memory that no guest can map */
	FINDING_GROUP_TAKEN, /* the same, and drivers of the host on other functions of its IOMMU group */
	FINDING_LAST_TIME, /* as asked, and the next boot will refuse it */
	/* what the owner of a card should know of it; the machine is as asked all the same */
	FINDING_NO_RESET,
	FINDING_BAD_RESET, /* of a family that its only reset is known not to help */
	FINDING_BUS_RESET, /* the only one: not every card survives it */
	FINDING_BOOT_CARD, /* the firmware starts on it */
	FINDING_NO_OVERRIDE, /* its driver is right, and nothing keeps others away once that lets go of it */
	/* the same of the system */
	FINDING_NO_VIRTUALIZATION, /* the processor shows none */
	FINDING_NO_KVM, /* not loaded */
	FINDING_CLOSED_GROUP, /* whoever asks cannot open its node */
	FINDING_UNSEEN, /* they cannot see either what lies on a storage function that is chosen */
	FINDING_SIGNED_COMMAND_LINE, /* the way back by earlybind=off is closed */
};

/* Whether a finding is about one function, which its decision names. */
static inline bool finding_has_function(enum finding_kind kind)
{
	return kind >= FINDING_HELD && kind < FINDING_NO_VIRTUALIZATION;
}

struct finding {
	enum finding_kind kind;
	uint16_t decision; /* findings of a function */
	const struct report_line *line; /* what the boot said of the function, or NULL */
	const struct remnant
		*way; /* of FINDING_OTHER_DRIVER: what made the driver come early, or NULL */
};

#define MAX_FINDINGS (3 * MACHINE_MAX_FUNCTIONS + 8)

struct findings {
	struct finding of[MAX_FINDINGS];
	uint32_t count;
	uint32_t not_as_asked; /* of these, before FINDING_NO_RESET */
	bool as_asked[MACHINE_MAX_FUNCTIONS]; /* one for each decision */
};

void findings_add(struct findings *findings, struct finding finding);

/* Adds what guests and the way back lack in the running system, and what a boot that stopped half way has left. */
void find_of_system(const struct machine *machine, const struct plan *plan,
		    const struct report *report, struct findings *findings);

/* Whether no function of the machine has an IOMMU group. */
bool iommu_is_off(const struct machine *machine);

/* The last line that the boot wrote of this function, or NULL. */
const struct report_line *report_last_line(const struct report *report, struct pci_address at);

/* Whether the driver of this function hung on this boot when it was to let go. */
bool report_says_hanging(const struct report *report, struct pci_address at);

/* Whether a function of an IOMMU group keeps guests from the others of it: its driver is one that does DMA for the host
 * (driver_managed_dma of struct pci_driver, drivers/iommu/iommu.c; before Linux 5.19 vfio_dev_viable of drivers/vfio/vfio.c,
 * which took no offence at what has a bridge's header). */
bool function_takes_group(const struct machine *machine, uint16_t f);

/* Compares the machine with what the configuration asks for. `plan` is the plan for the next boot. Touches
 * nothing but *findings. */
void find(const struct config *config, const struct machine *machine, const struct plan *plan,
	  const struct report *report, struct findings *findings);

#endif
