#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# --check after a boot: the machine, its configuration and the boot's report.

# shellcheck disable=SC2154  # common.bash and bats set them
bats_require_minimum_version 1.5.0

setup() {
    load common
    machine vfio-pci-built-in
    configure 'bind slot 01:00'
    mkdir -p "$root/run/earlybind"
    # as claim and finish wrote it on this boot
    report claim act 'function 0000:01:00.0 held vfio-pci group=3 : 0000:01:00.0: held for vfio-pci: a display'
    report finish act 'function 0000:01:00.0 bound vfio-pci group=3 : 0000:01:00.0: bound to vfio-pci (was held)'
}

# report STAGE MODE LINE...: a report of this boot with the hash of today's configuration
report() {
    local stage=$1 mode=$2 hash
    shift 2
    hash=$("$EARLYBIND" --root "$root" --embed test --kernel 1 2>/dev/null | sed -n 's/^image config //p')
    {
        printf 'earlybind-report 1\nversion 0.1.0\nboot %s\n' "$(cat "$root/proc/sys/kernel/random/boot_id")"
        printf 'kernel 6.8.0\nconfig %s\nmode %s\npicture none unknown\n' "$hash" "$mode"
        printf '%s\n' "$@"
    } >"$root/run/earlybind/$stage"
}

@test "as asked: status 0" {
    earlybind --check
    [ "$status" -eq 0 ]
    same "line 1 of /etc/earlybind.conf: bind slot 01:00
  0000:01:00.0  1234:1111  as asked: vfio-pci
  0000:01:00.1  8086:2668  as asked: vfio-pci
as asked: 2 functions of 1 card" "$output"
    [ -z "$stderr" ]
}

@test "no configuration: status 0, said" {
    rm "$root/etc/earlybind.conf" "$root/run/earlybind/"*
    earlybind --check
    [ "$status" -eq 0 ]
    same 'there is no rule in /etc/earlybind.conf or /etc/earlybind.conf.d: nothing is asked for' "$output"
}

@test "no configuration any more, and the image of this boot has one: the next boot would claim again" {
    rm "$root/etc/earlybind.conf"
    earlybind --check
    [ "$status" -eq 1 ]
    same "the initramfs of this boot has another configuration than today's; build it again \
(mkinitcpio -P, dracut --force --regenerate-all or update-initramfs -u -k all) and restart
not as asked: 1 finding; 0 of 0 functions are as asked" "$output"
}

@test "a broken configuration: status 2" {
    configure 'bind slto 01:00'
    earlybind --check
    [ "$status" -eq 2 ]
    holds /etc/earlybind.conf:1:6: "$stderr"
}

@test "a configuration that whoever asks may not read: said, status 3" {
    [ "$(id -u)" = 0 ] || skip "only root can keep a file from somebody"
    local elsewhere
    # bats' own folder is root's alone
    elsewhere=$(mktemp -d)
    cp -a "$root" "$EARLYBIND" "$elsewhere"
    chmod -R go+rX "$elsewhere"
    chmod 600 "$elsewhere/root/etc/earlybind.conf"
    for verb in --check --plan; do
        run --separate-stderr setpriv --reuid 65534 --regid 65534 --clear-groups \
            "$elsewhere/$(basename "$EARLYBIND")" --root "$elsewhere/root" $verb
        same '/etc/earlybind.conf: cannot be read: Permission denied' "$stderr"
        same 3 "$status"
    done
    rm -r "$elsewhere"
}

@test "a function that has its host's driver: what the boot said of it" {
    configure 'bind slot 01:00' 'bind slot 00:01'
    report claim act 'function 0000:00:01.0 refused vfio-pci : 0000:00:01.0: not bound: it shows the picture'
    rm "$root/run/earlybind/finish"
    earlybind --check
    [ "$status" -eq 1 ]
    holds '0000:00:01.0  1234:1111  has the driver bochs-drm, not vfio-pci; this boot said: not bound: it shows the picture' "$output"
    holds '0000:01:00.0  1234:1111  as asked: vfio-pci' "$output"
}

