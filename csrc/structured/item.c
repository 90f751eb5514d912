/* SPDX-License-Identifier: Apache-2.0
 * structured item: encrypt then sign, verify then decrypt. */
#include <string.h>

#include "core/ecdsa.h"
#include "core/order.h"
#include "core/status.h"
#include "structured/format.h"

#define DATA_KEY_SIZE 32

static bool fail_materials(ddbc_status *status, const char *what)
{
    return ddbc_fail(status, DDBC_INVALID_ARGUMENT, "the cryptographic materials do not fit: %s", what);
}

static bool check_materials(const ddbc_structured_job *job, size_t tag_keys, ddbc_status *status)
{
    if (job->suite != DDBC_SUITE_HMAC && job->suite != DDBC_SUITE_ECDSA) {
        return ddbc_fail(status, DDBC_INVALID_ALGORITHM,
                         "algorithm suite 0x%04x is not of this format; expected 0x6700 or 0x6701", job->suite);
    }
    if (job->data_key.len != DATA_KEY_SIZE) {
        return fail_materials(status, "the plaintext data key has not 32 bytes");
    }
    if ((job->suite == DDBC_SUITE_ECDSA) != (job->signing_key.len > 0)) {
        return fail_materials(status, "there is a signing or verification key with suite 0x6701, and only with it");
    }
    if (job->tag_key_count != tag_keys) {
        return fail_materials(status,
                              "there is one symmetric signing key for each data key to encrypt, and one to decrypt");
    }
    for (size_t i = 0; i < tag_keys; i++) {
        if (job->tag_keys[i].len != DATA_KEY_SIZE) {
            return fail_materials(status, "a symmetric signing key has not 32 bytes");
        }
    }
    return true;
}

static bool is_reserved(ddbc_bytes name)
{
    size_t length = strlen(DDBC_STRUCTURED_RESERVED);
    return name.len >= length && memcmp(name.ptr, DDBC_STRUCTURED_RESERVED, length) == 0;
}

/* Names of keys are signed, but never encrypted: DynamoDB has to read them, and the context is made from them. */
static bool check_keys(const ddbc_structured_job *job, ddbc_status *status)
{
    for (size_t i = 0; i < job->item.count; i++) {
        const ddbc_item_attribute *attribute = &job->item.attributes[i];
        bool key = ddbc_bytes_equal(attribute->name, job->partition) ||
                   (job->sort.ptr != NULL && ddbc_bytes_equal(attribute->name, job->sort));
        if (key && (attribute->action == DDBC_DO_NOTHING || attribute->action == DDBC_ENCRYPT_AND_SIGN)) {
            (void)ddbc_fail(status, DDBC_INVALID_ARGUMENT,
                            "a key attribute of the table must be signed and not encrypted");
            return ddbc_fail_in(status, attribute->name);
        }
    }
    return true;
}

/* ---- encrypt --------------------------------------------------------------------------------------------------- */

static bool check_plaintext(ddbc_workspace *workspace, const ddbc_item *item, ddbc_status *status)
{
    for (size_t i = 0; i < item->count; i++) {
        const ddbc_item_attribute *attribute = &item->attributes[i];
        if (is_reserved(attribute->name)) {
            (void)ddbc_fail(status, DDBC_RESERVED_NAME,
                            "attribute names that begin with " DDBC_STRUCTURED_RESERVED
                            " are reserved for the format; rename the attribute, or decrypt the item first if it is "
                            "encrypted already");
            return ddbc_fail_in(status, attribute->name);
        }
        /* Whatever is signed is checked as it is written. */
        if (attribute->action == DDBC_DO_NOTHING && !ddbc_attribute_check(workspace, &attribute->value, status)) {
            return ddbc_fail_in(status, attribute->name);
        }
    }
    return true;
}

static uint8_t version_of(const ddbc_item *item)
{
    for (size_t i = 0; i < item->count; i++) {
        if (item->attributes[i].action == DDBC_SIGN_AND_INCLUDE) {
            return 2;
        }
    }
    return 1;
}

static bool write_values(ddbc_workspace *workspace, ddbc_field *fields, size_t count, ddbc_status *status)
{
    for (size_t i = 0; i < count; i++) {
        ddbc_item_attribute *attribute = fields[i].attribute;
        if (attribute->written.ptr != NULL) {
            ddbc_structured_type_id(attribute->value.type, fields[i].type_id);
            fields[i].value = attribute->written;
            attribute->written = (ddbc_bytes){NULL, 0};
        } else if (!ddbc_structured_write_value(workspace, &attribute->value, fields[i].type_id, &fields[i].value,
                                                status)) {
            return ddbc_fail_in(status, attribute->name);
        }
    }
    return true;
}

