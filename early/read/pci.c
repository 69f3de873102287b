/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/pci.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read/binding.h"

#define UEVENT_BYTES \
	2304 /* of UEVENT_BUFFER_SIZE, 2048 (include/linux/kobject.h), with a newline for each of its 64 values */
#define LINK_BYTES 1024
#define PATH_BYTES 256

struct pci_path pci_path(struct pci_address at, const char *attribute)
{
	struct pci_path path = { PCI_DEVICES "/" };
	char *end = address_write(path.text + sizeof(PCI_DEVICES "/") - 1, at);

	memccpy(end, attribute, '\0', (size_t)(path.text + sizeof(path.text) - 1 - end));
	return path;
}

/* The first one is told. */
static void trouble(struct machine *machine, const char *path, const char *what)
{
	char sentence[PATH_BYTES + 128];
	int n;

	if (machine->trouble)
		return;
	n = snprintf(sentence, sizeof(sentence), "%s: %s", path, what);
	machine->trouble =
		text_keep(&machine->text, sentence, n < (int)sizeof(sentence) ? (size_t)n : 0);
	if (!machine->trouble)
		machine->trouble = "there is too much to read";
}

/* What counts of an uevent file. */
enum uevent_key { UEVENT_CLASS, UEVENT_ID, UEVENT_SUBSYSTEM, UEVENT_DRIVER, UEVENT_KEYS };

struct uevent {
	char bytes[UEVENT_BYTES];
	const char *values[UEVENT_KEYS]; /* strings in bytes; NULL: there is no such line */
};

/* Finds the values in the n bytes of a file, each ended with a NUL byte in place of its newline. Of two lines with one key the
 * first counts. */
static void find_values(struct uevent *uevent, size_t n)
{
	static const struct {
		const char *text;
		size_t n;
	} keys[] = {
#define KEY(text) { text, sizeof(text) - 1 }
		[UEVENT_CLASS] = KEY("PCI_CLASS="),
		[UEVENT_ID] = KEY("PCI_ID="),
		[UEVENT_SUBSYSTEM] = KEY("PCI_SUBSYS_ID="),
		[UEVENT_DRIVER] = KEY("DRIVER="),
#undef KEY
	};
	char *line = uevent->bytes, *end = uevent->bytes + n;

	memset(uevent->values, 0, sizeof(uevent->values));
	while (line < end) {
		char *newline = memchr(line, '\n', (size_t)(end - line));

		if (newline)
			*newline = '\0';
		for (size_t k = 0; k < UEVENT_KEYS; k++)
			if (!uevent->values[k] && strncmp(line, keys[k].text, keys[k].n) == 0)
				uevent->values[k] = line + keys[k].n;
		line = newline ? newline + 1 : end;
	}
}

/* Reads a hex number of at most `most` that ends at `end`, and goes behind it. Returns whether there is one. */
static bool read_number(const char **at, char end, unsigned long most, uint32_t *value)
{
	char *stop;
	unsigned long number;

	if (!**at || !strchr("0123456789abcdefABCDEF", **at))
		return false;
	errno = 0;
	number = strtoul(*at, &stop, 16);
	if (errno || *stop != end || number > most)
		return false;
	*value = (uint32_t)number;
	*at = end ? stop + 1 : stop;
	return true;
}

/* Reads vvvv:dddd. */
static bool read_ids(const char *text, uint16_t *vendor, uint16_t *device)
{
	uint32_t first, second;

	if (!text || !read_number(&text, ':', 0xffff, &first) ||
	    !read_number(&text, '\0', 0xffff, &second))
		return false;
	*vendor = (uint16_t)first;
	*device = (uint16_t)second;
	return true;
}

static int read_uevent(const struct root *root, struct machine *machine, struct function *function)
{
	const struct pci_path path = pci_path(function->at, "/uevent");
	const char *expected = NULL;
	struct uevent uevent;
	const char *text;
	ssize_t n = root_read_attribute(root, path.text, uevent.bytes, sizeof(uevent.bytes));

	if (n < 0) {
		trouble(machine, path.text, strerror((int)-n));
		return (int)n;
	}
	find_values(&uevent, (size_t)n);
	text = uevent.values[UEVENT_CLASS];
	if (!text || !read_number(&text, '\0', 0xffffff, &function->class))
		expected = "expected PCI_CLASS= and at most six hex digits";
	else if (!read_ids(uevent.values[UEVENT_ID], &function->vendor, &function->device))
		expected = "expected PCI_ID= and two ids of four hex digits";
	else if (!read_ids(uevent.values[UEVENT_SUBSYSTEM], &function->subvendor,
			   &function->subdevice))
		expected = "expected PCI_SUBSYS_ID= and two ids of four hex digits";
	if (expected) {
		trouble(machine, path.text, expected);
		return -EPROTO;
	}
	text = uevent.values[UEVENT_DRIVER];
	function->driver = text ? text_keep(&machine->text, text, strlen(text)) : NULL;
	return 0;
}

/* Reads a number of an attribute, 0x10de. */
static int read_id(const struct root *root, struct machine *machine, struct pci_address at,
		   const char *attribute, unsigned long most, uint32_t *value)
{
	const struct pci_path path = pci_path(at, attribute);
	char bytes[16];
	const char *text = bytes + strlen("0x");
	ssize_t n = root_read_attribute(root, path.text, bytes, sizeof(bytes));

	if (n < 0) {
		trouble(machine, path.text, strerror((int)-n));
		return (int)n;
	}
	if (strncmp(bytes, "0x", strlen("0x")) != 0 || !read_number(&text, '\n', most, value)) {
		trouble(machine, path.text, "expected 0x and hex digits");
		return -EPROTO;
	}
	return 0;
}

