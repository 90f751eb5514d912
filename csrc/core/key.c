/* SPDX-License-Identifier: Apache-2.0
 * key: raw key bytes with the contexts made from them. All of it is secret and goes with the key. */
#include "core/key.h"

#include <stdatomic.h>
#include <string.h>

#include "core/rsa.h"
#include "core/status.h"
#include "core/wrap.h"

#define HMAC_KEY_MAX 1024

/* As many threads as commonly share a key's work; one more makes contexts of its own for each use. */
#define CONTEXT_SETS 4

struct ddbc_key_contexts {
    atomic_flag busy;                     /* held while a thread uses the contexts below */
    struct evp_cipher_ctx_st *encrypting; /* chained */
    struct evp_cipher_ctx_st *decrypting;
    struct evp_mac_ctx_st *mac;
    uint8_t apart[64]; /* from the next set's flag, which another thread sets */
};

struct ddbc_key {
    ddbc_key_contexts sets[CONTEXT_SETS];
    ddbc_engine *engine;
    ddbc_algorithm algorithm;
    bool has_state; /* HMAC by `state`, which any number of threads may read, rather than by contexts */
    ddbc_hmac_state state;
    struct evp_pkey_st *rsa; /* libcrypto lets many threads use it at once */
    ddbc_key_kind kind;
    size_t size;
    uint8_t raw[];
};

static bool is_hmac(ddbc_algorithm algorithm)
{
    return algorithm == DDBC_ALG_HMAC_SHA224 || algorithm == DDBC_ALG_HMAC_SHA256 ||
           algorithm == DDBC_ALG_HMAC_SHA384 || algorithm == DDBC_ALG_HMAC_SHA512;
}

static bool is_aes(ddbc_algorithm algorithm)
{
    return algorithm == DDBC_ALG_AES || algorithm == DDBC_ALG_AES_WRAP;
}

static bool check_size(ddbc_algorithm algorithm, size_t size, ddbc_status *status)
{
    if (is_aes(algorithm)) {
        if (size != 16 && size != 24 && size != 32) {
            return ddbc_fail(status, DDBC_INVALID_KEY, "an AES key has 16, 24 or 32 bytes, not %zu", size);
        }
    } else if (size == 0 || size > HMAC_KEY_MAX) {
        return ddbc_fail(status, DDBC_INVALID_KEY, "an HMAC key has 1 to %d bytes, not %zu", HMAC_KEY_MAX, size);
    }
    return true;
}

ddbc_bytes ddbc_key_raw(const ddbc_key *key)
{
    ddbc_bytes raw = {key->raw, key->size};
    return raw;
}

/* What the first use would do, so that a key which libcrypto does not take is refused at once. */
static bool prepare(ddbc_key *key, ddbc_status *status)
{
    ddbc_key_contexts *first = &key->sets[0];
    if (key->algorithm == DDBC_ALG_AES_WRAP) {
        return true;
    }
    if (key->algorithm == DDBC_ALG_AES) {
        return ddbc_chain_new(key->engine, true, ddbc_key_raw(key), &first->encrypting, status) &&
               ddbc_chain_new(key->engine, false, ddbc_key_raw(key), &first->decrypting, status);
    }
    key->has_state = ddbc_mac_has_state(key->engine, key->algorithm);
    return key->has_state ? ddbc_mac_state_new(ddbc_key_raw(key), &key->state, status)
                          : ddbc_mac_new(key->engine, key->algorithm, ddbc_key_raw(key), &first->mac, status);
}

static ddbc_key *allocate(ddbc_engine *engine, ddbc_algorithm algorithm, ddbc_key_kind kind, size_t raw_size)
{
    ddbc_key *key = ddbc_acquire(&engine->allocator, sizeof *key + raw_size);
    if (key != NULL) {
        memset(key, 0, sizeof *key);
        key->engine = engine;
        key->algorithm = algorithm;
        key->kind = kind;
        for (size_t i = 0; i < CONTEXT_SETS; i++) {
            atomic_flag_clear(&key->sets[i].busy);
        }
        key->size = raw_size;
    }
    return key;
}

