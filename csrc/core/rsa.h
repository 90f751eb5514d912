/* SPDX-License-Identifier: Apache-2.0
 * RSA: keys from DER and PEM, wrapping and signing. */
#ifndef DDBC_CORE_RSA_H
#define DDBC_CORE_RSA_H

#include "core/engine.h"

struct evp_pkey_st;

/* Reads PKCS#8 or PKCS#1 (private), SubjectPublicKeyInfo or PKCS#1 (public); the whole of `encoded` must be one key.
 * DDBC_INVALID_KEY where it is malformed, not RSA, of the other kind, or shorter than DDBC_RSA_BITS_MIN. */
DDBC_MUST_USE bool ddbc_rsa_load(ddbc_key_kind kind, ddbc_encoding encoding, ddbc_bytes encoded,
                                 struct evp_pkey_st **out, ddbc_status *status);
void ddbc_rsa_free(struct evp_pkey_st *key);
unsigned ddbc_rsa_bits(const struct evp_pkey_st *key);
/* Wraps (public key) or unwraps (private key) with the padding that `mode` names. Results are in the arena. */
DDBC_MUST_USE bool ddbc_rsa_encrypt(struct evp_pkey_st *key, ddbc_workspace *workspace, ddbc_mode mode, ddbc_bytes in,
                                    ddbc_bytes *out, ddbc_status *status);
DDBC_MUST_USE bool ddbc_rsa_decrypt(struct evp_pkey_st *key, ddbc_workspace *workspace, ddbc_mode mode, ddbc_bytes in,
                                    ddbc_bytes *out, ddbc_status *status);

/* PKCS#1 v1.5 signatures with the digest of `algorithm`. */
DDBC_MUST_USE bool ddbc_rsa_sign(struct evp_pkey_st *key, ddbc_algorithm algorithm, ddbc_bytes data,
                                 uint8_t out[DDBC_SIGNATURE_MAX], size_t *out_size, ddbc_status *status);
DDBC_MUST_USE bool ddbc_rsa_verify(struct evp_pkey_st *key, ddbc_algorithm algorithm, ddbc_bytes data,
                                   ddbc_bytes signature, ddbc_status *status);

#endif