/* All that comes after the keys are derived. */
static bool seal_job(ddbc_crypt *crypt, ddbc_structured_job *job, const ddbc_item_keys *keys, ddbc_field *fields,
                     size_t count, uint8_t *header, size_t partial_size, ddbc_status *status)
{
    uint8_t hash[DDBC_SHA384_SIZE];
    ddbc_record record;
    if (!ddbc_crypt_commitment(crypt, keys, (ddbc_bytes){header, partial_size}, header + partial_size, status)) {
        return false;
    }
    job->header = (ddbc_bytes){header, partial_size + DDBC_COMMITMENT_SIZE};
    return ddbc_record_new(crypt->workspace, job->table, fields, count, true, &record, status) &&
           ddbc_crypt_encrypt(crypt, keys, fields, count, status) &&
           ddbc_record_hash(crypt->workspace, job, &record, hash, status) &&
           ddbc_footer_write(crypt, job, hash, &job->footer, status);
}

/* Checks the materials that are given, or makes them. */
static bool encryption_materials(ddbc_crypt *crypt, ddbc_structured_job *job, uint8_t version, const uint8_t *random,
                                 ddbc_status *status)
{
    return job->wrapping_count > 0 ? ddbc_keyring_encrypt(crypt, job, version, random, status)
                                   : ddbc_context_check(crypt->workspace, job, version, status);
}

/* `random`: the message id, then what the keyring takes. */
static bool encrypt_job(ddbc_crypt *crypt, ddbc_structured_job *job, const uint8_t *random, ddbc_status *status)
{
    ddbc_workspace *workspace = crypt->workspace;
    ddbc_field *fields = NULL;
    size_t count = 0;
    uint8_t *header = NULL;
    size_t partial_size = 0;
    uint8_t version = version_of(&job->item);
    if ((job->wrapping_count == 0 && !check_materials(job, job->key_count, status)) ||
        !check_plaintext(workspace, &job->item, status) || !check_keys(job, status)) {
        return false;
    }
    ddbc_item_keys keys;
    bool done = encryption_materials(crypt, job, version, random + DDBC_MESSAGE_ID_SIZE, status) &&
                ddbc_fields_new(workspace, job, &fields, &count, status) &&
                write_values(workspace, fields, count, status) &&
                ddbc_header_write(workspace, job, version, random, fields, count, &header, &partial_size, status) &&
                ddbc_crypt_derive(crypt, job->data_key, (ddbc_bytes){random, DDBC_MESSAGE_ID_SIZE}, &keys, status) &&
                seal_job(crypt, job, &keys, fields, count, header, partial_size, status);
    ddbc_wipe(&keys, sizeof keys);
    ddbc_ecdsa_pair_free(job->pair);
    job->pair = NULL;
    return done;
}

static bool random_size(const ddbc_structured_job *jobs, size_t count, size_t *out)
{
    *out = 0;
    for (size_t i = 0; i < count; i++) {
        size_t size = DDBC_MESSAGE_ID_SIZE + ddbc_keyring_random_size(&jobs[i]);
        if (*out > SIZE_MAX - size) {
            return false;
        }
        *out += size;
    }
    return true;
}

bool ddbc_structured_encrypt(ddbc_workspace *workspace, ddbc_structured_job *jobs, size_t count, size_t *failed,
                             ddbc_status *status)
{
    ddbc_crypt crypt;
    size_t size = 0;
    *failed = 0;
    uint8_t *random = random_size(jobs, count, &size) ? ddbc_arena_alloc(&workspace->arena, size) : NULL;
    if (random == NULL) {
        return ddbc_fail_memory(status);
    }
    if (!ddbc_random(random, size, status) || !ddbc_crypt_begin(workspace, &crypt, status)) {
        return false;
    }
    bool done = true;
    for (size_t i = 0; done && i < count; i++) {
        *failed = i;
        done = encrypt_job(&crypt, &jobs[i], random, status);
        random += DDBC_MESSAGE_ID_SIZE + ddbc_keyring_random_size(&jobs[i]);
    }
    ddbc_crypt_end(&crypt);
    return done;
}

/* ---- decrypt --------------------------------------------------------------------------------------------------- */

bool ddbc_structured_resolve(ddbc_workspace *workspace, ddbc_structured_job *job, ddbc_status *status)
{
    ddbc_field *fields = NULL;
    size_t count = 0;
    if (job->resolved) {
        return true;
    }
    if (!ddbc_structured_read_header(workspace, job->header, &job->parsed, status) ||
        !ddbc_fields_new(workspace, job, &fields, &count, status)) {
        return false;
    }
    if (count != job->parsed.legend.len) {
        return ddbc_fail(
            status, DDBC_SIGNATURE_MISMATCH,
            "the item has %zu attributes that are signed by the configuration, and its header tells of %zu: "
            "an attribute was added or removed, or other attributes may be unsigned than when it was written",
            count, job->parsed.legend.len);
    }
    for (size_t i = 0; i < count; i++) {
        uint8_t flag = job->parsed.legend.ptr[i];
        fields[i].attribute->action = flag == 'e'   ? DDBC_ENCRYPT_AND_SIGN
                                      : flag == 'c' ? DDBC_SIGN_AND_INCLUDE
                                                    : DDBC_SIGN_ONLY;
    }
    job->fields = fields;
    job->field_count = count;
    job->resolved = true;
    return true;
}

