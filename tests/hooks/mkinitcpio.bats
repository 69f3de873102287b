#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# mkinitcpio's hooks, sourced as mkinitcpio and the init of its images do it, with their functions replaced by ones that
# write down what they are asked.

# shellcheck disable=SC2154,SC2016,SC2030,SC2031  # common.bash and bats set them; $ for the shell inside
bats_require_minimum_version 1.5.0

setup() {
    load ../cli/common
    machine two-identical-cards-boot-card-on-root-bus
    configure 'bind slot 01:00'
    hooks=$BATS_TEST_DIRNAME/../../mkinitcpio
    version=6.1.0-50-amd64
    calls=$BATS_TEST_TMPDIR/calls
    : >"$calls"
    printf '#!/bin/sh\nexec "%s" --root "%s" "$@"\n' "$EARLYBIND" "$root" >"$BATS_TEST_TMPDIR/earlybind"
    chmod +x "$BATS_TEST_TMPDIR/earlybind"
    mkdir -p "$BATS_TEST_TMPDIR/boot" "$BATS_TEST_TMPDIR/image/etc"
    picture=$BATS_TEST_TMPDIR/boot/initramfs-linux.img

    cat >"$BATS_TEST_TMPDIR/mkinitcpio" <<'END'
# As mkinitcpio 41: one shell, its clean-up in a trap, hooks sourced and called in it, failing functions add_* counted.
record() { printf '%s\n' "$*" >>"$calls"; }
add_binary() { record add_binary "$@"; }
add_file() { record add_file "$@"; [[ $1 != "${missing-}" ]]; }
add_module() { record add_module "$@"; }
add_symlink() { record add_symlink "$@"; }
add_dir() { mkdir -p "$BUILDROOT$1"; }
add_runscript() { record add_runscript; }
in_array() { local item needle=$1; shift; for item; do [[ $item == "$needle" ]] && return 0; done; return 1; }
say() { local text=$1; shift; printf "$text\n" "$@" >&2; }
error() { local text=$1; shift; say "==> ERROR: $text" "$@"; return 1; }
warning() { local text=$1; shift; say "==> WARNING: $text" "$@"; }
die() { error "$@"; cleanup 1; }
cleanup() { local err=${1:-$?}; echo 'cleaned up' >>"$calls"; exit "$err"; }
BUILDROOT=$tmp/image KERNELVERSION=6.1.0-50-amd64 _optgenimg=$picture _generated=()
read -ra _hooks <<<"$HOOKS"
trap cleanup EXIT
set -o functrace
declare -i _builderrors=0
trap '(( $? )) && [[ "$FUNCNAME" == add_* ]] && (( ++_builderrors ))' RETURN
# What mkinitcpio does once the hooks have run.
write_image() {
    set +o functrace
    echo new >"$_optgenimg"
    (( _builderrors )) && warning 'errors were encountered during the build. The image may not be complete.'
    _generated+=("$_optgenimg")
    [[ ! $_optuki ]] || ! echo new >"$_optuki" || _generated+=("$_optuki")
    exit $(( !!_builderrors ))
}
. "$hook"
earlybind=$tmp/earlybind
END
}

# mkinitcpio HOOKS COMMAND: runs that in mkinitcpio's shell, with these hooks
mkinitcpio() {
    run --separate-stderr env tmp="$BATS_TEST_TMPDIR" calls="$calls" picture="$picture" HOOKS="$1" \
        hook="$hooks/install/earlybind" _optuki="${uki-}" missing="${missing-}" bash -c '. "$tmp/mkinitcpio"; '"$2"
}

busybox='base udev autodetect earlybind encrypt filesystems'
systemd='base systemd autodetect earlybind sd-encrypt filesystems'

called() {
    grep -qxF -- "$1" "$calls" || { echo "not called: $1"; cat "$calls"; return 1; }
}

nothing_is_installed() {
    same "cleaned up" "$(sort -u "$calls")"
    [ -z "$(ls -A "$BATS_TEST_TMPDIR/image/etc")" ]
}

# embedded WORD...: what --embed prints of the image
embedded() {
    "$EARLYBIND" --root "$root" --embed mkinitcpio --kernel "$version" "$@" 2>/dev/null | sed -n 's/^image //p'
}

