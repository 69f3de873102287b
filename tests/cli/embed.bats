#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# --embed: what a build hook is told to put into the image, and what its status says.

# shellcheck disable=SC2154  # common.bash and bats set them
bats_require_minimum_version 1.5.0

setup() {
    load common
    machine two-identical-cards-boot-card-on-root-bus
}

@test "a sound configuration: files, modules, the image's mark" {
    configure 'bind slot 01:00'
    mkdir "$root/etc/earlybind.conf.d"
    echo '# more' >"$root/etc/earlybind.conf.d/more.conf"
    earlybind --embed dracut --kernel 6.1.0-50-amd64
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    same "file /etc/earlybind.conf
file /etc/earlybind.conf.d/more.conf
module vfio_pci
module vfio_iommu_type1
image earlybind-image 1
image generator dracut
image kernel 6.1.0-50-amd64" "${output%$'\n'*}"
    [[ ${lines[-1]} =~ ^image\ config\ [0-9a-f]{16}$ ]]
    first=${lines[-1]}
    # the hash is of the files, and of nothing else
    earlybind --embed mkinitcpio --kernel 6.12
    same "$first" "${lines[-1]}"
    echo '# more.' >"$root/etc/earlybind.conf.d/more.conf"
    earlybind --embed dracut --kernel 6.1.0-50-amd64
    [ "$first" != "${lines[-1]}" ]
}

@test "the words of the kernel command line at build are none of the image's" {
    configure 'bind slot 01:00'
    command_line earlybind=off earlybind.keep=01:00 earlybind.bind=nonsense
    earlybind --embed dracut --kernel 6.1.0-50-amd64
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
}

@test "a broken configuration: status 2, nothing to embed" {
    configure 'bind slot 01:00' 'bind slto 01:00'
    earlybind --embed dracut --kernel 6.1.0-50-amd64
    [ "$status" -eq 2 ]
    [ -z "$output" ]
    holds /etc/earlybind.conf:2:6: "$stderr"
}

@test "no configuration, or one without a rule: nothing to embed, status 0, said once" {
    earlybind --embed dracut --kernel 6.1.0-50-amd64
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    [ "${#stderr_lines[@]}" -eq 1 ]
    configure '# nothing'
    earlybind --embed dracut --kernel 6.1.0-50-amd64
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    [ "${#stderr_lines[@]}" -eq 1 ]
}

@test "no kernel version: status 2" {
    configure 'bind slot 01:00'
    earlybind --embed dracut
    [ "$status" -eq 2 ]
    [ -z "$output" ]
    holds '--kernel VERSION' "$stderr"
}

@test "what will be refused, what matches nothing: the image is built, with the warning, status 1" {
    for rule in 'bind slot 00:02.0' 'bind slot 05:00' 'bind slot 01:00.0
keep slot 01:00'; do
        configure "$rule"
        earlybind --embed dracut --kernel 6.1.0-50-amd64
        [ "$status" -eq 1 ] || { echo "status $status for $rule"; false; }
        holds 'image config' "$output"
        [ -n "$stderr" ]
    done
}

@test "a machine that cannot be read: the image is built, with the warning, status 3" {
    configure 'bind slot 01:00'
    rm -r "$root/sys"
    earlybind --embed dracut --kernel 6.1.0-50-amd64
    [ "$status" -eq 3 ]
    holds 'image config' "$output"
    holds 'the machine cannot be read' "$stderr"
}

@test "prompt follow: its hook, and the drivers of the cards that stay" {
    local staying=$root/sys/bus/pci/devices/0000:00:01.0/uevent

    configure 'bind slot 01:00' 'prompt follow'
    ln -s ../../../../module/bochs "$root/sys/bus/pci/drivers/bochs-drm/module"
    earlybind --embed dracut --kernel 6.1.0-50-amd64
    [ "$status" -eq 0 ]
    holds $'\nhook follow\n' "$output"
    same 1 "$(grep -cx 'module bochs' <<<"$output")"
    [ -z "$stderr" ]

    # a kernel that has no such driver
    mkdir -p "$root/lib/modules/6.9"
    : >"$root/lib/modules/6.9/modules.dep"
    earlybind --embed dracut --kernel 6.9
    lacks 'module bochs' "$output"
    holds 'prompt follow: no card that stays has a driver that kernel 6.9 has too' "$stderr"

    # a card that stays, and has no screen by that driver, or none at all
    for words in s/bochs-drm/vfio-pci/ /^DRIVER=/d; do
        sed -i "$words" "$staying"
        earlybind --embed dracut --kernel 6.1.0-50-amd64
        lacks 'module bochs' "$output"
        holds 'prompt follow: no card that stays has a driver' "$stderr"
    done
}