@test "a function that the boot said nothing of, and that will be refused: why" {
    configure 'bind slot 01:00' 'bind slot 00:01'
    report claim act
    rm "$root/run/earlybind/finish" "$root/sys/bus/pci/devices/0000:00:01.0/iommu_group"
    earlybind --check
    [ "$status" -eq 1 ]
    holds "0000:00:01.0  1234:1111  has the driver bochs-drm, not vfio-pci; earlybind will not bind it: it has no IOMMU group" "$output"
}

@test "a function that is still held" {
    sed -i /^DRIVER=/d "$root/sys/bus/pci/devices/0000:01:00.1/uevent"
    rm "$root/sys/bus/pci/devices/0000:01:00.1/driver"
    echo earlybind-held >"$root/sys/bus/pci/devices/0000:01:00.1/driver_override"
    earlybind --check
    [ "$status" -eq 1 ]
    holds '0000:01:00.1  8086:2668  held, and not bound' "$output"
    # what is held is known from sysfs, and without the report too
    rm -r "$root/run/earlybind"
    earlybind --check
    [ "$status" -eq 1 ]
    holds '0000:01:00.1  8086:2668  held, and not bound' "$output"
}

@test "no report: earlybind did not run on this boot" {
    rm -r "$root/run/earlybind"
    earlybind --check
    [ "$status" -eq 1 ]
    holds 'earlybind did not run on this boot' "$output"
}

@test "a report of another boot is none" {
    echo 11111111-2222-3333-4444-555555555555 >"$root/proc/sys/kernel/random/boot_id"
    earlybind --check
    [ "$status" -eq 1 ]
    holds 'earlybind did not run on this boot' "$output"
}

@test "today's configuration is not that of the image" {
    configure 'bind slot 01:00' '# a change'
    earlybind --check
    [ "$status" -eq 1 ]
    holds "the initramfs of this boot has another configuration than today's" "$output"
}

@test "the command that builds the image again: as the booted one was built, else by what is installed" {
    configure 'bind slot 01:00' '# a change'
    earlybind --check
    holds 'build it again (mkinitcpio -P, dracut --force --regenerate-all or update-initramfs -u -k all) and restart' "$output"
    mkdir -p "$root/usr/bin" "$root/usr/sbin"
    touch "$root/usr/bin/dracut"
    earlybind --check
    holds 'build it again (dracut --force --regenerate-all) and restart' "$output"
    sed -i '/^mode/a generator initramfs-tools' "$root/run/earlybind/claim"
    earlybind --check
    holds 'build it again (update-initramfs -u -k all) and restart' "$output"
    rm -r "$root/run/earlybind"
    touch "$root/usr/bin/mkinitcpio"
    earlybind --check
    holds 'build the initramfs again (mkinitcpio -P) and restart' "$output"
}

@test "a boot with earlybind=off, and with a word that counts as it" {
    rm -r "$root/run/earlybind"
    command_line quiet earlybind=off
    earlybind --check
    [ "$status" -eq 1 ]
    holds 'earlybind was off on this boot' "$output"
    lacks 'did not run' "$output"
    command_line earlybind=never
    earlybind --check
    [ "$status" -eq 1 ]
    holds '"never": expected earlybind=off or earlybind=plan' "$output"
    holds 'earlybind was off on this boot' "$output"
}

@test "a boot with earlybind=plan" {
    report claim plan
    rm "$root/run/earlybind/finish"
    earlybind --check
    [ "$status" -eq 1 ]
    holds 'this boot only planned' "$output"
}

@test "rules of the kernel command line count" {
    command_line earlybind.keep=01:00.1 earlybind.bind=00:01
    earlybind --check
    [ "$status" -eq 1 ]
    holds 'the kernel command line: earlybind.keep=01:00.1
  keeps 1 function' "$output"
    holds '0000:00:01.0  1234:1111  has the driver bochs-drm, not vfio-pci' "$output"
    # no rule asks for it any more, and it is said that this splits its card
    lacks '  0000:01:00.1  ' "$output"
    holds 'takes only a part of its card; 0000:01:00.1 (8086:2668, class 0403) stays with the host, kept by the kernel command line' "$output"
}

