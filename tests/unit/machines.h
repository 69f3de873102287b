/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machines by name, made in memory from tables, and what a configuration chooses on them. */
#ifndef EARLYBIND_MACHINES_H
#define EARLYBIND_MACHINES_H

#include "fixture.h"

/* One function: where it is, what it is, its IOMMU group, the bridge above it, and marks:
 * P shows the firmware's picture, U nobody can tell, V is a virtual function, N has virtual functions. */
struct row {
	const char *address;
	uint32_t class;
	uint16_t vendor, device, subvendor, subdevice;
	int32_t group;
	const char *above;
	const char *marks;
};

/* Two identical cards, the firmware's picture on the first; a card with four functions; and what else a desktop has, with
 * a second domain, Intel VMD, and the largest address that can be written. */
static const struct row desk[] = {
	{ "0000:00:00.0", 0x060000, 0x8086, 0x3ec2, 0x1462, 0x7b98, 0, NULL, "" },
	{ "0000:00:01.0", 0x060400, 0x8086, 0x1901, 0x8086, 0x2015, 1, NULL, "" },
	{ "0000:00:01.1", 0x060400, 0x8086, 0x1905, 0x8086, 0x2015, 2, NULL, "" },
	{ "0000:00:02.0", 0x030000, 0x8086, 0x3e98, 0x1462, 0x7b98, 3, NULL, "" },
	{ "0000:00:14.0", 0x0c0330, 0x8086, 0xa36d, 0x1462, 0x7b98, 4, NULL, "" },
	{ "0000:00:14.2", 0x050000, 0x8086, 0xa36f, 0x1462, 0x7b98, 4, NULL, "" },
	{ "0000:00:1c.0", 0x060400, 0x8086, 0xa338, 0x8086, 0x7270, 5, NULL, "" },
	{ "0000:00:1c.4", 0x060400, 0x8086, 0xa33c, 0x8086, 0x7270, 6, NULL, "" },
	{ "0000:00:1f.0", 0x060100, 0x8086, 0xa305, 0x1462, 0x7b98, 7, NULL, "" },
	{ "0000:00:1f.3", 0x040300, 0x8086, 0xa348, 0x1462, 0x7b98, 7, NULL, "" },
	{ "0000:00:1f.4", 0x0c0500, 0x8086, 0xa323, 0x1462, 0x7b98, 7, NULL, "" },
	{ "0000:01:00.0", 0x030000, 0x10de, 0x1b80, 0x1462, 0x3362, 1, "0000:00:01.0", "P" },
	{ "0000:01:00.1", 0x040300, 0x10de, 0x10f0, 0x1462, 0x3362, 1, "0000:00:01.0", "" },
	{ "0000:02:00.0", 0x010802, 0x144d, 0xa808, 0x144d, 0xa801, 5, "0000:00:1c.0", "" },
	{ "0000:07:00.0", 0x030000, 0x10de, 0x1b80, 0x1043, 0x8591, 8, "0000:00:01.1", "" },
	{ "0000:07:00.1", 0x040300, 0x10de, 0x10f0, 0x1043, 0x8591, 8, "0000:00:01.1", "" },
	{ "0000:0c:00.0", 0x030000, 0x10de, 0x1f08, 0x1462, 0x3752, 9, "0000:00:1c.4", "" },
	{ "0000:0c:00.1", 0x040300, 0x10de, 0x10f9, 0x1462, 0x3752, 9, "0000:00:1c.4", "" },
	{ "0000:0c:00.2", 0x0c0330, 0x10de, 0x1ada, 0x1462, 0x3752, 9, "0000:00:1c.4", "" },
	{ "0000:0c:00.3", 0x0c8000, 0x10de, 0x1adb, 0x1462, 0x3752, 9, "0000:00:1c.4", "" },
	{ "0001:07:00.0", 0x120000, 0x1da3, 0x1020, 0x1da3, 0x0000, 10, NULL, "" },
	{ "10000:e0:06.0", 0x060400, 0x8086, 0x774d, 0x0000, 0x0000, 11, NULL, "" },
	{ "10000:e1:00.0", 0x010802, 0x1344, 0x5425, 0x1344, 0x0100, 11, "10000:e0:06.0", "" },
	{ "7fffffff:ff:1f.7", 0x120000, 0x1da3, 0xffff, 0x1da3, 0x0000, 12, NULL, "" },
};

/* An Intel Arc: its graphics and its audio are two slots below a switch on the card. A network card's switch of one
 * vendor has another thing below it. */
