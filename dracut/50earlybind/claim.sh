#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by dracut without systemd, first of its cmdline hooks: before modules of the command line, and before udev.
/usr/bin/earlybind --claim || warn "earlybind --claim ended with status $?"
