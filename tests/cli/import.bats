#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What the old ways become by --import, and what --plan makes of that.

# shellcheck disable=SC2154  # common.bash and bats set them
bats_require_minimum_version 1.5.0

setup() {
    load common
    export EARLYBIND
}

# import_is_as_expected NAME: whether --import, and --plan with what it printed, say on that machine, word for word,
# what stands in its .import file.
import_is_as_expected() {
    "$BATS_TEST_DIRNAME/imports" "$1" | diff -u "$machines/$1.import" -
}

# old PATH LINE...: a file below $root
old() {
    mkdir -p "$(dirname "$root$1")"
    printf '%s\n' "${@:2}" >"$root$1"
}

# imported FUNCTION...: --import ends with 0, and what it prints, as it is, chooses these functions and no other, with
# nothing to warn of.
imported() {
    earlybind --import
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    printf '%s\n' "$output" >"$root/etc/earlybind.conf"
    earlybind --plan
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    same "$*" "$(sed -n 's/^\([0-9a-f]*:[0-9a-f:.]*\)  .*/\1/p' <<<"$output" | xargs)"
}

@test "every set of old files has its test" {
    for file in "$machines"/*.import; do
        name=$(basename "$file" .import)
        [ -e "${file%.import}.txt" ]
        grep -q "^    import_is_as_expected $name\$" "$BATS_TEST_FILENAME" || { echo "$name has no test"; false; }
    done
}

@test "import: rx6400 behind its own switch" {
    import_is_as_expected rx6400-behind-its-own-switch
}

@test "import: rx6600 beside rx6750xt with one audio id" {
    import_is_as_expected rx6600-beside-rx6750xt-with-one-audio-id
}

@test "import: rtx2060 whose usb goes along" {
    import_is_as_expected rtx2060-whose-usb-goes-along
}

@test "import: laptop with r5 m330 of class 0380" {
    import_is_as_expected laptop-with-r5-m330-of-class-0380
}

@test "import: b550i with root on lvm in chipset group" {
    import_is_as_expected b550i-with-root-on-lvm-in-chipset-group
}

@test "import: two gt710 of two makers" {
    import_is_as_expected two-gt710-of-two-makers
}

@test "import: arc a380 with audio in another slot" {
    import_is_as_expected arc-a380-with-audio-in-another-slot
}

@test "the guides' files become exactly the guest's functions: Radeon 5700 XT" {
    machine b550i-with-root-on-lvm-in-chipset-group
    old /etc/modprobe.d/vfio.conf 'options vfio-pci ids=1002:731f,1002:ab38' 'softdep amdgpu pre: vfio-pci'
    imported 0000:0a:00.0 0000:0a:00.1
}

@test "the guides' files become exactly the guest's functions: RX 6400, each of its ways" {
    machine rx6400-behind-its-own-switch
    old /etc/default/grub 'GRUB_CMDLINE_LINUX_DEFAULT="pci-stub.ids=1002:743f,1002:ab28"'
    imported 0000:03:00.0 0000:03:00.1
    rm "$root/etc/default/grub" "$root/etc/earlybind.conf"
    old /etc/mkinitcpio.conf 'MODULES=(vfio_pci vfio vfio_iommu_type1 vfio_virqfd)'
    old /etc/modprobe.d/vfio.conf 'options vfio-pci ids=1002:743f,1002:ab28' 'softdep amdgpu pre: vfio-pci' \
        'softdep snd_hda_intel pre: vfio-pci'
    imported 0000:03:00.0 0000:03:00.1
    rm "$root/etc/modprobe.d/vfio.conf" "$root/etc/earlybind.conf"
    command_line root=/dev/mapper/root rw vfio-pci.ids=1002:743f,1002:ab28
    imported 0000:03:00.0 0000:03:00.1
}

@test "the guides' files become exactly the guest's functions: RX 6600 beside a card with the same audio id" {
    machine rx6600-beside-rx6750xt-with-one-audio-id
    old /etc/modprobe.d/vfio.conf 'softdep amdgpu pre: vfio-pci' \
        'options vfio-pci ids=1002:73ff,1002:ab28 disable_vga=1 kvm.ignore_msrs=1'
    old /etc/mkinitcpio.conf 'MODULES=(vfio_pci vfio vfio_iommu_type1)'
    imported 0000:07:00.0 0000:07:00.1
}

@test "the guides' files become exactly the guest's functions: RTX 2060 with blanks between its ids" {
    machine rtx2060-whose-usb-goes-along
    old /etc/modprobe.d/vfio.conf 'options vfio-pci ids=10de:1f08, 10de:10f9, 10de:1ada, 10de:1adb'
    old /etc/modules-load.d/vfio-pci.conf pci_stub vfio vfio_iommu_type1 vfio_pci
    old /etc/mkinitcpio.conf 'MODULES=(btrfs vfio vfio_iommu_type1 vfio_pci vfio_virqfd nouveau)'
    imported 0000:01:00.0 0000:01:00.1 0000:01:00.2 0000:01:00.3
}

@test "the guides' files become exactly the guest's functions: R5 M330 by the command line" {
    machine laptop-with-r5-m330-of-class-0380
    command_line intel_iommu=on vfio-pci.ids=1002:6660
    imported 0000:01:00.0
}

@test "a choice, made as the comment says, is a configuration" {
    machine two-gt710-of-two-makers
    old /etc/modprobe.d/vfio.conf 'options vfio-pci ids=10de:128b,10de:0e0f'
    earlybind --import
    [ "$status" -eq 1 ]
    holds 'TO CHOOSE' "$stderr"
    echo "${output/'#bind card slot 0000:0a:00'/bind card slot 0000:0a:00}" >"$root/etc/earlybind.conf"
    earlybind --plan
    [ "$status" -eq 0 ]
    same '0000:0a:00.0 0000:0a:00.1 ' "$(sed -n 's/^\([0-9a-f]*:[0-9a-f:.]*\)  .*/\1/p' <<<"$output" | tr '\n' ' ')"
}

