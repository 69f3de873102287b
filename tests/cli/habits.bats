#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Colour, pipes and disks that are full, and the one line for the journal.

# shellcheck disable=SC2154  # common.bash and bats set them
bats_require_minimum_version 1.5.0

setup() {
    load common
    machine vfio-pci-built-in
    configure 'bind slot 01:00'
    escape=$(printf '\033')
    unset NO_COLOR
    export TERM=xterm
}

# on_terminal WORD...: what it prints where a terminal reads it
on_terminal() {
    script -qec "$(printf '%q ' "$EARLYBIND" --root "$root" "$@")" /dev/null </dev/null
}

@test "colour: on a terminal, and there unless NO_COLOR, TERM=dumb or --color never say no" {
    holds "${escape}[31m" "$(on_terminal --check)"
    holds "${escape}[31m" "$(NO_COLOR='' on_terminal --check)"
    lacks "$escape" "$(NO_COLOR=1 on_terminal --check)"
    holds "${escape}[31m" "$(NO_COLOR=1 on_terminal --check --color always)"
    lacks "$escape" "$(TERM=dumb on_terminal --check)"
    lacks "$escape" "$(on_terminal --check --color never)"
    lacks "$escape" "$(on_terminal --check --color=never)"
}

@test "colour: none in a pipe or a file, unless it is asked for" {
    lacks "$escape" "$("$EARLYBIND" --root "$root" --check)"
    lacks "$escape" "$("$EARLYBIND" --root "$root" --check --color auto)"
    holds "${escape}[31m" "$("$EARLYBIND" --root "$root" --check --color always)"
    holds "${escape}[32m  as asked: vfio-pci" "$("$EARLYBIND" --root "$root" --check --color always | sed "s/  *${escape}\[32m/${escape}[32m  /")"
}

@test "colour: it says nothing that the words do not, in whatever lines" {
    local colours=0
    for file in "$machines"/*.txt; do
        rm -rf "$root"
        machine "$(basename "$file" .txt)"
        configure 'bind cards class 03' 'bind class 04' 'keep boot-display' 'bind id dead:beef'
        for verb in check plan list; do
            "$EARLYBIND" --root "$root" --$verb --color always >"$BATS_TEST_TMPDIR/coloured" 2>/dev/null || :
            "$EARLYBIND" --root "$root" --$verb >"$BATS_TEST_TMPDIR/plain" 2>/dev/null || :
            sed "s/${escape}\[[0-9]*m//g" "$BATS_TEST_TMPDIR/coloured" | diff "$BATS_TEST_TMPDIR/plain" -
            # each line ends as plain as it began: a pager or grep may show one alone
            fails grep -nE "${escape}\[[0-9]+m[^${escape}]*\$" "$BATS_TEST_TMPDIR/coloured"
            colours=$((colours + $(grep -c "$escape" "$BATS_TEST_TMPDIR/coloured" || :)))
        done
    done
    ((colours > 300))
}

@test "colour: none in JSON, in what is to be pasted, and on standard error" {
    for words in '--check --json' '--plan --json' '--list --json' --libvirt --import --snapshot '--check --brief'; do
        # words of one line
        # shellcheck disable=SC2086
        "$EARLYBIND" --root "$root" $words --color always >"$BATS_TEST_TMPDIR/out" 2>&1 || :
        [ -s "$BATS_TEST_TMPDIR/out" ]
        fails grep -n "$escape" "$BATS_TEST_TMPDIR/out"
    done
    configure 'bind slot 09:00'
    "$EARLYBIND" --root "$root" --plan --color always 2>"$BATS_TEST_TMPDIR/err" >/dev/null || :
    [ -s "$BATS_TEST_TMPDIR/err" ]
    fails grep -n "$escape" "$BATS_TEST_TMPDIR/err"
}

@test "colour: a wrong word is answered with the near one" {
    run --separate-stderr "$EARLYBIND" --root "$root" --check --color alwais
    [ "$status" -eq 2 ]
    same 'earlybind: --color: "alwais": expected always, never or auto; did you mean always?' "$stderr"
    run --separate-stderr "$EARLYBIND" --root "$root" --check --color=blue
    [ "$status" -eq 2 ]
    same 'earlybind: --color: "blue": expected always, never or auto' "$stderr"
    [ -z "$output" ]
}

@test "a full disk: said, and status 3, whatever is printed" {
    local status
    for words in --check --plan --list --import --snapshot '--check --json' '--plan --json' '--list --json' '--check --brief' \
        --help --version '--embed dracut --kernel 1'; do
        status=0
        # words of one line
        # shellcheck disable=SC2086
        "$EARLYBIND" --root "$root" $words >/dev/full 2>"$BATS_TEST_TMPDIR/err" || status=$?
        [ "$status" -eq 3 ] || { echo "$words: status $status"; false; }
        same 'earlybind: not all of the output could be written: where it goes is full, or the program that reads it has ended' \
            "$(tail -n 1 "$BATS_TEST_TMPDIR/err")"
    done
    # nothing to write is no failure
    run bash -c '"$0" --root "$1" --check --quiet >/dev/full' "$EARLYBIND" "$root"
    [ "$status" -eq 1 ]
    same '' "$output"
}

@test "a reader that has gone: ended by its signal, or, where that is ignored, said" {
    run bash -c '{ sleep 1; "$0" --root "$1" --list; echo "status $?" >&2; } 2>&1 >&3 | cat' "$EARLYBIND" "$root" 3> >(true)
    holds 'status 141' "$output"
    run bash -c 'trap "" PIPE; { sleep 1; "$0" --root "$1" --list; echo "status $?" >&2; } 2>&1 >&3 | cat' "$EARLYBIND" "$root" 3> >(true)
    holds 'the program that reads it has ended
status 3' "$output"
}

@test "--brief: one line" {
    earlybind --check --brief
    [ "$status" -eq 1 ]
    same 'not as asked: 1 finding; 2 of 2 functions are as asked; see earlybind --check' "$output"
    same '' "$stderr"
    rm "$root/etc/earlybind.conf"
    earlybind --check --brief
    [ "$status" -eq 0 ]
    same 'there is no rule in /etc/earlybind.conf or /etc/earlybind.conf.d: nothing is asked for' "$output"
    earlybind --plan --brief
    [ "$status" -eq 2 ]
    same 'earlybind: --brief goes with --check, and not with --json; see earlybind --help' "$stderr"
}

@test "--brief into the journal: a warning where something is not as asked" {
    local file=$BATS_TEST_TMPDIR/journal stream
    : >"$file"
    stream=$(stat -c %d:%i "$file")
    status=0
    JOURNAL_STREAM=$stream "$EARLYBIND" --root "$root" --check --brief >"$file" || status=$?
    [ "$status" -eq 1 ]
    same '<4>not as asked: 1 finding; 2 of 2 functions are as asked; see earlybind --check' "$(cat "$file")"
    status=0
    JOURNAL_STREAM=1:1 "$EARLYBIND" --root "$root" --check --brief >"$file" || status=$?
    [ "$status" -eq 1 ]
    same 'not as asked: 1 finding; 2 of 2 functions are as asked; see earlybind --check' "$(cat "$file")"
    # what cannot be read is one line too
    configure 'bind slto 01:00' 'bnid slot 02:00'
    status=0
    JOURNAL_STREAM=$stream "$EARLYBIND" --root "$root" --check --brief >"$file" 2>&1 || status=$?
    [ "$status" -eq 2 ]
    same '<4>the configuration has errors; see earlybind --check' "$(cat "$file")"
    rm -r "$root/etc/earlybind.conf" "$root/sys/bus/pci"
    configure 'bind slot 01:00'
    status=0
    JOURNAL_STREAM=$stream "$EARLYBIND" --root "$root" --check --brief >"$file" 2>&1 || status=$?
    [ "$status" -eq 3 ]
    same '<4>the machine cannot be read; see earlybind --check' "$(cat "$file")"
    [ -z "$("$EARLYBIND" --root "$root" --check --brief -q 2>&1)" ]
}

@test "--brief where nothing is asked for: information" {
    local file=$BATS_TEST_TMPDIR/journal stream
    : >"$file"
    stream=$(stat -c %d:%i "$file")
    rm "$root/etc/earlybind.conf"
    JOURNAL_STREAM=$stream "$EARLYBIND" --root "$root" --check --brief >"$file"
    same '<6>there is no rule in /etc/earlybind.conf or /etc/earlybind.conf.d: nothing is asked for' "$(cat "$file")"
}

@test "the summary: the last line of --check, the same in JSON, and it counts what stands above" {
    local summary
    for file in "$machines"/*.txt; do
        rm -rf "$root"
        machine "$(basename "$file" .txt)"
        configure 'bind cards class 03' 'bind class 04' 'keep boot-display' 'bind id dead:beef'
        earlybind --check
        [ "$status" -ne 3 ] || continue
        summary=${lines[-1]}
        same "$summary" "$("$EARLYBIND" --root "$root" --check --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["summary"])')"
        case $status in 0) holds 'as asked: ' "$summary"; lacks 'not as asked' "$summary" ;; 1) holds 'not as asked: ' "$summary" ;; esac
        # findings, and notes below them: all but the rules, the functions that are as asked, and the summary
        same "$(printf '%s\n' "${lines[@]}" | grep -cvE '^line [0-9]+ of [^ ]*: (bind|keep)|^  .*  as asked: |^  keeps |^(not )?as asked: ')" \
            "$(grep -oE '[0-9]+ (finding|note)' <<<"$summary" | awk '{ n += $1 } END { print n + 0 }')"
    done
}
