#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# --snapshot holds nothing private, and what it makes up instead says the same to every command.

# shellcheck disable=SC2154  # common.bash and bats set them
bats_require_minimum_version 1.5.0

setup() {
    load common
    export EARLYBIND
    again=$root.again
}

# take: the snapshot of $root in $taken, laid out below $again
take() {
    taken=$BATS_TEST_TMPDIR/taken
    "$EARLYBIND" --root "$root" --snapshot >"$taken"
    rm -rf "$again"
    "$machines/lay-out" "$taken" "$again"
}

# put PATH LINE...: a file of the machine's
put() {
    mkdir -p "$root$(dirname "$1")"
    printf '%s\n' "${@:2}" >"$root$1"
}

# same_verdicts: every command says of the snapshot what it says of the machine, but for the made-up values
same_verdicts() {
    local verb
    for verb in --plan --check --list --libvirt; do
        echo "$verb"
        same "$("$EARLYBIND" --root "$root" $verb 2>&1; echo "status $?")" \
            "$("$EARLYBIND" --root "$again" $verb 2>&1; echo "status $?")"
    done
}

# owned: a machine with everything that is its owner's, wherever earlybind reads. Every secret is a line of $secrets.
owned() {
    local folder

    machine b550i-with-root-on-lvm-in-chipset-group
    secrets=(
        # UUIDs, of file systems, partitions, LUKS, RAID; a FAT volume's, an NTFS volume's, an MBR disk's
        7c4d9e10-5b2f-4a83-9c61-d0e8f7a6b5c4 0f1e2d3c-4b5a-4678-8a9b-cdef01234567 41D2-7C5A 8A1C22F07B3D9E45 5ea1d00b-03
        93be7d52-1c0f-4e6a-b8d4-2a71f5c3e906 93be7d521c0f4e6ab8d42a71f5c3e906 4d1c0a77:be905f12:c3a8e614:7790ab3d
        # LVM's
        Qo1bGZt3yVYpX0s8rEwCjDkNfHm5uAv9 RrYd6Lx2TiB7hJcUaPqSzgMeKnO4Wl01
        # labels, serial numbers, world wide names
        marys-data Marys S4EVNX0R123456 S4EWNX0M765432 WD-WCC7K4AB1234 5000c500a1b2c3d4 0025385b01402e5d
        # hardware addresses, in any notation
        3c:7c:3f:1e:2d:4b 3c-7c-3f-1e-2d-4b 3c7c3f1e2d4b 3C:7C:3F:1E:2D:4B
        # the machine's and other names
        thunderbird thunder--bird thunder-bird example.org fileserver marysmith
        # ids of the installation and the boot
        b7d1f0e29c384a5d8e6f102938475665 6b1c1d0e-6a0f-4f5c-9d1e-2f6a3c7b8d90
        # addresses
        192.168.178.23 192.168.178.1 fe80::3e7c:3fff:fe1e:2d4b 10.20.30.40
        # passwords and keys
        hunter2 hunter3 hunter4 hunter5 "six," hunter6 hunter7 hunter8 correcthorse iqn.2019-07.org.example store1
        # servers of a root, a proxy, and what they have
        fs1 web1 sanserver px:3128 fs2 store3 nbdserver marysexport
        # names with a quote, a comma, a colon in them
        Passport photos 2019:trip
        # words to oneself
        divorce
    )
    put /etc/hostname thunder-bird.example.org
    put /proc/sys/kernel/hostname thunderbird.a-lan.example.org
    put /etc/machine-id b7d1f0e29c384a5d8e6f102938475665
    put /proc/cmdline "BOOT_IMAGE=/vmlinuz root=/dev/mapper/vgubuntu-root ro amd_iommu=on video=efifb:off \
resume=UUID=7c4d9e10-5b2f-4a83-9c61-d0e8f7a6b5c4 rd.luks.uuid=luks-93be7d52-1c0f-4e6a-b8d4-2a71f5c3e906 \
ip=192.168.178.23::192.168.178.1:255.255.255.0:thunderbird:enp6s0:none nfsroot=10.20.30.40:/srv/marysmith \
BOOTIF=01-3c-7c-3f-1e-2d-4b ifname=net0:3c:7c:3f:1e:2d:4b nameserver=fe80::3e7c:3fff:fe1e:2d4b \
rd.iscsi.password=hunter2 rd.iscsi.initiator=iqn.2019-07.org.example:store1 systemd.machine_id=b7d1f0e29c384a5d8e6f102938475665 \
rd.md.uuid=4d1c0a77:be905f12:c3a8e614:7790ab3d root2=PARTUUID=5ea1d00b-03 rd.luks.key=/keyfile:LABEL=marys-data systemd.hostname=thunderbird \
root=cifs://mary:hunter2@fs1/share root=live:http://mary:hunter3@web1/img.iso root=iscsi:mary:hunter4@sanserver::::iqn.x \
proxy=http://mary:hunter8@px:3128 root=nfs4:fileserver:/export/marysmith root=nfs:fs2:/exp inst.repo=nfs:store3:/x \
root=nbd:nbdserver:marysexport \"rd.iscsi.password=hunter5 six,\" wifi.psk=hunter6 \
drive=8A1C22F07B3D9E45 rescue2=PARTUUID=5EA1D00B-03 earlybind.keep=0000:03:00"
    put /etc/fstab '# for marysmith, since the divorce' \
        '/dev/mapper/vgubuntu-root / ext4 errors=remount-ro 0 1' \
        'UUID=41D2-7C5A /boot/efi vfat umask=0077 0 1' \
        '/dev/mapper/vgubuntu-swap_1 none swap sw 0 0' \
        'UUID=7c4d9e10-5b2f-4a83-9c61-d0e8f7a6b5c4 /home/marysmith ext4 nofail 0 2' \
        'UUID=8A1C22F07B3D9E45 /media/Marys\040Disk ntfs3 nofail,uid=1000 0 0' \
        'ID=nvme-Samsung_SSD_970_EVO_Plus_S4EWNX0M765432X-part1 /data4 ext4 nofail 0 0' \
        'LABEL=marys-data /mnt/marys-data ext4 nofail 0 0 # of the divorce' \
        "LABEL=Mary's\\040Passport /media/Mary's\\040Passport ext4 nofail 0 0 # divorce" \
        '/dev/sdz9 /mnt/photos,divorce2/2019:trip ext4 nofail 0 0' \
        '//fileserver/x /mnt/y cifs nofail,pass=hunter2,,hunter7,password2=hunter6 0 0' \
        '/dev/disk/by-id/ata-WDC_WD40EFRX-68N32N0_WD-WCC7K4AB1234-part1 /data ext4 nofail 0 0' \
        '/dev/disk/by-id/wwn-0x5000c500a1b2c3d4 /data2 ext4 nofail 0 0' \
        '/dev/thunder-bird-vg/data /data3 ext4 nofail 0 0' \
        '//fileserver/marysmith /mnt/share cifs nofail,username=marysmith,password=hunter2,domain=example.org 0 0' \
        'fileserver:/export/all /srv/marysmith nfs nofail 0 0' \
        'marysmith@fileserver:/x /mnt/sshfs fuse.sshfs nofail 0 0'
    put /etc/crypttab 'luks-93be7d52-1c0f-4e6a-b8d4-2a71f5c3e906 UUID=93be7d52-1c0f-4e6a-b8d4-2a71f5c3e906 none luks,nofail'
    for folder in by-uuid/7c4d9e10-5b2f-4a83-9c61-d0e8f7a6b5c4 by-uuid/8A1C22F07B3D9E45 by-label/marys-data by-partuuid/5ea1d00b-03 \
        by-id/ata-WDC_WD40EFRX-68N32N0_WD-WCC7K4AB1234-part1 by-id/wwn-0x5000c500a1b2c3d4; do
        mkdir -p "$root/dev/disk/${folder%/*}"
        ln -sf ../../nvme0n1p2 "$root/dev/disk/$folder"
    done
    mkdir -p "$root/dev/mapper"
    ln -s ../dm-2 "$root/dev/mapper/luks-93be7d52-1c0f-4e6a-b8d4-2a71f5c3e906"
    mkdir -p "$root/sys/devices/virtual/block/dm-2/slaves" "$root/sys/devices/virtual/block/dm-3/slaves"
    ln -s ../../devices/virtual/block/dm-2 "$root/sys/class/block/dm-2"
    ln -s ../../devices/virtual/block/dm-3 "$root/sys/class/block/dm-3"
    for folder in dm-2 dm-3; do
        put "/sys/devices/virtual/block/$folder/dev" "253:${folder#dm-}"
        ln -s ../../../../pci0000:00 "$root/sys/devices/virtual/block/$folder/slaves/nvme0n1p2"
    done
    put /sys/devices/virtual/block/dm-2/dm/name luks-93be7d52-1c0f-4e6a-b8d4-2a71f5c3e906
    put /sys/devices/virtual/block/dm-2/dm/uuid CRYPT-LUKS2-93be7d521c0f4e6ab8d42a71f5c3e906-luks-93be7d52-1c0f-4e6a-b8d4-2a71f5c3e906
    put /sys/devices/virtual/block/dm-3/dm/name thunder--bird--vg-data
    put /sys/devices/virtual/block/dm-3/dm/uuid mpath-3600508b0025385b01402e5d0000b00005000c500a1b2c3d4
    printf '%s\n' '97 30 253:2 / /home/marysmith rw shared:47 - ext4 /dev/mapper/luks-93be7d52-1c0f-4e6a-b8d4-2a71f5c3e906 rw' \
        '98 30 253:3 / /run/media/marysmith/41D2-7C5A rw shared:48 - ext4 /dev/mapper/thunder--bird--vg-data rw' \
        '99 30 0:55 / /mnt/share rw shared:49 - cifs //fileserver/marysmith rw,username=marysmith,addr=10.20.30.40' \
        '100 30 0:56 / /srv/marysmith rw shared:50 - nfs4 fileserver:/export/all rw,clientaddr=192.168.178.23' \
        "102 30 8:9 / /media/Mary's\\040Passport rw shared:52 - ext4 /dev/sdz8 rw" \
        '103 30 8:10 / /mnt/photos,divorce2/2019:trip rw shared:53 - ext4 /dev/sdz9 rw' \
        '101 30 0:57 / /run/user/1000/doc rw shared:51 - fuse.sshfs marysmith@fileserver:/x rw' \
        >>"$root/proc/self/mountinfo"
    mkdir -p "$root/sys/devices/pci0000:00/0000:00:01.2/0000:02:00.0/net/enx3c7c3f1e2d4b"
    ln -s ../../devices/pci0000:00/0000:00:01.2/0000:02:00.0/net/enx3c7c3f1e2d4b "$root/sys/class/net/enx3c7c3f1e2d4b"
    put /sys/devices/pci0000:00/0000:00:01.2/0000:02:00.0/net/enx3c7c3f1e2d4b/flags 0x1003
    mkdir -p "$root/proc/812/fd"
    put /proc/812/comm qemu-system-x86
    ln -s /dev/disk/by-id/ata-WDC_WD40EFRX-68N32N0_WD-WCC7K4AB1234-part1 "$root/proc/812/fd/5"
    ln -s /home/marysmith/divorce.odt "$root/proc/812/fd/6"
    ln -s /dev/shm/marysmith "$root/proc/812/fd/7"
    # the screen's description and the disks' marks are behind what is read of it
    { cat "$root/sys/kernel/boot_params/data"; printf 'S4EVNX0R123456%0100d' 0; } >"$root/data" && mv "$root/data" "$root/sys/kernel/boot_params/data"
    configure '# the right-hand card, marysmith bought it before the divorce' 'bind card slot 0a:00 # divorce' 'keep slot 0c:00.3'
    # a file with the machine's name, without a comment: its hash is of the name too
    put /etc/earlybind.conf.d/thunder-bird.conf 'keep slot 0c:00.4'
    put /etc/default/grub '# divorce' 'GRUB_CMDLINE_LINUX="resume=UUID=7c4d9e10-5b2f-4a83-9c61-d0e8f7a6b5c4 rd.auth_token=correcthorse"' \
        'GRUB_DISK=41d2-7c5a' 'GRUB_CMDLINE_LINUX_DEFAULT="quiet # 1" # the divorce lawyer'"'"'s card'
    put /etc/modprobe.d/vfio.conf 'options vfio-pci ids=1002:731f # divorce' 'options wifi mac=3C:7C:3F:1E:2D:4B password="hunter2"'
    put /boot/loader/entries/b7d1f0e29c384a5d8e6f102938475665-6.1.conf 'machine-id b7d1f0e29c384a5d8e6f102938475665' \
        'options root=UUID=0f1e2d3c-4b5a-4678-8a9b-cdef01234567 home=/home/marysmith disk=/dev/disk/by-id/nvme-eui.0025385b01402e5d'
    # in a name of another alphabet, which makes its file one of bytes
    put /etc/dracut.conf 'add_fstab="/home/marysmith" # Zürich' 'kernel_cmdline="ü rd.luks.uuid=93be7d52-1c0f-4e6a-b8d4-2a71f5c3e906 /home/marysmith"'
    put /run/earlybind/claim 'earlybind-report 1' "boot $(cat "$root/proc/sys/kernel/random/boot_id")" 'generator dracut' \
        'function 0000:0a:00.0 held vfio-pci group=18 class=030000 id=1002:731f : 0000:0a:00.0: held for /home/marysmith on thunderbird'
}

