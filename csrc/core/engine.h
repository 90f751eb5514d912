/* SPDX-License-Identifier: Apache-2.0
 * The engine's inside, for the files that call libcrypto. */
#ifndef DDBC_CORE_ENGINE_H
#define DDBC_CORE_ENGINE_H

#include "core/memory.h"
#include "ddbcrypt.h"

/* libcrypto's types by their tags, so that only the files that call it include its headers. */
struct evp_md_st;
struct evp_md_ctx_st;
struct evp_cipher_st;
struct evp_cipher_ctx_st;
struct evp_mac_st;
struct evp_mac_ctx_st;
struct evp_kdf_st;
struct evp_pkey_st;

enum { DDBC_AES_SIZES = 3 }; /* 128, 192 and 256 bits */

/* An HMAC key as two hash states of libcrypto, inner and outer; a key all the same. */
typedef struct ddbc_hmac_state {
    uint64_t inner[32];
    uint64_t outer[32];
} ddbc_hmac_state;

struct ddbc_engine {
    ddbc_allocator allocator;
    struct evp_md_st *sha256;
    struct evp_md_st *sha384;
    struct evp_cipher_st *cbc[DDBC_AES_SIZES];
    struct evp_cipher_st *ctr[DDBC_AES_SIZES];
    struct evp_cipher_st *wrap[DDBC_AES_SIZES];
    struct evp_cipher_st *gcm[DDBC_AES_SIZES];
    struct evp_cipher_st *direct_gcm[DDBC_AES_SIZES]; /* see gcm.c; NULL where there are none */
    struct evp_cipher_st *direct_ctr;                 /* AES-256 */
    struct evp_mac_st *hmac;
    struct evp_kdf_st *hkdf;
    ddbc_hmac_state no_salt; /* HKDF-SHA512's key of the extraction without a salt; of no use under FIPS */
    bool fips;               /* then every digest goes through the provider */
};

#define DDBC_SHA256_SIZE 32

/* Slots for names in sets of a few, as many as the widest items of use have. */
enum { DDBC_NAME_SETS = 64, DDBC_NAME_WAYS = 4, DDBC_NAME_SLOT_BYTES = 63 };

/* An attribute name and its digest; `length` 0 for an empty slot. */
typedef struct ddbc_name_slot {
    uint8_t length;
    uint8_t name[DDBC_NAME_SLOT_BYTES];
    uint8_t digest[DDBC_SHA256_SIZE];
} ddbc_name_slot;

struct ddbc_workspace {
    ddbc_engine *engine;
    ddbc_arena arena;
    struct evp_md_ctx_st *digest;
    ddbc_name_slot names[DDBC_NAME_SETS][DDBC_NAME_WAYS];
    uint8_t next_name; /* the way that the next new name takes */
};

/* ---- libcrypto_error.c */
/* Fails with libcrypto's own reason, and empties its error queue. */
bool ddbc_fail_libcrypto(ddbc_status *status, const char *what);
/* For a context that libcrypto had no memory for: also empties its error queue. */
bool ddbc_fail_libcrypto_memory(ddbc_status *status);

/* ---- digest.c */
bool ddbc_digest_context_new(struct evp_md_ctx_st **out);
void ddbc_digest_context_free(struct evp_md_ctx_st *context);
/* SHA-256 of `head` followed by `body`, which are no secret: copies of them on the stack are left there. What is signed is
 * stored as it is signed. */
DDBC_MUST_USE bool ddbc_sha256(ddbc_workspace *workspace, ddbc_bytes head, ddbc_bytes body,
                               uint8_t out[DDBC_SHA256_SIZE], ddbc_status *status);

#define DDBC_SHA384_SIZE 48
/* SHA-384 of the pieces one after the other. */
DDBC_MUST_USE bool ddbc_sha384(ddbc_workspace *workspace, const ddbc_bytes *pieces, size_t count,
                               uint8_t out[DDBC_SHA384_SIZE], ddbc_status *status);

/* ---- attribute.c */
/* The failure for equal members of a set, or equal names of a map. */
bool ddbc_fail_equal_members(ddbc_type type, ddbc_status *status);

/* ---- number.c */
/* Whether a text is a number in canonical form already, of few enough digits that this is seen at a glance; false says
 * nothing. */
bool ddbc_number_is_canonical(ddbc_bytes text);

/* ---- name_digest.c */
/* SHA-256 of an attribute name. */
DDBC_MUST_USE bool ddbc_name_digest(ddbc_workspace *workspace, ddbc_bytes name, uint8_t out[DDBC_SHA256_SIZE],
                                    ddbc_status *status);

/* ---- random.c */
/* Fresh bytes from libcrypto; nothing is kept for a later call, so a fork repeats nothing. */
DDBC_MUST_USE bool ddbc_random(uint8_t *out, size_t size, ddbc_status *status);

#endif
