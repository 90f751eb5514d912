/* SPDX-License-Identifier: Apache-2.0
 * key: raw key bytes with the contexts made from them. All of it is secret and goes with the key. */
#include "core/key.h"

#include <openssl/crypto.h>
#include <stdatomic.h>
#include <string.h>

#include "core/status.h"

#define HMAC_KEY_MAX 1024

struct ddbc_key {
    ddbc_engine *engine;
    ddbc_algorithm algorithm;
    atomic_flag busy;                     /* held while a thread uses the contexts below */
    struct evp_cipher_ctx_st *encrypting; /* chained */
    struct evp_cipher_ctx_st *decrypting;
    struct evp_mac_ctx_st *mac;
    size_t size;
    uint8_t raw[];
};

typedef struct named_algorithm {
    const char *name;
    ddbc_algorithm algorithm;
} named_algorithm;

static const named_algorithm algorithms[] = {
    {"AES", DDBC_ALG_AES},
    {"HmacSHA224", DDBC_ALG_HMAC_SHA224},
    {"HmacSHA256", DDBC_ALG_HMAC_SHA256},
    {"HmacSHA384", DDBC_ALG_HMAC_SHA384},
    {"HmacSHA512", DDBC_ALG_HMAC_SHA512},
};

bool ddbc_algorithm_from_name(ddbc_bytes name, ddbc_algorithm *out, ddbc_status *status)
{
    for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++) {
        if (strlen(algorithms[i].name) == name.len && memcmp(algorithms[i].name, name.ptr, name.len) == 0) {
            *out = algorithms[i].algorithm;
            return true;
        }
    }
    return ddbc_fail(status, DDBC_INVALID_ALGORITHM,
                     "unknown key algorithm; expected AES, HmacSHA224, HmacSHA256, HmacSHA384 or HmacSHA512");
}

static bool check_size(ddbc_algorithm algorithm, size_t size, ddbc_status *status)
{
    if (algorithm == DDBC_ALG_AES) {
        if (size != 16 && size != 24 && size != 32) {
            return ddbc_fail(status, DDBC_INVALID_KEY, "an AES key has 16, 24 or 32 bytes, not %zu", size);
        }
    } else if (size == 0 || size > HMAC_KEY_MAX) {
        return ddbc_fail(status, DDBC_INVALID_KEY, "an HMAC key has 1 to %d bytes, not %zu", HMAC_KEY_MAX, size);
    }
    return true;
}

static ddbc_bytes raw_bytes(const ddbc_key *key)
{
    ddbc_bytes raw = {key->raw, key->size};
    return raw;
}

static bool make_contexts(ddbc_key *key, ddbc_status *status)
{
    if (key->algorithm == DDBC_ALG_AES) {
        return ddbc_chain_new(key->engine, true, raw_bytes(key), &key->encrypting, status) &&
               ddbc_chain_new(key->engine, false, raw_bytes(key), &key->decrypting, status);
    }
    return ddbc_mac_new(key->engine, key->algorithm, raw_bytes(key), &key->mac, status);
}

bool ddbc_key_new(ddbc_engine *engine, ddbc_algorithm algorithm, ddbc_bytes raw, ddbc_key **out, ddbc_status *status)
{
    if (!check_size(algorithm, raw.len, status)) {
        return false;
    }
    ddbc_key *key = ddbc_acquire(&engine->allocator, sizeof *key + raw.len);
    if (key == NULL) {
        return ddbc_fail_memory(status);
    }
    memset(key, 0, sizeof *key);
    key->engine = engine;
    key->algorithm = algorithm;
    atomic_flag_clear(&key->busy);
    key->size = raw.len;
    memcpy(key->raw, raw.ptr, raw.len);
    if (!make_contexts(key, status)) {
        ddbc_key_free(key);
        return false;
    }
    *out = key;
    return true;
}

void ddbc_key_free(ddbc_key *key)
{
    if (key == NULL) {
        return;
    }
    ddbc_cipher_free(key->encrypting);
    ddbc_cipher_free(key->decrypting);
    ddbc_mac_free(key->mac);
    ddbc_release(&key->engine->allocator, key, sizeof *key + key->size);
}

ddbc_algorithm ddbc_key_algorithm(const ddbc_key *key)
{
    return key->algorithm;
}

static bool require_aes(const ddbc_key *key, ddbc_status *status)
{
    return key->algorithm == DDBC_ALG_AES
               ? true
               : ddbc_fail(status, DDBC_INVALID_ALGORITHM, "an HMAC key cannot encrypt or decrypt; give an AES key");
}

static bool require_hmac(const ddbc_key *key, ddbc_status *status)
{
    return key->algorithm != DDBC_ALG_AES
               ? true
               : ddbc_fail(status, DDBC_INVALID_ALGORITHM, "an AES key cannot sign or verify; give an HMAC key");
}

static bool take(ddbc_key *key)
{
    return !atomic_flag_test_and_set_explicit(&key->busy, memory_order_acquire);
}

