/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the recognizers of private values share with the table of those: how made-up ones look, and which is whose. */
#ifndef EARLYBIND_HIDE_H
#define EARLYBIND_HIDE_H

#include "tell/private.h"

#define MADE_UP "private" /* made-up words are this and a number */
#define MADE_UP_MOST 65535 /* what the smallest form holds: two parts of an IPv4 address */
#define KEY_BYTES 256
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* The number of a made-up value, or 0. */
uint32_t private_number(const char *digits, int base);

/* Has no value get this number any more, nor a smaller one. */
void private_take(struct privates *privates, uint32_t number);

/* The value of that key, or NULL. */
struct private_value *private_find(struct privates *privates, const char *key);

/* The same, which is made where there is none, and which gets its number once all is collected. NULL where there is no room. */
struct private_value *private_value_of(struct privates *privates, const char *key);

#endif
