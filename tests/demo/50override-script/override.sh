#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every display that the firmware did not choose goes to vfio-pci, before udev loads the display drivers; or the one that the kernel
# command line names by override=SLOT.
slot=$(sed -n 's/.*override=\([^ ]*\).*/\1/p' /proc/cmdline)
if [ "$slot" ]; then
	echo vfio-pci > "/sys/bus/pci/devices/$slot/driver_override"
fi
for boot_vga in /sys/bus/pci/devices/*/boot_vga; do
	[ -z "$slot" ] && [ "$(cat "$boot_vga")" = 0 ] && echo vfio-pci > "${boot_vga%/*}/driver_override"
done
modprobe vfio_iommu_type1
modprobe vfio-pci
