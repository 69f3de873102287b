#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What --check finds, each with a machine that has it and one that just has not: the text is compared whole.

# shellcheck disable=SC2154  # common.bash and bats set them
bats_require_minimum_version 1.5.0

setup() {
    load common
    documents=0
    machine vfio-pci-built-in
    configure 'bind slot 01:00'
    devices=$root/sys/bus/pci/devices
    echo 'flr bus' >"$devices/0000:01:00.0/reset_method"
    mkdir -p "$root/run/earlybind" "$root/usr/bin"
    : >"$root/usr/bin/dracut"
    report claim 'function 0000:01:00.0 held vfio-pci : 0000:01:00.0: held for vfio-pci: a display' \
        'function 0000:01:00.1 held vfio-pci : 0000:01:00.1: held for vfio-pci: it waits for 0000:01:00.0 of its card'
    report finish 'function 0000:01:00.0 bound vfio-pci : 0000:01:00.0: bound to vfio-pci (was held)' \
        'function 0000:01:00.1 bound vfio-pci : 0000:01:00.1: bound to vfio-pci (was held)'
}

head='line 1 of /etc/earlybind.conf: bind slot 01:00'
first='  0000:01:00.0  1234:1111  as asked: vfio-pci'
second='  0000:01:00.1  8086:2668  as asked: vfio-pci'

# report STAGE LINE...: a report of this boot with the hash of today's configuration
report() {
    local stage=$1 hash
    shift
    hash=$("$EARLYBIND" --root "$root" --embed test --kernel 1 2>/dev/null | sed -n 's/^image config //p')
    {
        printf 'earlybind-report 1\nversion 0.1.0\nboot %s\n' "$(cat "$root/proc/sys/kernel/random/boot_id")"
        printf 'kernel 6.8.0\nconfig %s\nmode act\npicture none unknown\n' "$hash"
        printf '%s\n' "$@"
    } >"$root/run/earlybind/$stage"
}

# says STATUS LINE...: the whole output of --check; the document with the same is kept
says() {
    earlybind --check
    same "$1" "$status"
    shift
    same "$(printf '%s\n' "$@")" "$(sed '$d' <<<"$output")"
    [ -z "$stderr" ]
    documents=$((documents + 1))
    printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/$documents.text"
    "$EARLYBIND" --root "$root" --check --json >"$BATS_TEST_TMPDIR/$documents.json" || [ $? -eq "$status" ]
}

# Each document fits its schema and has every finding that was printed.
teardown() {
    [ -z "${folder-}" ] || rm -rf "$folder"
    cd "$BATS_TEST_TMPDIR" || return
    [ "$documents" -gt 0 ] || return 0
    python3 - "$BATS_TEST_DIRNAME/../../packaging/schema/check.json" ./*.json <<'END'
import json, sys

schema = json.load(open(sys.argv[1]))
for name in sys.argv[2:]:
    document = json.load(open(name))
    text = open(name.removesuffix("json") + "text").read()
    for finding in document["findings"]:
        assert finding["sentence"] in text, f"{name}: {finding}"
        assert finding["as_asked"] or not document["as_asked"], f"{name}: {finding}"
    try:
        import jsonschema
    except ImportError:
        continue  # json.bats says so
    jsonschema.Draft202012Validator(schema).validate(document)
END
}

# driver FUNCTION NAME: it has this driver, or with - none
driver() {
    sed -i /^DRIVER=/d "$devices/$1/uevent"
    rm -f "$devices/$1/driver"
    [ "$2" = - ] || {
        echo "DRIVER=$2" >>"$devices/$1/uevent"
        ln -s "../../../bus/pci/drivers/$2" "$devices/$1/driver"
        mkdir -p "$root/sys/bus/pci/drivers/$2"
    }
}

# module NAME: a module of that name is loaded
module() {
    mkdir -p "$root/sys/module/$1"
}

# processor LINE...: of /proc/cpuinfo
processor() {
    printf '%s\n' "$@" >"$root/proc/cpuinfo"
}

# no_groups: as when the IOMMU is off
no_groups() {
    rm "$devices"/*/iommu_group
}

@test "findings: all is as asked" {
    says 0 "$head" "$first" "$second"
}

