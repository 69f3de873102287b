#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What is built from, and what is installed: nothing that is not the pinned one, and nothing left behind.

bats_require_minimum_version 1.5.0

setup() {
    tree=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    cd "$tree" || return
}

@test "an archive that is not the pinned one is not built from" {
    mkdir "$BATS_TEST_TMPDIR/archives"
    echo "another release" >"$BATS_TEST_TMPDIR/archives/zlib.tar.gz"
    SOURCES=$BATS_TEST_TMPDIR/archives EARLYBIND_CACHE=$BATS_TEST_TMPDIR/cache run packaging/setup/libraries
    [ "$status" -eq 1 ]
    [[ $output == *"is zlib 1.3.1: none has the sha256 60dd315c"* ]]
    [ -z "$(find "$BATS_TEST_TMPDIR/cache" -name '*.a')" ]
}

@test "make passes the folder of archives on, from its command line and from the environment" {
    local with=(env "EARLYBIND_CACHE=$BATS_TEST_TMPDIR/cache") ready=(make -s ready SETUP=no "B=$BATS_TEST_TMPDIR/built")
    mkdir "$BATS_TEST_TMPDIR/archives"
    run "${with[@]}" "${ready[@]}" "SOURCES=$BATS_TEST_TMPDIR/archives"
    [ "$status" -eq 2 ]
    [[ $output == *"no file in $BATS_TEST_TMPDIR/archives is zlib "* ]]
    run "${with[@]}" "SOURCES=$BATS_TEST_TMPDIR/archives" "${ready[@]}"
    [ "$status" -eq 2 ]
    [[ $output == *"no file in $BATS_TEST_TMPDIR/archives is zlib "* ]]
}

@test "libraries that the tree is linked to are taken from there while they are the right ones, whoever's cache it is" {
    local link="$BATS_TEST_TMPDIR/link" key target
    target=$(readlink build/libraries) || skip "the libraries are not built"
    key=${target##*/}
    mkdir -p "$BATS_TEST_TMPDIR/other/$key" "$BATS_TEST_TMPDIR/other/0123456789abcdef" "$BATS_TEST_TMPDIR/archives"
    local with=(env "EARLYBIND_CACHE=$BATS_TEST_TMPDIR/cache" "SOURCES=$BATS_TEST_TMPDIR/archives")

    ln -s "$BATS_TEST_TMPDIR/other/$key" "$link"
    run "${with[@]}" packaging/setup/libraries "$link"
    [ "$status" -eq 0 ]
    [ "$output" = "$BATS_TEST_TMPDIR/other/$key" ]
    # gone, or of other pins or another compiler: they are built, which ends for want of an archive
    for other in "gone/$key" other/0123456789abcdef; do
        ln -sfn "$BATS_TEST_TMPDIR/$other" "$link"
        run "${with[@]}" packaging/setup/libraries "$link"
        [ "$status" -eq 1 ]
        [[ $output == *"is zlib "*"none has the sha256"* ]]
    done
}

@test "install gives what root builds to the owner of the tree" {
    local copy="$BATS_TEST_TMPDIR/copy"
    [ "$(id -u)" -eq 0 ] || skip "only root can give files to another"
    mkdir -p "$copy/build"
    tar -c --exclude=./build --exclude=./.git . | tar -x -C "$copy"
    cp -a build/earlybind build/libraries "$copy/build" 2>/dev/null || skip "build/earlybind is not built"
    chown -R 1234:1234 "$copy"
    make -s -C "$copy" -o build/earlybind install SETUP=no DESTDIR="$BATS_TEST_TMPDIR/to"
    [ -e "$copy/build/directories-made" ]
    [ -z "$(find "$copy" ! -uid 1234)" ]
    # and what is installed is not the owner's
    [ -z "$(find "$BATS_TEST_TMPDIR/to" -uid 1234)" ]
    # nor what is staged where it was built, nor a place that is not the tree's
    make -s -C "$copy" -o build/earlybind install SETUP=no DESTDIR="$copy/build/staged"
    [ -z "$(find "$copy/build/staged" -uid 1234)" ]
    [ -z "$(find "$copy" -path "$copy/build/staged" -prune -o ! -uid 1234 -print)" ]
    mkdir "$BATS_TEST_TMPDIR/elsewhere"
    cp -a build/earlybind build/libraries "$BATS_TEST_TMPDIR/elsewhere"
    make -s -C "$copy" -o "$BATS_TEST_TMPDIR/elsewhere/earlybind" install SETUP=no "B=$BATS_TEST_TMPDIR/elsewhere" DESTDIR="$BATS_TEST_TMPDIR/to"
    [ -z "$(find "$BATS_TEST_TMPDIR/elsewhere" -uid 1234)" ]
}

# without_apt: prints a folder with all programs that are found here but those of apt and dpkg
without_apt() {
    local folder=$BATS_TEST_TMPDIR/without-apt dir program
    mkdir -p "$folder"
    while read -rd : dir; do
        for program in "$dir"/*; do
            case ${program##*/} in apt* | dpkg*) ;; *) [ ! -x "$program" ] || ln -sf "$program" "$folder" ;; esac
        done
    done <<<"$PATH:"
    echo "$folder"
}

