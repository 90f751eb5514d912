/* SPDX-License-Identifier: Apache-2.0
 * legacy attribute bytes, both ways: 00, tag, then by type
 *   b n s     length(4) value
 *   B N S     count(4), then per member length(4) value, sorted
 *   ?         00 or 01
 *   00        nothing
 *   L         count(4), then attributes
 *   M         count(4), then per member its name as an s attribute and its value, sorted by name
 * Lengths and counts are big-endian. Numbers are in canonical form. */
#include <string.h>

#include "core/named.h"
#include "core/status.h"
#include "core/words.h"
#include "legacy/canonical.h"

#define RESERVED 0x00
#define LENGTH_SIZE 4

static inline uint8_t tag_of(ddbc_type type)
{
    static const uint8_t tags[] = {'s', 'n', 'b', '?', 0x00, 'S', 'N', 'B', 'L', 'M'};
    return tags[type];
}

/* ---- writing: sizes, then bytes ------------------------------------------------------------------------------- */

typedef struct writer {
    ddbc_workspace *workspace;
    ddbc_dialect dialect;
    bool strict;
    uint8_t *at;
    ddbc_status *status;
} writer;

/* No item that fits into memory overflows this. */
typedef uint64_t total;

static bool add_size(const ddbc_attribute *attribute, unsigned depth, bool strict, total *size, ddbc_status *status);

static bool add_members(const ddbc_attribute *attribute, unsigned depth, bool strict, total *size, ddbc_status *status)
{
    for (size_t i = 0; i < attribute->as.list.count; i++) {
        if (!add_size(&attribute->as.list.members[i], depth + 1, strict, size, status)) {
            return false;
        }
    }
    return true;
}

static bool add_map(const ddbc_attribute *attribute, unsigned depth, bool strict, total *size, ddbc_status *status)
{
    *size += (total)DDBC_HEAD_MAX * attribute->as.map.count;
    for (size_t i = 0; i < attribute->as.map.count; i++) {
        const ddbc_member *member = &attribute->as.map.members[i];
        *size += member->name.len;
        if (member->value.type == DDBC_TYPE_S && depth < DDBC_DEPTH_MAX) { /* what most members are */
            *size += DDBC_HEAD_MAX + member->value.as.bytes.len;
        } else if (!add_size(&member->value, depth + 1, strict, size, status)) {
            return false;
        }
    }
    return true;
}

static bool fail_depth(ddbc_status *status)
{
    return ddbc_fail(status, DDBC_TOO_DEEP, "lists and maps nest deeper than the %d levels of DynamoDB; flatten them",
                     DDBC_DEPTH_MAX);
}

/* DynamoDB takes lists and maps down to one level less than scalars and sets. */
static bool add_size(const ddbc_attribute *attribute, unsigned depth, bool strict, total *size, ddbc_status *status)
{
    if (depth > DDBC_DEPTH_MAX) {
        return fail_depth(status);
    }
    *size += DDBC_HEAD_MAX;
    switch (attribute->type) {
    case DDBC_TYPE_S:
    case DDBC_TYPE_B:
        *size += attribute->as.bytes.len;
        return true;
    case DDBC_TYPE_N:
        *size += attribute->as.number.canonical.len;
        return true;
    case DDBC_TYPE_BOOL:
        *size -= DDBC_HEAD_MAX - 3;
        return true;
    case DDBC_TYPE_NULL:
        *size -= DDBC_HEAD_MAX - 2;
        return true;
    case DDBC_TYPE_SS:
    case DDBC_TYPE_BS:
        *size += (total)LENGTH_SIZE * attribute->as.set.count;
        for (size_t i = 0; i < attribute->as.set.count; i++) {
            *size += attribute->as.set.members[i].len;
        }
        return true;
    case DDBC_TYPE_NS:
        *size += (total)LENGTH_SIZE * attribute->as.numbers.count;
        for (size_t i = 0; i < attribute->as.numbers.count; i++) {
            *size += attribute->as.numbers.members[i].canonical.len;
        }
        return true;
    case DDBC_TYPE_L:
    case DDBC_TYPE_M:
        if (strict && depth == DDBC_DEPTH_MAX) {
            return fail_depth(status);
        }
        return attribute->type == DDBC_TYPE_L ? add_members(attribute, depth, strict, size, status)
                                              : add_map(attribute, depth, strict, size, status);
    }
    return ddbc_fail(status, DDBC_INVALID_ARGUMENT, "an attribute has no known type");
}

