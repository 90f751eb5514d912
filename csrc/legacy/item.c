/* SPDX-License-Identifier: Apache-2.0
 * legacy item: encrypt then sign, verify then decrypt. */
#include <string.h>

#include "core/key.h"
#include "core/order.h"
#include "core/status.h"
#include "legacy/canonical.h"

#define MODE_NAME "amzn-ddb-map-sym-mode"
#define MODE_VALUE "/CBC/PKCS5Padding"
#define ALGORITHM_NAME "amzn-ddb-map-signingAlg"

static ddbc_bytes text_of(const char *text)
{
    return (ddbc_bytes){(const uint8_t *)text, strlen(text)};
}

static inline bool equals_text(ddbc_bytes bytes, const char *text)
{
    return bytes.len == strlen(text) && memcmp(bytes.ptr, text, bytes.len) == 0;
}

static size_t count_encrypted(const ddbc_item *item)
{
    size_t count = 0;
    for (size_t i = 0; i < item->count; i++) {
        count += item->attributes[i].action == DDBC_ENCRYPT_AND_SIGN ? 1 : 0;
    }
    return count;
}

size_t ddbc_legacy_ciphertext_size(size_t size)
{
    return ddbc_chain_size(DDBC_HEAD_MAX + size);
}

/* ---- encrypt -------------------------------------------------------------------------------------------------- */

static bool check_plaintext(ddbc_workspace *workspace, const ddbc_item *item, ddbc_status *status)
{
    for (size_t i = 0; i < item->count; i++) {
        const ddbc_item_attribute *attribute = &item->attributes[i];
        if (equals_text(attribute->name, DDBC_LEGACY_DESCRIPTION) ||
            equals_text(attribute->name, DDBC_LEGACY_SIGNATURE)) {
            (void)ddbc_fail(status, DDBC_RESERVED_NAME,
                            "the attribute name is reserved for the format; rename the attribute, or decrypt the item "
                            "first if it is encrypted already");
            return ddbc_fail_in(status, attribute->name);
        }
        if (!ddbc_attribute_check(workspace, &attribute->value, status)) {
            return ddbc_fail_in(status, attribute->name);
        }
    }
    return true;
}

/* Lists, maps and sets are written to where they are encrypted. */
static bool encrypt_tree(ddbc_workspace *workspace, ddbc_cipher_lease *lease, ddbc_dialect dialect,
                         const uint8_t random[DDBC_IV_SIZE], ddbc_attribute *value, ddbc_status *status)
{
    size_t plaintext = 0;
    if (!ddbc_legacy_attribute_size(value, &plaintext, status)) {
        return false;
    }
    size_t size = ddbc_chain_size(plaintext);
    uint8_t *ciphertext = ddbc_arena_alloc(&workspace->arena, size);
    if (ciphertext == NULL) {
        return ddbc_fail_memory(status);
    }
    if (!ddbc_legacy_put_attribute(workspace, value, dialect, ciphertext + DDBC_IV_SIZE, status) ||
        !ddbc_chain_encrypt_in_place(lease->context, random, plaintext, ciphertext, status)) {
        return false;
    }
    value->type = DDBC_TYPE_B;
    value->as.bytes = (ddbc_bytes){ciphertext, size};
    return true;
}

static bool encrypt_attribute(ddbc_workspace *workspace, ddbc_cipher_lease *lease, ddbc_dialect dialect,
                              const uint8_t random[DDBC_IV_SIZE], ddbc_item_attribute *attribute, ddbc_status *status)
{
    ddbc_canonical canonical;
    ddbc_type type = attribute->value.type;
    if (type != DDBC_TYPE_S && type != DDBC_TYPE_B && type != DDBC_TYPE_N) {
        return encrypt_tree(workspace, lease, dialect, random, &attribute->value, status);
    }
    if (!ddbc_legacy_canonicalize(workspace, &attribute->value, dialect, &canonical, status)) {
        return false;
    }
    size_t size = ddbc_chain_size(canonical.head.len + canonical.body.len);
    uint8_t *ciphertext = attribute->sink != NULL ? attribute->sink : ddbc_arena_alloc(&workspace->arena, size);
    if (ciphertext == NULL) {
        return ddbc_fail_memory(status);
    }
    if (!ddbc_chain_encrypt(lease->context, random, canonical.head, canonical.body, ciphertext, status)) {
        return false;
    }
    attribute->value.type = DDBC_TYPE_B;
    attribute->value.as.bytes = (ddbc_bytes){ciphertext, size};
    return true;
}

