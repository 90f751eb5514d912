/* SPDX-License-Identifier: Apache-2.0 */
#include "core/nested_put.h"

#include "core/engine.h"

#define FIRST_ROOM ((size_t)4 * 1024)
/* Rooms grow with each other up to here, so that a batch takes few. */
#define NEXT_ROOM_MAX ((size_t)64 * 1024)
/* A value beyond this was copied often enough; to copy a leaf beyond this takes longer than the tree's detour. */
#define VALUE_MAX ((size_t)4 * 1024 * 1024)
#define LEAF_MAX ((size_t)4 * 1024)

bool ddbc_pen_grow(ddbc_pen *pen, size_t more)
{
    size_t used = (size_t)(pen->at - pen->first);
    if (used > VALUE_MAX || more > DDBC_NESTED_HEAD + LEAF_MAX) {
        return false;
    }
    size_t next = pen->next == 0 ? FIRST_ROOM : pen->next;
    size_t size = next > 2 * (used + more) ? next : 2 * (used + more);
    uint8_t *room = ddbc_arena_alloc(&pen->workspace->arena, size);
    if (room == NULL) {
        return false;
    }
    if (used > 0) {
        memcpy(room, pen->first, used); /* what it leaves behind is wiped with the arena */
    }
    pen->first = room;
    pen->at = room + used;
    pen->end = room + size;
    pen->next = 2 * next < NEXT_ROOM_MAX ? 2 * next : NEXT_ROOM_MAX;
    return true;
}
