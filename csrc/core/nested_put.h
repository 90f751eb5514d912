/* SPDX-License-Identifier: Apache-2.0
 * Lists and maps put down as the two formats serialise them, a step at a time and without a tree: the way back of
 * nested.h. Who walks may stop at any step and begin again with the tree. */
#ifndef DDBC_CORE_NESTED_PUT_H
#define DDBC_CORE_NESTED_PUT_H

#include "core/memory.h"
#include "core/nested.h"

/* Room for values one behind the other, in a workspace's arena. All zero at first. */
typedef struct ddbc_pen {
    ddbc_workspace *workspace;
    uint8_t *first; /* of the value that is being written */
    uint8_t *at;
    uint8_t *end;
    size_t next;               /* room that is taken next, at least */
    bool structured;           /* else legacy */
    const uint8_t (*types)[2]; /* as the format has them */
} ddbc_pen;

/* For a value of either format. */
static inline void ddbc_pen_begin(ddbc_pen *pen, ddbc_workspace *workspace, bool structured)
{
    static const uint8_t types[][DDBC_TYPE_M + 1][2] = {
        {{0, 's'}, {0, 'n'}, {0, 'b'}, {0, '?'}, {0, 0}, {0, 'S'}, {0, 'N'}, {0, 'B'}, {0, 'L'}, {0, 'M'}},
        {{0, 1}, {0, 2}, {0xFF, 0xFF}, {0, 4}, {0, 0}, {1, 1}, {1, 2}, {1, 0xFF}, {3, 0}, {2, 0}}};
    pen->workspace = workspace;
    pen->structured = structured;
    pen->types = types[structured];
}

/* Room for `more` bytes behind what is written of the value; false where there is no memory, and for large leaves and
 * values, which the tree serves better: it is measured, and leaves are copied once. */
bool ddbc_pen_grow(ddbc_pen *pen, size_t more);

static inline bool ddbc_pen_room(ddbc_pen *pen, size_t more)
{
    return more <= (size_t)(pen->end - pen->at) || ddbc_pen_grow(pen, more);
}

static inline uint8_t *ddbc_put_type(const ddbc_pen *pen, uint8_t *at, ddbc_type type)
{
    memcpy(at, pen->types[type], 2);
    return at + 2;
}

/* An S, N or B. */
static inline bool ddbc_put_leaf(ddbc_pen *pen, ddbc_type type, ddbc_bytes bytes)
{
    if (!ddbc_pen_room(pen, DDBC_NESTED_HEAD + bytes.len)) {
        return false;
    }
    uint8_t *at = ddbc_put_four(ddbc_put_type(pen, pen->at, type), bytes.len);
    memcpy(at, bytes.ptr, bytes.len);
    pen->at = at + bytes.len;
    return true;
}

static inline bool ddbc_put_null(ddbc_pen *pen)
{
    if (!ddbc_pen_room(pen, DDBC_NESTED_HEAD)) {
        return false;
    }
    uint8_t *at = ddbc_put_type(pen, pen->at, DDBC_TYPE_NULL);
    pen->at = pen->structured ? ddbc_put_four(at, 0) : at;
    return true;
}

static inline bool ddbc_put_boolean(ddbc_pen *pen, bool truth)
{
    if (!ddbc_pen_room(pen, DDBC_NESTED_HEAD + 1)) {
        return false;
    }
    uint8_t *at = ddbc_put_type(pen, pen->at, DDBC_TYPE_BOOL);
    at = pen->structured ? ddbc_put_four(at, 1) : at;
    *at = truth ? 1 : 0;
    pen->at = at + 1;
    return true;
}

/* A set, list or map up to its first member; `mark` is for its end. */
static inline bool ddbc_put_begin(ddbc_pen *pen, ddbc_type type, size_t count, size_t *mark)
{
    if (count > UINT32_MAX || !ddbc_pen_room(pen, DDBC_NESTED_HEAD + DDBC_NESTED_COUNT)) {
        return false;
    }
    uint8_t *at = ddbc_put_type(pen, pen->at, type);
    at = pen->structured ? at + 4 : at;
    *mark = (size_t)(at - pen->first);
    pen->at = ddbc_put_four(at, count);
    return true;
}

/* Behind its last member. */
static inline void ddbc_put_end(ddbc_pen *pen, size_t mark)
{
    uint8_t *start = pen->first + mark;
    if (pen->structured) {
        (void)ddbc_put_four(start - 4, (size_t)(pen->at - start));
    }
}

/* A set's member. */
static inline bool ddbc_put_member(ddbc_pen *pen, ddbc_bytes bytes)
{
    if (!ddbc_pen_room(pen, 4 + bytes.len)) {
        return false;
    }
    uint8_t *at = ddbc_put_four(pen->at, bytes.len);
    memcpy(at, bytes.ptr, bytes.len);
    pen->at = at + bytes.len;
    return true;
}

#endif
