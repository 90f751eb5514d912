/* SPDX-License-Identifier: Apache-2.0
 * kdf: HKDF with SHA-256 (AWS KMS materials provider of the legacy clients) and SHA-512 (structured format), and the
 * counter mode of NIST SP 800-108 with HMAC-SHA256 (hierarchical keyring). */
#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

#include "core/engine.h"
#include "core/mac.h"
#include "core/status.h"
#include "core/words.h"
#include "ddbcrypt_primitives.h"

static bool hkdf(const ddbc_engine *engine, const char *name, ddbc_bytes material, ddbc_bytes salt, ddbc_bytes info,
                 uint8_t *out, size_t size, ddbc_status *status)
{
    char digest[16];
    memcpy(digest, name, strlen(name) + 1);
    if (material.len == 0 || size == 0 || size > DDBC_HKDF_MAX) {
        return ddbc_fail(status, DDBC_INVALID_ARGUMENT, "HKDF takes material and gives 1 to %d bytes", DDBC_HKDF_MAX);
    }
    /* libcrypto takes parameters by pointers to non-const, and does not write to them. */
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)material.ptr, material.len),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)info.ptr, info.len),
        OSSL_PARAM_construct_end(),
        OSSL_PARAM_construct_end(),
    };
    if (salt.len > 0) {
        parameters[3] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)salt.ptr, salt.len);
    }
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(engine->hkdf);
    if (context == NULL) {
        return ddbc_fail_memory(status);
    }
    bool done = EVP_KDF_derive(context, out, size, parameters) == 1;
    EVP_KDF_CTX_free(context);
    return done ? true : ddbc_fail_libcrypto(status, "HKDF");
}

bool ddbc_hkdf_sha256(ddbc_engine *engine, ddbc_bytes material, ddbc_bytes info, uint8_t *out, size_t size,
                      ddbc_status *status)
{
    return hkdf(engine, "SHA2-256", material, (ddbc_bytes){NULL, 0}, info, out, size, status);
}

bool ddbc_hkdf_sha512(ddbc_workspace *workspace, ddbc_bytes material, ddbc_bytes salt, ddbc_bytes info, size_t size,
                      ddbc_bytes *out, ddbc_status *status)
{
    uint8_t *derived = ddbc_arena_alloc(&workspace->arena, size > DDBC_HKDF_MAX ? DDBC_HKDF_MAX : size);
    if (derived == NULL) {
        return ddbc_fail_memory(status);
    }
    if (!hkdf(workspace->engine, "SHA2-512", material, salt, info, derived, size, status)) {
        return false;
    }
    *out = (ddbc_bytes){derived, size};
    return true;
}

static void put(uint8_t *out, ddbc_bytes bytes)
{
    if (bytes.len > 0) {
        memcpy(out, bytes.ptr, bytes.len);
    }
}

bool ddbc_kdf_counter_sha256(ddbc_workspace *workspace, ddbc_bytes key, ddbc_bytes label, ddbc_bytes context,
                             size_t size, ddbc_bytes *out, ddbc_status *status)
{
    if (key.len == 0 || size == 0 || size > DDBC_HKDF_MAX || label.len > DDBC_KDF_TEXT_MAX ||
        context.len > DDBC_KDF_TEXT_MAX) {
        return ddbc_fail(
            status, DDBC_INVALID_ARGUMENT,
            "the counter KDF takes a key, label and context of at most %d bytes each, and gives 1 to %d bytes",
            DDBC_KDF_TEXT_MAX, DDBC_HKDF_MAX);
    }
    size_t rounds = (size + DDBC_SHA256_SIZE - 1) / DDBC_SHA256_SIZE;
    size_t input_size = 4 + label.len + 1 + context.len + 4;
    uint8_t *input = ddbc_arena_alloc(&workspace->arena, input_size);
    uint8_t *derived = ddbc_arena_alloc(&workspace->arena, rounds * DDBC_SHA256_SIZE);
    struct evp_mac_ctx_st *mac = NULL;
    if (input == NULL || derived == NULL) {
        return ddbc_fail_memory(status);
    }
    if (!ddbc_mac_new(workspace->engine, DDBC_ALG_HMAC_SHA256, key, &mac, status)) {
        return false;
    }
    put(input + 4, label);
    input[4 + label.len] = 0;
    put(input + 5 + label.len, context);
    (void)ddbc_put_four(input + input_size - 4, size * 8);
    bool done = true;
    for (size_t i = 0; done && i < rounds; i++) {
        uint8_t block[DDBC_MAC_MAX];
        size_t block_size = 0;
        (void)ddbc_put_four(input, i + 1);
        done = ddbc_mac_compute(mac, (ddbc_bytes){input, input_size}, block, &block_size, status);
        if (done) {
            memcpy(derived + i * DDBC_SHA256_SIZE, block, DDBC_SHA256_SIZE);
        }
        ddbc_wipe(block, sizeof block);
    }
    ddbc_mac_free(mac);
    if (done) {
        *out = (ddbc_bytes){derived, size};
    }
    return done;
}
