/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read/support.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "read/cmdline.h"
#include "read/modules.h"
#include "read/table.h"

#define CPUINFO_BYTES 8192 /* the flags of the first processor are in the first 4,000 */
#define VALUE_BYTES 256

#define EFIVARS "/sys/firmware/efi/efivars"
#define SECURE_BOOT EFIVARS "/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define STUB_INFO EFIVARS "/StubInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"

static enum truth truth_of(bool fact)
{
	return fact ? YES : NO;
}

/* What stands behind "key<tabs>:" on the line that begins with the key, up to the text's end; NULL where none does. */
static const char *value_of(const char *text, const char *key)
{
	size_t n = strlen(key);

	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (strncmp(line, key, n) == 0 && line[n + strspn(line + n, "\t ")] == ':')
			return strchr(line + n, ':') + 1;
	return NULL;
}

/* Whether a line has a word, blanks on both sides. */
static bool line_has(const char *line, const char *word)
{
	size_t n = strlen(word);

	while (*line && *line != '\n') {
		size_t length = strcspn(line, " \n");

		if (length == n && memcmp(line, word, n) == 0)
			return true;
		line += length + (line[length] == ' ');
	}
	return false;
}

static void read_cpu(const struct root *root, struct support *support)
{
	char text[CPUINFO_BYTES];
	const char *vendor, *flags;

	if (root_read_start(root, "/proc/cpuinfo", text, sizeof(text)) <= 0)
		return;
	vendor = value_of(text, "vendor_id");
	flags = value_of(text, "flags");
	if (vendor && line_has(vendor, "GenuineIntel"))
		support->cpu = CPU_INTEL;
	else if (vendor && (line_has(vendor, "AuthenticAMD") || line_has(vendor, "HygonGenuine")))
		support->cpu = CPU_AMD;
	else
		support->cpu = CPU_OTHER;
	if (flags)
		support->virtualization =
			truth_of(line_has(flags, "vmx") || line_has(flags, "svm"));
}

/* What the command line says of the IOMMU; the words are those of the kernel's parameters (iommu_setup of arch/x86/kernel/pci-dma.c,
 * intel_iommu_setup and parse_amd_iommu_options below drivers/iommu). */
static void read_iommu_words(const char *command_line, struct support *support)
{
	static const struct {
		const char *name, *word;
	} names[] = {
		{ "iommu", "iommu=off" },
		{ "intel_iommu", "intel_iommu=off" },
		{ "amd_iommu", "amd_iommu=off" },
	};
	char value[VALUE_BYTES];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!cmdline_value(command_line, names[i].name, value, sizeof(value)))
			continue;
		/* The other maker's word is often left there, and does nothing. */
		if (table_has(value, "off") &&
		    !(support->cpu == CPU_AMD && strcmp(names[i].name, "intel_iommu") == 0) &&
		    !(support->cpu == CPU_INTEL && strcmp(names[i].name, "amd_iommu") == 0))
			support->iommu_off = names[i].word;
		if (strcmp(names[i].name, "intel_iommu") == 0 && table_has(value, "on"))
			support->intel_iommu_on = true;
	}
}

/* VFIO reaches the IOMMU by one of these (drivers/vfio/Kconfig: VFIO_IOMMU_TYPE1, VFIO_IOMMU_SPAPR_TCE, or iommufd's
 * IOMMUFD_VFIO_CONTAINER). */
static void read_vfio(const struct root *root, struct machine *machine)
{
	struct support *support = &machine->support;

	if (!root_exists(root, "/sys/module/vfio"))
		return;
	support->vfio_iommu = truth_of(root_exists(root, "/sys/module/vfio_iommu_type1") ||
				       root_exists(root, "/sys/module/vfio_iommu_spapr_tce") ||
				       root_exists(root, "/sys/module/iommufd") ||
				       root_exists(root, "/dev/iommu"));
	if (support->vfio_iommu == NO)
		support->vfio_iommu_module =
			modules_have(root, machine->kernel.release, "vfio_iommu_type1");
}

