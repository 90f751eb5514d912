/* SPDX-License-Identifier: Apache-2.0
 * gcm: AES-GCM and the CTR stream that keys of fields are cut from.
 *
 * A field has a key of its own, and most are small: of the 390 ns that OpenSSL 3.0 takes to seal 200 bytes, 120 go to the
 * provider's parameters, by name, of key length, IV length and tag. libcrypto's own method for the same AES has none of
 * them, and its functions are called without EVP between, whose checks of each of the five calls are the half of what is
 * left beside the AES. As in digest.c the provider's is used where FIPS is asked for or there is no direct one, and for
 * large values, which newer providers have the faster code for. */
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
/* Makes the context's inside; without a key, which the method's own function takes for each message. */
static bool set_method(ddbc_gcm *gcm, const EVP_CIPHER *cipher, bool encrypting)
{
    ddbc_gcm_method *method = &gcm->method;
    if (method->cipher == cipher && method->encrypting == encrypting) {
        return true;
    }
    const EVP_CIPHER *fresh = method->cipher == cipher ? NULL : cipher; /* else libcrypto would make it anew */
    method->cipher = NULL;
    if (EVP_CipherInit_ex2(gcm->small, fresh, NULL, NULL, encrypting ? 1 : 0, NULL) != 1) {
        return false;
    }
    *method = (ddbc_gcm_method){cipher, encrypting, EVP_CIPHER_meth_get_init(cipher),
                                EVP_CIPHER_meth_get_do_cipher(cipher), EVP_CIPHER_meth_get_ctrl(cipher)};
    return true;
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

static bool set_method(ddbc_gcm *gcm, const EVP_CIPHER *cipher, bool encrypting)
{
    (void)gcm, (void)cipher, (void)encrypting;
    return false;
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
    return make_context(&out->small, status);
}

void ddbc_gcm_end(ddbc_gcm *gcm)
{
    EVP_CIPHER_CTX_free(gcm->small);
    EVP_CIPHER_CTX_free(gcm->large);
    EVP_CIPHER_CTX_free(gcm->stream);
    *gcm = (ddbc_gcm){.engine = gcm->engine};
}

/* One message; its outcome is checked at each step. `in` is what is encrypted or decrypted, without the tag. */
typedef struct message {
    ddbc_bytes key;
    const uint8_t *iv;
    ddbc_bytes aad;
    ddbc_bytes in;
    uint8_t *out;
    uint8_t *tag; /* written or read */
} message;

/* ---- small messages, by the direct method ----------------------------------------------------------------------- */

static const EVP_CIPHER *cipher_of(struct evp_cipher_st *const ciphers[DDBC_AES_SIZES], ddbc_bytes key)
{
    return ciphers[key.len / 8 - 2];
}

static bool run_direct(ddbc_gcm *gcm, const message *m, bool encrypting)
{
    const EVP_CIPHER *cipher = cipher_of(gcm->engine->direct_gcm, m->key);
    if (!set_method(gcm, cipher, encrypting)) {
        return false;
    }
    EVP_CIPHER_CTX *context = gcm->small;
    const ddbc_gcm_method *method = &gcm->method;
    uint8_t nothing[DDBC_GCM_TAG_SIZE];
    return method->begin(context, m->key.ptr, m->iv, encrypting ? 1 : 0) == 1 &&
           (m->aad.len == 0 || method->run(context, NULL, m->aad.ptr, m->aad.len) >= 0) &&
           (m->in.len == 0 || method->run(context, m->out, m->in.ptr, m->in.len) == (int)m->in.len) &&
           (encrypting || method->control(context, EVP_CTRL_AEAD_SET_TAG, DDBC_GCM_TAG_SIZE, m->tag) == 1) &&
           method->run(context, nothing, NULL, 0) >= 0 &&
           (!encrypting || method->control(context, EVP_CTRL_AEAD_GET_TAG, DDBC_GCM_TAG_SIZE, m->tag) == 1);
}

/* ---- any message, by the provider ------------------------------------------------------------------------------- */

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

static bool run_provider(EVP_CIPHER_CTX *context, const EVP_CIPHER *cipher, const message *m, bool encrypting)
{
    uint8_t nothing[1];
    int last = 0;
    cipher = EVP_CIPHER_CTX_get0_cipher(context) == cipher ? NULL : cipher; /* libcrypto would make its inside anew */
    return EVP_CipherInit_ex2(context, cipher, m->key.ptr, m->iv, encrypting ? 1 : 0, NULL) == 1 &&
           update(context, m->aad, NULL) && update(context, m->in, m->out) &&
           (encrypting || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, DDBC_GCM_TAG_SIZE, m->tag) == 1) &&
           EVP_CipherFinal_ex(context, nothing, &last) == 1 && last == 0 &&
           (!encrypting || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, DDBC_GCM_TAG_SIZE, m->tag) == 1);
}

static bool run(ddbc_gcm *gcm, const message *m, bool encrypting, bool *done, ddbc_status *status)
{
    if (cipher_of(gcm->engine->direct_gcm, m->key) != NULL && m->in.len <= SMALL_MAX && m->aad.len <= CHUNK) {
        *done = run_direct(gcm, m, encrypting);
        return true;
    }
    if (!make_context(&gcm->large, status)) {
        return false;
    }
    *done = run_provider(gcm->large, cipher_of(gcm->engine->gcm, m->key), m, encrypting);
    return true;
}

bool ddbc_gcm_encrypt(ddbc_gcm *gcm, ddbc_bytes key, const uint8_t iv[DDBC_GCM_IV_SIZE], ddbc_bytes aad, ddbc_bytes in,
                      uint8_t *out, ddbc_status *status)
{
    const message m = {key, iv, aad, in, out, out + in.len};
    bool done = false;
    return run(gcm, &m, true, &done, status) && (done ? true : ddbc_fail_libcrypto(status, "AES-GCM encryption"));
}

bool ddbc_gcm_decrypt(ddbc_gcm *gcm, ddbc_bytes key, const uint8_t iv[DDBC_GCM_IV_SIZE], ddbc_bytes aad, ddbc_bytes in,
                      uint8_t *out, ddbc_status *status)
{
    uint8_t tag[DDBC_GCM_TAG_SIZE];
    bool done = in.len >= DDBC_GCM_TAG_SIZE;
    ddbc_bytes body = {in.ptr, done ? in.len - DDBC_GCM_TAG_SIZE : 0};
    if (done) {
        const message m = {key, iv, aad, body, out, tag};
        memcpy(tag, in.ptr + body.len, sizeof tag);
        if (!run(gcm, &m, false, &done, status)) {
            return false;
        }
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
    bool done = EVP_CipherInit_ex2(gcm->stream, cipher, key, start, 1, NULL) == 1 &&
                update(gcm->stream, (ddbc_bytes){out, size}, out);
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
