/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/unpack.h"
#include "command/desk.h"
#include "read/initramfs.h"

void desk_look_at_images(struct context *context)
{
	struct images *images = context->images;
	const struct unpack how = { .tools = IMAGES_TOOLS,
				    .seconds = IMAGES_SECONDS,
				    .generator = context->machine->generator };

	images_find(&context->root, images);
	for (uint16_t i = 0; i < images->count; i++)
		if (images->of[i].opened != IMAGE_ABSENT)
			unpack_image(&context->root, &how, &images->of[i], &images->text);
	images_judge(context->config, context->machine, images, context->findings);
}
