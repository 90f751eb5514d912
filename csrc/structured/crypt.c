/* SPDX-License-Identifier: Apache-2.0
 * crypt: commit key and field keys of an item, and the fields' encryption.
 *   commit key   HKDF-SHA512(data key, "AWS_DBE_COMMIT_KEY" message id), 32 bytes
 *   root key     HKDF-SHA512(data key, "AWS_DBE_DERIVE_KEY" message id), 32 bytes
 *   field n      key(32) and nonce(12) from the AES-256-CTR stream of the root key, whose counter block is
 *                "AwsDbeField" 2c, counter(4) 3 n: three blocks each, so that one stream holds all of them */
#include <string.h>

#include "core/hmac.h"
#include "core/status.h"
#include "structured/format.h"

#define LABEL_SIZE 18
#define KEY_SIZE 32
#define SLOT_SIZE 48 /* of the stream; the last four bytes are not used */
/* Counters have 32 bits. */
#define FIELDS_MAX 1431655764

bool ddbc_crypt_begin(ddbc_workspace *workspace, ddbc_crypt *out, ddbc_status *status)
{
    out->workspace = workspace;
    return ddbc_gcm_begin(workspace->engine, &out->gcm, status);
}

void ddbc_crypt_end(ddbc_crypt *crypt)
{
    ddbc_gcm_end(&crypt->gcm);
}

/* One block of HKDF's expansion, which is all that 32 bytes need. */
static bool expand(const ddbc_hmac *prk, const char *label, ddbc_bytes message_id, uint8_t out[KEY_SIZE],
                   ddbc_status *status)
{
    uint8_t info[LABEL_SIZE + DDBC_MESSAGE_ID_SIZE + 1];
    uint8_t *at = ddbc_put_bytes(ddbc_put_bytes(info, (ddbc_bytes){(const uint8_t *)label, LABEL_SIZE}), message_id);
    *at = 1;
    return ddbc_hmac_compute(prk, (ddbc_bytes){info, sizeof info}, out, KEY_SIZE, status);
}

/* The HMAC of one message under a key that serves for nothing else. */
static bool compute_once(const ddbc_crypt *crypt, ddbc_algorithm algorithm, ddbc_bytes key, ddbc_bytes data,
                         uint8_t *out, size_t wanted, ddbc_status *status)
{
    ddbc_hmac hmac;
    bool done = ddbc_hmac_begin(crypt->workspace->engine, algorithm, key, &hmac, status) &&
                ddbc_hmac_compute(&hmac, data, out, wanted, status);
    ddbc_hmac_end(&hmac);
    return done;
}

/* Both keys come from one extraction: same material, no salt. */
bool ddbc_crypt_derive(ddbc_crypt *crypt, ddbc_bytes data_key, ddbc_bytes message_id, ddbc_item_keys *out,
                       ddbc_status *status)
{
    ddbc_hmac prk;
    bool done = ddbc_hmac_begin_extracted(crypt->workspace->engine, data_key, &prk, status) &&
                expand(&prk, "AWS_DBE_COMMIT_KEY", message_id, out->commit, status) &&
                expand(&prk, "AWS_DBE_DERIVE_KEY", message_id, out->root, status);
    ddbc_hmac_end(&prk);
    return done;
}

bool ddbc_crypt_commitment(ddbc_crypt *crypt, const ddbc_item_keys *keys, ddbc_bytes partial,
                           uint8_t out[DDBC_COMMITMENT_SIZE], ddbc_status *status)
{
    return compute_once(crypt, DDBC_ALG_HMAC_SHA512, (ddbc_bytes){keys->commit, sizeof keys->commit}, partial, out,
                        DDBC_COMMITMENT_SIZE, status);
}

bool ddbc_crypt_tag(ddbc_crypt *crypt, ddbc_bytes key, ddbc_bytes data, uint8_t out[DDBC_TAG_SIZE], ddbc_status *status)
{
    return compute_once(crypt, DDBC_ALG_HMAC_SHA384, key, data, out, DDBC_TAG_SIZE, status);
}

static size_t count_encrypted(const ddbc_field *fields, size_t count)
{
    size_t encrypted = 0;
    for (size_t i = 0; i < count; i++) {
        encrypted += fields[i].attribute->action == DDBC_ENCRYPT_AND_SIGN ? 1 : 0;
    }
    return encrypted;
}

/* The keys and nonces of all fields that are encrypted, SLOT_SIZE bytes each. */
static bool field_keys(ddbc_crypt *crypt, const ddbc_item_keys *keys, size_t count, uint8_t **out, ddbc_status *status)
{
    static const uint8_t start[16] = {'A', 'w', 's', 'D', 'b', 'e', 'F', 'i', 'e', 'l', 'd', 0x2c, 0, 0, 0, 0};
    if (count > FIELDS_MAX) {
        return ddbc_fail(status, DDBC_TOO_LARGE, "an item has too many encrypted attributes");
    }
    uint8_t *slots = ddbc_arena_array(&crypt->workspace->arena, count, SLOT_SIZE);
    if (slots == NULL) {
        return ddbc_fail_memory(status);
    }
    *out = slots;
    return count == 0 || ddbc_ctr_stream(&crypt->gcm, keys->root, start, slots, count * SLOT_SIZE, status);
}

