/* SPDX-License-Identifier: Apache-2.0
 * HMAC-SHA384 and HMAC-SHA512 for keys that serve once or twice. */
#ifndef DDBC_CORE_HMAC_H
#define DDBC_CORE_HMAC_H

#include "core/engine.h"

#define DDBC_HMAC_BLOCK 128

/* A key that is set up. It is secret: end it. */
typedef struct ddbc_hmac {
    ddbc_hmac_state state;
    struct evp_mac_ctx_st *provider; /* instead of it, where every digest goes through the provider */
    bool is_384;
} ddbc_hmac;

/* `raw`: at most DDBC_HMAC_BLOCK bytes. `algorithm`: DDBC_ALG_HMAC_SHA384 or DDBC_ALG_HMAC_SHA512. */
DDBC_MUST_USE bool ddbc_hmac_begin(const ddbc_engine *engine, ddbc_algorithm algorithm, ddbc_bytes raw, ddbc_hmac *out,
                                   ddbc_status *status);
/* The key that HKDF-SHA512 (RFC 5869) extracts from `material` without a salt: its expansions begin with it. */
DDBC_MUST_USE bool ddbc_hmac_begin_extracted(const ddbc_engine *engine, ddbc_bytes material, ddbc_hmac *out,
                                             ddbc_status *status);
/* The first `wanted` bytes of the HMAC of `data`; any number of times. */
DDBC_MUST_USE bool ddbc_hmac_compute(const ddbc_hmac *hmac, ddbc_bytes data, uint8_t *out, size_t wanted,
                                     ddbc_status *status);
void ddbc_hmac_end(ddbc_hmac *hmac);
/* The key of that extraction, for the engine to keep; it is no secret. */
DDBC_MUST_USE bool ddbc_hmac_no_salt(ddbc_hmac_state *out, ddbc_status *status);

#endif
