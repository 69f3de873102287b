/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boot's report: what is written is what is read. */
#include "act/report.h"

#include <errno.h>
#include <unistd.h>

#include "fixture.h"
#include "folder.h"
#include "read/report.h"
#include "tell/tell.h"
#include "test.h"

static struct outcome outcome;
static struct report report;

static void make_story(void)
{
	new_machine();
	add_function("0000:07:00.0", CLASS_VGA);
	add_function("0000:07:00.1", CLASS_HD_AUDIO);
	add_function("0000:08:00.0", CLASS_USB)->group = GROUP_NONE;
	add_function("0000:09:00.0", CLASS_ACCELERATOR);
	new_config("bind slot 07:00\nbind slot 08:00\nbind slot 09:00\n");
	config.hash = 0x0123456789abcdef;
	make_plan(&config, &machine, MOMENT_CLAIM, &plan);
	outcome.load_count = 0;
	outcome.of[0] = (struct result_of){ .result = RESULT_HELD };
	outcome.of[1] = (struct result_of){ .result = RESULT_HELD };
	outcome.of[2] = (struct result_of){ .result = RESULT_REFUSED };
	outcome.of[3] = (struct result_of){ .result = RESULT_FAILED,
					    .step = STEP_READ_BACK,
					    .driver = "ivpu" };
}

static struct text *head(void)
{
	static char bytes[4096];
	static struct text text = TEXT_OVER(bytes);

	text_clear(&text);
	tell_report_head(&text, &config, &machine);
	return &text;
}

static void write_stage(const char *stage, uint16_t first, uint16_t end)
{
	struct report_file file;

	CHECK(report_begin(&root, stage, &file) == 0);
	report_add(&file, head());
	for (uint16_t d = first; d < end; d++) {
		char bytes[4096];
		struct text text = TEXT_OVER(bytes);

		text_clear(&text);
		tell_report_line(&text, &config, &machine, &plan, &outcome, d);
		report_add(&file, &text);
	}
	CHECK(report_end(&file) == 0);
}

/* What a line's sentence has to be: the log's, less the address that it begins with. */
static bool is_line(uint16_t i, uint16_t d)
{
	char sentence[1024];
	struct text text = TEXT_OVER(sentence);
	struct pci_address at = machine.functions[plan.decisions[d].function].at;

	text_clear(&text);
	tell_result(&text, &config, &machine, &plan, &outcome, d);
	return address_compare(report.lines[i].at, at) == 0 &&
	       same_text(report.lines[i].result, tell_result_word(outcome.of[d].result)) &&
	       same_text(report.lines[i].sentence, strstr(sentence, ": ") + 2);
}

static void none_there(void)
{
	make_story();
	report_read(&root, machine.boot_id, &report);
	CHECK(!report.there && !report.finished && report.line_count == 0);
}

static void written_then_read(void)
{
	make_story();
	write_stage("claim", 0, 4);
	report_read(&root, machine.boot_id, &report);
	CHECK(report.there && !report.finished && !report.planned_only && !report.too_new);
	CHECK(report.hash == config.hash);
	CHECK(report.line_count == 4);
	for (uint16_t d = 0; d < 4; d++)
		CHECK_FOR(is_line(d, d), "%u: %s", d, report.lines[d].sentence);

	outcome.of[0].result = outcome.of[1].result = RESULT_BOUND;
	write_stage("finish", 0, 2);
	report_read(&root, machine.boot_id, &report);
	CHECK(report.there && report.finished && report.line_count == 6);
	CHECK(is_line(4, 0) && is_line(5, 1));
}

/* Another boot's report is none, and nothing in it counts. */
static void of_another_boot(void)
{
	folder_write("/run/earlybind/finish",
		     "earlybind-report 9\nboot other\nconfig 7\nmode plan\n"
		     "function 0000:07:00.0 bound vfio-pci : 0000:07:00.0: x\n");
	report_read(&root, machine.boot_id, &report);
	CHECK(report.there && !report.finished && report.line_count == 4);
	CHECK(!report.too_new && !report.planned_only && report.hash == config.hash);
	report_read(&root, "0e0e0e0e-0000-0000-0000-000000000000", &report);
	CHECK(!report.there && !report.finished && report.line_count == 0);
	report_read(&root, "", &report);
	CHECK(!report.there && report.line_count == 0);
	report_read(&root, machine.boot_id, &report);
	CHECK(report.there);
}

