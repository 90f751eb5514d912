/* SPDX-License-Identifier: Apache-2.0
 * ECDSA on P-384 with SHA-384. */
#ifndef DDBC_CORE_ECDSA_H
#define DDBC_CORE_ECDSA_H

#include "core/engine.h"
#include "ddbcrypt_primitives.h"

/* The DER signature of the digest of `message`, always DDBC_ECDSA_SIGNATURE_SIZE bytes. `key`: PKCS#8 DER or PEM.
 * DDBC_INVALID_KEY where it is not a P-384 private key. */
DDBC_MUST_USE bool ddbc_ecdsa_sign(ddbc_bytes key, ddbc_bytes message, uint8_t out[DDBC_ECDSA_SIGNATURE_SIZE],
                                   ddbc_status *status);
/* A new key pair as libcrypto has it, which spares encoding and decoding it; and its compressed point. */
DDBC_MUST_USE bool ddbc_ecdsa_pair_new(struct evp_pkey_st **out, uint8_t point[DDBC_ECDSA_POINT_SIZE],
                                       ddbc_status *status);
DDBC_MUST_USE bool ddbc_ecdsa_pair_sign(struct evp_pkey_st *pair, ddbc_bytes message,
                                        uint8_t out[DDBC_ECDSA_SIGNATURE_SIZE], ddbc_status *status);
void ddbc_ecdsa_pair_free(struct evp_pkey_st *pair);
/* `point`: a compressed point, or an uncompressed one. DDBC_INVALID_KEY where it is none of P-384,
 * DDBC_SIGNATURE_MISMATCH. */
DDBC_MUST_USE bool ddbc_ecdsa_verify(ddbc_bytes point, ddbc_bytes message, ddbc_bytes signature, ddbc_status *status);

#endif
