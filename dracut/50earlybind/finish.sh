#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by dracut without systemd before it leaves for the root, which is mounted by then, with udevd still alive.
/usr/bin/earlybind --finish "$NEWROOT" || warn "earlybind --finish ended with status $?"
