#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What --check names of the old ways, on a machine that is as asked but for them. What it names on the machines of the
# guides stands in their .import files; here it is followed, too.

# shellcheck disable=SC2154  # common.bash and bats set them
bats_require_minimum_version 1.5.0

setup() {
    load common
    machine vfio-pci-built-in
    configure 'bind slot 01:00'
    mkdir -p "$root/run/earlybind" "$root/usr/bin"
    touch "$root/usr/bin/mkinitcpio"
    claimed
    devices=$root/sys/bus/pci/devices
}

teardown() {
    [ -z "${elsewhere-}" ] || rm -rf "$elsewhere"
}

# claimed: earlybind ran on this boot, with today's configuration
claimed() {
    local hash

    hash=$("$EARLYBIND" --root "$root" --embed test --kernel 1 2>/dev/null | sed -n 's/^image config //p')
    mkdir -p "$root/run/earlybind"
    {
        printf 'earlybind-report 1\nversion 0.1.0\nboot %s\n' "$(cat "$root/proc/sys/kernel/random/boot_id")"
        printf 'kernel 6.8.0\nconfig %s\nmode act\npicture none unknown\n' "$hash"
    } >"$root/run/earlybind/claim"
}

# module DRIVER: the driver is a module that is loaded
module() {
    mkdir -p "$root/sys/module/${1//-/_}" "$root/sys/bus/pci/drivers/$1"
    ln -sfn "../../../../module/${1//-/_}" "$root/sys/bus/pci/drivers/$1/module"
}

# driver FUNCTION DRIVER: what it has now; - for none
driver() {
    sed -i /^DRIVER=/d "$devices/$1/uevent"
    rm -f "$devices/$1/driver"
    [ "$2" = - ] || {
        sed -i "1iDRIVER=$2" "$devices/$1/uevent"
        ln -s "../../../bus/pci/drivers/$2" "$devices/$1/driver"
    }
}

# old PATH LINE...: a file below $root
old() {
    mkdir -p "$(dirname "$root$1")"
    printf '%s\n' "${@:2}" >"$root$1"
}

# sentences: of the document on standard input, what it says of the old ways, behind "fights: " where that is so
sentences() {
    python3 -c 'import json, sys
for finding in json.load(sys.stdin)["findings"]:
    if finding["kind"].startswith("old-"):
        print(("" if finding["as_asked"] else "fights: ") + finding["sentence"])'
}

# checked STATUS SENTENCE...: --check ends so, and has these sentences on the old ways and no other
checked() {
    earlybind --check --json
    same "$(printf '%s\n' "${@:2}")" "$(sentences <<<"$output")"
    [ -z "$stderr" ]
    same "$1" "$status"
}

@test "nothing is left: not a word" {
    checked 0
}

