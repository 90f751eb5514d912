/* SPDX-License-Identifier: Apache-2.0
 * A data key under an intermediate key, with contexts that serve for many. */
#ifndef DDBC_CORE_DATA_KEY_H
#define DDBC_CORE_DATA_KEY_H

#include "core/gcm.h"

#define DDBC_SEALED_KEY_SIZE (DDBC_DATA_KEY_SIZE + DDBC_GCM_TAG_SIZE)

/* As ddbc_data_key_seal and ddbc_data_key_open; after a failure the caller wipes what it
 * gave to be written. */
DDBC_MUST_USE bool ddbc_data_key_seal_with(ddbc_gcm *gcm, ddbc_bytes intermediate_key, ddbc_bytes context,
                                           ddbc_bytes data_key, uint8_t sealed[DDBC_SEALED_KEY_SIZE],
                                           uint8_t signing_key[DDBC_DATA_KEY_SIZE], ddbc_status *status);
DDBC_MUST_USE bool ddbc_data_key_open_with(ddbc_gcm *gcm, ddbc_bytes intermediate_key, ddbc_bytes context,
                                           ddbc_bytes sealed, uint8_t data_key[DDBC_DATA_KEY_SIZE],
                                           uint8_t signing_key[DDBC_DATA_KEY_SIZE], ddbc_status *status);

#endif
