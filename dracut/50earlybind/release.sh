#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by dracut before an emergency shell: a disk that the root is on may have been moved to a controller that was taken.
/usr/bin/earlybind --release || warn "earlybind --release ended with status $?"