@test "a driver that came first is told with the list that loads it early, and a later one without" {
    driver 0000:01:00.1 snd_hda_intel
    module snd_hda_intel
    module vfio-pci
    local none='  0000:01:00.1  8086:2668  has the driver snd_hda_intel, not vfio-pci' by end other=mkinitcpio
    end='; this boot said: not bound, left to the host: unbinding it failed (Device or resource busy)'
    printf 'function 0000:01:00.1 failed vfio-pci : 0000:01:00.1: %s\n' "${end#*said: }" >>"$root/run/earlybind/claim"
    of_audio() {
        earlybind --check
        same "$1" "$(grep '^  0000:01:00.1' <<<"$output")"
    }
    of_audio "$none$end"
    by='(loaded early by line 2 of /etc/mkinitcpio.conf)'
    old /etc/mkinitcpio.conf '# mine' 'MODULES=(ext4 snd-hda-intel)'
    of_audio "${none/intel,/intel $by,}$end"
    rm "$root/etc/mkinitcpio.conf"
    while read -r tool list text; do
        rm -f "$root"/usr/*bin/*
        mkdir -p "$root${tool%/*}"
        : >"$root$tool"
        by="(loaded early by line 1 of $list)"
        old "$list" "$text"
        of_audio "${none/intel,/intel $by,}$end"
        # what no tool here reads makes nothing come early
        mkdir -p "$root/usr/bin"
        rm "$root$tool"
        : >"$root/usr/bin/$other"
        of_audio "$none$end"
        rm "$root$list" "$root/usr/bin/$other"
    done <<'END'
/usr/bin/dracut /etc/dracut.conf.d/x.conf force_drivers+=" snd_hda_intel "
/usr/sbin/mkinitramfs /etc/initramfs-tools/modules snd_hda_intel
END
    old /etc/modules-load.d/x.conf snd_hda_intel
    of_audio "${none/intel,/intel (loaded by line 1 of /etc/modules-load.d/x.conf),}$end"
    rm "$root/etc/modules-load.d/x.conf"
    # into the image, and loaded when its turn comes
    : >"$root/usr/bin/dracut"
    old /etc/dracut.conf 'add_drivers+=" snd_hda_intel "'
    of_audio "$none$end"
}

@test "ids= that takes nothing but what is chosen: not needed, and no reason for a status" {
    module vfio-pci
    old /etc/modprobe.d/vfio.conf '# mine' 'options vfio-pci ids=8086:2668 disable_vga=1'
    checked 0 'line 2 of /etc/modprobe.d/vfio.conf: ids=8086:2668 is not needed: the configuration chooses all that it means; leave of the line: options vfio-pci disable_vga=1'
    # which is followed: nothing is left
    old /etc/modprobe.d/vfio.conf '# mine' 'options vfio-pci disable_vga=1'
    checked 0
    command_line vfio-pci.ids=dead:beef
    checked 0 'the kernel command line: vfio-pci.ids=dead:beef is not needed: it means nothing in this machine; delete it where the boot loader has it'
}

@test "ids= that means the host's card too, and was set aside on this boot" {
    module vfio-pci
    old /etc/modprobe.d/vfio.conf 'options vfio-pci ids=1234:1111,8086:2668'
    checked 0 'line 1 of /etc/modprobe.d/vfio.conf: ids=1234:1111,8086:2668 would give vfio-pci what the configuration does not: 0000:00:01.0 (1234:1111, VGA display); earlybind set it aside on this boot; delete the line, then mkinitcpio -P'
}

@test "ids= that only a boot loader's file has: this boot was started without it" {
    module vfio-pci
    old /etc/default/grub 'GRUB_CMDLINE_LINUX="vfio-pci.ids=1234:1111"'
    local begins='line 1 of /etc/default/grub: vfio-pci.ids=1234:1111 would give vfio-pci what the configuration does not: 0000:00:01.0 (1234:1111, VGA display); '
    local ends='; delete it there, then update-grub, or grub-mkconfig -o and the path of your grub.cfg'
    checked 0 "${begins}this boot was started without it$ends"
    rm "$root/run/earlybind/claim"
    earlybind --check --json
    holds "${begins}this boot was started without it$ends" "$(sentences <<<"$output")"
}

@test "ids= that took the host's card: status 1; with an override it was somebody else" {
    module vfio-pci
    command_line vfio-pci.ids=1234:1111
    old /etc/default/grub 'GRUB_CMDLINE_LINUX="vfio-pci.ids=1234:1111"'
    driver 0000:00:01.0 vfio-pci
    checked 1 'fights: the kernel command line: vfio-pci.ids=1234:1111 gave vfio-pci what the configuration does not: 0000:00:01.0 (1234:1111, VGA display); delete it where the boot loader has it and restart' \
        'fights: line 1 of /etc/default/grub: vfio-pci.ids=1234:1111 gave vfio-pci what the configuration does not: 0000:00:01.0 (1234:1111, VGA display); delete it there, then update-grub, or grub-mkconfig -o and the path of your grub.cfg and restart'
    rm "$root/etc/default/grub"
    echo vfio-pci >"$devices/0000:00:01.0/driver_override"
    checked 0 'the kernel command line: vfio-pci.ids=1234:1111 would give vfio-pci what the configuration does not: 0000:00:01.0 (1234:1111, VGA display); earlybind set it aside on this boot; delete it where the boot loader has it'
}

@test "ids= where vfio-pci is part of the kernel: modprobe.d has no effect, a boot entry will" {
    old /etc/modprobe.d/vfio.conf 'options vfio-pci ids=1234:1111'
    old /boot/loader/entries/a.conf 'title a' 'options root=/dev/sda1 vfio-pci.ids=1234:1111'
    old /etc/kernel/cmdline 'root=/dev/sda1 vfio-pci.ids=1234:1111'
    checked 0 'line 1 of /etc/modprobe.d/vfio.conf: ids=1234:1111 would give vfio-pci what the configuration does not: 0000:00:01.0 (1234:1111, VGA display); vfio-pci is part of this kernel, and takes no options from there; delete the line, then mkinitcpio -P' \
        'line 1 of /etc/kernel/cmdline: vfio-pci.ids=1234:1111 would give vfio-pci what the configuration does not: 0000:00:01.0 (1234:1111, VGA display); vfio-pci is part of this kernel, so that a boot with it gives that away before earlybind runs; delete it there, then mkinitcpio -P' \
        'line 2 of /boot/loader/entries/a.conf: vfio-pci.ids=1234:1111 would give vfio-pci what the configuration does not: 0000:00:01.0 (1234:1111, VGA display); vfio-pci is part of this kernel, so that a boot with it gives that away before earlybind runs; delete it there'
}

@test "ids= that takes the prompt's screen before earlybind runs: status 1; what would not be held is no fight" {
    command_line vfio-pci.ids=1234:1111,8086:2668
    driver 0000:00:01.0 vfio-pci
    configure 'bind slot 01:00' 'bind slot 00:01.0'
    checked 1 'fights: the kernel command line: vfio-pci.ids=1234:1111,8086:2668 gave vfio-pci, which is part of this kernel, 0000:00:01.0 (1234:1111, VGA display) before earlybind ran: the screen may go dark before a passphrase is asked for; delete it where the boot loader has it and restart'
    driver 0000:00:01.0 bochs-drm
    configure 'bind slot 01:00'
    command_line vfio-pci.ids=8086:2668
    checked 0 'the kernel command line: vfio-pci.ids=8086:2668 is not needed: the configuration chooses all that it means; delete it where the boot loader has it'
}

@test "pci-stub.ids= that keeps a chosen function: status 1; where pci-stub did not have it, a word" {
    module vfio-pci
    command_line pci-stub.ids=8086:2668
    checked 0 'the kernel command line: pci-stub.ids=8086:2668 would give pci-stub what the configuration does not: 0000:01:00.1 (8086:2668, HD audio); pci-stub is not loaded; delete it where the boot loader has it'
    module pci-stub
    checked 0 'the kernel command line: pci-stub.ids=8086:2668 would give pci-stub what the configuration does not: 0000:01:00.1 (8086:2668, HD audio); pci-stub came too late on this boot; delete it where the boot loader has it'
    driver 0000:01:00.1 pci-stub
    echo '(null)' >"$devices/0000:01:00.1/driver_override"
    checked 1 'fights: the kernel command line: pci-stub.ids=8086:2668 gave pci-stub what the configuration does not: 0000:01:00.1 (8086:2668, HD audio); delete it where the boot loader has it and restart'
}

@test "what never was an option, softdeps, lists of modules" {
    module vfio-pci
    old /etc/modprobe.d/vfio.conf 'softdep snd_hda_intel pre: vfio-pci' \
        'options vfio-pci ids=8086:2668, 1234:1111, 1:2 kvm.ignore_msrs=1 nonsense'
    old /etc/mkinitcpio.conf 'MODULES=(btrfs vfio_pci vfio_virqfd)' 'MODULES+=(vfio)'
    old /etc/dracut.conf.d/vfio.conf 'force_drivers+=" vfio_virqfd "'
    old /etc/initramfs-tools/modules 'vfio_pci ids=8086:2668 disable_vga=1'
    old /etc/modules-load.d/vfio.conf vfio_pci vfio_virqfd
    checked 0 'line 1 of /etc/modprobe.d/vfio.conf: softdep snd_hda_intel pre: vfio-pci is not needed: earlybind keeps snd_hda_intel from the chosen functions in whatever order modules come; delete the line' \
        'line 2 of /etc/modprobe.d/vfio.conf: ids=8086:2668, is not needed: the configuration chooses all that it means; delete the line' \
        'line 2 of /etc/modprobe.d/vfio.conf: 1234:1111, 1:2 behind a blank is nothing that the kernel ever sees; delete it' \
        'line 2 of /etc/modprobe.d/vfio.conf: kvm.ignore_msrs=1 is no option of vfio-pci, and the kernel ignores it; delete it, and where kvm is meant write: options kvm ignore_msrs=1' \
        'line 2 of /etc/modprobe.d/vfio.conf: nonsense is no option of vfio-pci, and the kernel ignores it; delete it' \
        'line 1 of /etc/mkinitcpio.conf: vfio_pci vfio_virqfd are not needed there: earlybind brings into the image what it needs, and vfio_virqfd is gone since Linux 6.2; delete it there' \
        'line 2 of /etc/mkinitcpio.conf: vfio is not needed there: earlybind brings into the image what it needs; delete it there' \
        'line 1 of /etc/initramfs-tools/modules: vfio_pci is not needed there: earlybind brings into the image what it needs; delete the line, and write into /etc/modprobe.d/vfio.conf: options vfio-pci disable_vga=1' \
        'line 1 of /etc/initramfs-tools/modules: ids=8086:2668 is not needed: the configuration chooses all that it means; delete the line, and write into /etc/modprobe.d/vfio.conf: options vfio-pci disable_vga=1' \
        'line 1 of /etc/dracut.conf.d/vfio.conf: vfio_virqfd is not needed there: earlybind brings into the image what it needs, and vfio_virqfd is gone since Linux 6.2; delete it there' \
        'line 1 of /etc/modules-load.d/vfio.conf: vfio_pci comes too late there to keep a card from the host; delete the line' \
        'line 2 of /etc/modules-load.d/vfio.conf: vfio_virqfd comes too late there to keep a card from the host, and vfio_virqfd is gone since Linux 6.2; delete the line'
    # an older kernel has it
    rm -r "$root"/etc/{modprobe.d,mkinitcpio.conf,dracut.conf.d,initramfs-tools}
    echo 6.1.0-50-amd64 >"$root/proc/sys/kernel/osrelease"
    echo '#1 SMP PREEMPT_DYNAMIC Debian 6.1.170-1 (2026-02-11)' >"$root/proc/sys/kernel/version"
    checked 0 'line 1 of /etc/modules-load.d/vfio.conf: vfio_pci comes too late there to keep a card from the host; delete the line' \
        'line 2 of /etc/modules-load.d/vfio.conf: vfio_virqfd comes too late there to keep a card from the host; delete the line'
}

@test "driverctl: an override that says the same, one for nothing, one for another driver, one that no line asks for" {
    old /etc/driverctl.d/pci-0000:01:00.0 vfio-pci
    old /etc/driverctl.d/pci-0000:09:00.0 vfio-pci
    old /etc/driverctl.d/pci-0000:00:01.0 bochs-drm
    checked 0 '/etc/driverctl.d/pci-0000:01:00.0: vfio-pci is saved for 0000:01:00.0, as the configuration has it too; rm /etc/driverctl.d/pci-0000:01:00.0' \
        '/etc/driverctl.d/pci-0000:09:00.0: vfio-pci is saved for 0000:09:00.0, which is not in this machine; rm /etc/driverctl.d/pci-0000:09:00.0'
    rm "$root"/etc/driverctl.d/*
    old /etc/driverctl.d/pci-0000:01:00.1 snd_hda_intel
    old /etc/driverctl.d/pci-0000:00:01.0 vfio-pci
    checked 1 'fights: /etc/driverctl.d/pci-0000:00:01.0: vfio-pci is saved for 0000:00:01.0, which the configuration does not choose (if it is to go: bind slot 0000:00:01.0); rm /etc/driverctl.d/pci-0000:00:01.0, then mkinitcpio -P and restart' \
        'fights: /etc/driverctl.d/pci-0000:01:00.1: snd_hda_intel is saved for 0000:01:00.1, for which the configuration asks for vfio-pci; rm /etc/driverctl.d/pci-0000:01:00.1, then mkinitcpio -P and restart'
}

@test "a blacklist: not needed, or why the host has no driver; not a word where it may have other reasons" {
    old /etc/modprobe.d/blacklist.conf 'blacklist nouveau' 'blacklist snd_hda_intel'
    command_line modprobe.blacklist=xhci_pci,snd-hda-intel
    checked 0 'the kernel command line: modprobe.blacklist=snd-hda-intel is not needed: earlybind keeps snd_hda_intel from the chosen functions; delete it where the boot loader has it' \
        'line 2 of /etc/modprobe.d/blacklist.conf: blacklist snd_hda_intel is not needed: earlybind keeps snd_hda_intel from the chosen functions; delete the line'
    # the host's audio
    old /sys/devices/pci0000:00/0000:00:1f.3/uevent PCI_CLASS=40300 PCI_ID=8086:293E PCI_SUBSYS_ID=0000:0000 \
        PCI_SLOT_NAME=0000:00:1f.3
    ln -s ../../../devices/pci0000:00/0000:00:1f.3 "$devices/0000:00:1f.3"
    driver 0000:00:1f.3 snd_hda_intel
    checked 0
    command_line quiet
    driver 0000:00:1f.3 -
    checked 0 'line 2 of /etc/modprobe.d/blacklist.conf: blacklist snd_hda_intel may be why functions that stay with the host have no driver: 0000:00:1f.3 (8086:293e, HD audio); delete the line, then mkinitcpio -P and restart'
}

# large: more than is read of a file
large() {
    head -c 1048577 /dev/zero | tr '\0' '\n'
}

@test "a folder by the name of a file is read by nobody: not a word" {
    mkdir -p "$root/etc/modprobe.d/b.conf" "$root/etc/driverctl.d/pci-0000:01:00.0"
    checked 0
}

@test "what cannot be read is said once; status 3 only where what fights may stand there" {
    mkdir -p "$root/boot/loader/entries" "$root/etc/modprobe.d"
    large | tee "$root/boot/loader/entries/a.conf" >"$root/etc/modprobe.d/b.conf"
    checked 0 '/etc/modprobe.d/b.conf (File too large), /boot/loader/entries/a.conf (File too large) cannot be read: what the old ways may have left there is not told; look there yourself'
    holds '"as_asked": true' "${output%%rules*}"
    rm -r "${root:?}/boot" "$root/etc/modprobe.d"
    mkdir -p "$root/etc/driverctl.d"
    large >"$root/etc/driverctl.d/pci-0000:01:00.0"
    checked 3 '/etc/driverctl.d/pci-0000:01:00.0 (File too large) cannot be read: what the old ways may have left there is not told; look there yourself'
    holds '"as_asked": false' "${output%%rules*}"
    # what is known to fight weighs more
    old /etc/driverctl.d/pci-0000:01:00.1 snd_hda_intel
    earlybind --check
    [ "$status" -eq 1 ]
}

@test "as a user without rights: run it as root" {
    [ "$(id -u)" = 0 ] || skip "only root can keep a folder from somebody"
    # bats' own folder is root's alone
    elsewhere=$(mktemp -d)
    mkdir -p "$root/boot/loader/entries"
    cp -a "$root" "$EARLYBIND" "$elsewhere"
    chmod -R go+rX "$elsewhere"
    chmod 700 "$elsewhere/root/boot/loader"
    run --separate-stderr setpriv --reuid 65534 --regid 65534 --clear-groups \
        "$elsewhere/$(basename "$EARLYBIND")" --root "$elsewhere/root" --check --json
    same '/boot/loader/entries (Permission denied) cannot be read: what the old ways may have left there is not told; run earlybind --check as root' "$(sentences <<<"$output")"
    [ "$status" -eq 0 ]
}

@test "where nothing is asked for, the old ways are the owner's choice" {
    configure '# nothing'
    rm "$root/run/earlybind/claim"
    command_line vfio-pci.ids=1234:1111
    mkdir -p "$root/etc/driverctl.d/pci-0000:01:00.0"
    checked 0
}

@test "many functions of one id: eight of them are named" {
    local others=0

    rm -r "$root"
    machine rx6400-behind-its-own-switch
    configure 'bind slot 03:00'
    old /etc/modprobe.d/vfio.conf 'options vfio-pci ids=8086:ffffffff'
    earlybind --check --json
    said=$(sentences <<<"$output")
    holds 'line 1 of /etc/modprobe.d/vfio.conf: ids=8086:ffffffff would give vfio-pci what the configuration does not: 0000:00:02.0 (8086:4690, VGA display), ' "$said"
    same 8 "$(grep -o '(8086:' <<<"$said" | wc -l)"
    for uevent in "$devices"/*/uevent; do
        ! grep -q PCI_ID=8086: "$uevent" || grep -q PCI_CLASS=60 "$uevent" || others=$((others + 1))
    done
    holds " and $((others - 8)) more; vfio-pci is not loaded; delete the line" "$said"
}

