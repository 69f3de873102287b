/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pure parts that make_plan is put together from. No I/O, no allocation, no globals. */
#ifndef EARLYBIND_DECIDE_H
#define EARLYBIND_DECIDE_H

#include "plan.h"

/* Whether a function's address is one of those that a slot means. */
bool slot_matches(const struct slot_pattern *slot, struct pci_address at);

/* Whether a function's ids, and its class of 24 bits, are among those that a pattern means. */
bool id_matches(const struct id_pattern *id, uint16_t vendor, uint16_t device, uint32_t class);

/* Finds out which functions make up a card: those of one domain, bus and device, bridges left out; and all below a switch
 * of the card's own vendor that has only displays and HD audio below it (Intel Arc). Fills plan->of[].card and
 * plan->picture_unknown. */
void find_cards(const struct machine *machine, struct plan *plan);

/* The function that a card is known by: its first display, or its first function; no virtual one, unless it has no other.
 * `card` is the card's first. Wants find_cards before it. */
uint16_t face_of_card(const struct machine *machine, const struct plan *plan, uint16_t card);

/* Whether the function's ids are those of no other card's, so that `bind card id` with them means one card. Wants find_cards
 * before it. */
bool id_means_one_card(const struct machine *machine, const struct plan *plan, uint16_t f);

/* Whether a function meets a line's conditions. UNKNOWN where that rests on who shows the picture, and nobody can tell. Wants
 * find_cards before it. */
enum truth rule_matches(const struct config *config, const struct rule *rule,
			const struct machine *machine, const struct plan *plan, uint16_t f);

/* Whether some function might meet the line's conditions, whatever only the details of it can tell. */
bool rule_may_match(const struct config *config, const struct rule *rule,
		    const struct machine *machine, uint16_t f);

/* Fills plan->of[].choice and plan->matches, and lists every function that is chosen and not kept. */
void match_rules(const struct config *config, const struct machine *machine, struct plan *plan);

/* Whether a bind line chooses the function, by itself or with its card, and no keep line takes it away again. Wants
 * match_rules before it. */
bool rule_chooses(const struct config *config, uint16_t rule, const struct machine *machine,
		  const struct plan *plan, uint16_t f);

/* Finds the display that stays with the host and has a screen by its own driver, one with a framebuffer first. Returns its index,
 * or FUNCTION_NONE. Wants match_rules before it. */
uint16_t find_screen(const struct machine *machine, const struct plan *plan);

/* Why binding this display could take the framebuffer away that the console is on; REASON_DISPLAY where it could not. */
enum reason console_danger(const struct machine *machine, const struct function *function,
			   enum moment moment);

/* Decides for one function by itself, whatever the rest of its card does. Wants plan->screen. */
void decide_alone(const struct machine *machine, const struct plan *plan, enum moment moment,
		  struct decision *decision);

/* Why the function would be refused if a line without `force` chose it; REASON_HARMLESS where it would not. */
enum reason refusal_of(const struct machine *machine, const struct plan *plan, enum moment moment,
		       uint16_t f);

/* One card, one fate: the chosen functions of a card wait, or are refused, together. */
void join_cards(const struct machine *machine, enum moment moment, struct plan *plan);

/* How a function waits: held where no driver has it, else with its driver. At the desk only a driver that is part of the kernel image
 * has it before claim. */
enum fate waiting_fate(const struct function *function, enum moment moment);

/* Fills plan->warnings. Wants join_cards before it. */
void find_warnings(const struct config *config, const struct machine *machine, enum moment moment,
		   struct plan *plan);

/* Whether claim held the function for this driver. */
bool function_is_held(const struct function *function, const char *driver);

/* The first of what lies on the function that is of this kind, or NULL. */
const struct need *need_on(const struct machine *machine, uint16_t f, enum need_kind kind);

/* Whether something that the boot needs, or that is in use, lies nobody knows where, and may well lie on the function. */
bool need_may_be_on(const struct machine *machine, uint16_t f);

/* Why the function is never bound, unless its line says force: what the boot needs, as far as the moment can tell. REASON_HARMLESS
 * where there is no such thing. */
enum reason need_refuses(const struct machine *machine, uint16_t f, enum moment moment, bool force);

/* Makes the guard facts of a machine whose needs_read found everything: each storage function, each on which something is that
 * the boot needs or a disk that is in use, and each line's functions. Where that is not so, or there is no room, guard->there
 * is false. */
void guard_make(const struct machine *machine, struct guard *guard);

/* What the image's facts say of a storage function: YES where the boot does without it, and every function that it does need is
 * where it was, every slot and id on the way; NO where it needs it or a disk on it was in use; else UNKNOWN. */
enum truth guard_clears(const struct machine *machine, uint16_t f);

/* The fact that the boot needs what is in this slot and has this id, or NULL. */
const struct guard_fact *guard_needed(const struct machine *machine, uint16_t f);

/* Adds the functions on which the image saw a line, as struct line calls it, at build. Returns YES, or UNKNOWN where it did not, or
 * one of them is not where it was. */
enum truth guard_line(const struct machine *machine, const char *identity,
		      struct functions *functions);

/* The function that a line with a slot or path and an id meant, where that id is nowhere but at another place now, and no line
 * means it there; else FUNCTION_NONE. Wants match_rules before it. */
uint16_t find_moved(const struct config *config, const struct rule *rule,
		    const struct machine *machine, const struct plan *plan);

/* Whether every keyboard that there is now hangs below a function that the plan gives away. */
bool keyboards_all_go(const struct machine *machine, const struct plan *plan);

/* Whether this kernel takes the console's framebuffer away when any VGA card is bound to vfio-pci:
 * 6.0 to 6.1.46, 6.2, 6.3 and 6.4 (drivers/video/aperture.c called sysfb_disable() unasked). Where the
 * name of the kernel hides its patch level, the caution holds. */
bool kernel_evicts_for_any_vga(const struct kernel *kernel);

/* The bridge classes that are never chosen for a card and never bound: 0600 host, 0601 ISA, 0604 PCI,
 * 0607 CardBus, 0609 semi-transparent PCI. */
bool class_is_bridge(uint32_t class);
bool class_is_display(uint32_t class);
bool class_is_hd_audio(uint32_t class);
bool class_is_storage(uint32_t class);

#endif