@test "build: the program, the files by their own names, the modules, the mark, both flavours' hooks, wherever it is" {
    mkdir "$root/etc/earlybind.conf.d"
    echo '# more' >"$root/etc/earlybind.conf.d/a b.conf"
    for order in "$busybox" "$systemd" 'earlybind base systemd autodetect' 'base autodetect udev encrypt earlybind'; do
        : >"$calls"
        rm -f "$BATS_TEST_TMPDIR/image/etc/earlybind.image"
        mkinitcpio "$order" 'build; echo "status $?"; write_image'
        [ "$status" -eq 0 ]
        same 'status 0' "$output"
        [ -z "$stderr" ]
        same "add_binary $BATS_TEST_TMPDIR/earlybind
add_file /etc/earlybind.conf
add_file /etc/earlybind.conf.d/a b.conf
add_module vfio_pci?
add_module vfio_iommu_type1?
add_file /usr/lib/udev/rules.d/70-earlybind-late.rules /usr/lib/udev/rules.d/70-earlybind-late.rules 644
add_runscript
add_file /usr/lib/systemd/system/earlybind.service /usr/lib/systemd/system/earlybind.service 644
add_symlink /usr/lib/systemd/system/sysinit.target.wants/earlybind.service ../earlybind.service
add_file /usr/lib/systemd/system/earlybind-finish.service /usr/lib/systemd/system/earlybind-finish.service 644
add_symlink /usr/lib/systemd/system/initrd.target.wants/earlybind-finish.service ../earlybind-finish.service
add_file /usr/lib/systemd/system/earlybind-release.service /usr/lib/systemd/system/earlybind-release.service 644
add_symlink /usr/lib/systemd/system/emergency.target.wants/earlybind-release.service ../earlybind-release.service
cleaned up" "$(cat "$calls")"
        same "$(embedded)" "$(cat "$BATS_TEST_TMPDIR/image/etc/earlybind.image")"
        [ "$(wc -l <"$BATS_TEST_TMPDIR/image/etc/earlybind.image")" -eq 4 ]
    done
}

@test "build: with prompt follow its unit too, and in the systemd flavour the target that it needs" {
    configure 'bind slot 01:00' 'prompt follow 5'
    mkinitcpio "$busybox" build
    units=/usr/lib/systemd/system
    called "add_file $units/earlybind-follow.service $units/earlybind-follow.service 644"
    called "add_symlink $units/sysinit.target.wants/earlybind-follow.service ../earlybind-follow.service"
    # a machine without systemd has none
    lacks cryptsetup-pre "$(cat "$calls")"
    mkinitcpio "earlybind $systemd" build
    called 'add_file /usr/lib/systemd/system/cryptsetup-pre.target'
}

@test "build: guard facts with autodetect, wherever that stands; none without: the image is for other machines too" {
    rm -r "$root"
    machine gpu-in-chipset-group-with-root-nvme-and-nic
    configure 'bind slot 01:00.1'
    mkinitcpio 'base earlybind udev autodetect' build
    same "$(embedded)" "$(cat "$BATS_TEST_TMPDIR/image/etc/earlybind.image")"
    grep -q '^guard ' "$BATS_TEST_TMPDIR/image/etc/earlybind.image"
    rm "$BATS_TEST_TMPDIR/image/etc/earlybind.image"
    mkinitcpio 'base earlybind udev' build
    holds 'the image is for other machines too' "$stderr"
    same "$(embedded --generic)" "$(cat "$BATS_TEST_TMPDIR/image/etc/earlybind.image")"
    lacks guard "$(cat "$BATS_TEST_TMPDIR/image/etc/earlybind.image")"
}

@test "build: options of modprobe.d for the modules" {
    printf '#!/bin/sh\n"%s" --root "%s" "$@" && echo "modprobe options vfio_pci disable_vga=1"\n' "$EARLYBIND" "$root" \
        >"$BATS_TEST_TMPDIR/earlybind"
    mkinitcpio "$busybox" build
    [ "$status" -eq 0 ]
    same 'options vfio_pci disable_vga=1' "$(cat "$BATS_TEST_TMPDIR/image/etc/modprobe.d/earlybind.conf")"
}

