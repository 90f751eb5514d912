/* SPDX-License-Identifier: Apache-2.0
 * header, both ways:
 *   version(1) flavor(1) message id(32)
 *   length(2) legend: 'e', 's' or 'c' for each signed attribute in order of canonical path
 *   stored encryption context, see context.c
 *   count(1), then per data key: length(2) provider id, length(2) provider information, length(2) ciphertext
 *   commitment(32) */
#include <string.h>

#include "core/order.h"
#include "core/status.h"
#include "structured/format.h"

#define FAMILY 0x6700

/* ---- writing --------------------------------------------------------------------------------------------------- */

static bool size_keys(const ddbc_structured_job *job, size_t *size, ddbc_status *status)
{
    if (job->key_count == 0 || job->key_count > DDBC_DATA_KEYS_MAX) {
        return ddbc_fail(status, DDBC_INVALID_ARGUMENT, "an item has 1 to %d encrypted data keys, not %zu",
                         DDBC_DATA_KEYS_MAX, job->key_count);
    }
    *size = 1;
    for (size_t i = 0; i < job->key_count; i++) {
        const ddbc_data_key *key = &job->keys[i];
        if (key->provider_id.len > UINT16_MAX || key->provider_info.len > UINT16_MAX ||
            key->ciphertext.len > UINT16_MAX) {
            return ddbc_fail(status, DDBC_TOO_LARGE, "a part of an encrypted data key has more than %d bytes",
                             UINT16_MAX);
        }
        if (!ddbc_utf8_valid(key->provider_id)) {
            return ddbc_fail(status, DDBC_INVALID_TEXT, "the provider id of an encrypted data key is not UTF-8");
        }
        *size += 6 + key->provider_id.len + key->provider_info.len + key->ciphertext.len;
    }
    return true;
}

static uint8_t legend_of(ddbc_action action)
{
    return action == DDBC_ENCRYPT_AND_SIGN ? 'e' : action == DDBC_SIGN_AND_INCLUDE ? 'c' : 's';
}

