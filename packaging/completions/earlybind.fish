# SPDX-License-Identifier: GPL-2.0-or-later
# Completes the command's words in fish. The tests compare them with what --help prints.

set -l commands check list plan libvirt import snapshot embed claim follow release finish
# true until there is a command
set -l first "not __fish_contains_opt $commands"

function __earlybind_kernels
    set -l words (commandline -opc)
    set -l root ''
    if set -l at (contains -i -- --root $words)
        set root $words[(math $at + 1)]
    end
    for directory in $root/lib/modules/*/
        basename $directory
    end
end

function __earlybind_slots
    set -l words (commandline -opc)
    set -l root
    if set -l at (contains -i -- --root $words)
        set root --root $words[(math $at + 1)]
    end
    earlybind $root --list 2>/dev/null | string replace -rf '^ *([0-9a-f]+:..:..\.[0-7])  (.*)' '$1\t$2'
end

complete -c earlybind -f
complete -c earlybind -n $first -l check -d 'is this system as asked?'
complete -c earlybind -n $first -l list -d 'the cards of this machine, and for each the line to paste'
complete -c earlybind -n $first -l libvirt -d 'the elements of the chosen cards, for a libvirt domain'
complete -c earlybind -n $first -l import -d 'print the old ways as a configuration'
complete -c earlybind -n $first -l plan -d 'what the next boot will do, and why'
complete -c earlybind -n $first -l snapshot -d 'print what is read of this machine, for a bug report'
complete -c earlybind -n $first -l embed -d 'for the build hooks: what the image needs'
complete -c earlybind -n $first -l claim -d 'in the initramfs: keep every driver from the chosen functions'
complete -c earlybind -n $first -l follow -d 'in the initramfs: move the prompt to a card that stays'
complete -c earlybind -n $first -l release -d 'in the initramfs: give disks back to the host'
complete -c earlybind -n $first -l finish -d 'bind what is held'

complete -c earlybind -n '__fish_contains_opt embed' -a 'dracut mkinitcpio initramfs-tools'
complete -c earlybind -n '__fish_contains_opt claim' -a '(__earlybind_slots)'
complete -c earlybind -n '__fish_contains_opt finish' -a '(__fish_complete_directories)'

complete -c earlybind -l root -x -a '(__fish_complete_directories)' -d 'read and write everything below it'
complete -c earlybind -l config -r -F -d 'read this configuration'
complete -c earlybind -l kernel -x -a '(__earlybind_kernels)' -d 'the kernel that the image is for'
complete -c earlybind -l generic -d 'the image is for other machines too'
complete -c earlybind -l json -d 'with --check, --plan or --list: the same for programs'
complete -c earlybind -l brief -d 'with --check: one line of all'
complete -c earlybind -l color -x -a 'always never auto' -d 'whether to use colour'
complete -c earlybind -n '__fish_contains_opt check' -l images -d 'open the images on disk too'
complete -c earlybind -s q -l quiet -d 'say nothing, only end with the status'
complete -c earlybind -s h -l help -d 'print the commands and options'
complete -c earlybind -l version -d 'print the version'
