#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# --check --images: what is said of the images on disk. The generators' tools are stand-ins here, laid over /usr/bin in
# a mount namespace: the program takes them from there alone. An image is a tar archive. Real tools open real images in
# the boots.

# shellcheck disable=SC2154  # common.bash and bats set them
bats_require_minimum_version 1.5.0

release=6.8.0-45-generic

setup() {
    load common
    machine vfio-pci-built-in
    configure 'bind slot 01:00'
    mkdir -p "$root/boot" "$root/run/earlybind" "$root/etc/mkinitcpio.d" "$root/usr/bin" "$root/usr/sbin"
    report "$(hash)"
    tools=$BATS_TEST_TMPDIR/tools
    mkdir "$tools"
    # those of the machine at hand are not to be found
    touch "$tools/lsinitrd" "$tools/lsinitcpio" "$tools/unmkinitramfs"
    tool lsinitrd
}

# hash: of today's configuration
hash() {
    "$EARLYBIND" --root "$root" --embed test --kernel 1 2>/dev/null | sed -n 's/^image config //p'
}

# report HASH: this boot had an image of that configuration
report() {
    {
        printf 'earlybind-report 1\nversion 0.1.0\nboot %s\n' "$(cat "$root/proc/sys/kernel/random/boot_id")"
        printf 'kernel 6.8.0\nconfig %s\nmode act\npicture none unknown\n' "$1"
    } >"$root/run/earlybind/claim"
}

# tool NAME...: of the generators' tools, these are installed
tool() {
    for name; do
        {
            echo '#!/bin/sh'
            # shellcheck disable=SC2016  # $ for that shell
            case $name in
                # prints nothing of what is not there, and ends well all the same
                lsinitrd) echo 'tar -tf "$3" >/dev/null || exit 2; tar -xOf "$3" "$2" 2>/dev/null; exit 0' ;;
                lsinitcpio) echo '[ "$1" = -x ] && tar -xf "$2"' ;;
                unmkinitramfs) echo 'mkdir "$2/main" && tar -xf "$1" -C "$2/main"' ;;
            esac
        } >"$tools/$name"
        chmod 755 "$tools/$name"
    done
}

# store FILE [GENERATOR]: an image with earlybind and today's configuration, or with a generator of `none`, without
store() {
    local tree=$BATS_TEST_TMPDIR/tree generator=${2:-dracut}

    rm -rf "$tree"
    mkdir -p "$tree/etc" "$(dirname "$root$1")"
    : >"$tree/init"
    [ "$generator" = none ] || "$EARLYBIND" --root "$root" --embed "$generator" --kernel 1 2>/dev/null |
        sed -n 's/^image //p' >"$tree/etc/earlybind.image"
    tar -cf "$root$1" -C "$tree" init etc
}

# images WORD...: --check --images, with these tools; $told is what it says of images
images() {
    local apart='unshare -m'

    [ "$(id -u)" -eq 0 ] || apart='unshare -Urm'
    $apart mount -t overlay overlay -o "lowerdir=$tools:/usr/bin" /usr/bin 2>/dev/null ||
        skip "no overlay can be mounted here ($apart), so no tool can be laid over /usr/bin"
    # shellcheck disable=SC2016,SC2086  # $ for the shell inside; words
    run --separate-stderr $apart sh -c 'mount -t overlay overlay -o "lowerdir=$1:/usr/bin" /usr/bin && shift && exec "$@"' \
        sh "$tools" "$EARLYBIND" --root "$root" --check --images "$@"
    [ -z "$stderr" ]
    told=$(of_images)
}

# of_images: what $output has of images and of this boot's, a sentence a line, be it broken over several or not
of_images() {
    sed ':more; N; $!b more; s/\n    / /g' <<<"$output" |
        grep -E '^(/|kernel .* has no image|the modules of|no image was|earlybind (did|was))' || :
}

@test "an image with today's configuration: as asked" {
    store "/boot/initrd.img-$release"
    images
    [ "$status" -eq 0 ]
    same "/boot/initrd.img-$release has earlybind, with today's configuration" "$told"
}

@test "another configuration, the boot's was the same: the command, by what built the image, and by how the image is called" {
    local image generator command

    while IFS='|' read -r image generator command; do
        rm -r "${root:?}/boot"
        configure 'bind slot 01:00'
        store "$image" "$generator"
        configure 'bind slot 01:00' '# a change'
        report "$(hash)"
        images
        [ "$status" -eq 1 ]
        same "$image has another configuration than today's; build it again: $command" "$told"
    done <<END
/boot/initrd.img-$release|dracut|dracut --force /boot/initrd.img-$release $release
/boot/initramfs-$release.img|dracut|dracut --force /boot/initramfs-$release.img $release
/boot/initrd.img-$release|initramfs-tools|update-initramfs -u -k $release
/boot/initramfs-linux.img|mkinitcpio|mkinitcpio -P
/boot/EFI/Linux/linux-$release.efi|dracut|dracut --force --regenerate-all
END
}

