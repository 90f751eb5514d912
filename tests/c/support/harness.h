/* SPDX-License-Identifier: Apache-2.0
 *
 * The smallest harness that serves: a failed check prints where and ends the process with 1, so CTest sees it. */
#ifndef TEST_HARNESS_H
#define TEST_HARNESS_H

#include "ddbcrypt.h"

typedef struct test_case {
    const char *name;
    void (*run)(void);
} test_case;

#if defined(__GNUC__) || defined(__clang__)
#define TEST_PRINTF(string, first) __attribute__((format(printf, string, first)))
#else
#define TEST_PRINTF(string, first)
#endif

/* Runs the cases whose name is argv[1], or all of them. */
int test_main(const test_case *cases, size_t count, int argc, char **argv);

_Noreturn void test_fail(const char *file, int line, const char *format, ...) TEST_PRINTF(3, 4);
_Noreturn void test_fail_status(const char *file, int line, const char *call, const ddbc_status *status);
void test_expect_bytes(const char *file, int line, ddbc_bytes got, ddbc_bytes want);
/* `want` in hexadecimal; blanks are skipped. */
void test_expect_hex(const char *file, int line, ddbc_bytes got, const char *want);
void test_expect_code(const char *file, int line, const char *call, bool succeeded, const ddbc_status *status,
                      ddbc_code want);

/* Says which row of a table is being checked: printed with a failure, and by nothing else. */
void test_note(const char *format, ...) TEST_PRINTF(1, 2);

#define CHECK(condition) ((condition) ? (void)0 : test_fail(__FILE__, __LINE__, "CHECK(%s)", #condition))
#define CHECK_OK(call, status) ((call) ? (void)0 : test_fail_status(__FILE__, __LINE__, #call, (status)))
/* The call fails with this code, has set it, and has given a message with it. */
#define CHECK_CODE(call, status, code) test_expect_code(__FILE__, __LINE__, #call, (call), (status), (code))
#define CHECK_BYTES(got, want) test_expect_bytes(__FILE__, __LINE__, (got), (want))
#define CHECK_HEX(got, want) test_expect_hex(__FILE__, __LINE__, (got), (want))

#define TEST(name) {#name, name}
#define TEST_MAIN(...)                                                                                                 \
    int main(int argc, char **argv)                                                                                    \
    {                                                                                                                  \
        static const test_case cases[] = {__VA_ARGS__};                                                                \
        return test_main(cases, sizeof cases / sizeof cases[0], argc, argv);                                           \
    }

#endif
