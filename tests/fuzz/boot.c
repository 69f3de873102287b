/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a boot and a build leave behind: the report's two files and the image's mark, and what check makes of them. */
#include "asked.h"
#include "finding.h"
#include "read/image.h"
#include "read/report.h"
#include "tree.h"

static struct report report;
static struct findings findings;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct image image;

	tree_build(bytes, n);
	image_read(&tree, &image);
	MUST(image.format <= IMAGE_FORMAT && (image.there || !image.format));
	NEW_MACHINE_OF(desk);
	report_read(&tree, machine.boot_id, &report);
	MUST(report.line_count <= REPORT_MAX_LINES);
	for (uint16_t i = 0; i < report.line_count; i++)
		MUST(report.lines[i].result && report.lines[i].sentence);
	new_config("bind card slot 07:00\nbind slot 0c:00.3");
	check_plan(MOMENT_NEXT_BOOT);
	find(&config, &machine, &plan, &report, &findings);
	MUST(findings.count <= MAX_FINDINGS);
	tree_clear();
	return 0;
}
