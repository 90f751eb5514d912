/* SPDX-License-Identifier: Apache-2.0
 * AES-GCM with a key and nonce for each message, and the keys of fields. */
#ifndef DDBC_CORE_GCM_H
#define DDBC_CORE_GCM_H

#include "core/engine.h"
#include "ddbcrypt_primitives.h"

/* A context for many messages, each under a key of its own; fastest where all keys have one length. It holds the last
 * key until it is freed. */
DDBC_MUST_USE bool ddbc_gcm_new(struct evp_cipher_ctx_st **out, ddbc_status *status);
void ddbc_gcm_free(struct evp_cipher_ctx_st *context);
/* `key` of 16, 24 or 32 bytes. Writes in.len + DDBC_GCM_TAG_SIZE bytes: ciphertext, then tag. */
DDBC_MUST_USE bool ddbc_gcm_encrypt(const ddbc_engine *engine, struct evp_cipher_ctx_st *context, ddbc_bytes key,
                                    const uint8_t iv[DDBC_GCM_IV_SIZE], ddbc_bytes aad, ddbc_bytes in, uint8_t *out,
                                    ddbc_status *status);
/* Writes in.len - DDBC_GCM_TAG_SIZE bytes, wiped again where the tag does not fit: DDBC_BAD_CIPHERTEXT. */
DDBC_MUST_USE bool ddbc_gcm_decrypt(const ddbc_engine *engine, struct evp_cipher_ctx_st *context, ddbc_bytes key,
                                    const uint8_t iv[DDBC_GCM_IV_SIZE], ddbc_bytes aad, ddbc_bytes in, uint8_t *out,
                                    ddbc_status *status);
/* `size` bytes of the AES-256-CTR key stream that begins at the counter block `start`. */
DDBC_MUST_USE bool ddbc_ctr_stream(const ddbc_engine *engine, struct evp_cipher_ctx_st *context, const uint8_t key[32],
                                   const uint8_t start[16], uint8_t *out, size_t size, ddbc_status *status);

#endif
