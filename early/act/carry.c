/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/carry.h"

#include <errno.h>
#include <string.h>

#include "act/attribute.h"
#include "act/console.h"
#include "act/drivers.h"
#include "act/leave.h"
#include "decide/decide.h"
#include "read/binding.h"

#define NAME_BYTES OUTCOME_NAME_BYTES

/* The decisions of one card: [first, end). */
struct card {
	uint16_t first;
	uint16_t end;
};

static struct pci_address address_of(const struct carry *carry, uint16_t d)
{
	return carry->machine->functions[carry->plan->decisions[d].function].at;
}

/* Goes to the next card; start with { 0, 0 }. Returns whether there is one. */
static bool next_card(const struct carry *carry, struct card *card)
{
	card->first = card->end;
	if (card->first == carry->plan->decision_count)
		return false;
	while (card->end < carry->plan->decision_count &&
	       carry->plan->decisions[card->end].card == carry->plan->decisions[card->first].card)
		card->end++;
	return true;
}

static void record(struct carry *carry, uint16_t d, struct result_of result)
{
	carry->outcome->of[d] = result;
	if (carry->told)
		carry->told(carry, d);
}

static struct result_of failure(enum step step, int error)
{
	return (struct result_of){ .result = RESULT_FAILED, .step = step, .error = -error };
}

static const struct function *function_of(const struct carry *carry, uint16_t d)
{
	return &carry->machine->functions[carry->plan->decisions[d].function];
}

/* Whether the plan wants the function, and it is not where it should be already. */
static bool is_ours(const struct carry *carry, uint16_t d)
{
	const struct decision *decision = &carry->plan->decisions[d];

	return decision->fate != FATE_REFUSE && decision->reason != REASON_ALREADY;
}

/* Takes one function off the driver that was asked for, if that one has it. Returns 0 or -errno. */
static int take_off(const struct carry *carry, uint16_t d)
{
	const char *asked = carry->plan->decisions[d].driver;
	char driver[NAME_BYTES];
	ssize_t n = binding_read_driver(carry->root, address_of(carry, d), driver, sizeof(driver));
	int error;

	if (n >= 0 && strcmp(driver, asked) != 0)
		return 0;
	/* Where the link cannot be read the kernel is told all the same: ENODEV says that it was not bound. */
	error = attribute_unbind(carry->root, address_of(carry, d), asked);
	return n < 0 && error == -ENODEV ? 0 : error;
}

static struct result_of stuck(enum step step, int error)
{
	return (struct result_of){ .result = RESULT_STUCK, .step = step, .error = -error };
}

/* Gives one function back to whatever driver wants it: the override away, off the driver that was asked for, probed again
 * (which may well find none: its own is not loaded yet). Returns `result`, or the step that failed. */
static struct result_of give_back(const struct carry *carry, uint16_t d, struct result_of result)
{
	int cleared = attribute_override(carry->root, address_of(carry, d), "");
	int taken_off = take_off(carry, d);
	int error;

	/* An override that stays keeps every driver away until the next boot. */
	if (cleared < 0)
		return stuck(STEP_CLEAR, cleared);
	if (taken_off < 0)
		return stuck(STEP_UNBIND, taken_off);
	error = attribute_probe(carry->root, address_of(carry, d));
	return error < 0 ? stuck(STEP_PROBE, error) : result;
}

/* Whether something was written of the function that is to be undone. */
static bool is_touched(const struct carry *carry, uint16_t d, bool failed, struct result_of why)
{
	/* Its driver's remove hangs, and holds the lock that each write would wait for. */
	if (failed && why.result == RESULT_HANGS)
		return false;
	switch (carry->outcome->of[d].result) {
	case RESULT_HELD:
	case RESULT_BOUND:
		return true;
	default:
		return carry->in_finish || (failed && why.step != STEP_LOAD);
	}
}