bool ddbc_key_new(ddbc_engine *engine, ddbc_algorithm algorithm, ddbc_bytes raw, ddbc_key **out, ddbc_status *status)
{
    if (!is_aes(algorithm) && !is_hmac(algorithm)) {
        return ddbc_fail(status, DDBC_INVALID_KEY, "%s takes a private or public key in DER or PEM, not a raw one",
                         ddbc_algorithm_name(algorithm));
    }
    if (!check_size(algorithm, raw.len, status)) {
        return false;
    }
    ddbc_key *key = allocate(engine, algorithm, DDBC_KIND_SYMMETRIC, raw.len);
    if (key == NULL) {
        return ddbc_fail_memory(status);
    }
    memcpy(key->raw, raw.ptr, raw.len);
    if (!prepare(key, status)) {
        ddbc_key_free(key);
        return false;
    }
    *out = key;
    return true;
}

bool ddbc_key_load(ddbc_engine *engine, ddbc_algorithm algorithm, ddbc_key_kind kind, ddbc_encoding encoding,
                   ddbc_bytes encoded, ddbc_key **out, ddbc_status *status)
{
    bool symmetric = is_aes(algorithm) || is_hmac(algorithm);
    if (symmetric != (kind == DDBC_KIND_SYMMETRIC) || symmetric != (encoding == DDBC_ENCODING_RAW)) {
        return ddbc_fail(status, DDBC_INVALID_KEY, "%s takes %s", ddbc_algorithm_name(algorithm),
                         symmetric ? "a symmetric key in raw encoding" : "a private or public key in DER or PEM");
    }
    if (symmetric) {
        return ddbc_key_new(engine, algorithm, encoded, out, status);
    }
    struct evp_pkey_st *rsa = NULL;
    if (!ddbc_rsa_load(kind, encoding, encoded, &rsa, status)) {
        return false;
    }
    ddbc_key *key = allocate(engine, algorithm, kind, 0);
    if (key == NULL) {
        ddbc_rsa_free(rsa);
        return ddbc_fail_memory(status);
    }
    key->rsa = rsa;
    *out = key;
    return true;
}

void ddbc_key_free(ddbc_key *key)
{
    if (key == NULL) {
        return;
    }
    for (size_t i = 0; i < CONTEXT_SETS; i++) {
        ddbc_cipher_free(key->sets[i].encrypting);
        ddbc_cipher_free(key->sets[i].decrypting);
        ddbc_mac_free(key->sets[i].mac);
    }
    ddbc_rsa_free(key->rsa);
    ddbc_release(&key->engine->allocator, key, sizeof *key + key->size);
}

ddbc_algorithm ddbc_key_algorithm(const ddbc_key *key)
{
    return key->algorithm;
}

static bool fail_use(const ddbc_key *key, const char *what, const char *needed, ddbc_status *status)
{
    return ddbc_fail(status, DDBC_INVALID_ALGORITHM, "a%s %s key cannot %s; give %s",
                     key->kind == DDBC_KIND_PUBLIC    ? " public"
                     : key->kind == DDBC_KIND_PRIVATE ? " private"
                                                      : "n",
                     ddbc_algorithm_name(key->algorithm), what, needed);
}

static bool require_aes(const ddbc_key *key, ddbc_status *status)
{
    return key->algorithm == DDBC_ALG_AES ? true : fail_use(key, "encrypt or decrypt an item", "an AES key", status);
}

/* The first set that no thread has, or NULL. */
static ddbc_key_contexts *take_set(ddbc_key *key)
{
    for (size_t i = 0; i < CONTEXT_SETS; i++) {
        if (!atomic_flag_test_and_set_explicit(&key->sets[i].busy, memory_order_acquire)) {
            return &key->sets[i];
        }
    }
    return NULL;
}

static void return_set(ddbc_key_contexts *set)
{
    atomic_flag_clear_explicit(&set->busy, memory_order_release);
}