@test "no earlybind in the image of this kernel; where nothing is asked for, that is as asked" {
    store "/boot/initrd.img-$release" none
    : >"$root/usr/sbin/mkinitramfs"
    images
    [ "$status" -eq 1 ]
    same "/boot/initrd.img-$release has no earlybind; build it again: update-initramfs -u -k $release" "$told"
    : >"$root/usr/bin/mkinitcpio"
    images
    same "/boot/initrd.img-$release has no earlybind; see that HOOKS in /etc/mkinitcpio.conf has it, and build it again: mkinitcpio -P" "$told"
    rm "$root/etc/earlybind.conf" "$root/run/earlybind/"*
    images
    [ "$status" -eq 0 ]
    same "/boot/initrd.img-$release has no earlybind, and nothing is asked for" "$told"
}

@test "nothing is asked for any more, and the image has what was: stale" {
    store "/boot/initrd.img-$release"
    configure '# nothing'
    images
    [ "$status" -eq 1 ]
    holds "/boot/initrd.img-$release has another configuration than today's; build it again: dracut --force" "$told"
}

@test "an image without earlybind beside one with it, and rescue images: ways back" {
    mkdir -p "$root/lib/modules/$release"
    store "/boot/initramfs-$release.img"
    store "/boot/EFI/Linux/plain-$release.efi" none
    store /boot/initramfs-0-rescue-0123456789abcdef0123456789abcdef.img none
    store /boot/initramfs-linux-fallback.img none
    images
    [ "$status" -eq 0 ]
    same "/boot/EFI/Linux/plain-$release.efi has no earlybind: it is a way back
/boot/initramfs-0-rescue-0123456789abcdef0123456789abcdef.img has no earlybind: it is a way back
/boot/initramfs-$release.img has earlybind, with today's configuration
/boot/initramfs-linux-fallback.img has no earlybind: it is a way back" "$told"
    # beside another kernel's it is none
    rm "$root/boot/initramfs-$release.img"
    store "/boot/initramfs-6.9.0.img"
    images
    [ "$status" -eq 1 ]
    holds "/boot/EFI/Linux/plain-$release.efi has no earlybind; build it again: mkinitcpio -P, dracut" "$told"
}

@test "a kernel without an image; one with it, whatever its names, and one of which only modules are left, are none" {
    mkdir -p "$root/lib/modules/6.7.0" "$root/lib/modules/6.6.0" "$root/lib/modules/$release" "$root/lib/modules/6.5.0"
    touch "$root/boot/vmlinuz-$release" "$root/lib/modules/6.7.0/vmlinuz" "$root/boot/vmlinuz-0-rescue-abc" "$root/boot/vmlinuz-linux"
    mkdir -p "$root/boot/efi/0123456789abcdef0123456789abcdef/6.5.0"
    touch "$root/boot/efi/0123456789abcdef0123456789abcdef/6.5.0/linux"
    store /boot/efi/0123456789abcdef0123456789abcdef/6.5.0/initrd
    store "/efi/EFI/Linux/0123456789abcdef0123456789abcdef-$release+3.efi"
    images
    [ "$status" -eq 1 ]
    same "/boot/efi/0123456789abcdef0123456789abcdef/6.5.0/initrd has earlybind, with today's configuration
/efi/EFI/Linux/0123456789abcdef0123456789abcdef-$release+3.efi has earlybind, with today's configuration
kernel 6.7.0 has no image; build it: mkinitcpio -P, dracut --force --regenerate-all or update-initramfs -u -k all" "$told"
    store /usr/lib/modules/6.7.0/initramfs.img
    rm -r "$root/lib/modules/6.7.0"
    mv "$root/usr/lib/modules/6.7.0" "$root/lib/modules"
    touch "$root/lib/modules/6.7.0/vmlinuz"
    images
    [ "$status" -eq 0 ]
    holds "/lib/modules/6.7.0/initramfs.img has earlybind, with today's configuration" "$told"
    # nothing is asked for
    rm "$root/lib/modules/6.7.0/initramfs.img" "$root/etc/earlybind.conf"
    images
    lacks 'has no image' "$told"
    holds "/boot/efi/0123456789abcdef0123456789abcdef/6.5.0/initrd has another configuration" "$told"
}

