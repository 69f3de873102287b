/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of each decision when it was carried out. */
#ifndef EARLYBIND_OUTCOME_H
#define EARLYBIND_OUTCOME_H

#include <stdint.h>

#include "machine.h"

#define OUTCOME_NAME_BYTES 64

enum result {
	RESULT_UNTOUCHED, /* not begun, or only planned */
	RESULT_REFUSED, /* by the plan: nothing was touched */
	RESULT_HELD,
	RESULT_BOUND,
	RESULT_WAS_BOUND,
	RESULT_WAITS, /* claim: left as it is until the root is mounted */
	RESULT_STAYS_HELD, /* finish: not bound yet, still kept from drivers */
	RESULT_STILL_WAITS, /* finish: not bound yet, left as it is */
	RESULT_MEMORY_TAKEN, /* bound, but something of the firmware's still has its memory */
	RESULT_GIVEN_BACK, /* another function of the card, or the modules, failed */
	RESULT_RELEASED, /* release: given back before an emergency shell */
	RESULT_FAILED, /* the step below failed; given back too */
	RESULT_STUCK, /* could not even be given back */
	RESULT_HANGS, /* its driver never let go of it: nothing more was written of it */
};

enum step {
	STEP_NONE,
	STEP_HOLD, /* write the held name */
	STEP_LOAD, /* load vfio-pci */
	STEP_NAME, /* write the driver's name */
	STEP_PROBE, /* write drivers_probe */
	STEP_READ_BACK, /* read the driver link: another driver, or none */
	STEP_CONSOLE, /* move the console to a screen that stays */
	STEP_TAKE, /* write the unbind of the driver that has it; ETIMEDOUT: it hangs */
	STEP_UNBIND, /* give back: write the driver's unbind */
	STEP_CLEAR, /* give back: clear the override */
};

struct result_of {
	enum result result;
	enum step step; /* the one that failed */
	int error; /* errno of that step; 0 in STEP_READ_BACK where the link was read and is another */
	char driver[OUTCOME_NAME_BYTES]; /* STEP_READ_BACK: the driver it has, "" for none */
};

/* What loading a driver came to. */
struct load {
	const char *driver;
	const char *module; /* the one that failed, or the driver's own */
	int error; /* errno, 0 */
};

#define OUTCOME_MAX_LOADS 16 /* different drivers in one configuration */

/* What became of the console before a display was bound. */
struct console_move {
	bool tried; /* nothing more is to be done before the next display */
	uint16_t
		to; /* index into functions: the display that it was moved to; FUNCTION_NONE: nothing was tried */
	int error; /* errno of moving it, 0 */
	bool rebind; /* there was nothing to map it by: it is bound once its framebuffer is gone */
	bool evicted; /* the firmware framebuffer's driver was unbound from it */
};

struct outcome {
	uint8_t load_count;
	struct console_move console;
	struct load loads[OUTCOME_MAX_LOADS];
	struct result_of of[MACHINE_MAX_FUNCTIONS]; /* one for each decision of the plan */
};

#endif
