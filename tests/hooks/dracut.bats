#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# dracut's module, sourced as dracut does it, with dracut's functions replaced by ones that write down what they are asked.

# shellcheck disable=SC2154,SC2016,SC2030,SC2031  # common.bash and bats set them; $ for the shell inside
bats_require_minimum_version 1.5.0

setup() {
    load ../cli/common
    machine two-identical-cards-boot-card-on-root-bus
    configure 'bind slot 01:00'
    calls=$BATS_TEST_TMPDIR/calls
    : >"$calls"
    printf '#!/bin/sh\nexec "%s" --root "%s" "$@"\n' "$EARLYBIND" "$root" >"$BATS_TEST_TMPDIR/earlybind"
    chmod +x "$BATS_TEST_TMPDIR/earlybind"
    mkdir "$BATS_TEST_TMPDIR/initdir" "$BATS_TEST_TMPDIR/boot" "$BATS_TEST_TMPDIR/dracut-tmp"
    outfile=$BATS_TEST_TMPDIR/boot/initrd.img-6.1.0-50-amd64

    cat >"$BATS_TEST_TMPDIR/dracut" <<'END'
# As dracut 059: one shell, its clean-up in a trap, modules sourced and called in it.
record() { printf '%s\n' "$*" >>"$calls"; }
inst_binary() { record inst_binary "$@"; }
inst_simple() { record inst_simple "$@"; }
inst_rules() { record inst_rules "$@"; }
inst_hook() { record inst_hook "$@"; }
inst_multiple() { record inst_multiple "$@"; }
dracut_need_initqueue() { record dracut_need_initqueue; }
instmods() { record instmods "$@" "hostonly=$hostonly"; }
dracut_module_included() { [[ " $included " == *" $1 "* ]]; }
dfatal() { echo "dfatal: $*" >&2; }
derror() { echo "derror: $*" >&2; }
dracutbasedir=$tmp/dracut-base
systemctl_of_dracut() { record systemctl "$@"; }
SYSTEMCTL=systemctl_of_dracut
kernel=6.1.0-50-amd64 initdir=$tmp/initdir systemdsystemunitdir=/units moddir=/module hostonly=-h
trap 'ret=$?; rm -rf -- "$tmp/dracut-tmp"; echo "cleaned up" >>"$calls"; exit $ret;' EXIT
. "$module"
earlybind=$tmp/earlybind
END
}

# dracut COMMAND: runs that in dracut's shell
dracut() {
    run --separate-stderr env tmp="$BATS_TEST_TMPDIR" calls="$calls" outfile="$outfile" included="${included-systemd base}" \
        add_dracutmodules="${add_dracutmodules-}" module="$BATS_TEST_DIRNAME/../../dracut/50earlybind/module-setup.sh" \
        bash -c '. "$tmp/dracut"; '"$1"
}

called() {
    grep -qxF -- "$1" "$calls" || { echo "not called: $1"; cat "$calls"; return 1; }
}

nothing_is_installed() {
    lacks inst "$(cat "$calls")"
    lacks systemctl "$(cat "$calls")"
    [ -z "$(ls -A "$BATS_TEST_TMPDIR/initdir")" ]
}

@test "check: a configuration" {
    dracut check
    [ "$status" -eq 0 ]
    [ -z "$output$stderr" ]
}

@test "check: no program" {
    rm "$BATS_TEST_TMPDIR/earlybind"
    dracut check
    [ "$status" -eq 1 ]
}

@test "check: no configuration, or one without a rule: left out" {
    configure '# nothing'
    dracut check
    [ "$status" -eq 255 ]
    rm "$root/etc/earlybind.conf"
    dracut check
    [ "$status" -eq 255 ]
    [ -z "$output$stderr" ]
}

@test "check: the rescue image and the crash dump's boot without" {
    add_dracutmodules=' kdumpbase ' dracut check
    [ "$status" -eq 255 ]
    add_dracutmodules=' rescue ' dracut check
    [ "$status" -eq 255 ]
    add_dracutmodules='base rescue' dracut check
    [ "$status" -eq 255 ]
    add_dracutmodules='not-rescue' dracut check
    [ "$status" -eq 0 ]
}

@test "check: a broken configuration comes along, to be heard of in install" {
    configure 'bind slto 01:00'
    dracut check
    [ "$status" -eq 0 ]
}

