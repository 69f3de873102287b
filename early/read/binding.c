/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/binding.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "read/pci.h"

#define LINK_BYTES 1024
#define PATH_BYTES 256

ssize_t binding_read_link(const struct root *root, const char *path, char *name, size_t size)
{
	char link[LINK_BYTES];
	ssize_t n = root_read_link(root, path, link, sizeof(link));
	const char *last;

	name[0] = '\0';
	if (n == -ENOENT)
		return 0;
	if (n < 0)
		return n;
	last = strrchr(link, '/');
	last = last ? last + 1 : link;
	if (strlen(last) >= size)
		return -ENAMETOOLONG;
	memcpy(name, last, strlen(last) + 1);
	return (ssize_t)strlen(last);
}

ssize_t binding_read_driver(const struct root *root, struct pci_address at, char *name, size_t size)
{
	return binding_read_link(root, pci_path(at, "/driver").text, name, size);
}

ssize_t binding_read_override(const struct root *root, struct pci_address at, char *name,
			      size_t size)
{
	ssize_t n = root_read_attribute(root, pci_path(at, "/driver_override").text, name, size);

	if (n > 0 && name[n - 1] == '\n')
		name[--n] = '\0';
	/* What is not set reads as C's null pointer does (driver_override_show, drivers/pci/pci-sysfs.c). */
	if (n >= 0 && strcmp(name, "(null)") == 0)
		name[n = 0] = '\0';
	return n;
}

ssize_t binding_read_module(const struct root *root, const char *driver, char *name, size_t size)
{
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), PCI_DRIVERS "/%s/module", driver);
	return binding_read_link(root, path, name, size);
}

enum driver_state binding_driver_state(const struct root *root, const char *driver)
{
	char link[LINK_BYTES];
	char path[PATH_BYTES];

	/* Read as the link that it is, so that a snapshot has it. */
	snprintf(path, sizeof(path), PCI_DRIVERS "/%s/module", driver);
	if (root_read_link(root, path, link, sizeof(link)) != -ENOENT)
		return DRIVER_MODULE;
	snprintf(path, sizeof(path), PCI_DRIVERS "/%s", driver);
	return root_exists(root, path) ? DRIVER_BUILT_IN : DRIVER_ABSENT;
}

/* Whether the function has virtual functions now: an attribute that only physical ones have. */
static enum truth read_has_virtual(const struct root *root, struct pci_address at)
{
	char text[16];
	ssize_t n =
		root_read_attribute(root, pci_path(at, "/sriov_numvfs").text, text, sizeof(text));

	if (n == -ENOENT)
		return NO;
	if (n < 0)
		return UNKNOWN;
	return text[0] == '0' ? NO : YES;
}

void binding_read(const struct root *root, struct machine *machine, uint16_t f)
{
	struct function *function = &machine->functions[f];
	const struct pci_path physfn = pci_path(function->at, "/physfn");
	char name[64];
	/* Kernels before 6.12 take the device's lock to show its override (driver_override_show, drivers/pci/pci-sysfs.c). */
	ssize_t n =
		function->hangs ? 0 : binding_read_override(root, function->at, name, sizeof(name));

	function->held_for = n > 0 ? text_keep(&machine->text, name, (size_t)n) : NULL;
	function->driver_built_in = UNKNOWN;
	if (function->driver)
		function->driver_built_in =
			binding_driver_state(root, function->driver) == DRIVER_BUILT_IN ? YES : NO;
	function->is_virtual =
		binding_read_link(root, physfn.text, name, sizeof(name)) > 0 ? YES : NO;
	function->has_virtual = function->hangs ? UNKNOWN : read_has_virtual(root, function->at);
}

void binding_read_resets(const struct root *root, struct machine *machine, uint16_t f)
{
	struct function *function = &machine->functions[f];
	const struct pci_path path = pci_path(function->at, "/reset_method");
	char names[64];
	ssize_t n = function->hangs ? -EBUSY :
				      root_read_attribute(root, path.text, names, sizeof(names));

	function->resets = NULL;
	if (n > 0 && names[n - 1] == '\n')
		n--;
	if (n >= 0)
		function->resets = text_keep(&machine->text, names, (size_t)n);
	else if (n == -ENOENT && !root_exists(root, pci_path(function->at, "/reset").text))
		function->resets = "";
}
