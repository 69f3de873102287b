/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Slots: what they mean, and what is wrong with those that mean nothing. */
#include "read/selector.h"
#include "test.h"

#define ANY SLOT_ANY

static void good_slots(void)
{
	static const struct {
		const char *text;
		struct slot_pattern slot;
	} rows[] = {
		{ "0000:07:00.0", { 0, 7, 0, 0 } },
		{ "07:00.0", { 0, 7, 0, 0 } },
		{ "0000:07:00", { 0, 7, 0, ANY } },
		{ "07:00", { 0, 7, 0, ANY } },
		{ "7:0.1", { 0, 7, 0, 1 } },
		{ "0:7:0", { 0, 7, 0, ANY } },
		{ "07:", { 0, 7, ANY, ANY } },
		{ "07:.1", { 0, 7, ANY, 1 } },
		{ ":07", { 0, ANY, 7, ANY } },
		{ ":00.1", { 0, ANY, 0, 1 } },
		{ "*:1f", { 0, ANY, 0x1f, ANY } },
		{ "*:07:00", { ANY, 7, 0, ANY } },
		{ "*:*:00.1", { ANY, ANY, 0, 1 } },
		{ "0001:*:*.*", { 1, ANY, ANY, ANY } },
		{ "0001::", { 1, ANY, ANY, ANY } },
		{ "::07", { 0, ANY, 7, ANY } },
		{ ":07:00", { 0, 7, 0, ANY } },
		{ "07:*.1", { 0, 7, ANY, 1 } },
		{ "07:00.*", { 0, 7, 0, ANY } },
		{ "07:00.", { 0, 7, 0, ANY } },
		{ "0a:1F.7", { 0, 10, 0x1f, 7 } },
		{ "AB:00", { 0, 0xab, 0, ANY } },
		{ "10000:e1:00.0", { 0x10000, 0xe1, 0, 0 } },
		{ "7fffffff:ff:1f.7", { 0x7fffffff, 0xff, 0x1f, 7 } },
		{ "0000000a:00:00.0", { 10, 0, 0, 0 } },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slot_pattern slot = { 99, 99, 99, 99 };
		struct selector_error error;

		if (!CHECK_FOR(
			    selector_read_slot(rows[i].text, strlen(rows[i].text), &slot, &error),
			    "%s", rows[i].text))
			continue;
		CHECK_FOR(slot.domain == rows[i].slot.domain, "%s", rows[i].text);
		CHECK_FOR(slot.bus == rows[i].slot.bus, "%s", rows[i].text);
		CHECK_FOR(slot.device == rows[i].slot.device, "%s", rows[i].text);
		CHECK_FOR(slot.function == rows[i].slot.function, "%s", rows[i].text);
	}
}

