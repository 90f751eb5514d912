/* SPDX-License-Identifier: Apache-2.0
 * context: the encryption context of an item.
 *   serialised   count(2), then in order of name: length(2) name length(2) value
 *   version 1    names of table and keys; values of the keys in base 64
 *   version 2    names of table and keys; values of all attributes that are SIGN_AND_INCLUDE as text, and their legend */
#include <string.h>

#include "core/order.h"
#include "core/status.h"
#include "structured/format.h"

#define ATTRIBUTE_PREFIX "aws-crypto-attr."
#define LEGEND_NAME "aws-crypto-legend"
#define FIXED_PAIRS 6

/* ---- serialisation --------------------------------------------------------------------------------------------- */

static bool is_one_of(ddbc_bytes name, const ddbc_bytes *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (ddbc_bytes_equal(name, names[i])) {
            return true;
        }
    }
    return false;
}

static bool choose(const ddbc_pair *pairs, size_t count, const ddbc_bytes *left_out, size_t left_out_count,
                   ddbc_pair *chosen, size_t *chosen_count, size_t *size, ddbc_status *status)
{
    *size = 2;
    *chosen_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_one_of(pairs[i].name, left_out, left_out_count)) {
            continue;
        }
        if (pairs[i].name.len > UINT16_MAX || pairs[i].value.len > UINT16_MAX) {
            return ddbc_fail(
                status, DDBC_TOO_LARGE,
                "a name or a value of the encryption context has more than %d bytes; use an attribute that "
                "is shorter",
                UINT16_MAX);
        }
        chosen[(*chosen_count)++] = pairs[i];
        *size += 4 + pairs[i].name.len + pairs[i].value.len;
    }
    return true;
}

bool ddbc_context_write(ddbc_workspace *workspace, const ddbc_pair *pairs, size_t count, const ddbc_bytes *left_out,
                        size_t left_out_count, ddbc_bytes *out, ddbc_status *status)
{
    ddbc_pair *chosen = ddbc_arena_array(&workspace->arena, count, sizeof *chosen);
    size_t chosen_count = 0;
    size_t size = 0;
    if (chosen == NULL) {
        return ddbc_fail_memory(status);
    }
    if (count > UINT16_MAX) {
        return ddbc_fail(status, DDBC_TOO_LARGE, "an encryption context has at most %d pairs", UINT16_MAX);
    }
    if (!choose(pairs, count, left_out, left_out_count, chosen, &chosen_count, &size, status)) {
        return false;
    }
    ddbc_sort(chosen, chosen_count, sizeof *chosen, ddbc_compare_unsigned);
    uint8_t *bytes = ddbc_arena_alloc(&workspace->arena, size);
    if (bytes == NULL) {
        return ddbc_fail_memory(status);
    }
    uint8_t *at = ddbc_put_u16(bytes, chosen_count);
    for (size_t i = 0; i < chosen_count; i++) {
        if (i > 0 && ddbc_bytes_equal(chosen[i - 1].name, chosen[i].name)) {
            return ddbc_fail(status, DDBC_DUPLICATE_MEMBER, "an encryption context has two pairs of the same name");
        }
        at = ddbc_put_bytes(ddbc_put_u16(at, chosen[i].name.len), chosen[i].name);
        at = ddbc_put_bytes(ddbc_put_u16(at, chosen[i].value.len), chosen[i].value);
    }
    *out = (ddbc_bytes){bytes, size};
    return true;
}

bool ddbc_structured_write_context(ddbc_workspace *workspace, const ddbc_pair *pairs, size_t count, ddbc_bytes *out,
                                   ddbc_status *status)
{
    return ddbc_context_write(workspace, pairs, count, NULL, 0, out, status);
}

/* ---- of an item ------------------------------------------------------------------------------------------------ */

static const ddbc_item_attribute *find(const ddbc_item *item, ddbc_bytes name)
{
    for (size_t i = 0; i < item->count; i++) {
        if (ddbc_bytes_equal(item->attributes[i].name, name)) {
            return &item->attributes[i];
        }
    }
    return NULL;
}

