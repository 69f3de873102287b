#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The whole output of --plan on each machine, for each configuration that stands in its .plan file.

# shellcheck disable=SC2154  # common.bash and bats set them
bats_require_minimum_version 1.5.0

setup() {
    load common
    export EARLYBIND
}

@test "every machine has its plan, and every plan its test" {
    for file in "$machines"/*.txt; do
        name=$(basename "$file" .txt)
        grep -q "^-- status" "${file%.txt}.plan" || { echo "$name.plan is missing or has no story"; false; }
        grep -qsh "^    plan_is_as_expected $name\$" "$BATS_TEST_DIRNAME"/*.bats || { echo "$name has no test"; false; }
    done
}

@test "plan: boot params unreadable" {
    plan_is_as_expected boot-params-unreadable
}

@test "plan: driver built in has the card" {
    plan_is_as_expected driver-built-in-has-the-card
}

@test "plan: framebuffer device of an older kernel" {
    plan_is_as_expected framebuffer-device-of-an-older-kernel
}

@test "plan: framebuffer in two cards at once" {
    plan_is_as_expected framebuffer-in-two-cards-at-once
}

@test "plan: framebuffer known by its device" {
    plan_is_as_expected framebuffer-known-by-its-device
}

@test "plan: framebuffer owner unknown" {
    plan_is_as_expected framebuffer-owner-unknown
}

@test "plan: guest on root bus has rom shadow" {
    plan_is_as_expected guest-on-root-bus-has-rom-shadow
}

@test "plan: initramfs before any driver" {
    plan_is_as_expected initramfs-before-any-driver
}

@test "plan: iommu group is nonsense" {
    plan_is_as_expected iommu-group-is-nonsense
}

@test "plan: kernel 6.1 that hides its patch level" {
    plan_is_as_expected kernel-6.1-that-hides-its-patch-level
}

@test "plan: kernel 6.1.27 evicts for any vga" {
    plan_is_as_expected kernel-6.1.27-evicts-for-any-vga
}

@test "plan: kernel that tells nothing" {
    plan_is_as_expected kernel-that-tells-nothing
}

@test "plan: laptop with 3d controller" {
    plan_is_as_expected laptop-with-3d-controller
}

@test "plan: laptop with nvme behind vmd" {
    plan_is_as_expected laptop-with-nvme-behind-vmd
}

@test "plan: no iommu" {
    plan_is_as_expected no-iommu
}

@test "plan: resources unreadable" {
    plan_is_as_expected resources-unreadable
}

@test "plan: rtx2060 with four functions" {
    plan_is_as_expected rtx2060-with-four-functions
}

@test "plan: serial only" {
    plan_is_as_expected serial-only
}

@test "plan: text mode vga of nobody" {
    plan_is_as_expected text-mode-vga-of-nobody
}

@test "plan: text mode vga" {
    plan_is_as_expected text-mode-vga
}

@test "plan: two gt710 on x570" {
    plan_is_as_expected two-gt710-on-x570
}

@test "plan: two identical cards boot card on root bus" {
    plan_is_as_expected two-identical-cards-boot-card-on-root-bus
}

@test "plan: vesa framebuffer" {
    plan_is_as_expected vesa-framebuffer
}

@test "plan: vfio pci built in" {
    plan_is_as_expected vfio-pci-built-in
}

@test "plan: vfio pci took the card by id" {
    plan_is_as_expected vfio-pci-took-the-card-by-id
}
