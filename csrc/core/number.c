/* SPDX-License-Identifier: Apache-2.0
 * number: DynamoDB's decimal, exact to 38 digits. */
#include <string.h>

#include "core/memory.h"
#include "core/status.h"

#define EXPONENT_MIN (-130)
#define EXPONENT_MAX 125
/* No exponent of this size can be brought back into range by the digits of a text of DDBC_NUMBER_TEXT_MAX. */
#define EXPONENT_BOUND 100000

/* An integer of `count` digits, the first and the last not 0, times 10^exponent. */
typedef struct decimal {
    bool negative;
    size_t count; /* 0 for zero */
    char digits[DDBC_NUMBER_DIGITS];
    long exponent;
} decimal;

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool fail_syntax(ddbc_status *status)
{
    return ddbc_fail(status, DDBC_INVALID_NUMBER,
                     "not a number of DynamoDB: expected a decimal such as \"-12.5\" or \"1E-7\", in ASCII, finite");
}

/* Digits and point. Zeros are held back until a digit follows, so that only those inside the number count. */
static bool read_coefficient(const uint8_t **cursor, const uint8_t *end, decimal *out, ddbc_status *status)
{
    const uint8_t *p = *cursor;
    bool point = false;
    bool any = false;
    size_t zeros = 0;
    for (; p < end; p++) {
        if (*p == '.' && !point) {
            point = true;
            continue;
        }
        if (!is_digit(*p)) {
            break;
        }
        any = true;
        out->exponent -= point ? 1 : 0;
        if (*p == '0') {
            zeros += out->count > 0 ? 1 : 0;
            continue;
        }
        if (zeros + 1 > DDBC_NUMBER_DIGITS - out->count) {
            return ddbc_fail(status, DDBC_INVALID_NUMBER,
                             "a number has at most %d significant digits in DynamoDB; round it or store it as a string",
                             DDBC_NUMBER_DIGITS);
        }
        memset(out->digits + out->count, '0', zeros);
        out->count += zeros;
        zeros = 0;
        out->digits[out->count++] = (char)*p;
    }
    out->exponent += (long)zeros;
    *cursor = p;
    return any ? true : fail_syntax(status);
}

static bool read_exponent(const uint8_t **cursor, const uint8_t *end, decimal *out, ddbc_status *status)
{
    const uint8_t *p = *cursor;
    if (p == end || (*p != 'e' && *p != 'E')) {
        return true;
    }
    p++;
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+')) {
        p++;
    }
    if (p == end || !is_digit(*p)) {
        return fail_syntax(status);
    }
    long value = 0;
    for (; p < end && is_digit(*p); p++) {
        value = value > EXPONENT_BOUND ? value : value * 10 + (*p - '0');
    }
    out->exponent += negative ? -value : value;
    *cursor = p;
    return true;
}

static bool read_decimal(ddbc_bytes text, decimal *out, ddbc_status *status)
{
    if (text.len == 0) {
        return ddbc_fail(status, DDBC_INVALID_NUMBER, "an empty text is no number");
    }
    if (text.len > DDBC_NUMBER_TEXT_MAX) {
        return ddbc_fail(status, DDBC_INVALID_NUMBER, "a number's text has at most %d bytes, not %zu",
                         DDBC_NUMBER_TEXT_MAX, text.len);
    }
    const uint8_t *p = text.ptr;
    const uint8_t *end = text.ptr + text.len;
    out->negative = *p == '-';
    out->count = 0;
    out->exponent = 0;
    if (*p == '-' || *p == '+') {
        p++;
    }
    if (!read_coefficient(&p, end, out, status) || !read_exponent(&p, end, out, status)) {
        return false;
    }
    if (p != end) {
        return fail_syntax(status);
    }
    if (out->count == 0) {
        out->negative = false;
        out->exponent = 0;
        return true;
    }
    long adjusted = out->exponent + (long)out->count - 1;
    if (adjusted > EXPONENT_MAX || adjusted < EXPONENT_MIN) {
        return ddbc_fail(status, DDBC_INVALID_NUMBER,
                         "a number's magnitude in DynamoDB is 0 or 1E%d to 9.99...E+%d; this one is of the order of "
                         "1E%+ld%s",
                         EXPONENT_MIN, EXPONENT_MAX, adjusted > EXPONENT_BOUND ? (long)EXPONENT_BOUND : adjusted,
                         adjusted > EXPONENT_BOUND ? " or more" : "");
    }
    return true;
}

