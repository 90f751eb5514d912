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

/* ---- an HMAC-SHA256 key as the two states of libcrypto's direct hash: no context to take turns at, and a third of the
 * time. Not under FIPS, where every digest goes through the provider. */

/* Whether the engine has states for the algorithm. */
bool ddbc_mac_has_state(const ddbc_engine *engine, ddbc_algorithm algorithm);
DDBC_MUST_USE bool ddbc_mac_state_new(ddbc_bytes raw, ddbc_hmac_state *out, ddbc_status *status);
/* Any number of threads at once; DDBC_SHA256_SIZE bytes. */
DDBC_MUST_USE bool ddbc_mac_state_compute(const ddbc_hmac_state *state, ddbc_bytes data, uint8_t *out,
                                          ddbc_status *status);

#endif