@test "--json has each with its file and its line" {
    module vfio-pci
    command_line vfio-pci.ids=1234:1111
    driver 0000:00:01.0 vfio-pci
    old /etc/modprobe.d/vfio.conf '' 'softdep amdgpu pre: vfio-pci'
    mkdir -p "$root/boot/loader/entries"
    large >"$root/boot/loader/entries/a.conf"
    "$EARLYBIND" --root "$root" --check >"$BATS_TEST_TMPDIR/text" || [ $? -eq 1 ]
    earlybind --check --json
    [ "$status" -eq 1 ]
    python3 - "$BATS_TEST_TMPDIR/text" "$BATS_TEST_DIRNAME/../../packaging/schema/check.json" 3<<<"$output" <<'END'
import json, os, sys

document = json.load(os.fdopen(3))
schema = json.load(open(sys.argv[2]))["properties"]["findings"]["items"]
found = document["findings"]
assert not document["as_asked"]
told = [(f["kind"], f["slot"], f["file"], f["line"], f["as_asked"]) for f in found]
assert told == [("old-ids-took", None, None, 0, False),
                ("old-softdep", None, "/etc/modprobe.d/vfio.conf", 2, True),
                ("old-unread", None, None, 0, True)], told
printed = " ".join(open(sys.argv[1]).read().split()) # wherever a line is broken
for finding in found:
    assert finding["sentence"] in printed, finding
    assert finding["kind"] in schema["properties"]["kind"]["enum"]
    assert set(finding) <= set(schema["properties"])
END
}

