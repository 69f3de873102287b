#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The systemd units of the initramfs.

bats_require_minimum_version 1.5.0

units=$BATS_TEST_DIRNAME/../../hooks

# setting UNIT NAME: all values of a setting, as words
setting() {
    sed -n "s/^$2=//p" "$units/$1" | tr '\n' ' '
}

# orders UNIT SETTING WORD...
orders() {
    local unit=$1 name=$2 word
    shift 2
    for word; do
        [[ " $(setting "$unit" "$name") " == *" $word "* ]] || { echo "$unit: $name lacks $word"; return 1; }
    done
}

@test "systemd understands the units" {
    command -v systemd-analyze >/dev/null || skip "there is no systemd-analyze here"
    for unit in "$units"/*.service; do
        sed 's|/usr/bin/earlybind|/bin/true|' "$unit" >"$BATS_TEST_TMPDIR/${unit##*/}"
    done
    run systemd-analyze verify --man=no --recursive-errors=no "$BATS_TEST_TMPDIR"/*.service
    [ "$status" -eq 0 ]
    # it complains of unknown settings with status 0
    [ -z "$output" ] || { echo "$output"; false; }
}

@test "claim runs before anything that can load a driver" {
    orders earlybind.service Before systemd-modules-load.service systemd-udevd.service systemd-udev-trigger.service \
        dracut-cmdline.service dracut-pre-udev.service sysinit.target
    orders earlybind.service ExecStart '-/usr/bin/earlybind --claim'
}

@test "finish runs with the root mounted, and never on the way to an emergency shell" {
    orders earlybind-finish.service Requires initrd-root-fs.target
    orders earlybind-finish.service After initrd-root-fs.target initrd-parse-etc.service
    orders earlybind-finish.service Conflicts emergency.target
    orders earlybind-finish.service Before initrd-cleanup.service emergency.target
    orders earlybind-finish.service ExecStart '-/usr/bin/earlybind --finish /sysroot'
}

@test "neither can fail a boot, hang one, or run where there is no image of ours" {
    for unit in earlybind.service earlybind-finish.service; do
        [[ $(setting "$unit" ExecStart) == -* ]]
        [[ $(setting "$unit" TimeoutStartSec) =~ ^[0-9]+s\ $ ]]
        orders "$unit" DefaultDependencies no
        orders "$unit" Type oneshot
        orders "$unit" RemainAfterExit yes
        orders "$unit" ConditionPathExists /etc/earlybind.image
        orders "$unit" StandardInput null
    done
}
