/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kernel it is, and the addresses of functions as it writes them. */
#include "decide/decide.h"
#include "read/host.h"
#include "test.h"

static void evicts(void)
{
	static const struct {
		const char *release, *version;
		bool evicts;
	} rows[] = {
		{ "5.10.0-28-amd64", "#1 SMP Debian 5.10.209-2 (2024-01-31)", false },
		{ "5.15.0-91-generic", "#101-Ubuntu SMP Tue Nov 14 13:30:08 UTC 2023", false },
		{ "5.19.17", "#1 SMP", false },
		{ "6.0.0-6-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.0.12-1 (2022-12-09)", true },
		{ "6.0.19", "#1 SMP", true },
		/* Debian 12: the release says 0, the version text says which */
		{ "6.1.0-9-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.27-1 (2023-05-08)", true },
		{ "6.1.0-11-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.46-1 (2023-08-20)", true },
		{ "6.1.0-12-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.47-1 (2023-08-27)", false },
		{ "6.1.0-50-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.170-1 (2026-02-01)", false },
		{ "6.1.0-50-amd64", "", true },
		{ "6.1.0-50-amd64", "#1 SMP PREEMPT_DYNAMIC somebody's", true },
		/* another kernel's version text says nothing of this one */
		{ "6.1.0-50-amd64", "#1 SMP Debian 6.12.48-1", true },
		{ "6.1.0-50-amd64", "#1 SMP Debian GNU/Linux", true },
		{ "6.1.46", "#1 SMP", true },
		{ "6.1.47", "#1 SMP", false },
		{ "6.1.119-1.el9.elrepo.x86_64", "#1 SMP", false },
		{ "6.1-rc8", "#1 SMP", true },
		{ "6.1", "", true },
		{ "6.2.0-39-generic", "#40~22.04.1-Ubuntu SMP", true },
		{ "6.2.16-20-pve", "#1 SMP PREEMPT_DYNAMIC PMX 6.2.16-20", true },
		{ "6.3.13", "", true },
		{ "6.4.16", "", true },
		{ "6.5.0", "", false },
		{ "6.5.0-1-amd64", "#1 SMP Debian 6.5.3-1", false },
		{ "6.10.6", "", false },
		{ "6.12.48+deb13-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.12.48-1 (2025-09-20)",
		  false },
		{ "6.40.1", "", false },
		{ "7.3.4", "", false },
		{ "60.1.1", "", false },
		/* a kernel that does not tell is not to be trusted with the screen */
		{ "", "", true },
		{ "custom", "", true },
		{ "6", "", true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kernel kernel;

		kernel_read_version(rows[i].release, rows[i].version, &kernel);
		CHECK_FOR(kernel_evicts_for_any_vga(&kernel) == rows[i].evicts, "\"%s\" \"%s\"",
			  rows[i].release, rows[i].version);
		CHECK_FOR(same_text(kernel.release, rows[i].release), "%s", rows[i].release);
	}
}

static void good_addresses(void)
{
	static const struct {
		const char *name;
		struct pci_address at;
	} rows[] = {
		{ "0000:00:00.0", { 0, 0, 0, 0 } },
		{ "0000:07:1f.7", { 0, 7, 0x1f, 7 } },
		{ "0001:ff:0a.1", { 1, 0xff, 10, 1 } },
		{ "10000:e1:00.0", { 0x10000, 0xe1, 0, 0 } },
		{ "7fffffff:00:00.0", { 0x7fffffff, 0, 0, 0 } },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pci_address at = { 9, 9, 9, 9 };
		char again[ADDRESS_BYTES];

		CHECK_FOR(address_read(rows[i].name, &at), "%s", rows[i].name);
		CHECK_FOR(address_compare(at, rows[i].at) == 0, "%s", rows[i].name);
		snprintf(again, sizeof(again), ADDRESS_FORMAT, ADDRESS_PARTS(at));
		CHECK_FOR(same_text(again, rows[i].name), "%s: %s", rows[i].name, again);
	}
}

static void bad_addresses(void)
{
	static const char *const names[] = {
		"",
		"0",
		"07:00.0",
		"0000:07:00",
		"0000:07:00.",
		"0000:07:00.8",
		"0000:07:00.f",
		"0000:07:20.0",
		"0000:7:00.0",
		"0000:07:0.0",
		"0000:007:00.0",
		"0000:07:000.0",
		"000:07:00.0",
		"000000000:07:00.0",
		"0000:07:00.00",
		"0000:07:00.0 ",
		"0000:07:00.0\n",
		" 0000:07:00.0",
		"0000:0A:00.0",
		"0000-07:00.0",
		"0000:07-00.0",
		"0000:07:00:0",
		"0x00:07:00.0",
		"0000:g7:00.0",
		"virtio0",
		"pci0000:00",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct pci_address at;

		CHECK_FOR(!address_read(names[i], &at), "\"%s\"", names[i]);
	}
}

static void order_and_cards(void)
{
	static const struct pci_address sorted[] = { { 0, 0, 0, 0 }, { 0, 0, 0, 7 },
						     { 0, 0, 1, 0 }, { 0, 1, 0, 0 },
						     { 0, 1, 0, 1 }, { 0, 0xff, 0, 0 },
						     { 1, 0, 0, 0 }, { 0x80000000, 0, 0, 0 } };
	const size_t n = sizeof(sorted) / sizeof(sorted[0]);
	static struct machine machine;

	machine.function_count = (uint16_t)n;
	for (size_t i = 0; i < n; i++) {
		machine.functions[i].at = sorted[i];
		for (size_t j = 0; j < n; j++)
			CHECK((address_compare(sorted[i], sorted[j]) < 0) == (i < j) &&
			      (address_compare(sorted[i], sorted[j]) > 0) == (i > j));
	}
	for (size_t i = 0; i < n; i++)
		CHECK(machine_find(&machine, sorted[i]) == i);
	CHECK(machine_find(&machine, (struct pci_address){ 0, 0, 0, 1 }) == FUNCTION_NONE);
	CHECK(machine_find(&machine, (struct pci_address){ 0xffffffff, 0, 0, 0 }) == FUNCTION_NONE);
	machine.function_count = 0;
	CHECK(machine_find(&machine, sorted[0]) == FUNCTION_NONE);
	CHECK(address_same_card(sorted[3], sorted[4]) && address_same_card(sorted[0], sorted[1]));
	CHECK(!address_same_card(sorted[0], sorted[2]) && !address_same_card(sorted[0], sorted[6]));
}

int main(void)
{
	RUN(evicts);
	RUN(good_addresses);
	RUN(bad_addresses);
	RUN(order_and_cards);
	return END();
}
