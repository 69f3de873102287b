#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# --list: every line that it gives chooses its own card; what it says, whole, on some machines: tests/machines/NAME.list.

# common.bash has $machines and $root, bats the rest; each test is a shell of its own, which may set $root
# shellcheck disable=SC2154,SC2030,SC2031

bats_require_minimum_version 1.5.0

setup_file() {
    load common
    for file in "$machines"/*.txt; do
        "$machines/lay-out" "$file" "$BATS_FILE_TMPDIR/$(basename "$file" .txt)"
        mkdir -p "$BATS_FILE_TMPDIR/$(basename "$file" .txt)/etc"
    done
}

setup() {
    load common
}

# names [FILE]: gives the machine a pci.ids
names() {
    mkdir -p "$root/usr/share/misc"
    cp "${1:-$machines/pci.ids}" "$root/usr/share/misc/pci.ids"
}

# addresses: those that lines begin with, in one line
addresses() {
    sed -nE 's/^ *([0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])  .*/\1/p' | sort | tr '\n' ' '
}

# chosen LINE...: the functions that a configuration of these lines chooses
chosen() {
    configure "$@"
    "$EARLYBIND" --root "$root" --plan 2>/dev/null | addresses
}

# is_listed_as NAME: whether --list says on that machine, word for word, what stands in its .list file. After a change that is
# meant: LIST_NEW=DIR writes what it says now to DIR/NAME.list
is_listed_as() {
    machine "$1"
    names
    "$EARLYBIND" --root "$root" --list >"$BATS_TEST_TMPDIR/list"
    [ -z "${LIST_NEW-}" ] || { echo "# SPDX-License-Identifier: GPL-2.0-or-later"; cat "$BATS_TEST_TMPDIR/list"; } >"$LIST_NEW/$1.list"
    sed 1d "$machines/$1.list" | diff -u - "$BATS_TEST_TMPDIR/list"
}

@test "each line of each card on every machine chooses that card's functions and no other" {
    local block line functions cards=0 tried=0 without=0 unreadable=0 status
    for root in "$BATS_FILE_TMPDIR"/*; do
        status=0
        "$EARLYBIND" --root "$root" --list >"$BATS_TEST_TMPDIR/list" 2>/dev/null || status=$?
        if [ "$status" = 3 ]; then
            unreadable=$((unreadable + 1))
            [ ! -s "$BATS_TEST_TMPDIR/list" ]
            continue
        fi
        [ "$status" = 0 ]
        # a paragraph is a card; the last one may be remarks
        while IFS= read -r -d '' block; do
            functions=$(grep -E '^  [0-9a-f:.]+  [0-9a-f]{4}:[0-9a-f]{4}  ' <<<"$block" | addresses) || :
            [ -n "$functions" ] || continue
            cards=$((cards + 1))
            grep -q '^  bind ' <<<"$block" || {
                # never bound, whatever the line
                without=$((without + 1))
                configure "bind card slot ${block%%  *}"
                "$EARLYBIND" --root "$root" --plan >"$BATS_TEST_TMPDIR/wrapped" 2>/dev/null || [ $? = 1 ]
                unwrap <"$BATS_TEST_TMPDIR/wrapped" >"$BATS_TEST_TMPDIR/plan"
                grep -q '  refuse  ' "$BATS_TEST_TMPDIR/plan"
                fails grep -v -e '  refuse  ' -e '^prompt: ' "$BATS_TEST_TMPDIR/plan"
                continue
            }
            while IFS= read -r line; do
                tried=$((tried + 1))
                same "$root: $line: $functions" "$root: $line: $(chosen "$line")"
            done < <(grep '^  bind ' <<<"$block")
        done < <(awk -v RS= -v ORS='\0' 1 "$BATS_TEST_TMPDIR/list")
    done
    echo "$cards cards, $tried lines, $without without, $unreadable unreadable"
    ((cards > 150 && tried > cards && without >= 3 && unreadable == 1))
}

@test "every function but bridges and virtual ones is in the list once" {
    for root in "$BATS_FILE_TMPDIR"/*; do
        "$EARLYBIND" --root "$root" --list >"$BATS_TEST_TMPDIR/list" 2>/dev/null || continue
        same "$(for folder in "$root"/sys/bus/pci/devices/*; do
            [ ! -L "$folder/physfn" ] || continue
            grep -qiE '^PCI_CLASS=0?60[01479]..$' "$folder/uevent" || echo "${folder##*/}"
        done | sort)" "$(sed -nE 's/^  ([0-9a-f:]+\.[0-7])  [0-9a-f]{4}:[0-9a-f]{4}  .*/\1/p' "$BATS_TEST_TMPDIR/list" | sort)"
    done
}

