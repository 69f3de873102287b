/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands of the running system have in common. */
#ifndef EARLYBIND_DESK_H
#define EARLYBIND_DESK_H

#include <stdio.h>

#include "command/command.h"

/* Reads the configuration and tells what is wrong with it. Returns STATUS_AS_ASKED, or STATUS_WRONG_INPUT. */
enum status desk_read_config(struct context *context);

/* Reads the kernel and the functions. Returns STATUS_AS_ASKED, or STATUS_UNREADABLE when it has told why. */
enum status desk_read_machine(struct context *context);

/* Reads the machine, the rules of the kernel command line where `with_command_line`, and plans the next boot. Returns
 * STATUS_AS_ASKED, or STATUS_UNREADABLE when it has told why. */
enum status desk_plan(struct context *context, bool with_command_line);

/* The kernel that is asked about: --kernel, or the running one. */
const char *desk_kernel(const struct context *context);

/* Looks into the images on disk, and fills context->images; takes out of the findings what a restart is all that is missing for. */
void desk_look_at_images(struct context *context);

#define DESK_MISSING_BYTES 8192

/* Whether the kernel that is asked about lacks a driver that a line wants: a sentence for each, with a newline behind it. */
bool desk_find_missing_drivers(const struct context *context, struct text *sentences);

/* Tells what the owner should know before the next boot. Returns STATUS_NOT_AS_ASKED where the plan refuses something or
 * cannot do what a line asks for, else STATUS_AS_ASKED. */
enum status desk_warn(FILE *out, const struct context *context);

#endif