@test "a program that does not run, as where a library of it is gone: heard of, refused or written without" {
    printf '#!/bin/sh\nexit 127\n' >"$BATS_TEST_TMPDIR/earlybind"
    dracut check
    [ "$status" -eq 0 ]
    outfile=$BATS_TEST_TMPDIR/boot/initrd.img
    dracut 'install; echo "install $?"; echo new >"$outfile"'
    [ "$status" -eq 1 ]
    same "derror: earlybind: $outfile was written WITHOUT earlybind: earlybind --embed ended with status 127." "${stderr_lines[-1]}"
    nothing_is_installed
    outfile=$BATS_TEST_TMPDIR/boot/initrd.img-6.1.0-50-amd64
    echo precious >"$outfile"
    dracut 'install; echo new >"$outfile"'
    [ "$status" -eq 1 ]
    same precious "$(cat "$outfile")"
}

@test "check: a warning does not leave it out" {
    configure 'bind slot 09:00'
    dracut check
    [ "$status" -eq 0 ]
    rm -r "$root/sys"
    dracut check
    [ "$status" -eq 0 ]
}

@test "installkernel: both modules, loaded here or not" {
    dracut installkernel
    [ "$status" -eq 0 ]
    same "instmods vfio_pci hostonly=
instmods vfio_iommu_type1 hostonly=
cleaned up" "$(cat "$calls")"
    configure 'bind slto 01:00'
    : >"$calls"
    dracut installkernel
    [ "$status" -eq 0 ]
    nothing_is_installed
}

@test "depends: the queue that runs follow, where this release has it as a module" {
    configure 'bind slot 01:00' 'prompt follow 5'
    dracut depends
    same '' "$output"
    mkdir -p "$BATS_TEST_TMPDIR/dracut-base/modules.d/77initqueue"
    dracut depends
    same initqueue "$output"
    configure 'bind slot 01:00' 'prompt wait'
    dracut depends
    [ "$status" -eq 0 ]
    same '' "$output"
}

@test "install: -H for a host-only image alone, and a file that dracut does not take is named" {
    dracut 'hostonly=; install'
    called 'inst_simple /etc/earlybind.conf'
    dracut 'inst_simple() { return 1; }; install'
    same 'derror: earlybind: dracut could not put /etc/earlybind.conf into the image.' "$stderr"
}

@test "install: the program, the files under their own names, the mark, the units" {
    mkdir "$root/etc/earlybind.conf.d"
    echo '# more' >"$root/etc/earlybind.conf.d/a b.conf"
    dracut 'install; echo "status $?"'
    [ "$status" -eq 0 ]
    same 'status 0' "$output"
    [ -z "$stderr" ]
    called "inst_binary $BATS_TEST_TMPDIR/earlybind"
    called 'inst_rules 70-earlybind-late.rules'
    called 'inst_simple -H /etc/earlybind.conf'
    called 'inst_simple -H /etc/earlybind.conf.d/a b.conf'
    called 'inst_hook emergency 00 /module/release.sh'
    called 'inst_multiple /units/earlybind.service /units/earlybind-finish.service'
    called "systemctl -q --root $BATS_TEST_TMPDIR/initdir add-wants sysinit.target earlybind.service"
    called "systemctl -q --root $BATS_TEST_TMPDIR/initdir add-wants initrd.target earlybind-finish.service"
    same "$("$EARLYBIND" --root "$root" --embed dracut --kernel 6.1.0-50-amd64 | sed -n 's/^image //p')" \
        "$(cat "$BATS_TEST_TMPDIR/initdir/etc/earlybind.image")"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/initdir/etc/earlybind.image")" -eq 4 ]
}

@test "install: guard facts word for word in a host-only image, none in one for any machine" {
    rm -r "$root"
    machine gpu-in-chipset-group-with-root-nvme-and-nic
    configure 'bind slot 01:00.1'
    # a name with what a shell would take apart
    printf '%s\n' '30 22 8:0 / /a\040*\134040b rw - ext4 /dev/sda rw' >>"$root/proc/self/mountinfo"
    dracut install
    same "$("$EARLYBIND" --root "$root" --embed dracut --kernel 6.1.0-50-amd64 | sed -n 's/^image //p')" \
        "$(cat "$BATS_TEST_TMPDIR/initdir/etc/earlybind.image")"
    grep -qF '0000:01:00.1=1022:43c8 the mounted file system /a *\040b' "$BATS_TEST_TMPDIR/initdir/etc/earlybind.image"
    rm "$BATS_TEST_TMPDIR/initdir/etc/earlybind.image"
    dracut 'hostonly=; install'
    holds 'the image is for other machines too' "$stderr"
    grep -q '^config ' "$BATS_TEST_TMPDIR/initdir/etc/earlybind.image"
    lacks guard "$(cat "$BATS_TEST_TMPDIR/initdir/etc/earlybind.image")"
}

