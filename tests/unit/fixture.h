/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machines and configurations made in memory. A test program has one of each. */
#ifndef EARLYBIND_FIXTURE_H
#define EARLYBIND_FIXTURE_H

#include <assert.h>
#include <string.h>

#include "plan.h"
#include "read/parse.h"
#include "read/rule.h"

#define CLASS_VGA 0x030000
#define CLASS_3D 0x030200
#define CLASS_DISPLAY_OTHER 0x038000
#define CLASS_HD_AUDIO 0x040300
#define CLASS_USB 0x0c0330
#define CLASS_UCSI 0x0c8000
#define CLASS_ACCELERATOR 0x120000
#define CLASS_NVME 0x010802
#define CLASS_NETWORK 0x020000
#define CLASS_PORT 0x060400

static struct config config;
static struct machine machine;
static struct plan plan;

/* An empty machine with a firmware framebuffer somewhere and a kernel that evicts nothing unasked. */
static inline void new_machine(void)
{
	machine.function_count = 0;
	machine.vanished = 0;
	machine.picture = (struct picture){ .kind = PICTURE_FRAMEBUFFER,
					    .owner = FUNCTION_NONE,
					    .memory_of = FUNCTION_NONE,
					    .is_there = YES };
	machine.kernel = (struct kernel){ "6.12.48", 6, 12, 48, YES };
	machine.vfio_pci = DRIVER_ABSENT;
	machine.command_line = "";
	machine.rescue = machine.nomodeset = machine.crash_dump = false;
	machine.need_count = machine.line_count = 0;
	machine.needs_found = YES;
	machine.prompt_to_come = NO;
	machine.guard.there = false;
	machine.boot_id = "3f0a2b5e-8f0c-4a53-9a55-0d6f1d0c8c11";
	machine.trouble = NULL;
	machine.text = (struct text)TEXT_OVER(machine.text_bytes);
}

/* Adds a function, in order of the addresses: harmless, in a group of its own, with no driver. */
static inline struct function *add_function(const char *address, uint32_t class)
{
	struct function *function = &machine.functions[machine.function_count];

	*function = (struct function){ .vendor = 0x10de,
				       .device = 0x1f08,
				       .class = class,
				       .group = machine.function_count,
				       .parent = FUNCTION_NONE,
				       .shows_picture = NO,
				       .framebuffer = FRAMEBUFFER_NONE,
				       .rom_is_shadow = NO,
				       .driver_built_in = NO,
				       .is_virtual = NO,
				       .has_virtual = NO };
	assert(address_read(address, &function->at));
	assert(machine.function_count == 0 || address_compare(function[-1].at, function->at) < 0);
	machine.function_count++;
	return function;
}

/* Reads rules as a file has them. */
static inline void new_config(const char *lines)
{
	config_begin(&config);
	config.files[config.file_count++] = "/etc/earlybind.conf";
	config_parse(&config, 0, lines, strlen(lines));
	assert(config.problem_count == 0);
}

/* The decision for a function, or NULL where it is not chosen. */
static inline const struct decision *decision_for(const char *address)
{
	struct pci_address at;

	assert(address_read(address, &at));
	for (uint16_t d = 0; d < plan.decision_count; d++)
		if (address_compare(machine.functions[plan.decisions[d].function].at, at) == 0)
			return &plan.decisions[d];
	return NULL;
}

#endif