/* "none [integrity] confidentiality" (lockdown_read, security/lockdown/lockdown.c) */
static void read_lockdown(const struct root *root, struct machine *machine)
{
	char line[64];
	const char *open, *close;

	if (root_read_attribute(root, "/sys/kernel/security/lockdown", line, sizeof(line)) <= 0)
		return;
	open = strchr(line, '[');
	close = open ? strchr(open, ']') : NULL;
	if (close && strncmp(open, "[none]", strlen("[none]")) != 0)
		machine->support.lockdown =
			text_keep(&machine->text, open + 1, (size_t)(close - open - 1));
}

/* An EFI variable as efivarfs shows it: four bytes of attributes, then its value. */
static bool secure_boot_is_on(const struct root *root)
{
	char bytes[16];

	return root_read_attribute(root, SECURE_BOOT, bytes, sizeof(bytes)) == 5 && bytes[4] == 1;
}

/* Whether interrupts are known not to be remapped: the chip of an interrupt of x86 calls itself "IR-IO-APIC" where they are, else
 * "IO-APIC" (arch/x86/kernel/apic/io_apic.c). */
static bool are_not_remapped(const struct root *root)
{
	/* Those of ACPI, the timer, the keyboard and the clock: no machine has to have all of them. */
	static const char *const chips[] = {
		"/sys/kernel/irq/9/chip_name",
		"/sys/kernel/irq/0/chip_name",
		"/sys/kernel/irq/1/chip_name",
		"/sys/kernel/irq/8/chip_name",
	};
	char name[32];

	for (size_t i = 0; i < sizeof(chips) / sizeof(chips[0]); i++)
		if (root_read_attribute(root, chips[i], name, sizeof(name)) > 0)
			return strcmp(name, "IO-APIC\n") == 0;
	return false;
}

/* Where they are not, vfio_iommu_type1_attach_group (drivers/vfio/vfio_iommu_type1.c) refuses every device, unless its parameter
 * allows it. */
static void read_interrupts(const struct root *root, struct support *support)
{
	char allowed[4];

	support->unsafe_interrupts =
		are_not_remapped(root) &&
		root_read_attribute(
			root, "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts",
			allowed, sizeof(allowed)) > 0 &&
		allowed[0] == 'N';
}

void support_read(const struct root *root, struct machine *machine)
{
	struct support *support = &machine->support;
	bool some_group = false;

	/* Not /dev/kvm, which udev makes so that the module is loaded by whoever opens it. */
	*support = (struct support){
		.kvm = truth_of(root_exists(root, "/sys/devices/virtual/misc/kvm")),
		.blind = geteuid() != 0,
		.closed_group = GROUP_NONE,
	};
	for (uint16_t f = 0; f < machine->function_count; f++)
		some_group |= machine->functions[f].group != GROUP_NONE;
	if (!some_group || support->kvm == NO)
		read_cpu(root, support);
	read_iommu_words(machine->command_line, support);
	read_vfio(root, machine);
	read_interrupts(root, support);
	read_lockdown(root, machine);
	support->unified = root_exists(root, STUB_INFO) && secure_boot_is_on(root);
}

/* Whether the caller may not open what is there. */
static bool is_closed(const struct root *root, const char *path)
{
	closing int fd = root_open_file(root, path, O_PATH);
	char link[64];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return fd >= 0 && access(link, R_OK | W_OK) != 0;
}

void support_read_nodes(const struct root *root, struct machine *machine)
{
	for (uint16_t f = 0; f < machine->function_count; f++) {
		const struct function *function = &machine->functions[f];
		char path[64];

		if (!function->driver || !strstr(function->driver, "vfio") ||
		    function->group == GROUP_NONE)
			continue;
		snprintf(path, sizeof(path), "/dev/vfio/%d", (int)function->group);
		if (machine->support.closed_group == GROUP_NONE && is_closed(root, path))
			machine->support.closed_group = function->group;
	}
}
