/* SPDX-License-Identifier: Apache-2.0
 * cipher: AES in CBC and CTR mode. */
#include "core/cipher.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#include "core/status.h"

/* libcrypto counts in int. */
#define CHUNK ((size_t)1 << 30)
/* Below this, head and body are joined first: one call to libcrypto costs more than the copy. */
#define JOIN_MAX 512

static const char *const transformations[] = {
    [DDBC_MODE_CBC_PKCS5] = "AES/CBC/PKCS5Padding",
    [DDBC_MODE_CBC_NONE] = "AES/CBC/NoPadding",
    [DDBC_MODE_CTR_NONE] = "AES/CTR/NoPadding",
    [DDBC_MODE_CTR_PKCS5] = "AES/CTR/PKCS5Padding",
};

bool ddbc_mode_from_name(ddbc_bytes name, ddbc_mode *out, ddbc_status *status)
{
    for (size_t i = 0; i < sizeof transformations / sizeof transformations[0]; i++) {
        if (strlen(transformations[i]) == name.len && memcmp(transformations[i], name.ptr, name.len) == 0) {
            *out = (ddbc_mode)i;
            return true;
        }
    }
    return ddbc_fail(status, DDBC_UNKNOWN_TRANSFORMATION,
                     "unknown transformation; expected AES/CBC/PKCS5Padding, AES/CBC/NoPadding, AES/CTR/NoPadding or "
                     "AES/CTR/PKCS5Padding");
}

static bool is_ctr(ddbc_mode mode)
{
    return mode == DDBC_MODE_CTR_NONE || mode == DDBC_MODE_CTR_PKCS5;
}

bool ddbc_cipher_new(const ddbc_engine *engine, ddbc_mode mode, bool encrypting, ddbc_bytes raw,
                     struct evp_cipher_ctx_st **out, ddbc_status *status)
{
    size_t index = raw.len / 8 - 2;
    EVP_CIPHER *cipher = is_ctr(mode) ? engine->ctr[index] : engine->cbc[index];
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (context == NULL) {
        return ddbc_fail_memory(status);
    }
    if (EVP_CipherInit_ex2(context, cipher, raw.ptr, NULL, encrypting ? 1 : 0, NULL) != 1 ||
        EVP_CIPHER_CTX_set_padding(context, mode == DDBC_MODE_CBC_PKCS5 ? 1 : 0) != 1) {
        EVP_CIPHER_CTX_free(context);
        return ddbc_fail_libcrypto(status, "AES key set-up");
    }
    *out = context;
    return true;
}

void ddbc_cipher_free(struct evp_cipher_ctx_st *context)
{
    EVP_CIPHER_CTX_free(context);
}

size_t ddbc_cipher_size(ddbc_mode mode, size_t plaintext_size)
{
    if (mode == DDBC_MODE_CBC_NONE || mode == DDBC_MODE_CTR_NONE) {
        return plaintext_size;
    }
    return (plaintext_size / DDBC_BLOCK_SIZE + 1) * DDBC_BLOCK_SIZE;
}

static bool update(EVP_CIPHER_CTX *context, ddbc_bytes in, uint8_t **out)
{
    while (in.len > 0) {
        size_t chunk = in.len > CHUNK ? CHUNK : in.len;
        int written = 0;
        if (EVP_CipherUpdate(context, *out, &written, in.ptr, (int)chunk) != 1) {
            return false;
        }
        *out += written;
        in.ptr += chunk;
        in.len -= chunk;
    }
    return true;
}

