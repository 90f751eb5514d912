/* SPDX-License-Identifier: Apache-2.0
 * engine_new: libcrypto objects, fetched once and then only read. */
#include "core/engine.h"

#include <openssl/evp.h>
#include <openssl/kdf.h>

#include "core/gcm.h"
#include "core/hmac.h"
#include "core/status.h"

static bool fetch_all(ddbc_engine *engine, ddbc_status *status)
{
    static const char *const cbc_names[DDBC_AES_SIZES] = {"AES-128-CBC", "AES-192-CBC", "AES-256-CBC"};
    static const char *const ctr_names[DDBC_AES_SIZES] = {"AES-128-CTR", "AES-192-CTR", "AES-256-CTR"};
    static const char *const wrap_names[DDBC_AES_SIZES] = {"AES-128-WRAP", "AES-192-WRAP", "AES-256-WRAP"};
    static const char *const gcm_names[DDBC_AES_SIZES] = {"AES-128-GCM", "AES-192-GCM", "AES-256-GCM"};
    for (size_t i = 0; i < DDBC_AES_SIZES; i++) {
        engine->cbc[i] = EVP_CIPHER_fetch(NULL, cbc_names[i], NULL);
        if (engine->cbc[i] == NULL) {
            return ddbc_fail_libcrypto(status, cbc_names[i]);
        }
        engine->ctr[i] = EVP_CIPHER_fetch(NULL, ctr_names[i], NULL);
        if (engine->ctr[i] == NULL) {
            return ddbc_fail_libcrypto(status, ctr_names[i]);
        }
        engine->wrap[i] = EVP_CIPHER_fetch(NULL, wrap_names[i], NULL);
        if (engine->wrap[i] == NULL) {
            return ddbc_fail_libcrypto(status, wrap_names[i]);
        }
        engine->gcm[i] = EVP_CIPHER_fetch(NULL, gcm_names[i], NULL);
        if (engine->gcm[i] == NULL) {
            return ddbc_fail_libcrypto(status, gcm_names[i]);
        }
    }
    engine->sha256 = EVP_MD_fetch(NULL, "SHA2-256", NULL);
    if (engine->sha256 == NULL) {
        return ddbc_fail_libcrypto(status, "SHA2-256");
    }
    engine->sha384 = EVP_MD_fetch(NULL, "SHA2-384", NULL);
    if (engine->sha384 == NULL) {
        return ddbc_fail_libcrypto(status, "SHA2-384");
    }
    engine->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    if (engine->hmac == NULL) {
        return ddbc_fail_libcrypto(status, "HMAC");
    }
    engine->hkdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    if (engine->hkdf == NULL) {
        return ddbc_fail_libcrypto(status, "HKDF");
    }
    return true;
}

bool ddbc_engine_new(const ddbc_allocator *allocator, ddbc_engine **out, ddbc_status *status)
{
    ddbc_allocator chosen = allocator == NULL ? ddbc_default_allocator() : *allocator;
    ddbc_engine *engine = ddbc_acquire(&chosen, sizeof *engine);
    if (engine == NULL) {
        return ddbc_fail_memory(status);
    }
    *engine = (ddbc_engine){.allocator = chosen, .fips = EVP_default_properties_is_fips_enabled(NULL) == 1};
    if (!fetch_all(engine, status)) {
        ddbc_engine_free(engine);
        return false;
    }
    if (!engine->fips && !ddbc_hmac_no_salt(&engine->no_salt, status)) {
        ddbc_engine_free(engine);
        return false;
    }
    if (!engine->fips) {
        ddbc_gcm_make_direct(engine);
    }
    *out = engine;
    return true;
}

void ddbc_engine_free(ddbc_engine *engine)
{
    if (engine == NULL) {
        return;
    }
    for (size_t i = 0; i < DDBC_AES_SIZES; i++) {
        EVP_CIPHER_free(engine->cbc[i]);
        EVP_CIPHER_free(engine->ctr[i]);
        EVP_CIPHER_free(engine->wrap[i]);
        EVP_CIPHER_free(engine->gcm[i]);
    }
    ddbc_gcm_free_direct(engine);
    EVP_MD_free(engine->sha256);
    EVP_MD_free(engine->sha384);
    EVP_MAC_free(engine->hmac);
    EVP_KDF_free(engine->hkdf);
    ddbc_allocator allocator = engine->allocator;
    ddbc_release(&allocator, engine, sizeof *engine);
}
