/* SPDX-License-Identifier: Apache-2.0
 * order: how the two clients sort. */
#include "core/order.h"

#include <stdlib.h>
#include <string.h>

#define INSERTION_MAX 12
#define THING_MAX 64

static int by_length(size_t left, size_t right)
{
    return (left > right) - (left < right);
}

int ddbc_compare_unsigned(const void *left, const void *right)
{
    const ddbc_bytes *a = left;
    const ddbc_bytes *b = right;
    size_t common = a->len < b->len ? a->len : b->len;
    int difference = common == 0 ? 0 : memcmp(a->ptr, b->ptr, common);
    return difference != 0 ? difference : by_length(a->len, b->len);
}

static size_t first_difference(const ddbc_bytes *a, const ddbc_bytes *b)
{
    size_t common = a->len < b->len ? a->len : b->len;
    size_t i = 0;
    while (i < common && a->ptr[i] == b->ptr[i]) {
        i++;
    }
    return i;
}

/* UTF-16 puts U+E000..U+FFFF (UTF-8 leads EE, EF) after the surrogates of everything above (leads F0 to F4). */
static int utf16_weight(uint8_t byte)
{
    return byte == 0xEE || byte == 0xEF ? byte + 0x10 : byte;
}

int ddbc_compare_utf16(const void *left, const void *right)
{
    const ddbc_bytes *a = left;
    const ddbc_bytes *b = right;
    size_t i = first_difference(a, b);
    if (i == a->len || i == b->len) {
        return by_length(a->len, b->len);
    }
    return utf16_weight(a->ptr[i]) - utf16_weight(b->ptr[i]);
}

int ddbc_compare_signed(const void *left, const void *right)
{
    const ddbc_bytes *a = left;
    const ddbc_bytes *b = right;
    size_t i = first_difference(a, b);
    if (i == a->len || i == b->len) {
        return by_length(a->len, b->len);
    }
    return (a->ptr[i] ^ 0x80) - (b->ptr[i] ^ 0x80);
}

void ddbc_sort(void *things, size_t count, size_t size, ddbc_compare compare)
{
    if (count > INSERTION_MAX || size > THING_MAX) {
        qsort(things, count, size, compare);
        return;
    }
    uint8_t *base = things;
    uint8_t moved[THING_MAX];
    for (size_t i = 1; i < count; i++) {
        size_t at = i;
        while (at > 0 && compare(base + (at - 1) * size, base + i * size) > 0) {
            at--;
        }
        if (at < i) {
            memcpy(moved, base + i * size, size);
            memmove(base + (at + 1) * size, base + at * size, (i - at) * size);
            memcpy(base + at * size, moved, size);
        }
    }
}

bool ddbc_bytes_equal(ddbc_bytes left, ddbc_bytes right)
{
    return left.len == right.len && (left.len == 0 || memcmp(left.ptr, right.ptr, left.len) == 0);
}
