#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# dracut's part of earlybind. What belongs into the image, and whether the configuration is sound, is decided by
# `earlybind --embed`; it prints a line a thing: `file PATH`, `module NAME`, `modprobe TEXT`, `hook NAME`, `image TEXT`.

# dracut's own: add_dracutmodules hostonly kernel initdir systemdsystemunitdir outfile dracutbasedir
# shellcheck disable=SC2154
earlybind=/usr/bin/earlybind

earlybind_embed() {
    local generic=()

    # What this machine's disks are says nothing of another's.
    [[ $hostonly ]] || generic=(--generic)
    "$earlybind" --embed dracut --kernel "$kernel" "${generic[@]}"
}

check() {
    local needs status=0

    [[ -x $earlybind ]] || return 1
    # The rescue image is the way back: it boots without. A kernel that saves a crash dump has nothing to give away.
    [[ " $add_dracutmodules " == *" rescue "* || " $add_dracutmodules " == *" kdumpbase "* ]] && return 255
    needs=$(earlybind_embed 2> /dev/null) || status=$?
    # A broken configuration has to be heard of, in install, and so has a program that does not run.
    [[ $status -eq 2 || $status -gt 3 || $needs ]] || return 255
    return 0
}

depends() {
    local queue=("$dracutbasedir"/modules.d/*initqueue)

    # What runs hooks each time that udev has settled is a module of its own in newer releases.
    [[ -d ${queue[0]} && $(earlybind_embed 2> /dev/null) == *"hook follow"* ]] && echo initqueue
    return 0
}

installkernel() {
    local what name status=0

    earlybind_embed > /dev/null 2>&1 || status=$?
    [[ $status -eq 2 ]] && return 0
    while read -r what name; do
        # In a host-only build dracut would leave out what this machine has not loaded.
        [[ $what == module ]] && hostonly='' instmods "$name"
    done < <(earlybind_embed 2> /dev/null)
    return 0
}

# Refuses the build where a sound image of this kernel would be lost; else the image is written without earlybind, and the
# build's last words and its exit status say so.
earlybind_leave_out() {
    local cleanup

    if [[ -e $outfile && ${outfile##*/} == *"$kernel"* ]]; then
        dfatal "earlybind: $1: $outfile stays as it was."
        exit 1
    fi
    derror "earlybind: $1."
    cleanup=$(trap -p EXIT)
    cleanup=${cleanup#trap -- }
    earlybind_last_words="earlybind: $outfile was written WITHOUT earlybind: $1."
    # shellcheck disable=SC2064  # dracut's own clean-up, as it is now, comes after ours
    trap "[[ \$? -eq 0 ]] && derror \"\$earlybind_last_words\"; (exit 1); eval ${cleanup% EXIT}" EXIT
}

install() {
    local needs what rest follow='' status=0

    needs=$(earlybind_embed) || status=$?
    case $status in
        0 | 1 | 3) ;;
        2) earlybind_leave_out "the configuration has errors, see above"; return 0 ;;
        *) earlybind_leave_out "earlybind --embed ended with status $status"; return 0 ;;
    esac
    # Nothing is configured, and the module was asked for by name: no trace in the image.
    [[ $needs ]] || return 0

    inst_binary "$earlybind"
    inst_rules 70-earlybind-late.rules
    mkdir -p "$initdir/etc"
    while read -r what rest; do
        case $what in
            # Newer releases take -H for a file's name in an image for any machine, and are silent about it.
            file) inst_simple ${hostonly:+-H} "$rest" ||
                derror "earlybind: dracut could not put $rest into the image." ;;
            modprobe)
                mkdir -p "$initdir/etc/modprobe.d"
                printf '%s\n' "$rest" >> "$initdir/etc/modprobe.d/earlybind.conf"
                ;;
            hook) [[ $rest == follow ]] && follow=yes ;;
            image) printf '%s\n' "$rest" >> "$initdir/etc/earlybind.image" ;;
        esac
    done <<< "$needs"
    if dracut_module_included systemd; then
        inst_multiple \
            "$systemdsystemunitdir/earlybind.service" \
            "$systemdsystemunitdir/earlybind-finish.service"
        $SYSTEMCTL -q --root "$initdir" add-wants sysinit.target earlybind.service
        $SYSTEMCTL -q --root "$initdir" add-wants initrd.target earlybind-finish.service
        if [[ $follow ]]; then
            inst_multiple "$systemdsystemunitdir/earlybind-follow.service" "$systemdsystemunitdir/cryptsetup-pre.target"
            $SYSTEMCTL -q --root "$initdir" add-wants sysinit.target earlybind-follow.service
        fi
    else
        inst_hook cmdline 00 "$moddir/claim.sh"
        if [[ $follow ]]; then
            inst_hook initqueue/settled 00 "$moddir/follow.sh"
            dracut_need_initqueue
        fi
        inst_hook pre-pivot 00 "$moddir/finish.sh"
    fi
    inst_hook emergency 00 "$moddir/release.sh"
    return 0
}