@test "findings: a driver override that is gone, or another: worth knowing" {
    echo '(null)' >"$devices/0000:01:00.1/driver_override"
    says 0 "$head" "$first" "$second" \
        "0000:01:00.1 has vfio-pci, and no driver override: when it is unbound, the host's own driver may take it; \
echo vfio-pci > /sys/bus/pci/devices/0000:01:00.1/driver_override, run by root, or restart"
    echo pci-stub >"$devices/0000:01:00.1/driver_override"
    says 0 "$head" "$first" "$second" \
        "0000:01:00.1 has vfio-pci, and the driver override pci-stub: when it is unbound, that one may take it; \
echo vfio-pci > /sys/bus/pci/devices/0000:01:00.1/driver_override, run by root, or restart"
}

@test "findings: what was bound on this boot, and something has taken it back" {
    ln -sfn ../../../../kernel/iommu_groups/4 "$devices/0000:01:00.1/iommu_group"
    module snd_hda_intel
    driver 0000:01:00.1 snd_hda_intel
    ln -s ../../../../module/snd_hda_intel "$root/sys/bus/pci/drivers/snd_hda_intel/module"
    says 1 "$head" "$first" \
        "  0000:01:00.1  8086:2668  has the driver snd_hda_intel, not vfio-pci; this boot said: bound to vfio-pci (was held); \
something has taken it back since, as libvirt does where a <hostdev> says managed='yes': write managed='no', and restart"
    driver 0000:01:00.1 -
    says 1 "$head" "$first" \
        "  0000:01:00.1  8086:2668  has no driver, not vfio-pci; this boot said: bound to vfio-pci (was held); \
something has unbound it since; this, run by root, binds it again: echo 0000:01:00.1 > /sys/bus/pci/drivers_probe"
    echo '(null)' >"$devices/0000:01:00.1/driver_override"
    says 1 "$head" "$first" \
        "  0000:01:00.1  8086:2668  has no driver, not vfio-pci; this boot said: bound to vfio-pci (was held); \
something has unbound it since; restart to have it bound"
}

@test "findings: a driver that is part of the kernel was there first" {
    ln -sfn ../../../../kernel/iommu_groups/4 "$devices/0000:01:00.1/iommu_group"
    driver 0000:01:00.1 snd_hda_intel
    report finish 'function 0000:01:00.1 failed vfio-pci : 0000:01:00.1: not bound, left to the host: unbinding it failed (Device or resource busy)'
    says 1 "$head" "$first" \
        "  0000:01:00.1  8086:2668  has the driver snd_hda_intel (part of the kernel), not vfio-pci; \
this boot said: not bound, left to the host: unbinding it failed (Device or resource busy)"
}

@test "findings: lines that contradict each other, though today's driver is one of theirs" {
    configure 'bind slot 01:00' 'bind slot 01:00.0 driver vfio-pci' 'bind slot 01:00.0 driver pci-stub'
    report claim
    rm "$root/run/earlybind/finish"
    mkdir -p "$root/sys/bus/pci/drivers/pci-stub"
    says 1 "$head" \
        "  0000:01:00.0  1234:1111  has vfio-pci, and the next boot will not bind it: it cannot have two drivers: \
line 2 of /etc/earlybind.conf names vfio-pci, line 3 of /etc/earlybind.conf names pci-stub" \
        "  0000:01:00.1  8086:2668  has vfio-pci, and the next boot will not bind it: the functions of a card go together, \
and 0000:01:00.0 is not bound" \
        'line 2 of /etc/earlybind.conf: bind slot 01:00.0 driver vfio-pci' \
        'line 3 of /etc/earlybind.conf: bind slot 01:00.0 driver pci-stub'
}

@test "findings: a device that moved, and the line to paste" {
    configure 'bind slot 01:00' 'keep slot 09:00.0 id 1234:1111'
    report claim
    report finish
    # two of its kind are there, so that nobody can tell
    says 1 "$head" "$first" "$second" 'line 2 of /etc/earlybind.conf: keep slot 09:00.0 id 1234:1111' '  keeps 0 functions' \
        'line 2 of /etc/earlybind.conf matches nothing in this machine: keep slot 09:00.0 id 1234:1111'
    configure 'bind slot 01:00' 'keep slot 09:00.0 id 1b36:000c'
    report claim
    report finish
    says 1 "$head" "$first" "$second" 'line 2 of /etc/earlybind.conf: keep slot 09:00.0 id 1b36:000c' '  keeps 0 functions' \
        'line 2 of /etc/earlybind.conf matches nothing in this machine: 1b36:000c is at 0000:00:02.0 now; if you mean it there, write: keep slot 0000:00:02.0 id 1b36:000c'
    # from the kernel command line
    configure 'bind slot 01:00'
    report claim
    report finish
    command_line earlybind.keep=slot=09:00+id=1b36:000c
    says 1 "$head" "$first" "$second" 'the kernel command line: earlybind.keep=slot=09:00+id=1b36:000c' '  keeps 0 functions' \
        'the kernel command line matches nothing in this machine: 1b36:000c is at 0000:00:02.0 now; write slot=0000:00:02 there'
}

