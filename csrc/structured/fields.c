/* SPDX-License-Identifier: Apache-2.0
 * fields: the signed attributes of an item in order of canonical path. Paths of a table, see record.c, differ in the
 * length of the name and the name alone, and sort by these. */
#include "core/order.h"
#include "core/status.h"
#include "core/words.h"
#include "structured/format.h"

/* A sequence of four bytes is a pair of code units, each other character is one. */
static size_t utf16_length(ddbc_bytes text)
{
    size_t units = 0;
    if (ddbc_is_ascii(text.ptr, text.len)) {
        return text.len;
    }
    for (size_t i = 0; i < text.len; i++) {
        units += (text.ptr[i] & 0xC0) != 0x80;
        units += text.ptr[i] >= 0xF0;
    }
    return units;
}

static inline int compare_fields(const ddbc_field *a, const ddbc_field *b)
{
    return a->units != b->units ? (a->units > b->units) - (a->units < b->units)
                                : ddbc_compare_unsigned(&a->attribute->name, &b->attribute->name);
}

static int compare(const void *left, const void *right)
{
    return compare_fields(left, right);
}

/* As items mostly come, and seen without a call for each comparison. */
static bool are_sorted(const ddbc_field *fields, size_t count)
{
    bool sorted = true;
    for (size_t i = 1; sorted && i < count; i++) {
        sorted = compare_fields(&fields[i - 1], &fields[i]) <= 0;
    }
    return sorted;
}

bool ddbc_fields_new(ddbc_workspace *workspace, ddbc_structured_job *job, ddbc_field **out, size_t *out_count,
                     ddbc_status *status)
{
    ddbc_field *fields = ddbc_arena_array(&workspace->arena, job->item.count, sizeof *fields);
    size_t count = 0;
    if (fields == NULL) {
        return ddbc_fail_memory(status);
    }
    for (size_t i = 0; i < job->item.count; i++) {
        ddbc_item_attribute *attribute = &job->item.attributes[i];
        if (attribute->action != DDBC_DO_NOTHING) {
            fields[count++] = (ddbc_field){.attribute = attribute, .units = utf16_length(attribute->name)};
        }
    }
    if (count == 0) {
        return ddbc_fail(status, DDBC_INVALID_ARGUMENT,
                         "the item has no attribute that is signed; give one an action other than DO_NOTHING");
    }
    if (!are_sorted(fields, count)) {
        ddbc_sort(fields, count, sizeof *fields, compare);
    }
    *out = fields;
    *out_count = count;
    return true;
}
