/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names from a pci.ids: the right ones, of every kind, and nothing of a file that is none. */
#include "read/pciids.h"

#include <unistd.h>

#include "folder.h"
#include "machines.h"
#include "test.h"

#define HWDATA "/usr/share/hwdata/pci.ids"
#define MISC "/usr/share/misc/pci.ids"

static struct names names;

static void read_text(const char *text)
{
	folder_write(MISC, text);
	pciids_read(&root, &machine, &names);
}

/* The function of the machine `desk` at this address. */
static const struct function_names *names_at(const char *name)
{
	struct pci_address at = { 0 };

	assert(address_read(name, &at));
	return &names.of[machine_find(&machine, at)];
}

static bool nothing_is_named(void)
{
	for (uint16_t f = 0; f < machine.function_count; f++)
		if (names.of[f].vendor || names.of[f].device || names.of[f].board_vendor ||
		    names.of[f].board)
			return false;
	return true;
}

static void no_file(void)
{
	NEW_MACHINE_OF(desk);
	names.of[0].vendor = "of another machine";
	pciids_read(&root, &machine, &names);
	CHECK(!names.found && nothing_is_named());
}

static void every_kind_of_name(void)
{
	const struct function_names *card;

	NEW_MACHINE_OF(desk);
	read_text("# 10de  a comment\n"
		  "\n"
		  "1043  Board Maker\n"
		  "\t1b80  A device of another vendor\n"
		  "10de  Card Maker\n"
		  "\t10f0  Its audio\n"
		  "\t1b7f  Another device\n"
		  "\t\t1043 8591  A board of another device\n"
		  "\t1b80  The card [of these]\n"
		  "\t\t1043 8591  The board\n"
		  "\t\t1043 8592  Another board\n"
		  "\t1f08  A third card\n"
		  "144d  Disk Maker\n"
		  "\ta808  The disk\n"
		  "C 03  Display controller\n"
		  "\t00  VGA compatible controller\n"
		  "1462  A vendor behind the classes\n");
	CHECK(names.found);
	card = names_at("0000:07:00.0");
	CHECK(same_text(card->vendor, "Card Maker"));
	CHECK(same_text(card->device, "The card [of these]"));
	CHECK(same_text(card->board_vendor, "Board Maker"));
	CHECK(same_text(card->board, "The board"));
	card = names_at("0000:01:00.0");
	CHECK(same_text(card->device, "The card [of these]") && !card->board);
	CHECK(!card->board_vendor);
	CHECK(same_text(names_at("0000:07:00.1")->device, "Its audio"));
	CHECK(same_text(names_at("0000:0c:00.0")->device, "A third card"));
	CHECK(same_text(names_at("0000:0c:00.1")->vendor, "Card Maker"));
	CHECK(!names_at("0000:0c:00.1")->device);
	CHECK(same_text(names_at("0000:02:00.0")->device, "The disk"));
	CHECK(!names_at("0000:00:02.0")->vendor);
}

/* Each text has one thing wrong in front of, or in place of, the name. */
static void no_names(void)
{
	static const char *const texts[] = {
		"",
		"10de\n\t1b80\n",
		"10de  \n",
		"10de\tCard Maker\n",
		"10DE  Card Maker\n",
		"10d  Card Maker\n",
		"\t1b80  A device of nobody\n",
		"\t\t1043 8591  A board of nobody\n",
		"\t\t\t10de  Three tabs\n",
		" 10de  A blank in front\n",
		"C 10de  Card Maker\n",
		"10de  Card Maker, and no end of the line",
	};

	NEW_MACHINE_OF(desk);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		read_text(texts[i]);
		CHECK_FOR(nothing_is_named(), "\"%s\"", texts[i]);
	}
}

static void a_board_without_a_second_id(void)
{
	NEW_MACHINE_OF(desk);
	read_text("10de  Card Maker\n\t1b80  The card\n\t\t1043  8591\n\t\t1043x8591  X\n\t\t1043 "
		  "859\n");
	CHECK(same_text(names_at("0000:07:00.0")->device, "The card"));
	CHECK(!names_at("0000:07:00.0")->board);
}

static void control_bytes(void)
{
	NEW_MACHINE_OF(desk);
	read_text("10de  Card\033[2J\x7fMaker\r\n");
	CHECK(same_text(names_at("0000:07:00.0")->vendor, "Card?[2J?Maker?"));
}

