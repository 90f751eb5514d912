/* SPDX-License-Identifier: Apache-2.0
 * record: what is signed.
 *   header; length(8) and bytes of the whole encryption context; then for each signed attribute in order of path
 *     path      table name, depth(8) 1, '$', length(8) of the attribute name in UTF-16 code units, as AWS's
 *               implementations have it, and the name in UTF-8
 *     length(8) of the value, "ENCRYPTED" or "PLAINTEXT", type id(2), value
 * Paths are the additional data of the fields' encryption too, and a stored value is type id and ciphertext: so fields are
 * encrypted and decrypted in their places here, and most of the record is hashed in one go. */
#include <string.h>

#include "core/status.h"
#include "structured/format.h"

#define PATH_FIXED 17
#define LENGTH_SIZE 8
#define WORD_SIZE 9
/* Larger values stay where they are, since to hash them apart takes less than to copy them. */
#define COPIED_MAX 1024

static bool is_encrypted(const ddbc_field *field)
{
    return field->attribute->action == DDBC_ENCRYPT_AND_SIGN;
}

/* Bytes of the value as they are signed; of an encrypted one with its type id in front. */
static size_t signed_size(const ddbc_field *field, bool encrypting)
{
    return field->value.len + (is_encrypted(field) && encrypting ? DDBC_FIELD_OVERHEAD : 0);
}

static bool in_record(const ddbc_field *field, bool encrypting)
{
    const ddbc_item_attribute *attribute = field->attribute;
    if (!is_encrypted(field)) {
        return field->value.len <= COPIED_MAX;
    }
    if (attribute->sink == NULL) {
        return encrypting || field->value.len <= COPIED_MAX;
    }
    return encrypting && attribute->value.type != DDBC_TYPE_S && attribute->value.type != DDBC_TYPE_B;
}

static inline bool add(size_t *total, size_t more)
{
    *total += more;
    return *total >= more;
}

static bool measure(ddbc_bytes table, ddbc_field *fields, size_t count, bool encrypting, size_t *size, size_t *apart)
{
    size_t each = table.len + PATH_FIXED + LENGTH_SIZE + WORD_SIZE + DDBC_FIELD_OVERHEAD;
    *size = 0;
    *apart = 0;
    for (size_t i = 0; i < count; i++) {
        fields[i].inside = in_record(&fields[i], encrypting);
        size_t more = fields[i].inside ? fields[i].value.len : 0;
        if (!add(size, fields[i].attribute->name.len) || !add(size, more)) {
            return false;
        }
        *apart += fields[i].inside ? 0 : 1;
    }
    if (each < table.len || count > (SIZE_MAX - *size) / each) {
        return false;
    }
    *size += count * each;
    return true;
}

/* What stands between path and value. A stored value has its type id in front, so that it is not repeated. */
static uint8_t *put_head(uint8_t *at, const ddbc_field *field, size_t size)
{
    if (is_encrypted(field)) {
        return ddbc_put_bytes(ddbc_put_u64(at, size - DDBC_TYPE_ID_SIZE),
                              (ddbc_bytes){(const uint8_t *)"ENCRYPTED", WORD_SIZE});
    }
    at = ddbc_put_bytes(ddbc_put_u64(at, size), (ddbc_bytes){(const uint8_t *)"PLAINTEXT", WORD_SIZE});
    return ddbc_put_bytes(at, (ddbc_bytes){field->type_id, DDBC_TYPE_ID_SIZE});
}

/* The value where it is inside of the record, or room for it. */
static uint8_t *put_value(uint8_t *at, ddbc_field *field, size_t size, bool encrypting)
{
    if (!is_encrypted(field) || !encrypting) {
        (void)ddbc_put_bytes(at, field->value);
    }
    field->stored = is_encrypted(field) ? at : NULL;
    return at + size;
}

static ddbc_bytes value_apart(ddbc_field *field, size_t size, bool encrypting)
{
    if (!is_encrypted(field) || !encrypting) {
        field->stored = NULL;
        return field->value;
    }
    field->stored = field->attribute->sink;
    return (ddbc_bytes){field->stored, size};
}

static void lay_out(ddbc_bytes table, ddbc_field *fields, size_t count, bool encrypting, uint8_t *at, ddbc_record *out)
{
    ddbc_bytes *piece = out->pieces + DDBC_RECORD_FRONT;
    const uint8_t *start = at; /* of what is in one piece */
    for (size_t i = 0; i < count; i++) {
        ddbc_field *field = &fields[i];
        size_t size = signed_size(field, encrypting);
        const uint8_t *path = at;
        at = ddbc_put_u64(ddbc_put_bytes(at, table), 1);
        *at++ = '$';
        at = ddbc_put_bytes(ddbc_put_u64(at, field->units), field->attribute->name);
        field->path = (ddbc_bytes){path, (size_t)(at - path)};
        at = put_head(at, field, size);
        if (field->inside) {
            at = put_value(at, field, size, encrypting);
        } else {
            *piece++ = (ddbc_bytes){start, (size_t)(at - start)};
            *piece++ = value_apart(field, size, encrypting);
            start = at;
        }
    }
    *piece++ = (ddbc_bytes){start, (size_t)(at - start)};
    out->count = (size_t)(piece - out->pieces);
}

bool ddbc_record_new(ddbc_workspace *workspace, ddbc_bytes table, ddbc_field *fields, size_t count, bool encrypting,
                     ddbc_record *out, ddbc_status *status)
{
    size_t size = 0;
    size_t apart = 0;
    if (!measure(table, fields, count, encrypting, &size, &apart)) {
        return ddbc_fail_memory(status);
    }
    uint8_t *bytes = ddbc_arena_alloc(&workspace->arena, size);
    out->pieces = ddbc_arena_array(&workspace->arena, DDBC_RECORD_FRONT + 2 * apart + 1, sizeof *out->pieces);
    if (bytes == NULL || out->pieces == NULL) {
        return ddbc_fail_memory(status);
    }
    lay_out(table, fields, count, encrypting, bytes, out);
    return true;
}

bool ddbc_record_hash(ddbc_workspace *workspace, const ddbc_structured_job *job, ddbc_record *record,
                      uint8_t out[DDBC_SHA384_SIZE], ddbc_status *status)
{
    uint8_t length[LENGTH_SIZE];
    ddbc_bytes context = job->context_bytes;
    if (context.ptr == NULL &&
        !ddbc_context_write(workspace, job->context, job->context_count, NULL, 0, &context, status)) {
        return false;
    }
    (void)ddbc_put_u64(length, context.len);
    record->pieces[0] = job->header;
    record->pieces[1] = (ddbc_bytes){length, sizeof length};
    record->pieces[2] = context;
    return ddbc_sha384(workspace, record->pieces, record->count, out, status);
}