@test "findings: the IOMMU is off: what to do on this processor" {
    local off='the IOMMU is off: no function of this machine has an IOMMU group; '
    local refused="it has no IOMMU group"
    local expected=("$head"
        "  0000:01:00.0  1234:1111  has the driver bochs-drm, not vfio-pci; earlybind will not bind it: $refused"
        "  0000:01:00.1  8086:2668  has no driver, not vfio-pci; earlybind will not bind it: $refused")

    command_line root=/dev/sda1
    report claim
    report finish
    driver 0000:01:00.0 bochs-drm
    driver 0000:01:00.1 -
    no_groups
    says 1 "${expected[@]}" "${off}switch it (VT-d, AMD-Vi) on in the firmware's settings, and on Intel add intel_iommu=on to the kernel command line"
    processor 'processor	: 0' 'vendor_id	: GenuineIntel' 'flags		: fpu vmx'
    says 1 "${expected[@]}" "${off}add intel_iommu=on to the kernel command line, switch VT-d on in the firmware's settings, and restart"
    command_line intel_iommu=sm_on,on
    says 1 "${expected[@]}" "${off}intel_iommu=on stands on the kernel command line already: switch VT-d on in the firmware's settings"
    command_line intel_iommu=on intel_iommu=off
    says 1 "${expected[@]}" "${off}take intel_iommu=off off the kernel command line and restart"
    command_line root=/dev/sda1
    processor 'processor	: 0' 'vendor_id	: AuthenticAMD' 'flags		: fpu svm'
    says 1 "${expected[@]}" "${off}on AMD it needs no option: switch it (IOMMU or AMD-Vi) on in the firmware's settings"
    command_line amd_iommu=off
    says 1 "${expected[@]}" "${off}take amd_iommu=off off the kernel command line and restart"
    # the other maker's word does nothing
    command_line amd_iommu=on intel_iommu=off
    says 1 "${expected[@]}" "${off}on AMD it needs no option: switch it (IOMMU or AMD-Vi) on in the firmware's settings"
    processor 'processor	: 0' 'vendor_id	: GenuineIntel' 'flags		: fpu vmx'
    command_line intel_iommu=on amd_iommu=off
    says 1 "${expected[@]}" "${off}intel_iommu=on stands on the kernel command line already: switch VT-d on in the firmware's settings"
    command_line root=/dev/sda1
    processor 'processor	: 0' 'BogoMIPS	: 50.00'
    says 1 "${expected[@]}" "${off}switch it on in the firmware's settings, where it may be called SMMU"
    # one function has a group: it is on, and has none for these
    ln -s ../../../kernel/iommu_groups/1 "$devices/0000:00:01.0/iommu_group"
    refused="it has no IOMMU group; switch the IOMMU (VT-d, AMD-Vi) on in the firmware's settings, and on Intel add intel_iommu=on to the kernel command line"
    says 1 "$head" \
        "  0000:01:00.0  1234:1111  has the driver bochs-drm, not vfio-pci; earlybind will not bind it: $refused" \
        "  0000:01:00.1  8086:2668  has no driver, not vfio-pci; earlybind will not bind it: $refused"
}