@test "the RX 6600 of the guide: the old way took the audio of the host; a boot with earlybind did not" {
    rm -r "$root"
    machine rx6600-beside-rx6750xt-with-one-audio-id
    mkdir -p "$root/usr/bin"
    touch "$root/usr/bin/mkinitcpio"
    old /etc/modprobe.d/vfio.conf 'softdep amdgpu pre: vfio-pci' \
        'options vfio-pci ids=1002:73ff,1002:ab28 disable_vga=1 kvm.ignore_msrs=1'
    old /etc/mkinitcpio.conf 'MODULES=(vfio_pci vfio vfio_iommu_type1)'
    module vfio-pci
    for function in 0000:03:00.1 0000:07:00.0 0000:07:00.1; do
        driver "$function" vfio-pci
    done
    echo flr >"$devices/0000:07:00.0/reset_method"
    configure 'bind card id 1002:73ff'
    softdep='line 1 of /etc/modprobe.d/vfio.conf: softdep amdgpu pre: vfio-pci is not needed: earlybind keeps amdgpu from the chosen functions in whatever order modules come; delete the line'
    option='line 2 of /etc/modprobe.d/vfio.conf: kvm.ignore_msrs=1 is no option of vfio-pci, and the kernel ignores it; delete it, and where kvm is meant write: options kvm ignore_msrs=1'
    modules='line 1 of /etc/mkinitcpio.conf: vfio_pci vfio vfio_iommu_type1 are not needed there: earlybind brings into the image what it needs; delete it there'
    checked 1 "$softdep" \
        'fights: line 2 of /etc/modprobe.d/vfio.conf: ids=1002:73ff,1002:ab28 gave vfio-pci what the configuration does not: 0000:03:00.1 (1002:ab28, HD audio); leave of the line: options vfio-pci disable_vga=1, then mkinitcpio -P and restart' \
        "$option" "$modules"
    driver 0000:03:00.1 snd_hda_intel
    claimed
    checked 0 "$softdep" \
        'line 2 of /etc/modprobe.d/vfio.conf: ids=1002:73ff,1002:ab28 would give vfio-pci what the configuration does not: 0000:03:00.1 (1002:ab28, HD audio); earlybind set it aside on this boot; leave of the line: options vfio-pci disable_vga=1, then mkinitcpio -P' \
        "$option" "$modules"
}

