/* SPDX-License-Identifier: Apache-2.0
 * gcm: AES-GCM and the CTR stream that keys of fields are cut from. */
#include "core/gcm.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#include "core/status.h"

/* libcrypto counts in int. */
#define CHUNK ((size_t)1 << 30)

bool ddbc_gcm_new(struct evp_cipher_ctx_st **out, ddbc_status *status)
{
    *out = EVP_CIPHER_CTX_new();
    return *out != NULL ? true : ddbc_fail_libcrypto_memory(status);
}

void ddbc_gcm_free(struct evp_cipher_ctx_st *context)
{
    EVP_CIPHER_CTX_free(context);
}

/* `out` NULL for additional data. */
static bool update(EVP_CIPHER_CTX *context, ddbc_bytes in, uint8_t *out)
{
    while (in.len > 0) {
        size_t chunk = in.len > CHUNK ? CHUNK : in.len;
        int written = 0;
        if (EVP_CipherUpdate(context, out, &written, in.ptr, (int)chunk) != 1) {
            return false;
        }
        out = out == NULL ? NULL : out + written;
        in.ptr += chunk;
        in.len -= chunk;
    }
    return true;
}

/* NULL where the context has the cipher already: named again, libcrypto would make its inside anew. */
static const EVP_CIPHER *unless_set(const EVP_CIPHER_CTX *context, const EVP_CIPHER *cipher)
{
    return EVP_CIPHER_CTX_get0_cipher(context) == cipher ? NULL : cipher;
}

static const EVP_CIPHER *cipher_for(const ddbc_engine *engine, const EVP_CIPHER_CTX *context, size_t key_size)
{
    return unless_set(context, engine->gcm[key_size / 8 - 2]);
}

bool ddbc_gcm_encrypt(const ddbc_engine *engine, struct evp_cipher_ctx_st *context, ddbc_bytes key,
                      const uint8_t iv[DDBC_GCM_IV_SIZE], ddbc_bytes aad, ddbc_bytes in, uint8_t *out,
                      ddbc_status *status)
{
    int last = 0;
    bool done = EVP_CipherInit_ex2(context, cipher_for(engine, context, key.len), key.ptr, iv, 1, NULL) == 1 &&
                update(context, aad, NULL) && update(context, in, out) &&
                EVP_CipherFinal_ex(context, out + in.len, &last) == 1 && last == 0 &&
                EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, DDBC_GCM_TAG_SIZE, out + in.len) == 1;
    return done ? true : ddbc_fail_libcrypto(status, "AES-GCM encryption");
}

bool ddbc_gcm_decrypt(const ddbc_engine *engine, struct evp_cipher_ctx_st *context, ddbc_bytes key,
                      const uint8_t iv[DDBC_GCM_IV_SIZE], ddbc_bytes aad, ddbc_bytes in, uint8_t *out,
                      ddbc_status *status)
{
    uint8_t tag[DDBC_GCM_TAG_SIZE];
    uint8_t nothing[1];
    int last = 0;
    bool done = in.len >= DDBC_GCM_TAG_SIZE;
    ddbc_bytes body = {in.ptr, done ? in.len - DDBC_GCM_TAG_SIZE : 0};
    if (done) {
        memcpy(tag, in.ptr + body.len, sizeof tag);
        done = EVP_CipherInit_ex2(context, cipher_for(engine, context, key.len), key.ptr, iv, 0, NULL) == 1 &&
               update(context, aad, NULL) && update(context, body, out) &&
               EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, DDBC_GCM_TAG_SIZE, tag) == 1 &&
               EVP_CipherFinal_ex(context, nothing, &last) == 1;
    }
    if (!done) {
        ddbc_wipe(out, body.len);
        ERR_clear_error();
        return ddbc_fail(
            status, DDBC_BAD_CIPHERTEXT,
            "the ciphertext does not decrypt: its AES-GCM tag does not fit the key and the additional data");
    }
    return true;
}

