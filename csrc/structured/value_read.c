/* SPDX-License-Identifier: Apache-2.0
 * value serialisation, reading: the way back of value.c, and stricter than it need be nowhere but in what DynamoDB
 * itself would refuse. */
#include "core/order.h"
#include "core/status.h"
#include "core/words.h"
#include "structured/format.h"

#define LENGTH_SIZE 4
#define TEXT_TYPE_ID 0x0001
/* The fewest bytes that a member takes: no count is believed beyond what is left. */
#define SET_MEMBER_MIN LENGTH_SIZE
#define LIST_MEMBER_MIN 6
#define MAP_MEMBER_MIN 13
#define NAME_MAX_SIZE 65535

typedef struct reader {
    ddbc_workspace *workspace;
    ddbc_status *status;
    bool unsure; /* equal members or too much depth are not ruled out yet: ddbc_attribute_check has to tell */
} reader;

static bool read_value(reader *r, size_t type_id, ddbc_bytes in, unsigned depth, ddbc_attribute *out);

static bool malformed(const reader *r, const char *why)
{
    return ddbc_fail(r->status, DDBC_MALFORMED_ATTRIBUTE, "the serialised value is malformed: %s", why);
}

static inline void skip(ddbc_bytes *in, size_t size)
{
    in->ptr += size;
    in->len -= size;
}

static bool read_count(const reader *r, ddbc_bytes *in, size_t member_min, size_t *out)
{
    if (in->len < LENGTH_SIZE) {
        return malformed(r, "it has fewer members than it says");
    }
    *out = ddbc_first_four(in->ptr);
    skip(in, LENGTH_SIZE);
    return *out <= in->len / member_min ? true : malformed(r, "it has fewer members than it says");
}

static inline bool read_sized(const reader *r, ddbc_bytes *in, ddbc_bytes *out)
{
    if (in->len < LENGTH_SIZE) {
        return malformed(r, "it is truncated");
    }
    size_t size = ddbc_first_four(in->ptr);
    skip(in, LENGTH_SIZE);
    if (size > in->len) {
        return malformed(r, "it is truncated");
    }
    *out = (ddbc_bytes){in->ptr, size};
    skip(in, size);
    return true;
}

static bool at_end(const reader *r, ddbc_bytes in)
{
    return in.len == 0 ? true : malformed(r, "bytes follow its last member");
}

static inline bool read_text(const reader *r, ddbc_bytes in, ddbc_bytes *out)
{
    if (!ddbc_utf8_valid(in)) {
        return malformed(r, "a string is not UTF-8");
    }
    *out = in;
    return true;
}

/* Members in strict order, as writers leave them, have no equals among them. */
static void expect_order(reader *r, ddbc_compare compare, const ddbc_bytes *before, const ddbc_bytes *after)
{
    r->unsure = r->unsure || compare(before, after) >= 0;
}

static bool read_set(reader *r, ddbc_type type, ddbc_bytes in, ddbc_attribute *out)
{
    size_t count = 0;
    if (!read_count(r, &in, SET_MEMBER_MIN, &count)) {
        return false;
    }
    ddbc_bytes *members = ddbc_arena_array(&r->workspace->arena, count, sizeof *members);
    if (members == NULL) {
        return ddbc_fail_memory(r->status);
    }
    for (size_t i = 0; i < count; i++) {
        if (!read_sized(r, &in, &members[i]) || (type != DDBC_TYPE_BS && !read_text(r, members[i], &members[i]))) {
            return false;
        }
        if (i > 0 && type != DDBC_TYPE_NS) { /* numbers are compared by their canonical forms */
            expect_order(r, type == DDBC_TYPE_SS ? ddbc_compare_utf16 : ddbc_compare_unsigned, &members[i - 1],
                         &members[i]);
        }
    }
    out->as.set.members = members;
    out->as.set.count = count;
    return at_end(r, in);
}

static bool read_number_set(reader *r, ddbc_bytes in, ddbc_attribute *out)
{
    ddbc_attribute texts;
    if (!read_set(r, DDBC_TYPE_NS, in, &texts)) {
        return false;
    }
    size_t count = texts.as.set.count;
    ddbc_number *members = ddbc_arena_array(&r->workspace->arena, count, sizeof *members);
    if (members == NULL) {
        return ddbc_fail_memory(r->status);
    }
    for (size_t i = 0; i < count; i++) {
        if (!ddbc_number_parse(r->workspace, texts.as.set.members[i], &members[i], r->status)) {
            return false;
        }
        if (i > 0) {
            expect_order(r, ddbc_compare_unsigned, &members[i - 1].canonical, &members[i].canonical);
        }
    }
    out->as.numbers.members = members;
    out->as.numbers.count = count;
    return true;
}

/* Type id, length and value. */
static bool read_prefixed(reader *r, ddbc_bytes *in, unsigned depth, ddbc_attribute *out)
{
    ddbc_bytes value;
    if (in->len < DDBC_TYPE_ID_SIZE) {
        return malformed(r, "it is truncated");
    }
    size_t type_id = ddbc_get_u16(in->ptr);
    skip(in, DDBC_TYPE_ID_SIZE);
    if (!read_sized(r, in, &value)) {
        return false;
    }
    if (type_id == TEXT_TYPE_ID && depth <= DDBC_DEPTH_MAX) { /* what most members are */
        out->type = DDBC_TYPE_S;
        return read_text(r, value, &out->as.bytes);
    }
    return read_value(r, type_id, value, depth, out);
}

