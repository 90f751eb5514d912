/* SPDX-License-Identifier: Apache-2.0
 * gcm: AES-GCM and the CTR stream that keys of fields are cut from.
 *
 * A field has a key of its own, and most are small: of the 390 ns that OpenSSL 3.0 takes to seal 200 bytes, 120 go to the
 * provider's parameters, by name, of key length, IV length and tag. libcrypto's own method for the same AES has none of
 * them. As in digest.c the provider's is used where FIPS is asked for or there is no direct one, and for large values,
 * which newer providers have the faster code for. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "core/gcm.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#include "core/status.h"

/* libcrypto counts in int. */
#define CHUNK ((size_t)1 << 30)
/* Up to this size the direct ciphers are taken. */
#define SMALL_MAX 1024

#if !defined OPENSSL_NO_DEPRECATED_3_0 && OPENSSL_VERSION_MAJOR < 4
void ddbc_gcm_make_direct(ddbc_engine *engine)
{
    /* A copy, since a built-in one only stands for the provider's. */
    engine->direct_gcm[0] = EVP_CIPHER_meth_dup(EVP_aes_128_gcm());
    engine->direct_gcm[1] = EVP_CIPHER_meth_dup(EVP_aes_192_gcm());
    engine->direct_gcm[2] = EVP_CIPHER_meth_dup(EVP_aes_256_gcm());
    engine->direct_ctr = EVP_CIPHER_meth_dup(EVP_aes_256_ctr());
    ERR_clear_error();
}

void ddbc_gcm_free_direct(ddbc_engine *engine)
{
    for (size_t i = 0; i < DDBC_AES_SIZES; i++) {
        EVP_CIPHER_meth_free(engine->direct_gcm[i]);
        engine->direct_gcm[i] = NULL;
    }
    EVP_CIPHER_meth_free(engine->direct_ctr);
    engine->direct_ctr = NULL;
}
#else
void ddbc_gcm_make_direct(ddbc_engine *engine)
{
    (void)engine;
}

void ddbc_gcm_free_direct(ddbc_engine *engine)
{
    (void)engine;
}
#endif

/* ---- contexts -------------------------------------------------------------------------------------------------- */

static bool make_context(EVP_CIPHER_CTX **out, ddbc_status *status)
{
    *out = *out != NULL ? *out : EVP_CIPHER_CTX_new();
    return *out != NULL ? true : ddbc_fail_libcrypto_memory(status);
}

bool ddbc_gcm_begin(const ddbc_engine *engine, ddbc_gcm *out, ddbc_status *status)
{
    *out = (ddbc_gcm){.engine = engine};
    return make_context(&out->small.context, status);
}

void ddbc_gcm_end(ddbc_gcm *gcm)
{
    EVP_CIPHER_CTX_free(gcm->small.context);
    EVP_CIPHER_CTX_free(gcm->large.context);
    EVP_CIPHER_CTX_free(gcm->stream);
    *gcm = (ddbc_gcm){.engine = gcm->engine};
}

/* Makes the cipher known to the context: libcrypto makes its inside anew each time that it is told. */
static bool set_up(ddbc_gcm_context *of, const EVP_CIPHER *cipher, size_t key_size, ddbc_status *status)
{
    of->key_size = 0;
    if (!make_context(&of->context, status)) {
        return false;
    }
    if (EVP_CipherInit_ex2(of->context, cipher, NULL, NULL, 1, NULL) != 1) {
        return ddbc_fail_libcrypto(status, "AES-GCM");
    }
    of->key_size = key_size;
    return true;
}

/* The context for a message. */
static inline EVP_CIPHER_CTX *choose(ddbc_gcm *gcm, size_t key_size, size_t size, ddbc_status *status)
{
    size_t length = key_size / 8 - 2;
    const EVP_CIPHER *direct = gcm->engine->direct_gcm[length];
    bool small = direct != NULL && size <= SMALL_MAX;
    ddbc_gcm_context *chosen = small ? &gcm->small : &gcm->large;
    if (chosen->key_size != key_size && !set_up(chosen, small ? direct : gcm->engine->gcm[length], key_size, status)) {
        return NULL;
    }
    return chosen->context;
}

typedef int update_function(EVP_CIPHER_CTX *context, unsigned char *out, int *written, const unsigned char *in,
                            int size);

/* `out` NULL for additional data. */
static inline bool update(update_function *function, EVP_CIPHER_CTX *context, ddbc_bytes in, uint8_t *out)
{
    int written = 0;
    while (in.len > CHUNK) {
        if (function(context, out, &written, in.ptr, (int)CHUNK) != 1) {
            return false;
        }
        out = out == NULL ? NULL : out + CHUNK;
        in.ptr += CHUNK;
        in.len -= CHUNK;
    }
    return in.len == 0 || function(context, out, &written, in.ptr, (int)in.len) == 1;
}

