#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The man pages say what the program does: its options, its language, and what it makes of the examples.

# shellcheck disable=SC2154  # common.bash and bats set them
bats_require_minimum_version 1.5.0

pages=$BATS_TEST_DIRNAME/../../packaging/man

setup() {
    load common
}

# terms PAGE: what its lists of options or words have, sorted
terms() {
    sed -n 's/^\.It \(Fl\|Cm\) //p' "$pages/$1" | tr ' ' '\n' | sort -u
}

# blocks PAGE: its literal blocks, each a file in $BATS_TEST_TMPDIR/blocks: 01, 02 and so on; where a comment names a
# machine just before it, 01.machine has that name
blocks() {
    mkdir "$BATS_TEST_TMPDIR/blocks"
    awk -v to="$BATS_TEST_TMPDIR/blocks/" '
        /^\.\\" machine / { machine = $3 }
        /^\.Bd -literal/ {
            file = to sprintf("%02d", ++n)
            if (machine) print machine >(file ".machine")
            machine = ""
            next
        }
        /^\.Ed/ { close(file); file = "" }
        file { print >file }' "$pages/$1"
}

# members SCHEMA...: the name of every property in them, at whatever depth
members() {
    python3 - "$@" <<'END'
import json, sys

def names(of):
    if isinstance(of, list):
        return set().union(*map(names, of))
    return set(of.get("properties", {})).union(*map(names, of.values())) if isinstance(of, dict) else set()

print(*sorted(set().union(*(names(json.load(open(schema))) for schema in sys.argv[1:]))), sep="\n")
END
}

@test "earlybind(8) has every command and option that --help prints, and no other" {
    "$EARLYBIND" --help | grep -oE '(^ +(-[a-z], )?|; )--[a-z]+' | grep -oE '[a-z]+$' | sort >"$BATS_TEST_TMPDIR/help"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/help")" -ge 15 ]
    terms earlybind.8 | sed -n 's/^-\([a-z]*\)$/\1/p' | diff "$BATS_TEST_TMPDIR/help" -
}

@test "earlybind.conf(5) has every word that the program knows" {
    machine two-identical-cards-boot-card-on-root-bus
    configure 'nonsense' 'bind nonsense' 'prompt nonsense'
    earlybind --plan
    same 3 "${#stderr_lines[@]}"
    terms earlybind.conf.5 >"$BATS_TEST_TMPDIR/terms"
    # each message names what was expected; what is no word of the language is taken out
    printf '%s\n' "$stderr" | sed 's/.*expected//; s/with bind also//; s/at the start of the line//' |
        grep -oE '[a-z-]+' | grep -vx or | sort -u >"$BATS_TEST_TMPDIR/words"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/words")" -ge 16 ]
    same '' "$(comm -23 "$BATS_TEST_TMPDIR/words" "$BATS_TEST_TMPDIR/terms")"
    grep -q '^\.It Cm bind card ' "$pages/earlybind.conf.5"
    grep -q '^\.It Cm bind cards ' "$pages/earlybind.conf.5"
}

@test "every line that earlybind.conf(5) shows is understood" {
    local count=0
    machine two-identical-cards-boot-card-on-root-bus
    blocks earlybind.conf.5
    for block in "$BATS_TEST_TMPDIR"/blocks/??; do
        grep -qE '^(bind|keep|prompt) ' "$block" || continue
        cp "$block" "$root/etc/earlybind.conf"
        earlybind --plan --kernel none
        [ "$status" -ne 2 ] || { cat "$block"; echo "$stderr"; false; }
        count=$((count + 1))
    done
    [ "$count" -ge 10 ]
}

@test "--plan says of each example's machine what stands below the example in earlybind.conf(5)" {
    local asked=() name plan
    blocks earlybind.conf.5
    for example in "$BATS_TEST_TMPDIR"/blocks/*.machine; do
        name=$(cat "$example")
        rm -rf "$root"
        machine "$name"
        cp "${example%.machine}" "$root/etc/earlybind.conf"
        earlybind --plan
        [ "$status" -eq 0 ]
        plan=$(printf '%02d' $((10#$(basename "$example" .machine) + 1)))
        same "$(cat "$BATS_TEST_TMPDIR/blocks/$plan")" \
            "$(printf '%s\n' "$output" | sed -n 's/^\([0-9a-f]*:[^ ]*  [^(]*[^ (]\) *(line .*/\1/p')"
        asked+=("$name")
    done
    # the machines of the guides that people follow
    for name in rx6400-behind-its-own-switch rx6600-beside-rx6750xt-with-one-audio-id rtx2060-with-four-functions \
        laptop-with-r5-m330-of-class-0380; do
        holds " $name " " ${asked[*]} "
    done
}

@test "every line for the kernel command line that earlybind(8) shows is understood" {
    local count=0
    machine two-identical-cards-boot-card-on-root-bus
    blocks earlybind.8
    while read -r word; do
        command_line "$word"
        earlybind --check
        # a rule, and no mistake beside it
        while read -r choice; do
            holds "the kernel command line: ${word%%=*}${choice:+=$choice}" "$output"
        done < <(case $word in *=*) tr , '\n' <<<"${word#*=}" ;; *) echo ;; esac)
        lacks 'kernel command line, column' "$output$stderr"
        count=$((count + 1))
    done < <(cat "$BATS_TEST_TMPDIR"/blocks/?? | grep '^earlybind\.')
    [ "$count" -ge 3 ]
    # this is what a mistake looks like
    command_line earlybind.keep=nonsense
    earlybind --check
    holds 'kernel command line, column' "$output$stderr"
}

@test "earlybind(8) has the command that builds the image again as --check says it" {
    machine two-identical-cards-boot-card-on-root-bus
    configure 'bind slot 01:00'
    earlybind --check
    # what built the image is not known here, so that all are named
    for command in 'mkinitcpio -P' 'dracut --force --regenerate-all' 'update-initramfs -u -k all'; do
        holds "$command" "$output"
        grep -qF "Ta Ic $command" "$pages/earlybind.8"
    done
}

@test "earlybind(8) names every member of the JSON documents" {
    local count=0 name
    while read -r name; do
        grep -qwF -- "$name" "$pages/earlybind.8" || { echo "$name is missing"; false; }
        count=$((count + 1))
    done < <(members "$pages"/../schema/*.json)
    [ "$count" -ge 40 ]
}
