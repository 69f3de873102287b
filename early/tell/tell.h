/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nouns into words, for a tired person at a broken machine. Opens nothing. */
#ifndef EARLYBIND_TELL_H
#define EARLYBIND_TELL_H

#include <stdio.h>

#include "finding.h"
#include "images.h"
#include "import.h"
#include "names.h"
#include "old.h"
#include "outcome.h"
#include "plan.h"
#include "tell/colour.h"
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

/* Words in lines of at most 100 columns: the first one behind `head`, each further one behind `next`, or, where that is NULL,
 * below the first word. What stands between `these` is not broken, nor a command before or behind an option. A word that is longer
 * than a line is broken, and what a terminal would obey is shown as `?`. Nothing, no head either, of no words. */
void tell_lines(FILE *out, enum tone tone, const char *head, const char *next, const char *words);

/* The same behind `head`, in the lines below the first word. */
void tell_words(FILE *out, const char *head, const char *words);

/* The same of a sentence that has no head: further lines begin with four blanks, as no other line does. */
void tell_sentence(FILE *out, enum tone tone, const char *sentence);

/* Every card with its functions, their names, IOMMU groups and drivers, what it shows and carries, and the line that chooses it,
 * in at most 100 columns. Wants a plan without rules. */
void tell_list(FILE *out, const struct machine *machine, const struct plan *plan,
	       const struct names *names);

/* The same as a JSON document; earlybind(8) tells its members. */
void tell_list_document(FILE *out, const struct machine *machine, const struct plan *plan,
			const struct names *names);

/* What a function's class says that it is: "HD audio". */
const char *tell_class(uint32_t class);

/* The chosen functions as <hostdev> elements of a libvirt domain, those of a card in one slot of the guest. */
void tell_libvirt(FILE *out, const struct config *config, const struct machine *machine,
		  const struct plan *plan, const struct names *names);

/* One warning of the plan, as a sentence. */
void tell_warning(struct text *text, const struct config *config, const struct machine *machine,
		  const struct plan *plan, const struct warning *warning);

/* Where the device of a line is now that matches nothing, and the line to paste. */
void tell_moved(struct text *text, const struct config *config, const struct machine *machine,
		const struct rule *rule, uint16_t function);

/* What the owner should know before the next boot, a sentence each: first where it will not be as asked. */
void tell_warnings(FILE *out, const struct config *config, const struct machine *machine,
		   const struct plan *plan);

/* What drivers the kernel lacks: sentences with a newline behind each, but behind one that did not fit. */
void tell_missing(FILE *out, const char *missing);

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

/* Each function that is as asked, and each finding that something is not: a fact and a next step. */
void tell_findings(FILE *out, const struct config *config, const struct machine *machine,
		   const struct plan *plan, const struct findings *findings);

/* The other findings: what the owner of a card should know of it. */
void tell_notes(FILE *out, const struct config *config, const struct machine *machine,
		const struct plan *plan, const struct findings *findings);

/* All that check has found. */
struct checked {
	const struct config *config;
	const struct machine *machine;
	const struct plan *plan;
	const struct findings *findings;
	const struct old_ways *old;
	const struct images *images; /* NULL: nobody asked for them */
	const char *missing; /* sentences on drivers that the kernel lacks, a line each */
};

/* It in one sentence: "as asked: 2 functions of 1 card". */
void tell_summary(struct text *text, const struct checked *checked);
/* Who else of a bound function's IOMMU group keeps guests from it, and what to do. */
void tell_group(struct text *text, const struct machine *machine, const struct plan *plan,
		const struct function *function);

/* The same behind what is said of the function, of those alone that stay with the host. Returns whether there is one. */
bool tell_takers_of_group(struct text *text, const struct machine *machine, const struct plan *plan,
			  const struct function *function);

/* By which word earlybind was off on this boot. */
void tell_switched_off(struct text *text, const struct config *config);

/* A finding about the system, as a sentence. */
void tell_system_finding(struct text *text, const struct machine *machine, enum finding_kind kind);

/* One finding, as the clause behind its function's address, or as a sentence of the boot's. */
void tell_finding(struct text *text, const struct config *config, const struct machine *machine,
		  const struct plan *plan, const struct finding *finding);

/* What to run where the initramfs is not the one that is wanted. */
void tell_rebuild(struct text *text, const struct machine *machine);

/* Where a remnant stands: "line 2 of /etc/modprobe.d/vfio.conf", or "the kernel command line". */
void tell_remnant_place(struct text *text, const struct remnant *remnant);

/* What is left of the old ways: one of it as a sentence; what of it fights, or the rest, each as a sentence. */
void tell_old_way(struct text *text, const struct machine *machine, const struct plan *plan,
		  const struct old_ways *old, uint16_t i);
void tell_old_ways(FILE *out, const struct machine *machine, const struct plan *plan,
		   const struct old_ways *old, bool notes);
/* The word for a reason that stays, whatever becomes of the sentence: "no-group". */
const char *tell_reason_word(enum reason reason);

/* What becomes of a function, in a word. */
const char *tell_fate_word(const struct decision *decision);

/* The plan, and what check has found, as JSON documents; earlybind(8) tells their members. `missing` are sentences on drivers
 * that the kernel lacks, a line each; `images` NULL where nobody asked for them. */
void tell_plan_document(FILE *out, const struct config *config, const struct machine *machine,
			const struct plan *plan, const char *missing);
void tell_check_document(FILE *out, const struct checked *checked);

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
