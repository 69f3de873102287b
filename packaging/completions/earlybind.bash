# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Completes the command's words in bash. The tests compare them with what --help prints.

# _earlybind_slots EARLYBIND ROOT: the functions of the machine
_earlybind_slots() {
    "$1" ${2:+--root="$2"} --list 2>/dev/null | sed -n 's/^ *\([0-9a-f]*:..:..\.[0-7]\)  .*/\1/p'
}

_earlybind() {
    local commands='--check --list --plan --libvirt --import --snapshot --embed --claim --follow --release --finish'
    local options='--root --config --kernel --generic --json --brief --color --images --quiet --help --version'
    local generators='dracut mkinitcpio initramfs-tools'
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local command='' operand_of='' operand='' root='' i

    # bash cuts --root=DIR into three words.
    if [ "$current" = = ]; then
        current=''
    elif [ "$previous" = = ]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        case " $commands " in *" ${COMP_WORDS[i]} "*) command=${COMP_WORDS[i]} operand='' ;; *) operand+=${COMP_WORDS[i]} ;; esac
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
    elif [ "$operand_of" = --claim ] && [[ $operand$current != *-* ]]; then
        # bash cuts 0000:01:00.0 at its colons, and completes behind the last one.
        [ "$current" = : ] && current=''
        [ "${COMP_WORDS[COMP_CWORD]}" = : ] && operand+=:
        mapfile -t COMPREPLY < <(compgen -W "$(_earlybind_slots "${COMP_WORDS[0]}" "$root")" -- "$operand$current")
        operand=${operand%"${operand##*:}"}
        COMPREPLY=("${COMPREPLY[@]#"$operand"}")
    elif [ "$operand_of" = --embed ]; then
        mapfile -t COMPREPLY < <(compgen -W "$generators" -- "$current")
    else
        # one command at a time
        [ -n "$command" ] || options="$commands $options"
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
    fi
}

complete -F _earlybind earlybind
