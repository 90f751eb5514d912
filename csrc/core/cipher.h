/* SPDX-License-Identifier: Apache-2.0
 * One AES context with its key schedule, for one direction. */
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
/* Encrypts `head` followed by `body` under `iv`; writes exactly ddbc_cipher_size of both. */
DDBC_MUST_USE bool ddbc_cipher_encrypt(struct evp_cipher_ctx_st *context, ddbc_mode mode,
                                       const uint8_t iv[DDBC_IV_SIZE], ddbc_bytes head, ddbc_bytes body, uint8_t *out,
                                       ddbc_status *status);
/* Decrypts into `out`, which takes as many bytes as `in` has. Any failure is DDBC_BAD_CIPHERTEXT. */
DDBC_MUST_USE bool ddbc_cipher_decrypt(struct evp_cipher_ctx_st *context, ddbc_mode mode,
                                       const uint8_t iv[DDBC_IV_SIZE], ddbc_bytes in, uint8_t *out, size_t *out_size,
                                       ddbc_status *status);

#endif
