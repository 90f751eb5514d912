/* SPDX-License-Identifier: Apache-2.0
 * value serialisation, writing:
 *   NULL nothing; BOOL 00 or 01; S, N (canonical) and B as they are
 *   sets   count(4), then per member length(4) and bytes; text in UTF-16 order, binary in order of bytes
 *   L      count(4), then per member type id(2), length(4) and value
 *   M      count(4), then per member, in UTF-16 order of names: 0001, length(4), name, type id(2), length(4), value */
#include <string.h>

#include "core/named.h"
#include "core/status.h"
#include "structured/format.h"

#define PREFIX_SIZE 6 /* type id and length */
#define NAME_MAX_SIZE 65535
#define TEXT_TYPE_ID 0x0001 /* S, and names */

typedef struct writer {
    ddbc_workspace *workspace;
    uint8_t *at;
    ddbc_status *status;
} writer;

static const uint8_t *type_id_of(ddbc_type type)
{
    static const uint8_t ids[][DDBC_TYPE_ID_SIZE] = {
        [DDBC_TYPE_S] = {0x00, 0x01},    [DDBC_TYPE_N] = {0x00, 0x02},    [DDBC_TYPE_B] = {0xFF, 0xFF},
        [DDBC_TYPE_BOOL] = {0x00, 0x04}, [DDBC_TYPE_NULL] = {0x00, 0x00}, [DDBC_TYPE_SS] = {0x01, 0x01},
        [DDBC_TYPE_NS] = {0x01, 0x02},   [DDBC_TYPE_BS] = {0x01, 0xFF},   [DDBC_TYPE_L] = {0x03, 0x00},
        [DDBC_TYPE_M] = {0x02, 0x00},
    };
    return ids[type];
}

void ddbc_structured_type_id(ddbc_type type, uint8_t out[DDBC_TYPE_ID_SIZE])
{
    memcpy(out, type_id_of(type), DDBC_TYPE_ID_SIZE);
}

/* ---- sizes ----------------------------------------------------------------------------------------------------- */

static bool add(size_t *total, size_t more, ddbc_status *status)
{
    if (more > UINT32_MAX || *total > UINT32_MAX - more) {
        return ddbc_fail(status, DDBC_TOO_LARGE, "an attribute is larger than 4 GiB; DynamoDB takes 400 KB");
    }
    *total += more;
    return true;
}

static bool fail_depth(ddbc_status *status)
{
    return ddbc_fail(status, DDBC_TOO_DEEP, "lists and maps nest deeper than the %d levels of DynamoDB; flatten them",
                     DDBC_DEPTH_MAX);
}

/* Of a value without its prefix. DynamoDB takes lists and maps down to one level less than scalars and sets. */
static bool size_of(const ddbc_attribute *attribute, unsigned depth, size_t *total, ddbc_status *status)
{
    switch (attribute->type) {
    case DDBC_TYPE_S:
    case DDBC_TYPE_B:
        return add(total, attribute->as.bytes.len, status);
    case DDBC_TYPE_N:
        return add(total, attribute->as.number.canonical.len, status);
    case DDBC_TYPE_BOOL:
        return add(total, 1, status);
    case DDBC_TYPE_NULL:
        return true;
    case DDBC_TYPE_SS:
    case DDBC_TYPE_BS:
        for (size_t i = 0; i < attribute->as.set.count; i++) {
            if (!add(total, 4, status) || !add(total, attribute->as.set.members[i].len, status)) {
                return false;
            }
        }
        return add(total, 4, status);
    case DDBC_TYPE_NS:
        for (size_t i = 0; i < attribute->as.numbers.count; i++) {
            if (!add(total, 4 + attribute->as.numbers.members[i].canonical.len, status)) {
                return false;
            }
        }
        return add(total, 4, status);
    case DDBC_TYPE_L:
        if (depth >= DDBC_DEPTH_MAX) {
            return fail_depth(status);
        }
        for (size_t i = 0; i < attribute->as.list.count; i++) {
            if (!add(total, PREFIX_SIZE, status) ||
                !size_of(&attribute->as.list.members[i], depth + 1, total, status)) {
                return false;
            }
        }
        return add(total, 4, status);
    case DDBC_TYPE_M:
        if (depth >= DDBC_DEPTH_MAX) {
            return fail_depth(status);
        }
        for (size_t i = 0; i < attribute->as.map.count; i++) {
            const ddbc_member *member = &attribute->as.map.members[i];
            if (member->name.len == 0 || member->name.len > NAME_MAX_SIZE) {
                return ddbc_fail(status, DDBC_INVALID_TEXT, "a map's attribute name has 1 to %d bytes, not %zu",
                                 NAME_MAX_SIZE, member->name.len);
            }
            bool text = member->value.type == DDBC_TYPE_S; /* what most members are */
            if (!add(total, 2 * PREFIX_SIZE + member->name.len, status) ||
                !(text ? add(total, member->value.as.bytes.len, status)
                       : size_of(&member->value, depth + 1, total, status))) {
                return false;
            }
        }
        return add(total, 4, status);
    }
    return ddbc_fail(status, DDBC_INVALID_ARGUMENT, "an attribute has no known type");
}

/* ---- bytes ----------------------------------------------------------------------------------------------------- */

static bool write_value(writer *w, const ddbc_attribute *attribute);

static void write_sized(writer *w, ddbc_bytes bytes)
{
    w->at = ddbc_put_bytes(ddbc_put_four(w->at, bytes.len), bytes);
}

