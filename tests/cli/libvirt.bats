#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# --libvirt: the chosen functions and no other, those of a card in one slot, valid by libvirt's own schema.

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
    elements=$BATS_TEST_TMPDIR/elements
}

# libvirt LINE...: what it prints for this configuration, into $elements
libvirt() {
    configure "$@"
    "$EARLYBIND" --root "$root" --libvirt >"$elements" 2>"$BATS_TEST_TMPDIR/why" || [ $? = 1 ]
}

# domain: a guest with these elements and nothing else
domain() {
    echo "<domain type='kvm'><name>guest</name><memory>1048576</memory>"
    echo "<os><type arch='x86_64' machine='q35'>hvm</type></os><devices>"
    cat "$elements"
    echo "</devices></domain>"
}

# sources: the host's functions in $elements, in order
sources() {
    sed -nE "s/^    <address domain='0x([0-9a-f]+)' bus='0x(..)' slot='0x(..)' function='0x(.)'\/>$/\1:\2:\3.\4/p" "$elements"
}

# valid: whether libvirt's schema takes it
valid() {
    domain | xmllint --noout --relaxng /usr/share/libvirt/schemas/domain.rng - 2>"$BATS_TEST_TMPDIR/invalid" || {
        cat "$BATS_TEST_TMPDIR/invalid" "$elements"
        return 1
    }
}

@test "on every machine: what --plan binds, and all of it valid by libvirt's schema" {
    [ -e /usr/share/libvirt/schemas/domain.rng ] || skip "libvirt's schema is missing; the package libvirt0 has it"
    command -v xmllint >/dev/null || skip "xmllint is missing; the package libxml2-utils has it"
    local line all=0
    for root in "$BATS_FILE_TMPDIR"/*; do
        "$EARLYBIND" --root "$root" --list >/dev/null 2>&1 || continue
        for line in 'bind cards class 03' 'bind cards slot *:00' 'bind class 0403 driver auto'; do
            libvirt "$line"
            same "$("$EARLYBIND" --root "$root" --plan 2>/dev/null | sed -nE '/  refuse  /!s/^([0-9a-f:]+\.[0-7])  .*/\1/p' | sort)" \
                "$(sources | sort)"
            [ ! -s "$elements" ] || valid
            all=$((all + $(sources | wc -l)))
            fails grep -nE '.{101}' "$elements"
        done
    done
    echo "$all elements"
    ((all > 300))
}

@test "the schema refuses what is wrong" {
    [ -e /usr/share/libvirt/schemas/domain.rng ] || skip "libvirt's schema is missing; the package libvirt0 has it"
    command -v xmllint >/dev/null || skip "xmllint is missing; the package libxml2-utils has it"
    machine two-gt710-on-x570
    libvirt 'bind card slot 0a:00'
    valid
    for wrong in s/managed=.no./managed=\'maybe\'/ s/function=.0x1./function=\'0x8\'/ s/multifunction=.on./multifunction=\'yes\'/; do
        sed -i.good "$wrong" "$elements"
        fails valid >/dev/null
        mv "$elements.good" "$elements"
    done
    valid
}

