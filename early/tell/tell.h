/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nouns into words, for a tired person at a broken machine. Opens nothing. */
#ifndef EARLYBIND_TELL_H
#define EARLYBIND_TELL_H

#include <stdio.h>

#include "finding.h"
#include "import.h"
#include "outcome.h"
#include "plan.h"
#include "version.h"

/* "line 3 of /etc/earlybind.conf", or "the kernel command line". */
void tell_place(struct text *text, const struct config *config, struct place at);

/* A mistake of the owner in full: "/etc/earlybind.conf:3:12: found "x", expected …". */
void tell_problem(struct text *text, const struct config *config, const struct problem *problem);

/* Every problem to a stream, a line each. */
void tell_problems(FILE *out, const struct config *config);

/* Why the plan decides so, as a clause: "it shows the firmware's picture; …". */
void tell_reason(struct text *text, const struct config *config, const struct machine *machine,
		 const struct plan *plan, uint16_t decision);

/* The same of a reason that rests on the function alone, be it chosen or not. */
void tell_cause(struct text *text, const struct machine *machine, const struct function *function,
		enum reason reason);

/* A line a chosen function: slot, what happens to it, its driver, which line asks for it and why. */
void tell_plan(FILE *out, const struct config *config, const struct machine *machine,
	       const struct plan *plan);

/* One warning of the plan, as a sentence. */
void tell_warning(struct text *text, const struct config *config, const struct machine *machine,
		  const struct plan *plan, const struct warning *warning);

/* What the owner should know before the next boot, a line each. */
void tell_warnings(FILE *out, const struct config *config, const struct machine *machine,
		   const struct plan *plan);

/* What became of a function, as the log says it: "0000:07:00.0: bound to vfio-pci (was held)".
 * Returns the kernel log's level for it. */
int tell_result(struct text *text, const struct config *config, const struct machine *machine,
		const struct plan *plan, const struct outcome *outcome, uint16_t decision);

/* That the firmware's framebuffer still has a display's memory, who keeps it, and what to do. */
void tell_memory_taken(struct text *text, const struct machine *machine);

/* The word for a result in the boot's report. */
const char *tell_result_word(enum result result);

/* The lines of the boot's report: the head once, then one a function. read/report.c reads them. */
void tell_report_head(struct text *text, const struct config *config,
		      const struct machine *machine);
void tell_report_line(struct text *text, const struct config *config, const struct machine *machine,
		      const struct plan *plan, const struct outcome *outcome, uint16_t decision);

/* The guard facts as lines of /etc/earlybind.image, each behind `prefix`; nothing where there are none. read/guard.c reads
 * them. */
void tell_guard(FILE *out, const char *prefix, const struct guard *guard);

/* Each finding, a fact and a next step, and each function that is as asked. */
void tell_findings(FILE *out, const struct config *config, const struct machine *machine,
		   const struct plan *plan, const struct findings *findings);

/* What the old ways ask for as the text of a configuration, where each line comes from, and what can be deleted. */
void tell_import(FILE *out, const struct remnants *remnants, const struct machine *machine,
		 const struct plan *plan, const struct import *import);

#endif
