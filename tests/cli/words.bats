#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The command's words, its configuration files and its exit status.

# shellcheck disable=SC2154  # common.bash and bats set them
bats_require_minimum_version 1.5.0

setup() {
    load common
}

@test "--help fits on a screen: under 25 lines, at most 100 columns" {
    run "$EARLYBIND" --help
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -ge 10 ]
    [ "$("$EARLYBIND" --help | wc -l)" -lt 25 ]
    for line in "${lines[@]}"; do
        [ "${#line}" -le 100 ] || { echo "${#line} columns: $line"; false; }
    done
    for word in --check --list --plan --libvirt --snapshot --embed --claim --finish --root --config --kernel --quiet --help --version; do
        holds "$word" "$output"
    done
    run "$EARLYBIND" -h
    [ "$status" -eq 0 ]
}

@test "--version" {
    run --separate-stderr "$EARLYBIND" --version
    [ "$status" -eq 0 ]
    [[ $output =~ ^earlybind\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "wrong words: status 2 and a sentence, on standard error" {
    while read -r words; do
        # each line is words
        # shellcheck disable=SC2086
        run --separate-stderr "$EARLYBIND" $words
        [ "$status" -eq 2 ] || { echo "status $status for: $words"; false; }
        [ -z "$output" ]
        holds earlybind "$stderr"
    done <<'END'

--nonsense
--plan --check
--check x
--plan x
--claim x y
--finish a b
--embed dracut x --kernel 1
--root
--config
--plan --root /nonexistent-directory
END
}

@test "an unknown option is answered with the near one, by its whole sentence" {
    while IFS='|' read -r words answer; do
        # each line is words
        # shellcheck disable=SC2086
        run --separate-stderr "$EARLYBIND" $words
        [ "$status" -eq 2 ]
        same "earlybind: $answer" "$stderr"
        [ -z "$output" ]
    done <<'END'
--chek|--chek is not an option; did you mean --check?
--chek=1 --plan|--chek is not an option; did you mean --check?
--plan --rot /|--rot is not an option; did you mean --root?
plan|plan is not an option; did you mean --plan?
--nonsense|--nonsense is not an option; see earlybind --help
something|something is not an option; see earlybind --help
-x --plan|-x is not an option; see earlybind --help
-qx|-x is not an option; see earlybind --help
--c|--c may be several options; write it out; see earlybind --help
--plan=x|--plan=x takes no value; see earlybind --help
--quiet=x|--quiet=x takes no value; see earlybind --help
--plan --root|--root wants a value; see earlybind --help
|no command; see earlybind --help
END
}

@test "a configuration that is named and not there: status 2" {
    machine two-identical-cards-boot-card-on-root-bus
    earlybind --plan --config "$root/nothing"
    [ "$status" -eq 2 ]
    same "$root/nothing: cannot be read: No such file or directory" "$stderr"
}

@test "--config replaces both places" {
    machine two-identical-cards-boot-card-on-root-bus
    configure 'nonsense'
    mkdir "$root/etc/earlybind.conf.d"
    echo nonsense >"$root/etc/earlybind.conf.d/a.conf"
    echo 'bind slot 01:00.1' >"$BATS_TEST_TMPDIR/mine"
    earlybind --plan --config "$BATS_TEST_TMPDIR/mine"
    [ "$status" -eq 0 ]
    same "0000:01:00.1  bind    vfio-pci  (line 1 of $BATS_TEST_TMPDIR/mine: binding it disturbs nothing)" "$output"
}

@test "the folder alone is enough, and a mistake names its file, line and column" {
    machine two-identical-cards-boot-card-on-root-bus
    mkdir "$root/etc/earlybind.conf.d"
    printf '# one\n\tbind slto 01:00\n' >"$root/etc/earlybind.conf.d/b.conf"
    echo 'bind slot 01:00.1' >"$root/etc/earlybind.conf.d/a.conf"
    earlybind --plan
    [ "$status" -eq 2 ]
    same "/etc/earlybind.conf.d/b.conf:2:7: \"slto\": expected slot, path, id, subsystem, class, group, boot-display or not; with bind also driver, early or force; did you mean \"slot\"?" "$stderr"
    [ -z "$output" ]
    rm "$root/etc/earlybind.conf.d/b.conf"
    earlybind --plan
    [ "$status" -eq 0 ]
    holds 'line 1 of /etc/earlybind.conf.d/a.conf' "$output"
}

@test "every mistake is told, up to 1024, and how many more there are" {
    machine two-identical-cards-boot-card-on-root-bus
    for _ in $(seq 1030); do echo nonsense; done >"$root/etc/earlybind.conf"
    earlybind --plan
    [ "$status" -eq 2 ]
    [ "${#stderr_lines[@]}" -eq 1025 ]
    holds '/etc/earlybind.conf:1024:1: "nonsense"' "${stderr_lines[1023]}"
    same 'and 6 more' "${stderr_lines[1024]}"
}

@test "another program's notation: ours is shown, or how to write it" {
    machine two-identical-cards-boot-card-on-root-bus
    configure 'bind slot pci_0000_01_00_0' 'bind slot /dev/dri/card0'
    earlybind --plan
    [ "$status" -eq 2 ]
    holds ":1:11: \"pci_0000_01_00_0\": this is another program's notation; did you mean \"0000:01:00.0\"?" "${stderr_lines[0]}"
    holds ":2:11: \"/dev/dri/card0\": this is another program's notation; write it as lspci does" "${stderr_lines[1]}"
}

@test "a machine that cannot be read: status 3" {
    mkdir -p "$root/etc"
    configure 'bind slot 01:00'
    earlybind --plan
    [ "$status" -eq 3 ]
    same 'earlybind: the machine cannot be read: /sys/bus/pci/devices: No such file or directory' "$stderr"
    earlybind --check
    [ "$status" -eq 3 ]
}

@test "--quiet says nothing, and the status stays the same" {
    machine two-identical-cards-boot-card-on-root-bus
    for rule in 'bind slot 01:00' 'bind slot 00:01' 'bind slot 09:00' 'nonsense' '# nothing'; do
        configure "$rule"
        for command in --plan --check; do
            earlybind "$command"
            loud=$status
            earlybind "$command" -q
            [ "$status" -eq "$loud" ] || { echo "$command, $rule: status $loud, with -q $status"; false; }
            [ -z "$output$stderr" ] || { echo "$command, $rule: $output$stderr"; false; }
        done
        # what hooks read comes all the same
        earlybind --embed dracut --kernel 6.1.0
        loud=$status needs=$output
        earlybind --embed dracut --kernel 6.1.0 -q
        same "$loud $needs" "$status $output"
        [ -z "$stderr" ] || { echo "--embed, $rule: $stderr"; false; }
    done
    rm -r "$root/sys/bus"
    configure 'bind slot 01:00'
    earlybind --plan --quiet
    [ "$status" -eq 3 ]
    [ -z "$output$stderr" ]
}

@test "links are followed, below the root only" {
    machine two-identical-cards-boot-card-on-root-bus
    echo 'bind slot 01:00.1' >"$root/etc/real"
    ln -s /etc/real "$root/etc/earlybind.conf"
    earlybind --plan
    [ "$status" -eq 0 ]
    holds 0000:01:00.1 "$output"
    ln -sf ../../../../../../../../../../etc/passwd "$root/etc/earlybind.conf"
    earlybind --plan
    lacks passwd "$output$stderr"
    lacks root: "$output$stderr"
}

# state: everything below $root, with the time that it was last written and changed
state() {
    find "$root" -printf '%p %s %T@ %C@\n' | sort
}

@test "what only reads changes nothing below --root" {
    local words

    for name in vfio-pci-built-in initramfs-before-any-driver gpu-in-chipset-group-with-root-nvme-and-nic; do
        rm -rf "$root"
        machine "$name"
        configure 'bind slot 01:00' 'bind slot 00:03.0'
        mkdir -p "$root/run/earlybind" "$root/etc/modprobe.d" "$root/boot"
        echo 'options vfio-pci ids=1234:1111' >"$root/etc/modprobe.d/vfio.conf"
        printf 'earlybind-report 1\nboot %s\n' "$(cat "$root/proc/sys/kernel/random/boot_id")" >"$root/run/earlybind/claim"
        echo 'no image' >"$root/boot/initrd.img-6.1.0"
        state >"$BATS_TEST_TMPDIR/before"
        while read -r words; do
            # each line is words
            # shellcheck disable=SC2086
            earlybind $words
            # it got as far as to print something
            [ -n "$output" ] || { echo "nothing by $words on $name: status $status, $stderr"; false; }
            state | diff "$BATS_TEST_TMPDIR/before" - || { echo "changed by $words on $name"; false; }
        done <<'END'
--check
--check --json
--check --brief
--check --images
--list
--list --json
--plan
--plan --json
--libvirt
--import
--snapshot
--embed dracut --kernel 6.1.0-50-amd64
END
    done
}
