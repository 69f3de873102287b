#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# wiki.sh SLOT...: binds functions the way that a hook from a wiki page does.
for slot; do
    echo vfio-pci >"/sys/bus/pci/devices/$slot/driver_override"
    echo "$slot" >/sys/bus/pci/drivers_probe
done