size_t ddbc_structured_binary_size(const ddbc_structured_job *job, size_t index)
{
    const ddbc_item_attribute *attribute = &job->item.attributes[index];
    ddbc_bytes stored = attribute->value.as.bytes;
    bool binary = job->resolved && attribute->action == DDBC_ENCRYPT_AND_SIGN && attribute->value.type == DDBC_TYPE_B &&
                  stored.len > DDBC_FIELD_OVERHEAD && stored.ptr[0] == 0xFF && stored.ptr[1] == 0xFF;
    return binary ? stored.len - DDBC_FIELD_OVERHEAD : 0;
}

/* The fields as they were signed. */
static bool stored_values(ddbc_workspace *workspace, ddbc_field *fields, size_t count, ddbc_status *status)
{
    for (size_t i = 0; i < count; i++) {
        ddbc_item_attribute *attribute = fields[i].attribute;
        if (attribute->action == DDBC_ENCRYPT_AND_SIGN) {
            if (attribute->value.type != DDBC_TYPE_B || attribute->value.as.bytes.len < DDBC_FIELD_OVERHEAD) {
                (void)ddbc_fail(
                    status, DDBC_NOT_CIPHERTEXT,
                    "the header says that the attribute is encrypted, but it is not a B of %d bytes or more",
                    DDBC_FIELD_OVERHEAD);
                return ddbc_fail_in(status, attribute->name);
            }
            fields[i].value = attribute->value.as.bytes;
        } else if (!ddbc_structured_write_value(workspace, &attribute->value, fields[i].type_id, &fields[i].value,
                                                status)) {
            return ddbc_fail_in(status, attribute->name);
        }
    }
    return true;
}

static bool verify_commitment(ddbc_crypt *crypt, const ddbc_structured_job *job, const ddbc_item_keys *keys,
                              ddbc_status *status)
{
    uint8_t expected[DDBC_COMMITMENT_SIZE];
    if (!ddbc_crypt_commitment(crypt, keys, job->parsed.partial, expected, status)) {
        return false;
    }
    bool same = ddbc_same_secret(expected, job->parsed.commitment.ptr, DDBC_COMMITMENT_SIZE);
    ddbc_wipe(expected, sizeof expected);
    return same ? true
                : ddbc_fail(status, DDBC_SIGNATURE_MISMATCH,
                            "the header (" DDBC_STRUCTURED_HEADER
                            ") does not commit to this data key: it was altered, or the key is not that of the item");
}

static bool decrypt_job(ddbc_crypt *crypt, ddbc_structured_job *job, ddbc_status *status)
{
    ddbc_workspace *workspace = crypt->workspace;
    uint8_t hash[DDBC_SHA384_SIZE];
    ddbc_record record;
    if (!ddbc_structured_resolve(workspace, job, status) || !check_keys(job, status) ||
        (job->wrapping_count > 0 && !ddbc_keyring_decrypt(crypt, job, status)) || !check_materials(job, 1, status)) {
        return false;
    }
    if (job->suite != job->parsed.suite) {
        return fail_materials(status, "their algorithm suite is not that of the header");
    }
    if ((job->wrapping_count == 0 && !ddbc_context_check(workspace, job, job->parsed.version, status)) ||
        !stored_values(workspace, job->fields, job->field_count, status)) {
        return false;
    }
    ddbc_field *fields = job->fields;
    size_t count = job->field_count;
    ddbc_item_keys keys;
    bool done = ddbc_crypt_derive(crypt, job->data_key, job->parsed.message_id, &keys, status) &&
                verify_commitment(crypt, job, &keys, status) &&
                ddbc_record_new(workspace, job->table, fields, count, false, &record, status) &&
                ddbc_record_hash(workspace, job, &record, hash, status) &&
                ddbc_footer_verify(crypt, job, hash, status) &&
                ddbc_crypt_decrypt(crypt, &keys, fields, count, job->leaves_values, status);
    ddbc_wipe(&keys, sizeof keys);
    return done;
}

bool ddbc_structured_decrypt(ddbc_workspace *workspace, ddbc_structured_job *jobs, size_t count, size_t *failed,
                             ddbc_status *status)
{
    ddbc_crypt crypt;
    *failed = 0;
    if (!ddbc_crypt_begin(workspace, &crypt, status)) {
        return false;
    }
    bool done = true;
    for (size_t i = 0; done && i < count; i++) {
        *failed = i;
        done = decrypt_job(&crypt, &jobs[i], status);
        jobs[i].resolved = false; /* serves once: the job may be used for another item */
    }
    ddbc_crypt_end(&crypt);
    return done;
}
