#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# --claim and --finish in an initramfs made of plain files. These cannot bind: a function that is to be bound fails when its
# driver is read back, and has to be given back whole.

# shellcheck disable=SC2154,SC2030,SC2031,SC2016  # common.bash and bats set them; sed's own $
bats_require_minimum_version 1.5.0

setup() {
    load common
    machine initramfs-before-any-driver
    configure 'bind slot 01:00' 'bind slot 00:03.0'
    image
}

# unbound: whether no override was written and no probe asked for
unbound() {
    local file
    for file in "$root"/sys/bus/pci/devices/*/driver_override; do
        same '(null)' "$(cat "$file")"
    done
    [ ! -s "$root/sys/bus/pci/drivers_probe" ]
}

# untouched: the same, and no report was left
untouched() {
    unbound
    [ ! -e "$root/run/earlybind" ]
}

# declined WHY: the same, and the report says why
declined() {
    unbound
    same claim "$(ls -A "$root/run/earlybind")"
    same "nothing $1" "$(sed '1,/^picture/d' "$root/run/earlybind/claim")"
}

@test "outside an initramfs both refuse, and touch nothing" {
    rm "$root/etc/earlybind.image"
    for words in '--claim' '--finish /sysroot'; do
        # shellcheck disable=SC2086  # words
        earlybind $words
        [ "$status" -eq 2 ]
        holds 'there is no /etc/earlybind.image' "$stderr"
    done
    untouched
    [ ! -s "$root/dev/kmsg" ]
}

@test "claim holds the display's card, and gives back what vfio-pci does not take" {
    earlybind --claim
    [ "$status" -eq 1 ]
    [ -z "$output$stderr" ]
    same "<3>earlybind: 0000:00:03.0: not bound, left to the host: vfio-pci refused it; the kernel log says why just above (asked for by line 2 of /etc/earlybind.conf)
<6>earlybind: 0000:01:00.0: held for vfio-pci: a display is bound once the root is mounted
<6>earlybind: 0000:01:00.1: held for vfio-pci: it waits for 0000:01:00.0 of its card" "$(log)"
    same 'earlybind-held|' "$(fact 0000:01:00.0 driver_override)"
    same 'earlybind-held|' "$(fact 0000:01:00.1 driver_override)"
    # cleared by a newline, and probed again
    same '|' "$(fact 0000:00:03.0 driver_override)"
    same 0000:00:03.0 "$(cat "$root/sys/bus/pci/drivers_probe")"
    # the rest of the machine was not written to
    for other in 0000:00:00.0 0000:00:01.0 0000:00:01.1 0000:00:02.0 0000:00:1f.0; do
        same '(null)|' "$(fact "$other" driver_override)"
    done
}

@test "the report of claim" {
    earlybind --claim
    same "earlybind-report 1
version $("$EARLYBIND" --version | cut -d' ' -f2)
boot 6b1c1d0e-6a0f-4f5c-9d1e-2f6a3c7b8d90
kernel 6.1.0-50-amd64
$(grep ^config "$root/etc/earlybind.image")
mode act
generator dracut
picture framebuffer 0000:00:01.0
function 0000:00:03.0 failed vfio-pci group=5 class=120000 id=1d17:0001 : 0000:00:03.0: not bound, left to the host: vfio-pci refused it; the kernel log says why just above (asked for by line 2 of /etc/earlybind.conf)
function 0000:01:00.0 held vfio-pci group=3 class=030000 id=1234:1111 : 0000:01:00.0: held for vfio-pci: a display is bound once the root is mounted
function 0000:01:00.1 held vfio-pci group=3 class=040300 id=8086:2668 : 0000:01:00.1: held for vfio-pci: it waits for 0000:01:00.0 of its card" \
        "$(cat "$root/run/earlybind/claim")"
    same claim "$(ls -A "$root/run/earlybind")"
}

@test "the modules are missing: everything is given back, and the boot goes on as if not installed" {
    for module in vfio-pci vfio_iommu_type1; do
        : >"$root/dev/kmsg"
        mv "$root/sys/module/${module/-/_}" "$root/sys/module/gone"
        earlybind --claim
        [ "$status" -eq 1 ]
        for function in 0000:00:03.0 0000:01:00.0 0000:01:00.1; do
            same '|' "$(fact "$function" driver_override)"
        done
        why="the module $module cannot be loaded (No such file or directory); is it in the initramfs?"
        same "<3>earlybind: 0000:00:03.0: not bound, left to the host: $why (asked for by line 2 of /etc/earlybind.conf)
<3>earlybind: 0000:01:00.0: not bound, left to the host: $why (asked for by line 1 of /etc/earlybind.conf)
<3>earlybind: 0000:01:00.1: not bound, left to the host: the functions of a card go together, and another one failed" "$(log)"
        mv "$root/sys/module/gone" "$root/sys/module/${module/-/_}"
    done
}

@test "vfio-pci that is loaded but not registered counts as missing" {
    rm -r "$root/sys/bus/pci/drivers/vfio-pci"
    earlybind --claim
    [ "$status" -eq 1 ]
    same '|' "$(fact 0000:01:00.0 driver_override)"
    logged 3 '0000:01:00.0: not bound, left to the host: the module vfio-pci cannot be loaded (No such device)'
}

@test "an override that cannot be written: the card is given back, the others go on" {
    # a directory cannot be written, whoever asks
    rm "$root/sys/bus/pci/devices/0000:01:00.1/driver_override"
    mkdir "$root/sys/bus/pci/devices/0000:01:00.1/driver_override"
    earlybind --claim
    [ "$status" -eq 1 ]
    same '|' "$(fact 0000:01:00.0 driver_override)"
    logged 3 '0000:01:00.0: not bound, left to the host: the functions of a card go together'
    logged 3 '0000:01:00.1: not bound'
    logged 3 '0000:00:03.0: not bound, left to the host: vfio-pci refused it'
}

@test "what is refused is not touched, and said" {
    configure 'bind slot 00:01' 'bind slot 00:02.0'
    image
    rm "$root/sys/bus/pci/devices/0000:00:01.0/iommu_group"
    earlybind --claim
    [ "$status" -eq 1 ]
    logged 3 '0000:00:01.0: not bound: it has no IOMMU group'
    logged 3 '(asked for by line 1 of /etc/earlybind.conf)'
    logged 3 '0000:00:01.1: not bound: the functions of a card go together, and 0000:00:01.0 is not bound'
    logged 3 '0000:00:02.0: not bound: it is a bridge'
    rm -r "$root/run/earlybind"
    untouched
}

@test "a driver that has the card already: it keeps it until the root is mounted, the rest of the card is held" {
    configure 'bind slot 01:00'
    image
    sed -i '1i DRIVER=bochs-drm' "$root/sys/bus/pci/devices/0000:01:00.0/uevent"
    earlybind --claim
    [ "$status" -eq 0 ]
    logged 6 '0000:01:00.0: to be bound to vfio-pci later: the driver bochs-drm has it before earlybind runs'
    same '(null)|' "$(fact 0000:01:00.0 driver_override)"
    same 'earlybind-held|' "$(fact 0000:01:00.1 driver_override)"
    grep -q '^function 0000:01:00.0 waits ' "$root/run/earlybind/claim"

    # finish takes it from that driver
    mkdir -p "$root/sys/bus/pci/drivers/bochs-drm"
    : >"$root/sys/bus/pci/drivers/bochs-drm/unbind"
    for function in 0000:01:00.0 0000:01:00.1; do
        ln -s ../../../../bus/pci/drivers/vfio-pci "$root/sys/bus/pci/devices/$function/driver"
    done
    with_root --finish /sysroot
    [ "$status" -eq 0 ]
    same '0000:01:00.0' "$(cat "$root/sys/bus/pci/drivers/bochs-drm/unbind")"
    logged 5 '0000:01:00.0: bound to vfio-pci'
}

@test "a line that matches nothing: said, and the rest is done" {
    configure 'bind slot 01:00' 'bind slot 0c:00'
    image
    earlybind --claim
    [ "$status" -eq 0 ]
    logged 4 'line 2 of /etc/earlybind.conf matches nothing in this machine: bind slot 0c:00'
    same 'earlybind-held|' "$(fact 0000:01:00.0 driver_override)"
}

@test "of the warnings claim logs those that keep a line from its work, and leaves the others to the build" {
    configure 'bind slot 01:00.1' 'bind class 0403' 'bind slot 00:03.0' 'keep slot 00:03'
    image
    earlybind --claim
    logged 4 'line 3 of /etc/earlybind.conf is shadowed by line 4 of /etc/earlybind.conf'
    lacks 'takes only a part of its card' "$(log)"
    lacks 'chooses functions of' "$(log)"
    # at the desk they are there
    earlybind --plan
    holds 'line 1 of /etc/earlybind.conf takes only a part of its card; 0000:01:00.0' "$stderr"
    holds 'line 2 of /etc/earlybind.conf chooses functions of 2 cards: 0000:00:01.1, 0000:01:00.1' "$stderr"
}

@test "earlybind=off" {
    command_line quiet earlybind=off
    for words in '--claim' '--finish /sysroot'; do
        # shellcheck disable=SC2086  # words
        earlybind $words
        [ "$status" -eq 0 ]
    done
    logged 4 'switched off for this boot by the kernel command line'
    untouched
}

@test "an unknown word, and a keep that cannot be read, are off, and said" {
    while read -r words column found; do
        : >"$root/dev/kmsg"
        command_line "quiet $words"
        earlybind --claim
        [ "$status" -eq 0 ]
        logged 3 "kernel command line, column $column: $found"
        logged 4 'switched off for this boot'
    done <<'END'
earlybind=of 17 "of": expected earlybind=off or earlybind=plan
earlybind 16 expected earlybind=off or earlybind=plan
earlybind.keep=07 22 "07": lspci takes this for a device on every bus
earlybind.keep= 22 expected a slot, key=value
earlybind.kep=07:00 7 "earlybind.kep": expected earlybind.bind= or earlybind.keep=
END
    untouched
}

@test "earlybind=plan says what it would do, and does nothing" {
    command_line earlybind=plan
    earlybind --claim
    logged 6 '0000:00:03.0: would be bound to vfio-pci: binding it disturbs nothing'
    logged 6 '0000:01:00.0: would be held for vfio-pci: a display is bound once the root is mounted'
    logged 6 '0000:01:00.1: would be held for vfio-pci: it waits for 0000:01:00.0 of its card'
    grep -qx 'mode plan' "$root/run/earlybind/claim"
    grep -q '^function 0000:01:00.0 planned ' "$root/run/earlybind/claim"
    earlybind --finish /sysroot
    [ "$status" -eq 0 ]
    [ ! -e "$root/run/earlybind/finish" ]
    rm -r "$root/run/earlybind"
    untouched
}

@test "rules of the command line: a keep takes away, a bind adds, one that cannot be read is dropped" {
    command_line earlybind.keep=01:00 earlybind.bind=00:01.1,07
    earlybind --claim
    [ "$status" -eq 1 ]
    logged 3 'kernel command line, column 45: "07": lspci takes this for a device on every bus'
    same '(null)|' "$(fact 0000:01:00.0 driver_override)"
    same '|' "$(fact 0000:00:01.1 driver_override)"
    same '|' "$(fact 0000:00:03.0 driver_override)"
}

@test "a configuration that is not the one of the image: nothing, said" {
    configure 'bind slot 01:00' 'bind slot 00:03.0' '# changed'
    earlybind --claim
    [ "$status" -eq 2 ]
    logged 3 'the configuration in this initramfs is not the one it was built with: nothing is bound on this boot'
    declined 'the configuration in this initramfs is not the one it was built with: nothing is bound on this boot; build the initramfs again'
    earlybind --finish /sysroot
    [ "$status" -eq 2 ]
    declined 'the configuration in this initramfs is not the one it was built with: nothing is bound on this boot; build the initramfs again'
}

@test "a configuration that is cut off, or gone" {
    printf 'bind slot 01:00\nbind slot 00:0' >"$root/etc/earlybind.conf"
    earlybind --claim
    [ "$status" -eq 2 ]
    rm "$root/etc/earlybind.conf"
    earlybind --claim
    [ "$status" -eq 2 ]
    declined 'the configuration in this initramfs is not the one it was built with: nothing is bound on this boot; build the initramfs again'
}

@test "a configuration with a mistake in the image: nothing, said" {
    configure 'bind slot 01:00' 'bind slto 00:03.0'
    earlybind --claim
    [ "$status" -eq 2 ]
    logged 3 '/etc/earlybind.conf:2:6: "slto"'
    logged 3 'the configuration in this initramfs has errors: nothing is bound on this boot'
    declined 'the configuration in this initramfs has errors: nothing is bound on this boot'
}

@test "a mark that is cut off, or from a later version: nothing, said" {
    cp "$root/etc/earlybind.image" "$BATS_TEST_TMPDIR/image"
    for change in '$d' '1d' '1s/1$/2/' 'd'; do
        sed "$change" "$BATS_TEST_TMPDIR/image" >"$root/etc/earlybind.image"
        : >"$root/dev/kmsg"
        earlybind --claim
        [ "$status" -eq 2 ] || { echo "status $status for $change"; false; }
        logged 3 '/etc/earlybind.image cannot be understood'
    done
    declined '/etc/earlybind.image cannot be understood: nothing is bound on this boot; build the initramfs again'
}

@test "a kdump kernel: nothing" {
    : >"$root/proc/vmcore"
    for words in '--claim' '--finish /sysroot'; do
        # shellcheck disable=SC2086  # words
        earlybind $words
        [ "$status" -eq 0 ]
    done
    logged 6 'this kernel only saves a crash dump'
    untouched
}

@test "a machine that cannot be read: nothing, said, status 3" {
    rm -r "$root/sys/bus/pci/devices"
    earlybind --claim
    [ "$status" -eq 3 ]
    logged 3 'the machine cannot be read (/sys/bus/pci/devices: No such file or directory): nothing is bound on this boot'
    # and check is told
    grep -qx 'unread the machine cannot be read (/sys/bus/pci/devices: No such file or directory): nothing is bound on this boot' \
        "$root/run/earlybind/claim"
}

@test "no kernel log: standard error" {
    rm "$root/dev/kmsg"
    earlybind --claim
    holds 'earlybind: 0000:01:00.0: held for vfio-pci' "$stderr"
}

@test "no place for the report: said, and the work is done" {
    rm -r "$root/run"
    earlybind --claim
    logged 4 'the report /run/earlybind/claim cannot be written (No such file or directory)'
    same 'earlybind-held|' "$(fact 0000:01:00.0 driver_override)"
}

@test "finish wants to know where the root is" {
    earlybind --finish
    [ "$status" -eq 2 ]
    holds '--finish /sysroot' "$stderr"
}

@test "finish without a mounted root: what is held stays held, said" {
    earlybind --claim
    earlybind --finish /sysroot
    [ "$status" -eq 1 ]
    logged 4 'no root file system is mounted at /sysroot: what is held stays held'
    same 'earlybind-held|' "$(fact 0000:01:00.0 driver_override)"
    [ ! -e "$root/run/earlybind/finish" ]
    earlybind --finish /nowhere
    [ "$status" -eq 1 ]
    logged 4 'no root file system is mounted at /nowhere'
}

# with_root WORD...: runs earlybind where another file system, with an init, is mounted at $root/sysroot
with_root() {
    # A name space of its own for the mount: root may have one, anybody else where the kernel lets users have them.
    local apart="unshare -m"
    [ "$(id -u)" -eq 0 ] || apart="unshare -Urm"
    $apart true 2>/dev/null || skip "no mount namespaces here ($apart), so no root can be mounted"
    # shellcheck disable=SC2016,SC2086  # $ for the shell inside; words
    run --separate-stderr $apart sh -c '
        mount -t tmpfs none "$1/sysroot" && mkdir -p "$1/sysroot/sbin" && : >"$1/sysroot/sbin/init" || exit 99
        program=$2 root=$1
        shift 2
        "$program" --root "$root" "$@"' sh "$root" "$EARLYBIND" "$@"
    [ "$status" -ne 99 ]
}

@test "finish with a mounted root: what vfio-pci does not take is given back" {
    earlybind --claim
    : >"$root/dev/kmsg"
    with_root --finish /sysroot
    [ "$status" -eq 1 ]
    logged 3 '0000:01:00.0: not bound, left to the host: vfio-pci refused it'
    logged 3 '0000:01:00.1: not bound, left to the host: the functions of a card go together, and another one failed'
    same '|' "$(fact 0000:01:00.0 driver_override)"
    same '|' "$(fact 0000:01:00.1 driver_override)"
    grep -q '^function 0000:01:00.0 failed ' "$root/run/earlybind/finish"
    # what claim has told already is no news
    lacks 0000:00:03.0 "$(log)"
}

@test "finish with a mounted root: bound, in the log and in the report" {
    earlybind --claim
    : >"$root/dev/kmsg"
    # the driver links that a kernel would make
    for function in 0000:01:00.0 0000:01:00.1; do
        ln -s ../../../../bus/pci/drivers/vfio-pci "$root/sys/bus/pci/devices/$function/driver"
    done
    with_root --finish /sysroot
    [ "$status" -eq 0 ]
    same "<5>earlybind: 0000:01:00.0: bound to vfio-pci (was held)
<5>earlybind: 0000:01:00.1: bound to vfio-pci (was held)" "$(log)"
    same 'vfio-pci|' "$(fact 0000:01:00.0 driver_override)"
    grep -q '^function 0000:01:00.1 bound ' "$root/run/earlybind/finish"
}

@test "finish on a boot into rescue: what is held stays held" {
    for words in single 1 systemd.unit=rescue.target emergency; do
        rm -rf "$root/run/earlybind"
        command_line "$words"
        earlybind --claim
        with_root --finish /sysroot
        [ "$status" -eq 1 ]
        logged 4 '0000:01:00.0: still held, not bound to vfio-pci: this boot is for rescue, and nothing is taken from the host; a normal one binds it'
        same 'earlybind-held|' "$(fact 0000:01:00.0 driver_override)"
        grep -q '^function 0000:01:00.0 stays-held ' "$root/run/earlybind/finish"
    done
}

@test "finish takes nothing from a driver that got in between, and gives the rest of the card back" {
    configure 'bind slot 01:00'
    image
    earlybind --claim
    sed -i '1i DRIVER=bochs-drm' "$root/sys/bus/pci/devices/0000:01:00.0/uevent"
    : >"$root/sys/bus/pci/drivers_probe"
    with_root --finish /sysroot
    [ "$status" -eq 1 ]
    logged 3 '0000:01:00.0: not bound: it was not held from the start of the boot'
    same '0000:01:00.1' "$(cat "$root/sys/bus/pci/drivers_probe")"
    same '|' "$(fact 0000:01:00.1 driver_override)"
}

@test "check after claim: what was held, and what the boot said" {
    earlybind --claim
    earlybind --check
    [ "$status" -eq 1 ]
    holds '0000:01:00.0  1234:1111  held, and not bound; this boot said: held for vfio-pci' "$output"
    holds '0000:00:03.0  1d17:0001  has no driver, not vfio-pci; this boot said: not bound, left to the host: vfio-pci refused it' "$output"
}

@test "follow: only where the configuration says so, and a display is held that may show the prompt" {
    earlybind --claim
    : >"$root/dev/kmsg"
    earlybind --follow
    [ "$status" -eq 0 ]
    configure 'bind slot 01:00' 'prompt follow 1'
    image
    rm "$root/dev/kmsg" && : >"$root/dev/kmsg"
    earlybind --follow
    [ "$status" -eq 0 ]
    [ -z "$(log)" ]
}

@test "follow: no card that stays has a screen in time: said, and the prompt stays" {
    configure 'bind slot 00:01' 'prompt follow 1'
    image
    earlybind --claim
    SECONDS=0
    earlybind --follow
    [ "$status" -eq 1 ]
    [ "$SECONDS" -le 5 ]
    logged 4 'no card that stays had a screen within 1 s: the prompt stays where it is'
}

@test "follow: a screen that stays and no way to move to it" {
    configure 'bind slot 00:01' 'prompt follow 9'
    image
    earlybind --claim
    sed -i '1i DRIVER=bochs-drm' "$root/sys/bus/pci/devices/0000:01:00.0/uevent"
    mkdir -p "$root/sys/class/drm" "$root/sys/devices/pci0000:00/0000:00:02.0/0000:01:00.0/drm/card0/card0-Virtual-1"
    ln -s ../../devices/pci0000:00/0000:00:02.0/0000:01:00.0/drm/card0/card0-Virtual-1 "$root/sys/class/drm/card0-Virtual-1"
    echo connected >"$root/sys/class/drm/card0-Virtual-1/status"
    earlybind --follow
    [ "$status" -eq 1 ]
    logged 4 'the prompt could not be moved to 0000:01:00.0 (No such file or directory); this kernel has no /dev/fb devices'
}

@test "finish in the running system binds what is held, once a card that stays has a screen" {
    configure 'bind slot 00:01'
    image
    earlybind --claim
    [ "$status" -eq 0 ]
    rm "$root/etc/earlybind.image"
    earlybind --finish
    [ "$status" -eq 1 ]
    logged 4 "0000:00:01.0: still held, not bound to vfio-pci: it shows the firmware's picture; it is bound as soon as a card that stays has a screen"
    # once more says nothing new
    : >"$root/dev/kmsg"
    earlybind --finish
    [ "$status" -eq 1 ]
    [ -z "$(log)" ]
    grep -q '^function 0000:00:01.0 stays-held ' "$root/run/earlybind/held"

    sed -i '1i DRIVER=bochs-drm' "$root/sys/bus/pci/devices/0000:01:00.0/uevent"
    mkdir -p "$root/sys/class/graphics" "$root/sys/devices/pci0000:00/0000:00:02.0/0000:01:00.0/graphics/fb1"
    ln -s ../../devices/pci0000:00/0000:00:02.0/0000:01:00.0/graphics/fb1 "$root/sys/class/graphics/fb1"
    for function in 0000:00:01.0 0000:00:01.1; do
        ln -s ../../../../bus/pci/drivers/vfio-pci "$root/sys/bus/pci/devices/$function/driver"
    done
    # a plain file is no framebuffer: the console cannot be moved, and the card had better stay
    : >"$root/dev/fb1"
    earlybind --finish
    [ "$status" -eq 1 ]
    logged 3 'the console could not be moved to 0000:01:00.0 ('
    same 'earlybind-held|' "$(fact 0000:00:01.0 driver_override)"
}

@test "finish in the running system: nothing of ours ran, or the configuration is another by now" {
    configure 'bind slot 00:01'
    image
    rm "$root/etc/earlybind.image"
    earlybind --finish
    [ "$status" -eq 0 ]
    [ -z "$(log)" ]
    image
    earlybind --claim
    rm "$root/etc/earlybind.image"
    configure 'bind slot 01:00'
    earlybind --finish
    [ "$status" -eq 2 ]
    logged 4 'the configuration has changed since this boot began: what is held stays held until the next boot'
    same 'earlybind-held|' "$(fact 0000:00:01.0 driver_override)"
    # its owner is still at it
    configure 'bind slto 01:00'
    : >"$root/dev/kmsg"
    earlybind --finish
    [ "$status" -eq 2 ]
    logged 3 'the configuration has errors: what is held stays held, and nothing more is bound'
    lacks 'in this initramfs' "$(log)"
}

@test "finish in the running system where all is bound: not a word, whatever its owner writes" {
    configure 'bind slot 00:03.0'
    image
    earlybind --claim
    sed -i 's/^function \([^ ]*\) [a-z-]* /function \1 bound /' "$root/run/earlybind/claim"
    rm "$root/etc/earlybind.image"
    for text in 'bind slto 01:00' 'bind slot 01:00'; do
        configure "$text"
        : >"$root/dev/kmsg"
        earlybind --finish
        [ "$status" -eq 0 ]
        [ -z "$(log)" ]
    done
}

@test "release: what a line with early took is the host's again before an emergency shell" {
    configure 'bind slot 01:00.0' 'bind slot 00:03.0 early'
    image
    ln -s ../../../../bus/pci/drivers/vfio-pci "$root/sys/bus/pci/devices/0000:00:03.0/driver"
    earlybind --claim
    sed -i '1i DRIVER=vfio-pci' "$root/sys/bus/pci/devices/0000:00:03.0/uevent"
    rm "$root/sys/bus/pci/devices/0000:00:03.0/driver"
    : >"$root/dev/kmsg"
    earlybind --release
    [ "$status" -eq 0 ]
    logged 4 '0000:00:03.0: given back to the host for this boot, which has come to an emergency shell'
    same '|' "$(fact 0000:00:03.0 driver_override)"
    same 'earlybind-held|' "$(fact 0000:01:00.0 driver_override)"
    grep -q '^function 0000:00:03.0 released ' "$root/run/earlybind/release"
}