@test "install: with prompt follow, its hook too" {
    configure 'bind slot 01:00' 'prompt follow 5'
    dracut install
    [ "$status" -eq 0 ]
    called 'inst_multiple /units/earlybind-follow.service /units/cryptsetup-pre.target'
    called "systemctl -q --root $BATS_TEST_TMPDIR/initdir add-wants sysinit.target earlybind-follow.service"
    included=base dracut install
    [ "$status" -eq 0 ]
    called 'inst_hook initqueue/settled 00 /module/follow.sh'
    called dracut_need_initqueue
    # and without, nothing of it
    : >"$calls"
    configure 'bind slot 01:00' 'prompt wait'
    dracut install
    included=base dracut install
    lacks follow "$(cat "$calls")"
}

@test "install: what claim reads in that image is sound" {
    dracut install
    rm -r "$root/sys"
    machine initramfs-before-any-driver
    cp "$BATS_TEST_TMPDIR/initdir/etc/earlybind.image" "$root/etc"
    earlybind --claim
    [ "$status" -eq 0 ]
    logged 6 '0000:01:00.0: held for vfio-pci'
}

@test "install: options of modprobe.d for the modules" {
    # below another root than / none are read
    printf '#!/bin/sh\n"%s" --root "%s" "$@" && echo "modprobe options vfio_pci disable_vga=1"\n' "$EARLYBIND" "$root" \
        >"$BATS_TEST_TMPDIR/earlybind"
    dracut install
    [ "$status" -eq 0 ]
    same 'options vfio_pci disable_vga=1' "$(cat "$BATS_TEST_TMPDIR/initdir/etc/modprobe.d/earlybind.conf")"
}

@test "install: no configuration, the module asked for by name: no trace" {
    rm "$root/etc/earlybind.conf"
    dracut install
    [ "$status" -eq 0 ]
    nothing_is_installed
}

@test "install: a warning is shown, and the image is built" {
    configure 'bind slot 00:02.0'
    dracut install
    [ "$status" -eq 0 ]
    holds "it is a bridge" "$stderr"
    called 'inst_simple -H /etc/earlybind.conf'
}

@test "install: a broken configuration, and an image of this kernel: refused, the image stays" {
    configure 'bind slto 01:00'
    echo precious >"$outfile"
    dracut 'install; echo went on; echo new >"$outfile"'
    [ "$status" -eq 1 ]
    same precious "$(cat "$outfile")"
    lacks 'went on' "$output"
    holds '/etc/earlybind.conf:1:6: "slto"' "$stderr"
    holds "dfatal: earlybind: the configuration has errors, see above: $outfile stays as it was." "$stderr"
    nothing_is_installed
    called 'cleaned up'
    [ ! -e "$BATS_TEST_TMPDIR/dracut-tmp" ]
}

@test "install: a broken configuration, no image of this kernel: written without, last words, status 1" {
    configure 'bind slto 01:00'
    # a name that does not say which kernel it is for, and a kernel that has no image yet
    for name in initrd.img initrd.img-6.1.0-50-amd64; do
        outfile=$BATS_TEST_TMPDIR/boot/$name
        : >"$calls"
        [ "$name" != initrd.img ] || echo old >"$outfile"
        dracut 'install; echo "install $?"; echo new >"$outfile"; echo "*** written ***" >&2'
        [ "$status" -eq 1 ]
        same 'install 0' "$output"
        same new "$(cat "$outfile")"
        holds '/etc/earlybind.conf:1:6: "slto"' "$stderr"
        same "derror: earlybind: $outfile was written WITHOUT earlybind: the configuration has errors, see above." "${stderr_lines[-1]}"
        nothing_is_installed
        # dracut's own clean-up runs, once
        same 'cleaned up' "$(cat "$calls")"
        [ ! -e "$BATS_TEST_TMPDIR/dracut-tmp" ]
    done
}

@test "install: dracut fails after that: no word of a written image" {
    configure 'bind slto 01:00'
    dracut 'install; exit 3'
    [ "$status" -ne 0 ]
    lacks 'was written' "$stderr"
    called 'cleaned up'
}