@test "without apt it is said what to install, and which ways to build are left" {
    PATH=$(without_apt) run packaging/setup/packages build
    [ "$status" -eq 1 ]
    [[ $output == *"this machine has no apt-get. Install what your distribution calls these, then run make with SETUP=no: gcc "* ]]
    [[ $output == *"make SETUP=no LINK=dynamic wants gcc, make, pkg-config and the headers of libkmod and libblkid alone."* ]]
    mkdir "$BATS_TEST_TMPDIR/cache"
    EARLYBIND_CACHE=$BATS_TEST_TMPDIR/cache PATH=$(without_apt) run packaging/setup/libraries
    [ "$status" -eq 1 ]
    [[ $output == *"this machine has no apt, so Debian's archive cannot be asked."* ]]
    [[ $output == *"SOURCES=DIR"*"packaging/setup/pins"*"LINK=dynamic"* ]]
}

@test "install puts every file where it belongs, and uninstall leaves nothing" {
    local to="$BATS_TEST_TMPDIR/to" built="$BATS_TEST_TMPDIR/built"
    # A copy of what is built, so that the tree's own record of folders stays as it is.
    mkdir "$built"
    cp -a build/earlybind build/libraries "$built" 2>/dev/null || skip "build/earlybind is not built"
    local settings=(SETUP=no "DESTDIR=$to" "B=$built" PREFIX=/opt UNITDIR=/opt/units UDEVDIR=/opt/rules
        DRACUTMODULESDIR=/opt/dracut POSTUPDATEDIR=/opt/post-update BASHCOMPLETIONDIR=/opt/bash
        ZSHCOMPLETIONDIR=/opt/zsh FISHCOMPLETIONDIR=/opt/fish)

    # whoever installs may have a mask that shuts everybody else out
    (umask 077 && make -s -o "$built/earlybind" install "${settings[@]}")
    [ -z "$(find "$to" -type d ! -perm 755)" ]
    [ "$(cd "$to" && find . ! -type d | sort | tr '\n' ' ')" = "./opt/bash/earlybind ./opt/bin/earlybind \
./opt/dracut/50earlybind/claim.sh \
./opt/dracut/50earlybind/finish.sh ./opt/dracut/50earlybind/follow.sh ./opt/dracut/50earlybind/module-setup.sh \
./opt/dracut/50earlybind/release.sh ./opt/fish/earlybind.fish \
./opt/lib/initcpio/hooks/earlybind ./opt/lib/initcpio/install/earlybind \
./opt/post-update/zz-earlybind ./opt/rules/70-earlybind-late.rules \
./opt/rules/90-earlybind-held.rules ./opt/share/doc/earlybind/LICENSE \
./opt/share/doc/earlybind/README.md ./opt/share/doc/earlybind/check.json ./opt/share/doc/earlybind/list.json \
./opt/share/doc/earlybind/mkinitcpio.preset ./opt/share/doc/earlybind/plan.json \
./opt/share/initramfs-tools/conf-hooks.d/earlybind \
./opt/share/initramfs-tools/hooks/earlybind ./opt/share/initramfs-tools/scripts/init-bottom/earlybind \
./opt/share/initramfs-tools/scripts/init-premount/earlybind ./opt/share/initramfs-tools/scripts/init-top/earlybind \
./opt/share/initramfs-tools/scripts/panic/earlybind ./opt/share/man/man5/earlybind.conf.5 \
./opt/share/man/man8/earlybind.8 ./opt/units/earlybind-check.service ./opt/units/earlybind-finish.service \
./opt/units/earlybind-follow.service ./opt/units/earlybind-held.service ./opt/units/earlybind-release.service \
./opt/units/earlybind.service ./opt/units/multi-user.target.wants/earlybind-held.service \
./opt/zsh/_earlybind " ]
    grep -q '^ExecStart=-/opt/bin/earlybind --claim$' "$to/opt/units/earlybind.service"
    grep -q '^earlybind=/opt/bin/earlybind$' "$to/opt/dracut/50earlybind/module-setup.sh"
    grep -q '^earlybind=/opt/bin/earlybind$' "$to/opt/lib/initcpio/install/earlybind"
    grep -q '^earlybind_units=/opt/units$' "$to/opt/lib/initcpio/install/earlybind"
    grep -q '^earlybind_rules=/opt/rules$' "$to/opt/lib/initcpio/install/earlybind"
    grep -q '^    /opt/bin/earlybind --claim ' "$to/opt/lib/initcpio/hooks/earlybind"
    grep -q '"/opt/bin/earlybind --claim' "$to/opt/rules/70-earlybind-late.rules"
    grep -q '^/opt/bin/earlybind --claim ' "$to/opt/share/initramfs-tools/scripts/init-top/earlybind"
    grep -q '^late=/opt/rules/70-earlybind-late.rules$' "$to/opt/share/initramfs-tools/hooks/earlybind"
    grep -q '^\.Pa /opt/share/doc/earlybind/mkinitcpio.preset$' "$to/opt/share/man/man8/earlybind.8"
    [ -x "$to/opt/share/initramfs-tools/hooks/earlybind" ]
    # as systemctl enable does
    mkdir -p "$to/etc/systemd/system/multi-user.target.wants"
    ln -s /opt/units/earlybind-check.service "$to/etc/systemd/system/multi-user.target.wants"
    make -s uninstall "${settings[@]}" >/dev/null
    [ ! -e "$to/opt" ]
    [ -z "$(find "$to" ! -type d)" ]
    # another installation's stays
    mkdir -p "$to/usr/lib/systemd/system"
    : >"$to/usr/lib/systemd/system/earlybind-check.service"
    ln -s /usr/lib/systemd/system/earlybind-check.service "$to/etc/systemd/system/multi-user.target.wants"
    make -s uninstall "${settings[@]}" >/dev/null
    [ -L "$to/etc/systemd/system/multi-user.target.wants/earlybind-check.service" ]
}

