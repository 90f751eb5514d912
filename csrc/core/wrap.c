/* SPDX-License-Identifier: Apache-2.0
 * wrap: AES key wrap. */
#include "core/wrap.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include "core/status.h"

#define HALF_BLOCK 8
#define CONTENT_MIN 16
#define CONTENT_MAX 4096

static bool run(const ddbc_engine *engine, ddbc_bytes wrapping_key, bool wrapping, ddbc_bytes in, uint8_t *out,
                size_t expected)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int written = 0;
    int last = 0;
    if (context == NULL) {
        return false;
    }
    EVP_CIPHER_CTX_set_flags(context, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    bool done = EVP_CipherInit_ex2(context, engine->wrap[wrapping_key.len / 8 - 2], wrapping_key.ptr, NULL,
                                   wrapping ? 1 : 0, NULL) == 1 &&
                EVP_CipherUpdate(context, out, &written, in.ptr, (int)in.len) == 1 &&
                EVP_CipherFinal_ex(context, out + written, &last) == 1 && (size_t)(written + last) == expected;
    EVP_CIPHER_CTX_free(context);
    ERR_clear_error();
    return done;
}

bool ddbc_aes_wrap(const ddbc_engine *engine, ddbc_workspace *workspace, ddbc_bytes wrapping_key, ddbc_bytes in,
                   ddbc_bytes *out, ddbc_status *status)
{
    if (in.len < CONTENT_MIN || in.len > CONTENT_MAX || in.len % HALF_BLOCK != 0) {
        return ddbc_fail(status, DDBC_WRAP_FAILED, "AES key wrap takes %d to %d bytes in blocks of %d, not %zu",
                         CONTENT_MIN, CONTENT_MAX, HALF_BLOCK, in.len);
    }
    size_t size = in.len + DDBC_WRAP_OVERHEAD;
    uint8_t *wrapped = ddbc_arena_alloc(&workspace->arena, size);
    if (wrapped == NULL) {
        return ddbc_fail_memory(status);
    }
    if (!run(engine, wrapping_key, true, in, wrapped, size)) {
        return ddbc_fail(status, DDBC_WRAP_FAILED, "AES key wrap failed");
    }
    *out = (ddbc_bytes){wrapped, size};
    return true;
}

bool ddbc_aes_unwrap(const ddbc_engine *engine, ddbc_workspace *workspace, ddbc_bytes wrapping_key, ddbc_bytes in,
                     ddbc_bytes *out, ddbc_status *status)
{
    bool plausible = in.len >= CONTENT_MIN + DDBC_WRAP_OVERHEAD && in.len <= CONTENT_MAX + DDBC_WRAP_OVERHEAD &&
                     in.len % HALF_BLOCK == 0;
    /* libcrypto may use room for all of the input on its way. */
    uint8_t *content = plausible ? ddbc_arena_alloc(&workspace->arena, in.len) : NULL;
    if (plausible && content == NULL) {
        return ddbc_fail_memory(status);
    }
    if (!plausible || !run(engine, wrapping_key, false, in, content, in.len - DDBC_WRAP_OVERHEAD)) {
        return ddbc_fail(status, DDBC_UNWRAP_FAILED, "AES key unwrap failed");
    }
    *out = (ddbc_bytes){content, in.len - DDBC_WRAP_OVERHEAD};
    return true;
}