@test "presets of mkinitcpio: what they name and is not there; the fallback that is none of them; Arch's names of kernels" {
    mkdir -p "$root/lib/modules/$release"
    echo linux >"$root/lib/modules/$release/pkgbase"
    touch "$root/lib/modules/$release/vmlinuz" "$root/boot/vmlinuz-linux"
    cat >"$root/etc/mkinitcpio.d/linux.preset" <<'END'
ALL_kver="/boot/vmlinuz-linux"
PRESETS=('default' 'second')
default_image="/boot/initramfs-linux.img"
#default_uki="/efi/EFI/Linux/arch-linux.efi"
second_uki=/efi/EFI/Linux/other.efi # elsewhere
third_image='/boot/third.img'
END
    tool lsinitcpio
    : >"$root/usr/bin/mkinitcpio"
    store /boot/initramfs-linux.img mkinitcpio
    images
    [ "$status" -eq 1 ]
    same "/boot/initramfs-linux.img has earlybind, with today's configuration
/efi/EFI/Linux/other.efi is not there, and /etc/mkinitcpio.d/linux.preset names it; build it: mkinitcpio -P" "$told"
    store /efi/EFI/Linux/other.efi none
    images
    [ "$status" -eq 1 ]
    holds "/efi/EFI/Linux/other.efi has no earlybind; see that HOOKS in /etc/mkinitcpio.conf has it, and build it again: mkinitcpio -P" "$told"
    store /efi/EFI/Linux/other.efi mkinitcpio
    images
    [ "$status" -eq 0 ]
}

@test "reboot pending: the image is today's and this boot's was another, or none; then nothing else is asked for" {
    store "/boot/initrd.img-$release"
    report 0123456789abcdef
    images
    [ "$status" -eq 1 ]
    same "/boot/initrd.img-$release has earlybind, with today's configuration
/boot/initrd.img-$release has today's configuration, and this boot did not: restart; if that changes nothing, another image is booted" "$told"
    rm "$root/run/earlybind/claim"
    images
    [ "$status" -eq 1 ]
    same "/boot/initrd.img-$release has earlybind, with today's configuration
/boot/initrd.img-$release has today's configuration, and this boot did not: restart; if that changes nothing, another image is booted" "$told"
    # a boot on which it was switched off says nothing of its image
    command_line quiet disablehooks=earlybind
    images
    [ "$status" -eq 1 ]
    same "earlybind was off on this boot: disablehooks=earlybind stands on the kernel command line; take it off, and start again
/boot/initrd.img-$release has earlybind, with today's configuration" "$told"
    command_line quiet
    # another kernel's image is no help to this one
    mv "$root/boot/initrd.img-$release" "$root/boot/initrd.img-6.9.0"
    images
    [ "$status" -eq 1 ]
    same "earlybind did not run on this boot; build the initramfs again (mkinitcpio -P, dracut --force --regenerate-all or update-initramfs -u -k all) and restart
/boot/initrd.img-6.9.0 has earlybind, with today's configuration" "$told"
}

@test "the running kernel's modules are gone; a kernel without modules misses none" {
    store "/boot/initrd.img-$release"
    mkdir -p "$root/lib/modules/6.9.0" "$root/lib/modules/$release"
    touch "$root/lib/modules/6.9.0/vmlinuz"
    store /boot/initrd.img-6.9.0
    images
    [ "$status" -eq 0 ]
    rmdir "$root/lib/modules/$release"
    report 0123456789abcdef
    images
    [ "$status" -eq 1 ]
    same "/boot/initrd.img-6.8.0-45-generic has earlybind, with today's configuration
/boot/initrd.img-6.9.0 has earlybind, with today's configuration
/boot/initrd.img-6.8.0-45-generic has today's configuration, and this boot did not: restart; if that changes nothing, another image is booted
the modules of the running kernel $release are gone, since another one was installed: restart" "$told"
    rm -r "$root/lib/modules" "$root/boot/initrd.img-6.9.0"
    report "$(hash)"
    images
    [ "$status" -eq 0 ]
}

@test "a kernel without modules, still there to boot, was not replaced" {
    mkdir -p "$root/lib/modules/6.9.0"
    touch "$root/lib/modules/6.9.0/vmlinuz" "$root/boot/vmlinuz-$release"
    store "/boot/initrd.img-$release"
    store /boot/initrd.img-6.9.0
    images
    [ "$status" -eq 0 ]
    lacks 'are gone' "$told"
}