@test "findings: a group that is not viable: by whom, what to do, and that its bridges are no obstacle" {
    local taken='  0000:01:00.0  1234:1111  has vfio-pci, and no guest can use it: 0000:00:01.0 (bochs-drm) of its IOMMU group 3 works for the host'
    local slot='; put the card into another slot of the board'
    local last="line 1 of /etc/earlybind.conf chooses the host's last display: 0000:01:00.0 stays held, \
since no other card can have a screen; to do without one, add \`force\` to the line"
    local advice="$slot, or give the guest all of the group: bind group 0000:01:00.0"

    ln -sfn ../../../../kernel/iommu_groups/3 "$devices/0000:00:01.0/iommu_group"
    # the host's display, its network, a controller with a keyboard or a disk are not to be given away
    says 1 "$head" "$taken$slot" "$second"
    sed -i s/^PCI_CLASS=.*/PCI_CLASS=20000/ "$devices/0000:00:01.0/uevent"
    says 1 "$head" "$taken$slot" "$second" "$last"
    sed -i s/^PCI_CLASS=.*/PCI_CLASS=40300/ "$devices/0000:00:01.0/uevent"
    says 1 "$head" "$taken$advice" "$second" "$last"
    sed -i s/^PCI_CLASS=.*/PCI_CLASS=30000/ "$devices/0000:00:01.0/uevent"
    ln -sfn ../../../../kernel/iommu_groups/3 "$devices/0000:00:02.0/iommu_group"
    says 1 "$head" "$taken (its bridges are no obstacle)$slot" "$second"
    # another function of the card, which is chosen too
    ln -sfn ../../../../kernel/iommu_groups/1 "$devices/0000:00:01.0/iommu_group"
    ln -sfn ../../../../kernel/iommu_groups/2 "$devices/0000:00:02.0/iommu_group"
    driver 0000:01:00.1 bochs-drm
    says 1 "$head" \
        '  0000:01:00.0  1234:1111  has vfio-pci, and no guest can use it before 0000:01:00.1 (bochs-drm) of its IOMMU group 3, which is chosen too, is bound' \
        "  0000:01:00.1  8086:2668  has the driver bochs-drm, not vfio-pci; this boot said: bound to vfio-pci (was held); \
something has taken it back since, as libvirt does where a <hostdev> says managed='yes': write managed='no', and restart"
    driver 0000:01:00.1 vfio-pci
    # the bridge alone is none
    ln -sfn ../../../../kernel/iommu_groups/3 "$devices/0000:00:02.0/iommu_group"
    driver 0000:00:01.0 -
    says 0 "$head" "$first" "$second"
}

@test "findings: a group that has the root's disk, the network and the keyboard: nobody is told to give that away" {
    rm -r "$root"
    machine gpu-in-chipset-group-with-root-nvme-and-nic
    configure 'bind card slot 07:00'
    mkdir -p "$root/usr/bin"
    : >"$root/usr/bin/dracut"
    driver 0000:07:00.0 vfio-pci
    driver 0000:07:00.1 vfio-pci
    echo vfio-pci | tee "$devices/0000:07:00.0/driver_override" >"$devices/0000:07:00.1/driver_override"
    echo 'flr' >"$devices/0000:07:00.0/reset_method"
    says 1 'line 1 of /etc/earlybind.conf: bind card slot 07:00' \
        '  0000:07:00.0  10de:2504  has vfio-pci, and no guest can use it: 0000:01:00.0 (xhci_hcd), 0000:01:00.1 (ahci), '\
'0000:03:00.0 (nvme), 0000:04:00.0 (r8169) of its IOMMU group 12 work for the host (its bridges are no obstacle); put '\
'the card into another slot of the board' \
        '  0000:07:00.1  10de:228e  as asked: vfio-pci' \
        'earlybind did not run on this boot; build the initramfs again (dracut --force --regenerate-all) and restart'
}

@test "findings: a group that is not viable is told though what comes first of it is no guest's, or not bound" {
    ln -sfn ../../../../kernel/iommu_groups/3 "$devices/0000:00:01.0/iommu_group"
    configure 'bind slot 01:00.0 driver pci-stub' 'bind slot 01:00.1'
    report claim
    rm "$root/run/earlybind/finish"
    mkdir -p "$root/sys/bus/pci/drivers/pci-stub"
    driver 0000:01:00.0 pci-stub
    echo pci-stub >"$devices/0000:01:00.0/driver_override"
    says 1 'line 1 of /etc/earlybind.conf: bind slot 01:00.0 driver pci-stub' \
        '  0000:01:00.0  1234:1111  as asked: pci-stub' \
        'line 2 of /etc/earlybind.conf: bind slot 01:00.1' \
        '  0000:01:00.1  8086:2668  has vfio-pci, and no guest can use it: 0000:00:01.0 (bochs-drm) of its IOMMU group 3 works for the host; '\
'put the card into another slot of the board'
    configure 'bind slot 01:00.0' 'bind slot 01:00.1'
    report claim
    driver 0000:01:00.0 -
    earlybind --check
    [ "$status" -eq 1 ]
    holds '  0000:01:00.1  8086:2668  has vfio-pci, and no guest can use it: 0000:00:01.0 (bochs-drm) of its IOMMU group 3 works for the host' "$output"
}