/* Gives a card back after decision `failed` of it failed. */
static void give_card_back(struct carry *carry, struct card card, uint16_t failed,
			   struct result_of why)
{
	for (uint16_t d = card.first; d < card.end; d++) {
		struct result_of result = { .result = RESULT_GIVEN_BACK };

		if (!is_ours(carry, d))
			continue;
		if (d == failed)
			result = why;
		if (is_touched(carry, d, d == failed, why))
			result = give_back(carry, d, result);
		record(carry, d, result);
	}
}

/* Takes a function from the driver that has it. Returns RESULT_HELD, or what failed. */
static struct result_of take(const struct carry *carry, uint16_t d)
{
	const char *driver = function_of(carry, d)->driver;
	int error = attribute_take(carry->root, address_of(carry, d), driver);

	if (error == -ETIMEDOUT)
		return (struct result_of){ .result = RESULT_HANGS,
					   .step = STEP_TAKE,
					   .error = -error };
	/* Somebody else was faster. */
	if (error == -ENODEV)
		error = 0;
	return error < 0 ? failure(STEP_TAKE, error) : (struct result_of){ .result = RESULT_HELD };
}

/* Keeps one function from every driver. Returns 0 or what failed. */
static struct result_of hold(const struct carry *carry, uint16_t d)
{
	struct pci_address at = address_of(carry, d);
	struct result_of held = { .result = RESULT_HELD };
	char name[NAME_BYTES];
	int error = attribute_override(carry->root, at, HELD_NAME);
	ssize_t n;

	if (error < 0)
		return failure(STEP_HOLD, error);
	n = binding_read_override(carry->root, at, name, sizeof(name));
	if (n < 0)
		return failure(STEP_HOLD, (int)n);
	if (strcmp(name, HELD_NAME) != 0)
		return failure(STEP_HOLD, -EIO);
	if (function_of(carry, d)->driver) {
		held = take(carry, d);
		if (held.result != RESULT_HELD)
			return held;
	}
	/* Since 6.12 the write does not wait for a probe that is under way. */
	n = binding_read_driver(carry->root, at, name, sizeof(name));
	if (n < 0)
		return failure(STEP_READ_BACK, (int)n);
	if (n > 0) {
		held = failure(STEP_READ_BACK, 0);
		memcpy(held.driver, name, (size_t)n + 1);
	}
	return held;
}

/* Tells what the whole card came to, once nothing of it can be given back any more. */
static void tell_card(struct carry *carry, struct card card)
{
	for (uint16_t d = card.first; d < card.end; d++)
		if (is_ours(carry, d))
			record(carry, d, carry->outcome->of[d]);
}

/* Holds every function of a card that is not to keep its driver. Returns whether any waits for a driver of ours then. */
static bool hold_card(struct carry *carry, struct card card)
{
	bool any = false;

	for (uint16_t d = card.first; d < card.end; d++) {
		struct result_of result = { .result = RESULT_WAITS };

		if (!is_ours(carry, d))
			continue;
		if (carry->plan->decisions[d].fate != FATE_WAIT)
			result = hold(carry, d);
		if (result.result != RESULT_HELD && result.result != RESULT_WAITS) {
			give_card_back(carry, card, d, result);
			return false;
		}
		carry->outcome->of[d] = result;
		any = true;
	}
	return any;
}

/* Has one function probed by the driver whose name is in its override already. */
static struct result_of bind(const struct carry *carry, uint16_t d)
{
	struct pci_address at = address_of(carry, d);
	struct result_of result = { .result = RESULT_BOUND };
	char name[NAME_BYTES];
	int error = attribute_probe(carry->root, at);
	ssize_t n;

	if (error < 0)
		return failure(STEP_PROBE, error);
	/* The write succeeds when nothing was bound, too. */
	n = binding_read_driver(carry->root, at, name, sizeof(name));
	if (n < 0)
		return failure(STEP_READ_BACK, (int)n);
	if (strcmp(name, carry->plan->decisions[d].driver) != 0) {
		result = failure(STEP_READ_BACK, 0);
		memcpy(result.driver, name, (size_t)n + 1);
	}
	return result;
}