@test "the Debian package has what install puts in place, and has the image built again" {
    local built="$BATS_TEST_TMPDIR/built"
    command -v dpkg-deb >/dev/null || skip "there is no dpkg-deb here"
    mkdir "$built"
    cp -a build/earlybind build/libraries "$built" 2>/dev/null || skip "build/earlybind is not built"
    (umask 077 && make -s -o "$built/earlybind" deb SETUP=no "B=$built")

    dpkg-deb --info "$built/earlybind.deb" >"$built/info"
    grep -qx " Version: $("$built/earlybind" --version | cut -d' ' -f2)" "$built/info"
    [ "$(dpkg-deb --info "$built/earlybind.deb" triggers | grep -v '^#')" = 'activate-noawait update-initramfs' ]
    [ "$(dpkg-deb --info "$built/earlybind.deb" conffiles)" = /etc/initramfs/post-update.d/zz-earlybind ]
    dpkg-deb --contents "$built/earlybind.deb" >"$built/contents"
    for file in ./usr/bin/earlybind ./usr/share/initramfs-tools/hooks/earlybind ./usr/lib/initcpio/install/earlybind \
        ./usr/lib/dracut/modules.d/50earlybind/module-setup.sh ./usr/share/man/man8/earlybind.8 \
        ./usr/share/man/man5/earlybind.conf.5 ./usr/share/bash-completion/completions/earlybind \
        ./usr/share/zsh/vendor-completions/_earlybind ./usr/share/fish/vendor_completions.d/earlybind.fish; do
        grep -q " root/root .* $file\$" "$built/contents"
    done
    # what systemctl enable put in place goes with the package, and stays where a newer one comes
    mkdir "$built/control" "$built/bin"
    dpkg-deb --control "$built/earlybind.deb" "$built/control"
    printf '#!/bin/sh\necho "$@"\n' >"$built/bin/systemctl"
    chmod +x "$built/bin/systemctl"
    [ -z "$(PATH=$built/bin:$PATH "$built/control/prerm" upgrade 0.2.0)" ]
    [[ $(PATH=$built/bin:$PATH "$built/control/prerm" remove) == *'disable earlybind-check.service' ]]
    # every folder is open to everybody
    run grep '^d' "$built/contents"
    [ "${#lines[@]}" -ge 20 ]
    run grep -v '^drwxr-xr-x ' <<<"$output"
    [ "$status" -eq 1 ]
    # nothing lies outside of what a package may have
    run grep -vE ' \./($|usr/|etc/)' "$built/contents"
    [ "$status" -eq 1 ]
}
