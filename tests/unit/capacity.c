/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reader of PCI functions built with room for 8, at its edge, and sysfs text that no kernel writes. */
#define MACHINE_MAX_FUNCTIONS 8
/* Built in here, so that all of it has the same idea of a machine. */
#include "machine.c"
#include "read/pci.c"

#include <unistd.h>

#include "folder.h"
#include "test.h"

static struct machine machine;

#define UEVENT "PCI_CLASS=30000\nPCI_ID=1234:1111\nPCI_SUBSYS_ID=1AF4:1100\n"

/* Makes the link of a function to its place among the devices. */
static void link_to(const char *address, const char *place)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s", address);
	unlink(folder_path(path));
	assert(symlink(place, folder_path(path)) == 0);
}

static void add(const char *address, const char *uevent)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/devices/%s", address);
	folder_directory(path);
	snprintf(path, sizeof(path), "/sys/devices/%s/uevent", address);
	folder_write(path, uevent);
	snprintf(path, sizeof(path), "../../../devices/%s", address);
	link_to(address, path);
}

static int look(void)
{
	machine.text = (struct text)TEXT_OVER(machine.text_bytes);
	machine.trouble = NULL;
	return pci_read(&root, &machine, NULL);
}

static void none(void)
{
	CHECK(look() == -ENOENT && machine.trouble && machine.function_count == 0);
	folder_directory("/sys");
	folder_directory("/sys/devices");
	folder_directory("/sys/bus");
	folder_directory("/sys/bus/pci");
	folder_directory("/sys/bus/pci/devices");
	CHECK(look() == 0 && !machine.trouble && machine.function_count == 0);
}

static void eight_and_no_more(void)
{
	char address[16];

	for (int i = 0; i < 8; i++) {
		snprintf(address, sizeof(address), "0000:0%d:00.0", 7 - i);
		add(address, UEVENT);
	}
	CHECK(look() == 0 && machine.function_count == 8);
	for (int i = 0; i < 8; i++)
		CHECK_FOR(machine.functions[i].at.bus == i, "%d", i);
	CHECK(machine.functions[0].class == 0x030000 && machine.functions[0].vendor == 0x1234 &&
	      machine.functions[0].device == 0x1111 && machine.functions[0].subvendor == 0x1af4 &&
	      machine.functions[0].subdevice == 0x1100 && !machine.functions[0].driver &&
	      machine.functions[0].group == GROUP_NONE);
	add("0000:08:00.0", UEVENT);
	CHECK(look() == -E2BIG && machine.trouble && strstr(machine.trouble, "more functions"));
	assert(unlink(folder_path("/sys/bus/pci/devices/0000:08:00.0/uevent")) == 0);
	assert(unlink(folder_path("/sys/bus/pci/devices/0000:08:00.0")) == 0);
	assert(unlink(folder_path("/sys/bus/pci/devices/0000:07:00.0/uevent")) == 0);
}

/* A function that goes away between readdir and read is counted, and is no error. */
static void vanished(void)
{
	CHECK(look() == 0 && machine.function_count == 7 && machine.vanished == 1 &&
	      !machine.trouble);
	folder_write("/sys/bus/pci/devices/0000:07:00.0/uevent", UEVENT);
	CHECK(look() == 0 && machine.function_count == 8 && machine.vanished == 0);
}

#define SUBSYSTEM "PCI_SUBSYS_ID=1AF4:1100\n"

static void uevents(void)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
		{ "DRIVER=vfio-pci\nPCI_CLASS=10802\nPCI_ID=144D:A809\nPCI_SUBSYS_ID=144D:A801\n",
		  true },
		{ "PCI_SUBSYS_ID=0:0\nPCI_ID=144D:A809\nPCI_CLASS=0\nDRIVER=vfio-pci", true },
		{ "XPCI_CLASS=7\nPCI_CLASS=FFFFFF\nPCI_ID=FFFF:0\nPCI_SUBSYS_ID=FFFF:FFFF\n"
		  "DRIVER=vfio-pci\n",
		  true },
		{ "", false },
		{ "PCI_CLASS=30000\n" SUBSYSTEM, false },
		{ "PCI_ID=1234:1111\n" SUBSYSTEM, false },
		{ "PCI_CLASS=\nPCI_ID=1234:1111\n" SUBSYSTEM, false },
		{ "PCI_CLASS=1000000\nPCI_ID=1234:1111\n" SUBSYSTEM, false },
		{ "PCI_CLASS=-1\nPCI_ID=1234:1111\n" SUBSYSTEM, false },
		{ "PCI_CLASS=30000 \nPCI_ID=1234:1111\n" SUBSYSTEM, false },
		{ "PCI_CLASS=30000\nPCI_ID=12345:1111\n" SUBSYSTEM, false },
		{ "PCI_CLASS=30000\nPCI_ID=1234\n" SUBSYSTEM, false },
		{ "PCI_CLASS=30000\nPCI_ID=1234:\n" SUBSYSTEM, false },
		{ "PCI_CLASS=30000\nPCI_ID=1234:1111:1\n" SUBSYSTEM, false },
		{ "PCI_CLASS=30000\nPCI_ID=1234: 1111\n" SUBSYSTEM, false },
		{ "PCI_CLASS=30000\nPCI_ID=1234:1111\n", false },
		{ "PCI_CLASS=30000\nPCI_ID=1234:1111\nPCI_SUBSYS_ID=1234\n", false },
		{ "PCI_CLASS=30000\nPCI_ID=1234:1111\nPCI_SUBSYS_ID=:1234\n", false },
		{ "PCI_CLASS=30000\nPCI_ID=1234:1111\nPCI_SUBSYS_ID=1234:10000\n", false },
		{ "PCI_CLASS=30000\nPCI_ID=1234:1111\nPCI_SUBSYS_ID=-1:1\n", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int error;

		folder_write("/sys/bus/pci/devices/0000:07:00.0/uevent", rows[i].text);
		error = look();
		CHECK_FOR(error == (rows[i].good ? 0 : -EPROTO), "row %zu: %d", i, error);
		CHECK_FOR(!machine.trouble == rows[i].good, "row %zu", i);
		CHECK_FOR(!rows[i].good || same_text(machine.functions[7].driver, "vfio-pci"),
			  "row %zu", i);
		CHECK_FOR(rows[i].good || !machine.trouble ||
				  strstr(machine.trouble, "0000:07:00.0/uevent"),
			  "row %zu", i);
	}
	folder_write("/sys/bus/pci/devices/0000:07:00.0/uevent", UEVENT);
}

