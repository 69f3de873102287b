#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A machine as --snapshot printed it after its boot: what --check says of it, whole, however long its lines are.

# shellcheck disable=SC2154  # common.bash and bats set them
bats_require_minimum_version 1.5.0

setup() {
    load common
    export EARLYBIND
    machine vm-with-three-things-wrong-after-its-boot
}

# words TEXT: in one line
words() {
    tr -s ' \n' ' ' <<<"$1"
}

# driverless FUNCTION: its driver has been taken from it
driverless() {
    sed -i /^DRIVER=/d "$root/sys/bus/pci/devices/$1/uevent"
}

group="0000:01:01.0  1234:1111  has vfio-pci, and no guest can use it: 0000:01:02.0 (e1000) of its IOMMU group 2 works
  for the host (its bridges are no obstacle); put the card into another slot of the board"
stale="the initramfs of this boot has another configuration than today's; build it again
  (dracut --force --regenerate-all) and restart"
reset='0000:01:01.0 has no reset but that of its bus, which not every card survives: start its guest twice before you
  rely on it'

@test "plan: vm with three things wrong after its boot" {
    plan_is_as_expected vm-with-three-things-wrong-after-its-boot
}

@test "three things wrong: a neighbour's driver, a line that the image has not, the driver of that line's function" {
    earlybind --check
    [ "$status" -eq 1 ]
    same "$(words "line 1 of /etc/earlybind.conf: bind slot 0000:01:01.0
  $group
line 2 of /etc/earlybind.conf: bind slot 0000:00:06.0
  0000:00:06.0  8086:100e  has the driver e1000, not vfio-pci
$stale
$reset
not as asked: 3 findings; 0 of 2 functions are as asked; 1 note")" "$(words "$output")"
    [ -z "$stderr" ]
}

@test "one of them mended: two are left" {
    driverless 0000:01:02.0
    earlybind --check
    [ "$status" -eq 1 ]
    same "$(words "line 1 of /etc/earlybind.conf: bind slot 0000:01:01.0
  0000:01:01.0  1234:1111  as asked: vfio-pci
line 2 of /etc/earlybind.conf: bind slot 0000:00:06.0
  0000:00:06.0  8086:100e  has the driver e1000, not vfio-pci
$stale
$reset
not as asked: 2 findings; 1 of 2 functions are as asked; 1 note")" "$(words "$output")"
}

@test "another one mended: the image is today's again, and the group is left" {
    sed -i '$d' "$root/etc/earlybind.conf"
    earlybind --check
    [ "$status" -eq 1 ]
    same "$(words "line 1 of /etc/earlybind.conf: bind slot 0000:01:01.0
  $group
$reset
not as asked: 1 finding; 0 of 1 function is as asked; 1 note")" "$(words "$output")"
}

@test "all of them mended: the machine is as asked" {
    driverless 0000:01:02.0
    sed -i '$d' "$root/etc/earlybind.conf"
    earlybind --check
    [ "$status" -eq 0 ]
    same "$(words "line 1 of /etc/earlybind.conf: bind slot 0000:01:01.0
  0000:01:01.0  1234:1111  as asked: vfio-pci
$reset
as asked: 1 function of 1 card; 1 note")" "$(words "$output")"
}

@test "another function in the card's group, by its link alone: that one is named" {
    driverless 0000:01:02.0
    ln -sfn ../../../kernel/iommu_groups/2 "$root/sys/devices/pci0000:00/0000:00:06.0/iommu_group"
    sed -i '$d' "$root/etc/earlybind.conf"
    earlybind --check
    [ "$status" -eq 1 ]
    same "$(words "line 1 of /etc/earlybind.conf: bind slot 0000:01:01.0
  ${group/0000:01:02.0/0000:00:06.0}
$reset
not as asked: 1 finding; 0 of 1 function is as asked; 1 note")" "$(words "$output")"
}

# interrupts CHIP ALLOWED: what the machine's interrupts come from, and vfio_iommu_type1's parameter
interrupts() {
    echo "$1" >"$root/sys/kernel/irq/9/chip_name"
    echo "$2" >"$root/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts"
}

@test "no interrupt is remapped: no guest can use what is bound, unless the parameter allows it" {
    driverless 0000:01:02.0
    sed -i '$d' "$root/etc/earlybind.conf"
    interrupts IO-APIC N
    earlybind --check
    [ "$status" -eq 1 ]
    same "$(words "line 1 of /etc/earlybind.conf: bind slot 0000:01:01.0
  0000:01:01.0  1234:1111  as asked: vfio-pci
no guest can use what has vfio-pci: interrupts are not remapped on this machine, and VFIO wants that of it; switch it on
in the firmware's settings (VT-d or AMD-Vi); where it has none, and you trust every guest, add
vfio_iommu_type1.allow_unsafe_interrupts=1 to the kernel command line, and restart
$reset
not as asked: 1 finding; 1 of 1 function is as asked; 1 note")" "$(words "$output")"
    command_line quiet intremap=off
    earlybind --check
    [ "$status" -eq 1 ]
    holds 'VFIO wants that of it; take intremap=off off the kernel command line, and restart' "$(words "$output")"
    interrupts IO-APIC Y
    earlybind --check
    [ "$status" -eq 0 ]
    interrupts IR-IO-APIC N
    earlybind --check
    [ "$status" -eq 0 ]
    # another kind of machine: nobody can tell
    interrupts GICv3 N
    earlybind --check
    [ "$status" -eq 0 ]
}
