/* SPDX-License-Identifier: Apache-2.0
 * keyring: the materials of an item by raw AES keys, as default materials manager and raw AES keyring make them.
 *   provider information   name, length of the tag in bits(4), length of the IV(4), IV(12)
 *   ciphertext             data key under the intermediate key's encryption key, 48; intermediate key under the raw key, 48
 *   intermediate key       HKDF-SHA512 gives of it the key that encrypts the data key, and the one of the recipient tag */
#include <string.h>

#include "core/data_key.h"
#include "core/ecdsa.h"
#include "core/key.h"
#include "core/order.h"
#include "core/status.h"
#include "structured/format.h"

#define KEY_SIZE DDBC_DATA_KEY_SIZE
#define SEALED_SIZE DDBC_SEALED_KEY_SIZE
#define LENGTHS_SIZE 8
#define PUBLIC_KEY_NAME "aws-crypto-public-key"

/* Lengths of tag, in bits, and IV. */
static void put_lengths(uint8_t out[LENGTHS_SIZE])
{
    (void)ddbc_put_four(ddbc_put_four(out, (size_t)8 * DDBC_GCM_TAG_SIZE), DDBC_GCM_IV_SIZE);
}

/* ---- encrypt --------------------------------------------------------------------------------------------------- */

size_t ddbc_keyring_random_size(const ddbc_structured_job *job)
{
    return job->wrapping_count == 0 || job->wrapping_count > DDBC_DATA_KEYS_MAX
               ? 0
               : KEY_SIZE + job->wrapping_count * (KEY_SIZE + DDBC_GCM_IV_SIZE);
}

/* The encryption context, whole and as it is stored: all that a reader makes from the item is left out. */
static bool make_context(ddbc_workspace *workspace, ddbc_structured_job *job, uint8_t version, ddbc_status *status)
{
    ddbc_pair *pairs = NULL;
    size_t count = 0;
    size_t stored_count = 0;
    if (!ddbc_structured_context(workspace, job, version, &pairs, &count, status)) {
        return false;
    }
    ddbc_pair stored = {ddbc_text(PUBLIC_KEY_NAME), {NULL, 0}};
    if (job->suite == DDBC_SUITE_ECDSA) {
        uint8_t point[DDBC_ECDSA_POINT_SIZE];
        uint8_t *text = ddbc_arena_alloc(&workspace->arena, DDBC_BASE64_SIZE(sizeof point));
        ddbc_pair *all = ddbc_arena_array(&workspace->arena, count + 1, sizeof *all);
        if (text == NULL || all == NULL) {
            return ddbc_fail_memory(status);
        }
        if (!ddbc_ecdsa_pair_new(&job->pair, point, status)) {
            return false;
        }
        ddbc_put_base64(text, (ddbc_bytes){point, sizeof point});
        stored.value = (ddbc_bytes){text, DDBC_BASE64_SIZE(sizeof point)};
        memcpy(all, pairs, count * sizeof *all);
        all[count++] = stored;
        ddbc_sort(all, count, sizeof *all, ddbc_compare_unsigned);
        pairs = all;
        stored_count = 1;
    }
    job->context = pairs;
    job->context_count = count;
    return ddbc_context_write(workspace, pairs, count, NULL, 0, &job->context_bytes, status) &&
           ddbc_context_write(workspace, &stored, stored_count, NULL, 0, &job->stored_bytes, status);
}

/* `random`: intermediate key and IV. */
static bool wrap(ddbc_crypt *crypt, const ddbc_structured_job *job, const ddbc_wrapping_key *wrapping,
                 const uint8_t *random, ddbc_data_key *out, uint8_t *tag_key, ddbc_status *status)
{
    size_t info_size = wrapping->name.len + LENGTHS_SIZE + DDBC_GCM_IV_SIZE;
    uint8_t *info = ddbc_arena_alloc(&crypt->workspace->arena, info_size);
    uint8_t *ciphertext = ddbc_arena_alloc(&crypt->workspace->arena, (size_t)2 * SEALED_SIZE);
    if (info == NULL || ciphertext == NULL) {
        return ddbc_fail_memory(status);
    }
    ddbc_bytes intermediate = {random, KEY_SIZE};
    const uint8_t *iv = random + KEY_SIZE;
    uint8_t *lengths = ddbc_put_bytes(info, wrapping->name);
    put_lengths(lengths);
    memcpy(lengths + LENGTHS_SIZE, iv, DDBC_GCM_IV_SIZE);
    *out = (ddbc_data_key){wrapping->provider, {info, info_size}, {ciphertext, (size_t)2 * SEALED_SIZE}};
    return ddbc_data_key_seal_with(&crypt->gcm, intermediate, job->context_bytes, job->data_key, ciphertext, tag_key,
                                   status) &&
           ddbc_gcm_encrypt(&crypt->gcm, ddbc_key_raw(wrapping->key), iv, job->context_bytes, intermediate,
                            ciphertext + SEALED_SIZE, status);
}

