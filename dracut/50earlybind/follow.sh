#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by dracut without systemd each time that udev has settled, before a passphrase is asked for there. Once is enough,
# and init's own shell sources all of them: a variable lasts there, while a file that cannot be written could end that shell.
if [ -z "${earlybind_followed-}" ]; then
    earlybind_followed=yes
    /usr/bin/earlybind --follow || warn "earlybind --follow ended with status $?"
fi
