# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Completes the command's words in bash. The tests compare them with what --help prints.

_earlybind() {
    local commands='--check --list --plan --libvirt --import --snapshot --embed --claim --follow --release --finish'
    local options='--root --config --kernel --generic --json --brief --color --images --quiet --help --version'
    local generators='dracut mkinitcpio initramfs-tools'
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local command='' operand_of='' root='' i

    # bash cuts --root=DIR into three words.
    if [ "$current" = = ]; then
        current=''
    elif [ "$previous" = = ]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        case " $commands " in *" ${COMP_WORDS[i]} "*) command=${COMP_WORDS[i]} ;; esac
        [ "${COMP_WORDS[i]}" = --root ] || continue
        root=${COMP_WORDS[i + 1]}
        [ "$root" != = ] || root=${COMP_WORDS[i + 2]-}
    done

    # An option can stand where an operand can.
    case $current in -*) ;; *) operand_of=$command ;; esac

    COMPREPLY=()
    if [ "$previous" = --color ]; then
        mapfile -t COMPREPLY < <(compgen -W 'always never auto' -- "$current")
    elif [ "$previous" = --kernel ]; then
        mapfile -t COMPREPLY < <(CDPATH='' cd -- "$root/lib/modules" 2>/dev/null && compgen -d -- "$current")
    elif [ "$previous" = --config ]; then
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        compopt -o filenames
    elif [ "$previous" = --root ] || [ "$operand_of" = --finish ]; then
        mapfile -t COMPREPLY < <(compgen -d -- "$current")
        compopt -o filenames
    elif [ "$operand_of" = --embed ]; then
        mapfile -t COMPREPLY < <(compgen -W "$generators" -- "$current")
    else
        # one command at a time
        [ -n "$command" ] || options="$commands $options"
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
    fi
}

complete -F _earlybind earlybind