static bool encrypt_field(ddbc_crypt *crypt, const uint8_t *slot, ddbc_field *field, ddbc_status *status)
{
    memcpy(field->stored, field->type_id, DDBC_TYPE_ID_SIZE);
    if (!ddbc_gcm_encrypt(&crypt->gcm, (ddbc_bytes){slot, KEY_SIZE}, slot + KEY_SIZE, field->path, field->value,
                          field->stored + DDBC_TYPE_ID_SIZE, status)) {
        return false;
    }
    field->attribute->value.type = DDBC_TYPE_B;
    field->attribute->value.as.bytes = (ddbc_bytes){field->stored, field->value.len + DDBC_FIELD_OVERHEAD};
    return true;
}

bool ddbc_crypt_encrypt(ddbc_crypt *crypt, const ddbc_item_keys *keys, ddbc_field *fields, size_t count,
                        ddbc_status *status)
{
    uint8_t *slot = NULL;
    if (!field_keys(crypt, keys, count_encrypted(fields, count), &slot, status)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (fields[i].attribute->action != DDBC_ENCRYPT_AND_SIGN) {
            continue;
        }
        if (!encrypt_field(crypt, slot, &fields[i], status)) {
            return ddbc_fail_in(status, fields[i].attribute->name);
        }
        slot += SLOT_SIZE;
    }
    return true;
}

/* What is left to callers who ask for it; DDBC_TYPE_NULL of all else. */
static ddbc_type left_type(const uint8_t type_id[2])
{
    switch ((unsigned)type_id[0] << 8 | type_id[1]) {
    case 0x0001:
        return DDBC_TYPE_S;
    case 0x0200:
        return DDBC_TYPE_M;
    case 0x0300:
        return DDBC_TYPE_L;
    default:
        return DDBC_TYPE_NULL;
    }
}

/* A value whose bytes are left to the caller is empty. */
static bool read_field(ddbc_workspace *workspace, const uint8_t *type_id, ddbc_bytes plaintext, bool leaves_values,
                       ddbc_item_attribute *out, ddbc_status *status)
{
    ddbc_type type = leaves_values ? left_type(type_id) : DDBC_TYPE_NULL;
    if (type != DDBC_TYPE_NULL) {
        out->unread = plaintext;
        out->value = (ddbc_attribute){.type = type};
        return true;
    }
    out->unread = (ddbc_bytes){NULL, 0};
    return ddbc_structured_read_value(workspace, type_id, plaintext, &out->value, status);
}

/* Where a field's plaintext goes: in the place of the record's copy, if there is one. */
static uint8_t *plaintext_of(ddbc_crypt *crypt, const ddbc_field *field, size_t size)
{
    return field->attribute->sink != NULL ? field->attribute->sink
           : field->stored != NULL        ? field->stored + DDBC_TYPE_ID_SIZE
                                          : ddbc_arena_alloc(&crypt->workspace->arena, size);
}

static bool decrypt_field(ddbc_crypt *crypt, const uint8_t *slot, const ddbc_field *field, bool leaves_values,
                          ddbc_status *status)
{
    /* DDBC_FIELD_OVERHEAD bytes or more, as was checked; the record's copy is what was verified. */
    ddbc_bytes stored = {field->stored != NULL ? field->stored : field->value.ptr, field->value.len};
    size_t size = stored.len - DDBC_FIELD_OVERHEAD;
    uint8_t *plaintext = plaintext_of(crypt, field, size);
    if (plaintext == NULL) {
        return ddbc_fail_memory(status);
    }
    ddbc_bytes sealed = {stored.ptr + DDBC_TYPE_ID_SIZE, stored.len - DDBC_TYPE_ID_SIZE};
    return ddbc_gcm_decrypt(&crypt->gcm, (ddbc_bytes){slot, KEY_SIZE}, slot + KEY_SIZE, field->path, sealed, plaintext,
                            status) &&
           read_field(crypt->workspace, stored.ptr, (ddbc_bytes){plaintext, size}, leaves_values, field->attribute,
                      status);
}

bool ddbc_crypt_decrypt(ddbc_crypt *crypt, const ddbc_item_keys *keys, ddbc_field *fields, size_t count,
                        bool leaves_values, ddbc_status *status)
{
    uint8_t *slot = NULL;
    if (!field_keys(crypt, keys, count_encrypted(fields, count), &slot, status)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (fields[i].attribute->action != DDBC_ENCRYPT_AND_SIGN) {
            continue;
        }
        if (!decrypt_field(crypt, slot, &fields[i], leaves_values, status)) {
            return ddbc_fail_in(status, fields[i].attribute->name);
        }
        slot += SLOT_SIZE;
    }
    return true;
}
