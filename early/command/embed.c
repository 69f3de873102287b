/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "command/desk.h"
#include "decide/decide.h"
#include "read/binding.h"
#include "read/image.h"
#include "read/modules.h"
#include "read/remnants.h"
#include "tell/tell.h"

#define OPTIONS_BYTES 2048
#define MODULE_BYTES 64

/* A sentence for whoever builds the image. */
__attribute__((format(printf, 2, 3))) static void warn(const struct context *context,
						       const char *format, ...)
{
	char sentence[OPTIONS_BYTES + 512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	if (!context->quiet)
		tell_sentence(stderr, TONE_PLAIN, sentence);
}

/* The options that modprobe.d has for a module, as a line of a file there. */
static void print_options(const struct context *context, const char *module)
{
	char bytes[OPTIONS_BYTES];
	struct text options = TEXT_OVER(bytes);

	modules_options(&context->root, module, context->machine->command_line, &options);
	if (options.used > 0 && !options.cut)
		printf("modprobe options %s %s\n", module, bytes);
}

static void print_module(const struct context *context, const char *module)
{
	printf("module %s\n", module);
	print_options(context, module);
}

/* Whether the function is a display that stays and can have a screen. */
static bool is_staying_display(const struct context *context, uint16_t f)
{
	const struct function *function = &context->machine->functions[f];
	const struct choice *choice = &context->plan->of[f].choice;

	return class_is_display(function->class) &&
	       (choice->bind == RULE_NONE || choice->keep != RULE_NONE) && function->driver &&
	       strcmp(function->driver, "vfio-pci") != 0 &&
	       strcmp(function->driver, "pci-stub") != 0;
}

/* The drivers of the displays that stay: without one in the image there is no screen that the prompt could move to. */
static void print_drivers_to_follow(const struct context *context)
{
	bool any = false;

	for (uint16_t f = 0; f < context->machine->function_count; f++) {
		char name[MODULE_BYTES];
		ssize_t n;

		if (!is_staying_display(context, f))
			continue;
		n = binding_read_module(&context->root, context->machine->functions[f].driver, name,
					sizeof(name));
		if (n > 0 && modules_have(&context->root, context->kernel, name) == NO)
			continue;
		if (n > 0)
			printf("module %s\n", name);
		any |= n >= 0; /* with 0 it is part of the kernel */
	}
	if (!any)
		warn(context,
		     "prompt follow: no card that stays has a driver that kernel %s has too; "
		     "where the image has none for it, the prompt stays where it is",
		     context->kernel);
}

/* One line a thing that the image needs: `file PATH` to copy under its own name, `module NAME` for this kernel with what
 * it depends on, `modprobe TEXT` a line for a file in modprobe.d, `hook NAME` one that not every image needs, `image TEXT` a line of
 * /etc/earlybind.image. */
static void print_needs(const struct context *context)
{
	const struct config *config = context->config;
	const struct machine *machine = context->machine;

	for (uint16_t f = 0; f < config->file_count; f++)
		printf("file %s\n", config->files[f]);
	print_options(context, "vfio");
	print_module(context, "vfio_pci");
	print_module(context, "vfio_iommu_type1");
	for (uint16_t r = 0; r < config->rule_count; r++)
		if (config->rules[r].driver && strcmp(config->rules[r].driver, "auto") != 0)
			print_module(context, config->rules[r].driver);
	for (uint16_t d = 0; d < context->plan->decision_count; d++)
		if (machine->functions[context->plan->decisions[d].function].variant)
			print_module(
				context,
				machine->functions[context->plan->decisions[d].function].variant);
	if (config->prompt == PROMPT_FOLLOW) {
		printf("hook follow\n");
		print_drivers_to_follow(context);
	}
	printf("image earlybind-image %d\n", IMAGE_FORMAT);
	printf("image generator %s\n", context->operand ? context->operand : "unknown");
	printf("image kernel %s\n", context->kernel);
	tell_guard(stdout, "image ", &machine->guard);
	printf("image config %016" PRIx64 "\n", config->hash);
}

static bool chooses_storage(const struct context *context)
{
	for (uint16_t f = 0; f < context->machine->function_count; f++)
		if (class_is_storage(context->machine->functions[f].class) &&
		    context->plan->of[f].choice.bind != RULE_NONE &&
		    context->plan->of[f].choice.keep == RULE_NONE)
			return true;
	return false;
}

/* Without guard facts the host may read a guest's disks before they are taken. */
static void warn_of_disks(const struct context *context)
{
	if (context->no_guard && chooses_storage(context))
		warn(context,
		     "the image cannot know which disks the boot needs, as %s: a storage "
		     "controller that a line chooses is not claimed before the host reads its "
		     "disks",
		     context->no_guard);
}

/* What is left of the old ways to choose a card. That of pci-stub is set aside only where a line has it loaded. */
static void warn_of_ids(const struct context *context)
{
	char bytes[OPTIONS_BYTES];
	struct text ids = TEXT_OVER(bytes);

	remnants_read_options(&context->root, context->remnants);
	remnants_ids(context->remnants, "vfio_pci", &ids);
	if (ids.used > 0)
		warn(context,
		     "vfio-pci.ids=%s, from the kernel command line or modprobe.d, is not needed "
		     "beside earlybind and is set aside in the boot; take it out",
		     bytes);
	remnants_ids(context->remnants, "pci_stub", &ids);
	if (ids.used > 0)
		warn(context,
		     "pci-stub.ids=%s, from the kernel command line or modprobe.d, is not needed "
		     "beside earlybind and may give pci-stub more than the configuration names; "
		     "take it out",
		     bytes);
}

static enum status run(struct context *context)
{
	enum status status = desk_read_config(context);

	/* Without it there is nothing to build with, whatever the reason. */
	if (status != STATUS_AS_ASKED)
		return STATUS_WRONG_INPUT;
	if (!context->kernel) {
		fprintf(stderr,
			"earlybind: --embed wants the version of the kernel that the image is for: "
			"--kernel VERSION\n");
		return STATUS_WRONG_INPUT;
	}
	if (context->config->rule_count == 0) {
		if (!context->quiet)
			fprintf(stderr, "earlybind: there is no rule in " CONFIG_FILE
					" or " CONFIG_FOLDER ": nothing is embedded\n");
		return STATUS_AS_ASKED;
	}
	context->plan->decision_count = 0;
	status = desk_plan(context, false);
	print_needs(context);
	if (status != STATUS_AS_ASKED)
		return status;
	warn_of_disks(context);
	warn_of_ids(context);
	status = desk_warn(stderr, context);
	if (status != STATUS_AS_ASKED && !context->quiet)
		tell_plan(stderr, context->config, context->machine, context->plan);
	return status;
}

const struct command command_embed = {
	.name = "embed",
	.operand = "GENERATOR",
	.help = "for the build hooks: print what the image needs",
	.run = run,
};
