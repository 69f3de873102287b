#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Guard facts: what --embed finds out about the machine that the image is for.

# shellcheck disable=SC2154  # common.bash and bats set them
bats_require_minimum_version 1.5.0

setup() {
    load common
    machine gpu-in-chipset-group-with-root-nvme-and-nic
    configure 'bind slot 01:00.1'
}

# embed [WORD...]
embed() {
    earlybind --embed dracut --kernel 6.6.22-1-lts "$@"
}

facts() {
    grep '^image guard ' <<<"$output" || :
}

nvme='0000:00:01.3=1022:1453/0000:01:00.2=1022:43c6/0000:02:00.0=1022:43c7/0000:03:00.0=2646:2263'

@test "the root on NVMe, a SATA controller that the boot does without" {
    embed
    same "image guard facts 2 lines 1
image guard free 0000:00:01.3=1022:1453/0000:01:00.1=1022:43c8
image guard root $nvme the root file system (nvme0n1p2)
image guard line 1 fstab UUID=8A1C-22F0 /boot/efi" "$(facts)"
    lacks 'cannot know' "$stderr"
    # the mark's last line is still the one that tells a whole file from one that was cut
    [[ ${lines[-1]} == 'image config '* ]]
}

@test "the root and swap on volumes of one NVMe disk; a snap and an interface that is down change nothing" {
    rm -r "$root"
    machine b550i-with-root-on-lvm-in-chipset-group
    configure 'bind card slot 0a:00'
    embed
    nvme='0000:00:01.2=1022:1483/0000:02:00.2=1022:43e9/0000:03:04.0=1022:43ea/0000:05:00.0=144d:a808'
    same "image guard facts 2 lines 2
image guard free 0000:00:01.2=1022:1483/0000:02:00.1=1022:43eb
image guard root $nvme the root file system (vgubuntu-root)
image guard line 1 fstab UUID=41D2-7C5A /boot/efi
image guard line 1 fstab /dev/mapper/vgubuntu-swap_1 none" "$(facts)"
}

@test "a disk that a mount unit uses, which no table names: not free" {
    echo '30 22 8:0 / /srv rw shared:9 - ext4 /dev/sda rw' >>"$root/proc/self/mountinfo"
    embed
    holds 'image guard used 0000:00:01.3=1022:1453/0000:01:00.1=1022:43c8 the mounted file system /srv' "$output"
    lacks 'guard free' "$output"
}

@test "no facts: an image for other machines, another system's /proc, a line or a root that is not to be found" {
    for why in generic proc line root unreadable; do
        rm -r "$root"
        machine gpu-in-chipset-group-with-root-nvme-and-nic
        configure 'bind slot 01:00.1'
        words=()
        case $why in
            generic)
                words=(--generic)
                sentence='as the image is for other machines too:'
                ;;
            proc)
                mv "$root/proc/self" "$root/proc/1"
                ln -s 1 "$root/proc/self"
                sentence="as the /proc below --root is the running system's:"
                ;;
            line)
                echo 'UUID=dead-beef /home ext4 defaults 0 2' >>"$root/etc/fstab"
                sentence='as nobody can tell which controller carries /home of /etc/fstab:'
                ;;
            root)
                echo '40 1 0:50 / / rw - overlay overlay rw' >"$root/proc/self/mountinfo"
                echo quiet >"$root/proc/cmdline"
                sentence='as nobody can tell which controller carries the root file system (overlay):'
                ;;
            unreadable)
                rm "$root/etc/fstab"
                mkdir "$root/etc/fstab"
                sentence='as nobody can tell which controller carries what /etc/fstab names, which cannot be read:'
                ;;
        esac
        embed "${words[@]}"
        same '' "$(facts)"
        holds "image config" "$output"
        holds "$sentence" "$stderr"
        # nobody needs to hear of it whose configuration chooses no disk
        configure 'bind card slot 07:00'
        embed "${words[@]}"
        same '' "$(facts)"
        lacks 'cannot know' "$stderr"
    done
}

@test "the last keyboard: a warning while every one of them is plugged into what is chosen" {
    configure 'bind slot 01:00.0'
    embed
    holds 'gives the last keyboard of this machine to the guest' "$stderr"
    configure 'bind slot 0a:00.3'
    embed
    lacks 'last keyboard' "$stderr"
    # a second one, on the other controller; one at a PS/2 port
    for place in pci0000:00/0000:00:07.1/0000:0a:00.3/usb3 platform/i8042/serio0; do
        configure 'bind slot 01:00.0'
        mkdir -p "$root/sys/devices/$place/input"
        cp -r "$root/sys/devices/pci0000:00/0000:00:01.3/0000:01:00.0/usb1/1-4/1-4:1.0/0003:046D:C31C.0001/input/input4" \
            "$root/sys/devices/$place/input/input9"
        ln -sfn "../../devices/$place/input/input9" "$root/sys/class/input/input9"
        embed
        lacks 'last keyboard' "$stderr"
    done
}
