/* SPDX-License-Identifier: Apache-2.0
 * The engine's inside, for the files that call libcrypto. */
#ifndef DDBC_CORE_ENGINE_H
#define DDBC_CORE_ENGINE_H

#include "ddbcrypt.h"
#include "core/memory.h"

/* libcrypto's types by their tags, so that only the files that call it include its headers. */
struct evp_md_st;
struct evp_md_ctx_st;
struct evp_cipher_st;
struct evp_cipher_ctx_st;
struct evp_mac_st;
struct evp_mac_ctx_st;

enum { DDBC_AES_SIZES = 3 }; /* 128, 192 and 256 bits */

struct ddbc_engine {
    ddbc_allocator allocator;
    struct evp_md_st *sha256;
    struct evp_cipher_st *cbc[DDBC_AES_SIZES];
    struct evp_cipher_st *ctr[DDBC_AES_SIZES];
    struct evp_mac_st *hmac;
    bool fips; /* then every digest goes through the provider */
};

struct ddbc_workspace {
    ddbc_engine *engine;
    ddbc_arena arena;
    struct evp_md_ctx_st *digest;
};

/* Fails with libcrypto's own reason, and empties its error queue. */
bool ddbc_fail_libcrypto(ddbc_status *status, const char *what);

/* ---- digest.c */
#define DDBC_SHA256_SIZE 32
bool ddbc_digest_context_new(struct evp_md_ctx_st **out);
void ddbc_digest_context_free(struct evp_md_ctx_st *context);
/* SHA-256 of `head` followed by `body`. */
DDBC_MUST_USE bool ddbc_sha256(ddbc_workspace *workspace, ddbc_bytes head, ddbc_bytes body,
                               uint8_t out[DDBC_SHA256_SIZE], ddbc_status *status);

/* ---- random.c */
/* Fresh bytes from libcrypto; nothing is kept for a later call, so a fork repeats nothing. */
DDBC_MUST_USE bool ddbc_random(uint8_t *out, size_t size, ddbc_status *status);

#endif