static void groups(void)
{
	static const struct {
		const char *target;
		int error;
		int32_t group;
	} rows[] = {
		{ "../../../kernel/iommu_groups/0", 0, 0 },
		{ "../../../kernel/iommu_groups/27", 0, 27 },
		{ "27", 0, 27 },
		{ "../iommu_groups/x", -EPROTO, 0 },
		{ "../iommu_groups/-1", -EPROTO, 0 },
		{ "../iommu_groups/2147483648", -EPROTO, 0 },
		{ "../iommu_groups/", 0, GROUP_NONE },
	};

	CHECK(look() == 0 && machine.functions[7].group == GROUP_NONE);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int error;

		assert(symlink(rows[i].target,
			       folder_path("/sys/bus/pci/devices/0000:07:00.0/iommu_group")) == 0);
		error = look();
		CHECK_FOR(error == rows[i].error, "%s: %d", rows[i].target, error);
		CHECK_FOR(error || machine.functions[7].group == rows[i].group, "%s: %d",
			  rows[i].target, machine.functions[7].group);
		assert(unlink(folder_path("/sys/bus/pci/devices/0000:07:00.0/iommu_group")) == 0);
	}
}

/* The bridge above is the part before the last of where the link leads, where that is a function that is there. */
static void places(void)
{
	static const struct {
		const char *above;
		uint16_t parent;
	} rows[] = {
		{ "pci0000:00/0000:02:00.0", 2 },
		{ "pci0000:00/0000:00:00.0/0000:01:00.0", 1 },
		{ "pci0000:00", FUNCTION_NONE },
		{ "pci0000:00/0000:0f:00.0", FUNCTION_NONE },
		{ "pci0000:00/0000:01:00.0/elsewhere", FUNCTION_NONE },
	};
	char command[512];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(command, sizeof(command),
			 "cd %s/sys/devices && mkdir -p %s && cp -r 0000:07:00.0 %s/", folder,
			 rows[i].above, rows[i].above);
		assert(system(command) == 0);
		snprintf(command, sizeof(command), "../../../devices/%s/0000:07:00.0",
			 rows[i].above);
		link_to("0000:07:00.0", command);
		CHECK_FOR(look() == 0 && machine.functions[7].parent == rows[i].parent, "%s: %u",
			  rows[i].above, machine.functions[7].parent);
	}
	/* a folder where sysfs has a link is no sysfs */
	assert(unlink(folder_path("/sys/bus/pci/devices/0000:07:00.0")) == 0);
	folder_directory("/sys/bus/pci/devices/0000:07:00.0");
	folder_write("/sys/bus/pci/devices/0000:07:00.0/uevent", UEVENT);
	CHECK(look() < 0 && machine.trouble && strstr(machine.trouble, "0000:07:00.0"));
	assert(unlink(folder_path("/sys/bus/pci/devices/0000:07:00.0/uevent")) == 0);
	assert(rmdir(folder_path("/sys/bus/pci/devices/0000:07:00.0")) == 0);
	link_to("0000:07:00.0", "../../../devices/0000:07:00.0");
}

static void a_name_that_is_no_address(void)
{
	add("virtio0", UEVENT);
	assert(unlink(folder_path("/sys/bus/pci/devices/0000:07:00.0/uevent")) == 0);
	CHECK(look() == -EPROTO && machine.trouble && strstr(machine.trouble, "virtio0"));
}

int main(void)
{
	folder_make();
	RUN(none);
	RUN(eight_and_no_more);
	RUN(vanished);
	RUN(uevents);
	RUN(groups);
	RUN(places);
	RUN(a_name_that_is_no_address);
	return END();
}
