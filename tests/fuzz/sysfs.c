/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine as sysfs and procfs show it, with any text in any file of them, and the plan for it. */
#include "asked.h"
#include "read/look.h"
#include "tree.h"

static void check_machine(void)
{
	for (uint16_t f = 0; f < machine.function_count; f++) {
		const struct function *function = &machine.functions[f];

		MUST(f == 0 || address_compare(function[-1].at, function->at) < 0);
		MUST(function->at.device <= 0x1f && function->at.function <= 7);
		MUST(function->class <= 0xffffff);
		MUST(function->group >= GROUP_NONE);
		MUST(function->parent == FUNCTION_NONE ||
		     function->parent < machine.function_count);
	}
	MUST(machine.picture.owner == FUNCTION_NONE ||
	     machine.picture.owner < machine.function_count);
}

/* The one that the picture is of surely shows it. */
static void check_picture(void)
{
	if (machine.picture.owner == FUNCTION_NONE)
		return;
	MUST(machine.functions[machine.picture.owner].class >> 16 != 3 ||
	     machine.functions[machine.picture.owner].shows_picture == YES);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	int error;

	tree_build(bytes, n);
	new_config("bind cards class 03 not boot-display\n"
		   "bind card class 04\n"
		   "bind path 0000:00:01.0/00.0/00.0/00\n"
		   "bind id 10de:\n"
		   "keep group 0000:01:00.0 not slot 0000:01:00.1");
	error = look_at_machine(&tree, &machine, NULL);
	MUST(machine.command_line && machine.boot_id && machine.kernel.release);
	MUST(!error == !machine.trouble);
	if (!error) {
		check_machine();
		look_at_choice(&tree, &config, machine.kernel.release, &machine, &plan);
		check_picture();
		if (machine.function_count > 0) {
			check_plan(MOMENT_NEXT_BOOT);
			check_plan(MOMENT_CLAIM);
		}
	}
	tree_clear();
	return 0;
}
