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

@test "release runs before the emergency shell, each time that one comes" {
    orders earlybind-release.service Before emergency.service
    orders earlybind-release.service ExecStart '-/usr/bin/earlybind --release'
    # a shell may be left, and come again
    [ -z "$(setting earlybind-release.service RemainAfterExit)" ]
}

@test "follow runs once udev is at work, and before a passphrase is asked for" {
    orders earlybind-follow.service After earlybind.service systemd-udev-trigger.service
    orders earlybind-follow.service Before cryptsetup-pre.target plymouth-start.service
    # the target refuses to be started by hand, and is in the boot only where something wants it
    orders earlybind-follow.service Wants cryptsetup-pre.target
    orders earlybind-follow.service ExecStart '-/usr/bin/earlybind --follow'
    # its own bound is a minute at most
    orders earlybind-follow.service TimeoutStartSec 75s
}

@test "what is held is bound in the running system, and never in a rescue system" {
    orders earlybind-held.service ExecStart '-/usr/bin/earlybind --finish'
    orders earlybind-held.service ConditionPathExists /run/earlybind/claim '!/etc/initrd-release'
    # udev starts it under a rescue shell too: that must pull nothing in, and end nothing
    orders earlybind-held.service DefaultDependencies no
    orders earlybind-held.service Requisite basic.target
    orders earlybind-held.service After basic.target
    orders earlybind-held.service Before shutdown.target
    [ "$(setting earlybind-held.service Conflicts)" = 'shutdown.target ' ]
    [ -z "$(setting earlybind-held.service Requires)$(setting earlybind-held.service Wants)" ]
    orders earlybind-held.service Before display-manager.service
    # a passphrase may be typed on what is given away here
    orders earlybind-held.service After cryptsetup.target
    # it is started once more for each screen
    [ -z "$(setting earlybind-held.service RemainAfterExit)" ]
    orders earlybind-held.service StartLimitIntervalSec 0
    [[ $(setting earlybind-held.service TimeoutStartSec) =~ ^[0-9]+s\ $ ]]
}

@test "udev starts that for each framebuffer, card and screen, where claim has run on this boot" {
    rules=$units/90-earlybind-held.rules
    grep -qF 'TEST!="/run/earlybind/claim", GOTO="earlybind_held_end"' "$rules"
    for subsystem in graphics drm; do
        grep -qE "^SUBSYSTEM==\"$subsystem\".*TAG\+=\"systemd\", ENV\{SYSTEMD_WANTS\}\+=\"earlybind-held.service\"" "$rules"
    done
    grep -qE '^ACTION=="change", SUBSYSTEM=="drm".*systemctl --no-block --job-mode=fail start earlybind-held.service' "$rules"
}

@test "udev asks for what appears after claim, at once, and not for the coldplug or where claim has not run" {
    rules=$units/70-earlybind-late.rules
    for words in 'ACTION!="add"' 'SUBSYSTEM!="pci"' 'ENV{SYNTH_UUID}=="?*"' 'TEST!="/run/earlybind/claim"'; do
        grep -qF "$words, GOTO=\"earlybind_late_end\"" "$rules"
    done
    [ "$(grep -c ^PROGRAM "$rules")" -eq 1 ]
    # shellcheck disable=SC2016  # udev's own $
    grep -qF 'PROGRAM=="/usr/bin/earlybind --claim $kernel"' "$rules"
    # before the rule that loads a driver by its alias
    [[ $(basename "$rules") < 80-drivers.rules ]]
}

@test "none of those in the image can fail a boot, hang one, or run where there is no image of ours" {
    for unit in earlybind.service earlybind-follow.service earlybind-finish.service earlybind-release.service; do
        [[ $(setting "$unit" ExecStart) == -* ]]
        [[ $(setting "$unit" TimeoutStartSec) =~ ^[0-9]+s\ $ ]]
        orders "$unit" DefaultDependencies no
        orders "$unit" Type oneshot
        [ "$unit" = earlybind-release.service ] || orders "$unit" RemainAfterExit yes
        orders "$unit" ConditionPathExists /etc/earlybind.image
        orders "$unit" StandardInput null
    done
}
