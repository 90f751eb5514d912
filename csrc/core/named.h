/* SPDX-License-Identifier: Apache-2.0
 * A map's members in order of their names. */
#ifndef DDBC_CORE_NAMED_H
#define DDBC_CORE_NAMED_H

#include "core/order.h"
#include "core/words.h"

/* Up to this many an insertion sort is the fastest whatever their order; beyond, within so many moves for each. */
#define DDBC_NAMED_FEW 16
#define DDBC_NAMED_MOVES 4

typedef struct ddbc_named {
    ddbc_bytes name; /* first, to be sorted by */
    const void *value;
    uint64_t head; /* the name's first bytes as a number */
} ddbc_named;

static inline uint64_t ddbc_named_head(ddbc_bytes name)
{
    if (name.len >= sizeof(uint64_t)) {
        return ddbc_first_eight(name.ptr);
    }
    if (name.len >= sizeof(uint32_t)) { /* the last four may overlap the first */
        uint64_t last = (uint64_t)ddbc_first_four(name.ptr + name.len - 4) << (64 - 8 * name.len);
        return (uint64_t)ddbc_first_four(name.ptr) << 32 | (last & UINT32_MAX);
    }
    uint64_t head = 0;
    for (size_t i = 0; i < name.len; i++) {
        head |= (uint64_t)name.ptr[i] << (56 - 8 * i);
    }
    return head;
}

/* By code point or by UTF-16 code unit; false where two are equal. While heads differ, and are ASCII or the order is that
 * of bytes, they tell it alone; else names are compared. */
static inline bool ddbc_sort_named(ddbc_named *all, size_t count, bool utf16)
{
    uint64_t seen = 0;
    bool sorted = true;
    for (size_t i = 0; i < count; i++) {
        seen |= utf16 ? all[i].head : 0;
        sorted = sorted && (i == 0 || all[i - 1].head < all[i].head);
    }
    bool told = (seen & UINT64_C(0x8080808080808080)) == 0;
    if (told && sorted) {
        return true;
    }
    size_t moves = count > DDBC_NAMED_FEW ? count * DDBC_NAMED_MOVES : SIZE_MAX;
    for (size_t i = 1; told && i < count; i++) {
        ddbc_named moved = all[i];
        size_t at = i;
        for (; at > 0 && all[at - 1].head > moved.head; at--) {
            all[at] = all[at - 1];
        }
        all[at] = moved;
        told = (at == 0 || all[at - 1].head != moved.head) && i - at <= moves;
        moves -= i - at;
    }
    if (told) {
        return true;
    }
    ddbc_sort(all, count, sizeof *all, utf16 ? ddbc_compare_utf16 : ddbc_compare_unsigned);
    for (size_t i = 1; i < count; i++) {
        if (all[i - 1].head == all[i].head && ddbc_bytes_equal(all[i - 1].name, all[i].name)) {
            return false;
        }
    }
    return true;
}

#endif
