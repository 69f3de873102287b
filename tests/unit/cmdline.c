/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What else the kernel command line says: a rescue boot, and values. Our own words are language.c's. */
#include "read/cmdline.h"

#include "test.h"

static void rescue(void)
{
	static const char *const yes[] = {
		"single",
		"1",
		"s",
		"S",
		"-s",
		"-b",
		"rescue",
		"emergency",
		"recovery",
		"quiet single\n",
		"systemd.unit=rescue.target",
		"systemd.unit=emergency.target",
		"systemd.unit=rescue.service",
		"systemd.unit=emergency.service",
		"ro systemd.unit=rescue.target quiet",
		"\"single\"",
		"systemd.unit=\"rescue.target\"",
		"\"systemd.unit=rescue.target\"",
		"systemd.unit=runlevel1.target",
	};
	static const char *const no[] = {
		"",
		"quiet splash",
		"root=/dev/single",
		"rescue=1x",
		"11",
		"Single",
		"systemd.unit=multi-user.target",
		"systemd.unit=graphical.target",
		"x=\"a single b\"",
		"rd.rescue",
		"emergency.shell",
	};

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		CHECK_FOR(cmdline_asks_for_rescue(yes[i]), "%s", yes[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		CHECK_FOR(!cmdline_asks_for_rescue(no[i]), "%s", no[i]);
}

static void values(void)
{
	char value[16] = "";

	CHECK(!cmdline_value("quiet", "init", value, sizeof(value)));
	CHECK(!cmdline_value("rd.init=/x init", "init", value, sizeof(value)));
	CHECK(cmdline_value("init=/a init=/b\n", "init", value, sizeof(value)) &&
	      same_text(value, "/b"));
	CHECK(cmdline_value("vfio_pci.ids=1:2", "vfio-pci.ids", value, sizeof(value)) &&
	      same_text(value, "1:2"));
	CHECK(cmdline_value("init=\"/a b\"", "init", value, sizeof(value)) &&
	      same_text(value, "/a b"));
	CHECK(cmdline_value("init=", "init", value, sizeof(value)) && same_text(value, ""));
	CHECK(!cmdline_value("init=/0123456789abcdef", "init", value, sizeof(value)));
	CHECK(cmdline_value("init=/23456789abcdef", "init", value, sizeof(value)) &&
	      strlen(value) == 15);
}

int main(void)
{
	RUN(rescue);
	RUN(values);
	return END();
}