@test "two cards, whole" {
    machine two-gt710-on-x570
    mkdir -p "$root/usr/share/hwdata"
    cp "$machines/pci.ids" "$root/usr/share/hwdata"
    configure 'bind card slot 0a:00' 'bind id 144d:a809' 'bind slot 0c:00.3' 'bind slot 0c:00.4' 'bind slot 05:00 driver pci-stub'
    earlybind --libvirt
    [ "$status" -eq 0 ]
    same "<!-- To paste into <devices> of the guest: virsh edit GUEST. The functions of a card share one slot,
     on bus 0x0a for the first card. That is right in a q35 machine. Where libvirt complains of
     double use of an address, write another bus. In an i440fx machine write bus='0x00', and for the
     first card slot='0x10', for the next '0x11'. -->
<!-- 0000:01:00.0: NVMe disk -->
<hostdev mode='subsystem' type='pci' managed='no'>
  <source>
    <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
  </source>
</hostdev>
<!-- 0000:05:00.0 is left out: with the driver pci-stub no guest can have it -->
<!-- 0000:0a:00.0: GK208B [GeForce GT 710] -->
<hostdev mode='subsystem' type='pci' managed='no'>
  <source>
    <address domain='0x0000' bus='0x0a' slot='0x00' function='0x0'/>
  </source>
  <address type='pci' domain='0x0000' bus='0x0a' slot='0x00' function='0x0' multifunction='on'/>
</hostdev>
<!-- 0000:0a:00.1: GK208 HDMI/DP Audio Controller -->
<hostdev mode='subsystem' type='pci' managed='no'>
  <source>
    <address domain='0x0000' bus='0x0a' slot='0x00' function='0x1'/>
  </source>
  <address type='pci' domain='0x0000' bus='0x0a' slot='0x00' function='0x1'/>
</hostdev>
<!-- 0000:0c:00.3: Matisse USB 3.0 Host Controller -->
<hostdev mode='subsystem' type='pci' managed='no'>
  <source>
    <address domain='0x0000' bus='0x0c' slot='0x00' function='0x3'/>
  </source>
  <address type='pci' domain='0x0000' bus='0x0b' slot='0x00' function='0x0' multifunction='on'/>
</hostdev>
<!-- 0000:0c:00.4: Starship/Matisse HD Audio Controller -->
<hostdev mode='subsystem' type='pci' managed='no'>
  <source>
    <address domain='0x0000' bus='0x0c' slot='0x00' function='0x4'/>
  </source>
  <address type='pci' domain='0x0000' bus='0x0b' slot='0x00' function='0x4'/>
</hostdev>" "$output"
}

@test "a card of two slots is one slot of the guest: graphics is function 0, audio function 1" {
    machine arc-a380-with-audio-in-another-slot
    libvirt 'bind card id 8086:56a5'
    same '0000:03:00.0
0000:04:00.0' "$(sources)"
    same "  <address type='pci' domain='0x0000' bus='0x0a' slot='0x00' function='0x0' multifunction='on'/>
  <address type='pci' domain='0x0000' bus='0x0a' slot='0x00' function='0x1'/>" "$(grep "type='pci' domain" "$elements")"
}

@test "no two functions get one place of the guest, and each slot has a function 0" {
    machine eight-rtx2080ti-behind-switches
    libvirt 'bind cards class 03'
    places=$(grep -oE "bus='0x..' slot='0x00' function='0x.'( multifunction='on')?/>$" <(grep "type='pci' domain" "$elements"))
    # six cards, of which one has a single function, which libvirt places
    same 19 "$(sources | wc -l)"
    same 18 "$(wc -l <<<"$places")"
    same '' "$(sort <<<"$places" | uniq -d)"
    same 5 "$(grep -c "function='0x0' multifunction='on'" <<<"$places")"
    same "bus='0x0a' bus='0x0b' bus='0x0c' bus='0x0d' bus='0x0e' " "$(cut -d' ' -f1 <<<"$places" | sort -u | tr '\n' ' ')"
}

@test "what is refused is left out, with the reason" {
    machine b550i-with-root-on-lvm-in-chipset-group
    configure 'bind card slot 05:00' 'bind card slot 0a:00'
    earlybind --libvirt
    [ "$status" -eq 1 ]
    holds '<!-- 0000:05:00.0 is left out: it carries the root file system (vgubuntu-root), and is never given
     away -->' "$output"
    lacks "bus='0x05'" "$output"
    holds "bus='0x0a' slot='0x00' function='0x1'/>" "$output"
}

@test "a name cannot end its comment" {
    machine two-gt710-on-x570
    mkdir -p "$root/usr/share/misc"
    printf '10de  NVIDIA\n\t128b  A--->x<hostdev/>\xff--\n' >"$root/usr/share/misc/pci.ids"
    libvirt 'bind slot 0a:00.0'
    holds '<!-- 0000:0a:00.0: A-?->x<hostdev/>?-? -->' "$(cat "$elements")"
    [ ! -e /usr/share/libvirt/schemas/domain.rng ] || valid
}

@test "nothing is chosen: said, and nothing printed" {
    machine two-gt710-on-x570
    configure 'keep slot 0a:00'
    earlybind --libvirt
    [ "$status" -eq 0 ]
    same '' "$output"
    holds 'chooses nothing' "$stderr"
    configure 'nonsense'
    earlybind --libvirt
    [ "$status" -eq 2 ]
    same '' "$output"
}
