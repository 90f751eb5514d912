/* SPDX-License-Identifier: Apache-2.0
 * AES-GCM with a key and nonce for each message, and the keys of fields. */
#ifndef DDBC_CORE_GCM_H
#define DDBC_CORE_GCM_H

#include "core/engine.h"
#include "ddbcrypt_primitives.h"

typedef struct ddbc_gcm_context {
    struct evp_cipher_ctx_st *context;
    size_t key_size; /* of the keys that it is set up for; 0 for none yet */
} ddbc_gcm_context;

/* Contexts for many messages, each under a key of its own; fastest where all keys have one length. They hold the last
 * keys until ddbc_gcm_end. One thread at a time. */
typedef struct ddbc_gcm {
    const ddbc_engine *engine;
    ddbc_gcm_context small;
    ddbc_gcm_context large;           /* empty until it is needed, as the next one */
    struct evp_cipher_ctx_st *stream; /* AES-CTR */
} ddbc_gcm;

DDBC_MUST_USE bool ddbc_gcm_begin(const ddbc_engine *engine, ddbc_gcm *out, ddbc_status *status);
/* Also after ddbc_gcm_begin failed. */
void ddbc_gcm_end(ddbc_gcm *gcm);
/* `key` of 16, 24 or 32 bytes. Writes in.len + DDBC_GCM_TAG_SIZE bytes: ciphertext, then tag. */
DDBC_MUST_USE bool ddbc_gcm_encrypt(ddbc_gcm *gcm, ddbc_bytes key, const uint8_t iv[DDBC_GCM_IV_SIZE], ddbc_bytes aad,
                                    ddbc_bytes in, uint8_t *out, ddbc_status *status);
/* Writes in.len - DDBC_GCM_TAG_SIZE bytes, wiped again where the tag does not fit: DDBC_BAD_CIPHERTEXT. */
DDBC_MUST_USE bool ddbc_gcm_decrypt(ddbc_gcm *gcm, ddbc_bytes key, const uint8_t iv[DDBC_GCM_IV_SIZE], ddbc_bytes aad,
                                    ddbc_bytes in, uint8_t *out, ddbc_status *status);
/* `size` bytes of the AES-256-CTR key stream that begins at the counter block `start`. */
DDBC_MUST_USE bool ddbc_ctr_stream(ddbc_gcm *gcm, const uint8_t key[32], const uint8_t start[16], uint8_t *out,
                                   size_t size, ddbc_status *status);

/* The engine's direct ciphers; where libcrypto gives none, they stay NULL. */
void ddbc_gcm_make_direct(ddbc_engine *engine);
void ddbc_gcm_free_direct(ddbc_engine *engine);

#endif
