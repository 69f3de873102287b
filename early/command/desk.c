/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/desk.h"

#include <errno.h>
#include <string.h>

#include "decide/decide.h"
#include "read/binding.h"
#include "read/cmdline.h"
#include "read/disk.h"
#include "read/files.h"
#include "read/host.h"
#include "read/input.h"
#include "read/look.h"
#include "read/modules.h"
#include "read/needs.h"
#include "read/rule.h"
#include "tell/tell.h"

/* Whether all that is wrong with the configuration is that whoever asks may not read it. */
static bool is_forbidden(const struct config *config)
{
	for (uint32_t p = 0; p < config->problem_count; p++)
		if (p >= CONFIG_MAX_PROBLEMS || config->problems[p].kind != PROBLEM_UNREADABLE ||
		    config->problems[p].error != EACCES)
			return false;
	return true;
}

enum status desk_read_config(struct context *context)
{
	config_begin(context->config);
	config_read(context->config, &context->root, context->config_file, true);
	if (context->config->problem_count == 0)
		return STATUS_AS_ASKED;
	if (!context->quiet)
		tell_problems(stderr, context->config);
	return is_forbidden(context->config) ? STATUS_UNREADABLE : STATUS_WRONG_INPUT;
}

const char *desk_kernel(const struct context *context)
{
	return context->kernel ? context->kernel : context->machine->kernel.release;
}

/* Finds out what an image that is built now and here can know of the machine. Returns NULL, or why it knows nothing. */
static const char *make_guard(struct context *context)
{
	struct machine *machine = context->machine;
	const char *elsewhere = context->generic ? "the image is for other machines too" :
						   host_is_elsewhere(&context->root);
	static char unknown[512];

	needs_read(&context->root, "/", machine);
	if (elsewhere)
		return elsewhere;
	guard_make(machine, &machine->guard);
	if (machine->guard.there)
		return NULL;
	for (uint16_t n = 0; n < machine->need_count; n++)
		if (machine->needs[n].function == FUNCTION_NONE) {
			snprintf(unknown, sizeof(unknown),
				 "nobody can tell which controller carries %s",
				 machine->needs[n].what);
			return unknown;
		}
	return "there is too much on its disks";
}

enum status desk_read_machine(struct context *context)
{
	if (look_at_machine(&context->root, context->machine, context->report) == 0)
		return STATUS_AS_ASKED;
	if (!context->quiet)
		fprintf(stderr, "earlybind: the machine cannot be read: %s\n",
			context->machine->trouble);
	return STATUS_UNREADABLE;
}

enum status desk_plan(struct context *context, bool with_command_line)
{
	enum status status = desk_read_machine(context);

	if (status != STATUS_AS_ASKED)
		return status;
	if (with_command_line)
		cmdline_read(context->config, context->machine->command_line);
	look_at_choice(&context->root, context->config, desk_kernel(context), context->machine,
		       context->plan);
	input_read(&context->root, context->machine);
	context->no_guard = make_guard(context);
	make_plan(context->config, context->machine, MOMENT_NEXT_BOOT, context->plan);
	for (uint16_t d = 0; d < context->plan->decision_count; d++)
		if (context->plan->decisions[d].reason == REASON_STORAGE)
			disk_read(&context->root, context->machine,
				  context->plan->decisions[d].function);
	return STATUS_AS_ASKED;
}

static bool wants_vfio_pci(const struct config *config)
{
	for (uint16_t r = 0; r < config->rule_count; r++)
		if (config->rules[r].verb == RULE_BIND && !config->rules[r].driver)
			return true;
	return false;
}

/* Whether the kernel that is asked about is known to have no such driver. What is registered in the running one is there, wherever
 * its module is. */
static bool kernel_lacks(const struct context *context, const char *driver)
{
	const char *running = context->machine->kernel.release;

	if (modules_have(&context->root, desk_kernel(context), driver) != NO)
		return false;
	return strcmp(desk_kernel(context), running) != 0 ||
	       binding_driver_state(&context->root, driver) == DRIVER_ABSENT;
}

bool desk_find_missing_drivers(const struct context *context, struct text *sentences)
{
	const struct config *config = context->config;
	bool has_all = true;

	text_clear(sentences);
	if (wants_vfio_pci(config) && kernel_lacks(context, "vfio-pci")) {
		has_all = false;
		text_add(sentences, "kernel %s has no vfio-pci: nothing is bound to it\n",
			 desk_kernel(context));
	}
	for (uint16_t r = 0; r < config->rule_count; r++) {
		const char *driver = config->rules[r].driver;

		if (!driver || strcmp(driver, "auto") == 0 || !kernel_lacks(context, driver))
			continue;
		has_all = false;
		tell_place(sentences, config, config->rules[r].at);
		text_add(sentences,
			 " names the driver %s, which kernel %s has not: nothing is bound to it\n",
			 driver, desk_kernel(context));
	}
	return !has_all;
}

enum status desk_warn(FILE *out, const struct context *context)
{
	char missing[DESK_MISSING_BYTES];
	struct text text = TEXT_OVER(missing);
	bool lacks = desk_find_missing_drivers(context, &text);

	if (!context->quiet) {
		tell_missing(out, missing);
		tell_warnings(out, context->config, context->machine, context->plan);
	}
	return lacks || context->plan->not_as_asked ? STATUS_NOT_AS_ASKED : STATUS_AS_ASKED;
}
