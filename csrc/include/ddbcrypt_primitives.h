/* SPDX-License-Identifier: Apache-2.0
 *
 * The engine's public C API for keyrings: single operations of libcrypto, after ddbcrypt.h, whose conventions hold here
 * too. They belong to no format. */
#ifndef DDBCRYPT_PRIMITIVES_H
#define DDBCRYPT_PRIMITIVES_H

#include "ddbcrypt.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DDBC_GCM_IV_SIZE 12
#define DDBC_GCM_TAG_SIZE 16
#define DDBC_RANDOM_MAX 65536
#define DDBC_KDF_TEXT_MAX 65536
#define DDBC_ECDSA_POINT_SIZE 49
/* Signatures are DER, and only those of this length are written. */
#define DDBC_ECDSA_SIGNATURE_SIZE 103

/* Fresh random bytes, at most DDBC_RANDOM_MAX. */
DDBC_MUST_USE bool ddbc_random_bytes(ddbc_workspace *workspace, size_t size, ddbc_bytes *out, ddbc_status *status);
/* AES-GCM under a key of 16, 24 or 32 bytes and an IV of 12: ciphertext and tag. */
DDBC_MUST_USE bool ddbc_gcm_seal(ddbc_workspace *workspace, ddbc_bytes key, ddbc_bytes iv, ddbc_bytes aad,
                                 ddbc_bytes plaintext, ddbc_bytes *out, ddbc_status *status);
/* The way back. DDBC_BAD_CIPHERTEXT where anything is not as it was sealed. */
DDBC_MUST_USE bool ddbc_gcm_open(ddbc_workspace *workspace, ddbc_bytes key, ddbc_bytes iv, ddbc_bytes aad,
                                 ddbc_bytes sealed, ddbc_bytes *out, ddbc_status *status);
/* HKDF (RFC 5869) with SHA-512, 1 to DDBC_HKDF_MAX bytes; an empty salt is none. */
DDBC_MUST_USE bool ddbc_hkdf_sha512(ddbc_workspace *workspace, ddbc_bytes material, ddbc_bytes salt, ddbc_bytes info,
                                    size_t size, ddbc_bytes *out, ddbc_status *status);
/* The counter mode of NIST SP 800-108 with HMAC-SHA256, counter and length of 32 bits: 1 to DDBC_HKDF_MAX bytes. */
DDBC_MUST_USE bool ddbc_kdf_counter_sha256(ddbc_workspace *workspace, ddbc_bytes key, ddbc_bytes label,
                                           ddbc_bytes context, size_t size, ddbc_bytes *out, ddbc_status *status);
/* A data key of 32 bytes under an intermediate key of 32, bound to a serialised encryption context, as keyrings of the
 * structured format store it; and the key that its recipient's tag is made with. */
#define DDBC_DATA_KEY_SIZE 32
DDBC_MUST_USE bool ddbc_data_key_seal(ddbc_workspace *workspace, ddbc_bytes intermediate_key, ddbc_bytes context,
                                      ddbc_bytes data_key, ddbc_bytes *sealed, ddbc_bytes *signing_key,
                                      ddbc_status *status);
/* The way back. DDBC_BAD_CIPHERTEXT where anything is not as it was sealed. */
DDBC_MUST_USE bool ddbc_data_key_open(ddbc_workspace *workspace, ddbc_bytes intermediate_key, ddbc_bytes context,
                                      ddbc_bytes sealed, ddbc_bytes *data_key, ddbc_bytes *signing_key,
                                      ddbc_status *status);
/* A new P-384 key pair: PKCS#8 DER and compressed point. */
DDBC_MUST_USE bool ddbc_ecdsa_generate(ddbc_workspace *workspace, ddbc_bytes *private_key, ddbc_bytes *point,
                                       ddbc_status *status);
/* Padding of a raw RSA keyring ("PKCS1", "OAEP_SHA256_MGF1") to mode; DDBC_UNKNOWN_TRANSFORMATION for any other. */
DDBC_MUST_USE bool ddbc_padding_from_name(ddbc_bytes name, ddbc_mode *out, ddbc_status *status);

#ifdef __cplusplus
}
#endif
#endif /* DDBCRYPT_PRIMITIVES_H */
