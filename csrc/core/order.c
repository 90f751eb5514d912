/* SPDX-License-Identifier: Apache-2.0
 * order: how the two clients sort. */
#include "core/order.h"

#include <stdlib.h>
#include <string.h>

#include "core/words.h"

/* Up to this many things an insertion sort is the fastest whatever their order. */
#define INSERTION_MAX 16
/* Moves for each of more things that it may take: names mostly come nearly sorted. */
#define MOVES_EACH 4
#define THING_MAX 64
/* So many things may be passed by others together. */
#define PASSED_MAX 8

static int by_length(size_t left, size_t right)
{
    return (left > right) - (left < right);
}

static inline int compare_unsigned(const ddbc_bytes *a, const ddbc_bytes *b)
{
    size_t common = a->len < b->len ? a->len : b->len;
    if (common < sizeof(uint64_t)) {
        for (size_t i = 0; i < common; i++) {
            if (a->ptr[i] != b->ptr[i]) {
                return a->ptr[i] < b->ptr[i] ? -1 : 1;
            }
        }
        return by_length(a->len, b->len);
    }
    /* Eight bytes at a time; the last eight may overlap those before, which are equal. */
    for (size_t i = 0; i < common; i += sizeof(uint64_t)) {
        size_t at = i + sizeof(uint64_t) <= common ? i : common - sizeof(uint64_t);
        uint64_t left = ddbc_first_eight(a->ptr + at);
        uint64_t right = ddbc_first_eight(b->ptr + at);
        if (left != right) {
            return left < right ? -1 : 1;
        }
    }
    return by_length(a->len, b->len);
}

static inline int compare_plain(const void *left, const void *right)
{
    return compare_unsigned(left, right);
}

int ddbc_compare_unsigned(const void *left, const void *right)
{
    return compare_unsigned(left, right);
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

/* For few things. Inlined with the sizes and the order that items mostly ask for. */
static inline void insert_sorted(uint8_t *base, size_t count, size_t size, ddbc_compare compare)
{
    uint8_t moved[THING_MAX]; /* views, not what they point to */
    for (size_t i = 1; i < count; i++) {
        size_t at = i;
        if (compare(base + (i - 1) * size, base + i * size) <= 0) {
            continue;
        }
        memcpy(moved, base + i * size, size);
        do {
            memcpy(base + at * size, base + (at - 1) * size, size);
            at--;
        } while (at > 0 && compare(base + (at - 1) * size, moved) > 0);
        memcpy(base + at * size, moved, size);
    }
}

/* The end of the run in order that begins at `from` and may go before what stands at `before`. */
static size_t run_end(const uint8_t *base, size_t from, size_t before, size_t count, size_t size, ddbc_compare compare)
{
    size_t end = from + 1;
    while (end < count && compare(base + (end - 1) * size, base + end * size) <= 0 &&
           compare(base + end * size, base + before * size) < 0) {
        end++;
    }
    return end;
}

/* For more things, which come nearly in order: what stands at the wrong place mostly brings others that follow it, and
 * these move at once. Whether it came to an end within `moves`; else the things are in some order, all of them. */
static bool insert_runs(uint8_t *base, size_t count, size_t size, ddbc_compare compare, size_t moves)
{
    uint8_t moved[PASSED_MAX * THING_MAX]; /* views, not what they point to */
    for (size_t i = 1; i < count;) {
        size_t at = i;
        if (compare(base + (i - 1) * size, base + i * size) <= 0) {
            i++;
            continue;
        }
        while (at > 0 && compare(base + (at - 1) * size, base + i * size) > 0) {
            at--;
        }
        size_t passed = i - at;
        if (passed > moves) {
            return false;
        }
        moves -= passed;
        size_t end = passed > PASSED_MAX ? i + 1 : run_end(base, i, at, count, size, compare);
        if (passed > PASSED_MAX) {
            memcpy(moved, base + i * size, size);
            memmove(base + (at + 1) * size, base + at * size, passed * size);
            memcpy(base + at * size, moved, size);
        } else {
            memcpy(moved, base + at * size, passed * size);
            memmove(base + at * size, base + i * size, (end - i) * size);
            memcpy(base + (at + end - i) * size, moved, passed * size);
        }
        i = end;
    }
    return true;
}

void ddbc_sort(void *things, size_t count, size_t size, ddbc_compare compare)
{
    bool plain = compare == ddbc_compare_unsigned;
    if (size > THING_MAX || count > INSERTION_MAX) {
        if (size > THING_MAX || !insert_runs(things, count, size, compare, MOVES_EACH * count)) {
            qsort(things, count, size, compare);
        }
    } else if (plain && size == sizeof(ddbc_bytes)) {
        insert_sorted(things, count, sizeof(ddbc_bytes), compare_plain);
    } else if (plain && size == sizeof(ddbc_bytes) + sizeof(void *)) {
        insert_sorted(things, count, sizeof(ddbc_bytes) + sizeof(void *), compare_plain);
    } else {
        insert_sorted(things, count, size, compare);
    }
}

bool ddbc_bytes_equal(ddbc_bytes left, ddbc_bytes right)
{
    return left.len == right.len && (left.len == 0 || memcmp(left.ptr, right.ptr, left.len) == 0);
}