@test "another image of this kernel may be the booted one: then what says to build again stays" {
    mkdir -p "$root/lib/modules/$release"
    store "/boot/initrd.img-$release"
    store "/boot/EFI/Linux/plain-$release.efi" none
    rm "$root/run/earlybind/claim"
    images
    [ "$status" -eq 1 ]
    same "earlybind did not run on this boot; build the initramfs again (mkinitcpio -P, dracut --force --regenerate-all or update-initramfs -u -k all) and restart
/boot/EFI/Linux/plain-$release.efi has no earlybind: it is a way back
/boot/initrd.img-$release has earlybind, with today's configuration
/boot/initrd.img-$release has today's configuration, and this boot did not: restart; if that changes nothing, another image is booted" "$told"
}

@test "a second image of a kernel, with a word of its owner's behind the version, is that kernel's" {
    mkdir -p "$root/lib/modules/6.8.0" "$root/lib/modules/6.8.0-45" "$root/lib/modules/$release"
    touch "$root/boot/vmlinuz-6.8.0-45"
    store /boot/initramfs-6.8.0-45.img
    store /boot/initramfs-6.8.0-45-mine.img none
    images
    [ "$status" -eq 0 ]
    same "/boot/initramfs-6.8.0-45-mine.img has no earlybind: it is a way back
/boot/initramfs-6.8.0-45.img has earlybind, with today's configuration" "$told"
    # more digits are another version
    mv "$root/boot/initramfs-6.8.0-45-mine.img" "$root/boot/initramfs-6.8.0-456.img"
    images
    [ "$status" -eq 1 ]
    holds '/boot/initramfs-6.8.0-456.img has no earlybind; build it again: ' "$told"
}

@test "a mark that cannot be understood" {
    store "/boot/initrd.img-$release"
    mkdir "$BATS_TEST_TMPDIR/newer"
    mkdir "$BATS_TEST_TMPDIR/newer/etc"
    printf 'earlybind-image 99\ngenerator dracut\nconfig %s\n' "$(hash)" >"$BATS_TEST_TMPDIR/newer/etc/earlybind.image"
    tar -cf "$root/boot/initrd.img-$release" -C "$BATS_TEST_TMPDIR/newer" etc
    images
    [ "$status" -eq 1 ]
    same "/boot/initrd.img-$release has the mark of a newer earlybind, or a broken one; build it again: dracut --force /boot/initrd.img-$release $release" "$told"
}

@test "what cannot be looked into: said, status 3 where nothing else is wrong" {
    images
    [ "$status" -eq 3 ]
    same "no image was found in /boot, /efi or /boot/efi, or beside the modules; is what they are on mounted?" "$told"
    store "/boot/initrd.img-$release"
    echo garbage >"$root/boot/initrd.img-6.9.0"
    images
    [ "$status" -eq 3 ]
    same "/boot/initrd.img-$release has earlybind, with today's configuration
/boot/initrd.img-6.9.0 could not be looked into: lsinitrd ended with status 2; it said last: tar: Exiting with failure status due to previous errors" "$told"
    printf '#!/bin/sh\nprintf "\\n\\n"\n' >"$tools/lsinitrd"
    rm "$root/boot/initrd.img-6.9.0"
    images
    [ "$status" -eq 3 ]
    same "/boot/initrd.img-$release could not be looked into: lsinitrd printed something that is no mark of earlybind" "$told"
    chmod 644 "$tools/lsinitrd"
    images
    [ "$status" -eq 3 ]
    same "/boot/initrd.img-$release was not looked into: there is no lsinitrd (dracut), lsinitcpio (mkinitcpio) or unmkinitramfs (initramfs-tools) in /usr/bin" "$told"
    tool unmkinitramfs
    images
    [ "$status" -eq 0 ]
    rm "$root/boot/initrd.img-$release"
    store "/boot/EFI/Linux/linux-$release.efi"
    images
    [ "$status" -eq 3 ]
    same "/boot/EFI/Linux/linux-$release.efi was not looked into: there is no lsinitrd (dracut) or lsinitcpio (mkinitcpio) in /usr/bin" "$told"
}

# images_as_user: --check --images of somebody who is not root
images_as_user() {
    local as_user=()

    cp "$EARLYBIND" "$BATS_TEST_TMPDIR/earlybind" # where a user can come
    if [ "$(id -u)" -eq 0 ]; then
        chmod a+x "$BATS_TEST_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_RUN_TMPDIR"
        as_user=(setpriv --reuid 65534 --clear-groups)
    fi
    run --separate-stderr "${as_user[@]}" "$BATS_TEST_TMPDIR/earlybind" --root "$root" --check --images
}

