/* SPDX-License-Identifier: Apache-2.0
 * mac: HMAC with the SHA-2 family. */
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

#ifndef OPENSSL_NO_DEPRECATED_3_0
_Static_assert(sizeof(SHA256_CTX) <= sizeof((ddbc_hmac_state *)0)->inner, "a SHA-256 state has its room");

bool ddbc_mac_has_state(const ddbc_engine *engine, ddbc_algorithm algorithm)
{
    return algorithm == DDBC_ALG_HMAC_SHA256 && !engine->fips;
}

static bool start(uint64_t *out, const uint8_t pad[SHA256_CBLOCK])
{
    SHA256_CTX state;
    memset(&state, 0, sizeof state); /* else what lay on the stack would be kept with the state */
    bool done = SHA256_Init(&state) == 1 && SHA256_Update(&state, pad, SHA256_CBLOCK) == 1;
    memcpy(out, &state, sizeof state);
    ddbc_wipe(&state, sizeof state);
    return done;
}

bool ddbc_mac_state_new(ddbc_bytes raw, ddbc_hmac_state *out, ddbc_status *status)
{
    uint8_t pad[SHA256_CBLOCK] = {0};
    bool done = true;
    if (raw.len > sizeof pad) { /* RFC 2104: a key longer than a block is hashed */
        done = SHA256(raw.ptr, raw.len, pad) != NULL;
    } else {
        memcpy(pad, raw.ptr, raw.len);
    }
    for (size_t i = 0; i < sizeof pad; i++) {
        pad[i] ^= 0x36;
    }
    done = done && start(out->inner, pad);
    for (size_t i = 0; i < sizeof pad; i++) {
        pad[i] ^= 0x36 ^ 0x5C;
    }
    done = done && start(out->outer, pad);
    ddbc_wipe(pad, sizeof pad);
    return done ? true : ddbc_fail_libcrypto(status, "HMAC key set-up");
}

bool ddbc_mac_state_compute(const ddbc_hmac_state *key, ddbc_bytes data, uint8_t *out, ddbc_status *status)
{
    SHA256_CTX state;
    uint8_t digest[SHA256_DIGEST_LENGTH];
    memcpy(&state, key->inner, sizeof state);
    bool done = SHA256_Update(&state, data.ptr, data.len) == 1 && SHA256_Final(digest, &state) == 1;
    memcpy(&state, key->outer, sizeof state);
    done = done && SHA256_Update(&state, digest, sizeof digest) == 1 && SHA256_Final(out, &state) == 1;
    ddbc_wipe(&state, sizeof state);
    ddbc_wipe(digest, sizeof digest);
    return done ? true : ddbc_fail_libcrypto(status, "HMAC");
}
#else
bool ddbc_mac_has_state(const ddbc_engine *engine, ddbc_algorithm algorithm)
{
    (void)engine, (void)algorithm;
    return false;
}

bool ddbc_mac_state_new(ddbc_bytes raw, ddbc_hmac_state *out, ddbc_status *status)
{
    (void)raw, (void)out;
    return ddbc_fail_libcrypto(status, "HMAC key set-up without direct digests");
}

bool ddbc_mac_state_compute(const ddbc_hmac_state *key, ddbc_bytes data, uint8_t *out, ddbc_status *status)
{
    (void)key, (void)data, (void)out;
    return ddbc_fail_libcrypto(status, "HMAC without direct digests");
}
#endif