static size_t put(char *out, size_t at, const char *digits, size_t count)
{
    memcpy(out + at, digits, count);
    return at + count;
}

static size_t put_zeros(char *out, size_t at, size_t count)
{
    memset(out + at, '0', count);
    return at + count;
}

static size_t write_plain(const decimal *in, char out[DDBC_NUMBER_MAX])
{
    size_t at = 0;
    if (in->count == 0) {
        out[0] = '0';
        return 1;
    }
    if (in->negative) {
        out[at++] = '-';
    }
    if (in->exponent >= 0) {
        at = put(out, at, in->digits, in->count);
        return put_zeros(out, at, (size_t)in->exponent);
    }
    size_t fraction = (size_t)-in->exponent;
    if (fraction < in->count) {
        at = put(out, at, in->digits, in->count - fraction);
        out[at++] = '.';
        return put(out, at, in->digits + in->count - fraction, fraction);
    }
    out[at++] = '0';
    out[at++] = '.';
    at = put_zeros(out, at, fraction - in->count);
    return put(out, at, in->digits, in->count);
}

static void drop_trailing_zeros(decimal *value)
{
    while (value->count > 0 && value->digits[value->count - 1] == '0') {
        value->count--;
        value->exponent++;
    }
}

static void round_half_even(decimal *value, size_t precision)
{
    if (value->count <= precision) {
        return;
    }
    const char *rest = value->digits + precision;
    size_t rest_count = value->count - precision;
    /* The last digit is not 0, so more than one digit after a 5 means more than half. */
    bool up = rest[0] > '5' || (rest[0] == '5' && (rest_count > 1 || ((value->digits[precision - 1] - '0') & 1) != 0));
    value->exponent += (long)rest_count;
    value->count = precision;
    if (up) {
        size_t i = precision;
        while (i > 0 && value->digits[i - 1] == '9') {
            value->digits[--i] = '0';
        }
        if (i == 0) {
            value->digits[0] = '1';
            value->exponent += (long)precision;
            value->count = 1;
        } else {
            value->digits[i - 1]++;
        }
    }
    drop_trailing_zeros(value);
}

bool ddbc_number_is_canonical(ddbc_bytes text)
{
    const uint8_t *p = text.ptr;
    const uint8_t *end = text.ptr + text.len;
    size_t sign = text.len > 0 && *p == '-' ? 1 : 0;
    if (text.len <= sign || text.len > sign + DDBC_NUMBER_DIGITS) {
        return false;
    }
    p += sign;
    const uint8_t *first = p;
    while (p < end && is_digit(*p)) {
        p++;
    }
    /* An integer: no leading zero, and no sign before a lone one. */
    if (p == first || (*first == '0' && (p - first > 1 || (p == end && sign == 1)))) {
        return false;
    }
    if (p == end) {
        return true;
    }
    if (*p != '.' || end - p < 2 || end[-1] == '0') {
        return false;
    }
    for (p++; p < end && is_digit(*p); p++) {
    }
    return p == end;
}

/* `precision` 0 leaves the digits as they are. */
static bool canonical(ddbc_bytes text, size_t precision, char *out, size_t *out_len, ddbc_status *status)
{
    decimal value;
    bool done = read_decimal(text, &value, status);
    if (done) {
        if (precision > 0) {
            round_half_even(&value, precision);
        }
        *out_len = write_plain(&value, out);
    }
    ddbc_wipe(&value, sizeof value);
    return done;
}

bool ddbc_number_canonical(ddbc_bytes text, char out[DDBC_NUMBER_MAX], size_t *out_len, ddbc_status *status)
{
    return canonical(text, 0, out, out_len, status);
}

bool ddbc_number_canonical_28(ddbc_bytes text, char out[DDBC_NUMBER_MAX], size_t *out_len, ddbc_status *status)
{
    return canonical(text, 28, out, out_len, status);
}