static bool read_list(reader *r, ddbc_bytes in, unsigned depth, ddbc_attribute *out)
{
    size_t count = 0;
    if (!read_count(r, &in, LIST_MEMBER_MIN, &count)) {
        return false;
    }
    ddbc_attribute *members = ddbc_arena_array(&r->workspace->arena, count, sizeof *members);
    if (members == NULL) {
        return ddbc_fail_memory(r->status);
    }
    for (size_t i = 0; i < count; i++) {
        if (!read_prefixed(r, &in, depth + 1, &members[i])) {
            return false;
        }
    }
    out->as.list.members = members;
    out->as.list.count = count;
    return at_end(r, in);
}

static bool read_name(const reader *r, ddbc_bytes *in, ddbc_bytes *out)
{
    if (in->len < DDBC_TYPE_ID_SIZE || ddbc_get_u16(in->ptr) != TEXT_TYPE_ID) {
        return malformed(r, "a map's name is not a string");
    }
    skip(in, DDBC_TYPE_ID_SIZE);
    if (!read_sized(r, in, out) || !read_text(r, *out, out)) {
        return false;
    }
    return out->len > 0 && out->len <= NAME_MAX_SIZE ? true : malformed(r, "a map's name is empty or too long");
}

static bool read_map(reader *r, ddbc_bytes in, unsigned depth, ddbc_attribute *out)
{
    size_t count = 0;
    if (!read_count(r, &in, MAP_MEMBER_MIN, &count)) {
        return false;
    }
    ddbc_member *members = ddbc_arena_array(&r->workspace->arena, count, sizeof *members);
    if (members == NULL) {
        return ddbc_fail_memory(r->status);
    }
    for (size_t i = 0; i < count; i++) {
        if (!read_name(r, &in, &members[i].name) || !read_prefixed(r, &in, depth + 1, &members[i].value)) {
            return false;
        }
        if (i > 0) {
            expect_order(r, ddbc_compare_utf16, &members[i - 1].name, &members[i].name);
        }
    }
    out->as.map.members = members;
    out->as.map.count = count;
    return at_end(r, in);
}

static bool read_boolean(const reader *r, ddbc_bytes in, ddbc_attribute *out)
{
    if (in.len != 1 || in.ptr[0] > 1) {
        return malformed(r, "a BOOL is not one byte 00 or 01");
    }
    out->as.boolean = in.ptr[0] == 1;
    return true;
}

static bool find_type(size_t type_id, ddbc_type *out)
{
    switch (type_id) {
    case 0x0000:
        *out = DDBC_TYPE_NULL;
        return true;
    case TEXT_TYPE_ID:
        *out = DDBC_TYPE_S;
        return true;
    case 0x0002:
        *out = DDBC_TYPE_N;
        return true;
    case 0x0004:
        *out = DDBC_TYPE_BOOL;
        return true;
    case 0x0101:
        *out = DDBC_TYPE_SS;
        return true;
    case 0x0102:
        *out = DDBC_TYPE_NS;
        return true;
    case 0x01FF:
        *out = DDBC_TYPE_BS;
        return true;
    case 0x0200:
        *out = DDBC_TYPE_M;
        return true;
    case 0x0300:
        *out = DDBC_TYPE_L;
        return true;
    case 0xFFFF:
        *out = DDBC_TYPE_B;
        return true;
    default:
        return false;
    }
}

static bool read_value(reader *r, size_t type_id, ddbc_bytes in, unsigned depth, ddbc_attribute *out)
{
    if (depth > DDBC_DEPTH_MAX) {
        return ddbc_fail(r->status, DDBC_TOO_DEEP, "lists and maps nest deeper than the %d levels of DynamoDB",
                         DDBC_DEPTH_MAX);
    }
    if (!find_type(type_id, &out->type)) {
        return malformed(r, "its type id is unknown");
    }
    switch (out->type) {
    case DDBC_TYPE_S:
        return read_text(r, in, &out->as.bytes);
    case DDBC_TYPE_B:
        out->as.bytes = in;
        return true;
    case DDBC_TYPE_N:
        return ddbc_number_parse(r->workspace, in, &out->as.number, r->status);
    case DDBC_TYPE_BOOL:
        return read_boolean(r, in, out);
    case DDBC_TYPE_NULL:
        out->as.boolean = true;
        return in.len == 0 ? true : malformed(r, "a NULL has bytes");
    case DDBC_TYPE_SS:
    case DDBC_TYPE_BS:
        return read_set(r, out->type, in, out);
    case DDBC_TYPE_NS:
        return read_number_set(r, in, out);
    case DDBC_TYPE_L:
        r->unsure = r->unsure || depth >= DDBC_DEPTH_MAX;
        return read_list(r, in, depth, out);
    case DDBC_TYPE_M:
        r->unsure = r->unsure || depth >= DDBC_DEPTH_MAX;
        return read_map(r, in, depth, out);
    }
    return malformed(r, "its type id is unknown");
}

bool ddbc_structured_read_value(ddbc_workspace *workspace, const uint8_t type_id[DDBC_TYPE_ID_SIZE], ddbc_bytes in,
                                ddbc_attribute *out, ddbc_status *status)
{
    reader r = {workspace, status, false};
    ddbc_attribute read = {.type = DDBC_TYPE_NULL};
    if (!read_value(&r, (size_t)type_id[0] << 8 | type_id[1], in, 1, &read) ||
        (r.unsure && !ddbc_attribute_check(workspace, &read, status))) {
        return false;
    }
    *out = read;
    return true;
}
