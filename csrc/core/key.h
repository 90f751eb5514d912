/* SPDX-License-Identifier: Apache-2.0
 * Borrowing a key's contexts: fast for one thread, right for many. */
#ifndef DDBC_CORE_KEY_H
#define DDBC_CORE_KEY_H

#include "core/cipher.h"
#include "core/mac.h"

/* Contexts that one thread at a time uses; a key has a few sets, each made when it is first needed. */
typedef struct ddbc_key_contexts ddbc_key_contexts;

/* A context to use until the lease ends: of the key's first set that no other thread has, else a fresh one. */
typedef struct ddbc_cipher_lease {
    struct evp_cipher_ctx_st *context;
    ddbc_key_contexts *from; /* NULL for a fresh one */
} ddbc_cipher_lease;

/* The raw bytes of an AES or HMAC key, in place. */
ddbc_bytes ddbc_key_raw(const ddbc_key *key);

/* Bytes that ddbc_key_sign may write with this key. */
size_t ddbc_key_signature_max(const ddbc_key *key);

/* A chained context. DDBC_INVALID_ALGORITHM when the key is not an AES key. */
DDBC_MUST_USE bool ddbc_cipher_borrow(ddbc_key *key, bool encrypting, ddbc_cipher_lease *out, ddbc_status *status);
void ddbc_cipher_return(ddbc_cipher_lease *lease);

#endif