static uint8_t *put_tag(uint8_t *at, ddbc_type type)
{
    at[0] = RESERVED;
    at[1] = tag_of(type);
    return at + 2;
}

static uint8_t *put_value(uint8_t *at, ddbc_bytes value)
{
    at = ddbc_put_four(at, value.len);
    if (value.len > 0) {
        memcpy(at, value.ptr, value.len);
    }
    return at + value.len;
}

static bool put_set(writer *w, const ddbc_attribute *attribute)
{
    bool numbers = attribute->type == DDBC_TYPE_NS;
    size_t count = numbers ? attribute->as.numbers.count : attribute->as.set.count;
    w->at = ddbc_put_four(w->at, count);
    if (count == 0) {
        return true;
    }
    ddbc_bytes *sorted = ddbc_arena_array(&w->workspace->arena, count, sizeof *sorted);
    if (sorted == NULL) {
        return ddbc_fail_memory(w->status);
    }
    for (size_t i = 0; i < count; i++) {
        sorted[i] = numbers ? attribute->as.numbers.members[i].canonical : attribute->as.set.members[i];
    }
    ddbc_compare compare = ddbc_compare_unsigned; /* also of numbers, which are ASCII */
    if (w->dialect == DDBC_DIALECT_JAVA && !numbers) {
        compare = attribute->type == DDBC_TYPE_BS ? ddbc_compare_signed : ddbc_compare_utf16;
    }
    ddbc_sort(sorted, count, sizeof *sorted, compare);
    for (size_t i = 0; i < count; i++) {
        if (w->strict && i > 0 && ddbc_bytes_equal(sorted[i - 1], sorted[i])) {
            return ddbc_fail_equal_members(attribute->type, w->status);
        }
        w->at = put_value(w->at, sorted[i]);
    }
    return true;
}

static bool put_attribute(writer *w, const ddbc_attribute *attribute);

static bool put_map(writer *w, const ddbc_attribute *attribute)
{
    size_t count = attribute->as.map.count;
    w->at = ddbc_put_four(w->at, count);
    if (count == 0) {
        return true;
    }
    ddbc_named *sorted = ddbc_arena_array(&w->workspace->arena, count, sizeof *sorted);
    if (sorted == NULL) {
        return ddbc_fail_memory(w->status);
    }
    for (size_t i = 0; i < count; i++) {
        const ddbc_member *member = &attribute->as.map.members[i];
        sorted[i] = (ddbc_named){member->name, &member->value, ddbc_named_head(member->name)};
    }
    if (!ddbc_sort_named(sorted, count, w->dialect == DDBC_DIALECT_JAVA) && w->strict) {
        return ddbc_fail_equal_members(DDBC_TYPE_M, w->status);
    }
    for (size_t i = 0; i < count; i++) {
        const ddbc_attribute *value = sorted[i].value;
        w->at = put_value(put_tag(w->at, DDBC_TYPE_S), sorted[i].name);
        if (value->type == DDBC_TYPE_S) { /* what most members are */
            w->at = put_value(put_tag(w->at, DDBC_TYPE_S), value->as.bytes);
        } else if (!put_attribute(w, value)) {
            return false;
        }
    }
    return true;
}

static bool put_attribute(writer *w, const ddbc_attribute *attribute)
{
    uint8_t *at = put_tag(w->at, attribute->type);
    switch (attribute->type) {
    case DDBC_TYPE_S:
    case DDBC_TYPE_B:
        w->at = put_value(at, attribute->as.bytes);
        return true;
    case DDBC_TYPE_N:
        w->at = put_value(at, attribute->as.number.canonical);
        return true;
    case DDBC_TYPE_BOOL:
        *at = attribute->as.boolean ? 0x01 : 0x00;
        w->at = at + 1;
        return true;
    case DDBC_TYPE_NULL:
        w->at = at;
        return true;
    case DDBC_TYPE_SS:
    case DDBC_TYPE_NS:
    case DDBC_TYPE_BS:
        w->at = at;
        return put_set(w, attribute);
    case DDBC_TYPE_L:
        w->at = ddbc_put_four(at, attribute->as.list.count);
        for (size_t i = 0; i < attribute->as.list.count; i++) {
            if (!put_attribute(w, &attribute->as.list.members[i])) {
                return false;
            }
        }
        return true;
    case DDBC_TYPE_M:
        w->at = at;
        return put_map(w, attribute);
    }
    return ddbc_fail(w->status, DDBC_INVALID_ARGUMENT, "an attribute has no known type");
}