static void only_planned(void)
{
	make_story();
	assert(unlink(folder_path("/run/earlybind/finish")) == 0);
	config.mode = SWITCH_PLAN;
	write_stage("claim", 0, 0);
	report_read(&root, machine.boot_id, &report);
	CHECK(report.there && report.planned_only);
}

/* A kernel that tells no boot id still has a report. */
static void no_boot_id(void)
{
	make_story();
	machine.boot_id = "";
	write_stage("claim", 0, 4);
	report_read(&root, "", &report);
	CHECK(report.there && report.line_count == 4);
	report_read(&root, "3f0a2b5e", &report);
	CHECK(!report.there);
}

static void newer_and_broken(void)
{
	folder_write("/run/earlybind/claim",
		     "earlybind-report 2\nboot b\nconfig 1\nfuture thing\n");
	report_read(&root, "b", &report);
	CHECK(report.there && report.too_new);
	folder_write("/run/earlybind/claim",
		     "earlybind-report 1\nboot b\nconfig 00000000000000ff\nmode act\npicture none "
		     "unknown\n"
		     "function\nfunction \nfunction x\nfunction 0000:07:00.0\nfunction "
		     "0000:07:00.0 held\n"
		     "function nonsense held vfio-pci : 0000:07:00.0: x\n"
		     "function 0000:07:00.1 held vfio-pci group=1 : 0000:07:00.1: a : b: c\n"
		     "function 0000:07:00.0 bound vfio-pci : no address\n"
		     "function 0000:07:00.2 hel");
	report_read(&root, "b", &report);
	CHECK(report.there && !report.too_new && report.hash == 0xff);
	CHECK(report.line_count == 2);
	CHECK(same_text(report.lines[0].sentence, "a : b: c") &&
	      same_text(report.lines[0].result, "held"));
	CHECK(same_text(report.lines[1].sentence, "no address"));
	folder_write("/run/earlybind/claim", "");
	report_read(&root, "b", &report);
	CHECK(!report.there);
}

/* claim would have nothing of the image's configuration: why is known, and otherwise it counts as not having run. */
static void nothing_done(void)
{
	folder_write("/run/earlybind/claim",
		     "earlybind-report 1\nboot b\nconfig 1\nmode act\npicture not-read unknown\n"
		     "nothing it has errors: nothing is bound\n");
	report_read(&root, "b", &report);
	CHECK(!report.there &&
	      same_text(report.nothing.sentence, "it has errors: nothing is bound"));
	report_read(&root, "another", &report);
	CHECK(!report.there && !report.nothing.sentence);
}

/* Whole or not at all: a report that was begun and not ended is not there, and the old one is. */
static void whole_or_not(void)
{
	struct report_file file;

	make_story();
	write_stage("claim", 0, 1);
	CHECK(report_begin(&root, "claim", &file) == 0);
	report_add(&file, head());
	report_read(&root, machine.boot_id, &report);
	CHECK(report.there && report.line_count == 1);
	CHECK(report_end(&file) == 0);
	report_read(&root, machine.boot_id, &report);
	CHECK(report.there && report.line_count == 0);
	CHECK(access(folder_path("/run/earlybind/.claim.new"), F_OK) != 0);
}

/* Without /run there is an error, and nothing half done. */
static void cannot_be_written(void)
{
	struct report_file file;
	struct root empty;

	folder_directory("/empty");
	CHECK(root_open(&empty, folder_path("/empty")) == 0);
	CHECK(report_begin(&empty, "claim", &file) == -ENOENT);
	close(empty.fd);
}

int main(void)
{
	folder_make();
	folder_directory("/run");
	RUN(none_there);
	RUN(written_then_read);
	RUN(of_another_boot);
	RUN(only_planned);
	RUN(no_boot_id);
	RUN(newer_and_broken);
	RUN(nothing_done);
	RUN(whole_or_not);
	RUN(cannot_be_written);
	return END();
}
