/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a test program needs: CHECK goes on after a failure, RUN counts a test, END prints the count. */
#ifndef EARLYBIND_TEST_H
#define EARLYBIND_TEST_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static unsigned test_checks, test_bad; /* of the test that is running */
static unsigned test_passed, test_failed;

__attribute__((format(printf, 4, 5))) static inline bool
test_check(bool good, const char *file, int line, const char *format, ...)
{
	va_list arguments;

	test_checks++;
	if (good)
		return true;
	test_bad++;
	printf("%s:%d: ", file, line);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	fflush(stdout); /* a sanitizer may end the program */
	return false;
}

/* CHECK(condition), or CHECK_FOR(condition, format, ...) that says for which row of a table. */
#define CHECK(condition) test_check(condition, __FILE__, __LINE__, "%s", #condition)
#define CHECK_FOR(condition, format, ...) \
	test_check(condition, __FILE__, __LINE__, "%s: for " format, #condition, __VA_ARGS__)

static inline bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* A test that looked at nothing has failed. */
#define RUN(test) \
	do { \
		test_checks = test_bad = 0; \
		test(); \
		if (test_bad || !test_checks) \
			printf("not ok: %s\n", #test); \
		*(test_bad || !test_checks ? &test_failed : &test_passed) += 1; \
	} while (0)

#define END() \
	(printf("%u passed, %u failed, 0 skipped\n", test_passed, test_failed), test_failed > 0)

#endif