@test "findings: a group that is not viable, of what is part of the board: no slot is better" {
    rm -r "$root"
    machine two-identical-cards-boot-card-on-root-bus
    configure 'bind slot 00:01.1'
    driver 0000:00:01.1 vfio-pci
    driver 0000:00:01.0 -
    driver 0000:00:02.0 e1000e
    sed -i s/^PCI_CLASS=.*/PCI_CLASS=20000/ "$devices/0000:00:02.0/uevent"
    echo vfio-pci >"$devices/0000:00:01.1/driver_override"
    ln -sfn "$(readlink "$devices/0000:00:01.1/iommu_group")" "$devices/0000:00:02.0/iommu_group"
    earlybind --check
    [ "$status" -eq 1 ]
    holds '0000:00:02.0 (e1000e) of its IOMMU group 1 works for the host; it is on the root bus: leave it to the host' "$output"
    lacks 'another slot' "$output"
    # what is on the same card is no reason to move that
    driver 0000:00:02.0 -
    driver 0000:00:01.0 bochs-drm
    earlybind --check
    holds '0000:00:01.0 (bochs-drm) of its IOMMU group 1 works for the host; what is on this card goes to a guest together, or not at all' "$output"
    # and before it is bound it is worth knowing
    driver 0000:00:01.1 snd_hda_intel
    rm -f "$root/run/earlybind/"*
    for command in --plan --check; do
        earlybind "$command"
        holds 'line 1 of /etc/earlybind.conf: 0000:00:01.1 will be of no use to a guest: 0000:00:01.0 (bochs-drm) of its IOMMU group 1 works for the host' \
            "$("$BATS_TEST_DIRNAME/unwrap" <<<"$output"$'\n'"$stderr")"
    done
    driver 0000:00:01.0 -
    earlybind --plan
    lacks 'of no use' "$output$stderr"
}

@test "findings: switched off, by which word" {
    local rest=', and start again' off='earlybind was off on this boot: '

    rm -r "$root/run/earlybind"
    command_line quiet earlybind=off
    says 1 "$head" "$first" "$second" "${off}earlybind=off stands on the kernel command line; take it off$rest"
    command_line quiet earlybind.kep=01:00 earlybind=off
    says 1 'kernel command line, column 7: "earlybind.kep": expected earlybind.bind= or earlybind.keep=; earlybind is off for this boot; did you mean "earlybind.keep"?' \
        "$head" "$first" "$second" \
        "${off}on the kernel command line earlybind.kep=01:00 cannot be read, which counts as earlybind=off; correct it$rest"
    command_line quiet earlybind=no
    says 1 'kernel command line, column 17: "no": expected earlybind=off or earlybind=plan; earlybind is off for this boot' "$head" "$first" "$second" \
        "${off}on the kernel command line earlybind=no cannot be read, which counts as earlybind=off; correct it$rest"
}

@test "findings: switched off by a word of mkinitcpio or systemd" {
    local rest=', and start again' off='earlybind was off on this boot: ' word

    command_line quiet disablehooks=earlybind
    says 0 "$head" "$first" "$second" # it ran all the same: there is a report
    rm -r "$root/run/earlybind"
    for word in disablehooks=earlybind rd.systemd.mask=earlybind.service rd.systemd.mask=earlybind; do
        command_line quiet "$word" rd.systemd.mask=other.service
        says 1 "$head" "$first" "$second" "$off$word stands on the kernel command line; take it off$rest"
    done
    for word in disablehooks=earlybind,other disablehooks=other,earlybind; do
        command_line quiet "$word"
        says 1 "$head" "$first" "$second" "$off$word stands on the kernel command line; take earlybind out of it$rest"
    done
    command_line quiet disablehooks=earlybind earlybind=off
    says 1 "$head" "$first" "$second" "${off}earlybind=off stands on the kernel command line; take it off$rest"
    # not these
    for word in disablehooks=other disablehooks=earlybind-other,early disablehooks=,bind disablehooks= disablehooks \
        systemd.mask=earlybind.service rd.systemd.mask=earlybind-finish.service rd.systemd.mask=; do
        command_line quiet "$word"
        says 1 "$head" "$first" "$second" \
            'earlybind did not run on this boot; build the initramfs again (dracut --force --regenerate-all) and restart'
    done
}