@test "build: what claim reads in that image is sound" {
    mkinitcpio "$busybox" build
    rm -r "$root/sys"
    machine initramfs-before-any-driver
    cp "$BATS_TEST_TMPDIR/image/etc/earlybind.image" "$root/etc"
    earlybind --claim
    [ "$status" -eq 0 ]
    logged 6 '0000:01:00.0: held for vfio-pci'
}

@test "build: no configuration, or one without a rule: no trace, said once, status 0" {
    configure '# nothing'
    mkinitcpio "$busybox" 'build; write_image'
    [ "$status" -eq 0 ]
    nothing_is_installed
    [ "${#stderr_lines[@]}" -eq 1 ]
    rm "$root/etc/earlybind.conf"
    : >"$calls"
    mkinitcpio "$busybox" 'build; write_image'
    [ "$status" -eq 0 ]
    nothing_is_installed
}

@test "build: a warning, and a machine that cannot be read: the image is built, status 0" {
    configure 'bind slot 00:02.0'
    mkinitcpio "$busybox" 'build; write_image'
    [ "$status" -eq 0 ]
    holds 'it is a bridge' "$stderr"
    called 'add_file /etc/earlybind.conf'
    rm -r "$root/sys"
    : >"$calls"
    mkinitcpio "$busybox" 'build; write_image'
    [ "$status" -eq 0 ]
    holds 'the machine cannot be read' "$stderr"
    called 'add_file /etc/earlybind.conf'
}

@test "build: a broken configuration, and an image of this kernel by its name: refused, the image stays" {
    configure 'bind slto 01:00'
    picture=$BATS_TEST_TMPDIR/boot/initramfs-$version.img
    echo precious >"$picture"
    mkinitcpio "$busybox" 'build; echo went on; write_image'
    [ "$status" -eq 1 ]
    same precious "$(cat "$picture")"
    lacks 'went on' "$output"
    holds '/etc/earlybind.conf:1:6: "slto"' "$stderr"
    same "==> ERROR: earlybind: the configuration has errors, see above: $picture stays as it was." \
        "${stderr_lines[-1]}"
    nothing_is_installed
    # a unified kernel image is one too
    uki=$BATS_TEST_TMPDIR/boot/arch-$version.efi picture=$BATS_TEST_TMPDIR/temporary
    echo precious >"$uki"
    mkinitcpio "$busybox" 'build; echo went on; write_image'
    [ "$status" -eq 1 ]
    same "==> ERROR: earlybind: the configuration has errors, see above: $uki stays as it was." "${stderr_lines[-1]}"
}

@test "build: a broken configuration, no image of this kernel by its name: written without, last words, status 1" {
    configure 'bind slto 01:00'
    for name in initramfs-linux.img "initramfs-$version.img"; do
        picture=$BATS_TEST_TMPDIR/boot/$name
        : >"$calls"
        [ "$name" != initramfs-linux.img ] || echo old >"$picture"
        mkinitcpio "$busybox" 'build; echo went on; write_image'
        [ "$status" -eq 1 ]
        same 'went on' "$output"
        same new "$(cat "$picture")"
        holds '/etc/earlybind.conf:1:6: "slto"' "$stderr"
        # mkinitcpio has counted it
        holds 'errors were encountered' "$stderr"
        same "==> ERROR: earlybind: $picture was written WITHOUT earlybind: the configuration has errors, see above." \
            "${stderr_lines[-1]}"
        same 'cleaned up' "$(cat "$calls")"
        nothing_is_installed
    done
}

@test "build: a broken configuration, a unified kernel image: that is named" {
    configure 'bind slto 01:00'
    uki=$BATS_TEST_TMPDIR/boot/arch-linux.efi
    mkinitcpio "$busybox" 'build; write_image'
    [ "$status" -eq 1 ]
    same "==> ERROR: earlybind: $uki was written WITHOUT earlybind: the configuration has errors, see above." \
        "${stderr_lines[-1]}"
}

@test "build: mkinitcpio fails after that: no word of a written image" {
    configure 'bind slto 01:00'
    mkinitcpio "$busybox" 'build; exit 1'
    [ "$status" -eq 1 ]
    lacks 'was written' "$stderr"
    uki=$BATS_TEST_TMPDIR/no-such-folder/arch-linux.efi
    mkinitcpio "$busybox" 'build; write_image'
    [ "$status" -eq 1 ]
    lacks 'was written' "$stderr"
    nothing_is_installed
}