static void bad_slots(void)
{
	static const struct {
		const char *text;
		enum problem_kind kind;
		size_t offset;
		const char *instead;
	} rows[] = {
		/* lspci reads these as a device on every bus */
		{ "07", PROBLEM_SLOT_LONE_DEVICE, 0, "07:00" },
		{ "7", PROBLEM_SLOT_LONE_DEVICE, 0, "07:00" },
		{ "2b", PROBLEM_SLOT_LONE_DEVICE, 0, "2b:00" },
		{ "07.0", PROBLEM_SLOT_LONE_DEVICE, 0, "07:00.0" },
		{ "07.*", PROBLEM_SLOT_LONE_DEVICE, 0, "07:00" },
		/* these say nothing */
		{ "", PROBLEM_SLOT_EVERYTHING, 0, "" },
		{ ":", PROBLEM_SLOT_EVERYTHING, 0, "" },
		{ "::", PROBLEM_SLOT_EVERYTHING, 0, "" },
		{ "*", PROBLEM_SLOT_EVERYTHING, 0, "" },
		{ ".0", PROBLEM_SLOT_EVERYTHING, 0, "" },
		{ ".", PROBLEM_SLOT_EVERYTHING, 0, "" },
		{ "*.0", PROBLEM_SLOT_EVERYTHING, 0, "" },
		{ "*:*", PROBLEM_SLOT_EVERYTHING, 0, "" },
		{ "*:*:*.*", PROBLEM_SLOT_EVERYTHING, 0, "" },
		{ ":.1", PROBLEM_SLOT_EVERYTHING, 0, "" },
		/* too large */
		{ "07:20", PROBLEM_SLOT_RANGE, 3, "" },
		{ "07:00.8", PROBLEM_SLOT_RANGE, 6, "" },
		{ "07:00.f", PROBLEM_SLOT_RANGE, 6, "" },
		{ "07:00.10", PROBLEM_SLOT_RANGE, 6, "" },
		{ "07:000", PROBLEM_SLOT_RANGE, 3, "" },
		{ "100:00", PROBLEM_SLOT_RANGE, 0, "" },
		{ "0000:007:00", PROBLEM_SLOT_RANGE, 5, "" },
		{ "80000000:07:00", PROBLEM_SLOT_RANGE, 0, "" },
		{ "000000007:07:00", PROBLEM_SLOT_RANGE, 0, "" },
		{ "20", PROBLEM_SLOT_LONE_DEVICE, 0, "20:00" },
		{ "123", PROBLEM_SLOT_RANGE, 0, "" },
		/* no slot */
		{ "07:0g", PROBLEM_SLOT_FORM, 4, "" },
		{ "g7:00", PROBLEM_SLOT_FORM, 0, "" },
		{ "07:00.x", PROBLEM_SLOT_FORM, 6, "" },
		{ "07:00.0.1", PROBLEM_SLOT_FORM, 7, "" },
		{ "0000:07:00:0", PROBLEM_SLOT_FORM, 10, "" },
		{ "07-00.0", PROBLEM_SLOT_FORM, 2, "" },
		{ "07:00;0", PROBLEM_SLOT_FORM, 5, "" },
		{ "*7:00", PROBLEM_SLOT_FORM, 0, "" },
		{ "07:**", PROBLEM_SLOT_FORM, 3, "" },
		{ "\"07:00\"", PROBLEM_SLOT_FORM, 0, "" },
		{ "10x:00", PROBLEM_SLOT_FORM, 2, "" },
		/* several */
		{ "07:00.0,08:00.0", PROBLEM_SLOT_LIST, 7, "" },
		{ "07:00,", PROBLEM_SLOT_LIST, 5, "" },
		{ ",07:00", PROBLEM_SLOT_LIST, 0, "" },
		/* from elsewhere */
		{ "0x07:00", PROBLEM_SLOT_FOREIGN, 0, "07:00" },
		{ "0X07:0x00.0x0", PROBLEM_SLOT_FOREIGN, 0, "07:00.0" },
		{ "0x0000:0x07:0x00.0", PROBLEM_SLOT_FOREIGN, 0, "0000:07:00.0" },
		{ "0x07", PROBLEM_SLOT_FOREIGN, 0, "07:00" },
		{ "/sys/bus/pci/devices/0000:07:00.0", PROBLEM_SLOT_FOREIGN, 0, "0000:07:00.0" },
		{ "/sys/bus/pci/devices/0000:07:00.0/", PROBLEM_SLOT_FOREIGN, 0, "0000:07:00.0" },
		{ "/sys/devices/pci0000:00/0000:00:01.1/0000:07:00.0", PROBLEM_SLOT_FOREIGN, 0,
		  "0000:07:00.0" },
		{ "/devices/pci0000:00/0000:00:01.1/0000:0A:00.1", PROBLEM_SLOT_FOREIGN, 0,
		  "0000:0a:00.1" },
		{ "/sys/bus/pci", PROBLEM_SLOT_FOREIGN, 0, "" },
		{ "/", PROBLEM_SLOT_FOREIGN, 0, "" },
		{ "pci-0000:07:00.0", PROBLEM_SLOT_FOREIGN, 0, "0000:07:00.0" },
		{ "pci-0000:07:00.0-usb-0:2", PROBLEM_SLOT_FOREIGN, 0, "" },
		{ "pci-", PROBLEM_SLOT_FOREIGN, 0, "" },
		{ "pci_0000_07_00_0", PROBLEM_SLOT_FOREIGN, 0, "0000:07:00.0" },
		{ "pci_10000_e1_00_0", PROBLEM_SLOT_FOREIGN, 0, "10000:e1:00.0" },
		{ "0000_07_00.0", PROBLEM_SLOT_FOREIGN, 0, "0000:07:00.0" },
		{ "07_00.0", PROBLEM_SLOT_FOREIGN, 0, "07:00.0" },
		/* a path, which the next version knows */
		{ "0000_00_08.1-00_00.0", PROBLEM_SLOT_FOREIGN, 0, "" },
		{ "pci_0000_07_00_9", PROBLEM_SLOT_FOREIGN, 0, "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *text = rows[i].text;
		struct slot_pattern slot;
		struct selector_error error = { 0 }, none;

		if (!CHECK_FOR(!selector_read_slot(text, strlen(text), &slot, &error), "\"%s\"",
			       text))
			continue;
		CHECK_FOR(error.kind == rows[i].kind, "\"%s\": kind %d, not %d", text,
			  (int)error.kind, (int)rows[i].kind);
		CHECK_FOR(error.offset == rows[i].offset, "\"%s\": %zu, not %zu", text,
			  error.offset, rows[i].offset);
		CHECK_FOR(error.offset + error.length <= strlen(text), "\"%s\"", text);
		CHECK_FOR(same_text(error.instead, rows[i].instead), "\"%s\": \"%s\", not \"%s\"",
			  text, error.instead, rows[i].instead);
		/* What is advised is right. */
		CHECK_FOR(!error.instead[0] ||
				  selector_read_slot(error.instead, strlen(error.instead), &slot,
						     &none),
			  "\"%s\"", text);
	}
}

/* Only n bytes are the slot's: the rest of the line is none of its business. */
static void length_counts(void)
{
	struct slot_pattern slot;
	struct selector_error error;

	CHECK(selector_read_slot("07:00.0,x", 7, &slot, &error) && slot.bus == 7 &&
	      slot.function == 0);
	CHECK(selector_read_slot("07:00.0", 5, &slot, &error) && slot.function == ANY);
}

/* Whatever the bytes: an answer, and a place that is inside of them. */
static void any_bytes(void)
{
	static const char letters[] = "0127fx:.*,_/-pci\\ \"\xff";
	unsigned state = 1;

	for (unsigned i = 0; i < 200000; i++) {
		struct selector_error error = { 0 };
		struct slot_pattern slot = { 0 };
		char text[24];
		size_t n = i % sizeof(text);
		bool good;

		for (size_t j = 0; j < n; j++) {
			state = state * 1103515245u + 12345u;
			text[j] = letters[(state >> 16) % (sizeof(letters) - 1)];
		}
		good = selector_read_slot(text, n, &slot, &error);
		if (good ? slot.device > 0x1f || slot.function > 7 || slot.bus > 0xff :
			   error.offset + error.length > n ||
				    strlen(error.instead) >= sizeof(error.instead))
			CHECK_FOR(false, "%.*s", (int)n, text);
	}
	CHECK(true);
}

int main(void)
{
	RUN(good_slots);
	RUN(bad_slots);
	RUN(length_counts);
	RUN(any_bytes);
	return END();
}