bool ddbc_legacy_attribute_size(const ddbc_attribute *attribute, bool strict, size_t *out, ddbc_status *status)
{
    total size = 0;
    if (!add_size(attribute, 1, strict, &size, status)) {
        return false;
    }
    if (size > UINT32_MAX) {
        return ddbc_fail(status, DDBC_TOO_LARGE, "an attribute is larger than 4 GiB; DynamoDB takes 400 KB");
    }
    *out = (size_t)size;
    return true;
}

bool ddbc_legacy_put_attribute(ddbc_workspace *workspace, const ddbc_attribute *attribute, ddbc_dialect dialect,
                               bool strict, uint8_t *at, ddbc_status *status)
{
    writer w = {workspace, dialect, strict, at, status};
    return put_attribute(&w, attribute);
}

static bool write_attribute(ddbc_workspace *workspace, const ddbc_attribute *attribute, ddbc_dialect dialect,
                            bool strict, ddbc_bytes *out, ddbc_status *status)
{
    size_t size = 0;
    if (!ddbc_legacy_attribute_size(attribute, strict, &size, status)) {
        return false;
    }
    uint8_t *bytes = ddbc_arena_alloc(&workspace->arena, size);
    if (bytes == NULL) {
        return ddbc_fail_memory(status);
    }
    *out = (ddbc_bytes){bytes, size};
    return ddbc_legacy_put_attribute(workspace, attribute, dialect, strict, bytes, status);
}

bool ddbc_legacy_write_attribute(ddbc_workspace *workspace, const ddbc_attribute *attribute, ddbc_dialect dialect,
                                 ddbc_bytes *out, ddbc_status *status)
{
    return write_attribute(workspace, attribute, dialect, false, out, status);
}

bool ddbc_legacy_canonicalize(ddbc_workspace *workspace, const ddbc_attribute *attribute, ddbc_dialect dialect,
                              bool strict, ddbc_canonical *out, ddbc_status *status)
{
    if (attribute->type == DDBC_TYPE_S || attribute->type == DDBC_TYPE_B || attribute->type == DDBC_TYPE_N) {
        size_t size = 0;
        if (!ddbc_legacy_attribute_size(attribute, strict, &size, status)) {
            return false;
        }
        out->body = attribute->type == DDBC_TYPE_N ? attribute->as.number.canonical : attribute->as.bytes;
        (void)ddbc_put_four(put_tag(out->head_bytes, attribute->type), out->body.len);
        out->head = (ddbc_bytes){out->head_bytes, DDBC_HEAD_MAX};
        return true;
    }
    out->head = (ddbc_bytes){NULL, 0};
    return write_attribute(workspace, attribute, dialect, strict, &out->body, status);
}

/* ---- reading -------------------------------------------------------------------------------------------------- */

typedef struct reader {
    ddbc_workspace *workspace;
    const uint8_t *at;
    const uint8_t *end;
    ddbc_status *status;
} reader;

static bool malformed(reader *r, const char *what)
{
    return ddbc_fail(r->status, DDBC_MALFORMED_ATTRIBUTE, "the attribute's canonical bytes are malformed: %s", what);
}

static inline size_t left(const reader *r)
{
    return (size_t)(r->end - r->at);
}

static bool get_byte(reader *r, uint8_t *out)
{
    if (left(r) < 1) {
        return malformed(r, "they end too early");
    }
    *out = *r->at++;
    return true;
}

static inline bool get_length(reader *r, size_t *out)
{
    if (left(r) < LENGTH_SIZE) {
        return malformed(r, "they end too early");
    }
    *out = ddbc_first_four(r->at);
    r->at += LENGTH_SIZE;
    return true;
}

static inline bool get_value(reader *r, ddbc_bytes *out)
{
    size_t length = 0;
    if (!get_length(r, &length)) {
        return false;
    }
    if (length > left(r)) {
        return malformed(r, "a length is larger than what follows");
    }
    *out = (ddbc_bytes){r->at, length};
    r->at += length;
    return true;
}

static inline bool get_text(reader *r, ddbc_bytes *out)
{
    return get_value(r, out) && (ddbc_utf8_valid(*out) ? true : malformed(r, "a string is not UTF-8"));
}