static bool encrypt_attributes(ddbc_workspace *workspace, ddbc_legacy_job *job, const uint8_t **random,
                               ddbc_status *status)
{
    if (count_encrypted(&job->item) == 0) {
        return true;
    }
    if (job->cipher_key == NULL) {
        return ddbc_fail(status, DDBC_NO_ENCRYPTION_KEY,
                         "an attribute is to be encrypted, but the materials have no encryption key");
    }
    ddbc_cipher_lease lease;
    if (!ddbc_cipher_borrow(job->cipher_key, true, &lease, status)) {
        return false;
    }
    bool done = true;
    for (size_t i = 0; done && i < job->item.count; i++) {
        ddbc_item_attribute *attribute = &job->item.attributes[i];
        if (attribute->action != DDBC_ENCRYPT_AND_SIGN) {
            continue;
        }
        done = encrypt_attribute(workspace, &lease, job->dialect, *random, attribute, status);
        *random += DDBC_IV_SIZE;
        if (!done) {
            (void)ddbc_fail_in(status, attribute->name);
        }
    }
    ddbc_cipher_return(&lease);
    return done;
}

static bool describe(ddbc_workspace *workspace, ddbc_legacy_job *job, ddbc_status *status)
{
    if (!job->default_description) {
        return ddbc_legacy_write_description(workspace, job->pairs, job->pair_count, &job->description, status);
    }
    const ddbc_pair pairs[] = {
        {text_of(ALGORITHM_NAME), text_of(ddbc_algorithm_name(ddbc_key_algorithm(job->signing_key)))},
        {text_of(MODE_NAME), text_of(MODE_VALUE)}};
    return ddbc_legacy_write_description(workspace, pairs, job->cipher_key == NULL ? 1 : 2, &job->description, status);
}

static bool sign_job(ddbc_workspace *workspace, ddbc_legacy_job *job, ddbc_status *status)
{
    ddbc_bytes data;
    uint8_t *mac = ddbc_arena_alloc(&workspace->arena, DDBC_SIGNATURE_MAX);
    size_t size = 0;
    if (mac == NULL) {
        return ddbc_fail_memory(status);
    }
    if (!ddbc_legacy_string_to_sign(workspace, &job->item, job->table, job->dialect, &data, status) ||
        !ddbc_key_sign(job->signing_key, data, mac, &size, status) || !describe(workspace, job, status)) {
        return false;
    }
    job->signature = (ddbc_bytes){mac, size};
    return true;
}

bool ddbc_legacy_encrypt(ddbc_workspace *workspace, ddbc_legacy_job *jobs, size_t count, size_t *failed,
                         ddbc_status *status)
{
    size_t encrypted = 0;
    *failed = 0;
    for (size_t i = 0; i < count; i++) {
        jobs[i].verified = false;
        if (!check_plaintext(workspace, &jobs[i].item, status)) {
            *failed = i;
            return false;
        }
        encrypted += count_encrypted(&jobs[i].item);
    }
    uint8_t *drawn = ddbc_arena_array(&workspace->arena, encrypted, DDBC_IV_SIZE);
    if (drawn == NULL) {
        return ddbc_fail_memory(status);
    }
    if (!ddbc_random(drawn, encrypted * DDBC_IV_SIZE, status)) {
        return false;
    }
    const uint8_t *random = drawn;
    for (size_t i = 0; i < count; i++) {
        if (!encrypt_attributes(workspace, &jobs[i], &random, status) || !sign_job(workspace, &jobs[i], status)) {
            *failed = i;
            return false;
        }
    }
    return true;
}

/* ---- decrypt -------------------------------------------------------------------------------------------------- */

static bool check_mode(const ddbc_legacy_job *job, ddbc_status *status)
{
    for (size_t i = 0; i < job->pair_count; i++) {
        if (equals_text(job->pairs[i].name, MODE_NAME)) {
            return equals_text(job->pairs[i].value, MODE_VALUE)
                       ? true
                       : ddbc_fail(status, DDBC_UNSUPPORTED_MODE,
                                   "the material description names an attribute encryption mode other than " MODE_VALUE
                                   ", the only one of this format");
        }
    }
    if (count_encrypted(&job->item) > 0) {
        return ddbc_fail(status, DDBC_UNSUPPORTED_MODE,
                         "the material description does not name the attribute encryption mode (" MODE_NAME
                         "), but there are attributes to decrypt");
    }
    return true;
}

