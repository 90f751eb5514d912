/* SPDX-License-Identifier: Apache-2.0
 * fields: the signed attributes of an item and their canonical paths:
 *   table name, depth(8) 1, '$', length(8) of the attribute name, the name
 * The length counts UTF-16 code units, as AWS's implementations have it; the name itself is UTF-8. */
#include "core/order.h"
#include "core/status.h"
#include "structured/format.h"

#define PATH_FIXED 17

/* A sequence of four bytes is a pair of code units, each other character is one. */
static size_t utf16_length(ddbc_bytes text)
{
    size_t units = 0;
    for (size_t i = 0; i < text.len; i++) {
        units += (text.ptr[i] & 0xC0) != 0x80;
        units += text.ptr[i] >= 0xF0;
    }
    return units;
}

static bool make_paths(ddbc_workspace *workspace, ddbc_bytes table, ddbc_field *fields, size_t count, size_t names_size,
                       ddbc_status *status)
{
    size_t each = table.len + PATH_FIXED;
    if (count > (SIZE_MAX - names_size) / each) {
        return ddbc_fail_memory(status);
    }
    uint8_t *at = ddbc_arena_alloc(&workspace->arena, count * each + names_size);
    if (at == NULL) {
        return ddbc_fail_memory(status);
    }
    for (size_t i = 0; i < count; i++) {
        ddbc_bytes name = fields[i].attribute->name;
        fields[i].path.ptr = at;
        at = ddbc_put_u64(ddbc_put_bytes(at, table), 1);
        *at++ = '$';
        at = ddbc_put_bytes(ddbc_put_u64(at, utf16_length(name)), name);
        fields[i].path.len = (size_t)(at - fields[i].path.ptr);
    }
    return true;
}

bool ddbc_fields_new(ddbc_workspace *workspace, ddbc_structured_job *job, ddbc_field **out, size_t *out_count,
                     ddbc_status *status)
{
    ddbc_field *fields = ddbc_arena_array(&workspace->arena, job->item.count, sizeof *fields);
    size_t count = 0;
    size_t names_size = 0;
    if (fields == NULL) {
        return ddbc_fail_memory(status);
    }
    for (size_t i = 0; i < job->item.count; i++) {
        ddbc_item_attribute *attribute = &job->item.attributes[i];
        if (attribute->action != DDBC_DO_NOTHING) {
            fields[count] = (ddbc_field){.attribute = attribute};
            names_size += attribute->name.len;
            count++;
        }
    }
    if (count == 0) {
        return ddbc_fail(status, DDBC_INVALID_ARGUMENT,
                         "the item has no attribute that is signed; give one an action other than DO_NOTHING");
    }
    if (!make_paths(workspace, job->table, fields, count, names_size, status)) {
        return false;
    }
    ddbc_sort(fields, count, sizeof *fields, ddbc_compare_unsigned);
    *out = fields;
    *out_count = count;
    return true;
}
