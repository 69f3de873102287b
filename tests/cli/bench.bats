#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# That what make bench measures without a VM can be measured: how long it takes is told there, and nowhere tested.

# shellcheck disable=SC2154  # bats sets them
bats_require_minimum_version 1.5.0

@test "bench: --plan is timed, and its system calls are counted, on a machine made for it" {
    local live=$BATS_TEST_DIRNAME/../bench/live timer=$BATS_TEST_TMPDIR/timer

    command -v musl-gcc >/dev/null || skip "there is no musl-gcc, with which the bench builds its timer"
    musl-gcc -static -O1 -o "$timer" "$BATS_TEST_DIRNAME/../bench/timer.c"
    run --separate-stderr "$live" 64 times 2 "$timer"
    [ "$status" -ne 77 ] || skip "$stderr"
    echo "$stderr"
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 2 ]
    [[ ${lines[0]} =~ ^plan\ [0-9]+\ [0-9]+\ [0-9]+$ ]]
    run --separate-stderr "$live" 64 calls
    [ "$status" -eq 0 ]
    [ "$output" -gt 64 ]
}