@test "a user without rights: what cannot be read is said" {
    store "/boot/initrd.img-$release"
    mkdir -p "$root/boot/EFI/Linux"
    chmod 0 "$root/boot/initrd.img-$release" "$root/boot/EFI/Linux"
    images_as_user
    [ "$status" -eq 3 ]
    same "/boot/initrd.img-$release cannot be read: Permission denied; run this as root
/boot/EFI/Linux cannot be read: Permission denied; run this as root to hear of images in it" "$(of_images)"
    chmod 700 "$root/boot/EFI/Linux"
}

@test "a user without rights: what a preset names in a folder that may not be entered is not called missing" {
    mkdir -p "$root/own/EFI/Linux" "$root/boot/EFI"
    printf 'default_uki="/own/EFI/Linux/arch.efi"\nsecond_uki="/boot/EFI/gone/arch.efi"\n' >"$root/etc/mkinitcpio.d/linux.preset"
    chmod 0 "$root/own"
    images_as_user
    [ "$status" -eq 1 ]
    same "/boot/EFI/gone/arch.efi is not there, and /etc/mkinitcpio.d/linux.preset names it; build it: mkinitcpio -P
/own cannot be read: Permission denied; run this as root to hear of images in it" "$(of_images)"
    sed -i 2d "$root/etc/mkinitcpio.d/linux.preset"
    images_as_user
    [ "$status" -eq 3 ]
    same "/own cannot be read: Permission denied; run this as root to hear of images in it" "$(of_images)"
    chmod 700 "$root/own"
}

@test "copies that are left behind, and what saves a crash dump, are not looked at; nor is a file twice, or a FIFO" {
    store "/boot/initrd.img-$release"
    for name in "initrd.img-$release.old" "initrd.img-$release.dpkg-bak" "initramfs-${release}kdump.img" "initrd.img-$release.new"; do
        echo garbage >"$root/boot/$name"
    done
    ln -s . "$root/boot/boot"
    ln -s boot "$root/efi"
    ln "$root/boot/initrd.img-$release" "$root/boot/initrd-$release"
    mkfifo "$root/boot/initrd.img-6.9.0"
    images
    [ "$status" -eq 0 ]
    same 1 "$(wc -l <<<"$told")"
}

@test "no link of the machine's leads out of --root" {
    echo garbage >"$BATS_TEST_TMPDIR/outside"
    ln -s "$BATS_TEST_TMPDIR/outside" "$root/boot/initrd.img-6.9.0"
    ln -s "../../../../../../../../..$BATS_TEST_TMPDIR/outside" "$root/boot/initrd.img-6.9.1"
    store "/boot/initrd.img-$release"
    images
    [ "$status" -eq 0 ]
    same "/boot/initrd.img-$release has earlybind, with today's configuration" "$told"
}

@test "--quiet says nothing, and the status stays; --images goes with --check alone" {
    store "/boot/initrd.img-$release" none
    images --quiet
    [ "$status" -eq 1 ]
    [ -z "$output" ]
    run "$EARLYBIND" --root "$root" --plan --images
    [ "$status" -eq 2 ]
    same 'earlybind: --images goes with --check; see earlybind --help' "$output"
}

@test "as JSON: the same sentences, of the schema" {
    store "/boot/initrd.img-$release"
    store /boot/initrd.img-6.9.0 none
    echo garbage >"$root/boot/initrd.img-6.9.1"
    images
    sentences=$told
    images --json
    [ "$status" -eq 1 ]
    printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/document"
    same "$sentences" "$(python3 -c 'import json, sys
for image in json.load(open(sys.argv[1]))["images"]: print(image["sentence"])' "$BATS_TEST_TMPDIR/document")"
    same "[('fresh', '$release', True), ('without', '6.9.0', False), ('unknown', '6.9.1', False)]" "$(python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
assert not d["as_asked"]
print([(i["kind"], i["kernel"], i["as_asked"]) for i in d["images"]])' "$BATS_TEST_TMPDIR/document")"
    python3 -c 'import jsonschema' 2>/dev/null || skip "python3 has no jsonschema here, so the document is not held against its schema"
    python3 -c 'import json, jsonschema, sys
jsonschema.Draft202012Validator(json.load(open(sys.argv[1]))).validate(json.load(open(sys.argv[2])))' \
        "$BATS_TEST_DIRNAME/../../packaging/schema/check.json" "$BATS_TEST_TMPDIR/document"
}
