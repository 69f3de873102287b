/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nouns into words, for a tired person at a broken machine. Opens nothing. */
#ifndef EARLYBIND_TELL_H
#define EARLYBIND_TELL_H

#include <stdio.h>

#include "finding.h"
#include "images.h"
#include "import.h"
#include "names.h"
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

/* Words in lines of at most 100 columns behind `head`, which is shorter; the lines after the first one begin below the first word.
 * A word that is longer than a line is broken, and what a terminal would obey is shown as `?`. Nothing, no head either, of no
 * words. */
void tell_words(FILE *out, const char *head, const char *words);

/* Every card with its functions, their names, IOMMU groups and drivers, what it shows and carries, and the line that chooses it,
 * in at most 100 columns. Wants a plan without rules. */
void tell_list(FILE *out, const struct machine *machine, const struct plan *plan,
	       const struct names *names);

/* What a function's class says that it is: "HD audio". */
const char *tell_class(uint32_t class);

/* The chosen functions as <hostdev> elements of a libvirt domain, those of a card in one slot of the guest. */
void tell_libvirt(FILE *out, const struct config *config, const struct machine *machine,
		  const struct plan *plan, const struct names *names);

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

/* One finding, as the clause behind its function's address, or as a sentence of the boot's. */
void tell_finding(struct text *text, const struct config *config, const struct machine *machine,
		  const struct plan *plan, const struct finding *finding);

/* What becomes of a function, in a word. */
const char *tell_fate_word(const struct decision *decision);

/* The plan, and what check has found, as JSON documents; earlybind(8) tells their members. `missing` are sentences on drivers
 * that the kernel lacks, a line each; `images` NULL where nobody asked for them. */
void tell_plan_document(FILE *out, const struct config *config, const struct machine *machine,
			const struct plan *plan, const char *missing);
void tell_check_document(FILE *out, const struct config *config, const struct machine *machine,
			 const struct plan *plan, const struct findings *findings,
			 const char *missing, const struct images *images);

/* The command that builds every image again, with this generator or, of NULL, with each. */
void tell_rebuild_command(struct text *text, const char *generator);

/* What was found of the images on disk, a sentence each; one of them; and all as the member "images" of a document. */
void tell_images(FILE *out, const struct machine *machine, const struct images *images);
void tell_image(struct text *text, const struct machine *machine,
		const struct image_finding *finding);
struct json;
void tell_images_document(struct json *json, const struct machine *machine,
			  const struct images *images);

/* What the old ways ask for as the text of a configuration, where each line comes from, and what can be deleted. */
void tell_import(FILE *out, const struct remnants *remnants, const struct machine *machine,
		 const struct plan *plan, const struct import *import);

#endif
