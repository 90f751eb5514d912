/* SPDX-License-Identifier: Apache-2.0
 * data_key: a data key under an intermediate key, as keyrings of the structured format store it
 * (framework/algorithm-suites.md, "Intermediate Key Wrapping").
 *   both keys    HKDF-SHA512(intermediate key, "AWS_MPL_INTERMEDIATE_KEYWRAP_" "ENC" or "MAC"), 32 bytes
 *   sealed       AES-256-GCM under the first, with a nonce of zeros: it seals nothing else */
#include <string.h>

#include "core/gcm.h"
#include "core/hmac.h"
#include "core/memory.h"
#include "core/status.h"

#define KEY_SIZE DDBC_DATA_KEY_SIZE
#define SHA512_SIZE 64
#define INFO_SIZE 33

/* One block of HKDF's expansion, which is all that 32 bytes need; the label's last byte counts blocks. */
static const uint8_t encryption_info[INFO_SIZE] = "AWS_MPL_INTERMEDIATE_KEYWRAP_ENC\x01";
static const uint8_t signing_info[INFO_SIZE] = "AWS_MPL_INTERMEDIATE_KEYWRAP_MAC\x01";

typedef struct {
    uint8_t encryption[KEY_SIZE];
    uint8_t signing[KEY_SIZE];
} derived_keys;

/* Both keys come from one extraction: same material, no salt. */
static bool derive(const ddbc_engine *engine, ddbc_bytes intermediate_key, derived_keys *out, ddbc_status *status)
{
    static const uint8_t no_salt[SHA512_SIZE] = {0};
    uint8_t prk[SHA512_SIZE];
    ddbc_hmac extract;
    ddbc_hmac expand;
    bool done =
        ddbc_hmac_begin(engine, DDBC_ALG_HMAC_SHA512, (ddbc_bytes){no_salt, sizeof no_salt}, &extract, status) &&
        ddbc_hmac_compute(&extract, intermediate_key, prk, sizeof prk, status);
    ddbc_hmac_end(&extract);
    if (!done) {
        return false;
    }
    done = ddbc_hmac_begin(engine, DDBC_ALG_HMAC_SHA512, (ddbc_bytes){prk, sizeof prk}, &expand, status) &&
           ddbc_hmac_compute(&expand, (ddbc_bytes){encryption_info, INFO_SIZE}, out->encryption, KEY_SIZE, status) &&
           ddbc_hmac_compute(&expand, (ddbc_bytes){signing_info, INFO_SIZE}, out->signing, KEY_SIZE, status);
    ddbc_hmac_end(&expand);
    ddbc_wipe(prk, sizeof prk);
    return done;
}

static bool check(ddbc_bytes intermediate_key, ddbc_bytes in, size_t expected, ddbc_code code, ddbc_status *status)
{
    if (intermediate_key.len != KEY_SIZE) {
        return ddbc_fail(status, DDBC_INVALID_KEY, "an intermediate key has %d bytes, not %zu", KEY_SIZE,
                         intermediate_key.len);
    }
    return in.len == expected ? true
                              : ddbc_fail(status, code, "a data key has %zu bytes here, not %zu", expected, in.len);
}

/* `size` bytes from the workspace for the result, and 32 for the signing key. */
static bool results(ddbc_workspace *workspace, size_t size, uint8_t **out, uint8_t **signing, ddbc_status *status)
{
    *out = ddbc_arena_alloc(&workspace->arena, size);
    *signing = ddbc_arena_alloc(&workspace->arena, KEY_SIZE);
    return *out != NULL && *signing != NULL ? true : ddbc_fail_memory(status);
}

typedef bool (*gcm_function)(const ddbc_engine *, struct evp_cipher_ctx_st *, ddbc_bytes, const uint8_t *, ddbc_bytes,
                             ddbc_bytes, uint8_t *, ddbc_status *);

static bool run(ddbc_workspace *workspace, gcm_function function, ddbc_bytes intermediate_key, ddbc_bytes context,
                ddbc_bytes in, size_t out_size, ddbc_bytes *out, ddbc_bytes *signing_key, ddbc_status *status)
{
    static const uint8_t iv[DDBC_GCM_IV_SIZE] = {0};
    derived_keys keys;
    uint8_t *bytes = NULL;
    uint8_t *signing = NULL;
    struct evp_cipher_ctx_st *cipher = NULL;
    bool done =
        results(workspace, out_size, &bytes, &signing, status) &&
        derive(workspace->engine, intermediate_key, &keys, status) && ddbc_gcm_new(&cipher, status) &&
        function(workspace->engine, cipher, (ddbc_bytes){keys.encryption, KEY_SIZE}, iv, context, in, bytes, status);
    ddbc_gcm_free(cipher);
    if (done) {
        memcpy(signing, keys.signing, KEY_SIZE);
        *out = (ddbc_bytes){bytes, out_size};
        *signing_key = (ddbc_bytes){signing, KEY_SIZE};
    }
    ddbc_wipe(&keys, sizeof keys);
    return done;
}

bool ddbc_data_key_seal(ddbc_workspace *workspace, ddbc_bytes intermediate_key, ddbc_bytes context, ddbc_bytes data_key,
                        ddbc_bytes *sealed, ddbc_bytes *signing_key, ddbc_status *status)
{
    return check(intermediate_key, data_key, KEY_SIZE, DDBC_INVALID_ARGUMENT, status) &&
           run(workspace, ddbc_gcm_encrypt, intermediate_key, context, data_key, KEY_SIZE + DDBC_GCM_TAG_SIZE, sealed,
               signing_key, status);
}

bool ddbc_data_key_open(ddbc_workspace *workspace, ddbc_bytes intermediate_key, ddbc_bytes context, ddbc_bytes sealed,
                        ddbc_bytes *data_key, ddbc_bytes *signing_key, ddbc_status *status)
{
    return check(intermediate_key, sealed, KEY_SIZE + DDBC_GCM_TAG_SIZE, DDBC_BAD_CIPHERTEXT, status) &&
           run(workspace, ddbc_gcm_decrypt, intermediate_key, context, sealed, KEY_SIZE, data_key, signing_key, status);
}