static bool encrypt_parts(EVP_CIPHER_CTX *context, ddbc_mode mode, ddbc_bytes head, ddbc_bytes body, uint8_t **out)
{
    uint8_t joined[JOIN_MAX];
    bool done;
    if (body.len <= JOIN_MAX - DDBC_BLOCK_SIZE && head.len <= DDBC_BLOCK_SIZE) {
        ddbc_bytes both = {joined, head.len + body.len};
        if (head.len > 0) {
            memcpy(joined, head.ptr, head.len);
        }
        if (body.len > 0) {
            memcpy(joined + head.len, body.ptr, body.len);
        }
        done = update(context, both, out);
        ddbc_wipe(joined, both.len);
    } else {
        done = update(context, head, out) && update(context, body, out);
    }
    if (done && mode == DDBC_MODE_CTR_PKCS5) {
        uint8_t padding[DDBC_BLOCK_SIZE];
        size_t count = DDBC_BLOCK_SIZE - (head.len + body.len) % DDBC_BLOCK_SIZE;
        memset(padding, (int)count, count);
        ddbc_bytes pad = {padding, count};
        done = update(context, pad, out);
    }
    return done;
}

bool ddbc_cipher_encrypt(struct evp_cipher_ctx_st *context, ddbc_mode mode, const uint8_t iv[DDBC_IV_SIZE],
                         ddbc_bytes head, ddbc_bytes body, uint8_t *out, ddbc_status *status)
{
    uint8_t *cursor = out;
    int last = 0;
    if (mode == DDBC_MODE_CBC_NONE && (head.len + body.len) % DDBC_BLOCK_SIZE != 0) {
        return ddbc_fail(status, DDBC_PARTIAL_BLOCK,
                         "AES/CBC/NoPadding takes whole blocks of 16 bytes, not %zu bytes; use PKCS5Padding",
                         head.len + body.len);
    }
    if (EVP_CipherInit_ex2(context, NULL, NULL, iv, -1, NULL) != 1 ||
        !encrypt_parts(context, mode, head, body, &cursor) || EVP_CipherFinal_ex(context, cursor, &last) != 1) {
        return ddbc_fail_libcrypto(status, "AES encryption");
    }
    cursor += last;
    if ((size_t)(cursor - out) != ddbc_cipher_size(mode, head.len + body.len)) {
        return ddbc_fail_libcrypto(status, "AES encryption, in the length of its result");
    }
    return true;
}

static bool fail_ciphertext(ddbc_status *status)
{
    ERR_clear_error();
    return ddbc_fail(status, DDBC_BAD_CIPHERTEXT,
                     "the ciphertext does not decrypt: expected a 16-byte IV and AES ciphertext made with this key");
}

bool ddbc_cipher_decrypt(struct evp_cipher_ctx_st *context, ddbc_mode mode, const uint8_t iv[DDBC_IV_SIZE],
                         ddbc_bytes in, uint8_t *out, size_t *out_size, ddbc_status *status)
{
    uint8_t *cursor = out;
    int last = 0;
    bool whole_blocks = mode != DDBC_MODE_CTR_NONE;
    bool padded = mode == DDBC_MODE_CBC_PKCS5 || mode == DDBC_MODE_CTR_PKCS5;
    if ((whole_blocks && in.len % DDBC_BLOCK_SIZE != 0) || (padded && in.len == 0)) {
        return fail_ciphertext(status);
    }
    if (EVP_CipherInit_ex2(context, NULL, NULL, iv, -1, NULL) != 1 || !update(context, in, &cursor) ||
        EVP_CipherFinal_ex(context, cursor, &last) != 1) {
        ddbc_wipe(out, in.len);
        return fail_ciphertext(status);
    }
    size_t size = (size_t)(cursor - out) + (size_t)last;
    if (mode == DDBC_MODE_CTR_PKCS5) {
        size_t count = out[size - 1];
        uint8_t difference = (uint8_t)(count == 0 || count > DDBC_BLOCK_SIZE);
        for (size_t i = 0; i < DDBC_BLOCK_SIZE; i++) {
            uint8_t in_padding = (uint8_t)(i < count ? 0xFF : 0);
            difference |= (uint8_t)(in_padding & (out[size - 1 - i] ^ (uint8_t)count));
        }
        if (difference != 0) {
            ddbc_wipe(out, in.len);
            return fail_ciphertext(status);
        }
        size -= count;
    }
    *out_size = size;
    return true;
}