static bool find_key(const ddbc_structured_job *job, ddbc_bytes name, const ddbc_item_attribute **out,
                     ddbc_status *status)
{
    *out = find(&job->item, name);
    if (*out == NULL) {
        (void)ddbc_fail(
            status, DDBC_MISSING_ATTRIBUTE,
            "the item lacks a key attribute of its table, which the encryption context needs; read and write "
            "whole items");
        return ddbc_fail_in(status, name);
    }
    return true;
}

static bool prefixed_name(ddbc_workspace *workspace, ddbc_bytes name, ddbc_bytes *out, ddbc_status *status)
{
    ddbc_bytes prefix = ddbc_text(ATTRIBUTE_PREFIX);
    uint8_t *bytes = ddbc_arena_alloc(&workspace->arena, prefix.len + name.len);
    if (bytes == NULL) {
        return ddbc_fail_memory(status);
    }
    (void)ddbc_put_bytes(ddbc_put_bytes(bytes, prefix), name);
    *out = (ddbc_bytes){bytes, prefix.len + name.len};
    return true;
}

/* Base 64 (RFC 4648, padded) of type id and value. */
static bool encode_value(ddbc_workspace *workspace, const ddbc_attribute *value, ddbc_bytes *out, ddbc_status *status)
{
    uint8_t type_id[DDBC_TYPE_ID_SIZE];
    ddbc_bytes body;
    if (!ddbc_structured_write_value(workspace, value, type_id, &body, status)) {
        return false;
    }
    size_t size = DDBC_TYPE_ID_SIZE + body.len;
    uint8_t *bytes = ddbc_arena_alloc(&workspace->arena, size);
    size_t text_size = DDBC_BASE64_SIZE(size);
    uint8_t *text = ddbc_arena_alloc(&workspace->arena, text_size);
    if (bytes == NULL || text == NULL) {
        return ddbc_fail_memory(status);
    }
    (void)ddbc_put_bytes(ddbc_put_bytes(bytes, (ddbc_bytes){type_id, sizeof type_id}), body);
    ddbc_put_base64(text, (ddbc_bytes){bytes, size});
    *out = (ddbc_bytes){text, text_size};
    return true;
}

/* Said here, where it is known of which attribute. */
static bool check_size(ddbc_bytes value, ddbc_status *status)
{
    return value.len <= UINT16_MAX
               ? true
               : ddbc_fail(status, DDBC_TOO_LARGE,
                           "as text the value has %zu bytes, and the encryption context takes %d: store a shorter "
                           "value, or leave the attribute out of the context",
                           value.len, UINT16_MAX);
}

static bool plain_value(ddbc_workspace *workspace, const ddbc_attribute *value, ddbc_bytes *out, uint8_t *legend,
                        ddbc_status *status)
{
    switch (value->type) {
    case DDBC_TYPE_S:
        *legend = 'S';
        *out = value->as.bytes;
        return true;
    case DDBC_TYPE_N:
        *legend = 'N';
        *out = value->as.number.canonical;
        return true;
    case DDBC_TYPE_NULL:
        *legend = 'L';
        *out = ddbc_text("null");
        return true;
    case DDBC_TYPE_BOOL:
        *legend = 'L';
        *out = ddbc_text(value->as.boolean ? "true" : "false");
        return true;
    default:
        *legend = 'B';
        return encode_value(workspace, value, out, status);
    }
}

static void add(ddbc_pair *pairs, size_t *count, const char *name, ddbc_bytes value)
{
    pairs[(*count)++] = (ddbc_pair){ddbc_text(name), value};
}

/* Only of version 1: the value of a key attribute. */
static bool add_key(ddbc_workspace *workspace, const ddbc_item_attribute *attribute, ddbc_pair *pairs, size_t *count,
                    ddbc_status *status)
{
    ddbc_pair *pair = &pairs[(*count)++];
    return prefixed_name(workspace, attribute->name, &pair->name, status) &&
           ((encode_value(workspace, &attribute->value, &pair->value, status) && check_size(pair->value, status)) ||
            ddbc_fail_in(status, attribute->name));
}

