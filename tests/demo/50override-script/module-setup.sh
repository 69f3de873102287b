#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The well-known way without ids, for comparison: a script in the image that gives away every card but the boot one.

check() {
	return 255
}

installkernel() {
	hostonly='' instmods vfio_pci vfio_iommu_type1
}

install() {
	# shellcheck disable=SC2154 # moddir is dracut's
	inst_hook pre-udev 00 "$moddir/override.sh"
}