static const struct row arc[] = {
	{ "0000:00:01.0", 0x060400, 0x8086, 0x460d, 0, 0, 1, NULL, "" },
	{ "0000:00:02.0", 0x030000, 0x8086, 0x4680, 0, 0, 2, NULL, "P" },
	{ "0000:00:06.0", 0x060400, 0x8086, 0x464d, 0, 0, 3, NULL, "" },
	{ "0000:00:1f.3", 0x040300, 0x8086, 0x7ad0, 0, 0, 4, NULL, "" },
	{ "0000:01:00.0", 0x060400, 0x8086, 0x4fa1, 0, 0, 1, "0000:00:01.0", "" },
	{ "0000:02:01.0", 0x060400, 0x8086, 0x4fa4, 0, 0, 5, "0000:01:00.0", "" },
	{ "0000:02:04.0", 0x060400, 0x8086, 0x4fa4, 0, 0, 6, "0000:01:00.0", "" },
	{ "0000:03:00.0", 0x030000, 0x8086, 0x56a0, 0x8086, 0x1020, 7, "0000:02:01.0", "" },
	{ "0000:04:00.0", 0x040300, 0x8086, 0x4f90, 0x8086, 0x4f90, 8, "0000:02:04.0", "" },
	{ "0000:05:00.0", 0x060400, 0x8086, 0x4fa1, 0, 0, 3, "0000:00:06.0", "" },
	{ "0000:06:01.0", 0x060400, 0x8086, 0x4fa4, 0, 0, 9, "0000:05:00.0", "" },
	{ "0000:06:04.0", 0x060400, 0x8086, 0x4fa4, 0, 0, 10, "0000:05:00.0", "" },
	{ "0000:06:08.0", 0x060400, 0x8086, 0x4fa4, 0, 0, 11, "0000:05:00.0", "" },
	{ "0000:07:00.0", 0x030000, 0x8086, 0x56a0, 0x8086, 0x1020, 12, "0000:06:01.0", "" },
	{ "0000:08:00.0", 0x040300, 0x8086, 0x4f90, 0x8086, 0x4f90, 13, "0000:06:04.0", "" },
	{ "0000:09:00.0", 0x020000, 0x8086, 0x15f3, 0, 0, 14, "0000:06:08.0", "" },
};

/* Two cards, and nobody can tell which of them shows the firmware's picture. */
static const struct row blind[] = {
	{ "0000:00:01.0", 0x060400, 0x1022, 0x1483, 0, 0, 1, NULL, "" },
	{ "0000:00:01.1", 0x060400, 0x1022, 0x1483, 0, 0, 2, NULL, "" },
	{ "0000:00:1f.3", 0x040300, 0x1022, 0x1487, 0, 0, 3, NULL, "" },
	{ "0000:03:00.0", 0x030000, 0x1002, 0x73df, 0, 0, 4, "0000:00:01.0", "U" },
	{ "0000:03:00.1", 0x040300, 0x1002, 0xab28, 0, 0, 4, "0000:00:01.0", "" },
	{ "0000:07:00.0", 0x030000, 0x1002, 0x73ff, 0, 0, 5, "0000:00:01.1", "U" },
	{ "0000:07:00.1", 0x040300, 0x1002, 0xab28, 0, 0, 5, "0000:00:01.1", "" },
};

/* A server's card with virtual functions of the same ids, in its own slot and in the next. */
static const struct row server[] = {
	{ "0000:00:03.0", 0x060400, 0x8086, 0x2f08, 0x103c, 0x21ea, 7, NULL, "" },
	{ "0000:01:00.0", 0x088000, 0x103c, 0x3306, 0x103c, 0x3381, 33, NULL, "" },
	{ "0000:01:00.1", 0x030000, 0x102b, 0x0533, 0x103c, 0x3381, 33, NULL, "P" },
	{ "0000:08:00.0", 0x030200, 0x10de, 0x25b6, 0x10de, 0x157e, 38, "0000:00:03.0", "N" },
	{ "0000:08:00.4", 0x030200, 0x10de, 0x25b6, 0x10de, 0x0000, 90, "0000:00:03.0", "V" },
	{ "0000:08:01.0", 0x030200, 0x10de, 0x25b6, 0x10de, 0x0000, 94, "0000:00:03.0", "V" },
};

#define NEW_MACHINE_OF(rows) machine_of_rows(rows, sizeof(rows) / sizeof((rows)[0]))

static inline void machine_of_rows(const struct row *rows, size_t count)
{
	new_machine();
	for (size_t i = 0; i < count; i++) {
		struct function *function = add_function(rows[i].address, rows[i].class);

		function->vendor = rows[i].vendor;
		function->device = rows[i].device;
		function->subvendor = rows[i].subvendor;
		function->subdevice = rows[i].subdevice;
		function->group = rows[i].group;
		function->is_virtual = strchr(rows[i].marks, 'V') ? YES : NO;
		function->has_virtual = strchr(rows[i].marks, 'N') ? YES : NO;
		if (strchr(rows[i].marks, 'P')) {
			function->shows_picture = YES;
			machine.picture.owner = (uint16_t)i;
		}
		if (strchr(rows[i].marks, 'U'))
			function->shows_picture = UNKNOWN;
	}
	for (uint16_t f = 0; f < machine.function_count; f++) {
		struct pci_address at;

		if (rows[f].above && address_read(rows[f].above, &at))
			machine.functions[f].parent = machine_find(&machine, at);
	}
}

/* The functions that the plan's lines choose and none keeps, "07:00.0 07:00.1": domain 0000 is left out. */
static inline const char *chosen(void)
{
	static char words[MACHINE_MAX_FUNCTIONS * 18];
	struct text text = TEXT_OVER(words);

	text_clear(&text);
	for (uint16_t f = 0; f < machine.function_count; f++) {
		struct pci_address at = machine.functions[f].at;

		if (plan.of[f].choice.bind == RULE_NONE || plan.of[f].choice.keep != RULE_NONE)
			continue;
		if (text.used)
			text_add(&text, " ");
		if (at.domain)
			text_add(&text, "%04x:", at.domain);
		text_add(&text, "%02x:%02x.%x", at.bus, at.device, at.function);
	}
	return words;
}

#endif