bool ddbc_cipher_borrow(ddbc_key *key, bool encrypting, ddbc_cipher_lease *out, ddbc_status *status)
{
    if (!require_aes(key, status)) {
        return false;
    }
    ddbc_key_contexts *set = take_set(key);
    struct evp_cipher_ctx_st *fresh = NULL;
    struct evp_cipher_ctx_st **context = set == NULL ? &fresh : encrypting ? &set->encrypting : &set->decrypting;
    if (*context == NULL && !ddbc_chain_new(key->engine, encrypting, ddbc_key_raw(key), context, status)) {
        if (set != NULL) {
            return_set(set);
        }
        return false;
    }
    *out = (ddbc_cipher_lease){*context, set};
    return true;
}

void ddbc_cipher_return(ddbc_cipher_lease *lease)
{
    if (lease->from == NULL) {
        ddbc_cipher_free(lease->context);
    } else {
        return_set(lease->from);
    }
    lease->context = NULL;
}

static bool encrypt_aes(ddbc_key *key, ddbc_workspace *workspace, ddbc_mode mode, ddbc_bytes plaintext, ddbc_bytes *out,
                        ddbc_status *status)
{
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
        !ddbc_cipher_new(key->engine, mode, true, ddbc_key_raw(key), &context, status)) {
        return false;
    }
    bool done = ddbc_cipher_encrypt(context, mode, ciphertext, plaintext, ciphertext + DDBC_IV_SIZE, status);
    ddbc_cipher_free(context);
    if (done) {
        *out = (ddbc_bytes){ciphertext, size};
    }
    return done;
}

