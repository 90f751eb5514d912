/* SPDX-License-Identifier: Apache-2.0
 * Lists and maps as the two formats serialise them, a step at a time and without a tree. The steps take what writers
 * leave and say no to all else, be it wrong or only rare: who is told no reads the tree, which tells the two apart. */
#ifndef DDBC_CORE_NESTED_H
#define DDBC_CORE_NESTED_H

#include "core/words.h"
#include "ddbcrypt.h"

/* In front of a value; of a legacy BOOL or NULL, and of a list or map, it is other. */
#define DDBC_NESTED_HEAD 6
#define DDBC_NESTED_COUNT 4
#define DDBC_NESTED_NAME_MAX 65535

typedef struct ddbc_cursor {
    const uint8_t *at;
    const uint8_t *end;
    bool structured; /* else legacy */
} ddbc_cursor;

typedef struct ddbc_step {
    ddbc_type type;
    bool boolean;
    ddbc_bytes bytes;   /* S, N, B; not looked at yet */
    size_t count;       /* L, M: members, for which there are bytes enough */
    const uint8_t *end; /* L, M: where the last member has to end; NULL where the format does not tell */
} ddbc_step;

static inline size_t ddbc_cursor_left(const ddbc_cursor *cursor)
{
    return (size_t)(cursor->end - cursor->at);
}

/* The bytes behind a head of DDBC_NESTED_HEAD. */
static inline bool ddbc_step_bytes(ddbc_cursor *cursor, ddbc_bytes *out)
{
    if (ddbc_cursor_left(cursor) < DDBC_NESTED_HEAD) {
        return false;
    }
    size_t size = ddbc_first_four(cursor->at + 2);
    cursor->at += DDBC_NESTED_HEAD;
    if (size > ddbc_cursor_left(cursor)) {
        return false;
    }
    *out = (ddbc_bytes){cursor->at, size};
    cursor->at += size;
    return true;
}

/* The count of a list's or map's members, each of which takes `smallest` bytes or more of what is left. */
static inline bool ddbc_step_count(ddbc_cursor *cursor, size_t smallest, size_t *out)
{
    if (ddbc_cursor_left(cursor) < DDBC_NESTED_COUNT) {
        return false;
    }
    *out = ddbc_first_four(cursor->at);
    cursor->at += DDBC_NESTED_COUNT;
    return *out <= ddbc_cursor_left(cursor) / smallest;
}

static inline bool ddbc_step_legacy(ddbc_cursor *cursor, ddbc_step *out)
{
    const uint8_t *head = cursor->at;
    if (ddbc_cursor_left(cursor) < 2 || head[0] != 0) {
        return false;
    }
    switch (head[1]) {
    case 's':
        out->type = DDBC_TYPE_S;
        return ddbc_step_bytes(cursor, &out->bytes);
    case 'n':
        out->type = DDBC_TYPE_N;
        return ddbc_step_bytes(cursor, &out->bytes);
    case 'b':
        out->type = DDBC_TYPE_B;
        return ddbc_step_bytes(cursor, &out->bytes);
    case 0:
        out->type = DDBC_TYPE_NULL;
        cursor->at += 2;
        return true;
    case '?':
        if (ddbc_cursor_left(cursor) < 3 || head[2] > 1) {
            return false;
        }
        out->type = DDBC_TYPE_BOOL;
        out->boolean = head[2] == 1;
        cursor->at += 3;
        return true;
    case 'L':
    case 'M':
        out->type = head[1] == 'L' ? DDBC_TYPE_L : DDBC_TYPE_M;
        out->end = NULL;
        cursor->at += 2;
        return ddbc_step_count(cursor, head[1] == 'L' ? 2 : DDBC_NESTED_HEAD + 2, &out->count);
    default:
        return false;
    }
}

/* A list or map whose serialisation is `bytes`, all of them. */
static inline bool ddbc_step_structured_members(ddbc_cursor *cursor, ddbc_type type, ddbc_bytes bytes, ddbc_step *out)
{
    cursor->at = bytes.ptr;
    out->type = type;
    out->end = bytes.ptr + bytes.len;
    return bytes.len >= DDBC_NESTED_COUNT &&
           ddbc_step_count(cursor, type == DDBC_TYPE_L ? DDBC_NESTED_HEAD : 2 * DDBC_NESTED_HEAD + 1, &out->count);
}

static inline bool ddbc_step_structured(ddbc_cursor *cursor, ddbc_step *out)
{
    const uint8_t *head = cursor->at;
    if (!ddbc_step_bytes(cursor, &out->bytes)) {
        return false;
    }
    switch ((unsigned)head[0] << 8 | head[1]) {
    case 0x0001:
        out->type = DDBC_TYPE_S;
        return true;
    case 0x0002:
        out->type = DDBC_TYPE_N;
        return true;
    case 0xFFFF:
        out->type = DDBC_TYPE_B;
        return true;
    case 0x0000:
        out->type = DDBC_TYPE_NULL;
        return out->bytes.len == 0;
    case 0x0004:
        out->type = DDBC_TYPE_BOOL;
        out->boolean = out->bytes.len == 1 && out->bytes.ptr[0] == 1;
        return out->bytes.len == 1 && out->bytes.ptr[0] <= 1;
    case 0x0300:
        return ddbc_step_structured_members(cursor, DDBC_TYPE_L, out->bytes, out);
    case 0x0200:
        return ddbc_step_structured_members(cursor, DDBC_TYPE_M, out->bytes, out);
    default:
        return false;
    }
}

/* To the next value, or into it where it is a list or map. False for what is malformed, and for sets. */
static inline bool ddbc_step_value(ddbc_cursor *cursor, ddbc_step *out)
{
    return cursor->structured ? ddbc_step_structured(cursor, out) : ddbc_step_legacy(cursor, out);
}

/* Over a map's next name, whose bytes are not looked at yet. */
static inline bool ddbc_step_name(ddbc_cursor *cursor, ddbc_bytes *out)
{
    const uint8_t *head = cursor->at;
    return ddbc_step_bytes(cursor, out) && head[0] == 0 && head[1] == (cursor->structured ? 1 : 's') && out->len > 0 &&
           out->len <= DDBC_NESTED_NAME_MAX;
}

/* Behind a list's or map's last member. */
static inline bool ddbc_step_out(const ddbc_cursor *cursor, const ddbc_step *container)
{
    return container->end == NULL || container->end == cursor->at;
}

#endif
