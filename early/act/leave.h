/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Getting off a screen, before the display that shows it is bound. */
#ifndef EARLYBIND_LEAVE_H
#define EARLYBIND_LEAVE_H

#include "act/carry.h"

/* Before the card of decisions[first..end) is bound, of which `mover` may take the console's framebuffer away: says the last words, has
 * the console on the screen that stays, and takes the firmware's framebuffer from its driver where its memory lies in the card.
 * Returns 0, or -errno where the card had better not be bound. */
must_check int leave_screen(struct carry *carry, uint16_t first, uint16_t end, uint16_t mover);

/* After it was bound: the console on a framebuffer again, where it could not be moved before. */
void leave_finished(struct carry *carry);

#endif