/* The same from attributes that ask for no lock. Kernels before 6.12 take the device's lock to show its uevent (uevent_show,
 * drivers/base/core.c): whoever reads that of a function whose driver hangs, hangs as well. */
static int read_without_lock(const struct root *root, struct machine *machine,
			     struct function *function)
{
	static const char *const attributes[] = { "/vendor", "/device", "/subsystem_vendor",
						  "/subsystem_device" };
	uint16_t *const ids[] = { &function->vendor, &function->device, &function->subvendor,
				  &function->subdevice };
	char driver[64];
	int error = read_id(root, machine, function->at, "/class", 0xffffff, &function->class);

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]) && !error; i++) {
		uint32_t id;

		error = read_id(root, machine, function->at, attributes[i], 0xffff, &id);
		if (!error)
			*ids[i] = (uint16_t)id;
	}
	if (!error && binding_read_driver(root, function->at, driver, sizeof(driver)) > 0)
		function->driver = text_keep(&machine->text, driver, strlen(driver));
	return error;
}

static int read_group(const struct root *root, struct machine *machine, struct function *function)
{
	const struct pci_path path = pci_path(function->at, "/iommu_group");
	char name[16];
	char *stop;
	long group;
	ssize_t n = binding_read_link(root, path.text, name, sizeof(name));

	function->group = GROUP_NONE;
	if (n == 0)
		return 0;
	if (n < 0) {
		trouble(machine, path.text, strerror((int)-n));
		return (int)n;
	}
	group = strtol(name, &stop, 10);
	if (*stop || group < 0 || group > INT32_MAX) {
		trouble(machine, path.text, "expected a link to a group's number");
		return -EPROTO;
	}
	function->group = (int32_t)group;
	return 0;
}

/* Reads the address of the bridge above, from the function's place in the tree of devices:
 * ../../../devices/pci0000:00/0000:00:01.1/0000:07:00.0. On a root bus the part before is none. */
static int read_place(const struct root *root, struct machine *machine, struct function *function)
{
	const struct pci_path folder = pci_path(function->at, "");
	char link[LINK_BYTES];
	ssize_t n = root_read_link(root, folder.text, link, sizeof(link));
	char *slash;

	function->above = function->at;
	if (n < 0) {
		trouble(machine, folder.text, strerror((int)-n));
		return (int)n;
	}
	slash = strrchr(link, '/');
	if (!slash)
		return 0;
	*slash = '\0';
	slash = strrchr(link, '/');
	if (slash)
		address_read(slash + 1, &function->above);
	return 0;
}

/* Reads the next function into the first free place. A function that is gone by now is no error. One that cannot be read is
 * read to its end all the same: a snapshot is to show what is wrong with it. */
static int read_function(const struct root *root, struct machine *machine,
			 const struct report *report, const char *name)
{
	uint16_t f = machine->function_count;
	struct function *function = &machine->functions[f];
	const char *trouble_before = machine->trouble;
	int error, next;

	if (f == MACHINE_MAX_FUNCTIONS) {
		char what[64];

		snprintf(what, sizeof(what), "there are more functions than %u, the limit",
			 (unsigned)MACHINE_MAX_FUNCTIONS);
		trouble(machine, PCI_DEVICES, what);
		return -E2BIG;
	}
	*function = (struct function){ .framebuffer = FRAMEBUFFER_NONE };
	if (!address_read(name, &function->at)) {
		char folder[PATH_BYTES];

		snprintf(folder, sizeof(folder), PCI_DEVICES "/%.32s", name);
		trouble(machine, folder, "expected an address like 0000:07:00.0");
		return -EPROTO;
	}
	function->hangs = report && report_says_hanging(report, function->at);
	error = (function->hangs ? read_without_lock : read_uevent)(root, machine, function);
	next = read_group(root, machine, function);
	error = error ? error : next;
	next = read_place(root, machine, function);
	error = error ? error : next;
	if (error == -ENOENT || error == -ENODEV) {
		machine->trouble = trouble_before;
		machine->vanished++;
		return 0;
	}
	if (error == 0)
		machine->function_count++;
	return error;
}

static int compare_functions(const void *a, const void *b)
{
	return address_compare(((const struct function *)a)->at, ((const struct function *)b)->at);
}

/* Sorts the functions, and finds the bridge above each. */
static void sort(struct machine *machine)
{
	qsort(machine->functions, machine->function_count, sizeof(machine->functions[0]),
	      compare_functions);
	for (uint16_t f = 0; f < machine->function_count; f++) {
		uint16_t above = machine_find(machine, machine->functions[f].above);

		machine->functions[f].parent = above == f ? FUNCTION_NONE : above;
	}
}

int pci_read(const struct root *root, struct machine *machine, const struct report *report)
{
	closing_directory struct root_directory folder;
	int error = root_open_directory(root, PCI_DEVICES, &folder);

	machine->function_count = 0;
	machine->vanished = 0;
	if (error) {
		trouble(machine, PCI_DEVICES, strerror(-error));
		return error;
	}
	for (const char *name = root_next_name(&folder); name; name = root_next_name(&folder)) {
		int failed = name[0] == '.' ? 0 : read_function(root, machine, report, name);

		error = error ? error : failed;
	}
	sort(machine);
	return error;
}