typedef struct included {
    ddbc_bytes name; /* first, to be sorted by */
    const ddbc_item_attribute *attribute;
} included;

/* Only of version 2. */
static bool add_included(ddbc_workspace *workspace, const ddbc_item *item, ddbc_pair *pairs, size_t *count,
                         ddbc_status *status)
{
    included *found = ddbc_arena_array(&workspace->arena, item->count, sizeof *found);
    uint8_t *legend = ddbc_arena_alloc(&workspace->arena, item->count);
    size_t found_count = 0;
    if (found == NULL || legend == NULL) {
        return ddbc_fail_memory(status);
    }
    for (size_t i = 0; i < item->count; i++) {
        if (item->attributes[i].action == DDBC_SIGN_AND_INCLUDE) {
            found[found_count++] = (included){item->attributes[i].name, &item->attributes[i]};
        }
    }
    ddbc_sort(found, found_count, sizeof *found, ddbc_compare_unsigned);
    for (size_t i = 0; i < found_count; i++) {
        ddbc_pair *pair = &pairs[(*count)++];
        if (!prefixed_name(workspace, found[i].name, &pair->name, status)) {
            return false;
        }
        if (!plain_value(workspace, &found[i].attribute->value, &pair->value, &legend[i], status) ||
            !check_size(pair->value, status)) {
            return ddbc_fail_in(status, found[i].name);
        }
    }
    add(pairs, count, LEGEND_NAME, (ddbc_bytes){legend, found_count});
    return true;
}

bool ddbc_structured_context(ddbc_workspace *workspace, const ddbc_structured_job *job, uint8_t version,
                             ddbc_pair **out, size_t *out_count, ddbc_status *status)
{
    const ddbc_item_attribute *partition = NULL;
    const ddbc_item_attribute *sort = NULL;
    ddbc_pair *pairs = ddbc_arena_array(&workspace->arena, job->item.count + FIXED_PAIRS, sizeof *pairs);
    size_t count = 0;
    if (pairs == NULL) {
        return ddbc_fail_memory(status);
    }
    if (!find_key(job, job->partition, &partition, status) ||
        (job->sort.ptr != NULL && !find_key(job, job->sort, &sort, status))) {
        return false;
    }
    add(pairs, &count, "aws-crypto-table-name", job->table);
    add(pairs, &count, "aws-crypto-partition-name", job->partition);
    if (sort != NULL) {
        add(pairs, &count, "aws-crypto-sort-name", job->sort);
    }
    if (version == 2) {
        if (!add_included(workspace, &job->item, pairs, &count, status)) {
            return false;
        }
    } else if (!add_key(workspace, partition, pairs, &count, status) ||
               (sort != NULL && !add_key(workspace, sort, pairs, &count, status))) {
        return false;
    }
    ddbc_sort(pairs, count, sizeof *pairs, ddbc_compare_unsigned);
    *out = pairs;
    *out_count = count;
    return true;
}

bool ddbc_context_check(ddbc_workspace *workspace, const ddbc_structured_job *job, uint8_t version, ddbc_status *status)
{
    ddbc_pair *pairs = NULL;
    size_t count = 0;
    if (!ddbc_structured_context(workspace, job, version, &pairs, &count, status)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        while (at < job->context_count && !ddbc_bytes_equal(job->context[at].name, pairs[i].name)) {
            at++;
        }
        if (at == job->context_count || !ddbc_bytes_equal(job->context[at].value, pairs[i].value)) {
            return ddbc_fail(
                status, DDBC_INVALID_ARGUMENT,
                "the materials' encryption context is not that of the item: pair %.*s is missing or differs; "
                "a materials manager must hand on what it was given",
                pairs[i].name.len > 64 ? 64 : (int)pairs[i].name.len, (const char *)pairs[i].name.ptr);
        }
    }
    return true;
}