# plain: the snapshot as text, hex made readable
plain() {
    cat "$taken"
    sed -n '/^hex/,/^[^\t]/s/^\t//p' "$taken" | tr -d '\n' | sed 's/../\\x&/g' | xargs -0 printf '%b'
}

@test "nothing of the owner's is in it" {
    owned
    take
    plain >"$BATS_TEST_TMPDIR/plain"
    found=0
    for secret in "${secrets[@]}"; do
        # it is there to be found
        grep -rqaiF -- "$secret" "$root" || find "$root" -name "*$secret*" -o -lname "*$secret*" | grep -q . || {
            echo "the machine has no $secret"
            found=$((found + 1))
        }
        if grep -aiF -- "$secret" "$BATS_TEST_TMPDIR/plain"; then
            echo "and $secret is in the snapshot"
            found=$((found + 1))
        fi
    done
    [ "$found" = 0 ]
    # what the boot wrote of a function is nobody's
    grep -qF ' group=18 class=030000 id=1002:731f : ' "$taken"
}

@test "what is made up is the same everywhere, so that every command says the same" {
    owned
    # a report that fits the configuration, with its comments
    hash=$("$EARLYBIND" --root "$root" --embed dracut --kernel 6.1.0-50-amd64 2>/dev/null | sed -n 's/^image config //p')
    [ "${#hash}" = 16 ]
    echo "config $hash" >>"$root/run/earlybind/claim"
    take
    grep -q "^link /dev/disk/by-uuid/$(sed -n 's/^\tUUID=\([^ ]*\) .home.*/\1/p' "$taken") " "$taken"
    same "$(cat "$again/sys/devices/virtual/block/dm-2/dm/name")" "$(cut -d' ' -f1 "$again/etc/crypttab")"
    sed -i 's|/home/marysmith|/home/private|; s|on thunderbird|on private|' "$root/run/earlybind/claim"
    sed -i 's|/home/private[0-9]*|/home/private|; s|on private[0-9]*|on private|' "$again/run/earlybind/claim"
    for verb in --plan --check --list --libvirt --import; do
        echo "$verb"
        # the names of what is mounted, and of what the import quotes, are made up; their places are not
        same "$("$EARLYBIND" --root "$root" $verb 2>&1 | wc -l; "$EARLYBIND" --root "$root" $verb >/dev/null 2>&1; echo "status $?")" \
            "$("$EARLYBIND" --root "$again" $verb 2>&1 | wc -l; "$EARLYBIND" --root "$again" $verb >/dev/null 2>&1; echo "status $?")"
    done
    earlybind --check
    lacks 'another configuration' "$output"
}