@test "install: an image without systemd: dracut's own hooks instead of the units" {
    included='base' dracut 'install; echo "status $?"'
    [ "$status" -eq 0 ]
    same 'status 0' "$output"
    [ -z "$stderr" ]
    called "inst_binary $BATS_TEST_TMPDIR/earlybind"
    called 'inst_simple -H /etc/earlybind.conf'
    # before what loads modules, and once the root is mounted
    called 'inst_hook cmdline 00 /module/claim.sh'
    called 'inst_hook pre-pivot 00 /module/finish.sh'
    [ "$(wc -l <"$BATS_TEST_TMPDIR/initdir/etc/earlybind.image")" -eq 4 ]
    lacks inst_multiple "$(cat "$calls")"
    lacks systemctl "$(cat "$calls")"
    : >"$calls"
    rm "$BATS_TEST_TMPDIR/initdir/etc/earlybind.image"
    dracut install
    lacks "inst_hook cmdline" "$(cat "$calls")"
    lacks "inst_hook pre-pivot" "$(cat "$calls")"
}

# in_dracut_without_systemd HOOK STATUS SHELL...: sources a hook as dracut's init does, earlybind ending with that status
in_dracut_without_systemd() {
    local hook=$1
    printf '#!/bin/sh\necho "earlybind $*" >>"%s"\nexit %s\n' "$calls" "$2" >"$BATS_TEST_TMPDIR/earlybind"
    shift 2
    # the program's path in the image is the one thing that is not there, and in /run it may have left nothing
    grep -q '^ */usr/bin/earlybind ' "$BATS_TEST_DIRNAME/../../dracut/50earlybind/$hook"
    sed "s|/usr/bin/earlybind|$BATS_TEST_TMPDIR/earlybind|; s|/run/|$BATS_TEST_TMPDIR/run/|g" \
        "$BATS_TEST_DIRNAME/../../dracut/50earlybind/$hook" >"$BATS_TEST_TMPDIR/$hook"
    run --separate-stderr env calls="$calls" hook="$BATS_TEST_TMPDIR/$hook" NEWROOT=/sysroot "$@" -c '
        warn() { echo "warn: $*" >>"$calls"; }
        . "$hook"
        echo "went on" >>"$calls"'
}

# warns_and_goes_on SHELL...: whether each hook does, for each status, in that shell
warns_and_goes_on() {
    local hook words of_it
    while read -r hook words; do
        for of_it in 0 1 2 3; do
            : >"$calls"
            in_dracut_without_systemd "$hook" "$of_it" "$@"
            [ "$status" -eq 0 ] || { echo "$hook, earlybind's status $of_it: $status $stderr"; return 1; }
            same "$output$stderr" ''
            same "earlybind $words$([ "$of_it" = 0 ] || printf '\nwarn: earlybind %s ended with status %s' "${words%% *}" "$of_it")
went on" "$(cat "$calls")"
        done
    done <<'END'
claim.sh --claim
follow.sh --follow
release.sh --release
finish.sh --finish /sysroot
END
}

@test "without systemd: sourced by dash and bash, the hooks warn of a status, and the boot goes on" {
    # -e and -u are stricter than dracut
    warns_and_goes_on dash -eu
    warns_and_goes_on bash --posix -eu
}

@test "without systemd: sourced by busybox, the hooks warn of a status, and the boot goes on" {
    command -v busybox >/dev/null || skip "busybox is missing: packaging/setup/packages boot installs it"
    warns_and_goes_on busybox sh -eu
}

@test "without systemd: follow runs once, however often udev settles" {
    for of_it in 0 3; do
        in_dracut_without_systemd follow.sh "$of_it" dash -eu
        : >"$calls"
        # what init does with the queue's hooks: all of them in its own shell
        run env calls="$calls" hook="$BATS_TEST_TMPDIR/follow.sh" dash -euc '
            warn() { :; }
            job=$hook . "$hook"
            job=$hook . "$hook"'
        [ "$status" -eq 0 ]
        same 'earlybind --follow' "$(cat "$calls")"
    done
}

@test "without systemd: no program in the image, and the boot goes on" {
    in_dracut_without_systemd claim.sh 0 sh
    rm "$BATS_TEST_TMPDIR/earlybind"
    : >"$calls"
    run env calls="$calls" hook="$BATS_TEST_TMPDIR/claim.sh" sh -c '
        warn() { echo "warn: $*" >>"$calls"; }
        . "$hook"
        echo "went on" >>"$calls"'
    same 'warn: earlybind --claim ended with status 127
went on' "$(cat "$calls")"
}