static bool check_keyring(const ddbc_structured_job *job, ddbc_status *status)
{
    if (job->wrapping_count > DDBC_DATA_KEYS_MAX) {
        return ddbc_fail(status, DDBC_INVALID_ARGUMENT, "an item has at most %d encrypted data keys, not %zu",
                         DDBC_DATA_KEYS_MAX, job->wrapping_count);
    }
    for (size_t i = 0; i < job->wrapping_count; i++) {
        if (ddbc_key_algorithm(job->wrapping[i].key) != DDBC_ALG_AES) {
            return ddbc_fail(status, DDBC_INVALID_KEY, "a raw AES keyring takes an AES key");
        }
        if (job->wrapping[i].name.len > UINT16_MAX - LENGTHS_SIZE - DDBC_GCM_IV_SIZE) {
            return ddbc_fail(status, DDBC_TOO_LARGE, "the name of a wrapping key is too long");
        }
    }
    return true;
}

bool ddbc_keyring_encrypt(ddbc_crypt *crypt, ddbc_structured_job *job, uint8_t version, const uint8_t *random,
                          ddbc_status *status)
{
    ddbc_arena *arena = &crypt->workspace->arena;
    if (job->suite != DDBC_SUITE_HMAC && job->suite != DDBC_SUITE_ECDSA) {
        return ddbc_fail(status, DDBC_INVALID_ALGORITHM, "algorithm suite 0x%04x is not of this format", job->suite);
    }
    if (!check_keyring(job, status) || !make_context(crypt->workspace, job, version, status)) {
        return false;
    }
    ddbc_data_key *keys = ddbc_arena_array(arena, job->wrapping_count, sizeof *keys);
    ddbc_bytes *tag_keys = ddbc_arena_array(arena, job->wrapping_count, sizeof *tag_keys);
    uint8_t *tag_key = ddbc_arena_array(arena, job->wrapping_count, KEY_SIZE);
    if (keys == NULL || tag_keys == NULL || tag_key == NULL) {
        return ddbc_fail_memory(status);
    }
    job->data_key = (ddbc_bytes){random, KEY_SIZE};
    random += KEY_SIZE;
    for (size_t i = 0; i < job->wrapping_count; i++) {
        if (!wrap(crypt, job, &job->wrapping[i], random, &keys[i], tag_key, status)) {
            return false;
        }
        tag_keys[i] = (ddbc_bytes){tag_key, KEY_SIZE};
        tag_key += KEY_SIZE;
        random += KEY_SIZE + DDBC_GCM_IV_SIZE;
    }
    job->keys = keys;
    job->tag_keys = tag_keys;
    job->key_count = job->tag_key_count = job->wrapping_count;
    return true;
}

/* ---- decrypt --------------------------------------------------------------------------------------------------- */

static bool fail_context(ddbc_status *status, const char *why)
{
    return ddbc_fail(status, DDBC_SIGNATURE_MISMATCH, "the encryption context in the header is not the item's: %s",
                     why);
}

/* What the header stores and what is made from the item, which may not contradict each other; both are in order. */
static bool merge_context(ddbc_workspace *workspace, ddbc_structured_job *job, ddbc_status *status)
{
    ddbc_pair *made = NULL;
    size_t made_count = 0;
    if (!ddbc_structured_context(workspace, job, job->parsed.version, &made, &made_count, status)) {
        return false;
    }
    const ddbc_pair *stored = job->parsed.context;
    const ddbc_pair *stored_end = stored + job->parsed.context_count;
    const ddbc_pair *made_end = made + made_count;
    ddbc_pair *all = ddbc_arena_array(&workspace->arena, job->parsed.context_count + made_count, sizeof *all);
    size_t count = 0;
    if (all == NULL) {
        return ddbc_fail_memory(status);
    }
    while (stored < stored_end || made < made_end) {
        int order = stored == stored_end ? 1 : made == made_end ? -1 : ddbc_compare_unsigned(stored, made);
        if (order == 0 && !ddbc_bytes_equal(stored->value, made->value)) {
            return fail_context(status, "a value differs");
        }
        all[count++] = order < 0 ? *stored : *made;
        stored += order <= 0 ? 1 : 0;
        made += order >= 0 ? 1 : 0;
    }
    job->context = all;
    job->context_count = count;
    return ddbc_context_write(workspace, all, count, NULL, 0, &job->context_bytes, status);
}

/* Of several texts for the same bytes, only the one that is written. */
static bool take_point(ddbc_bytes text, uint8_t point[DDBC_ECDSA_POINT_SIZE])
{
    uint8_t again[DDBC_BASE64_SIZE(DDBC_ECDSA_POINT_SIZE)];
    if (!ddbc_take_base64(text, point, DDBC_ECDSA_POINT_SIZE)) {
        return false;
    }
    ddbc_put_base64(again, (ddbc_bytes){point, DDBC_ECDSA_POINT_SIZE});
    return ddbc_bytes_equal(text, (ddbc_bytes){again, sizeof again});
}