static bool get_number(reader *r, ddbc_number *out)
{
    ddbc_bytes text;
    if (!get_value(r, &text)) {
        return false;
    }
    if (!ddbc_number_parse(r->workspace, text, out, r->status)) {
        return r->status->code == DDBC_OUT_OF_MEMORY ? false : malformed(r, "a number is not one that DynamoDB stores");
    }
    out->text = out->canonical;
    return true;
}

bool ddbc_legacy_is_binary(const uint8_t *first, size_t size)
{
    size_t length = ddbc_first_four(first + 2);
    return first[0] == RESERVED && first[1] == 'b' && size >= DDBC_HEAD_MAX && length == size - DDBC_HEAD_MAX;
}

ddbc_type ddbc_legacy_left_type(ddbc_bytes canonical)
{
    uint8_t tag = canonical.len >= 2 && canonical.ptr[0] == RESERVED ? canonical.ptr[1] : RESERVED;
    return tag == tag_of(DDBC_TYPE_S)   ? DDBC_TYPE_S
           : tag == tag_of(DDBC_TYPE_L) ? DDBC_TYPE_L
           : tag == tag_of(DDBC_TYPE_M) ? DDBC_TYPE_M
                                        : DDBC_TYPE_NULL;
}

/* A count, bounded by the bytes that remain, of members of at least `smallest` bytes. */
static bool get_count(reader *r, size_t smallest, size_t *out)
{
    if (!get_length(r, out)) {
        return false;
    }
    return *out <= left(r) / smallest ? true : malformed(r, "a count is larger than what follows");
}

#define FIRST_MEMBERS 16

/* Room for member `used` of `count`. It grows with what was read, so that a false count costs no memory. */
static inline bool make_room(reader *r, void **members, size_t used, size_t count, size_t size)
{
    bool full = used == 0 || (used >= FIRST_MEMBERS && (used & (used - 1)) == 0);
    if (!full) {
        return true;
    }
    size_t capacity = used == 0 ? FIRST_MEMBERS : used * 2;
    void *larger = ddbc_arena_array(&r->workspace->arena, capacity < count ? capacity : count, size);
    if (larger == NULL) {
        return ddbc_fail_memory(r->status);
    }
    if (used > 0) {
        memcpy(larger, *members, used * size);
    }
    *members = larger;
    return true;
}

static bool get_set(reader *r, ddbc_attribute *out)
{
    size_t count = 0;
    void *members = NULL;
    bool numbers = out->type == DDBC_TYPE_NS;
    bool done = get_count(r, LENGTH_SIZE, &count);
    for (size_t i = 0; done && i < count; i++) {
        done = make_room(r, &members, i, count, numbers ? sizeof(ddbc_number) : sizeof(ddbc_bytes));
        if (done && numbers) {
            done = get_number(r, (ddbc_number *)members + i);
        } else if (done) {
            ddbc_bytes *member = (ddbc_bytes *)members + i;
            done = out->type == DDBC_TYPE_SS ? get_text(r, member) : get_value(r, member);
        }
    }
    if (numbers) {
        out->as.numbers.members = members;
        out->as.numbers.count = count;
    } else {
        out->as.set.members = members;
        out->as.set.count = count;
    }
    return done;
}

static bool get_attribute(reader *r, unsigned depth, ddbc_attribute *out);

static bool get_list(reader *r, unsigned depth, ddbc_attribute *out)
{
    size_t count = 0;
    void *members = NULL;
    bool done = get_count(r, 2, &count);
    for (size_t i = 0; done && i < count; i++) {
        done = make_room(r, &members, i, count, sizeof(ddbc_attribute)) &&
               get_attribute(r, depth + 1, (ddbc_attribute *)members + i);
    }
    out->as.list.members = members;
    out->as.list.count = count;
    return done;
}

static inline bool get_name(reader *r, ddbc_bytes *out)
{
    if (left(r) < 2) {
        return malformed(r, "they end too early");
    }
    const uint8_t *head = r->at;
    r->at += 2;
    if (head[0] != RESERVED || head[1] != tag_of(DDBC_TYPE_S)) {
        return malformed(r, "a map's member has a name that is not a string");
    }
    return get_text(r, out);
}

