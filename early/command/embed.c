/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "command/desk.h"
#include "decide/decide.h"
#include "read/image.h"
#include "tell/tell.h"

/* One line a thing that the image needs: `file PATH` to copy under its own name, `module NAME` for this kernel with what
 * it depends on, `hook NAME` one that not every image needs, `image TEXT` a line of /etc/earlybind.image. */
static void print_needs(const struct context *context)
{
	const struct config *config = context->config;
	const struct machine *machine = context->machine;

	for (uint16_t f = 0; f < config->file_count; f++)
		printf("file %s\n", config->files[f]);
	printf("module vfio_pci\nmodule vfio_iommu_type1\n");
	for (uint16_t r = 0; r < config->rule_count; r++)
		if (config->rules[r].driver && strcmp(config->rules[r].driver, "auto") != 0)
			printf("module %s\n", config->rules[r].driver);
	for (uint16_t d = 0; d < context->plan->decision_count; d++)
		if (machine->functions[context->plan->decisions[d].function].variant)
			printf("module %s\n",
			       machine->functions[context->plan->decisions[d].function].variant);
	if (config->prompt == PROMPT_FOLLOW)
		printf("hook follow\n");
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
		    context->plan->choices[f].bind != RULE_NONE &&
		    context->plan->choices[f].keep == RULE_NONE)
			return true;
	return false;
}

/* Without guard facts the host may read a guest's disks before they are taken. */
static void warn_of_disks(const struct context *context)
{
	if (context->no_guard && !context->quiet && chooses_storage(context))
		fprintf(stderr,
			"the image cannot know which disks the boot needs, as %s: a storage "
			"controller that a line chooses is not claimed before the host reads its "
			"disks\n",
			context->no_guard);
}

static enum status run(struct context *context)
{
	enum status status = desk_read_config(context);

	if (status != STATUS_AS_ASKED)
		return status;
	if (!context->kernel) {
		fprintf(stderr,
			"earlybind: --embed wants the version of the kernel that the image is for: "
			"--kernel VERSION\n");
		return STATUS_WRONG_INPUT;
	}
	if (context->config->rule_count == 0) {
		fprintf(stderr, "earlybind: there is no rule in " CONFIG_FILE " or " CONFIG_FOLDER
				": nothing is embedded\n");
		return STATUS_AS_ASKED;
	}
	context->plan->decision_count = 0;
	status = desk_plan(context, false);
	print_needs(context);
	if (status != STATUS_AS_ASKED)
		return status;
	warn_of_disks(context);
	status = desk_warn(stderr, context);
	if (status != STATUS_AS_ASKED)
		tell_plan(stderr, context->config, context->machine, context->plan);
	return status;
}

const struct command command_embed = {
	.name = "embed",
	.operand = "GENERATOR",
	.help = "for the build hooks: check the configuration, print what the image needs",
	.run = run,
};