@test "findings: claim would have nothing of the configuration in the image" {
    local again='; build the initramfs again (dracut --force --regenerate-all) and restart'

    rm "$root/run/earlybind/finish"
    report claim 'nothing the configuration in this initramfs has errors: nothing is bound on this boot'
    says 1 "$head" "$first" "$second" \
        "this boot said: the configuration in this initramfs has errors: nothing is bound on this boot$again"
    # its own advice is not said twice
    report claim 'nothing the configuration is not the one: nothing is bound on this boot; build the initramfs again'
    says 1 "$head" "$first" "$second" "this boot said: the configuration is not the one: nothing is bound on this boot$again"
    # another image would be none the better
    report claim 'unread the machine cannot be read (/sys/bus/pci/devices: No such file or directory): nothing is bound on this boot'
    says 1 "$head" "$first" "$second" "this boot said: the machine cannot be read (/sys/bus/pci/devices: No such file or directory): \
nothing is bound on this boot; look into dmesg for what is wrong there, and restart"
}

@test "findings: held, and for what: by the report, by the plan, on a boot for rescue" {
    local held='  0000:01:00.0  1234:1111  held, and not bound; '
    local unfinished='earlybind began on this boot and never came to its second step, once the root is mounted; earlybind --finish, '
    unfinished+='run by root, binds now what it may, and dmesg | grep earlybind tells more'

    driver 0000:01:00.0 -
    echo earlybind-held >"$devices/0000:01:00.0/driver_override"
    report finish 'function 0000:01:00.0 stays-held vfio-pci : 0000:01:00.0: still held, not bound to vfio-pci: no screen'
    says 1 "$head" "${held}this boot said: still held, not bound to vfio-pci: no screen" "$second"
    # finish never ran, or could not write
    rm "$root/run/earlybind/finish"
    says 1 "$head" "${held}this boot said: held for vfio-pci: a display" "$second" "$unfinished"
    # a report that does not know it
    report claim
    report finish
    says 1 "$head" "${held}what it waits for: a display is bound once the root is mounted" "$second"
    command_line single
    says 1 "$head" "${held}what it waits for: this boot is for rescue, and nothing is taken from the host; a normal one binds it" "$second"
}

@test "findings: nothing gives VFIO the IOMMU" {
    module vfio
    says 1 "$head" "$first" "$second" \
        'no guest can use what is bound: vfio_iommu_type1 is not loaded; modprobe vfio_iommu_type1, run by root, does that'
    mkdir -p "$root/lib/modules/6.8.0-45-generic"
    : >"$root/lib/modules/6.8.0-45-generic/modules.dep"
    says 1 "$head" "$first" "$second" \
        'no guest can use what is bound: vfio_iommu_type1 is not loaded, and kernel 6.8.0-45-generic has no such module; install the rest of its modules'
    module iommufd
    says 0 "$head" "$first" "$second"
    rmdir "$root/sys/module/iommufd"
    module vfio_iommu_type1
    says 0 "$head" "$first" "$second"
}

@test "findings: KVM cannot run, or is not loaded" {
    processor 'processor	: 0' 'vendor_id	: AuthenticAMD' 'flags		: fpu vmext'
    says 0 "$head" "$first" "$second" \
        "KVM can run no guest: the processor shows no virtualization (vmx, svm); switch it (VT-x, SVM) on in the firmware's settings"
    processor 'processor	: 0' 'vendor_id	: AuthenticAMD' 'flags		: fpu svm'
    says 0 "$head" "$first" "$second" 'KVM is not loaded, so that guests run without it or not at all: modprobe kvm_amd'
    processor 'processor	: 0' 'vendor_id	: GenuineIntel' 'flags		: fpu vmx'
    says 0 "$head" "$first" "$second" 'KVM is not loaded, so that guests run without it or not at all: modprobe kvm_intel'
    mkdir -p "$root/sys/devices/virtual/misc/kvm"
    says 0 "$head" "$first" "$second"
}

