/* SPDX-License-Identifier: Apache-2.0 */
#include "harness.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char current_note[512];

static _Noreturn void give_up(void)
{
    if (current_note[0] != '\0') {
        fprintf(stderr, "  at: %s\n", current_note);
    }
    fflush(NULL);
    /* Not exit(): a leak report about an abandoned test would bury the failure. */
    _Exit(1);
}

void test_note(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(current_note, sizeof current_note, format, arguments);
    va_end(arguments);
}

void test_fail(const char *file, int line, const char *format, ...)
{
    va_list arguments;
    fprintf(stderr, "%s:%d: ", file, line);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    give_up();
}

void test_fail_status(const char *file, int line, const char *call, const ddbc_status *status)
{
    test_fail(file, line, "%s failed: %s: attribute \"%s\": %s", call, ddbc_code_name(status->code), status->attribute,
              status->message);
}

static void print_hex(const char *label, ddbc_bytes bytes)
{
    fprintf(stderr, "  %s (%zu):", label, bytes.len);
    for (size_t i = 0; i < bytes.len && i < 256; i++) {
        fprintf(stderr, " %02x", bytes.ptr[i]);
    }
    fprintf(stderr, "%s\n", bytes.len > 256 ? " ..." : "");
}

void test_expect_bytes(const char *file, int line, ddbc_bytes got, ddbc_bytes want)
{
    if (got.len == want.len && (got.len == 0 || memcmp(got.ptr, want.ptr, got.len) == 0)) {
        return;
    }
    fprintf(stderr, "%s:%d: bytes differ\n", file, line);
    print_hex("got ", got);
    print_hex("want", want);
    give_up();
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *at = c == '\0' ? NULL : strchr(digits, c);
    return at == NULL ? -1 : (int)(at - digits);
}

void test_expect_hex(const char *file, int line, ddbc_bytes got, const char *want)
{
    size_t size = strlen(want) / 2 + 1;
    uint8_t *bytes = malloc(size);
    size_t length = 0;
    if (bytes == NULL) {
        test_fail(file, line, "no memory for %zu bytes", size);
    }
    while (*want != '\0') {
        if (*want == ' ') {
            want++;
            continue;
        }
        int high = hex_digit(want[0]);
        int low = hex_digit(want[1]);
        if (high < 0 || low < 0) {
            test_fail(file, line, "not hexadecimal: %s", want);
        }
        bytes[length++] = (uint8_t)(high * 16 + low);
        want += 2;
    }
    test_expect_bytes(file, line, got, (ddbc_bytes){bytes, length});
    free(bytes);
}

void test_expect_code(const char *file, int line, const char *call, bool succeeded, const ddbc_status *status,
                      ddbc_code want)
{
    if (succeeded) {
        test_fail(file, line, "%s succeeded, expected %s", call, ddbc_code_name(want));
    }
    if (status->code != want) {
        test_fail(file, line, "%s gave %s (%s), expected %s", call, ddbc_code_name(status->code), status->message,
                  ddbc_code_name(want));
    }
    if (memchr(status->message, '\0', sizeof status->message) == NULL || status->message[0] == '\0') {
        test_fail(file, line, "%s left no proper message", call);
    }
    if (memchr(status->attribute, '\0', sizeof status->attribute) == NULL) {
        test_fail(file, line, "%s left an attribute name without an end", call);
    }
}

int test_main(const test_case *cases, size_t count, int argc, char **argv)
{
    size_t ran = 0;
    for (size_t i = 0; i < count; i++) {
        if (argc > 1 && strcmp(argv[1], cases[i].name) != 0) {
            continue;
        }
        current_note[0] = '\0';
        printf("%s\n", cases[i].name);
        fflush(stdout);
        cases[i].run();
        ran++;
    }
    if (ran == 0) {
        fprintf(stderr, "no such test\n");
        return 1;
    }
    printf("%zu tests passed\n", ran);
    return 0;
}
