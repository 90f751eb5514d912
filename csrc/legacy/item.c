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

/* Names and what is not signed; the writing of what is signed checks it on the way. */
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
        if (attribute->action == DDBC_DO_NOTHING && !ddbc_attribute_check(workspace, &attribute->value, status)) {
            return ddbc_fail_in(status, attribute->name);
        }
    }
    return true;
}

/* An attribute's place among those that are encrypted or decrypted in one run. */
typedef struct place {
    ddbc_item_attribute *attribute;
    uint8_t *at;
    size_t size;      /* as stored */
    size_t plaintext; /* canonical bytes */
} place;

/* One buffer for all `count` places, their sizes known. */
static uint8_t *lay_out(ddbc_workspace *workspace, place *places, size_t count, size_t *total, ddbc_status *status)
{
    *total = 0;
    for (size_t i = 0; i < count; i++) {
        if (places[i].size > SIZE_MAX - *total) {
            (void)ddbc_fail_memory(status);
            return NULL;
        }
        *total += places[i].size;
    }
    uint8_t *buffer = ddbc_arena_alloc(&workspace->arena, *total);
    uint8_t *at = buffer;
    if (buffer == NULL) {
        (void)ddbc_fail_memory(status);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        places[i].at = at;
        at += places[i].size;
    }
    return buffer;
}

static void set_stored(ddbc_attribute *value, const uint8_t *stored, size_t size)
{
    value->type = DDBC_TYPE_B;
    value->as.bytes = (ddbc_bytes){stored, size};
}

static bool encrypt_to_sink(ddbc_workspace *workspace, ddbc_cipher_lease *lease, const uint8_t random[DDBC_IV_SIZE],
                            ddbc_item_attribute *attribute, ddbc_status *status)
{
    ddbc_canonical canonical;
    if (!ddbc_legacy_canonicalize(workspace, &attribute->value, DDBC_DIALECT_PYTHON, false, &canonical, status)) {
        return false;
    }
    size_t plaintext = canonical.head.len + canonical.body.len;
    bool done;
    if (plaintext > DDBC_BLOCK_SIZE) {
        done = ddbc_chain_encrypt(lease->context, random, canonical.head, canonical.body, attribute->sink, status);
    } else {
        uint8_t *at = attribute->sink + DDBC_IV_SIZE;
        memcpy(at, canonical.head.ptr, canonical.head.len);
        if (canonical.body.len > 0) {
            memcpy(at + canonical.head.len, canonical.body.ptr, canonical.body.len);
        }
        ddbc_chain_frame(random, plaintext, attribute->sink);
        done = ddbc_chain_run(lease->context, attribute->sink, ddbc_chain_size(plaintext), status);
    }
    if (!done) {
        return false;
    }
    set_stored(&attribute->value, attribute->sink, ddbc_chain_size(plaintext));
    return true;
}

static bool measure_place(place *of, ddbc_status *status)
{
    const ddbc_item_attribute *attribute = of->attribute;
    of->plaintext = attribute->written.len;
    if (attribute->written.ptr == NULL &&
        !ddbc_legacy_attribute_size(&attribute->value, true, &of->plaintext, status)) {
        return false;
    }
    of->size = ddbc_chain_size(of->plaintext);
    return true;
}

static bool write_place(ddbc_workspace *workspace, ddbc_dialect dialect, const place *to, ddbc_status *status)
{
    const ddbc_item_attribute *attribute = to->attribute;
    uint8_t *at = to->at + DDBC_IV_SIZE;
    if (attribute->written.ptr != NULL) {
        memcpy(at, attribute->written.ptr, to->plaintext);
        return true;
    }
    return ddbc_legacy_put_attribute(workspace, &attribute->value, dialect, true, at, status);
}

/* All values are written to where they are encrypted, one behind the other, and go through libcrypto in one call. */
static bool encrypt_places(ddbc_workspace *workspace, ddbc_cipher_lease *lease, ddbc_dialect dialect,
                           const uint8_t *random, place *places, size_t count, ddbc_status *status)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        if (!measure_place(&places[i], status)) {
            return ddbc_fail_in(status, places[i].attribute->name);
        }
    }
    uint8_t *buffer = lay_out(workspace, places, count, &total, status);
    if (buffer == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!write_place(workspace, dialect, &places[i], status)) {
            return ddbc_fail_in(status, places[i].attribute->name);
        }
        ddbc_chain_frame(random + i * DDBC_IV_SIZE, places[i].plaintext, places[i].at);
    }
    if (!ddbc_chain_run(lease->context, buffer, total, status)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        set_stored(&places[i].attribute->value, places[i].at, places[i].size);
        places[i].attribute->written = (ddbc_bytes){NULL, 0};
    }
    return true;
}