static void give_back(ddbc_key *key)
{
    atomic_flag_clear_explicit(&key->busy, memory_order_release);
}

bool ddbc_cipher_borrow(ddbc_key *key, bool encrypting, ddbc_cipher_lease *out, ddbc_status *status)
{
    if (!require_aes(key, status)) {
        return false;
    }
    ddbc_cipher_lease lease = {key, NULL, false};
    if (take(key)) {
        lease.context = encrypting ? key->encrypting : key->decrypting;
    } else {
        lease.owned = true;
        if (!ddbc_chain_new(key->engine, encrypting, raw_bytes(key), &lease.context, status)) {
            return false;
        }
    }
    *out = lease;
    return true;
}

void ddbc_cipher_return(ddbc_cipher_lease *lease)
{
    if (lease->owned) {
        ddbc_cipher_free(lease->context);
    } else {
        give_back(lease->key);
    }
    lease->context = NULL;
}

bool ddbc_key_encrypt(ddbc_key *key, ddbc_workspace *workspace, ddbc_mode mode, ddbc_bytes plaintext, ddbc_bytes *out,
                      ddbc_status *status)
{
    if (!require_aes(key, status)) {
        return false;
    }
    if (plaintext.len > SIZE_MAX - DDBC_IV_SIZE - DDBC_BLOCK_SIZE) {
        return ddbc_fail_memory(status);
    }
    size_t size = DDBC_IV_SIZE + ddbc_cipher_size(mode, plaintext.len);
    uint8_t *ciphertext = ddbc_arena_alloc(&workspace->arena, size);
    if (ciphertext == NULL) {
        return ddbc_fail_memory(status);
    }
    struct evp_cipher_ctx_st *context = NULL;
    if (!ddbc_random(ciphertext, DDBC_IV_SIZE, status) ||
        !ddbc_cipher_new(key->engine, mode, true, raw_bytes(key), &context, status)) {
        return false;
    }
    bool done = ddbc_cipher_encrypt(context, mode, ciphertext, plaintext, ciphertext + DDBC_IV_SIZE, status);
    ddbc_cipher_free(context);
    if (done) {
        *out = (ddbc_bytes){ciphertext, size};
    }
    return done;
}

bool ddbc_key_decrypt(ddbc_key *key, ddbc_workspace *workspace, ddbc_mode mode, ddbc_bytes ciphertext, ddbc_bytes *out,
                      ddbc_status *status)
{
    if (!require_aes(key, status)) {
        return false;
    }
    if (ciphertext.len < DDBC_IV_SIZE) {
        return ddbc_fail(status, DDBC_BAD_CIPHERTEXT, "the ciphertext has %zu bytes, fewer than its 16-byte IV",
                         ciphertext.len);
    }
    ddbc_bytes body = {ciphertext.ptr + DDBC_IV_SIZE, ciphertext.len - DDBC_IV_SIZE};
    uint8_t *plaintext = ddbc_arena_alloc(&workspace->arena, body.len);
    if (plaintext == NULL) {
        return ddbc_fail_memory(status);
    }
    struct evp_cipher_ctx_st *context = NULL;
    if (!ddbc_cipher_new(key->engine, mode, false, raw_bytes(key), &context, status)) {
        return false;
    }
    size_t size = 0;
    bool done = ddbc_cipher_decrypt(context, mode, ciphertext.ptr, body, plaintext, &size, status);
    ddbc_cipher_free(context);
    if (done) {
        *out = (ddbc_bytes){plaintext, size};
    }
    return done;
}

bool ddbc_key_sign(ddbc_key *key, ddbc_bytes data, uint8_t *mac, size_t *mac_size, ddbc_status *status)
{
    if (!require_hmac(key, status)) {
        return false;
    }
    if (take(key)) {
        bool done = ddbc_mac_compute(key->mac, data, mac, mac_size, status);
        give_back(key);
        return done;
    }
    struct evp_mac_ctx_st *context = NULL;
    if (!ddbc_mac_new(key->engine, key->algorithm, raw_bytes(key), &context, status)) {
        return false;
    }
    bool done = ddbc_mac_compute(context, data, mac, mac_size, status);
    ddbc_mac_free(context);
    return done;
}

bool ddbc_key_verify(ddbc_key *key, ddbc_bytes data, ddbc_bytes mac, ddbc_status *status)
{
    uint8_t expected[DDBC_MAC_MAX];
    size_t size = 0;
    if (!ddbc_key_sign(key, data, expected, &size, status)) {
        return false;
    }
    bool equal = mac.len == size && CRYPTO_memcmp(expected, mac.ptr, size) == 0;
    /* The right MAC of altered data would be a forgery. */
    ddbc_wipe(expected, sizeof expected);
    if (!equal) {
        return ddbc_fail(status, DDBC_SIGNATURE_MISMATCH,
                         "the signature does not fit the item: an attribute was altered, added or removed, or the key, "
                         "the table name or the attribute actions are not those it was signed with");
    }
    return true;
}
