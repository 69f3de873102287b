# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the tests of the command share. EARLYBIND is the program; each test has a machine laid out below $root.

machines=$BATS_TEST_DIRNAME/../machines
EARLYBIND=${EARLYBIND:-$BATS_TEST_DIRNAME/../../build/earlybind}
root=$BATS_TEST_TMPDIR/root

# machine NAME: lays the fixture tests/machines/NAME.txt out below $root.
machine() {
    "$machines/lay-out" "$machines/$1.txt" "$root"
    mkdir -p "$root/etc"
}

# configure LINE...: writes $root/etc/earlybind.conf.
configure() {
    printf '%s\n' "$@" >"$root/etc/earlybind.conf"
}

# command_line WORDS: what the kernel was started with.
command_line() {
    printf '%s\n' "$*" >"$root/proc/cmdline"
}

# earlybind WORD...: runs it on that machine: $status, $output (standard output), $stderr; sentences are a line each, however
# they were broken
earlybind() {
    run --separate-stderr "$EARLYBIND" --root "$root" "$@"
    # bats and the tests have these
    # shellcheck disable=SC2034
    case " $* " in
        *' --json '*) ;;
        *' --check '* | *' --plan '*)
            output=$(unwrap <<<"$output")
            mapfile -t lines <<<"$output"
            ;;
    esac
    # shellcheck disable=SC2154
    stderr=$(unwrap <<<"$stderr")
    # shellcheck disable=SC2034
    mapfile -t stderr_lines <<<"$stderr"
}

# unwrap: a sentence a line
unwrap() {
    "$BATS_TEST_DIRNAME/../cli/unwrap"
}

# image: makes $root an initramfs of ours, as the build hooks do of what --embed prints.
image() {
    local words=()

    # what an image is built of is not what the machine at hand warns of
    mapfile -t words < <("$EARLYBIND" --root "$root" --embed dracut --kernel 6.1.0-50-amd64 2>/dev/null | sed -n 's/^image //p')
    ((${#words[@]} > 0))
    printf '%s\n' "${words[@]}" >"$root/etc/earlybind.image"
}

# log: what went to the kernel log, a line a message, with its level in front; but for how long it took.
log() {
    sed '/ took [0-9]* ms$/d' "$root/dev/kmsg"
}

# logged LEVEL TEXT: whether a line of that level has this in it.
logged() {
    log | grep -F "<$1>earlybind: " | grep -qF -- "$2" || {
        echo "the log has no line of level $1 with: $2"
        log
        return 1
    }
}

# fact FUNCTION ATTRIBUTE: a file of a function, in one line.
fact() {
    tr '\n' '|' <"$root/sys/bus/pci/devices/$1/$2"
}

# same EXPECTED ACTUAL
same() {
    [ "$1" = "$2" ] || {
        diff <(printf '%s\n' "$1") <(printf '%s\n' "$2") | sed 's/^</expected:/; s/^>/but got: /'
        return 1
    }
}

# holds TEXT IN
holds() {
    [[ $2 == *"$1"* ]] || {
        printf 'there is no "%s" in:\n%s\n' "$1" "$2"
        return 1
    }
}

# lacks TEXT IN (a command with ! in front fails no test)
lacks() {
    [[ $2 != *"$1"* ]] || {
        printf 'there is "%s" in:\n%s\n' "$1" "$2"
        return 1
    }
}

# fails WORD...: whether a command does (a command with ! in front fails no test)
fails() {
    ! "$@"
}

# plan_is_as_expected NAME: whether --plan says on that machine, word for word, what stands in its .plan file.
plan_is_as_expected() {
    "$BATS_TEST_DIRNAME/plans" "$1" | diff -u "$machines/$1.plan" -
}
