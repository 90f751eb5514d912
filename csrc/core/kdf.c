/* SPDX-License-Identifier: Apache-2.0
 * kdf: HKDF with SHA-256 and no salt, as the AWS KMS materials provider of both clients derives its keys. */
#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "core/engine.h"
#include "core/status.h"

bool ddbc_hkdf_sha256(ddbc_engine *engine, ddbc_bytes material, ddbc_bytes info, uint8_t *out, size_t size,
                      ddbc_status *status)
{
    char digest[] = "SHA2-256";
    if (material.len == 0 || size == 0 || size > DDBC_HKDF_MAX) {
        return ddbc_fail(status, DDBC_INVALID_ARGUMENT, "HKDF takes material and gives 1 to %d bytes", DDBC_HKDF_MAX);
    }
    /* libcrypto takes parameters by pointers to non-const, and does not write to them. */
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)material.ptr, material.len),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)info.ptr, info.len),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(engine->hkdf);
    if (context == NULL) {
        return ddbc_fail_memory(status);
    }
    bool done = EVP_KDF_derive(context, out, size, parameters) == 1;
    EVP_KDF_CTX_free(context);
    return done ? true : ddbc_fail_libcrypto(status, "HKDF");
}
