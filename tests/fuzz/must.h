/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a fuzzer is made of: LLVMFuzzerTestOneInput, and MUST for what has to hold whatever the input is. */
#ifndef EARLYBIND_MUST_H
#define EARLYBIND_MUST_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define MUST(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: this does not hold: %s\n", __FILE__, __LINE__, \
				#condition); \
			abort(); \
		} \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

#endif
