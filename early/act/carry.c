/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/carry.h"

#include <errno.h>
#include <string.h>

#include "act/attribute.h"
#include "act/load.h"
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

/* Gives a card back after decision `failed` of it failed. What was not touched yet needs nothing. */
static void give_card_back(struct carry *carry, struct card card, uint16_t failed,
			   struct result_of why, uint16_t touched_end)
{
	for (uint16_t d = card.first; d < card.end; d++) {
		struct result_of result = { .result = RESULT_GIVEN_BACK };

		if (!is_ours(carry, d))
			continue;
		if (d == failed)
			result = why;
		if (d < touched_end)
			result = give_back(carry, d, result);
		record(carry, d, result);
	}
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

/* The first decision of the card that is held by us now, or card.end. */
static uint16_t first_held(const struct carry *carry, struct card card)
{
	uint16_t d = card.first;

	while (d < card.end && carry->outcome->of[d].result != RESULT_HELD)
		d++;
	return d;
}

/* Tells what the whole card came to, once nothing of it can be given back any more. */
static void tell_card(struct carry *carry, struct card card)
{
	for (uint16_t d = card.first; d < card.end; d++)
		if (is_ours(carry, d))
			record(carry, d, carry->outcome->of[d]);
}

/* Holds every function of a card. Returns whether any is held then. */
static bool hold_card(struct carry *carry, struct card card)
{
	for (uint16_t d = card.first; d < card.end; d++) {
		struct result_of result;

		if (!is_ours(carry, d))
			continue;
		result = hold(carry, d);
		if (result.result != RESULT_HELD) {
			give_card_back(carry, card, d, result, (uint16_t)(d + 1));
			return false;
		}
		carry->outcome->of[d] = result;
	}
	return first_held(carry, card) < card.end;
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

static void bind_card(struct carry *carry, struct card card)
{
	for (uint16_t d = card.first; d < card.end; d++) {
		int error;

		if (!is_ours(carry, d))
			continue;
		error = attribute_override(carry->root, address_of(carry, d),
					   carry->plan->decisions[d].driver);
		if (error < 0)
			return give_card_back(carry, card, d, failure(STEP_NAME, error), card.end);
	}
	for (uint16_t d = card.first; d < card.end; d++) {
		struct result_of result;

		if (!is_ours(carry, d))
			continue;
		result = bind(carry, d);
		if (result.result != RESULT_BOUND)
			return give_card_back(carry, card, d, result, card.end);
		carry->outcome->of[d] = result;
	}
	tell_card(carry, card);
}

/* Loads one module. Returns 0 or -errno, with its name in *load. */
static int load_one(const struct carry *carry, struct load *load, const char *module,
		    const char *options)
{
	load->module = module;
	return load_module(carry->root, module, options);
}

/* Loads a driver. vfio-pci and pci-stub are to take nothing but what the plan names: an ids= of modprobe.d or of the
 * command line comes before this empty one. */
static int load_driver(const struct carry *carry, struct load *load)
{
	bool by_ids =
		strcmp(load->driver, "vfio-pci") == 0 || strcmp(load->driver, "pci-stub") == 0;
	int error = load_one(carry, load, load->driver, by_ids ? "ids=" : NULL);

	if (error == 0 && binding_driver_state(carry->root, load->driver) == DRIVER_ABSENT)
		error = -ENODEV;
	/* The IOMMU back end: no VFIO driver depends on it, and no guest starts without. */
	if (error == 0 && strstr(load->driver, "vfio"))
		error = load_one(carry, load, "vfio_iommu_type1", NULL);
	return error;
}

/* What became of loading this driver, or NULL. */
static const struct load *find_load(const struct outcome *outcome, const char *driver)
{
	for (uint8_t i = 0; i < outcome->load_count; i++)
		if (strcmp(outcome->loads[i].driver, driver) == 0)
			return &outcome->loads[i];
	return NULL;
}

/* Loads every driver that something is held for. */
static void load_drivers(struct carry *carry)
{
	struct outcome *outcome = carry->outcome;

	for (uint16_t d = 0; d < carry->plan->decision_count; d++) {
		const char *driver = carry->plan->decisions[d].driver;
		struct load *load;

		if (outcome->of[d].result != RESULT_HELD || find_load(outcome, driver) ||
		    outcome->load_count == OUTCOME_MAX_LOADS)
			continue;
		load = &outcome->loads[outcome->load_count++];
		*load = (struct load){ .driver = driver };
		load->error = -load_driver(carry, load);
	}
}

/* The decision of the card whose driver is not there, or card.end. */
static uint16_t first_without_driver(const struct carry *carry, struct card card)
{
	uint16_t d = card.first;

	for (; d < card.end; d++) {
		const struct load *load =
			find_load(carry->outcome, carry->plan->decisions[d].driver);

		if (is_ours(carry, d) && (!load || load->error))
			break;
	}
	return d;
}

static struct result_of load_failure(const struct carry *carry, uint16_t d)
{
	const struct load *load = find_load(carry->outcome, carry->plan->decisions[d].driver);

	return failure(STEP_LOAD, load ? -load->error : -E2BIG);
}

static bool is_held(const struct carry *carry, uint16_t d)
{
	const struct function *function =
		&carry->machine->functions[carry->plan->decisions[d].function];

	/* A driver that was there first is not kept away by an override that could not be cleared. What has the driver's name
	 * already was held too: whoever wrote that was ended before the probe. */
	return !function->driver && function->held_for &&
	       (strcmp(function->held_for, HELD_NAME) == 0 ||
		strcmp(function->held_for, carry->plan->decisions[d].driver) == 0);
}

/* Records what needs nothing done. */
static void begin(struct carry *carry)
{
	carry->outcome->load_count = 0;
	for (uint16_t d = 0; d < carry->plan->decision_count; d++) {
		carry->outcome->of[d] = (struct result_of){ .result = RESULT_UNTOUCHED };
		if (carry->plan->decisions[d].reason == REASON_ALREADY)
			record(carry, d, (struct result_of){ .result = RESULT_WAS_BOUND });
		else if (!is_ours(carry, d))
			record(carry, d,
			       (struct result_of){ .result = is_held(carry, d) ? RESULT_STAYS_HELD :
										 RESULT_REFUSED });
	}
}

void carry_claim(struct carry *carry)
{
	bool any_held = false;
	struct card card;

	begin(carry);
	for (card = (struct card){ 0 }; next_card(carry, &card);)
		any_held |= hold_card(carry, card);
	if (!any_held)
		return;
	load_drivers(carry);

	for (card = (struct card){ 0 }; next_card(carry, &card);) {
		uint16_t held = first_held(carry, card);
		uint16_t without = first_without_driver(carry, card);

		if (held == card.end)
			continue;
		if (without < card.end)
			give_card_back(carry, card, without, load_failure(carry, without),
				       card.end);
		else if (carry->plan->decisions[held].fate == FATE_BIND)
			bind_card(carry, card);
		else
			tell_card(carry, card);
	}
}

/* Whether claim held every function of the card that is to be bound. */
static bool card_is_held(const struct carry *carry, struct card card)
{
	for (uint16_t d = card.first; d < card.end; d++)
		if (is_ours(carry, d) && !is_held(carry, d))
			return false;
	return true;
}

void carry_finish(struct carry *carry, bool stay)
{
	struct card card;

	begin(carry);
	for (card = (struct card){ 0 }; next_card(carry, &card);) {
		if (!stay && card_is_held(carry, card)) {
			bind_card(carry, card);
			continue;
		}
		for (uint16_t d = card.first; d < card.end; d++)
			if (is_ours(carry, d))
				record(carry, d,
				       (struct result_of){ .result = is_held(carry, d) ?
									     RESULT_STAYS_HELD :
									     RESULT_NOT_HELD });
	}
}