@test "at most 100 columns and no byte that a terminal would obey, with names and without" {
    local long
    long=$(printf 'x%.0s' {1..150})
    sed -e "s/RX 6600/$long/; s/Navi 22/Ünïcödé ünïcödé ünïcödé ünïcödé ünïcödé ünïcödé ünïcödé/" "$machines/pci.ids" >"$BATS_TEST_TMPDIR/ids"
    for root in "$BATS_FILE_TMPDIR"/*; do
        for ids in '' "$machines/pci.ids" "$BATS_TEST_TMPDIR/ids"; do
            [ -z "$ids" ] || names "$ids"
            "$EARLYBIND" --root "$root" --list >"$BATS_TEST_TMPDIR/list" 2>/dev/null || continue
            LC_ALL=C.UTF-8 fails grep -nE '.{101}' "$BATS_TEST_TMPDIR/list"
            LC_ALL=C fails grep -naP '[\x00-\x09\x0b-\x1f\x7f]| $' "$BATS_TEST_TMPDIR/list"
        done
    done
}

@test "what a file or a program is called is shown without what a terminal would obey" {
    machine b550i-with-root-on-lvm-in-chipset-group
    printf 'UUID=1234 /a\\033[2Jb ext4 defaults 0 0\n' >>"$root/etc/fstab"
    earlybind --list
    holds 'nobody can tell: /a?[2Jb of /etc/fstab' "$output"
}

@test "it works whatever the configuration says" {
    machine two-gt710-on-x570
    configure 'this is no rule'
    earlybind --list
    [ "$status" -eq 0 ]
    same '' "$stderr"
    holds '  bind card slot 0000:0a:00 id 10de:128b' "$output"
    earlybind --list --quiet
    [ "$status" -eq 0 ]
    same '' "$output$stderr"
}

@test "it says where names come from when there are none, and only then" {
    machine two-gt710-on-x570
    earlybind --list
    holds 'VGA display' "$output"
    holds '  0000:0a:00.1  10de:0e0f  snd_hda_intel   HD audio' "$output"
    holds 'There are no names: the package hwdata or pci.ids has them' "$output"
    names
    earlybind --list
    lacks 'no names' "$output"
    holds '  0000:0a:00.1  10de:0e0f  snd_hda_intel   GK208 HDMI/DP Audio Controller' "$output"
}

@test "it says what shows the console, and where a screen is connected" {
    machine two-gt710-on-x570
    mkdir -p "$root/sys/class/graphics" "$root/sys/class/drm"
    cards=$root/sys/devices/pci0000:00
    for card in '0000:00:03.1/0000:04:00.0 0 connected' '0000:00:01.3/0000:0a:00.0 1 disconnected'; do
        IFS=' ' read -r place number state <<<"$card"
        mkdir -p "$cards/$place/drm/card$number-DP-1" "$cards/$place/graphics/fb$number"
        echo "$state" >"$cards/$place/drm/card$number-DP-1/status"
        ln -s "../../devices/pci0000:00/$place/drm/card$number-DP-1" "$root/sys/class/drm/"
        ln -s "../../devices/pci0000:00/$place/graphics/fb$number" "$root/sys/class/graphics/"
    done
    earlybind --list
    holds "  shows the firmware's picture; nouveau has /dev/fb0 on it, where the console is unless it was
  moved; a screen is connected
  bind card slot 0000:04:00 id 10de:128b" "$output"
    holds '  nouveau has /dev/fb1 on it; no screen is connected
  bind card slot 0000:0a:00 id 10de:128b' "$output"
}

@test "a pipe that is closed early ends it quietly" {
    machine server-with-virtual-functions-on
    first_line() { "$EARLYBIND" --root "$root" --list | head -n 1; }
    run --separate-stderr first_line
    same '0000:01:00  VGA display' "$output"
    same '' "$stderr"
}

@test "a machine that cannot be read: said, and nothing listed" {
    machine iommu-group-is-nonsense
    earlybind --list
    [ "$status" -eq 3 ]
    same '' "$output"
    holds 'earlybind: the machine cannot be read: ' "$stderr"
}

@test "list: two gt710 on x570, told apart by slot or path" {
    is_listed_as two-gt710-on-x570
}

@test "list: rx6600 beside rx6750xt with one audio id, by id" {
    is_listed_as rx6600-beside-rx6750xt-with-one-audio-id
}

@test "list: b550i with root on lvm in chipset group: what lies where, and who shares a group" {
    is_listed_as b550i-with-root-on-lvm-in-chipset-group
}

@test "list: arc a380 with audio in another slot is one card" {
    is_listed_as arc-a380-with-audio-in-another-slot
}

@test "list: laptop with nvme behind vmd" {
    is_listed_as laptop-with-nvme-behind-vmd
}

@test "list: server with virtual functions on" {
    is_listed_as server-with-virtual-functions-on
}

@test "list: no iommu, said once" {
    is_listed_as no-iommu
}

@test "list: framebuffer owner unknown" {
    is_listed_as framebuffer-owner-unknown
}
