/* SPDX-License-Identifier: Apache-2.0
 * mac: HMAC with the SHA-2 family. */
#include "core/mac.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "core/status.h"

/* libcrypto takes a parameter by a pointer to non-const, so the name is copied out of the constants. */
static void digest_name(ddbc_algorithm algorithm, char out[16])
{
    const char *name = algorithm == DDBC_ALG_HMAC_SHA224   ? "SHA2-224"
                       : algorithm == DDBC_ALG_HMAC_SHA256 ? "SHA2-256"
                       : algorithm == DDBC_ALG_HMAC_SHA384 ? "SHA2-384"
                                                           : "SHA2-512";
    size_t i = 0;
    do {
        out[i] = name[i];
    } while (name[i++] != '\0');
}

bool ddbc_mac_new(const ddbc_engine *engine, ddbc_algorithm algorithm, ddbc_bytes raw, struct evp_mac_ctx_st **out,
                  ddbc_status *status)
{
    char name[16];
    digest_name(algorithm, name);
    OSSL_PARAM parameters[2] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                                OSSL_PARAM_construct_end()};
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(engine->hmac);
    if (context == NULL) {
        return ddbc_fail_libcrypto_memory(status);
    }
    if (EVP_MAC_init(context, raw.ptr, raw.len, parameters) != 1) {
        EVP_MAC_CTX_free(context);
        return ddbc_fail_libcrypto(status, "HMAC key set-up");
    }
    *out = context;
    return true;
}

void ddbc_mac_free(struct evp_mac_ctx_st *context)
{
    EVP_MAC_CTX_free(context);
}

bool ddbc_mac_compute(struct evp_mac_ctx_st *context, ddbc_bytes data, uint8_t out[DDBC_MAC_MAX], size_t *out_size,
                      ddbc_status *status)
{
    /* A new message under the same key. */
    if (EVP_MAC_init(context, NULL, 0, NULL) != 1 || EVP_MAC_update(context, data.ptr, data.len) != 1 ||
        EVP_MAC_final(context, out, out_size, DDBC_MAC_MAX) != 1) {
        return ddbc_fail_libcrypto(status, "HMAC");
    }
    return true;
}
