/* SPDX-License-Identifier: Apache-2.0
 * data_key: a data key under an intermediate key, as keyrings of the structured format store it
 * (framework/algorithm-suites.md, "Intermediate Key Wrapping").
 *   both keys    HKDF-SHA512(intermediate key, "AWS_MPL_INTERMEDIATE_KEYWRAP_" "ENC" or "MAC"), 32 bytes
 *   sealed       AES-256-GCM under the first, with a nonce of zeros: it seals nothing else */
#include "core/data_key.h"

#include <string.h>

#include "core/gcm.h"
#include "core/hmac.h"
#include "core/memory.h"
#include "core/status.h"

#define KEY_SIZE DDBC_DATA_KEY_SIZE
#define INFO_SIZE 33

/* One block of HKDF's expansion, which is all that 32 bytes need; the label's last byte counts blocks. */
static const uint8_t encryption_info[INFO_SIZE] = "AWS_MPL_INTERMEDIATE_KEYWRAP_ENC\x01";
static const uint8_t signing_info[INFO_SIZE] = "AWS_MPL_INTERMEDIATE_KEYWRAP_MAC\x01";

static bool check(ddbc_bytes intermediate_key, ddbc_bytes in, size_t expected, ddbc_code code, ddbc_status *status)
{
    if (intermediate_key.len != KEY_SIZE) {
        return ddbc_fail(status, DDBC_INVALID_KEY, "an intermediate key has %d bytes, not %zu", KEY_SIZE,
                         intermediate_key.len);
    }
    return in.len == expected ? true
                              : ddbc_fail(status, code, "a data key has %zu bytes here, not %zu", expected, in.len);
}

/* Both keys come from one extraction: same material, no salt. */
static bool derive(const ddbc_engine *engine, ddbc_bytes intermediate_key, uint8_t encryption[KEY_SIZE],
                   uint8_t signing[KEY_SIZE], ddbc_status *status)
{
    ddbc_hmac prk;
    bool done = ddbc_hmac_begin_extracted(engine, intermediate_key, &prk, status) &&
                ddbc_hmac_compute(&prk, (ddbc_bytes){encryption_info, INFO_SIZE}, encryption, KEY_SIZE, status) &&
                ddbc_hmac_compute(&prk, (ddbc_bytes){signing_info, INFO_SIZE}, signing, KEY_SIZE, status);
    ddbc_hmac_end(&prk);
    return done;
}

typedef bool (*gcm_function)(ddbc_gcm *, ddbc_bytes, const uint8_t *, ddbc_bytes, ddbc_bytes, uint8_t *, ddbc_status *);

static bool apply(ddbc_gcm *gcm, gcm_function function, ddbc_bytes intermediate_key, ddbc_bytes context, ddbc_bytes in,
                  uint8_t *out, uint8_t signing[KEY_SIZE], ddbc_status *status)
{
    static const uint8_t iv[DDBC_GCM_IV_SIZE] = {0};
    uint8_t encryption[KEY_SIZE];
    bool done = derive(gcm->engine, intermediate_key, encryption, signing, status) &&
                function(gcm, (ddbc_bytes){encryption, KEY_SIZE}, iv, context, in, out, status);
    ddbc_wipe(encryption, sizeof encryption);
    return done;
}

bool ddbc_data_key_seal_with(ddbc_gcm *gcm, ddbc_bytes intermediate_key, ddbc_bytes context, ddbc_bytes data_key,
                             uint8_t sealed[DDBC_SEALED_KEY_SIZE], uint8_t signing_key[DDBC_DATA_KEY_SIZE],
                             ddbc_status *status)
{
    return check(intermediate_key, data_key, KEY_SIZE, DDBC_INVALID_ARGUMENT, status) &&
           apply(gcm, ddbc_gcm_encrypt, intermediate_key, context, data_key, sealed, signing_key, status);
}

bool ddbc_data_key_open_with(ddbc_gcm *gcm, ddbc_bytes intermediate_key, ddbc_bytes context, ddbc_bytes sealed,
                             uint8_t data_key[DDBC_DATA_KEY_SIZE], uint8_t signing_key[DDBC_DATA_KEY_SIZE],
                             ddbc_status *status)
{
    return check(intermediate_key, sealed, DDBC_SEALED_KEY_SIZE, DDBC_BAD_CIPHERTEXT, status) &&
           apply(gcm, ddbc_gcm_decrypt, intermediate_key, context, sealed, data_key, signing_key, status);
}

/* Both results lie in the workspace. */
typedef bool (*data_key_function)(ddbc_gcm *, ddbc_bytes, ddbc_bytes, ddbc_bytes, uint8_t *, uint8_t *, ddbc_status *);

static bool run(ddbc_workspace *workspace, data_key_function function, ddbc_bytes intermediate_key, ddbc_bytes context,
                ddbc_bytes in, size_t out_size, ddbc_bytes *out, ddbc_bytes *signing_key, ddbc_status *status)
{
    uint8_t *bytes = ddbc_arena_alloc(&workspace->arena, out_size);
    uint8_t *signing = ddbc_arena_alloc(&workspace->arena, KEY_SIZE);
    ddbc_gcm gcm;
    if (bytes == NULL || signing == NULL) {
        return ddbc_fail_memory(status);
    }
    bool done = ddbc_gcm_begin(workspace->engine, &gcm, status) &&
                function(&gcm, intermediate_key, context, in, bytes, signing, status);
    ddbc_gcm_end(&gcm);
    if (done) {
        *out = (ddbc_bytes){bytes, out_size};
        *signing_key = (ddbc_bytes){signing, KEY_SIZE};
    }
    return done;
}

bool ddbc_data_key_seal(ddbc_workspace *workspace, ddbc_bytes intermediate_key, ddbc_bytes context, ddbc_bytes data_key,
                        ddbc_bytes *sealed, ddbc_bytes *signing_key, ddbc_status *status)
{
    return run(workspace, ddbc_data_key_seal_with, intermediate_key, context, data_key, DDBC_SEALED_KEY_SIZE, sealed,
               signing_key, status);
}

bool ddbc_data_key_open(ddbc_workspace *workspace, ddbc_bytes intermediate_key, ddbc_bytes context, ddbc_bytes sealed,
                        ddbc_bytes *data_key, ddbc_bytes *signing_key, ddbc_status *status)
{
    return run(workspace, ddbc_data_key_open_with, intermediate_key, context, sealed, KEY_SIZE, data_key, signing_key,
               status);
}
