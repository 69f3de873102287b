/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is there: the PCI functions, the firmware's picture and the kernel, as sysfs and procfs tell. */
#ifndef EARLYBIND_MACHINE_H
#define EARLYBIND_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

#ifndef MACHINE_MAX_FUNCTIONS
#define MACHINE_MAX_FUNCTIONS 8192
#endif
#define MACHINE_TEXT_BYTES (4 * 1024 * 1024)

/* The name that no driver has: as a driver override it keeps every driver away from a function. */
#define HELD_NAME "earlybind-held"

/* Unknown always counts against giving a function away. */
enum truth { UNKNOWN, NO, YES };

struct pci_address {
	uint32_t domain; /* 16 bits, or more below Intel VMD */
	uint8_t bus;
	uint8_t device;
	uint8_t function;
};

#define ADDRESS_FORMAT "%04x:%02x:%02x.%x"
#define ADDRESS_PARTS(a) (a).domain, (a).bus, (a).device, (a).function
#define ADDRESS_BYTES sizeof("12345678:12:12.1")

#define CLASS_BRIDGE_PCI 0x0604
#define PCI_CLASS_BASE(class) ((class) >> 16)
#define PCI_CLASS_SUB(class) ((class) >> 8)

#define GROUP_NONE (-1)
#define FUNCTION_NONE UINT16_MAX
#define FRAMEBUFFER_NONE (-1)

struct function {
	struct pci_address at;
	uint16_t vendor;
	uint16_t device;
	uint16_t subvendor;
	uint16_t subdevice;
	uint32_t class; /* 24 bits: base, sub, interface */
	int32_t group; /* IOMMU group, or GROUP_NONE */
	struct pci_address above; /* the bridge above, or the function itself on a root bus */
	uint16_t parent; /* that bridge's index, or FUNCTION_NONE */
	const char *driver; /* NULL: none */

	/* Read for displays only. */
	enum truth shows_picture; /* the firmware's framebuffer, or the text screen */
	enum truth rom_is_shadow; /* its ROM is the copy at c0000, as a boot card's is */
	int16_t framebuffer; /* its own driver's /dev/fbN, or FRAMEBUFFER_NONE */
	enum truth has_screen; /* a connector of it says that a screen is connected */

	/* Read for what a bind line may choose. */
	const char *held_for; /* driver_override; NULL: not set */
	enum truth driver_built_in; /* the driver it has now is part of the kernel image */
	enum truth is_virtual; /* an SR-IOV virtual function */
	enum truth has_virtual; /* its own virtual functions are switched on */
	const char *variant; /* the kernel's VFIO driver for just this device, or NULL */

	/* Read for refused storage controllers, at the desk. */
	const char *disks; /* the block devices below, or NULL */

	/* Read for chosen displays, by check. */
	const char *
		resets; /* the kernel's ways to reset it, "flr bus"; "" for none; NULL: nobody can tell */

	bool has_keyboard; /* a keyboard's input device hangs below it now */

	/* From what the boot reported. */
	bool waited; /* claim left it with its own driver, or none, until the root is mounted */
	bool hangs; /* its driver hangs, letting go of it, and has its lock: not all can be read */

	bool appeared; /* it, or another function of its card: after claim, a moment ago */
};

/* Something that lies on functions: a disk that the boot needs, or whatever uses a function now. What lies on several (RAID) is
 * several of these. */
enum need_kind {
	NEED_ROOT, /* carries the mounted root */
	NEED_BOOT, /* resume, fstab, crypttab */
	NEED_USE, /* in use now */
};

enum need_by { BY_DISK, BY_NETWORK, BY_OTHER };

struct need {
	enum need_kind kind;
	enum need_by by; /* BY_NETWORK with FUNCTION_NONE: some network function, and no disk */
	uint16_t function; /* FUNCTION_NONE: nobody can tell on which */
	const char *what; /* for "... carries %s": "the root file system (nvme0n1p2)" */
};

#define MACHINE_MAX_NEEDS 1024

/* Where a line of fstab, crypttab or the kernel command line (resume=) was found: one for each function that it lies on. */
struct line {
	const char *identity; /* "fstab UUID=… /home" */
	uint16_t function; /* FUNCTION_NONE: it was found, and lies on none */
};

#define MACHINE_MAX_LINES 1024

enum picture_kind {
	PICTURE_NOT_READ, /* no display may be chosen, so that it does not matter */
	PICTURE_UNKNOWN,
	PICTURE_NONE, /* the firmware left no screen: serial only */
	PICTURE_TEXT, /* VGA text mode */
	PICTURE_FRAMEBUFFER, /* a linear framebuffer from EFI or VESA */
};

/* The firmware's picture: what boot_params and the platform device say about whose it is. */
struct picture {
	enum picture_kind kind;
	uint64_t base; /* bytes; of PICTURE_FRAMEBUFFER */
	uint64_t size;
	uint16_t owner; /* index into functions, or FUNCTION_NONE */
	enum truth is_there; /* still: a driver has its device, or it is the text console */
	const char *device; /* its platform device, "efi-framebuffer.0"; NULL: none */
	const char *driver; /* of that device; NULL: none */
	uint16_t
		memory_of; /* the function whose memory /proc/iomem says it has, or FUNCTION_NONE */
	const char *
		opened_by; /* a process that has a /dev/fbN open, "plymouthd (312)"; NULL: none known */
};

/* The device that simpledrm takes (drivers/gpu/drm/tiny/simpledrm.c). */
#define SIMPLE_FRAMEBUFFER "simple-framebuffer.0"