@test "the snapshot of a snapshot is the same text" {
    owned
    take
    "$EARLYBIND" --root "$again" --snapshot | sort >"$BATS_TEST_TMPDIR/second"
    # the order of a folder's names is the file system's
    diff -u <(sort "$taken") "$BATS_TEST_TMPDIR/second"
}

@test "words that only look private stay" {
    machine b550i-with-root-on-lvm-in-chipset-group
    configure 'bind card slot 0a:00'
    before=$(grep -v UUID= "$root/etc/fstab"; cat "$root/sys/class/input/input3/capabilities/key" "$root/proc/cmdline")
    put /etc/hostname root
    take
    same "$before" "$(grep -v UUID= "$again/etc/fstab"; cat "$again/sys/class/input/input3/capabilities/key" "$again/proc/cmdline")"
    same_verdicts
}

@test "more than it can hide: it says so, and prints nothing" {
    machine no-iommu
    mkdir -p "$root/etc/default"
    for ((i = 0; i < 4100; i++)); do printf 'uuid=7c4d9e10-5b2f-4a83-9c61-d0e8f7%06x\n' "$i"; done >"$root/etc/default/grub"
    earlybind --snapshot
    [ "$status" = 3 ]
    [ -z "$output" ]
    same 'earlybind: nothing is printed: there is more that is private on this machine than --snapshot can hide' "$stderr"
}

