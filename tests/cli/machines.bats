#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The whole output of --plan on real machines, for the wishes of their owners: tests/machines/NAME.txt and NAME.plan.

# common.bash has $machines and $root
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

setup() {
    load common
    export EARLYBIND
}

# chosen NAME STORY: the functions that the plan file has for it
chosen() {
    sed -n "/^== $2\$/,/^\$/s/^\\([0-9a-f]*:[0-9a-f:.]*\\)  .*/\\1/p" "$machines/$1.plan" | tr '\n' ' '
}

@test "the guides' wishes choose the guest's functions and no other" {
    same "$(chosen rx6400-behind-its-own-switch 'the card, by the id that the guide gave to pci-stub')" \
        '0000:03:00.0 0000:03:00.1 '
    same "$(chosen rx6600-beside-rx6750xt-with-one-audio-id \
        "the guest's card by id: its audio comes along by slot, so that the host's stays")" '0000:07:00.0 0000:07:00.1 '
    same "$(chosen rtx2060-whose-usb-goes-along "the whole card, by the first of the guide's ids")" \
        '0000:01:00.0 0000:01:00.1 0000:01:00.2 0000:01:00.3 '
    same "$(chosen laptop-with-r5-m330-of-class-0380 "the guest's graphics, by id as on the guide's command line")" '0000:01:00.0 '
}

@test "a snapshot makes the same machine again, one that cannot be read too" {
    local of_first of_again unreadable=0
    for file in "$machines"/*.txt; do
        rm -rf "$root" "$root.again"
        machine "$(basename "$file" .txt)"
        configure 'bind cards class 03' 'bind class 04' 'bind class 0c' 'keep boot-display'
        of_first=0 of_again=0
        "$EARLYBIND" --root "$root" --snapshot >"$BATS_TEST_TMPDIR/first" 2>"$BATS_TEST_TMPDIR/why" || of_first=$?
        "$machines/lay-out" "$BATS_TEST_TMPDIR/first" "$root.again"
        "$EARLYBIND" --root "$root.again" --snapshot >"$BATS_TEST_TMPDIR/again" 2>"$BATS_TEST_TMPDIR/why-again" || of_again=$?
        # the order of a folder's names is the file system's
        diff -u <(sort "$BATS_TEST_TMPDIR/first") <(sort "$BATS_TEST_TMPDIR/again")
        same "$(cat "$BATS_TEST_TMPDIR/why")" "$(cat "$BATS_TEST_TMPDIR/why-again")"
        same "$of_first" "$of_again"
        for verb in --plan --check --list; do
            same "$("$EARLYBIND" --root "$root" $verb 2>&1)" "$("$EARLYBIND" --root "$root.again" $verb 2>&1)"
        done
        case $of_first in
            0) ;;
            3) unreadable=$((unreadable + 1)) ;;
            *) echo "$file: status $of_first"; false ;;
        esac
    done
    [ "$unreadable" -eq 1 ]
}

@test "a line that means a whole machine: its first cards are named, the others counted, its bridges neither" {
    machine laptop-with-rtx5080-and-vmd
    configure 'bind slot 0000::'
    earlybind --plan
    [ "$status" -eq 1 ]
    holds 'chooses functions of 15 cards: 0000:00:02.0, 0000:00:04.0, 0000:00:06.0, 0000:00:08.0, 0000:00:0a.0, 0000:00:0b.0, 0000:00:0d.0, 0000:00:0e.0 and 7 more; if you mean one, ' "$stderr"
}

@test "plan: arc a380 with audio in another slot" {
    plan_is_as_expected arc-a380-with-audio-in-another-slot
}

@test "plan: eight rtx2080ti behind switches" {
    plan_is_as_expected eight-rtx2080ti-behind-switches
}

@test "plan: laptop with r5 m330 of class 0380" {
    plan_is_as_expected laptop-with-r5-m330-of-class-0380
}

@test "plan: laptop with rtx5080 and vmd" {
    plan_is_as_expected laptop-with-rtx5080-and-vmd
}

@test "plan: laptop with rx6600m and usb beside the host graphics" {
    plan_is_as_expected laptop-with-rx6600m-and-usb-beside-the-host-graphics
}

@test "plan: rtx2060 whose usb goes along" {
    plan_is_as_expected rtx2060-whose-usb-goes-along
}

@test "plan: rx6400 behind its own switch on a later kernel" {
    plan_is_as_expected rx6400-behind-its-own-switch-on-a-later-kernel
}

@test "plan: rx6400 behind its own switch" {
    plan_is_as_expected rx6400-behind-its-own-switch
}

@test "plan: rx6600 beside rx6750xt with one audio id" {
    plan_is_as_expected rx6600-beside-rx6750xt-with-one-audio-id
}

@test "plan: server with virtual functions on" {
    plan_is_as_expected server-with-virtual-functions-on
}

@test "plan: two cards and nobody can tell whose the picture is" {
    plan_is_as_expected two-cards-and-nobody-can-tell-whose-the-picture-is
}

@test "plan: two gt710 of two makers" {
    plan_is_as_expected two-gt710-of-two-makers
}

@test "plan: gpu in chipset group with root nvme and nic" {
    plan_is_as_expected gpu-in-chipset-group-with-root-nvme-and-nic
}

@test "plan: b550i with root on lvm in chipset group" {
    plan_is_as_expected b550i-with-root-on-lvm-in-chipset-group
}

@test "plan: host card in the chipset group with usb sata and network" {
    plan_is_as_expected host-card-in-the-chipset-group-with-usb-sata-and-network
}