static bool names_differ(reader *r, const ddbc_attribute *map, bool *out)
{
    size_t count = map->as.map.count;
    /* Our own writers sort, so neighbours tell; only an unsorted map is sorted here. */
    *out = true;
    bool sorted = true;
    for (size_t i = 1; i < count && sorted; i++) {
        sorted = ddbc_compare_unsigned(&map->as.map.members[i - 1].name, &map->as.map.members[i].name) < 0;
    }
    if (sorted) {
        return true;
    }
    ddbc_bytes *names = ddbc_arena_array(&r->workspace->arena, count, sizeof *names);
    if (names == NULL) {
        return ddbc_fail_memory(r->status);
    }
    for (size_t i = 0; i < count; i++) {
        names[i] = map->as.map.members[i].name;
    }
    ddbc_sort(names, count, sizeof *names, ddbc_compare_unsigned);
    for (size_t i = 1; i < count && *out; i++) {
        *out = !ddbc_bytes_equal(names[i - 1], names[i]);
    }
    return true;
}

static bool get_map(reader *r, unsigned depth, ddbc_attribute *out)
{
    size_t count = 0;
    void *members = NULL;
    bool done = get_count(r, DDBC_HEAD_MAX + 2, &count);
    for (size_t i = 0; done && i < count; i++) {
        done = make_room(r, &members, i, count, sizeof(ddbc_member));
        ddbc_member *member = (ddbc_member *)members + (done ? i : 0);
        done = done && get_name(r, &member->name) && get_attribute(r, depth + 1, &member->value);
    }
    out->as.map.members = members;
    out->as.map.count = count;
    bool differ = true;
    if (!done || !names_differ(r, out, &differ)) {
        return false;
    }
    return differ ? true : malformed(r, "a map has two members of the same name");
}

static bool get_boolean(reader *r, bool *out)
{
    uint8_t byte = 0;
    if (!get_byte(r, &byte)) {
        return false;
    }
    if (byte > 1) {
        return malformed(r, "a boolean is neither 00 nor 01");
    }
    *out = byte == 1;
    return true;
}

/* One more than the type, so that 0 is none. */
static const uint8_t types_of_tags[256] = {
    ['s'] = DDBC_TYPE_S + 1,     ['n'] = DDBC_TYPE_N + 1,  ['b'] = DDBC_TYPE_B + 1,  ['?'] = DDBC_TYPE_BOOL + 1,
    [0x00] = DDBC_TYPE_NULL + 1, ['S'] = DDBC_TYPE_SS + 1, ['N'] = DDBC_TYPE_NS + 1, ['B'] = DDBC_TYPE_BS + 1,
    ['L'] = DDBC_TYPE_L + 1,     ['M'] = DDBC_TYPE_M + 1,
};

static inline bool get_type(reader *r, ddbc_type *out)
{
    if (left(r) < 2) {
        return malformed(r, "they end too early");
    }
    const uint8_t *head = r->at;
    r->at += 2;
    if (head[0] != RESERVED) {
        return malformed(r, "the reserved byte is not 00");
    }
    uint8_t type = types_of_tags[head[1]];
    if (type == 0) {
        return malformed(r, "unknown type tag");
    }
    *out = (ddbc_type)(type - 1);
    return true;
}

static bool get_attribute(reader *r, unsigned depth, ddbc_attribute *out)
{
    if (depth > DDBC_DEPTH_MAX) {
        return malformed(r, "they nest deeper than 32 levels");
    }
    if (!get_type(r, &out->type)) {
        return false;
    }
    switch (out->type) {
    case DDBC_TYPE_S:
        return get_text(r, &out->as.bytes);
    case DDBC_TYPE_N:
        return get_number(r, &out->as.number);
    case DDBC_TYPE_B:
        return get_value(r, &out->as.bytes);
    case DDBC_TYPE_BOOL:
        return get_boolean(r, &out->as.boolean);
    case DDBC_TYPE_NULL:
        return true;
    case DDBC_TYPE_SS:
    case DDBC_TYPE_NS:
    case DDBC_TYPE_BS:
        return get_set(r, out);
    case DDBC_TYPE_L:
        return get_list(r, depth, out);
    case DDBC_TYPE_M:
        return get_map(r, depth, out);
    }
    return malformed(r, "unknown type tag");
}

bool ddbc_legacy_read_attribute(ddbc_workspace *workspace, ddbc_bytes in, ddbc_attribute *out, ddbc_status *status)
{
    reader r = {workspace, in.ptr, in.ptr == NULL ? NULL : in.ptr + in.len, status};
    ddbc_attribute result;
    if (in.len == 0) {
        return malformed(&r, "there are none");
    }
    if (!get_attribute(&r, 1, &result)) {
        return false;
    }
    if (r.at != r.end) {
        return malformed(&r, "bytes follow the attribute");
    }
    *out = result;
    return true;
}