bool ddbc_ctr_stream(const ddbc_engine *engine, struct evp_cipher_ctx_st *context, const uint8_t key[32],
                     const uint8_t start[16], uint8_t *out, size_t size, ddbc_status *status)
{
    memset(out, 0, size);
    bool done = EVP_CipherInit_ex2(context, unless_set(context, engine->ctr[2]), key, start, 1, NULL) == 1 &&
                update(context, (ddbc_bytes){out, size}, out);
    return done ? true : ddbc_fail_libcrypto(status, "AES-CTR key stream");
}

/* ---- one message, for keyrings -------------------------------------------------------------------------------- */

static bool check_key(ddbc_bytes key, ddbc_bytes iv, ddbc_status *status)
{
    if (key.len != 16 && key.len != 24 && key.len != 32) {
        return ddbc_fail(status, DDBC_INVALID_KEY, "an AES key has 16, 24 or 32 bytes, not %zu", key.len);
    }
    return iv.len == DDBC_GCM_IV_SIZE ? true
                                      : ddbc_fail(status, DDBC_INVALID_ARGUMENT, "an AES-GCM IV has %d bytes, not %zu",
                                                  DDBC_GCM_IV_SIZE, iv.len);
}

bool ddbc_gcm_seal(ddbc_workspace *workspace, ddbc_bytes key, ddbc_bytes iv, ddbc_bytes aad, ddbc_bytes plaintext,
                   ddbc_bytes *out, ddbc_status *status)
{
    struct evp_cipher_ctx_st *context = NULL;
    if (!check_key(key, iv, status)) {
        return false;
    }
    size_t size = plaintext.len + DDBC_GCM_TAG_SIZE;
    uint8_t *sealed = size < plaintext.len ? NULL : ddbc_arena_alloc(&workspace->arena, size);
    if (sealed == NULL) {
        return ddbc_fail_memory(status);
    }
    if (!ddbc_gcm_new(&context, status)) {
        return false;
    }
    bool done = ddbc_gcm_encrypt(workspace->engine, context, key, iv.ptr, aad, plaintext, sealed, status);
    ddbc_gcm_free(context);
    if (done) {
        *out = (ddbc_bytes){sealed, size};
    }
    return done;
}

bool ddbc_gcm_open(ddbc_workspace *workspace, ddbc_bytes key, ddbc_bytes iv, ddbc_bytes aad, ddbc_bytes sealed,
                   ddbc_bytes *out, ddbc_status *status)
{
    struct evp_cipher_ctx_st *context = NULL;
    if (!check_key(key, iv, status)) {
        return false;
    }
    uint8_t *plaintext = ddbc_arena_alloc(&workspace->arena, sealed.len);
    if (plaintext == NULL) {
        return ddbc_fail_memory(status);
    }
    if (!ddbc_gcm_new(&context, status)) {
        return false;
    }
    bool done = ddbc_gcm_decrypt(workspace->engine, context, key, iv.ptr, aad, sealed, plaintext, status);
    ddbc_gcm_free(context);
    if (done) {
        *out = (ddbc_bytes){plaintext, sealed.len - DDBC_GCM_TAG_SIZE};
    }
    return done;
}

bool ddbc_random_bytes(ddbc_workspace *workspace, size_t size, ddbc_bytes *out, ddbc_status *status)
{
    if (size > DDBC_RANDOM_MAX) {
        return ddbc_fail(status, DDBC_INVALID_ARGUMENT, "at most %d random bytes at once", DDBC_RANDOM_MAX);
    }
    uint8_t *drawn = ddbc_arena_alloc(&workspace->arena, size);
    if (drawn == NULL) {
        return ddbc_fail_memory(status);
    }
    if (!ddbc_random(drawn, size, status)) {
        return false;
    }
    *out = (ddbc_bytes){drawn, size};
    return true;
}
