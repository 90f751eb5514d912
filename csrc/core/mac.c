/* SPDX-License-Identifier: Apache-2.0
 * mac: HMAC with the SHA-2 family: by the provider, and over libcrypto's direct SHA-512 for keys that serve once. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "core/mac.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/sha.h>
#include <string.h>

#include "core/status.h"

/* libcrypto takes a parameter by a pointer to non-const, so the name is copied out of the constants. */
static void digest_name(ddbc_algorithm algorithm, char out[16])
{
    const char *name = algorithm == DDBC_ALG_HMAC_SHA224   ? "SHA2-224"
                       : algorithm == DDBC_ALG_HMAC_SHA256 ? "SHA2-256"
                       : algorithm == DDBC_ALG_HMAC_SHA384 ? "SHA2-384"
                                                           : "SHA2-512";
    size_t i = 0;
    do {
        out[i] = name[i];
    } while (name[i++] != '\0');
}

bool ddbc_mac_new(const ddbc_engine *engine, ddbc_algorithm algorithm, ddbc_bytes raw, struct evp_mac_ctx_st **out,
                  ddbc_status *status)
{
    char name[16];
    digest_name(algorithm, name);
    OSSL_PARAM parameters[2] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                                OSSL_PARAM_construct_end()};
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(engine->hmac);
    if (context == NULL) {
        return ddbc_fail_libcrypto_memory(status);
    }
    if (EVP_MAC_init(context, raw.ptr, raw.len, parameters) != 1) {
        EVP_MAC_CTX_free(context);
        return ddbc_fail_libcrypto(status, "HMAC key set-up");
    }
    *out = context;
    return true;
}

void ddbc_mac_free(struct evp_mac_ctx_st *context)
{
    EVP_MAC_CTX_free(context);
}

bool ddbc_mac_compute(struct evp_mac_ctx_st *context, ddbc_bytes data, uint8_t out[DDBC_MAC_MAX], size_t *out_size,
                      ddbc_status *status)
{
    /* A new message under the same key. */
    if (EVP_MAC_init(context, NULL, 0, NULL) != 1 || EVP_MAC_update(context, data.ptr, data.len) != 1 ||
        EVP_MAC_final(context, out, out_size, DDBC_MAC_MAX) != 1) {
        return ddbc_fail_libcrypto(status, "HMAC");
    }
    return true;
}

/* ---- keys that serve once -------------------------------------------------------------------------------------- */

enum { HASH_BLOCK = 128, HASH_SIZE = 64, SHORT_SIZE = 48 };

static bool provider_begin(ddbc_hmac *hmac, ddbc_bytes key, ddbc_status *status)
{
    return ddbc_mac_new(hmac->engine, hmac->short_hash ? DDBC_ALG_HMAC_SHA384 : DDBC_ALG_HMAC_SHA512, key,
                        &hmac->context, status);
}

#ifndef OPENSSL_NO_DEPRECATED_3_0

typedef struct hash_pair {
    SHA512_CTX inner;
    SHA512_CTX outer;
} hash_pair;

_Static_assert(sizeof(hash_pair) <= sizeof(ddbc_hmac_state), "the states fit");

/* One block of the key, combined with a byte. */
static bool absorb(SHA512_CTX *context, bool short_hash, ddbc_bytes key, uint8_t pad)
{
    uint8_t block[HASH_BLOCK];
    memset(block, pad, sizeof block);
    for (size_t i = 0; i < key.len; i++) {
        block[i] ^= key.ptr[i];
    }
    bool done = (short_hash ? SHA384_Init(context) : SHA512_Init(context)) == 1 &&
                SHA512_Update(context, block, sizeof block) == 1;
    ddbc_wipe(block, sizeof block);
    return done;
}