static bool decrypt_aes(ddbc_key *key, ddbc_workspace *workspace, ddbc_mode mode, ddbc_bytes ciphertext,
                        ddbc_bytes *out, ddbc_status *status)
{
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
    if (!ddbc_cipher_new(key->engine, mode, false, ddbc_key_raw(key), &context, status)) {
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

static bool is_rsa_mode(ddbc_mode mode)
{
    return mode >= DDBC_MODE_RSA_PKCS1;
}

static bool fail_mode(const ddbc_key *key, ddbc_status *status)
{
    return ddbc_fail(status, DDBC_INVALID_ALGORITHM, "the transformation does not fit a key of algorithm %s",
                     ddbc_algorithm_name(key->algorithm));
}

static bool require_aes_mode(const ddbc_key *key, ddbc_mode mode, const char *use, ddbc_status *status)
{
    if (key->algorithm != DDBC_ALG_AES && key->algorithm != DDBC_ALG_RSA) {
        return fail_use(key, use, "an AES or RSA key", status);
    }
    return key->algorithm == DDBC_ALG_AES && mode < DDBC_MODE_AES_WRAP ? true : fail_mode(key, status);
}

bool ddbc_key_encrypt(ddbc_key *key, ddbc_workspace *workspace, ddbc_mode mode, ddbc_bytes plaintext, ddbc_bytes *out,
                      ddbc_status *status)
{
    if (key->algorithm == DDBC_ALG_RSA && is_rsa_mode(mode)) {
        return ddbc_rsa_encrypt(key->rsa, workspace, mode, plaintext, out, status);
    }
    return require_aes_mode(key, mode, "encrypt", status) && encrypt_aes(key, workspace, mode, plaintext, out, status);
}

bool ddbc_key_decrypt(ddbc_key *key, ddbc_workspace *workspace, ddbc_mode mode, ddbc_bytes ciphertext, ddbc_bytes *out,
                      ddbc_status *status)
{
    if (key->algorithm == DDBC_ALG_RSA && is_rsa_mode(mode)) {
        return key->kind == DDBC_KIND_PRIVATE ? ddbc_rsa_decrypt(key->rsa, workspace, mode, ciphertext, out, status)
                                              : fail_use(key, "decrypt", "the private key", status);
    }
    return require_aes_mode(key, mode, "decrypt", status) && decrypt_aes(key, workspace, mode, ciphertext, out, status);
}

bool ddbc_key_wrap(ddbc_key *key, ddbc_workspace *workspace, ddbc_mode mode, ddbc_bytes content, ddbc_bytes *out,
                   ddbc_status *status)
{
    if (is_aes(key->algorithm)) {
        return ddbc_aes_wrap(key->engine, workspace, ddbc_key_raw(key), content, out, status);
    }
    if (key->algorithm != DDBC_ALG_RSA) {
        return fail_use(key, "wrap", "an AES, AESWrap or RSA key", status);
    }
    return is_rsa_mode(mode) ? ddbc_rsa_encrypt(key->rsa, workspace, mode, content, out, status)
                             : fail_mode(key, status);
}

bool ddbc_key_unwrap(ddbc_key *key, ddbc_workspace *workspace, ddbc_mode mode, ddbc_bytes wrapped, ddbc_bytes *out,
                     ddbc_status *status)
{
    if (is_aes(key->algorithm)) {
        return ddbc_aes_unwrap(key->engine, workspace, ddbc_key_raw(key), wrapped, out, status);
    }
    if (key->algorithm != DDBC_ALG_RSA) {
        return fail_use(key, "unwrap", "an AES, AESWrap or RSA key", status);
    }
    if (key->kind != DDBC_KIND_PRIVATE) {
        return fail_use(key, "unwrap", "the private key", status);
    }
    return is_rsa_mode(mode) ? ddbc_rsa_decrypt(key->rsa, workspace, mode, wrapped, out, status)
                             : fail_mode(key, status);
}

static bool sign_hmac(ddbc_key *key, ddbc_bytes data, uint8_t *mac, size_t *mac_size, ddbc_status *status)
{
    if (key->has_state) {
        *mac_size = DDBC_SHA256_SIZE;
        return ddbc_mac_state_compute(&key->state, data, mac, status);
    }
    ddbc_key_contexts *set = take_set(key);
    struct evp_mac_ctx_st *fresh = NULL;
    struct evp_mac_ctx_st **context = set == NULL ? &fresh : &set->mac;
    bool done = (*context != NULL || ddbc_mac_new(key->engine, key->algorithm, ddbc_key_raw(key), context, status)) &&
                ddbc_mac_compute(*context, data, mac, mac_size, status);
    if (set != NULL) {
        return_set(set);
    } else {
        ddbc_mac_free(fresh);
    }
    return done;
}

static bool verify_hmac(ddbc_key *key, ddbc_bytes data, ddbc_bytes mac, ddbc_status *status)
{
    uint8_t expected[DDBC_MAC_MAX];
    size_t size = 0;
    if (!sign_hmac(key, data, expected, &size, status)) {
        return false;
    }
    bool equal = mac.len == size && ddbc_same_secret(expected, mac.ptr, size);
    /* The right MAC of altered data would be a forgery. */
    ddbc_wipe(expected, sizeof expected);
    return equal ? true : ddbc_fail_signature(status);
}

static bool is_rsa_signature(ddbc_algorithm algorithm)
{
    return algorithm >= DDBC_ALG_SHA224_RSA;
}

size_t ddbc_key_signature_max(const ddbc_key *key)
{
    return is_hmac(key->algorithm) ? DDBC_MAC_MAX : DDBC_SIGNATURE_MAX;
}

bool ddbc_key_sign(ddbc_key *key, ddbc_bytes data, uint8_t *signature, size_t *signature_size, ddbc_status *status)
{
    if (is_hmac(key->algorithm)) {
        return sign_hmac(key, data, signature, signature_size, status);
    }
    if (!is_rsa_signature(key->algorithm)) {
        return fail_use(key, "sign", "an HmacSHA or SHA-with-RSA key", status);
    }
    return key->kind == DDBC_KIND_PRIVATE
               ? ddbc_rsa_sign(key->rsa, key->algorithm, data, signature, signature_size, status)
               : fail_use(key, "sign", "the private key", status);
}

bool ddbc_key_verify(ddbc_key *key, ddbc_bytes data, ddbc_bytes signature, ddbc_status *status)
{
    if (is_hmac(key->algorithm)) {
        return verify_hmac(key, data, signature, status);
    }
    return is_rsa_signature(key->algorithm) ? ddbc_rsa_verify(key->rsa, key->algorithm, data, signature, status)
                                            : fail_use(key, "verify", "an HmacSHA or SHA-with-RSA key", status);
}
