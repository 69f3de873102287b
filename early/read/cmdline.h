/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel command line says to earlybind. */
#ifndef EARLYBIND_CMDLINE_H
#define EARLYBIND_CMDLINE_H

#include "config.h"
#include "machine.h"

/* Reads earlybind=off|plan, earlybind.bind= and earlybind.keep= (slots, with commas between them) into *config.
 * A bind that cannot be read is dropped, a keep that cannot be read and any other word of earlybind= switch
 * off; all are problems with CONFIG_COMMAND_LINE as their file. A word by which mkinitcpio or systemd does not start
 * earlybind is kept in not_run_by, and changes nothing else. Pure. */
void cmdline_read(struct config *config, const char *command_line);

/* Whether the command line asks for a rescue or emergency system. Pure. */
bool cmdline_asks_for_rescue(const char *command_line);

/* Whether the command line keeps the cards' own drivers from setting a mode, so that none of them ever has a screen. Pure. */
bool cmdline_says_nomodeset(const char *command_line);

/* Copies the value of the last NAME=… on the command line, `-` and `_` alike as the kernel has it.
 * Returns whether it stands there. Pure. */
bool cmdline_value(const char *command_line, const char *name, char *value, size_t size);

/* Whether a word stands on the command line by itself. Pure. */
bool cmdline_has(const char *command_line, const char *word);

#endif