@test "findings: the kernel wants signed modules, and vfio-pci was not loaded" {
    local failed='not bound, left to the host: the module vfio-pci cannot be loaded (Operation not permitted); is it in the initramfs?'

    mkdir -p "$root/sys/kernel/security"
    echo 'none [integrity] confidentiality' >"$root/sys/kernel/security/lockdown"
    says 0 "$head" "$first" "$second"
    driver 0000:01:00.0 -
    driver 0000:01:00.1 -
    rm -r "$root/sys/bus/pci/drivers/vfio-pci" "$root/run/earlybind/finish"
    report claim "function 0000:01:00.0 failed vfio-pci : 0000:01:00.0: $failed" \
        "function 0000:01:00.1 given-back vfio-pci : 0000:01:00.1: not bound, left to the host"
    local expected=("$head" "  0000:01:00.0  1234:1111  has no driver, not vfio-pci; this boot said: $failed"
        '  0000:01:00.1  8086:2668  has no driver, not vfio-pci; this boot said: not bound, left to the host')
    says 1 "${expected[@]}" 'vfio-pci was not loaded, and this kernel is locked down (integrity), so that it loads signed modules alone; modinfo -F signer vfio-pci says whose key it has: a kernel of the distribution has a signed one'
    echo '[none] integrity confidentiality' >"$root/sys/kernel/security/lockdown"
    says 1 "${expected[@]}"
}

# as_nobody: makes `earlybind --check` run without root's rights, in a folder that everybody can reach
as_nobody() {
    folder=$(mktemp -d)
    chmod 755 "$folder"
    cp "$EARLYBIND" "$folder/earlybind"
    cp -r "$root" "$folder/root"
    chmod -R a+rX "$folder/root"
    root=$folder/root
    devices=$root/sys/bus/pci/devices
    EARLYBIND=$folder/nobody
    if [ "$(id -u)" -eq 0 ]; then
        printf '#!/bin/sh\nexec setpriv --reuid 65534 --regid 65534 --clear-groups %s "$@"\n' "$folder/earlybind" >"$EARLYBIND"
    else
        cp "$folder/earlybind" "$EARLYBIND"
    fi
    chmod 755 "$EARLYBIND"
}

@test "findings: without root's rights" {
    mkdir -p "$root/dev/vfio"
    : >"$root/dev/vfio/3"
    as_nobody
    chmod 666 "$root/dev/vfio/3"
    says 0 "$head" "$first" "$second"
    chmod 000 "$root/dev/vfio/3"
    says 0 "$head" "$first" "$second" "you cannot open /dev/vfio/3; libvirt does that for its guests as root; for a QEMU of your own: sudo chown \$USER /dev/vfio/3"
    # and what keeps a framebuffer's memory
    chmod 666 "$root/dev/vfio/3"
    printf '%s\n' 'c0000000-feafffff : PCI Bus 0000:00' '  00000000-00000000 : 0000:01:00.0' '    00000000-00000000 : efifb' >"$root/proc/iomem"
    says 1 "$head" "  0000:01:00.0  1234:1111  has vfio-pci, and no guest can use it: the firmware's framebuffer still has its memory, \
because a program that root can see has /dev/fb0 open; end that, or restart" "$second" \
        '0000:01:00.0 is the card that the firmware starts on: its guest may need a copy of its ROM (<rom file=.../> in libvirt, romfile= in QEMU), and Xorg on the host Option "PrimaryGPU" for the card that stays'
}

@test "findings: what lies on a chosen disk is not seen without root's rights" {
    sed -i s/^PCI_CLASS=.*/PCI_CLASS=10802/ "$devices/0000:01:00.1/uevent"
    configure 'bind slot 01:00.1'
    rm "$root/run/earlybind/"*
    as_nobody
    local line='line 1 of /etc/earlybind.conf' rest=(
        'earlybind did not run on this boot; build the initramfs again (dracut --force --regenerate-all) and restart'
        'line 1 of /etc/earlybind.conf takes only a part of its card; 0000:01:00.0 (1234:1111, class 0300) stays with the host. To take it along: bind slot 0000:01:00.0')
    # the guest has it
    says 1 "$line: bind slot 01:00.1" "$second" "${rest[@]}"
    driver 0000:01:00.1 nvme
    says 1 "$line: bind slot 01:00.1" '  0000:01:00.1  8086:2668  has the driver nvme (part of the kernel), not vfio-pci' "${rest[@]}" \
        "what lies on a disk of what is chosen cannot be told without root's rights: sudo earlybind --check tells more"
}

