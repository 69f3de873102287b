#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What is printed for a person: at most 100 columns, and no byte that a terminal would obey.

# shellcheck disable=SC2154  # common.bash and bats set them
bats_require_minimum_version 1.5.0

setup() {
    load common
}

# fits_a_screen FILE: no line of it is too long, or has what a terminal would obey
fits_a_screen() {
    LC_ALL=C.UTF-8 fails grep -nE '.{101}' "$1"
    LC_ALL=C fails grep -naP '[\x00-\x09\x0b-\x1f\x7f]' "$1"
}

@test "at most 100 columns on every machine, whatever the command, and something that would have had more" {
    local status long=0 said=0
    for file in "$machines"/*.txt; do
        rm -rf "$root"
        machine "$(basename "$file" .txt)"
        configure 'bind cards class 03' 'bind class 04' 'bind class 0c' 'bind class 01 force early' 'keep boot-display' 'bind id dead:beef'
        command_line quiet vfio-pci.ids=10de:128b,10de:0e0f,1002:73ff,1002:ab28 modprobe.blacklist=nouveau,nvidia,nvidia_drm
        for verb in check plan list import embed; do
            status=0
            "$EARLYBIND" --root "$root" --$verb --kernel 6.1.0 >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" || status=$?
            # what a build hook reads is no text for a person
            [ $verb = embed ] || fits_a_screen "$BATS_TEST_TMPDIR/out"
            # a file's name is as long as it is
            sed -i '/^earlybind: the machine cannot be read: /d' "$BATS_TEST_TMPDIR/err"
            fits_a_screen "$BATS_TEST_TMPDIR/err"
            unwrap <"$BATS_TEST_TMPDIR/out" >"$BATS_TEST_TMPDIR/whole"
            long=$((long + $(grep -cE '.{101}' "$BATS_TEST_TMPDIR/whole" || :)))
            said=$((said + 1))
        done
    done
    echo "$said outputs, $long sentences that are longer than a line"
    ((said > 150 && long > 300))
}

@test "words that are longer than a line are broken, and file names with what a terminal would obey are shown without" {
    local word
    word=$(printf 'x%.0s' {1..300})
    machine two-gt710-on-x570
    mkdir -p "$root/etc/earlybind.conf.d"
    echo 'bind slot 09:00' >"$root/etc/earlybind.conf.d/${word:0:200}.conf"
    configure 'bind slot 04:00'
    mkdir -p "$root/etc/modprobe.d" "$root/etc/driverctl.d"
    printf 'options vfio-pci ids=10de:128b %s\nsoftdep nouveau pre: vfio-pci %s\n' "$word" "$word" >"$root/etc/modprobe.d/$(printf 'a\033[31m').conf"
    for verb in check plan import; do
        "$EARLYBIND" --root "$root" --$verb >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" || [ $? -eq 1 ]
        fits_a_screen "$BATS_TEST_TMPDIR/out"
        fits_a_screen "$BATS_TEST_TMPDIR/err"
        holds xxxxxxxxxxxx "$(cat "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/err")"
    done
    configure "bind $word"
    "$EARLYBIND" --root "$root" --plan >"$BATS_TEST_TMPDIR/out" 2>&1 || [ $? -eq 2 ]
    fits_a_screen "$BATS_TEST_TMPDIR/out"
}

@test "a command is not broken before or behind an option" {
    local status=0
    machine vfio-pci-built-in
    configure 'bind slot 01:00'
    "$EARLYBIND" --root "$root" --check >"$BATS_TEST_TMPDIR/out" || status=$?
    [ "$status" -eq 1 ]
    same 'earlybind did not run on this boot; build the initramfs again (mkinitcpio -P,
    dracut --force --regenerate-all or update-initramfs -u -k all) and restart' \
        "$(sed -n '/^earlybind did/,/restart$/p' "$BATS_TEST_TMPDIR/out")"
}
