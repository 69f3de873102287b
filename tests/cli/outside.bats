#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Below --root a tree is read that may be anybody's: a broken system's, an image's. Whatever stands in the place of a file there,
# nothing outside is read, nothing is waited for, and the command ends with a status that it has.

# shellcheck disable=SC2154  # common.bash and bats set them
bats_require_minimum_version 1.5.0

setup_file() {
    # not below bats' own folder, which other users cannot enter
    OUTSIDE=$(mktemp -d /tmp/earlybind-outside.XXXXXX)
    export OUTSIDE
    chmod 755 "$OUTSIDE"
}

teardown_file() {
    rm -rf "$OUTSIDE"
}

setup() {
    load common
    export EARLYBIND
    root=$OUTSIDE/tree/root
    rm -rf "$OUTSIDE/tree"
    # everything that is read has a name in this machine
    machine b550i-with-root-on-lvm-in-chipset-group
    configure 'bind card slot 0a:00 driver auto'
    mkdir -p "$root/etc/earlybind.conf.d" "$root/etc/modprobe.d" "$root/etc/default" "$root/run/earlybind" "$root/proc/812/fd" \
        "$root/usr/share/misc" "$root/lib/modules/5.8.0-44-generic" "$root/usr/bin"
    echo 'bind slot 0c:00.4' >"$root/etc/earlybind.conf.d/more.conf"
    echo 'options vfio-pci ids=1002:731f' >"$root/etc/modprobe.d/vfio.conf"
    echo 'GRUB_CMDLINE_LINUX="vfio-pci.ids=1002:731f"' >"$root/etc/default/grub"
    echo 'luks-x /dev/nvme0n1p1 none nofail' >"$root/etc/crypttab"
    printf 'earlybind-report 1\nboot 6b1c1d0e-6a0f-4f5c-9d1e-2f6a3c7b8d90\n' >"$root/run/earlybind/claim"
    printf 'earlybind-image 1\ngenerator dracut\nconfig 0\n' >"$root/etc/earlybind.image"
    echo qemu >"$root/proc/812/comm"
    ln -s /dev/nvme0n1 "$root/proc/812/fd/5"
    printf '1002  AMD\n\t731f  Navi 10\n' >"$root/usr/share/misc/pci.ids"
    for index in dep alias symbols builtin builtin.alias; do echo x >"$root/lib/modules/5.8.0-44-generic/modules.$index.bin"; done
    for index in softdep builtin.modinfo order devname; do echo >"$root/lib/modules/5.8.0-44-generic/modules.$index"; done
    truncate -s 1M "$root/dev/nvme0n1" "$root/dev/nvme0n1p1" "$root/dev/nvme0n1p2" "$root/dev/dm-0"
    echo canary >"$OUTSIDE/secret"
    mkdir -p "$OUTSIDE/folder"
    echo canary >"$OUTSIDE/folder/canary.conf"
}

# traced VERB...: its calls to the file system
traced() {
    strace -f -qq -e trace=%file -o "$OUTSIDE/calls" "$EARLYBIND" --root "$root" "$@" >/dev/null 2>&1 || true
    [ -s "$OUTSIDE/calls" ] || { echo "strace traced nothing; packaging/setup/packages check installs it"; return 1; }
}

# read_paths: what the commands open that is there, each with the first command that does. Of the functions the card and one disk's
# controller stand for all.
read_paths() {
    local verb path

    for verb in --check --list --import --snapshot; do
        traced "$verb"
        sed -n 's/.*openat2([0-9]*, "\([^"]*\)".*/\1/p' "$OUTSIDE/calls" | sort -u | while IFS= read -r path; do
            [ ! -e "$root$path" ] && [ ! -L "$root$path" ] || printf '%s %s\n' "$path" "$verb"
        done
    done | grep -vE '/0000:0(0:|[2-4]:|6:|7:|[89]:|a:00\.1|c:)' | sort -us -k 1,1
    # libkmod opens these by itself
    find "$root/lib/modules" -type f -printf '/lib/modules/%P --check\n'
    printf '/%s --check\n' etc proc sys dev lib run usr
}

# Each makes one horror in the place of a file.
to_outside() { ln -s "$OUTSIDE/secret" "$1"; }
to_outside_by_dots() { ln -s "../../../../../../../../../../../../../../../../../../..$OUTSIDE/secret" "$1"; }
to_folder_outside() { ln -s "../../../../../../../../../../../../../../../../../../..$OUTSIDE/folder" "$1"; }
to_itself() { ln -s "$(basename "$1")" "$1"; }
fifo() { mkfifo "$1"; }
socket() { (cd "$(dirname "$1")" && perl -MSocket -e 'socket(my $s, AF_UNIX, SOCK_STREAM, 0); bind($s, pack_sockaddr_un($ARGV[0])) or die $!' "$(basename "$1")"); }
folder() { mkdir "$1"; }
empty() { : >"$1"; }
gigabyte() { truncate -s 1G "$1"; }
garbage() { { printf '\377\0'; head -c 70000 /dev/zero | tr '\0' ':'; } >"$1"; }
zeros_without_end() { mknod "$1" c 1 5; }
unreadable() { : >"$1" && chmod 000 "$1"; }