/* Lines at every place of the block that is read at once, and one that is longer than all of it. */
static void a_large_file(void)
{
	static char text[300000];
	size_t n = 0;

	NEW_MACHINE_OF(desk);
	while (n < 150000)
		n += (size_t)sprintf(text + n, "# a line of no use %zu\n", n);
	n += (size_t)sprintf(text + n, "10de  ");
	memset(text + n, 'x', 100000);
	n += 100000;
	n += (size_t)sprintf(text + n, "\n10de  Card Maker\n");
	read_text(text);
	CHECK(same_text(names_at("0000:07:00.0")->vendor, "Card Maker"));
	for (size_t before = 65536 - 40; before <= 65536; before++) {
		memset(text, '#', before - 1);
		sprintf(text + before - 1, "\n10de  Card Maker\n\t1b80  The card\n");
		read_text(text);
		CHECK_FOR(same_text(names_at("0000:07:00.0")->vendor, "Card Maker") &&
				  same_text(names_at("0000:07:00.0")->device, "The card"),
			  "%zu", before);
	}
}

/* More names than there is room for: those that fit are whole. */
static void too_many_names(void)
{
	static char text[8192 * 64];
	size_t n = (size_t)sprintf(text, "10de  Card Maker\n");

	new_machine();
	for (unsigned i = 0; i < 4096; i++) {
		char address[ADDRESS_BYTES];

		snprintf(address, sizeof(address), "0000:%02x:%02x.%x", i >> 8, i >> 3 & 0x1f,
			 i & 7);
		add_function(address, CLASS_VGA)->device = (uint16_t)i;
		n += (size_t)sprintf(text + n, "\t%04x  %0100u\n", i, i);
	}
	read_text(text);
	CHECK(names.of[0].device && strlen(names.of[0].device) == 100);
	CHECK(names.text.cut && !names.of[4095].device);
	for (uint16_t f = 0; f < machine.function_count; f++)
		CHECK_FOR(!names.of[f].device || strtoul(names.of[f].device, NULL, 10) == f, "%u",
			  f);
}

/* Neither waits nor reads outside, and looks for the other file. */
static void no_plain_file(void)
{
	char outside[64];

	NEW_MACHINE_OF(desk);
	folder_write(MISC, "10de  Card Maker\n");
	assert(mkfifo(folder_path(HWDATA), 0600) == 0);
	pciids_read(&root, &machine, &names);
	CHECK(names.found && same_text(names_at("0000:07:00.0")->vendor, "Card Maker"));
	assert(unlink(folder_path(HWDATA)) == 0);

	folder_directory(HWDATA);
	pciids_read(&root, &machine, &names);
	CHECK(names.found && same_text(names_at("0000:07:00.0")->vendor, "Card Maker"));
	assert(rmdir(folder_path(HWDATA)) == 0);

	snprintf(outside, sizeof(outside), "/tmp/earlybind-outside-%d", (int)getpid());
	{
		FILE *file = fopen(outside, "w");

		assert(file && fputs("10de  Outside\n", file) >= 0 && fclose(file) == 0);
	}
	assert(symlink(outside, folder_path(HWDATA)) == 0);
	pciids_read(&root, &machine, &names);
	CHECK(same_text(names_at("0000:07:00.0")->vendor, "Card Maker"));
	assert(unlink(folder_path(HWDATA)) == 0 && unlink(outside) == 0);

	folder_write(HWDATA, "10de  The first file counts\n");
	pciids_read(&root, &machine, &names);
	CHECK(same_text(names_at("0000:07:00.0")->vendor, "The first file counts"));
	assert(unlink(folder_path(HWDATA)) == 0);
}

/* A file that does not end is read for a while only. */
static void endless(void)
{
	NEW_MACHINE_OF(desk);
	folder_write(MISC, "");
	assert(truncate(folder_path(MISC), (off_t)1 << 33) == 0);
	pciids_read(&root, &machine, &names);
	CHECK(names.found && nothing_is_named());
}

int main(void)
{
	folder_make();
	folder_directory("/usr");
	folder_directory("/usr/share");
	folder_directory("/usr/share/hwdata");
	folder_directory("/usr/share/misc");
	RUN(no_file);
	RUN(every_kind_of_name);
	RUN(no_names);
	RUN(a_board_without_a_second_id);
	RUN(control_bytes);
	RUN(a_large_file);
	RUN(too_many_names);
	RUN(no_plain_file);
	RUN(endless);
	return END();
}