# own_options: those of vfio-pci's that stay, in modprobe.d and where else they stood
own_options() {
    cat "$root"/etc/modprobe.d/*.conf "$root"/etc/initramfs-tools/modules 2>/dev/null | grep -o 'disable_[a-z0-9_]*=1' | sort -u
}

# follow: does what --check told in the document $1 to the files below $root.
follow() {
    python3 - "$root" "$1" <<'END'
import json, os, re, sys

root, document = sys.argv[1], json.load(open(sys.argv[2]))
lines: dict[str, list[str]] = {}
deleted: dict[str, set[int]] = {}
for finding in document["findings"]:
    if not finding["kind"].startswith("old-"):
        continue
    path = root + (finding["file"] or "/proc/cmdline")
    number = max(finding["line"], 1)
    text = lines.setdefault(path, open(path).read().split("\n"))
    sentence = finding["sentence"]
    place, rest = re.match(r"(line \d+ of \S+|the kernel command line|/\S+): (.*)", sentence).groups()
    step = rest.rsplit("; ", 1)[1]
    if step.startswith("rm "):
        os.unlink(root + step[3:].split(",")[0])
        lines.pop(path)
    elif step.startswith("leave of the line: "):
        text[number - 1] = step[len("leave of the line: "):].split(", then")[0]
    elif step.startswith("delete the line"):
        last = number
        while text[last - 1].endswith("\\"):
            last += 1
        deleted.setdefault(path, set()).update(range(number, last + 1))
        if written := re.search(r", and write into (\S+): (.*)", step):
            os.makedirs(os.path.dirname(root + written[1]), exist_ok=True)
            open(root + written[1], "w").write(written[2] + "\n")
    elif step.startswith("delete it"):
        words = re.split(r" (?:would give|gave|is not needed|are not needed|is no option|behind a blank)", rest)[0]
        where = number - 1
        if words.startswith("modprobe.blacklist="):
            words = words.split("=")[1]
        for word in [words] if words in text[where] else words.split():
            text[where] = text[where].replace(word, "", 1)
    else:
        sys.exit(f"what is to be done by: {sentence}")
for path, text in lines.items():
    kept = [line for n, line in enumerate(text, 1) if n not in deleted.get(path, set())]
    open(path, "w").write("\n".join(kept))
END
}

@test "what is told for the files of every guide is followed, and nothing is left to tell" {
    local name story=0 told=0

    for file in "$machines"/*.import; do
        name=$(basename "$file" .import)
        # a set of files each: its lines up to the first that begins with --
        for ((number = 1; number <= $(grep -c '^== ' "$file"); number++)); do
            awk -v n=$number '/^== /{ at++; on = at == n; next } /^-- /{ on = 0 } on' "$file" >"$BATS_TEST_TMPDIR/files"
            rm -rf "$root"
            machine "$name"
            "$machines/lay-out" "$BATS_TEST_TMPDIR/files" "$root"
            "$EARLYBIND" --root "$root" --import >"$root/etc/earlybind.conf" || [ $? -eq 1 ]
            [ -n "$(grep -v '^#' "$root/etc/earlybind.conf" | xargs)" ] || continue
            story=$((story + 1))
            "$EARLYBIND" --root "$root" --check --json >"$BATS_TEST_TMPDIR/document" || [ $? -eq 1 ]
            told=$((told + $(grep -o '"old-' "$BATS_TEST_TMPDIR/document" | wc -l)))
            options=$(own_options)
            follow "$BATS_TEST_TMPDIR/document"
            same "$options" "$(own_options)"
            earlybind --check --json
            [ "$status" -eq 1 ] # these machines have not started with earlybind
            lacks '"old-' "$output"
            # and it was the old ways alone that went
            earlybind --import
            same '# Nothing is left of them that chooses a function.' "$(sed -n 2p <<<"$output")"
        done
    done
    echo "$story stories, $told left-overs"
    [ "$story" -ge 14 ]
    [ "$told" -ge 40 ]
}
