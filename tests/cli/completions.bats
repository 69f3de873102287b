#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The completions for bash, zsh and fish: each shell can read its own, and none is behind the program.

# shellcheck disable=SC2154  # common.bash and bats set them
bats_require_minimum_version 1.5.0

completions=$BATS_TEST_DIRNAME/../../packaging/completions

setup() {
    load common
    "$EARLYBIND" --help | grep -oE '(^ +(-[a-z], )?|; )--[a-z]+' | grep -oE -- '--[a-z]+' | sort >"$BATS_TEST_TMPDIR/help"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/help")" -ge 15 ]
    mkdir -p "$root/lib/modules/6.1.0-50-amd64" "$root/lib/modules/6.9.0" "$root/a folder"
    : >"$root/a file"
}

# completed WORD...: what bash makes of the last word, one a line. The words are cut as bash does it: at = too.
completed() {
    # compopt is there only while bash completes
    bash --norc -c '. "$0"
        compopt() { :; }
        COMP_WORDS=(earlybind "$@") COMP_CWORD=$#
        _earlybind earlybind
        printf "%s\n" "${COMPREPLY[@]}" | sort' "$completions/earlybind.bash" "$@"
}

@test "bash: every option that --help prints, and no other" {
    same "$(cat "$BATS_TEST_TMPDIR/help")" "$(completed '')"
    same "$(cat "$BATS_TEST_TMPDIR/help")" "$(completed --)"
    same --check "$(completed --ch)"
    same '' "$(completed --nonsense)"
}

@test "bash: one command, then only options" {
    same "$(grep -vxE -- '--(check|list|plan|libvirt|import|snapshot|embed|claim|follow|release|finish)' "$BATS_TEST_TMPDIR/help")" \
        "$(completed --plan --)"
    same '' "$(completed --plan --ch)"
    same "$(completed --plan --)" "$(completed --plan '')"
}

@test "bash: a directory, a file, a kernel" {
    same "$root/a folder" "$(completed --plan --root "$root/a")"
    same "$(printf '%s\n' "$root/a file" "$root/a folder")" "$(completed --plan --config "$root/a")"
    same "$root/a folder" "$(completed --root = "$root/a")"
    same "$(printf '%s\n' 6.1.0-50-amd64 6.9.0)" "$(completed --root "$root" --kernel '')"
    same 6.9.0 "$(completed --root = "$root" --plan --kernel = 6.9)"
    same "$(cd /lib/modules 2>/dev/null && compgen -d | sort)" "$(completed --embed --kernel '')"
    same '' "$(completed --root /nonexistent --kernel '')"
}

@test "bash: what a command works on" {
    same "$(printf '%s\n' dracut initramfs-tools mkinitcpio)" "$(completed --embed '')"
    same "$root/a folder" "$(completed --finish "$root/a")"
    same "$(completed --plan --)" "$(completed --finish --)"
    same "$root/a file" "$(completed --finish --config "$root/a f"i)"
}

@test "bash, zsh and fish: the functions of the machine, by their slots" {
    machine two-gt710-on-x570
    ln -s "$EARLYBIND" "$BATS_TEST_TMPDIR/earlybind"
    PATH=$BATS_TEST_TMPDIR:$PATH
    [ "$(completed --root "$root" --claim '' | wc -l)" -ge 6 ]
    # 0000:0a: as bash cuts it, and with a digit more
    same "$(printf '%s\n' 0a:00.0 0a:00.1)" "$(completed --root "$root" --claim 0000 : 0a)"
    same "$(printf '%s\n' 00.0 00.1)" "$(completed --root "$root" --claim 0000 : 0a :)"
    same 00.1 "$(completed --root = "$root" --claim 0000 : 0a : 00.1)"
    same '' "$(completed --root "$root" --claim 0000 : 77 :)"
    same "$(completed --plan --)" "$(completed --claim --)"
    command -v zsh >/dev/null || skip "there is no zsh here"
    run zsh -fc '_arguments() { :; }
        _describe() { print -rl -- ${(P)2}; }
        typeset -A opt_args=(--root "$1")
        . "$0" && _earlybind_slots' "$completions/_earlybind" "$root"
    holds '0000\:0a\:00.0:10de:128b  nouveau         VGA display' "$output"
    command -v fish >/dev/null || skip "there is no fish here"
    run fish -c "source '$completions/earlybind.fish'; complete -C 'earlybind --root $root --claim 0000:0a'"
    same "0000:0a:00.0	10de:128b  nouveau         VGA display
0000:0a:00.1	10de:0e0f  snd_hda_intel   HD audio" "$output"
}

@test "bash: the command has its completion" {
    run bash --norc -c '. "$0"; complete -p earlybind' "$completions/earlybind.bash"
    [ "$status" -eq 0 ]
    same 'complete -F _earlybind earlybind' "$output"
}

@test "zsh: every option that --help prints, and no other" {
    # --root=[what it does], or {-q,--quiet}'[what it does]
    same "$(cat "$BATS_TEST_TMPDIR/help")" \
        "$(grep -oE -- "--[a-z]+(=|}')?\[" "$completions/_earlybind" | grep -oE -- '--[a-z]+' | sort)"
    # where zsh looks whose completion it is
    same '#compdef earlybind' "$(head -n 1 "$completions/_earlybind")"
}

@test "fish: every option that --help prints, and no other" {
    same "$(cat "$BATS_TEST_TMPDIR/help")" \
        "$(sed -n 's/^complete .* -l \([a-z]*\).*/--\1/p' "$completions/earlybind.fish" | sort)"
}

@test "zsh can read its own" {
    command -v zsh >/dev/null || skip "there is no zsh here"
    run zsh -n "$completions/_earlybind"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "fish can read its own" {
    command -v fish >/dev/null || skip "there is no fish here"
    run fish -n "$completions/earlybind.fish"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}