bool ddbc_header_write(ddbc_workspace *workspace, const ddbc_structured_job *job, uint8_t version,
                       const uint8_t message_id[DDBC_MESSAGE_ID_SIZE], const ddbc_field *fields, size_t count,
                       uint8_t **out, size_t *partial_size, ddbc_status *status)
{
    ddbc_bytes context = job->stored_bytes;
    size_t keys_size = 0;
    if (count >= UINT16_MAX) {
        return ddbc_fail(status, DDBC_TOO_LARGE, "an item has at most %d signed attributes", UINT16_MAX - 1);
    }
    if ((context.ptr == NULL && !ddbc_context_write(workspace, job->context, job->context_count, job->required,
                                                    job->required_count, &context, status)) ||
        !size_keys(job, &keys_size, status)) {
        return false;
    }
    size_t size = 2 + DDBC_MESSAGE_ID_SIZE + 2 + count + context.len + keys_size;
    uint8_t *header = ddbc_arena_alloc(&workspace->arena, size + DDBC_COMMITMENT_SIZE);
    if (header == NULL) {
        return ddbc_fail_memory(status);
    }
    uint8_t *at = header;
    *at++ = version;
    *at++ = (uint8_t)(job->suite & 0xFF);
    at = ddbc_put_bytes(at, (ddbc_bytes){message_id, DDBC_MESSAGE_ID_SIZE});
    at = ddbc_put_u16(at, count);
    for (size_t i = 0; i < count; i++) {
        *at++ = legend_of(fields[i].attribute->action);
    }
    at = ddbc_put_bytes(at, context);
    *at++ = (uint8_t)job->key_count;
    for (size_t i = 0; i < job->key_count; i++) {
        const ddbc_data_key *key = &job->keys[i];
        at = ddbc_put_bytes(ddbc_put_u16(at, key->provider_id.len), key->provider_id);
        at = ddbc_put_bytes(ddbc_put_u16(at, key->provider_info.len), key->provider_info);
        at = ddbc_put_bytes(ddbc_put_u16(at, key->ciphertext.len), key->ciphertext);
    }
    *out = header;
    *partial_size = size;
    return true;
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

static bool malformed(ddbc_status *status, const char *why)
{
    return ddbc_fail(status, DDBC_MALFORMED_HEADER, "the header (" DDBC_STRUCTURED_HEADER ") is malformed: %s", why);
}

static bool truncated(ddbc_status *status)
{
    return malformed(status, "it is truncated");
}

static bool read_start(ddbc_bytes *in, ddbc_structured_header *out, ddbc_status *status)
{
    size_t version = 0;
    size_t flavor = 0;
    if (!ddbc_take_number(in, 1, &version) || !ddbc_take_number(in, 1, &flavor) ||
        !ddbc_take_bytes(in, DDBC_MESSAGE_ID_SIZE, &out->message_id)) {
        return truncated(status);
    }
    if (version != 1 && version != 2) {
        return malformed(status, "its version is neither 1 nor 2");
    }
    if (flavor > 1) {
        return malformed(status, "its flavor names no algorithm suite of this format (0 or 1)");
    }
    out->version = (uint8_t)version;
    out->suite = (uint16_t)(FAMILY | flavor);
    return true;
}

static bool read_legend(ddbc_bytes *in, ddbc_structured_header *out, ddbc_status *status)
{
    if (!ddbc_take_sized(in, &out->legend)) {
        return truncated(status);
    }
    for (size_t i = 0; i < out->legend.len; i++) {
        uint8_t flag = out->legend.ptr[i];
        if (flag != 'e' && flag != 's' && !(flag == 'c' && out->version == 2)) {
            return malformed(status, "its legend has a byte other than e, s and, in version 2, c");
        }
    }
    return true;
}

static bool read_context(ddbc_workspace *workspace, ddbc_bytes *in, ddbc_structured_header *out, ddbc_status *status)
{
    size_t count = 0;
    if (!ddbc_take_number(in, 2, &count) || count > in->len / 4) {
        return truncated(status);
    }
    ddbc_pair *pairs = ddbc_arena_array(&workspace->arena, count, sizeof *pairs);
    if (pairs == NULL) {
        return ddbc_fail_memory(status);
    }
    for (size_t i = 0; i < count; i++) {
        if (!ddbc_take_sized(in, &pairs[i].name) || !ddbc_take_sized(in, &pairs[i].value)) {
            return truncated(status);
        }
        if (!ddbc_utf8_valid(pairs[i].name) || !ddbc_utf8_valid(pairs[i].value)) {
            return malformed(status, "its encryption context is not UTF-8");
        }
        if (i > 0 ? ddbc_compare_unsigned(&pairs[i - 1], &pairs[i]) >= 0 : pairs[i].name.len == 0) {
            return malformed(status, "the names of its encryption context are empty, equal or not in order");
        }
    }
    out->context = pairs;
    out->context_count = count;
    return true;
}

static bool read_keys(ddbc_workspace *workspace, ddbc_bytes *in, ddbc_structured_header *out, ddbc_status *status)
{
    size_t count = 0;
    if (!ddbc_take_number(in, 1, &count) || count > in->len / 6) {
        return truncated(status);
    }
    if (count == 0) {
        return malformed(status, "it has no encrypted data key");
    }
    ddbc_data_key *keys = ddbc_arena_array(&workspace->arena, count, sizeof *keys);
    if (keys == NULL) {
        return ddbc_fail_memory(status);
    }
    for (size_t i = 0; i < count; i++) {
        if (!ddbc_take_sized(in, &keys[i].provider_id) || !ddbc_take_sized(in, &keys[i].provider_info) ||
            !ddbc_take_sized(in, &keys[i].ciphertext)) {
            return truncated(status);
        }
        if (!ddbc_utf8_valid(keys[i].provider_id)) {
            return malformed(status, "the provider id of a data key is not UTF-8");
        }
    }
    out->keys = keys;
    out->key_count = count;
    return true;
}

bool ddbc_structured_read_header(ddbc_workspace *workspace, ddbc_bytes in, ddbc_structured_header *out,
                                 ddbc_status *status)
{
    ddbc_structured_header header = {.partial = in};
    if (!read_start(&in, &header, status) || !read_legend(&in, &header, status) ||
        !read_context(workspace, &in, &header, status) || !read_keys(workspace, &in, &header, status)) {
        return false;
    }
    if (in.len != DDBC_COMMITMENT_SIZE) {
        return in.len < DDBC_COMMITMENT_SIZE ? truncated(status) : malformed(status, "bytes follow its end");
    }
    header.commitment = in;
    header.partial.len -= DDBC_COMMITMENT_SIZE;
    *out = header;
    return true;
}
