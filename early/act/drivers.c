/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/drivers.h"

#include <errno.h>
#include <string.h>

#include "act/load.h"
#include "read/binding.h"

/* Loads one module. Returns 0 or -errno, with its name in *load. */
static int load_one(const struct root *root, struct load *load, const char *module,
		    const char *options)
{
	load->module = module;
	return load_module(root, module, options);
}

/* vfio-pci and pci-stub are to take nothing but what the plan names: an ids= of modprobe.d or of the command line comes before
 * this empty one. */
static int load_driver(const struct root *root, struct load *load)
{
	bool by_ids =
		strcmp(load->driver, "vfio-pci") == 0 || strcmp(load->driver, "pci-stub") == 0;
	int error = load_one(root, load, load->driver, by_ids ? "ids=" : NULL);

	if (error == 0 && binding_driver_state(root, load->driver) == DRIVER_ABSENT)
		error = -ENODEV;
	/* The IOMMU back end: no VFIO driver depends on it, and no guest starts without. */
	if (error == 0 && strstr(load->driver, "vfio"))
		error = load_one(root, load, "vfio_iommu_type1", NULL);
	return error;
}

const struct load *drivers_find(const struct outcome *outcome, const char *driver)
{
	for (uint8_t i = 0; i < outcome->load_count; i++)
		if (strcmp(outcome->loads[i].driver, driver) == 0)
			return &outcome->loads[i];
	return NULL;
}

void drivers_load(const struct root *root, struct outcome *outcome, const char *driver)
{
	struct load *load;

	if (drivers_find(outcome, driver) || outcome->load_count == OUTCOME_MAX_LOADS)
		return;
	load = &outcome->loads[outcome->load_count++];
	*load = (struct load){ .driver = driver };
	load->error = -load_driver(root, load);
}