@test "a file whose name has a blank, and one that is read through a link" {
    machine no-iommu
    mkdir -p "$root/etc/earlybind.conf.d" "$root/etc/elsewhere" "$root/proc/812/fd"
    echo 'keep slot 01:00' >"$root/etc/earlybind.conf.d/my card.conf"
    echo 'bind slot 01:00' >"$root/etc/elsewhere/cards"
    ln -s elsewhere/cards "$root/etc/earlybind.conf"
    echo qemu >"$root/proc/812/comm"
    ln -s '/dev/dri/card7 (deleted)' "$root/proc/812/fd/5"
    take
    same 'keep slot 01:00' "$(cat "$again/etc/earlybind.conf.d/my card.conf")"
    same '/dev/dri/card7 (deleted)' "$(readlink "$again/proc/812/fd/5")"
    same_verdicts
}

@test "a configuration that may not be read is left out, and that is said" {
    [ "$(id -u)" = 0 ] || skip "only root can keep a file from somebody"
    machine two-identical-cards-boot-card-on-root-bus
    configure 'bind slot 01:00'
    put /etc/driverctl.d/pci-0000:01:00.0 vfio-pci
    folder=$(mktemp -d)
    cp -r "$root" "$EARLYBIND" "$folder"
    chmod -R go+rX "$folder"
    chmod 600 "$folder/${root##*/}/etc/earlybind.conf" "$folder/${root##*/}/etc/driverctl.d/pci-0000:01:00.0"
    run --separate-stderr setpriv --reuid 65534 --regid 65534 --clear-groups "$folder/${EARLYBIND##*/}" --root "$folder/${root##*/}" --snapshot
    rm -rf "$folder"
    [ "$status" -eq 0 ]
    holds 'earlybind: /etc/earlybind.conf is left out: Permission denied' "$stderr"
    holds 'earlybind: /etc/driverctl.d/pci-0000:01:00.0 is left out: Permission denied' "$stderr"
    lacks 'text /etc/earlybind.conf' "$output"
}
