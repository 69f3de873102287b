#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# README.md says what the tree does: its numbers are those that the commands print, and its examples are understood.

# shellcheck disable=SC2154,SC2016  # common.bash and bats set them; the backquotes are README's
bats_require_minimum_version 1.5.0

tree=$BATS_TEST_DIRNAME/../..

setup() {
    load common
    readme=$tree/README.md
}

# says TEXT: whether README has it
says() {
    grep -qF -- "$1" "$readme" || { echo "README.md does not say: $1"; false; }
}

# of FILE EXPRESSION: what Python makes of it with the names of one of the tree's programs
of() {
    python3 -B -c 'import runpy, sys; print(eval(sys.argv[2], runpy.run_path(sys.argv[1])))' "$tree/$1" "$2"
}

@test "make demo boots as often as README says" {
    same 6 "$(of tests/demo/run 'len(WAYS)')"
    says 'make demo     # boots a VM with two identical cards six ways'
}

@test "the oldest dracut and initramfs-tools are those that make table boots" {
    local name oldest
    of tests/boot/table '"\n".join(kinds())' >"$BATS_TEST_TMPDIR/kinds"
    for name in dracut initramfs-tools; do
        oldest=$(sed -n "s/^$name \([0-9.]*\)\( .*\)\?\$/\1/p" "$BATS_TEST_TMPDIR/kinds" | sort -V | head -n 1)
        [ -n "$oldest" ]
        says "| $name, $oldest and newer |"
    done
    # and mkinitcpio without a number, as there
    says '| mkinitcpio |'
}

@test "make test has each fuzzer run as long as README says" {
    grep -qF 'seconds=${1:-${FUZZ_SECONDS:-60}}' "$tree/tests/fuzz/run"
    says 'the fuzzers for a minute each'
}

@test "every line of a configuration that README shows is understood" {
    local count=0 line
    machine two-identical-cards-boot-card-on-root-bus
    while IFS= read -r line; do
        configure "$line"
        earlybind --plan --kernel none
        [ "$status" -ne 2 ] || { echo "$line"; echo "$stderr"; false; }
        count=$((count + 1))
    # in its blocks, and in its table of words
    done < <(grep -E '^(bind|keep) ' "$readme"; sed -n 's/^| `\(prompt [^`]*\)`.*/\1/p' "$readme")
    [ "$count" -ge 11 ]
}

@test "a class has the digits that README says" {
    machine two-identical-cards-boot-card-on-root-bus
    says '| `class` | two, four or six hex digits: '
    for class in 3 03 030 0300 03000 030000 0300000; do
        configure "bind class $class"
        earlybind --plan --kernel none
        case ${#class} in
            2 | 4 | 6) [ "$status" -ne 2 ] ;;
            *) [ "$status" -eq 2 ] ;;
        esac
    done
}

@test "every word for the kernel command line that README shows is understood" {
    local count=0 word
    machine two-identical-cards-boot-card-on-root-bus
    while read -r word; do
        command_line "$word"
        earlybind --check
        holds "the kernel command line: $word" "$output"
        lacks 'kernel command line, column' "$output$stderr"
        count=$((count + 1))
    done < <(sed -n 's/^| `\(earlybind\.[^`]*\)` |.*/\1/p' "$readme")
    [ "$count" -ge 2 ]
}
