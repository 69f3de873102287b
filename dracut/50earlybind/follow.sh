#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by dracut without systemd each time that udev has settled, before a passphrase is asked for there. Once is enough.
if ! [ -e /run/earlybind/followed ]; then
    : > /run/earlybind/followed
    /usr/bin/earlybind --follow || warn "earlybind --follow ended with status $?"
fi