struct kernel {
	const char *release; /* uname -r */
	unsigned major, minor,
		patch; /* the upstream version it was made from, where that can be told */
	enum truth patch_known; /* NO: a distribution's name hides it */
};

enum driver_state { DRIVER_ABSENT, DRIVER_MODULE, DRIVER_BUILT_IN };

/* Guard facts: what the image knows of the machine that it was built on. */
struct guard_step {
	struct pci_address at;
	uint16_t vendor, device;
};

enum guard_kind {
	GUARD_FREE, /* a storage function that the boot does not need, and nothing used */
	GUARD_USED, /* a disk on it was in use */
	GUARD_NEEDED, /* the boot needs it */
	GUARD_ROOT, /* it carries the root */
};

#define GUARD_MAX_STEPS 32
#define GUARD_MAX_FACTS 512
#define GUARD_MAX_LINES 1024
#define GUARD_NO_FACT UINT16_MAX

struct guard_fact {
	enum guard_kind kind;
	uint8_t steps;
	struct guard_step
		way[GUARD_MAX_STEPS]; /* from the root bus down; the last is the function */
	const char *what; /* of what is needed or used, as in struct need; else "" */
};

struct guard_line {
	const char *identity; /* as in struct line */
	uint16_t fact; /* index into facts; GUARD_NO_FACT: it lay on no function */
};

struct guard {
	struct guard_fact facts[GUARD_MAX_FACTS];
	struct guard_line lines[GUARD_MAX_LINES];
	uint16_t fact_count;
	uint16_t line_count;
	bool there; /* else nothing is known */
};

/* What builds an initramfs, as the build hooks call themselves. */
#define GENERATOR_MKINITCPIO "mkinitcpio"
#define GENERATOR_DRACUT "dracut"
#define GENERATOR_INITRAMFS_TOOLS "initramfs-tools"

enum cpu { CPU_UNKNOWN, CPU_INTEL, CPU_AMD, CPU_OTHER };

/* What guests and the way back need of the running system; read by check alone. */
struct support {
	enum cpu cpu; /* UNKNOWN too where nobody needs to know */
	enum truth virtualization; /* the processor shows vmx or svm; UNKNOWN on others than x86 */
	enum truth kvm; /* it is at work */
	enum truth
		vfio_iommu; /* what gives VFIO the IOMMU is at work; UNKNOWN: VFIO itself is not */
	enum truth vfio_iommu_module; /* this kernel has vfio_iommu_type1 */
	const char *
		iommu_off; /* the word on the kernel command line that switches the IOMMU off, or NULL */
	bool intel_iommu_on; /* intel_iommu=on stands there */
	const char *lockdown; /* the kernel's, "integrity"; NULL: none, or nobody can tell */
	bool unsafe_interrupts; /* VFIO refuses every guest, since no interrupts are remapped */
	bool blind; /* whoever asks has not root's rights */
	int32_t closed_group; /* the first one of which something is bound and whose node they cannot open, or GROUP_NONE */
	bool unified; /* started as a unified kernel image under Secure Boot */
};

struct machine {
	char page_start[TEXT_PAGE_START];
	char text_bytes[MACHINE_TEXT_BYTES];
	uint16_t function_count;
	uint16_t vanished; /* functions that went away while they were read */
	struct picture picture;
	struct kernel kernel;
	enum driver_state vfio_pci; /* whether the driver is registered now */
	const char *command_line; /* the kernel's, "" where it cannot be read */
	bool rescue; /* the command line asks for a rescue or emergency shell */
	bool nomodeset; /* it keeps the cards' own drivers from showing anything */
	bool crash_dump; /* a kdump kernel: its only work is to save the dump */
	const char *boot_id; /* "" where the kernel tells none */
	const char *generator; /* what builds its initramfs: "dracut"; NULL where nobody can tell */
	const char *trouble; /* why the machine could not be read: the first reason, or NULL */
	uint16_t need_count;
	uint16_t line_count;
	enum truth
		needs_found; /* YES: all that the boot needs, and all that is in use, was found */
	enum truth prompt_to_come; /* a line of crypttab that wants a passphrase is not open yet */
	bool keyboard_elsewhere; /* a keyboard hangs on no PCI function: PS/2, Bluetooth */
	struct text text;
	struct function functions[MACHINE_MAX_FUNCTIONS];
	struct need needs[MACHINE_MAX_NEEDS];
	struct line lines[MACHINE_MAX_LINES];
	struct guard guard; /* what the image says */
	struct support support;
};

/* Functions, each once. */
#define FUNCTIONS_MOST 256

struct functions {
	uint16_t of[FUNCTIONS_MOST];
	uint16_t count;
};

/* Adds a function that is not there yet; FUNCTION_NONE adds nothing. Returns false where there is no room. */
bool functions_add(struct functions *functions, uint16_t f);

/* Reads a whole string as sysfs names a function, DDDD:BB:DD.F. Returns whether it is one. */
bool address_read(const char *name, struct pci_address *address);

/* Writes an address as sysfs names it, ADDRESS_BYTES at most. Returns where it ends, at its NUL byte. */
char *address_write(char *to, struct pci_address address);

/* Less than, equal to or greater than 0, as for qsort. */
int address_compare(struct pci_address a, struct pci_address b);

/* Finds the last function on a device's way through the tree, ../../devices/pci0000:00/0000:00:01.0/0000:07:00.0/drm/card1.
 * Returns whether there is one. */
bool address_last_of(const char *path, struct pci_address *address);

/* Whether two functions share domain, bus and device: the functions of one card. */
bool address_same_card(struct pci_address a, struct pci_address b);

/* Index of the function at this address, or FUNCTION_NONE. */
uint16_t machine_find(const struct machine *machine, struct pci_address address);

#endif