static bool direct_begin(ddbc_hmac_state *state, bool short_hash, ddbc_bytes key, ddbc_status *status)
{
    hash_pair pair;
    if (key.len > HASH_BLOCK) {
        return ddbc_fail(status, DDBC_INVALID_KEY, "an HMAC key that serves once has at most %d bytes", HASH_BLOCK);
    }
    bool done = absorb(&pair.inner, short_hash, key, 0x36) && absorb(&pair.outer, short_hash, key, 0x5c);
    memcpy(state->words, &pair, sizeof pair);
    ddbc_wipe(&pair, sizeof pair);
    return done ? true : ddbc_fail_libcrypto(status, "HMAC key set-up");
}

static bool direct_compute(const ddbc_hmac *hmac, ddbc_bytes data, uint8_t mac[HASH_SIZE], ddbc_status *status)
{
    hash_pair pair;
    uint8_t digest[HASH_SIZE];
    memcpy(&pair, hmac->state.words, sizeof pair);
    bool done = SHA512_Update(&pair.inner, data.ptr, data.len) == 1 && SHA512_Final(digest, &pair.inner) == 1 &&
                SHA512_Update(&pair.outer, digest, hmac->short_hash ? (size_t)SHORT_SIZE : (size_t)HASH_SIZE) == 1 &&
                SHA512_Final(mac, &pair.outer) == 1;
    ddbc_wipe(&pair, sizeof pair);
    ddbc_wipe(digest, sizeof digest);
    return done ? true : ddbc_fail_libcrypto(status, "HMAC");
}

#else

static bool direct_begin(ddbc_hmac_state *state, bool short_hash, ddbc_bytes key, ddbc_status *status)
{
    (void)state, (void)short_hash, (void)key, (void)status;
    return true;
}

static bool direct_compute(const ddbc_hmac *hmac, ddbc_bytes data, uint8_t mac[HASH_SIZE], ddbc_status *status)
{
    (void)hmac, (void)data, (void)mac;
    return ddbc_fail(status, DDBC_LIBCRYPTO, "libcrypto was built without direct SHA-512");
}

#endif

static bool is_direct(const ddbc_engine *engine)
{
#ifndef OPENSSL_NO_DEPRECATED_3_0
    return !engine->fips;
#else
    (void)engine;
    return false;
#endif
}

bool ddbc_hmac_no_salt(ddbc_hmac_state *out, ddbc_status *status)
{
    return direct_begin(out, false, (ddbc_bytes){NULL, 0}, status);
}

bool ddbc_hmac_begin(ddbc_hmac *hmac, const ddbc_engine *engine, bool short_hash, ddbc_bytes key, ddbc_status *status)
{
    hmac->engine = engine;
    hmac->short_hash = short_hash;
    hmac->context = NULL;
    return is_direct(engine) ? direct_begin(&hmac->state, short_hash, key, status) : provider_begin(hmac, key, status);
}

bool ddbc_hmac_begin_no_salt(ddbc_hmac *hmac, const ddbc_engine *engine, ddbc_status *status)
{
    static const uint8_t zeros[HASH_SIZE] = {0};
    if (!is_direct(engine)) {
        return ddbc_hmac_begin(hmac, engine, false, (ddbc_bytes){zeros, sizeof zeros}, status);
    }
    *hmac = (ddbc_hmac){.engine = engine, .state = engine->no_salt};
    return true;
}

bool ddbc_hmac_compute(ddbc_hmac *hmac, ddbc_bytes data, uint8_t *out, size_t size, ddbc_status *status)
{
    uint8_t mac[HASH_SIZE];
    size_t mac_size = 0;
    bool done = is_direct(hmac->engine) ? direct_compute(hmac, data, mac, status)
                                        : ddbc_mac_compute(hmac->context, data, mac, &mac_size, status);
    if (done) {
        memcpy(out, mac, size);
    }
    ddbc_wipe(mac, sizeof mac);
    return done;
}

void ddbc_hmac_end(ddbc_hmac *hmac)
{
    ddbc_wipe(&hmac->state, sizeof hmac->state);
    ddbc_mac_free(hmac->context);
    hmac->context = NULL;
}
