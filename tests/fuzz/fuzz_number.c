/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers: the canonical form has one shape, is its own canonical form, and rounds as the text does. */
#include <string.h>

#include "fuzz.h"

typedef struct form {
    char text[DDBC_NUMBER_MAX];
    size_t length;
} form;

static ddbc_bytes bytes_of(const form *f)
{
    return (ddbc_bytes){(const uint8_t *)f->text, f->length};
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "0", or an optional minus, digits without a leading zero, and a fraction that does not end in zero. */
static void check_shape(const form *f, size_t digits_max)
{
    size_t at = 0;
    size_t first = f->length;
    size_t last = 0;
    size_t whole;
    FUZZ_CHECK(f->length > 0 && f->length <= DDBC_NUMBER_MAX);
    at += f->text[0] == '-' ? 1 : 0;
    whole = at;
    while (at < f->length && is_digit(f->text[at])) {
        at++;
    }
    FUZZ_CHECK(at > whole && (f->text[whole] != '0' || at == whole + 1));
    if (at < f->length) {
        FUZZ_CHECK(f->text[at] == '.' && at + 1 < f->length && f->text[f->length - 1] != '0');
        at++;
        while (at < f->length && is_digit(f->text[at])) {
            at++;
        }
    }
    FUZZ_CHECK(at == f->length);
    size_t digits = 0;
    for (size_t i = 0; i < f->length; i++) {
        if (f->text[i] >= '1' && f->text[i] <= '9') {
            first = first == f->length ? digits : first;
            last = digits;
        }
        digits += is_digit(f->text[i]) ? 1 : 0;
    }
    if (first == f->length) {
        FUZZ_CHECK(f->length == 1); /* zero has no sign and no fraction */
    } else {
        FUZZ_CHECK(last - first < digits_max);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ddbc_bytes in = {data, size};
    ddbc_status status = {0};
    form exact = {.length = 4711};
    form rounded = {.length = 4711};
    bool good = ddbc_number_canonical(in, exact.text, &exact.length, &status);
    FUZZ_CHECK(good || (status.code == DDBC_INVALID_NUMBER && exact.length == 4711));
    bool good_28 = ddbc_number_canonical_28(in, rounded.text, &rounded.length, &status);
    FUZZ_CHECK(good_28 == good);
    if (!good) {
        FUZZ_CHECK(status.code == DDBC_INVALID_NUMBER && rounded.length == 4711);
        return 0;
    }
    check_shape(&exact, DDBC_NUMBER_DIGITS);
    check_shape(&rounded, 28);

    form again = {.length = 0};
    FUZZ_CHECK(ddbc_number_canonical(bytes_of(&exact), again.text, &again.length, &status));
    FUZZ_CHECK(fuzz_same(bytes_of(&again), bytes_of(&exact)));
    FUZZ_CHECK(ddbc_number_canonical_28(bytes_of(&exact), again.text, &again.length, &status));
    FUZZ_CHECK(fuzz_same(bytes_of(&again), bytes_of(&rounded)));
    /* Rounding up may leave DynamoDB's range; else it is the exact form of what it says. */
    if (ddbc_number_canonical(bytes_of(&rounded), again.text, &again.length, &status)) {
        FUZZ_CHECK(fuzz_same(bytes_of(&again), bytes_of(&rounded)));
    }
    return 0;
}
