/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "command/desk.h"
#include "read/image.h"
#include "tell/tell.h"

/* One line a thing that the image needs: `file PATH` to copy under its own name, `module NAME` for this kernel with what
 * it depends on, `image TEXT` a line of /etc/earlybind.image. */
static void print_needs(const struct context *context)
{
	const struct config *config = context->config;

	for (uint16_t f = 0; f < config->file_count; f++)
		printf("file %s\n", config->files[f]);
	printf("module vfio_pci\nmodule vfio_iommu_type1\n");
	printf("image earlybind-image %d\n", IMAGE_FORMAT);
	printf("image generator %s\n", context->operand ? context->operand : "unknown");
	printf("image kernel %s\n", context->kernel);
	printf("image config %016" PRIx64 "\n", config->hash);
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
	print_needs(context);
	status = desk_plan(context, false);
	if (status != STATUS_AS_ASKED)
		return status;
	if (tell_matches(stderr, context->config, context->machine, context->plan) > 0)
		status = STATUS_NOT_AS_ASKED;
	for (uint16_t d = 0; d < context->plan->decision_count; d++)
		if (context->plan->decisions[d].fate == FATE_REFUSE)
			status = STATUS_NOT_AS_ASKED;
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
