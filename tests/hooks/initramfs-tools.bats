#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# initramfs-tools' hook, with the generator's functions replaced by ones that write down what they are asked; and the
# scripts for the boot, as its init runs them.

# shellcheck disable=SC2154,SC2030,SC2031  # common.bash and bats set them
bats_require_minimum_version 1.5.0

setup() {
    load ../cli/common
    machine two-identical-cards-boot-card-on-root-bus
    configure 'bind slot 01:00'
    ours=$BATS_TEST_DIRNAME/../../initramfs-tools
    calls=$BATS_TEST_TMPDIR/calls
    : >"$calls"
    printf '#!/bin/sh\nexec "%s" --root "%s" "$@"\n' "$EARLYBIND" "$root" >"$BATS_TEST_TMPDIR/earlybind"
    chmod +x "$BATS_TEST_TMPDIR/earlybind"
    built=$BATS_TEST_TMPDIR/built
    mkdir "$built" "$BATS_TEST_TMPDIR/boot"
    cp -r "$ours/scripts" "$built"
    outfile=$BATS_TEST_TMPDIR/boot/initrd.img-6.1.0-50-amd64.new
    cat >"$BATS_TEST_TMPDIR/hook-functions" <<'END'
record() { { printf '%s' "$1"; shift; printf ' <%s>' "$@"; echo; } >>"$calls"; }
copy_exec() { record copy_exec "$@"; }
copy_file() { record copy_file "$@"; }
manual_add_modules() { record manual_add_modules "$@"; }
cache_run_scripts() {
    for name in $places; do
        printf '%s/%s "$@"\n[ -e /conf/param.conf ] && . /conf/param.conf\n' "$2" "$name"
    done >"$1$2/ORDER"
}
END
}

# here FILE: the same, with the paths below the test's folder that a system has in /usr, /boot and /dev
here() {
    grep -q "/usr/bin/earlybind" "$1"
    sed "s|/usr/bin/earlybind|$BATS_TEST_TMPDIR/earlybind|
        s|/usr/share/initramfs-tools/hook-f|$BATS_TEST_TMPDIR/hook-f|
        s|/dev/kmsg|$BATS_TEST_TMPDIR/kmsg|; s|/boot/|$BATS_TEST_TMPDIR/boot/|" "$1" >"$BATS_TEST_TMPDIR/script"
    chmod +x "$BATS_TEST_TMPDIR/script"
}

# hook [WORD]: runs the build hook as mkinitramfs does
hook() {
    here "$ours/hooks/earlybind"
    run --separate-stderr env calls="$calls" DESTDIR="$built" version=6.1.0-50-amd64 outfile="$outfile" \
        places="${places-all_generic_ide blacklist earlybind keymap udev}" dash -u "$BATS_TEST_TMPDIR/script" "$@"
}

# scripts: those of ours that are in the image
scripts() {
    (cd "$built/scripts" && find . -name earlybind | sort | tr '\n' ' ')
}

nothing_is_embedded() {
    same '' "$(cat "$calls")"
    same '' "$(scripts)"
    [ ! -e "$built/etc" ]
}

@test "hook: after no other, and before none" {
    hook prereqs
    [ "$status" -eq 0 ]
    same '' "$output$stderr$(cat "$calls")"
}

@test "hook: the program, the files under their own names, the modules, the mark, the scripts" {
    mkdir "$root/etc/earlybind.conf.d"
    echo '# more' >"$root/etc/earlybind.conf.d/a b.conf"
    hook
    [ "$status" -eq 0 ]
    same '' "$output$stderr"
    same "copy_exec <$BATS_TEST_TMPDIR/earlybind>
copy_file <rules> </usr/lib/udev/rules.d/70-earlybind-late.rules> </usr/lib/udev/rules.d/70-earlybind-late.rules>
copy_file <configuration> </etc/earlybind.conf>
copy_file <configuration> </etc/earlybind.conf.d/a b.conf>
manual_add_modules <vfio_pci>
manual_add_modules <vfio_iommu_type1>" "$(cat "$calls")"
    same "$("$EARLYBIND" --root "$root" --embed initramfs-tools --kernel 6.1.0-50-amd64 | sed -n 's/^image //p')" \
        "$(cat "$built/etc/earlybind.image")"
    grep -qx 'generator initramfs-tools' "$built/etc/earlybind.image"
    # nothing waits for a screen before the prompt unless it is asked for
    same './init-bottom/earlybind ./init-top/earlybind ./panic/earlybind ' "$(scripts)"
}