# survives PATH VERB [WORD...]: whether a command, run by these words, ends as it may, in time and in little memory, and tells
# nothing of the canary
survives() {
    local status=0

    (
        ulimit -v 300000
        exec "${@:3}" timeout 10 "$EARLYBIND" --root "$root" "$2" >"$OUTSIDE/said" 2>&1
    ) || status=$?
    if [ "$status" -gt 3 ]; then
        echo "$horror in the place of $1: $2 ends with $status"
        tail -n 3 "$OUTSIDE/said"
        return 1
    fi
    if grep -a canary "$OUTSIDE/said"; then
        echo "$horror in the place of $1: $2 tells what is outside"
        return 1
    fi
}

# everywhere HORROR [WORD...]: puts it in the place of each file in turn, and runs, by these words, a command that reads it; where
# something could be told of it, --snapshot too, which tells all that it read
everywhere() {
    local path verb also='' bad=0 tried=0

    horror=$1
    case $horror in
        to_* | gigabyte | garbage) also=--snapshot ;;
    esac
    read_paths >"$OUTSIDE/paths"
    while read -r path verb; do
        mv "$root$path" "$OUTSIDE/kept"
        "$horror" "$root$path"
        for verb in $verb $also; do
            survives "$path" "$verb" "${@:2}" || bad=$((bad + 1))
            tried=$((tried + 1))
        done
        rm -rf "${root:?}$path"
        mv "$OUTSIDE/kept" "$root$path"
    done <"$OUTSIDE/paths"
    echo "$tried runs, $bad bad"
    [ "$tried" -gt 80 ]
    [ "$bad" = 0 ]
}

@test "in the place of each file: a link to a file outside" {
    everywhere to_outside
}

@test "in the place of each file: a link that goes out by .." {
    everywhere to_outside_by_dots
}

@test "in the place of each file: a link to a folder outside" {
    everywhere to_folder_outside
}

@test "in the place of each file: a link to itself" {
    everywhere to_itself
}

@test "in the place of each file: a FIFO" {
    everywhere fifo
}

@test "in the place of each file: a socket" {
    everywhere socket
}

@test "in the place of each file: a folder" {
    everywhere folder
}

@test "in the place of each file: an empty file, for a folder too" {
    everywhere empty
}

@test "in the place of each file: a gigabyte" {
    everywhere gigabyte
}

@test "in the place of each file: bytes that are no text" {
    everywhere garbage
}

@test "in the place of each file: zeros without an end" {
    mknod "$OUTSIDE/zeros" c 1 5 && [ -r "$OUTSIDE/zeros" ] && head -c 1 "$OUTSIDE/zeros" >"$OUTSIDE/said" || skip "only root can make a device file here"
    everywhere zeros_without_end
}

@test "in the place of each file: one that may not be read" {
    local as=()

    [ "$(id -u)" != 0 ] || as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
    # where this tree lies may be root's alone
    cp "$EARLYBIND" "$OUTSIDE/earlybind"
    EARLYBIND=$OUTSIDE/earlybind
    everywhere unreadable "${as[@]}"
}

@test "every open but that of the tree itself goes through openat2 and stays below it" {
    local verb calls

    for verb in --check --plan --list --libvirt --import --snapshot; do
        traced "$verb"
        grep -q 'openat2([0-9]*, .*RESOLVE_IN_ROOT' "$OUTSIDE/calls"
        # The tree; what is open already; the folder of the configuration that is open; what is in the folder of modules, which is
        # open. libkmod looks how the running kernel packs modules and what its command line gives them: nothing asks for that.
        calls=$(grep -E '^[0-9]+ +[a-z0-9]+\(' "$OUTSIDE/calls" | grep -vE '^[0-9]+ +(execve|openat2)\(' |
            grep -vE "openat\\(AT_FDCWD, \"$root\"|\"/proc/self/fd/[0-9]+(/modules\.[a-z.]+)?\"|\([0-9]+, \"\"" |
            grep -vE "open\\(\"$root/etc(/earlybind.conf.d)?\", [A-Z_|]*O_PATH|newfstatat\\([0-9]+, \"modules\." |
            grep -vF -e 'open("/sys/module/compression", O_RDONLY' -e 'open("/proc/cmdline", O_RDONLY' || true)
        same '' "$calls"
    done
}