static bool write_set(writer *w, const ddbc_attribute *attribute)
{
    bool numbers = attribute->type == DDBC_TYPE_NS;
    size_t count = numbers ? attribute->as.numbers.count : attribute->as.set.count;
    ddbc_bytes *sorted = ddbc_arena_array(&w->workspace->arena, count, sizeof *sorted);
    if (sorted == NULL) {
        return ddbc_fail_memory(w->status);
    }
    for (size_t i = 0; i < count; i++) {
        sorted[i] = numbers ? attribute->as.numbers.members[i].canonical : attribute->as.set.members[i];
    }
    ddbc_sort(sorted, count, sizeof *sorted,
              attribute->type == DDBC_TYPE_SS ? ddbc_compare_utf16 : ddbc_compare_unsigned);
    w->at = ddbc_put_four(w->at, count);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && ddbc_bytes_equal(sorted[i - 1], sorted[i])) {
            return ddbc_fail_equal_members(attribute->type, w->status);
        }
        write_sized(w, sorted[i]);
    }
    return true;
}

static bool write_prefixed(writer *w, const ddbc_attribute *attribute)
{
    memcpy(w->at, type_id_of(attribute->type), DDBC_TYPE_ID_SIZE);
    uint8_t *length = w->at + DDBC_TYPE_ID_SIZE;
    w->at += PREFIX_SIZE;
    uint8_t *start = w->at;
    if (!write_value(w, attribute)) {
        return false;
    }
    (void)ddbc_put_four(length, (size_t)(w->at - start));
    return true;
}

static bool write_map(writer *w, const ddbc_attribute *attribute)
{
    size_t count = attribute->as.map.count;
    ddbc_named *sorted = ddbc_arena_array(&w->workspace->arena, count, sizeof *sorted);
    if (sorted == NULL) {
        return ddbc_fail_memory(w->status);
    }
    for (size_t i = 0; i < count; i++) {
        const ddbc_member *member = &attribute->as.map.members[i];
        sorted[i] = (ddbc_named){member->name, &member->value, ddbc_named_head(member->name)};
    }
    if (!ddbc_sort_named(sorted, count, true)) {
        return ddbc_fail_equal_members(DDBC_TYPE_M, w->status);
    }
    w->at = ddbc_put_four(w->at, count);
    for (size_t i = 0; i < count; i++) {
        const ddbc_attribute *value = sorted[i].value;
        w->at = ddbc_put_u16(w->at, TEXT_TYPE_ID);
        write_sized(w, sorted[i].name);
        if (value->type == DDBC_TYPE_S) { /* what most members are */
            w->at = ddbc_put_u16(w->at, TEXT_TYPE_ID);
            write_sized(w, value->as.bytes);
        } else if (!write_prefixed(w, value)) {
            return false;
        }
    }
    return true;
}

static bool write_value(writer *w, const ddbc_attribute *attribute)
{
    switch (attribute->type) {
    case DDBC_TYPE_S:
    case DDBC_TYPE_B:
        w->at = ddbc_put_bytes(w->at, attribute->as.bytes);
        return true;
    case DDBC_TYPE_N:
        w->at = ddbc_put_bytes(w->at, attribute->as.number.canonical);
        return true;
    case DDBC_TYPE_BOOL:
        *w->at++ = attribute->as.boolean ? 1 : 0;
        return true;
    case DDBC_TYPE_NULL:
        return true;
    case DDBC_TYPE_SS:
    case DDBC_TYPE_NS:
    case DDBC_TYPE_BS:
        return write_set(w, attribute);
    case DDBC_TYPE_L:
        w->at = ddbc_put_four(w->at, attribute->as.list.count);
        for (size_t i = 0; i < attribute->as.list.count; i++) {
            if (!write_prefixed(w, &attribute->as.list.members[i])) {
                return false;
            }
        }
        return true;
    case DDBC_TYPE_M:
        return write_map(w, attribute);
    }
    return ddbc_fail(w->status, DDBC_INVALID_ARGUMENT, "an attribute has no known type");
}

/* Of a list, map, set, BOOL or NULL. */
static bool write_new(ddbc_workspace *workspace, const ddbc_attribute *attribute, ddbc_bytes *out, ddbc_status *status)
{
    size_t size = 0;
    if (!size_of(attribute, 1, &size, status)) {
        return false;
    }
    uint8_t *bytes = ddbc_arena_alloc(&workspace->arena, size);
    writer w = {workspace, bytes, status};
    if (bytes == NULL) {
        return ddbc_fail_memory(status);
    }
    if (!write_value(&w, attribute)) {
        return false;
    }
    *out = (ddbc_bytes){bytes, size};
    return true;
}

bool ddbc_structured_write_value(ddbc_workspace *workspace, const ddbc_attribute *attribute,
                                 uint8_t type_id[DDBC_TYPE_ID_SIZE], ddbc_bytes *out, ddbc_status *status)
{
    size_t size = 0;
    bool text_or_binary = attribute->type == DDBC_TYPE_S || attribute->type == DDBC_TYPE_B;
    if (text_or_binary || attribute->type == DDBC_TYPE_N) { /* these are written as they are */
        ddbc_bytes bytes = text_or_binary ? attribute->as.bytes : attribute->as.number.canonical;
        if (!add(&size, bytes.len, status)) {
            return false;
        }
        *out = bytes;
    } else if (!write_new(workspace, attribute, out, status)) {
        return false;
    }
    memcpy(type_id, type_id_of(attribute->type), DDBC_TYPE_ID_SIZE);
    return true;
}