@test "hook: guard facts word for word" {
    rm -r "$root"
    machine gpu-in-chipset-group-with-root-nvme-and-nic
    configure 'bind slot 01:00.1'
    # a name with what a shell would take apart
    printf '%s\n' '30 22 8:0 / /a\040*\134040b rw - ext4 /dev/sda rw' >>"$root/proc/self/mountinfo"
    hook
    same "$("$EARLYBIND" --root "$root" --embed initramfs-tools --kernel 6.1.0-50-amd64 | sed -n 's/^image //p')" \
        "$(cat "$built/etc/earlybind.image")"
    grep -qF '0000:01:00.1=1022:43c8 the mounted file system /a *\040b' "$built/etc/earlybind.image"
}

@test "hook: options of modprobe.d for the modules" {
    # below another root than / none are read
    printf '#!/bin/sh\n"%s" --root "%s" "$@" && echo "modprobe options vfio_pci disable_vga=1"\n' "$EARLYBIND" "$root" \
        >"$BATS_TEST_TMPDIR/earlybind"
    hook
    [ "$status" -eq 0 ]
    same 'options vfio_pci disable_vga=1' "$(cat "$built/etc/modprobe.d/earlybind.conf")"
}

@test "hook: with prompt follow, its script too" {
    configure 'bind slot 01:00' 'prompt follow 5'
    hook
    [ "$status" -eq 0 ]
    same './init-bottom/earlybind ./init-premount/earlybind ./init-top/earlybind ./panic/earlybind ' "$(scripts)"
}

@test "hook: what claim reads in that image is sound" {
    hook
    rm -r "$root/sys"
    machine initramfs-before-any-driver
    cp "$built/etc/earlybind.image" "$root/etc"
    earlybind --claim
    [ "$status" -eq 0 ]
    logged 6 '0000:01:00.0: held for vfio-pci'
}

@test "hook: no configuration, or no program: no trace in the image" {
    rm "$root/etc/earlybind.conf"
    hook
    [ "$status" -eq 0 ]
    nothing_is_embedded
    cp -r "$ours/scripts" "$built"
    rm "$BATS_TEST_TMPDIR/earlybind"
    hook
    [ "$status" -eq 0 ]
    same '' "$output$stderr"
    nothing_is_embedded
}

@test "hook: a warning is shown, and the image is built" {
    configure 'bind slot 00:02.0'
    hook
    [ "$status" -eq 0 ]
    holds "it is a bridge" "$stderr"
    rm -r "$root/sys"
    hook
    [ "$status" -eq 0 ]
    holds 'the machine cannot be read' "$stderr"
    [ "$(grep -cx 'copy_file <configuration> </etc/earlybind.conf>' "$calls")" -eq 2 ]
}

@test "hook: a broken configuration, and an image of this kernel: refused" {
    configure 'bind slto 01:00'
    image=${outfile%.new}
    echo precious >"$image"
    # as update-initramfs calls mkinitramfs, straight onto the image, and where nobody says which image it is
    for outfile in "$image.new" "$image" ''; do
        hook
        [ "$status" -eq 1 ] || { echo "status $status for $outfile"; false; }
        holds '/etc/earlybind.conf:1:6: "slto"' "$stderr"
        same "earlybind: the configuration has errors, see above: $image stays as it was." "${stderr_lines[-1]}"
        same '' "$(cat "$calls")"
    done
    same precious "$(cat "$image")"
}

@test "hook: a broken configuration, no image of this kernel: built without, its last words say so" {
    configure 'bind slto 01:00'
    # a kernel without an image, one with an empty one, which mkinitramfs has just made, and a name that is no kernel's
    echo old >"$BATS_TEST_TMPDIR/boot/initrd.img"
    for outfile in "$outfile" "${outfile%.new}" "$BATS_TEST_TMPDIR/boot/initrd.img"; do
        [ -e "$outfile" ] || : >"$outfile"
        cp -r "$ours/scripts" "$built"
        hook
        [ "$status" -eq 0 ] || { echo "status $status for $outfile"; false; }
        holds '/etc/earlybind.conf:1:6: "slto"' "$stderr"
        same "earlybind: ${outfile%.new} is written WITHOUT earlybind: the configuration has errors, see above." \
            "${stderr_lines[-1]}"
        nothing_is_embedded
    done
}

@test "a program that does not run, as where a library of it is gone: refused or built without, and said" {
    printf '#!/bin/sh\nexit 127\n' >"$BATS_TEST_TMPDIR/earlybind"
    cp -r "$ours/scripts" "$built"
    hook
    [ "$status" -eq 0 ]
    same "earlybind: ${outfile%.new} is written WITHOUT earlybind: earlybind --embed ended with status 127." "${stderr_lines[-1]}"
    nothing_is_embedded
    echo precious >"${outfile%.new}"
    hook
    [ "$status" -eq 1 ]
    same precious "$(cat "${outfile%.new}")"
    here "$ours/post-update.d/zz-earlybind"
    printf '#!/bin/sh\nexit 127\n' >"$BATS_TEST_TMPDIR/earlybind"
    run "$BATS_TEST_TMPDIR/script" 6.1.0-50-amd64 /boot/initrd.img-6.1.0-50-amd64
    [ "$status" -eq 1 ]
    same "earlybind: /boot/initrd.img-6.1.0-50-amd64 was written WITHOUT earlybind: earlybind --embed ended with status 127." "$output"
}