static bool verify_dialect(ddbc_workspace *workspace, const ddbc_legacy_job *job, ddbc_dialect dialect,
                           ddbc_status *status)
{
    ddbc_bytes data;
    return ddbc_legacy_string_to_sign(workspace, &job->item, job->table, dialect, &data, status) &&
           ddbc_key_verify(job->signing_key, data, job->signature, status);
}

static bool round_number(ddbc_workspace *workspace, ddbc_number *number, ddbc_status *status)
{
    char rounded[DDBC_NUMBER_MAX];
    size_t length = 0;
    if (!ddbc_number_canonical_28(number->canonical, rounded, &length, status)) {
        return false;
    }
    uint8_t *copy = ddbc_arena_alloc(&workspace->arena, length);
    if (copy == NULL) {
        return ddbc_fail_memory(status);
    }
    memcpy(copy, rounded, length);
    number->canonical = (ddbc_bytes){copy, length};
    return true;
}

static bool round_numbers(ddbc_workspace *workspace, ddbc_attribute *attribute, ddbc_status *status)
{
    bool done = true;
    switch (attribute->type) {
    case DDBC_TYPE_N:
        return round_number(workspace, &attribute->as.number, status);
    case DDBC_TYPE_NS:
        for (size_t i = 0; done && i < attribute->as.numbers.count; i++) {
            done = round_number(workspace, &attribute->as.numbers.members[i], status);
        }
        return done;
    case DDBC_TYPE_L:
        for (size_t i = 0; done && i < attribute->as.list.count; i++) {
            done = round_numbers(workspace, &attribute->as.list.members[i], status);
        }
        return done;
    case DDBC_TYPE_M:
        for (size_t i = 0; done && i < attribute->as.map.count; i++) {
            done = round_numbers(workspace, &attribute->as.map.members[i].value, status);
        }
        return done;
    default:
        return true;
    }
}

bool ddbc_legacy_round_numbers(ddbc_workspace *workspace, ddbc_item *item, ddbc_status *status)
{
    for (size_t i = 0; i < item->count; i++) {
        if (!round_numbers(workspace, &item->attributes[i].value, status)) {
            return ddbc_fail_in(status, item->attributes[i].name);
        }
    }
    return true;
}

/* Both orders mean the same item, so either may have been signed. */
static bool verify_orders(ddbc_workspace *workspace, const ddbc_legacy_job *job, ddbc_status *status)
{
    if (verify_dialect(workspace, job, DDBC_DIALECT_PYTHON, status)) {
        return true;
    }
    return status->code == DDBC_SIGNATURE_MISMATCH && verify_dialect(workspace, job, DDBC_DIALECT_JAVA, status);
}

static bool verify_job(ddbc_workspace *workspace, ddbc_legacy_job *job, ddbc_status *status)
{
    if (verify_orders(workspace, job, status)) {
        return true;
    }
    if (status->code != DDBC_SIGNATURE_MISMATCH || (job->options & DDBC_READ_28_DIGITS) == 0) {
        return false;
    }
    return ddbc_legacy_round_numbers(workspace, &job->item, status) && verify_orders(workspace, job, status);
}

/* The size of the B that a stored value decrypts to, or 0. */
static size_t peek_binary(struct evp_cipher_ctx_st *context, ddbc_bytes stored)
{
    uint8_t first[DDBC_BLOCK_SIZE];
    ddbc_status ignored;
    size_t size = 0;
    bool binary = ddbc_chain_peek(context, stored, first, &size, &ignored) && ddbc_legacy_is_binary(first, size);
    ddbc_wipe(first, sizeof first);
    return binary ? size - DDBC_HEAD_MAX : 0;
}

