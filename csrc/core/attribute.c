/* SPDX-License-Identifier: Apache-2.0
 * attribute: the typed tree, and what DynamoDB asks of it. */
#include <string.h>

#include "core/engine.h"
#include "core/order.h"
#include "core/status.h"

const char *ddbc_type_name(ddbc_type type)
{
    static const char *const names[] = {"S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"};
    return (size_t)type < sizeof names / sizeof names[0] ? names[type] : "?";
}

bool ddbc_number_parse(ddbc_workspace *workspace, ddbc_bytes text, ddbc_number *out, ddbc_status *status)
{
    if (ddbc_number_is_canonical(text)) {
        *out = (ddbc_number){text, text};
        return true;
    }
    char canonical[DDBC_NUMBER_MAX];
    size_t length = 0;
    if (!ddbc_number_canonical(text, canonical, &length, status)) {
        return false;
    }
    /* Most numbers come in canonical form already, and then need no copy. */
    bool same = text.len == length && memcmp(text.ptr, canonical, length) == 0;
    uint8_t *copy = NULL;
    if (!same) {
        copy = ddbc_arena_alloc(&workspace->arena, length);
        if (copy != NULL) {
            memcpy(copy, canonical, length);
        }
    }
    ddbc_wipe(canonical, length);
    if (!same && copy == NULL) {
        return ddbc_fail_memory(status);
    }
    out->text = text;
    out->canonical = same ? text : (ddbc_bytes){copy, length};
    return true;
}

/* Few enough that each is compared with each: most differ in length already. */
#define FEW 8

static bool few_have_equals(const uint8_t *views, size_t count, size_t stride)
{
    for (size_t i = 1; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (ddbc_bytes_equal(*(const ddbc_bytes *)(const void *)(views + i * stride),
                                 *(const ddbc_bytes *)(const void *)(views + j * stride))) {
                return true;
            }
        }
    }
    return false;
}

/* Sorts a copy of the views and looks at neighbours. `stride` apart, each begins with a ddbc_bytes at `offset`. */
static bool has_equals(ddbc_workspace *workspace, const void *things, size_t count, size_t stride, size_t offset,
                       bool *out, ddbc_status *status)
{
    *out = false;
    if (count <= FEW) {
        *out = count > 1 && few_have_equals((const uint8_t *)things + offset, count, stride);
        return true;
    }
    ddbc_bytes *views = ddbc_arena_array(&workspace->arena, count, sizeof *views);
    if (views == NULL) {
        return ddbc_fail_memory(status);
    }
    for (size_t i = 0; i < count; i++) {
        memcpy(&views[i], (const uint8_t *)things + i * stride + offset, sizeof views[i]);
    }
    ddbc_sort(views, count, sizeof *views, ddbc_compare_unsigned);
    for (size_t i = 1; i < count && !*out; i++) {
        *out = ddbc_bytes_equal(views[i - 1], views[i]);
    }
    return true;
}

bool ddbc_fail_equal_members(ddbc_type type, ddbc_status *status)
{
    if (type == DDBC_TYPE_M) {
        return ddbc_fail(status, DDBC_DUPLICATE_MEMBER, "a map has two members of the same name; remove one");
    }
    return ddbc_fail(status, DDBC_DUPLICATE_MEMBER,
                     "a set (%s) has two members that are equal in DynamoDB; remove one%s", ddbc_type_name(type),
                     type == DDBC_TYPE_NS ? " (numbers are compared by value: 1 equals 1.0)" : "");
}

static bool check_set(ddbc_workspace *workspace, const ddbc_attribute *attribute, ddbc_status *status)
{
    bool equal = false;
    bool done = attribute->type == DDBC_TYPE_NS
                    ? has_equals(workspace, attribute->as.numbers.members, attribute->as.numbers.count,
                                 sizeof(ddbc_number), offsetof(ddbc_number, canonical), &equal, status)
                    : has_equals(workspace, attribute->as.set.members, attribute->as.set.count, sizeof(ddbc_bytes), 0,
                                 &equal, status);
    if (done && equal) {
        return ddbc_fail_equal_members(attribute->type, status);
    }
    return done;
}

static bool check(ddbc_workspace *workspace, const ddbc_attribute *attribute, unsigned depth, ddbc_status *status)
{
    bool container = attribute->type == DDBC_TYPE_L || attribute->type == DDBC_TYPE_M;
    if (depth + (container ? 1 : 0) > DDBC_DEPTH_MAX) {
        return ddbc_fail(status, DDBC_TOO_DEEP,
                         "lists and maps nest deeper than the %d levels of DynamoDB; flatten them", DDBC_DEPTH_MAX);
    }
    switch (attribute->type) {
    case DDBC_TYPE_SS:
    case DDBC_TYPE_NS:
    case DDBC_TYPE_BS:
        return check_set(workspace, attribute, status);
    case DDBC_TYPE_L:
        for (size_t i = 0; i < attribute->as.list.count; i++) {
            if (!check(workspace, &attribute->as.list.members[i], depth + 1, status)) {
                return false;
            }
        }
        return true;
    case DDBC_TYPE_M: {
        bool equal = false;
        if (!has_equals(workspace, attribute->as.map.members, attribute->as.map.count, sizeof(ddbc_member),
                        offsetof(ddbc_member, name), &equal, status)) {
            return false;
        }
        if (equal) {
            return ddbc_fail_equal_members(DDBC_TYPE_M, status);
        }
        for (size_t i = 0; i < attribute->as.map.count; i++) {
            if (!check(workspace, &attribute->as.map.members[i].value, depth + 1, status)) {
                return false;
            }
        }
        return true;
    }
    case DDBC_TYPE_S:
    case DDBC_TYPE_N:
    case DDBC_TYPE_B:
    case DDBC_TYPE_BOOL:
    case DDBC_TYPE_NULL:
        return true;
    }
    return ddbc_fail(status, DDBC_INVALID_ARGUMENT, "an attribute has no known type");
}

bool ddbc_attribute_check(ddbc_workspace *workspace, const ddbc_attribute *attribute, ddbc_status *status)
{
    return check(workspace, attribute, 1, status);
}