static bool encrypt_attributes(ddbc_workspace *workspace, ddbc_legacy_job *job, const uint8_t **random,
                               ddbc_status *status)
{
    size_t encrypted = count_encrypted(&job->item);
    if (encrypted == 0) {
        return true;
    }
    if (job->cipher_key == NULL) {
        return ddbc_fail(status, DDBC_NO_ENCRYPTION_KEY,
                         "an attribute is to be encrypted, but the materials have no encryption key");
    }
    place *places = ddbc_arena_array(&workspace->arena, encrypted, sizeof *places);
    ddbc_cipher_lease lease;
    if (places == NULL) {
        return ddbc_fail_memory(status);
    }
    if (!ddbc_cipher_borrow(job->cipher_key, true, &lease, status)) {
        return false;
    }
    bool done = true;
    size_t count = 0;
    for (size_t i = 0; done && i < job->item.count; i++) {
        ddbc_item_attribute *attribute = &job->item.attributes[i];
        if (attribute->action != DDBC_ENCRYPT_AND_SIGN) {
            continue;
        }
        if (attribute->sink == NULL) {
            places[count++].attribute = attribute;
            continue;
        }
        done = encrypt_to_sink(workspace, &lease, *random, attribute, status);
        *random += DDBC_IV_SIZE;
        if (!done) {
            (void)ddbc_fail_in(status, attribute->name);
        }
    }
    done = done && encrypt_places(workspace, &lease, job->dialect, *random, places, count, status);
    *random += count * DDBC_IV_SIZE;
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
    uint8_t *mac = ddbc_arena_alloc(&workspace->arena, ddbc_key_signature_max(job->signing_key));
    size_t size = 0;
    if (mac == NULL) {
        return ddbc_fail_memory(status);
    }
    if (!ddbc_legacy_signed_string(workspace, &job->item, job->table, job->dialect, true, &data, status) ||
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

static bool read_place(ddbc_workspace *workspace, ddbc_item_attribute *attribute, ddbc_bytes canonical,
                       bool leaves_values, ddbc_status *status)
{
    ddbc_type type = leaves_values ? ddbc_legacy_left_type(canonical) : DDBC_TYPE_NULL;
    bool left = type != DDBC_TYPE_NULL;
    attribute->unread = left ? canonical : (ddbc_bytes){NULL, 0};
    if (left) {
        attribute->value = (ddbc_attribute){.type = type};
        return true;
    }
    return ddbc_legacy_read_attribute(workspace, canonical, &attribute->value, status);
}

/* Copies of all stored values, one behind the other, go through libcrypto in one call. */
static bool decrypt_places(ddbc_workspace *workspace, ddbc_cipher_lease *lease, place *places, size_t count,
                           bool leaves_values, ddbc_status *status)
{
    size_t total = 0;
    uint8_t *buffer = lay_out(workspace, places, count, &total, status);
    if (buffer == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        memcpy(places[i].at, places[i].attribute->value.as.bytes.ptr, places[i].size);
    }
    if (!ddbc_chain_run(lease->context, buffer, total, status)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        ddbc_bytes canonical;
        if (!ddbc_chain_open(places[i].at, places[i].size, &canonical, status) ||
            !read_place(workspace, places[i].attribute, canonical, leaves_values, status)) {
            ddbc_wipe(buffer, total); /* of the others too, no plaintext stays */
            return ddbc_fail_in(status, places[i].attribute->name);
        }
    }
    return true;
}

static bool check_stored(const ddbc_attribute *value, ddbc_status *status)
{
    if (value->type != DDBC_TYPE_B) {
        return ddbc_fail(status, DDBC_NOT_CIPHERTEXT,
                         "the attribute is to be decrypted, but it is of type %s, not B; it was written under another "
                         "attribute action",
                         ddbc_type_name(value->type));
    }
    return ddbc_chain_check(value->as.bytes, status);
}

static bool decrypt_attributes(ddbc_workspace *workspace, ddbc_legacy_job *job, ddbc_status *status)
{
    size_t encrypted = count_encrypted(&job->item);
    if (encrypted == 0) {
        return true;
    }
    if (job->cipher_key == NULL) {
        return ddbc_fail(status, DDBC_NO_DECRYPTION_KEY,
                         "an attribute is to be decrypted, but the materials have no decryption key");
    }
    place *places = ddbc_arena_array(&workspace->arena, encrypted, sizeof *places);
    ddbc_cipher_lease lease;
    if (places == NULL) {
        return ddbc_fail_memory(status);
    }
    if (!ddbc_cipher_borrow(job->cipher_key, false, &lease, status)) {
        return false;
    }
    bool done = true;
    size_t count = 0;
    for (size_t i = 0; done && i < job->item.count; i++) {
        ddbc_item_attribute *attribute = &job->item.attributes[i];
        if (attribute->action != DDBC_ENCRYPT_AND_SIGN) {
            continue;
        }
        done = check_stored(&attribute->value, status);
        if (done && attribute->sink == NULL) {
            places[count++] = (place){attribute, NULL, attribute->value.as.bytes.len, 0};
        } else if (done) {
            done = decrypt_to_sink(&lease, attribute, status);
        }
        if (!done) {
            (void)ddbc_fail_in(status, attribute->name);
        }
    }
    done = done && decrypt_places(workspace, &lease, places, count, job->leaves_values, status);
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
