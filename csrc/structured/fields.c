/* SPDX-License-Identifier: Apache-2.0
 * fields: the signed attributes of an item and their canonical paths:
 *   table name, depth(8) 1, '$', length(8) of the attribute name, the name
 * The length counts UTF-16 code units, as AWS's implementations have it; the name itself is UTF-8. */
#include <string.h>

#include "core/order.h"
#include "core/status.h"
#include "structured/format.h"

#define PATH_FIXED 17

/* A sequence of four bytes is a pair of code units, each other character is one. */
static size_t utf16_length(ddbc_bytes text)
{
    size_t units = 0;
    size_t start = 0;
    uint64_t word = 0;
    for (; text.len - start >= sizeof word; start += sizeof word) {
        memcpy(&word, text.ptr + start, sizeof word);
        if ((word & UINT64_C(0x8080808080808080)) != 0) {
            break;
        }
    }
    units = start; /* ASCII until here */
    for (size_t i = start; i < text.len; i++) {
        units += (text.ptr[i] & 0xC0) != 0x80;
        units += text.ptr[i] >= 0xF0;
    }
    return units;
}

/* Paths of a table differ in the length of the name and the name alone, and sort by these. */
typedef struct named {
    size_t units;
    ddbc_bytes name;
    ddbc_item_attribute *attribute;
} named;

static int compare(const void *left, const void *right)
{
    const named *a = left;
    const named *b = right;
    return a->units != b->units ? (a->units > b->units) - (a->units < b->units)
                                : ddbc_compare_unsigned(&a->name, &b->name);
}

static bool make_fields(ddbc_workspace *workspace, ddbc_bytes table, const named *all, ddbc_field *fields, size_t count,
                        size_t names_size, ddbc_status *status)
{
    size_t each = table.len + PATH_FIXED + DDBC_FIELD_HEAD_SIZE;
    if (count > (SIZE_MAX - names_size) / each) {
        return ddbc_fail_memory(status);
    }
    uint8_t *at = ddbc_arena_alloc(&workspace->arena, count * each + names_size);
    if (at == NULL) {
        return ddbc_fail_memory(status);
    }
    for (size_t i = 0; i < count; i++) {
        uint8_t *path = at;
        at = ddbc_put_u64(ddbc_put_bytes(at, table), 1);
        *at++ = '$';
        at = ddbc_put_bytes(ddbc_put_u64(at, all[i].units), all[i].name);
        fields[i] = (ddbc_field){.path = {path, (size_t)(at - path)}, .head = at, .attribute = all[i].attribute};
        at += DDBC_FIELD_HEAD_SIZE;
    }
    return true;
}

bool ddbc_fields_new(ddbc_workspace *workspace, ddbc_structured_job *job, ddbc_field **out, size_t *out_count,
                     ddbc_status *status)
{
    named *all = ddbc_arena_array(&workspace->arena, job->item.count, sizeof *all);
    size_t count = 0;
    size_t names_size = 0;
    if (all == NULL) {
        return ddbc_fail_memory(status);
    }
    for (size_t i = 0; i < job->item.count; i++) {
        ddbc_item_attribute *attribute = &job->item.attributes[i];
        if (attribute->action != DDBC_DO_NOTHING) {
            all[count++] = (named){utf16_length(attribute->name), attribute->name, attribute};
            names_size += attribute->name.len;
        }
    }
    if (count == 0) {
        return ddbc_fail(status, DDBC_INVALID_ARGUMENT,
                         "the item has no attribute that is signed; give one an action other than DO_NOTHING");
    }
    ddbc_field *fields = ddbc_arena_array(&workspace->arena, count, sizeof *fields);
    if (fields == NULL) {
        return ddbc_fail_memory(status);
    }
    ddbc_sort(all, count, sizeof *all, compare);
    if (!make_fields(workspace, job->table, all, fields, count, names_size, status)) {
        return false;
    }
    *out = fields;
    *out_count = count;
    return true;
}
