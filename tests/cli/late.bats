#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# --claim FUNCTION, for what appears after claim. These trees of plain files bind nothing: what is to be bound fails when its driver
# is read back, and is given back.

# shellcheck disable=SC2154  # common.bash and bats set them
bats_require_minimum_version 1.5.0

device=sys/bus/pci/devices/0000:01:00

setup() {
    load common
    machine initramfs-before-any-driver
    configure 'bind slot 01:00'
    image
    away=$BATS_TEST_TMPDIR/away
    mkdir "$away"
    mv "$root/$device.0" "$root/$device.1" "$away"
    earlybind --claim
    [ "$status" -eq 0 ]
    : >"$root/dev/kmsg"
}

# appears: the card is plugged in
appears() {
    mv "$away"/* "$root/sys/bus/pci/devices"
}

# in_running_system: what is left of that initramfs is its report
in_running_system() {
    rm "$root/etc/earlybind.image"
}

# has_driver FUNCTION DRIVER
has_driver() {
    echo "DRIVER=$2" >>"$root/sys/bus/pci/devices/$1/uevent"
    ln -s "../../../bus/pci/drivers/$2" "$root/sys/bus/pci/devices/$1/driver"
}

nothing_written() {
    for function in 0000:01:00.0 0000:01:00.1; do
        same '(null)|' "$(fact "$function" driver_override)"
    done
    [ ! -s "$root/dev/kmsg" ]
}

@test "no function: status 2, and what was expected" {
    for word in 01:00.0 0000:01:00 card; do
        earlybind --claim "$word"
        [ "$status" -eq 2 ]
        holds "--claim $word: expected a function as in 0000:07:00.0" "$stderr"
    done
}

@test "a function that is not there, is gone again, or that no line asks for: nothing" {
    for function in 0000:01:00.0 0000:00:1f.0; do
        earlybind --claim "$function"
        [ "$status" -eq 0 ]
    done
    appears
    nothing_written
}

@test "claim has not run on this boot, or only planned: nothing" {
    appears
    sed -i 's/^mode act/mode plan/' "$root/run/earlybind/claim"
    command_line earlybind=plan
    earlybind --claim 0000:01:00.0
    [ "$status" -eq 0 ]
    command_line quiet
    rm -r "$root/run/earlybind"
    earlybind --claim 0000:01:00.0
    [ "$status" -eq 0 ]
    nothing_written
}

@test "in the initramfs its card is held, as claim would have, and finish knows" {
    appears
    earlybind --claim 0000:01:00.0
    [ "$status" -eq 0 ]
    same "<6>earlybind: 0000:01:00.0: held for vfio-pci: a display is bound once the root is mounted
<6>earlybind: 0000:01:00.1: held for vfio-pci: it waits for 0000:01:00.0 of its card" "$(log)"
    same 'earlybind-held|' "$(fact 0000:01:00.0 driver_override)"
    grep -q '^function 0000:01:00.1 held vfio-pci' "$root/run/earlybind/late-0000:01:00.0"
    # its other function's turn changes nothing
    earlybind --claim 0000:01:00.1
    [ "$status" -eq 0 ]
    same 'earlybind-held|' "$(fact 0000:01:00.1 driver_override)"
}

@test "in the running system the card is bound, or given back whole" {
    appears
    in_running_system
    earlybind --claim 0000:01:00.1
    [ "$status" -eq 1 ]
    logged 3 '0000:01:00.0: not bound, left to the host: vfio-pci refused it'
    logged 3 '0000:01:00.1: not bound, left to the host: the functions of a card go together'
    same '|' "$(fact 0000:01:00.0 driver_override)"
    grep -q '^function 0000:01:00.0 failed vfio-pci' "$root/run/earlybind/added-0000:01:00.1"
}

@test "in the running system a display's driver that was faster keeps the card, and check says so" {
    appears
    in_running_system
    has_driver 0000:01:00.0 nouveau
    earlybind --claim 0000:01:00.0
    [ "$status" -eq 1 ]
    logged 3 '0000:01:00.0: not bound: it appeared after the start of the boot, and the driver nouveau was faster'
    logged 3 '0000:01:00.1: not bound: the functions of a card go together, and 0000:01:00.0 is not bound'
    same '(null)|' "$(fact 0000:01:00.1 driver_override)"
    earlybind --check
    [ "$status" -eq 1 ]
    holds 'has the driver nouveau, not vfio-pci; this boot said: not bound: it appeared after the start of the boot' "$output"
}

@test "another configuration than this boot began with: nothing, said" {
    appears
    in_running_system
    configure 'bind slot 01:00' 'bind slot 00:03'
    earlybind --claim 0000:01:00.0
    [ "$status" -eq 2 ]
    logged 4 'the configuration has changed since this boot began'
    same '(null)|' "$(fact 0000:01:00.0 driver_override)"
}