@test "a kernel without vfio-pci, or without a driver that a line names: the image is built, with the warning, status 1" {
    mkdir -p "$root/lib/modules/6.1.0-50-amd64"
    configure 'bind slot 01:00'
    earlybind --embed dracut --kernel 6.1.0-50-amd64
    [ "$status" -eq 1 ]
    holds 'image config' "$output"
    holds 'kernel 6.1.0-50-amd64 has no vfio-pci: nothing is bound to it' "$stderr"
    configure 'bind slot 01:00 driver pci-stub'
    earlybind --embed dracut --kernel 6.1.0-50-amd64
    [ "$status" -eq 1 ]
    lacks vfio_pci "$stderr"
    holds 'line 1 of /etc/earlybind.conf names the driver pci-stub, which kernel 6.1.0-50-amd64 has not' "$stderr"
    # where that kernel's modules are not here, nobody can tell
    earlybind --embed dracut --kernel 6.12
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
}

@test "a chosen storage controller, and an image for other machines too: what the image cannot know" {
    rm -r "$root"
    machine gpu-in-chipset-group-with-root-nvme-and-nic
    configure 'bind slot 01:00.1'
    # what else is to be said of that machine
    local group="line 1 of /etc/earlybind.conf: 0000:01:00.1 will be of no use to a guest: 0000:01:00.0 (xhci_hcd), 0000:03:00.0 (nvme), \
0000:04:00.0 (r8169), 0000:07:00.0 (nouveau), 0000:07:00.1 (snd_hda_intel) of its IOMMU group 12 work for the host (its bridges are no obstacle); \
put the card into another slot of the board"
    earlybind --embed dracut --kernel 6.6.22-1-lts --generic
    [ "$status" -eq 0 ]
    same "the image cannot know which disks the boot needs, as the image is for other machines too: a storage controller that a line chooses is not claimed before the host reads its disks
$group" "$stderr"
    # an image for this machine knows
    earlybind --embed dracut --kernel 6.6.22-1-lts
    [ "$status" -eq 0 ]
    same "$group" "$stderr"
    # a line that keeps it takes it out of the choice
    configure 'bind slot 01:00.1' 'keep slot 01:00.1' 'bind card slot 07:00'
    earlybind --embed dracut --kernel 6.6.22-1-lts --generic
    lacks 'cannot know' "$stderr"
}

@test "ids= of vfio-pci and of pci-stub, from the kernel command line and modprobe.d: each is named, to be taken out" {
    local vfio='vfio-pci.ids=1234:1111,8086:2668, from the kernel command line or modprobe.d, is not needed beside earlybind and is set aside in the boot; take it out'
    local stub='pci-stub.ids=10de:128b,10de:0e0f, from the kernel command line or modprobe.d, is not needed beside earlybind and may give pci-stub more than the configuration names; take it out'

    configure 'bind slot 01:00'
    mkdir "$root/etc/modprobe.d"
    command_line vfio-pci.ids=1234:1111 pci-stub.ids=10de:128b
    printf '%s\n' 'options vfio-pci ids=8086:2668' 'options pci-stub ids=10de:0e0f' >"$root/etc/modprobe.d/old.conf"
    earlybind --embed dracut --kernel 6.1.0-50-amd64
    [ "$status" -eq 0 ]
    same "$vfio"$'\n'"$stub" "$stderr"
    # each alone
    command_line pci-stub.ids=10de:128b,10de:0e0f
    rm "$root/etc/modprobe.d/old.conf"
    earlybind --embed dracut --kernel 6.1.0-50-amd64
    [ "$status" -eq 0 ]
    same "$stub" "$stderr"
    command_line vfio-pci.ids=1234:1111,8086:2668
    earlybind --embed dracut --kernel 6.1.0-50-amd64
    same "$vfio" "$stderr"
}
