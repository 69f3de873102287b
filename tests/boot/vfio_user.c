/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a hypervisor does with a function before its guest starts: opens the
 * container, the group and the device, then reads and maps memory BAR 0.
 * Opening alone proves little: it succeeds where the firmware's framebuffer
 * still holds the card's memory, and a guest would fail.
 *
 * Only a display's memory is written to: elsewhere there are registers.
 *
 * vfio-user SLOT [SECONDS]: prints one line, exit status 0 when BAR 0 was
 * mapped; keeps it open for so long, as a guest that runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/vfio.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

static int fail(const char *slot, const char *step)
{
	printf("vfio %s no: %s: %s\n", slot, step, strerror(errno));
	return 1;
}

static int find_group(const char *slot, char *path, size_t size)
{
	char link[PATH_MAX], target[PATH_MAX];
	ssize_t length;

	snprintf(link, sizeof(link), "/sys/bus/pci/devices/%s/iommu_group", slot);
	length = readlink(link, target, sizeof(target) - 1);
	if (length < 0)
		return -1;
	target[length] = '\0';
	snprintf(path, size, "/dev/vfio/%s", basename(target));
	return 0;
}

static int is_display(const char *slot)
{
	char path[PATH_MAX];
	unsigned class = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/class", slot);
	file = fopen(path, "r");
	if (!file)
		return 0;
	if (fscanf(file, "%x", &class) != 1)
		class = 0;
	fclose(file);
	return class >> 16 == 0x03;
}

int main(int argc, char **argv)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	struct vfio_region_info region = { .argsz = sizeof(region),
					   .index = VFIO_PCI_BAR0_REGION_INDEX };
	const char *slot = argc >= 2 ? argv[1] : "";
	int container, group, device;
	volatile uint32_t *memory;
	char path[PATH_MAX];
	uint32_t word;

	if (argc != 2 && argc != 3) {
		fprintf(stderr, "usage: vfio-user SLOT [SECONDS]\n");
		return 2;
	}
	if (find_group(slot, path, sizeof(path)))
		return fail(slot, "has no IOMMU group");
	container = open("/dev/vfio/vfio", O_RDWR);
	if (container < 0)
		return fail(slot, "open /dev/vfio/vfio");
	group = open(path, O_RDWR);
	if (group < 0)
		return fail(slot, "open its group");
	if (ioctl(group, VFIO_GROUP_GET_STATUS, &status))
		return fail(slot, "status of its group");
	errno = EBUSY;
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE))
		return fail(slot, "its group is not viable");
	if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container))
		return fail(slot, "attach its group");
	if (ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return fail(slot, "set the IOMMU");
	device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, slot);
	if (device < 0)
		return fail(slot, "open the device");
	if (ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &region))
		return fail(slot, "ask for BAR 0");
	errno = ENXIO;
	if (!region.size || !(region.flags & VFIO_REGION_INFO_FLAG_MMAP))
		return fail(slot, "BAR 0 is no memory that can be mapped");
	if (pread(device, &word, sizeof(word), (off_t)region.offset) != sizeof(word))
		return fail(slot, "read BAR 0");
	memory = mmap(NULL, region.size, PROT_READ | PROT_WRITE, MAP_SHARED, device,
		      (off_t)region.offset);
	if (memory == MAP_FAILED)
		return fail(slot, "map BAR 0");
	/* Write and read back: the mapping reaches the card's own memory. */
	if (is_display(slot))
		memory[16] = 0x5a17b1d5;
	if (is_display(slot) && memory[16] != 0x5a17b1d5) {
		errno = EIO;
		return fail(slot, "BAR 0 does not keep what is written");
	}
	printf("vfio %s yes: BAR 0 read and mapped, %llu KiB\n", slot,
	       (unsigned long long)region.size >> 10);
	fflush(stdout);
	sleep(argc == 3 ? (unsigned)atoi(argv[2]) : 0);
	return 0;
}