@test "of several choices in one word each has a line, and the one that fails is named" {
    rm "$root/etc/earlybind.conf" "$root/run/earlybind/"*
    command_line earlybind.bind=01:00,slot=0b:00
    earlybind --check
    [ "$status" -eq 1 ]
    holds 'the kernel command line: earlybind.bind=01:00
' "$output"
    holds 'the kernel command line: earlybind.bind=slot=0b:00
' "$output"
    holds 'the kernel command line matches nothing in this machine: earlybind.bind=slot=0b:00
' "$output"
}

@test "a bind of the command line that cannot be read is a finding" {
    command_line earlybind.bind=07
    earlybind --check
    [ "$status" -eq 1 ]
    holds 'kernel command line, column 16: "07": lspci takes this for a device on every bus' "$output"
}

@test "a line that matches nothing, and one that another keeps from everything" {
    configure 'bind slot 01:00' 'bind slot 09:00' 'bind slot 00:01' 'keep slot 00:01.0'
    report claim act
    rm "$root/run/earlybind/finish"
    earlybind --check
    [ "$status" -eq 1 ]
    holds 'line 2 of /etc/earlybind.conf matches nothing in this machine: bind slot 09:00' "$output"
    holds 'line 3 of /etc/earlybind.conf is shadowed by line 4 of /etc/earlybind.conf' "$output"
}

@test "a function of the host in the card's IOMMU group: named, with its driver and what to do" {
    local devices=$root/sys/bus/pci/devices

    ln -sfn "$(readlink "$devices/0000:01:00.0/iommu_group")" "$devices/0000:00:01.0/iommu_group"
    earlybind --check
    [ "$status" -eq 1 ]
    holds '0000:01:00.0  1234:1111  has vfio-pci, and no guest can use it: 0000:00:01.0 (bochs-drm) of its IOMMU group 3' "$output"
    holds '0000:01:00.1  8086:2668  as asked: vfio-pci' "$output"
}

@test "a report of a newer version: said, not guessed at" {
    sed -i 's/^earlybind-report .*/earlybind-report 99/' "$root/run/earlybind/claim"
    earlybind --check
    [ "$status" -eq 1 ]
    holds "a newer earlybind wrote this boot's report" "$output"
}

@test "a function whose driver hangs: what would hang its readers too is not read" {
    local device=$root/sys/bus/pci/devices/0000:01:00.0

    report finish act 'function 0000:01:00.0 hangs vfio-pci : 0000:01:00.0: not bound, and not given back to the host'
    # as on kernels that take the device's lock to show these
    rm "$device/uevent" "$device/driver_override"
    mkfifo "$device/uevent" "$device/driver_override"
    printf '0x%s\n' 1234 >"$device/vendor"
    printf '0x%s\n' 1111 >"$device/device"
    printf '0x%s\n' 1af4 >"$device/subsystem_vendor"
    printf '0x%s\n' 1100 >"$device/subsystem_device"
    echo 0x030000 >"$device/class"
    ln -sfn ../../../bus/pci/drivers/bochs-drm "$device/driver"
    run --separate-stderr timeout 5 "$EARLYBIND" --root "$root" --check
    [ "$status" -eq 1 ]
    holds '0000:01:00.0  1234:1111  has the driver bochs-drm, not vfio-pci; this boot said: not bound, and not given back' \
        "$(unwrap <<<"$output")"
    # a number that the kernel would not write
    echo 1234 >"$device/vendor"
    run --separate-stderr timeout 5 "$EARLYBIND" --root "$root" --check
    [ "$status" -eq 3 ]
    holds '0000:01:00.0/vendor: expected 0x and hex digits' "$stderr"
}

@test "vfio-pci is at work, and its module is not where this kernel's are: no word of that" {
    mkdir -p "$root/lib/modules/6.8.0"
    : >"$root/lib/modules/6.8.0/modules.dep"
    echo 6.8.0 >"$root/proc/sys/kernel/osrelease"
    earlybind --check
    [ "$status" -eq 0 ]
    lacks 'has no vfio-pci' "$output"
    # another kernel would have to have it
    mkdir -p "$root/lib/modules/6.9.0"
    : >"$root/lib/modules/6.9.0/modules.dep"
    earlybind --plan --kernel 6.9.0
    holds 'kernel 6.9.0 has no vfio-pci: nothing is bound to it' "$output$stderr"
}
