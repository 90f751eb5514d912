/* SPDX-License-Identifier: Apache-2.0
 * One HMAC context with its key. */
#ifndef DDBC_CORE_MAC_H
#define DDBC_CORE_MAC_H

#include "core/engine.h"

DDBC_MUST_USE bool ddbc_mac_new(const ddbc_engine *engine, ddbc_algorithm algorithm, ddbc_bytes raw,
                                struct evp_mac_ctx_st **out, ddbc_status *status);
void ddbc_mac_free(struct evp_mac_ctx_st *context);
DDBC_MUST_USE bool ddbc_mac_compute(struct evp_mac_ctx_st *context, ddbc_bytes data, uint8_t out[DDBC_MAC_MAX],
                                    size_t *out_size, ddbc_status *status);
/* HMAC-SHA512 or, `short_hash`, HMAC-SHA384 with keys that serve once or twice: of at most 128 bytes, and a hash state each
 * instead of a provider's context, whose set-up costs more than the hashing. Under FIPS it goes through the provider. */
typedef struct ddbc_hmac {
    const ddbc_engine *engine;
    bool short_hash;
    ddbc_hmac_state state;
    struct evp_mac_ctx_st *context; /* under FIPS */
} ddbc_hmac;

/* Wiped by ddbc_hmac_end, also after a failure. */
DDBC_MUST_USE bool ddbc_hmac_begin(ddbc_hmac *hmac, const ddbc_engine *engine, bool short_hash, ddbc_bytes key,
                                   ddbc_status *status);
/* With the key that HKDF-SHA512 extracts with where there is no salt. */
DDBC_MUST_USE bool ddbc_hmac_begin_no_salt(ddbc_hmac *hmac, const ddbc_engine *engine, ddbc_status *status);
/* The first `size` bytes, at most 64, of the HMAC of `data`; any number of times. */
DDBC_MUST_USE bool ddbc_hmac_compute(ddbc_hmac *hmac, ddbc_bytes data, uint8_t *out, size_t size, ddbc_status *status);
void ddbc_hmac_end(ddbc_hmac *hmac);
/* For the engine's own. */
DDBC_MUST_USE bool ddbc_hmac_no_salt(ddbc_hmac_state *out, ddbc_status *status);

#endif