/* The first decision of the card whose binding may take the console's framebuffer away, or card.end. */
static uint16_t first_mover(const struct carry *carry, struct card card)
{
	uint16_t d = card.first;

	while (d < card.end && !(is_ours(carry, d) && carry->plan->decisions[d].moves_console))
		d++;
	return d;
}

/* The driver link alone would say "bound" of a display whose memory no guest can map. */
static void look_at_memory(struct carry *carry, uint16_t d)
{
	if (carry->plan->decisions[d].moves_console &&
	    !console_lets_go(carry->root, carry->machine, carry->plan->decisions[d].function))
		carry->outcome->of[d].result = RESULT_MEMORY_TAKEN;
}

/* Writes the driver's name into the override of each function of the card, and takes it from the driver that it waited with. Returns
 * whether that went well; else the card has been given back. */
static bool name_card(struct carry *carry, struct card card)
{
	for (uint16_t d = card.first; d < card.end; d++) {
		struct result_of result = { .result = RESULT_HELD };
		int error;

		if (!is_ours(carry, d))
			continue;
		error = attribute_override(carry->root, address_of(carry, d),
					   carry->plan->decisions[d].driver);
		if (error < 0)
			result = failure(STEP_NAME, error);
		else if (carry->in_finish && function_of(carry, d)->driver)
			result = take(carry, d);
		if (result.result != RESULT_HELD) {
			give_card_back(carry, card, d, result);
			return false;
		}
	}
	return true;
}

static void bind_card(struct carry *carry, struct card card)
{
	if (!name_card(carry, card))
		return;
	for (uint16_t d = card.first; d < card.end; d++) {
		struct result_of result;

		if (!is_ours(carry, d))
			continue;
		result = bind(carry, d);
		if (result.result != RESULT_BOUND)
			return give_card_back(carry, card, d, result);
		carry->outcome->of[d] = result;
		look_at_memory(carry, d);
	}
	tell_card(carry, card);
}

/* What it came to where the console could not be moved: nothing of the card was touched. */
static void leave_card(struct carry *carry, struct card card, int error)
{
	for (uint16_t d = card.first; d < card.end; d++) {
		struct result_of result = { .step = STEP_CONSOLE, .error = -error };

		if (!is_ours(carry, d))
			continue;
		result.result =
			function_is_held(function_of(carry, d), carry->plan->decisions[d].driver) ?
				RESULT_STAYS_HELD :
				RESULT_STILL_WAITS;
		record(carry, d, result);
	}
}

/* Binds a card, with the console out of its way before, and back on some framebuffer after. */
static void give_card_away(struct carry *carry, struct card card)
{
	uint16_t mover = first_mover(carry, card);
	int error = mover < card.end ? leave_screen(carry, card.first, card.end, mover) : 0;

	if (error)
		return leave_card(carry, card, error);
	bind_card(carry, card);
	leave_finished(carry);
}

/* Whether the function is to have a driver of ours, now or, in claim, later. */
static bool wants_driver(const struct carry *carry, uint16_t d)
{
	enum result result = carry->outcome->of[d].result;

	if (carry->in_finish)
		return is_ours(carry, d) && carry->plan->decisions[d].fate == FATE_BIND;
	return result == RESULT_HELD || result == RESULT_WAITS;
}

/* Loads every driver that something is held for, or waits for. */
static void load_drivers(struct carry *carry)
{
	for (uint16_t d = 0; d < carry->plan->decision_count; d++)
		if (wants_driver(carry, d))
			drivers_load(carry->root, carry->outcome, carry->plan->decisions[d].driver);
}

/* The decision of the card whose driver is not there, or card.end. */
static uint16_t first_without_driver(const struct carry *carry, struct card card)
{
	uint16_t d = card.first;

	for (; d < card.end; d++) {
		const struct load *load =
			drivers_find(carry->outcome, carry->plan->decisions[d].driver);

		if (is_ours(carry, d) && (!load || load->error))
			break;
	}
	return d;
}

static struct result_of load_failure(const struct carry *carry, uint16_t d)
{
	const struct load *load = drivers_find(carry->outcome, carry->plan->decisions[d].driver);