@test "build: a program that does not run: said, written without, status 1" {
    printf '#!/bin/sh\nkill -SEGV $$\n' >"$BATS_TEST_TMPDIR/earlybind"
    mkinitcpio "$busybox" 'build; write_image'
    [ "$status" -eq 1 ]
    same "==> ERROR: earlybind: $picture was written WITHOUT earlybind: earlybind --embed ended with status 139." \
        "${stderr_lines[-1]}"
    nothing_is_installed
}

@test "build: a file that mkinitcpio cannot find counts as its error" {
    missing=/usr/lib/systemd/system/earlybind.service
    mkinitcpio "$busybox" 'build; write_image'
    [ "$status" -eq 1 ]
}

@test "help: a screenful" {
    mkinitcpio "$busybox" help
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -lt 22 ]
    for word in /etc/earlybind.conf 'mkinitcpio -P' earlybind=off disablehooks=earlybind '-S autodetect,earlybind'; do
        holds "$word" "$output"
    done
    [[ ! $output =~ [^$'\n']{81} ]]
}

@test "the preset example leaves earlybind out of the fallback image, and has it in the usual one" {
    run bash -eu -c '. "$1"; echo "${PRESETS[*]}: ${default_options-} / $fallback_options"' sh \
        "$hooks/mkinitcpio.preset"
    same 'default fallback:  / -S autodetect,earlybind' "$output"
}

# in_init STATUS COMMAND SHELL...: sources the hook as init does, earlybind ending with that status
in_init() {
    local command=$2
    printf '#!/bin/sh\necho "earlybind $*" >>"%s"\nexit %s\n' "$calls" "$1" >"$BATS_TEST_TMPDIR/earlybind"
    shift 2
    # the program's path in the image is the one thing that is not there
    sed "s|/usr/bin/earlybind|$BATS_TEST_TMPDIR/earlybind|" "$hooks/hooks/earlybind" >"$BATS_TEST_TMPDIR/hook"
    run --separate-stderr env calls="$calls" hook="$BATS_TEST_TMPDIR/hook" \
        HOOKS="${HOOKS-udev earlybind encrypt}" "$@" -c '
        err() { echo "err: $*" >>"$calls"; }
        . "$hook"
        '"$command"'
        echo "went on: $HOOKS" >>"$calls"'
}

# each_warns SHELL...: whether every function says of a status that is not 0, and goes on, in that shell
each_warns() {
    local function words code
    while read -r function words; do
        for code in 0 1 2 3; do
            : >"$calls"
            in_init "$code" "$function" "$@"
            [ "$status" -eq 0 ] || { echo "$function, earlybind's status $code: $status $stderr"; return 1; }
            same "$output$stderr" ''
            same "earlybind $words$([ "$code" = 0 ] || printf '\nerr: earlybind %s ended with status %s' "${words%% *}" \
                "$code")
went on: udev earlybind encrypt" "$(cat "$calls")"
        done
    done <<'END'
run_earlyhook --claim
run_hook --follow
run_latehook --finish /new_root
run_emergencyhook --release
END
}

@test "at boot: in dash the functions warn of a status, and the boot goes on" {
    # -e and -u are stricter than init
    each_warns dash -eu
}

@test "at boot: in busybox's shell the functions warn of a status, and the boot goes on" {
    command -v busybox >/dev/null || skip "busybox is missing: packaging/setup/packages boot installs it"
    each_warns busybox sh -eu
}

@test "at boot: follow is right behind udev, and so before a prompt, wherever the hook stands" {
    while IFS=: read -r order expected; do
        : >"$calls"
        HOOKS=$order in_init 0 run_earlyhook dash -eu
        same "earlybind --claim
went on: $expected" "$(cat "$calls")"
    done <<'END'
earlybind udev encrypt:udev earlybind encrypt
udev encrypt earlybind:udev earlybind encrypt
keymap udev plymouth encrypt earlybind resume:keymap udev earlybind plymouth encrypt resume
udev earlybind:udev earlybind
earlybind:earlybind
keymap earlybind encrypt:keymap earlybind encrypt
END
}

@test "at boot: no program in the image, and the boot goes on" {
    in_init 0 'rm -f "${calls%/*}/earlybind"; run_earlyhook' sh
    same "err: earlybind --claim ended with status 127
went on: udev earlybind encrypt" "$(cat "$calls")"
}
