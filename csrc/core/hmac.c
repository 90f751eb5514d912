/* SPDX-License-Identifier: Apache-2.0
 * hmac: HMAC (RFC 2104) over libcrypto's direct SHA-384 and SHA-512.
 *
 * An item of the structured format needs six HMACs under five keys, over a few dozen bytes each. libcrypto's HMAC takes
 * 2.6 us to make a context and 1.2 us for each key and message, the direct digests 0.2 us for each of their blocks
 * (OpenSSL 3.0). As in digest.c the provider's is used where FIPS is asked for or there are no direct ones. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "core/hmac.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <string.h>

#include "core/mac.h"
#include "core/status.h"

#define SHA512_SIZE 64

static bool begin_provider(const ddbc_engine *engine, ddbc_algorithm algorithm, ddbc_bytes raw, ddbc_hmac *out,
                           ddbc_status *status)
{
    return ddbc_mac_new(engine, algorithm, raw, &out->provider, status);
}

static bool compute_provider(const ddbc_hmac *hmac, ddbc_bytes data, uint8_t *out, size_t wanted, ddbc_status *status)
{
    uint8_t mac[DDBC_MAC_MAX];
    size_t size = 0;
    bool done = ddbc_mac_compute(hmac->provider, data, mac, &size, status);
    if (done) {
        memcpy(out, mac, wanted);
    }
    ddbc_wipe(mac, sizeof mac);
    return done;
}

#ifndef OPENSSL_NO_DEPRECATED_3_0
_Static_assert(sizeof(SHA512_CTX) <= sizeof((ddbc_hmac_state *)0)->inner, "a SHA-512 state has its room");

static bool start(bool is_384, SHA512_CTX *state, const uint8_t pad[DDBC_HMAC_BLOCK])
{
    memset(state, 0, sizeof *state); /* else what lay on the stack would be kept with the state */
    return (is_384 ? SHA384_Init(state) : SHA512_Init(state)) == 1 && SHA512_Update(state, pad, DDBC_HMAC_BLOCK) == 1;
}

static bool begin_direct(bool is_384, ddbc_bytes raw, ddbc_hmac_state *out, ddbc_status *status)
{
    uint8_t pad[DDBC_HMAC_BLOCK];
    SHA512_CTX inner;
    SHA512_CTX outer;
    memset(pad, 0x36, sizeof pad);
    for (size_t i = 0; i < raw.len; i++) {
        pad[i] ^= raw.ptr[i];
    }
    bool done = start(is_384, &inner, pad);
    for (size_t i = 0; i < sizeof pad; i++) {
        pad[i] ^= 0x36 ^ 0x5C;
    }
    done = done && start(is_384, &outer, pad);
    memcpy(out->inner, &inner, sizeof inner);
    memcpy(out->outer, &outer, sizeof outer);
    ddbc_wipe(pad, sizeof pad);
    ddbc_wipe(&inner, sizeof inner);
    ddbc_wipe(&outer, sizeof outer);
    return done ? true : ddbc_fail_libcrypto(status, "HMAC key set-up");
}

static bool compute_direct(const ddbc_hmac *hmac, ddbc_bytes data, uint8_t *out, size_t wanted, ddbc_status *status)
{
    SHA512_CTX state;
    uint8_t digest[SHA512_DIGEST_LENGTH];
    size_t size = hmac->is_384 ? SHA384_DIGEST_LENGTH : SHA512_DIGEST_LENGTH;
    memcpy(&state, hmac->state.inner, sizeof state);
    bool done = SHA512_Update(&state, data.ptr, data.len) == 1 && SHA512_Final(digest, &state) == 1;
    memcpy(&state, hmac->state.outer, sizeof state);
    done = done && SHA512_Update(&state, digest, size) == 1 && SHA512_Final(digest, &state) == 1;
    if (done) {
        memcpy(out, digest, wanted);
    }
    ddbc_wipe(&state, sizeof state);
    ddbc_wipe(digest, sizeof digest);
    return done ? true : ddbc_fail_libcrypto(status, "HMAC");
}
#endif

bool ddbc_hmac_begin(const ddbc_engine *engine, ddbc_algorithm algorithm, ddbc_bytes raw, ddbc_hmac *out,
                     ddbc_status *status)
{
    out->provider = NULL;
    out->is_384 = algorithm == DDBC_ALG_HMAC_SHA384;
    if (raw.len > DDBC_HMAC_BLOCK) {
        return ddbc_fail(status, DDBC_INVALID_ARGUMENT, "a one-time HMAC key has at most %d bytes", DDBC_HMAC_BLOCK);
    }
#ifndef OPENSSL_NO_DEPRECATED_3_0
    if (!engine->fips) {
        return begin_direct(out->is_384, raw, &out->state, status);
    }
#endif
    return begin_provider(engine, algorithm, raw, out, status);
}

/* RFC 5869, 2.2: no salt is zeros of the hash's size. */
static const uint8_t no_salt[SHA512_SIZE] = {0};

bool ddbc_hmac_no_salt(ddbc_hmac_state *out, ddbc_status *status)
{
#ifndef OPENSSL_NO_DEPRECATED_3_0
    return begin_direct(false, (ddbc_bytes){no_salt, sizeof no_salt}, out, status);
#else
    (void)out, (void)status;
    return true;
#endif
}

static bool begin_no_salt(const ddbc_engine *engine, ddbc_hmac *out, ddbc_status *status)
{
#ifndef OPENSSL_NO_DEPRECATED_3_0
    if (!engine->fips) {
        *out = (ddbc_hmac){.state = engine->no_salt};
        return true;
    }
#endif
    return ddbc_hmac_begin(engine, DDBC_ALG_HMAC_SHA512, (ddbc_bytes){no_salt, sizeof no_salt}, out, status);
}

bool ddbc_hmac_begin_extracted(const ddbc_engine *engine, ddbc_bytes material, ddbc_hmac *out, ddbc_status *status)
{
    uint8_t prk[SHA512_SIZE];
    bool done = begin_no_salt(engine, out, status) && ddbc_hmac_compute(out, material, prk, sizeof prk, status);
    ddbc_hmac_end(out);
    done = done && ddbc_hmac_begin(engine, DDBC_ALG_HMAC_SHA512, (ddbc_bytes){prk, sizeof prk}, out, status);
    ddbc_wipe(prk, sizeof prk);
    return done;
}

bool ddbc_hmac_compute(const ddbc_hmac *hmac, ddbc_bytes data, uint8_t *out, size_t wanted, ddbc_status *status)
{
#ifndef OPENSSL_NO_DEPRECATED_3_0
    if (hmac->provider == NULL) {
        return compute_direct(hmac, data, out, wanted, status);
    }
#endif
    return compute_provider(hmac, data, out, wanted, status);
}

void ddbc_hmac_end(ddbc_hmac *hmac)
{
    ddbc_mac_free(hmac->provider);
    ddbc_wipe(hmac, sizeof *hmac);
}