# is FUNCTION ID: it is another device
is() {
    sed -i "s/^PCI_ID=.*/PCI_ID=$2/" "$devices/$1/uevent"
}

@test "findings: a card that may not start twice" {
    echo bus >"$devices/0000:01:00.0/reset_method"
    says 0 "$head" "$first" "$second" \
        "0000:01:00.0 has no reset but that of its bus, which not every card survives: start its guest twice before you \
rely on it"
    # a Radeon RX 5700 XT: one that is known not to
    is 0000:01:00.0 1002:731F
    for resets in bus 'pm bus' none; do
        echo "$resets" >"$devices/0000:01:00.0/reset_method"
        [ "$resets" != none ] || rm "$devices/0000:01:00.0/reset_method"
        says 0 "$head" "${first/1234:1111/1002:731f}" "$second" \
            "0000:01:00.0 is of a family of Radeons that the kernel's reset does not help: a guest that stops may not \
start again with it until this machine has been switched off and on; the kernel module vendor-reset is made for it \
(github.com/gnif/vendor-reset)"
    done
    # that module is at work
    echo 'device_specific bus' >"$devices/0000:01:00.0/reset_method"
    says 0 "$head" "${first/1234:1111/1002:731f}" "$second"
    # no other of the family's maker
    is 0000:01:00.0 1002:73FF
    echo 'flr bus' >"$devices/0000:01:00.0/reset_method"
    says 0 "$head" "${first/1234:1111/1002:73ff}" "$second"
}

@test "findings: a boot that only planned, and a report of a newer version" {
    sed -i 's/^mode act/mode plan/' "$root/run/earlybind/claim"
    rm "$root/run/earlybind/finish"
    says 1 "$head" "$first" "$second" \
        'this boot only planned; take earlybind=plan off the kernel command line, and start again'
    sed -i 's/^mode plan/mode act/; s/^earlybind-report .*/earlybind-report 99/' "$root/run/earlybind/claim"
    says 1 "$head" "$first" "$second" "a newer earlybind wrote this boot's report; install that version here too"
    sed -i 's/^earlybind-report .*/earlybind-report 1/' "$root/run/earlybind/claim"
    says 0 "$head" "$first" "$second"
}

@test "findings: a signed kernel command line: the way back is a second image" {
    local variables=$root/sys/firmware/efi/efivars
    local guid=8be4df61-93ca-11d2-aa0d-00e098032b8c

    mkdir -p "$variables"
    printf '\6\0\0\0\1' >"$variables/SecureBoot-$guid"
    says 0 "$head" "$first" "$second"
    printf '\6\0\0\0s\0' >"$variables/StubInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
    says 0 "$head" "$first" "$second" \
        'this kernel was started as a unified image under Secure Boot: where its command line is part of the image, earlybind=off cannot be added at the boot menu; have a second image without earlybind (man earlybind, THE WAY BACK)'
    printf '\6\0\0\0\0' >"$variables/SecureBoot-$guid"
    says 0 "$head" "$first" "$second"
}

@test "findings: a snapshot of a machine that has them shows the same" {
    module vfio
    processor 'processor	: 0' 'vendor_id	: AuthenticAMD' 'flags		: fpu vmext' '' 'processor	: 1' 'vendor_id	: AuthenticAMD'
    mkdir -p "$root/sys/kernel/security" "$root/sys/firmware/efi/efivars"
    echo 'none [integrity] confidentiality' >"$root/sys/kernel/security/lockdown"
    printf '\6\0\0\0\1' >"$root/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
    printf '\6\0\0\0s\0' >"$root/sys/firmware/efi/efivars/StubInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
    earlybind --check
    of_first=$output
    holds 'KVM can run no guest' "$of_first"
    holds 'vfio_iommu_type1 is not loaded' "$of_first"
    holds 'under Secure Boot' "$of_first"
    earlybind --snapshot
    printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/snapshot"
    "$machines/lay-out" "$BATS_TEST_TMPDIR/snapshot" "$root.again"
    same "$("$EARLYBIND" --root "$root" --check)" "$("$EARLYBIND" --root "$root.again" --check)"
}
