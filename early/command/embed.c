/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "command/desk.h"
#include "decide/decide.h"
#include "read/host.h"
#include "read/image.h"
#include "read/input.h"
#include "read/needs.h"
#include "tell/tell.h"

#define CLASS_STORAGE 0x01

/* One line a thing that the image needs: `file PATH` to copy under its own name, `module NAME` for this kernel with what
 * it depends on, `image TEXT` a line of /etc/earlybind.image. */
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
	printf("image earlybind-image %d\n", IMAGE_FORMAT);
	printf("image generator %s\n", context->operand ? context->operand : "unknown");
	printf("image kernel %s\n", context->kernel);
	tell_guard(stdout, "image ", &machine->guard);
	printf("image config %016" PRIx64 "\n", config->hash);
}

/* Finds out what an image that is built here can know of the machine. Returns NULL, or why it knows nothing. */
static const char *make_guard(struct context *context)
{
	struct machine *machine = context->machine;
	const char *elsewhere = context->generic ? "the image is for other machines too" :
						   host_is_elsewhere(&context->root);
	static char unknown[512];

	machine->guard.there = false;
	if (elsewhere)
		return elsewhere;
	needs_read(&context->root, "/", machine);
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

static bool chooses_storage(const struct context *context)
{
	for (uint16_t f = 0; f < context->machine->function_count; f++)
		if (PCI_CLASS_BASE(context->machine->functions[f].class) == CLASS_STORAGE &&
		    context->plan->choices[f].bind != RULE_NONE &&
		    context->plan->choices[f].keep == RULE_NONE)
			return true;
	return false;
}

static void warn(const struct context *context, const char *no_guard)
{
	if (context->quiet)
		return;
	if (no_guard && chooses_storage(context))
		fprintf(stderr,
			"the image cannot know which disks the boot needs, as %s: a storage "
			"controller that a line chooses is not claimed before the host reads its "
			"disks\n",
			no_guard);
	if (keyboards_all_go(context->machine, context->plan))
		fprintf(stderr,
			"every keyboard of this machine is plugged into what goes to the guest; "
			"plug one into another USB controller, or be sure that you can reach the "
			"host over the network\n");
}

static enum status run(struct context *context)
{
	enum status status = desk_read_config(context);
	const char *no_guard = NULL;

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
	if (status == STATUS_AS_ASKED) {
		input_read(&context->root, context->machine);
		no_guard = make_guard(context);
	}
	print_needs(context);
	if (status != STATUS_AS_ASKED)
		return status;
	warn(context, no_guard);
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