	return failure(STEP_LOAD, load ? -load->error : -E2BIG);
}

/* What claim held, and finish will never bind, is the host's again. */
static struct result_of refuse(const struct carry *carry, uint16_t d)
{
	struct result_of refused = { .result = RESULT_REFUSED };

	if (carry->in_finish &&
	    function_is_held(function_of(carry, d), carry->plan->decisions[d].driver))
		return give_back(carry, d, refused);
	return refused;
}

/* Records what needs no card's functions together. */
static void begin(struct carry *carry, bool in_finish)
{
	carry->in_finish = in_finish;
	carry->outcome->load_count = 0;
	carry->outcome->console = (struct console_move){ .to = FUNCTION_NONE };
	for (uint16_t d = 0; d < carry->plan->decision_count; d++) {
		carry->outcome->of[d] = (struct result_of){ .result = RESULT_UNTOUCHED };
		if (carry->plan->decisions[d].reason == REASON_ALREADY)
			record(carry, d, (struct result_of){ .result = RESULT_WAS_BOUND });
		else if (!is_ours(carry, d))
			record(carry, d, refuse(carry, d));
	}
}

/* The first decision of the card that the plan wants something done with, or card.end. */
static uint16_t first_ours(const struct carry *carry, struct card card)
{
	uint16_t d = card.first;

	while (d < card.end && !is_ours(carry, d))
		d++;
	return d;
}

/* Goes through the cards whose functions have not failed yet, and binds those whose time it is. */
static void bind_cards(struct carry *carry)
{
	for (struct card card = { 0 }; next_card(carry, &card);) {
		uint16_t ours = first_ours(carry, card);
		uint16_t without;

		if (ours == card.end || !wants_driver(carry, ours))
			continue;
		without = first_without_driver(carry, card);
		if (without < card.end)
			give_card_back(carry, card, without, load_failure(carry, without));
		else if (carry->plan->decisions[ours].fate == FATE_BIND)
			give_card_away(carry, card);
		else
			tell_card(carry, card);
	}
}

void carry_claim(struct carry *carry)
{
	bool any = false;

	begin(carry, false);
	for (struct card card = { 0 }; next_card(carry, &card);)
		any |= hold_card(carry, card);
	if (!any)
		return;
	load_drivers(carry);
	bind_cards(carry);
}

void carry_finish(struct carry *carry)
{
	begin(carry, true);
	for (uint16_t d = 0; d < carry->plan->decision_count; d++) {
		const struct decision *decision = &carry->plan->decisions[d];

		if (is_ours(carry, d) && decision->fate != FATE_BIND)
			record(carry, d,
			       (struct result_of){ .result = decision->fate == FATE_HOLD ?
								     RESULT_STAYS_HELD :
								     RESULT_STILL_WAITS });
	}
	load_drivers(carry);
	bind_cards(carry);
}

/* Whether a disk that the root is on may hang on the function by now, or its line gave it away unasked for. */
static bool may_be_missed(const struct carry *carry, uint16_t d)
{
	const struct decision *decision = &carry->plan->decisions[d];

	return decision->reason == REASON_ALREADY &&
	       (class_is_storage(function_of(carry, d)->class) ||
		carry->plan->of[decision->function].choice.early);
}

void carry_release(struct carry *carry)
{
	for (uint16_t d = 0; d < carry->plan->decision_count; d++)
		carry->outcome->of[d] = (struct result_of){ .result = RESULT_UNTOUCHED };
	for (struct card card = { 0 }; next_card(carry, &card);) {
		bool missed = false;

		for (uint16_t d = card.first; d < card.end; d++)
			missed |= may_be_missed(carry, d);
		for (uint16_t d = card.first; missed && d < card.end; d++)
			if (carry->plan->decisions[d].reason == REASON_ALREADY ||
			    function_is_held(function_of(carry, d),
					     carry->plan->decisions[d].driver))
				record(carry, d,
				       give_back(carry, d,
						 (struct result_of){ .result = RESULT_RELEASED }));
	}
}