@test "nothing is changed" {
    machine rx6600-beside-rx6750xt-with-one-audio-id
    old /etc/modprobe.d/vfio.conf 'options vfio-pci ids=1002:73ff,1002:ab28'
    find "$root" -printf '%p %s %T@ %C@\n' | sort >"$BATS_TEST_TMPDIR/before"
    earlybind --import
    [ "$status" -eq 0 ]
    find "$root" -printf '%p %s %T@ %C@\n' | sort | diff "$BATS_TEST_TMPDIR/before" -
}

@test "a file that cannot be read: said, also in what is printed, status 3" {
    machine rx6600-beside-rx6750xt-with-one-audio-id
    old /etc/modprobe.d/vfio.conf 'options vfio-pci ids=1002:73ff'
    head -c 9000000 /dev/zero >"$root/etc/modprobe.d/large.conf"
    earlybind --import
    [ "$status" -eq 3 ]
    holds '/etc/modprobe.d/large.conf cannot be read: File too large; what it says is not imported' "$stderr"
    holds '# NOT READ: /etc/modprobe.d/large.conf: File too large' "$output"
    holds 'bind card id 1002:73ff' "$output"
}

@test "what stands in names and in hundreds of files breaks no line" {
    machine rx6600-beside-rx6750xt-with-one-audio-id
    mkdir -p "$root/etc/modprobe.d"
    head -c 9000000 /dev/zero >"$root/etc/modprobe.d/a"$'\n'"bind slot 03:00.conf"
    old "/etc/modprobe.d/b"$'\n'"bind slot 03:00.conf" 'options vfio-pci ids=1002:73ff'
    for i in {1..300}; do
        old "/boot/loader/entries/$i.conf" 'options vfio-pci.ids=1002:73ff'
    done
    earlybind --import
    [ "$status" -eq 3 ]
    holds '/etc/modprobe.d/a?bind slot 03:00.conf cannot be read' "$stderr"
    printf '%s\n' "$output" >"$root/etc/earlybind.conf"
    same 'bind card id 1002:73ff keep slot 0000:07:00.1' "$(grep -v '^#' "$root/etc/earlybind.conf" | xargs)"
    same 301 "$(grep -c 'from line 1 of' "$root/etc/earlybind.conf")"
    earlybind --plan
    [ "$status" -eq 0 ]
}

@test "a machine that cannot be read: status 3, nothing printed" {
    mkdir -p "$root/etc"
    earlybind --import
    [ "$status" -eq 3 ]
    [ -z "$output" ]
    holds 'the machine cannot be read' "$stderr"
}

@test "--embed says which ids are not needed any more, below another root too" {
    machine vfio-pci-built-in
    configure 'bind slot 01:00'
    command_line vfio-pci.ids=1234:1111
    old /etc/modprobe.d/vfio.conf 'options vfio-pci ids=8086:2668, 10de:1f08'
    earlybind --embed dracut --kernel 6.1.0-50-amd64
    [ "$status" -eq 0 ]
    holds 'vfio-pci.ids=1234:1111,8086:2668, from the kernel command line or modprobe.d, is not needed' "$stderr"
}

@test "import: the command that makes the next boot know stands under what it is for, and nowhere else" {
    machine two-gt710-on-x570
    mkdir -p "$root/etc/modprobe.d" "$root/etc/dracut.conf.d" "$root/usr/bin"
    echo 'options vfio-pci ids=10de:128b' >"$root/etc/modprobe.d/v.conf"
    # no old way: what else an image has
    echo 'force_drivers+=" nouveau "' >"$root/etc/dracut.conf.d/v.conf"
    echo 'MODULES=(amdgpu)' >"$root/etc/mkinitcpio.conf"
    earlybind --import
    holds '/etc/modprobe.d/v.conf: ids=10de:128b' "$output"
    lacks 'then: dracut' "$output"
    lacks 'then: mkinitcpio' "$output"
    echo 'MODULES=(amdgpu vfio_pci)' >"$root/etc/mkinitcpio.conf"
    earlybind --import
    holds 'line 1 of /etc/mkinitcpio.conf: vfio_pci' "$output"
    holds 'then: mkinitcpio -P' "$output"
    lacks 'then: dracut' "$output"
}
