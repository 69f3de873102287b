/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One command a file, each ending in a constant from which the help is printed. */
#ifndef EARLYBIND_COMMAND_H
#define EARLYBIND_COMMAND_H

#include <stdbool.h>
#include <time.h>

#include "config.h"
#include "finding.h"
#include "images.h"
#include "machine.h"
#include "names.h"
#include "outcome.h"
#include "plan.h"
#include "read/root.h"
#include "remnant.h"

enum status {
	STATUS_AS_ASKED = 0,
	STATUS_NOT_AS_ASKED = 1, /* a finding, a refusal */
	STATUS_WRONG_INPUT = 2, /* the command's words, or the configuration */
	STATUS_UNREADABLE = 3, /* the machine could not be read */
};

/* What main has read from the command's words, and the nouns that it owns. */
struct context {
	struct root root;
	clock_t started; /* in ticks, as times(2) counts them since some moment before */
	const char *config_file; /* --config, or NULL */
	const char *kernel; /* --kernel, or NULL */
	const char *operand; /* the word behind the command, or NULL */
	bool quiet;
	bool json; /* --json */
	bool brief; /* --brief: one line */
	bool generic; /* --generic: the image is for any machine */
	const char *no_guard; /* why there are no guard facts, or NULL */
	struct config *config;
	struct machine *machine;
	struct plan *plan;
	struct outcome *outcome;
	struct report *report;
	struct findings *findings;
	struct names *names;
	struct remnants *remnants;
	struct images *images;
	bool with_images; /* --images */
};

struct command {
	const char *name; /* without the two dashes */
	const char *operand; /* how its operand is called in the help, or NULL: it takes none */
	const char *help;
	bool json; /* it can write JSON */
	bool brief; /* it can end in one line */
	enum status (*run)(struct context *context);
};

extern const struct command command_claim;
extern const struct command command_follow;
extern const struct command command_release;
extern const struct command command_finish;
extern const struct command command_plan;
extern const struct command command_check;
extern const struct command command_list;
extern const struct command command_libvirt;
extern const struct command command_embed;
extern const struct command command_import;
extern const struct command command_snapshot;

#endif
