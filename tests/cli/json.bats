#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# --json: what --check and --plan print, for programs.

# shellcheck disable=SC2154  # common.bash and bats set them
bats_require_minimum_version 1.5.0

setup() {
    load common
    schemas=$BATS_TEST_DIRNAME/../../packaging/schema
}

# of_schema NAME FILE...: each file fits packaging/schema/NAME.json
of_schema() {
    python3 -c 'import jsonschema' 2>/dev/null || skip "python3 has no jsonschema here, so no document is held against its schema"
    python3 - "$schemas/$1.json" "${@:2}" <<'END'
import json, sys
import jsonschema

schema, *documents = [json.load(open(name)) for name in sys.argv[1:]]
jsonschema.Draft202012Validator.check_schema(schema)
for name, document in zip(sys.argv[2:], documents):
    for error in jsonschema.Draft202012Validator(schema).iter_errors(document):
        sys.exit(f"{name}: {error.json_path}: {error.message}")
END
}

# value EXPRESSION FILE: of the document d, in Python's words
value() {
    python3 -c 'import json, sys; d = json.load(open(sys.argv[2])); print(eval(sys.argv[1]))' "$@"
}

@test "json: on every machine the documents fit their schemas, and say what the sentences say" {
    local name status plan=() check=()
    for file in "$machines"/*.txt; do
        name=$(basename "$file" .txt)
        rm -rf "$root"
        machine "$name"
        configure 'bind cards class 03' 'bind class 04' 'bind class 0c' 'keep boot-display' 'bind id dead:beef'
        for verb in plan check; do
            status=0
            "$EARLYBIND" --root "$root" --$verb --json >"$BATS_TEST_TMPDIR/$name.$verb" 2>"$BATS_TEST_TMPDIR/why" || status=$?
            "$EARLYBIND" --root "$root" --$verb >"$BATS_TEST_TMPDIR/wrapped" 2>&1 || [ $? -eq "$status" ]
            unwrap <"$BATS_TEST_TMPDIR/wrapped" >"$BATS_TEST_TMPDIR/text"
            if [ "$status" -eq 3 ]; then
                [ ! -s "$BATS_TEST_TMPDIR/$name.$verb" ]
                continue
            fi
            [ ! -s "$BATS_TEST_TMPDIR/why" ]
            case $verb in plan) plan+=("$BATS_TEST_TMPDIR/$name.plan") ;; check) check+=("$BATS_TEST_TMPDIR/$name.check") ;; esac
            value '"\n".join([f["sentence"] for k in ("findings", "warnings") for f in d.get(k, [])])' \
                "$BATS_TEST_TMPDIR/$name.$verb" >"$BATS_TEST_TMPDIR/sentences"
            while read -r sentence; do grep -qF -- "$sentence" "$BATS_TEST_TMPDIR/text"; done <"$BATS_TEST_TMPDIR/sentences"
        done
    done
    [ "${#plan[@]}" -ge 30 ]
    [ "${#check[@]}" -ge 30 ]
    of_schema plan "${plan[@]}"
    of_schema check "${check[@]}"
}

@test "json: on every machine the list fits its schema, and has the cards, functions and lines that a person is shown" {
    local name status list=()
    for file in "$machines"/*.txt; do
        name=$(basename "$file" .txt)
        rm -rf "$root"
        machine "$name"
        mkdir -p "$root/usr/share/misc"
        cp "$machines/pci.ids" "$root/usr/share/misc/pci.ids"
        status=0
        "$EARLYBIND" --root "$root" --list --json >"$BATS_TEST_TMPDIR/$name.list" 2>"$BATS_TEST_TMPDIR/why" || status=$?
        "$EARLYBIND" --root "$root" --list >"$BATS_TEST_TMPDIR/text" 2>&1 || [ $? -eq "$status" ]
        if [ "$status" -eq 3 ]; then
            [ ! -s "$BATS_TEST_TMPDIR/$name.list" ]
            continue
        fi
        list+=("$BATS_TEST_TMPDIR/$name.list")
        # in text the cards with a display come first
        same "$(grep -oE '^  (bind card [^#]*[^ #]|[0-9a-f:]+\.[0-7]  [0-9a-f:]{9})' "$BATS_TEST_TMPDIR/text" | sed 's/^  //' | sort)" \
            "$(value '"\n".join([l for c in d["cards"] for l in c["lines"]] + ["{slot}  {vendor}:{device}".format(**f)
                for c in d["cards"] for f in c["functions"]])' "$BATS_TEST_TMPDIR/$name.list" | sort)"
    done
    [ "${#list[@]}" -ge 30 ]
    of_schema list "${list[@]}"
}

@test "json: a card of a list, whole" {
    machine b550i-with-root-on-lvm-in-chipset-group
    run --separate-stderr "$EARLYBIND" --root "$root" --list --json
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/list"
    same '0000:05:00.0 NVMe disk carries-root [] root 0000:05:00.0 the root file system (vgubuntu-root)' \
        "$(value '(lambda c, r, n: "{} {} {} {} {} {} {}".format(c["slot"], c["kind"], r["reason"], c["lines"], *n.values()))(
            *[(c, c["refused"], c["carries"][0]) for c in d["cards"] if c["lines"] == []][0])' "$BATS_TEST_TMPDIR/list")"
    # what else has to go along, and what may stay
    same "[('0000:02:00.0', 'xhci_hcd', False), ('0000:02:00.1', 'ahci', False), ('0000:02:00.2', 'pcieport', True)]" \
        "$(value '[(o["slot"], o["driver"], o["may_stay"]) for c in d["cards"] if c["lines"] == [] for o in c["group_others"]][:3]' "$BATS_TEST_TMPDIR/list")"
}

@test "json: a plan, whole" {
    machine no-iommu
    configure 'bind slot 01:00.1' 'bind slot 09:00 driver x'
    run --separate-stderr "$EARLYBIND" --root "$root" --plan --json
    [ "$status" -eq 1 ]
    [ -z "$stderr" ]
    printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/plan"
    of_schema plan "$BATS_TEST_TMPDIR/plan"
    same "[['0000:01:00.1', -1, 'refuse', 'no-group', 0]]" \
        "$(value '[[f[k] for k in ("slot", "group", "fate", "reason", "rule")] for f in d["functions"]]' "$BATS_TEST_TMPDIR/plan")"
    same "[['/etc/earlybind.conf', 2, 'bind', 'bind slot 09:00 driver x', 0]]" \
        "$(value '[list(r.values()) for r in d["rules"]][1:]' "$BATS_TEST_TMPDIR/plan")"
}

@test "json: only where it means something, and nothing on a configuration that cannot be read" {
    machine no-iommu
    for verb in libvirt import snapshot embed; do
        run "$EARLYBIND" --root "$root" --$verb --json
        [ "$status" -eq 2 ]
        same 'earlybind: --json goes with --check, --plan or --list; see earlybind --help' "$output"
    done
    configure 'bind slto 01:00'
    run --separate-stderr "$EARLYBIND" --root "$root" --check --json
    [ "$status" -eq 2 ]
    [ -z "$output" ]
    holds /etc/earlybind.conf:1:6: "$stderr"
    run --separate-stderr "$EARLYBIND" --root "$root" --plan --json --quiet
    [ -z "$output$stderr" ]
}
