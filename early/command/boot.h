/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What claim and finish have in common: whether to act at all on this boot, the log, the report. */
#ifndef EARLYBIND_BOOT_H
#define EARLYBIND_BOOT_H

#include "act/carry.h"
#include "act/log.h"
#include "command/command.h"

enum boot_stage {
	BOOT_CLAIM,
	BOOT_LATE, /* claim of one function that has just appeared */
	BOOT_FOLLOW,
	BOOT_RELEASE,
	BOOT_FINISH, /* with an operand */
	BOOT_HELD, /* without: in the running system */
};

/* Reads everything a boot command decides by: in an initramfs of ours, for BOOT_HELD in the running system, for BOOT_LATE in
 * either. Returns true when there is something to do; else *status is what the command is to end with, and the reason has been
 * logged where the boot was to do something. */
bool boot_prepare(struct context *context, enum boot_stage stage, enum status *status);

/* Logs one printf-like line. */
void boot_log(const struct context *context, enum log_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Logs what became of one decision. */
void boot_log_result(const struct context *context, uint16_t decision);

/* How the plan is carried out: each result goes to `told`. */
struct carry boot_carry(const struct context *context,
			void (*told)(const struct carry *carry, uint16_t decision));

/* Says on the console in front that its screen may go with this decision's card: for carry.last_words. */
void boot_last_words(const struct carry *carry, uint16_t decision);

/* Writes /run/earlybind/<stage> with the results of the decisions that `wanted` is true of (all where it is NULL), and logs how
 * long the stage took. A report that cannot be written is logged: the boot goes on. */
void boot_report(const struct context *context, const char *stage,
		 bool (*wanted)(const struct context *context, uint16_t decision));

/* Whether a result is what was asked for, as far as this stage can bring it. */
bool boot_as_asked(enum result result);

#endif