size_t ddbc_legacy_binary_size(const ddbc_legacy_job *job, size_t index)
{
    const ddbc_item_attribute *attribute = &job->item.attributes[index];
    ddbc_cipher_lease lease;
    ddbc_status ignored;
    if (!job->verified || attribute->action != DDBC_ENCRYPT_AND_SIGN || attribute->value.type != DDBC_TYPE_B ||
        job->cipher_key == NULL || !ddbc_cipher_borrow(job->cipher_key, false, &lease, &ignored)) {
        return 0;
    }
    size_t size = peek_binary(lease.context, attribute->value.as.bytes);
    ddbc_cipher_return(&lease);
    return size;
}

/* Where the caller gave a sink, it has seen that the value is a B. */
static bool decrypt_to_sink(ddbc_cipher_lease *lease, ddbc_item_attribute *attribute, ddbc_status *status)
{
    ddbc_bytes stored = attribute->value.as.bytes;
    size_t size = peek_binary(lease->context, stored);
    if (size == 0) {
        return ddbc_fail(status, DDBC_INVALID_ARGUMENT, "a sink was given for a value that is not a large binary");
    }
    if (!ddbc_chain_decrypt_into(lease->context, stored, DDBC_HEAD_MAX, attribute->sink, size, status)) {
        return false;
    }
    attribute->value.as.bytes = (ddbc_bytes){attribute->sink, size};
    return true;
}

static bool decrypt_attribute(ddbc_workspace *workspace, ddbc_cipher_lease *lease, ddbc_item_attribute *attribute,
                              ddbc_status *status)
{
    if (attribute->value.type != DDBC_TYPE_B) {
        return ddbc_fail(status, DDBC_NOT_CIPHERTEXT,
                         "the attribute is to be decrypted, but it is of type %s, not B; it was written under another "
                         "attribute action",
                         ddbc_type_name(attribute->value.type));
    }
    ddbc_bytes stored = attribute->value.as.bytes;
    if (attribute->sink != NULL) {
        return decrypt_to_sink(lease, attribute, status);
    }
    uint8_t *scratch = ddbc_arena_alloc(&workspace->arena, stored.len);
    ddbc_bytes canonical;
    if (scratch == NULL) {
        return ddbc_fail_memory(status);
    }
    return ddbc_chain_decrypt(lease->context, stored, scratch, &canonical, status) &&
           ddbc_legacy_read_attribute(workspace, canonical, &attribute->value, status);
}

static bool decrypt_attributes(ddbc_workspace *workspace, ddbc_legacy_job *job, ddbc_status *status)
{
    if (count_encrypted(&job->item) == 0) {
        return true;
    }
    if (job->cipher_key == NULL) {
        return ddbc_fail(status, DDBC_NO_DECRYPTION_KEY,
                         "an attribute is to be decrypted, but the materials have no decryption key");
    }
    ddbc_cipher_lease lease;
    if (!ddbc_cipher_borrow(job->cipher_key, false, &lease, status)) {
        return false;
    }
    bool done = true;
    for (size_t i = 0; done && i < job->item.count; i++) {
        ddbc_item_attribute *attribute = &job->item.attributes[i];
        if (attribute->action == DDBC_ENCRYPT_AND_SIGN) {
            done = decrypt_attribute(workspace, &lease, attribute, status);
            if (!done) {
                (void)ddbc_fail_in(status, attribute->name);
            }
        }
    }
    ddbc_cipher_return(&lease);
    return done;
}

bool ddbc_legacy_verify(ddbc_workspace *workspace, ddbc_legacy_job *jobs, size_t count, size_t *failed,
                        ddbc_status *status)
{
    *failed = 0;
    for (size_t i = 0; i < count; i++) {
        jobs[i].verified = false;
        if (!check_mode(&jobs[i], status) || !verify_job(workspace, &jobs[i], status)) {
            *failed = i;
            return false;
        }
        jobs[i].verified = true;
    }
    return true;
}

bool ddbc_legacy_decrypt(ddbc_workspace *workspace, ddbc_legacy_job *jobs, size_t count, size_t *failed,
                         ddbc_status *status)
{
    *failed = 0;
    for (size_t i = 0; i < count; i++) {
        size_t within = 0;
        bool verified = jobs[i].verified || ddbc_legacy_verify(workspace, &jobs[i], 1, &within, status);
        jobs[i].verified = false; /* serves once: the job may be used for another item */
        if (!verified || !decrypt_attributes(workspace, &jobs[i], status)) {
            *failed = i;
            return false;
        }
    }
    return true;
}