/* The verification key is in the context just where the suite has a signature. */
static bool find_point(ddbc_workspace *workspace, ddbc_structured_job *job, ddbc_status *status)
{
    job->signing_key = (ddbc_bytes){NULL, 0};
    for (size_t i = 0; i < job->context_count; i++) {
        if (!ddbc_bytes_equal(job->context[i].name, ddbc_text(PUBLIC_KEY_NAME))) {
            continue;
        }
        uint8_t *point = ddbc_arena_alloc(&workspace->arena, DDBC_ECDSA_POINT_SIZE);
        if (point == NULL) {
            return ddbc_fail_memory(status);
        }
        if (!take_point(job->context[i].value, point)) {
            return fail_context(status, "its public key is no compressed P-384 point in base64");
        }
        job->signing_key = (ddbc_bytes){point, DDBC_ECDSA_POINT_SIZE};
    }
    return (job->signing_key.len > 0) == (job->suite == DDBC_SUITE_ECDSA)
               ? true
               : fail_context(status, "it has a public key with suite 0x6701, and only with it");
}

static bool is_of(const ddbc_data_key *key, const ddbc_wrapping_key *wrapping)
{
    uint8_t lengths[LENGTHS_SIZE];
    size_t name = wrapping->name.len;
    put_lengths(lengths);
    return ddbc_bytes_equal(key->provider_id, wrapping->provider) &&
           key->provider_info.len == name + LENGTHS_SIZE + DDBC_GCM_IV_SIZE &&
           key->ciphertext.len == (size_t)2 * SEALED_SIZE &&
           ddbc_bytes_equal((ddbc_bytes){key->provider_info.ptr, name}, wrapping->name) &&
           memcmp(key->provider_info.ptr + name, lengths, LENGTHS_SIZE) == 0;
}

typedef struct opened_key {
    uint8_t data[KEY_SIZE];
    uint8_t tag[KEY_SIZE];
} opened_key;

static bool unwrap(ddbc_crypt *crypt, const ddbc_structured_job *job, const ddbc_wrapping_key *wrapping,
                   const ddbc_data_key *key, opened_key *out, ddbc_status *status)
{
    const uint8_t *iv = key->provider_info.ptr + wrapping->name.len + LENGTHS_SIZE;
    ddbc_bytes sealed = {key->ciphertext.ptr, SEALED_SIZE};
    ddbc_bytes wrapped = {key->ciphertext.ptr + SEALED_SIZE, SEALED_SIZE};
    uint8_t intermediate[KEY_SIZE];
    bool done = ddbc_gcm_decrypt(&crypt->gcm, ddbc_key_raw(wrapping->key), iv, job->context_bytes, wrapped,
                                 intermediate, status) &&
                ddbc_data_key_open_with(&crypt->gcm, (ddbc_bytes){intermediate, KEY_SIZE}, job->context_bytes, sealed,
                                        out->data, out->tag, status);
    ddbc_wipe(intermediate, sizeof intermediate);
    return done;
}

static bool unwrap_any(ddbc_crypt *crypt, const ddbc_structured_job *job, opened_key *out, ddbc_status *status)
{
    for (size_t i = 0; i < job->wrapping_count; i++) {
        for (size_t j = 0; j < job->parsed.key_count; j++) {
            ddbc_status ignored = {.code = DDBC_OK};
            if (is_of(&job->parsed.keys[j], &job->wrapping[i]) &&
                unwrap(crypt, job, &job->wrapping[i], &job->parsed.keys[j], out, &ignored)) {
                return true;
            }
        }
    }
    return ddbc_fail_signature(status);
}

bool ddbc_keyring_decrypt(ddbc_crypt *crypt, ddbc_structured_job *job, ddbc_status *status)
{
    ddbc_workspace *workspace = crypt->workspace;
    job->suite = job->parsed.suite;
    if (!check_keyring(job, status) || !merge_context(workspace, job, status) || !find_point(workspace, job, status)) {
        return false;
    }
    opened_key *opened = ddbc_arena_alloc(&workspace->arena, sizeof *opened);
    ddbc_bytes *tag_key = ddbc_arena_alloc(&workspace->arena, sizeof *tag_key);
    if (opened == NULL || tag_key == NULL) {
        return ddbc_fail_memory(status);
    }
    if (!unwrap_any(crypt, job, opened, status)) {
        return false;
    }
    *tag_key = (ddbc_bytes){opened->tag, KEY_SIZE};
    job->data_key = (ddbc_bytes){opened->data, KEY_SIZE};
    job->tag_keys = tag_key;
    job->tag_key_count = 1;
    return true;
}