bool ddbc_gcm_encrypt(ddbc_gcm *gcm, ddbc_bytes key, const uint8_t iv[DDBC_GCM_IV_SIZE], ddbc_bytes aad, ddbc_bytes in,
                      uint8_t *out, ddbc_status *status)
{
    int last = 0;
    EVP_CIPHER_CTX *context = choose(gcm, key.len, in.len, status);
    if (context == NULL) {
        return false;
    }
    bool done = EVP_EncryptInit_ex2(context, NULL, key.ptr, iv, NULL) == 1 &&
                update(EVP_EncryptUpdate, context, aad, NULL) && update(EVP_EncryptUpdate, context, in, out) &&
                EVP_EncryptFinal_ex(context, out + in.len, &last) == 1 && last == 0 &&
                EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, DDBC_GCM_TAG_SIZE, out + in.len) == 1;
    return done ? true : ddbc_fail_libcrypto(status, "AES-GCM encryption");
}

bool ddbc_gcm_decrypt(ddbc_gcm *gcm, ddbc_bytes key, const uint8_t iv[DDBC_GCM_IV_SIZE], ddbc_bytes aad, ddbc_bytes in,
                      uint8_t *out, ddbc_status *status)
{
    uint8_t tag[DDBC_GCM_TAG_SIZE];
    uint8_t nothing[1];
    int last = 0;
    bool done = in.len >= DDBC_GCM_TAG_SIZE;
    ddbc_bytes body = {in.ptr, done ? in.len - DDBC_GCM_TAG_SIZE : 0};
    if (done) {
        EVP_CIPHER_CTX *context = choose(gcm, key.len, body.len, status);
        if (context == NULL) {
            return false;
        }
        memcpy(tag, in.ptr + body.len, sizeof tag);
        done = EVP_DecryptInit_ex2(context, NULL, key.ptr, iv, NULL) == 1 &&
               update(EVP_DecryptUpdate, context, aad, NULL) && update(EVP_DecryptUpdate, context, body, out) &&
               EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, DDBC_GCM_TAG_SIZE, tag) == 1 &&
               EVP_DecryptFinal_ex(context, nothing, &last) == 1;
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

bool ddbc_ctr_stream(ddbc_gcm *gcm, const uint8_t key[32], const uint8_t start[16], uint8_t *out, size_t size,
                     ddbc_status *status)
{
    const EVP_CIPHER *cipher = gcm->engine->direct_ctr != NULL ? gcm->engine->direct_ctr : gcm->engine->ctr[2];
    if (!make_context(&gcm->stream, status)) {
        return false;
    }
    memset(out, 0, size);
    cipher = EVP_CIPHER_CTX_get0_cipher(gcm->stream) == cipher ? NULL : cipher;
    bool done = EVP_EncryptInit_ex2(gcm->stream, cipher, key, start, NULL) == 1 &&
                update(EVP_EncryptUpdate, gcm->stream, (ddbc_bytes){out, size}, out);
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
    ddbc_gcm gcm;
    if (!check_key(key, iv, status)) {
        return false;
    }
    size_t size = plaintext.len + DDBC_GCM_TAG_SIZE;
    uint8_t *sealed = size < plaintext.len ? NULL : ddbc_arena_alloc(&workspace->arena, size);
    if (sealed == NULL) {
        return ddbc_fail_memory(status);
    }
    bool done = ddbc_gcm_begin(workspace->engine, &gcm, status) &&
                ddbc_gcm_encrypt(&gcm, key, iv.ptr, aad, plaintext, sealed, status);
    ddbc_gcm_end(&gcm);
    if (done) {
        *out = (ddbc_bytes){sealed, size};
    }
    return done;
}

bool ddbc_gcm_open(ddbc_workspace *workspace, ddbc_bytes key, ddbc_bytes iv, ddbc_bytes aad, ddbc_bytes sealed,
                   ddbc_bytes *out, ddbc_status *status)
{
    ddbc_gcm gcm;
    if (!check_key(key, iv, status)) {
        return false;
    }
    uint8_t *plaintext = ddbc_arena_alloc(&workspace->arena, sealed.len);
    if (plaintext == NULL) {
        return ddbc_fail_memory(status);
    }
    bool done = ddbc_gcm_begin(workspace->engine, &gcm, status) &&
                ddbc_gcm_decrypt(&gcm, key, iv.ptr, aad, sealed, plaintext, status);
    ddbc_gcm_end(&gcm);
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
