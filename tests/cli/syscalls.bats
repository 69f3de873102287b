#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What reading a large machine costs, counted.

bats_require_minimum_version 1.5.0

# calls COUNT: how many system calls a plan for a machine of so many functions takes
calls() {
    run --separate-stderr "$BATS_TEST_DIRNAME/../bench/live" "$1" calls
    # shellcheck disable=SC2154  # bats sets it
    [ "$status" != 77 ] || skip "$stderr"
    [ "$status" = 0 ] || {
        echo "$stderr"
        false
    }
    made=$output
}

@test "a plan by id takes five system calls a function, for 4096 functions" {
    calls 64
    small=$made
    calls 4096
    # The names in a directory come a bufferful at a time: that is one more for every 64 or so.
    more=$((made - small)) others=$((4096 - 64))
    echo "64 functions: $small system calls; 4096: $made"
    ((more >= others * 4))
    ((more <= others * 5 + others / 32))
}
