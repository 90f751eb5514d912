/* SPDX-License-Identifier: Apache-2.0
 * cipher: AES in CBC and CTR mode. */
#include "core/cipher.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#include "core/status.h"
#include "core/words.h"

/* libcrypto counts in int. */
#define CHUNK ((size_t)1 << 30)

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
        return ddbc_fail_libcrypto_memory(status);
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

bool ddbc_cipher_encrypt(struct evp_cipher_ctx_st *context, ddbc_mode mode, const uint8_t iv[DDBC_IV_SIZE],
                         ddbc_bytes in, uint8_t *out, ddbc_status *status)
{
    uint8_t *cursor = out;
    uint8_t padding[DDBC_BLOCK_SIZE];
    ddbc_bytes pad = {padding, 0};
    int last = 0;
    if (mode == DDBC_MODE_CBC_NONE && in.len % DDBC_BLOCK_SIZE != 0) {
        return ddbc_fail(status, DDBC_PARTIAL_BLOCK,
                         "AES/CBC/NoPadding takes whole blocks of 16 bytes, not %zu bytes; use PKCS5Padding", in.len);
    }
    if (mode == DDBC_MODE_CTR_PKCS5) { /* libcrypto pads only whole-block modes */
        pad.len = DDBC_BLOCK_SIZE - in.len % DDBC_BLOCK_SIZE;
        memset(padding, (int)pad.len, pad.len);
    }
    if (EVP_CipherInit_ex2(context, NULL, NULL, iv, -1, NULL) != 1 || !update(context, in, &cursor) ||
        !update(context, pad, &cursor) || EVP_CipherFinal_ex(context, cursor, &last) != 1) {
        return ddbc_fail_libcrypto(status, "AES encryption");
    }
    cursor += last;
    if ((size_t)(cursor - out) != ddbc_cipher_size(mode, in.len)) {
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

static inline uint64_t last_bytes_mask(uint64_t count)
{
    return UINT64_MAX >> ((64 - 8 * count) & 63); /* of 1 to 8 */
}

/* Takes PKCS5 padding off whole blocks, the time of which does not depend on what it is: the last block as two words,
 * without a branch or a look-up that depends on it. */
static bool strip_padding(const uint8_t *bytes, size_t *size)
{
    uint64_t count = bytes[*size - 1];
    uint64_t each = count * UINT64_C(0x0101010101010101);
    uint64_t over = 0 - ((8 - count) >> 63); /* all bits where it is more than a word, else none */
    uint64_t last = (ddbc_first_eight(bytes + *size - 8) ^ each) & last_bytes_mask((8 & over) | (count & ~over));
    uint64_t first = (ddbc_first_eight(bytes + *size - 16) ^ each) & last_bytes_mask(count - 8) & over;
    uint64_t beyond = (count - 1) >> 4; /* 0 for 1 to 16 */
    bool padded = (last | first | beyond) == 0;
    if (padded) {
        *size -= (size_t)count;
    }
    return padded;
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
    if (mode == DDBC_MODE_CTR_PKCS5 && !strip_padding(out, &size)) {
        ddbc_wipe(out, in.len);
        return fail_ciphertext(status);
    }
    *out_size = size;
    return true;
}

/* ---- chained CBC ---------------------------------------------------------------------------------------------- */

bool ddbc_chain_new(const ddbc_engine *engine, bool encrypting, ddbc_bytes raw, struct evp_cipher_ctx_st **out,
                    ddbc_status *status)
{
    static const uint8_t start[DDBC_IV_SIZE] = {0}; /* what comes before the first value; any block does */
    struct evp_cipher_ctx_st *context = NULL;
    if (!ddbc_cipher_new(engine, DDBC_MODE_CBC_NONE, encrypting, raw, &context, status)) {
        return false;
    }
    if (EVP_CipherInit_ex2(context, NULL, NULL, start, -1, NULL) != 1) {
        EVP_CIPHER_CTX_free(context);
        return ddbc_fail_libcrypto(status, "AES key set-up");
    }
    *out = context;
    return true;
}

size_t ddbc_chain_size(size_t plaintext_size)
{
    return DDBC_IV_SIZE + ddbc_cipher_size(DDBC_MODE_CBC_PKCS5, plaintext_size);
}

/* The end of a value and its padding, at most one block. */
static void put_end(uint8_t *out, const uint8_t *rest, size_t rest_size)
{
    if (rest_size > 0) {
        memcpy(out, rest, rest_size);
    }
    memset(out + rest_size, (int)(DDBC_BLOCK_SIZE - rest_size), DDBC_BLOCK_SIZE - rest_size);
}

void ddbc_chain_frame(const uint8_t random[DDBC_IV_SIZE], size_t plaintext_size, uint8_t *out)
{
    size_t pad = DDBC_BLOCK_SIZE - plaintext_size % DDBC_BLOCK_SIZE;
    memcpy(out, random, DDBC_IV_SIZE);
    memset(out + DDBC_IV_SIZE + plaintext_size, (int)pad, pad);
}

bool ddbc_chain_run(struct evp_cipher_ctx_st *context, uint8_t *blocks, size_t size, ddbc_status *status)
{
    uint8_t *at = blocks;
    ddbc_bytes in = {blocks, size};
    if (update(context, in, &at)) {
        return true;
    }
    ddbc_wipe(blocks, size);
    return ddbc_fail_libcrypto(status, "AES");
}

bool ddbc_chain_check(ddbc_bytes stored, ddbc_status *status)
{
    return stored.len >= DDBC_IV_SIZE + DDBC_BLOCK_SIZE && stored.len % DDBC_BLOCK_SIZE == 0 ? true
                                                                                             : fail_ciphertext(status);
}

bool ddbc_chain_open(const uint8_t *decrypted, size_t size, ddbc_bytes *out, ddbc_status *status)
{
    size_t plaintext = size - DDBC_IV_SIZE;
    if (!strip_padding(decrypted + DDBC_IV_SIZE, &plaintext)) {
        return fail_ciphertext(status);
    }
    *out = (ddbc_bytes){decrypted + DDBC_IV_SIZE, plaintext};
    return true;
}

/* Block by block where the pieces meet, the rest straight from `body`. */
static bool encrypt_pieces(EVP_CIPHER_CTX *context, const uint8_t *random, ddbc_bytes head, ddbc_bytes body,
                           uint8_t *out)
{
    uint8_t block[DDBC_BLOCK_SIZE];
    ddbc_bytes piece = {block, DDBC_BLOCK_SIZE};
    ddbc_bytes iv = {random, DDBC_IV_SIZE};
    size_t taken = DDBC_BLOCK_SIZE - head.len;
    ddbc_bytes middle = {body.ptr + taken, (body.len - taken) / DDBC_BLOCK_SIZE * DDBC_BLOCK_SIZE};
    size_t rest = body.len - taken - middle.len;
    if (head.len > 0) {
        memcpy(block, head.ptr, head.len);
    }
    memcpy(block + head.len, body.ptr, taken);
    bool done = update(context, iv, &out) && update(context, piece, &out) && update(context, middle, &out);
    put_end(block, body.ptr + body.len - rest, rest);
    done = done && update(context, piece, &out);
    ddbc_wipe(block, sizeof block);
    return done;
}

bool ddbc_chain_encrypt(struct evp_cipher_ctx_st *context, const uint8_t random[DDBC_IV_SIZE], ddbc_bytes head,
                        ddbc_bytes body, uint8_t *out, ddbc_status *status)
{
    return encrypt_pieces(context, random, head, body, out) ? true : ddbc_fail_libcrypto(status, "AES encryption");
}

/* Blocks of a stored value, wherever they are, since each needs only the one before it. */
static bool decrypt_blocks(EVP_CIPHER_CTX *context, const uint8_t *stored, size_t count, uint8_t *out)
{
    uint8_t *at = out;
    ddbc_bytes in = {stored, count * DDBC_BLOCK_SIZE};
    return update(context, in, &at);
}

bool ddbc_chain_peek(struct evp_cipher_ctx_st *context, ddbc_bytes stored, uint8_t first[DDBC_BLOCK_SIZE],
                     size_t *plaintext_size, ddbc_status *status)
{
    uint8_t two[2 * DDBC_BLOCK_SIZE];
    size_t last = DDBC_BLOCK_SIZE;
    if (stored.len < DDBC_IV_SIZE + sizeof two || stored.len % DDBC_BLOCK_SIZE != 0) {
        return fail_ciphertext(status);
    }
    bool done = decrypt_blocks(context, stored.ptr, 2, two);
    memcpy(first, two + DDBC_BLOCK_SIZE, DDBC_BLOCK_SIZE);
    done = done && decrypt_blocks(context, stored.ptr + stored.len - sizeof two, 2, two) &&
           strip_padding(two + DDBC_BLOCK_SIZE, &last);
    ddbc_wipe(two, sizeof two);
    *plaintext_size = stored.len - DDBC_IV_SIZE - DDBC_BLOCK_SIZE + last;
    return done ? true : fail_ciphertext(status);
}

bool ddbc_chain_decrypt_into(struct evp_cipher_ctx_st *context, ddbc_bytes stored, size_t skip, uint8_t *out,
                             size_t size, ddbc_status *status)
{
    uint8_t two[2 * DDBC_BLOCK_SIZE];
    size_t kept = DDBC_BLOCK_SIZE - skip;
    size_t middle = stored.len / DDBC_BLOCK_SIZE - 3;
    size_t last = DDBC_BLOCK_SIZE;
    bool done = decrypt_blocks(context, stored.ptr, 2, two);
    memcpy(out, two + DDBC_BLOCK_SIZE + skip, kept);
    done = done && decrypt_blocks(context, stored.ptr + sizeof two, middle, out + kept) &&
           decrypt_blocks(context, stored.ptr + stored.len - DDBC_BLOCK_SIZE, 1, two) && strip_padding(two, &last) &&
           kept + middle * DDBC_BLOCK_SIZE + last == size;
    if (done && last > 0) {
        memcpy(out + size - last, two, last);
    }
    ddbc_wipe(two, sizeof two);
    return done ? true : fail_ciphertext(status);
}
