/* SPDX-License-Identifier: Apache-2.0
 * AES contexts with their key schedule, each for one direction. */
#ifndef DDBC_CORE_CIPHER_H
#define DDBC_CORE_CIPHER_H

#include "core/engine.h"

#define DDBC_BLOCK_SIZE 16

/* `raw` has 16, 24 or 32 bytes. */
DDBC_MUST_USE bool ddbc_cipher_new(const ddbc_engine *engine, ddbc_mode mode, bool encrypting, ddbc_bytes raw,
                                   struct evp_cipher_ctx_st **out, ddbc_status *status);
void ddbc_cipher_free(struct evp_cipher_ctx_st *context);

/* Bytes of ciphertext that `plaintext_size` gives, without the IV. */
size_t ddbc_cipher_size(ddbc_mode mode, size_t plaintext_size);
/* Encrypts under `iv`; writes exactly ddbc_cipher_size bytes. */
DDBC_MUST_USE bool ddbc_cipher_encrypt(struct evp_cipher_ctx_st *context, ddbc_mode mode,
                                       const uint8_t iv[DDBC_IV_SIZE], ddbc_bytes in, uint8_t *out,
                                       ddbc_status *status);
/* Decrypts into `out`, which takes as many bytes as `in` has. Any failure is DDBC_BAD_CIPHERTEXT. */
DDBC_MUST_USE bool ddbc_cipher_decrypt(struct evp_cipher_ctx_st *context, ddbc_mode mode,
                                       const uint8_t iv[DDBC_IV_SIZE], ddbc_bytes in, uint8_t *out, size_t *out_size,
                                       ddbc_status *status);

/* ---- chained CBC, for items: many values under one key, without setting up the context for each.
 *
 * A chained context is CBC without padding that runs on from value to value. A value is preceded by 16 random bytes R;
 * what R is encrypted to, E(R xor previous block), is the value's stored IV. It is as uniform and unpredictable as R is,
 * since xor with a block and E are permutations, so this is plain CBC with a random IV, and costs a third of it: three
 * calls of libcrypto's and its look-up of parameters are saved for each value. Reading needs no IV at all: of a stored
 * value decrypted whole, the first block is to be thrown away and the others do not depend on what came before. */
DDBC_MUST_USE bool ddbc_chain_new(const ddbc_engine *engine, bool encrypting, ddbc_bytes raw,
                                  struct evp_cipher_ctx_st **out, ddbc_status *status);
/* Bytes that a value of `plaintext_size` takes: IV and padded ciphertext. */
size_t ddbc_chain_size(size_t plaintext_size);
/* Puts random block and padding around a plaintext that stands in `out` behind room for the IV: ddbc_chain_size bytes,
 * which are to go through ddbc_chain_run next. */
void ddbc_chain_frame(const uint8_t random[DDBC_IV_SIZE], size_t plaintext_size, uint8_t *out);
/* Encrypts or decrypts whole blocks in place: any number of values that stand one behind the other. On failure they are
 * wiped. */
DDBC_MUST_USE bool ddbc_chain_run(struct evp_cipher_ctx_st *context, uint8_t *blocks, size_t size, ddbc_status *status);
/* Whether a stored value has the size of one; else DDBC_BAD_CIPHERTEXT. */
DDBC_MUST_USE bool ddbc_chain_check(ddbc_bytes stored, ddbc_status *status);
/* The plaintext in a stored value of `size` bytes that was decrypted in place. To be called only on what a signature has
 * vouched for, since a failure tells about the padding. */
DDBC_MUST_USE bool ddbc_chain_open(const uint8_t *decrypted, size_t size, ddbc_bytes *out, ddbc_status *status);

/* Large values, which have a place of their own. */

/* Encrypts `head` followed by `body`, more than a block together; writes exactly ddbc_chain_size of both. `head` has at
 * most 16 bytes. */
DDBC_MUST_USE bool ddbc_chain_encrypt(struct evp_cipher_ctx_st *context, const uint8_t random[DDBC_IV_SIZE],
                                      ddbc_bytes head, ddbc_bytes body, uint8_t *out, ddbc_status *status);
/* The first block of a stored value's plaintext, and the plaintext's size; the value has two blocks and its IV or more. */
DDBC_MUST_USE bool ddbc_chain_peek(struct evp_cipher_ctx_st *context, ddbc_bytes stored, uint8_t first[DDBC_BLOCK_SIZE],
                                   size_t *plaintext_size, ddbc_status *status);
/* Decrypts all of such a value but its first `skip` bytes, at most 16, into exactly `size` bytes. */
DDBC_MUST_USE bool ddbc_chain_decrypt_into(struct evp_cipher_ctx_st *context, ddbc_bytes stored, size_t skip,
                                           uint8_t *out, size_t size, ddbc_status *status);

#endif