@test "hook: what runs before claim at boot and could load a driver is named" {
    places='all_generic_ide blacklist early-gpu earlybind udev' hook
    [ "$status" -eq 0 ]
    same "earlybind: scripts/init-top/early-gpu runs before claim: should it load a card's driver, that card is \
not held. Add earlybind to its PREREQ." "$stderr"
    places='udev earlybind' hook
    holds 'scripts/init-top/udev runs before claim' "$stderr"
    [ "${#stderr_lines[@]}" -eq 1 ]
}

@test "hook: claim has no place at boot" {
    places='blacklist udev zearlybind' hook
    [ "$status" -eq 0 ]
    [ "${#stderr_lines[@]}" -eq 1 ]
    holds 'scripts/init-top/ORDER lacks earlybind: nothing will be claimed.' "$stderr"
}

@test "mkinitramfs hands the image's name on to the hook" {
    run dash -euc "outfile=/boot/image; . '$ours/conf-hooks.d/earlybind'; outfile=/boot/read-link; env"
    [ "$status" -eq 0 ]
    holds outfile=/boot/read-link "$output"
}

@test "update-initramfs' last words: of an image that was written without, and of no other" {
    here "$ours/post-update.d/zz-earlybind"
    for text in 'bind slot 01:00' 'bind slot 05:00' '# nothing'; do
        configure "$text"
        run "$BATS_TEST_TMPDIR/script" 6.1.0-50-amd64 /boot/initrd.img-6.1.0-50-amd64
        [ "$status" -eq 0 ]
        same '' "$output"
    done
    configure 'bind slto 01:00'
    run "$BATS_TEST_TMPDIR/script" 6.1.0-50-amd64 /boot/initrd.img-6.1.0-50-amd64
    [ "$status" -eq 1 ]
    same "earlybind: /boot/initrd.img-6.1.0-50-amd64 was written WITHOUT earlybind: the configuration has errors, \
see above." "$output"
    rm "$BATS_TEST_TMPDIR/earlybind"
    run "$BATS_TEST_TMPDIR/script" 6.1.0-50-amd64 /boot/initrd.img-6.1.0-50-amd64
    [ "$status" -eq 0 ]
    same '' "$output"
}

# at_boot WORDS SCRIPT SHELL...: whether that script calls earlybind with these words, tells the kernel log of each
# status but 0, and lets the boot go on
at_boot() {
    local words=$1 script=$2 of_it
    shift 2
    here "$ours/scripts/$script/earlybind"
    for of_it in 0 1 2 3; do
        printf '#!/bin/sh\necho "earlybind $*" >>"%s"\nexit %s\n' "$calls" "$of_it" >"$BATS_TEST_TMPDIR/earlybind"
        : >"$calls"
        : >"$BATS_TEST_TMPDIR/kmsg"
        run env rootmnt=/root "$@" "$BATS_TEST_TMPDIR/script"
        [ "$status" -eq 0 ] || { echo "$script, earlybind's status $of_it: $status $output"; return 1; }
        same '' "$output"
        same "earlybind $words" "$(cat "$calls")"
        same "$([ "$of_it" = 0 ] || echo "<4>earlybind: ${words%% *} ended with status $of_it")" \
            "$(cat "$BATS_TEST_TMPDIR/kmsg")"
    done
    : >"$calls"
    run "$@" "$BATS_TEST_TMPDIR/script" prereqs
    [ "$status" -eq 0 ]
    same '' "$output$(cat "$calls")"
}

each_at_boot() {
    at_boot --claim init-top "$@"
    at_boot --follow init-premount "$@"
    at_boot '--finish /root' init-bottom "$@"
    at_boot --release panic "$@"
}

@test "the scripts for the boot, run by dash and bash" {
    # -e and -u are stricter than initramfs-tools
    each_at_boot dash -eu
    each_at_boot bash --posix -eu
}

@test "the scripts for the boot, run by busybox" {
    command -v busybox >/dev/null || skip "busybox is missing: packaging/setup/packages boot installs it"
    each_at_boot busybox sh -eu
}

@test "initramfs-tools runs them: executable, and with a name that comes before udev's" {
    for file in "$ours"/hooks/* "$ours"/scripts/*/*; do
        [ -x "$file" ] || { echo "$file is not executable"; false; }
        [ "${file##*/}" = earlybind ]
    done
}
