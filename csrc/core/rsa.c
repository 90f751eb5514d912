/* SPDX-License-Identifier: Apache-2.0
 * rsa: keys, paddings and signatures of both legacy clients. */
#include "core/rsa.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/encoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <string.h>

#include "core/status.h"

/* ---- keys ----------------------------------------------------------------------------------------------------- */

static const char *kind_name(ddbc_key_kind kind)
{
    return kind == DDBC_KIND_PRIVATE ? "private" : "public";
}

static bool fail_load(ddbc_key_kind kind, ddbc_encoding encoding, const char *why, ddbc_status *status)
{
    ERR_clear_error();
    return ddbc_fail(status, DDBC_INVALID_KEY, "not an RSA %s key in %s: %s", kind_name(kind),
                     encoding == DDBC_ENCODING_PEM ? "PEM" : "DER", why);
}

/* An encrypted PEM would otherwise ask for its password on the terminal. */
static int no_password(char *buffer, size_t size, size_t *length, const OSSL_PARAM parameters[], void *context)
{
    (void)buffer;
    (void)size;
    (void)length;
    (void)parameters;
    *(bool *)context = true;
    return 0;
}

/* Decodes with the selection given; NULL when there is no such key. */
static EVP_PKEY *decode(ddbc_bytes encoded, ddbc_encoding encoding, int selection, size_t *left, bool *encrypted)
{
    EVP_PKEY *key = NULL;
    const unsigned char *data = encoded.ptr;
    size_t size = encoded.len;
    OSSL_DECODER_CTX *context = OSSL_DECODER_CTX_new_for_pkey(&key, encoding == DDBC_ENCODING_PEM ? "PEM" : "DER", NULL,
                                                              "RSA", selection, NULL, NULL);
    if (context == NULL) {
        return NULL;
    }
    if (OSSL_DECODER_CTX_set_passphrase_cb(context, no_password, encrypted) != 1 ||
        OSSL_DECODER_from_data(context, &data, &size) != 1) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    OSSL_DECODER_CTX_free(context);
    ERR_clear_error();
    *left = size;
    return key;
}

/* White space may follow a PEM's last line. */
static bool only_space(ddbc_bytes encoded, size_t left)
{
    for (size_t i = encoded.len - left; i < encoded.len; i++) {
        uint8_t c = encoded.ptr[i];
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
            return false;
        }
    }
    return true;
}

bool ddbc_rsa_load(ddbc_key_kind kind, ddbc_encoding encoding, ddbc_bytes encoded, struct evp_pkey_st **out,
                   ddbc_status *status)
{
    bool private_kind = kind == DDBC_KIND_PRIVATE;
    bool encrypted = false;
    size_t left = 0;
    size_t ignored = 0;
    if (encoded.len == 0) {
        return fail_load(kind, encoding, "there are no bytes", status);
    }
    EVP_PKEY *key = decode(encoded, encoding, private_kind ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, &left, &encrypted);
    if (key == NULL) {
        EVP_PKEY *other =
            decode(encoded, encoding, private_kind ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR, &ignored, &encrypted);
        bool of_other_kind = other != NULL;
        EVP_PKEY_free(other);
        return fail_load(kind, encoding,
                         of_other_kind ? private_kind ? "it is a public key, and a private one is needed"
                                                      : "it is a private key, and a public one is expected"
                         : encrypted   ? "it is protected by a password; decrypt it first"
                                       : "it is truncated, malformed, of another algorithm or in another encoding",
                         status);
    }
    if (!only_space(encoded, left)) {
        EVP_PKEY_free(key);
        return fail_load(kind, encoding, "other bytes follow the key", status);
    }
    int bits = EVP_PKEY_get_bits(key);
    if (bits < DDBC_RSA_BITS_MIN || bits > DDBC_SIGNATURE_MAX * 8) {
        EVP_PKEY_free(key);
        return ddbc_fail(status, DDBC_INVALID_KEY, "an RSA key has %d to %d bits, not %d", DDBC_RSA_BITS_MIN,
                         DDBC_SIGNATURE_MAX * 8, bits);
    }
    *out = key;
    return true;
}

void ddbc_rsa_free(struct evp_pkey_st *key)
{
    EVP_PKEY_free(key);
}

unsigned ddbc_rsa_bits(const struct evp_pkey_st *key)
{
    int bits = EVP_PKEY_get_bits(key);
    return bits > 0 ? (unsigned)bits : 0;
}

bool ddbc_rsa_generate(ddbc_workspace *workspace, unsigned bits, ddbc_bytes *out, ddbc_status *status)
{
    if (bits < DDBC_RSA_BITS_MIN || bits > DDBC_SIGNATURE_MAX * 8) {
        return ddbc_fail(status, DDBC_INVALID_KEY, "an RSA key has %d to %d bits, not %u", DDBC_RSA_BITS_MIN,
                         DDBC_SIGNATURE_MAX * 8, bits);
    }
    EVP_PKEY *key = EVP_RSA_gen(bits);
    if (key == NULL) {
        return ddbc_fail_libcrypto(status, "making an RSA key");
    }
    unsigned char *encoded = NULL;
    size_t size = 0;
    OSSL_ENCODER_CTX *context = OSSL_ENCODER_CTX_new_for_pkey(key, EVP_PKEY_KEYPAIR, "DER", "PrivateKeyInfo", NULL);
    bool done = context != NULL && OSSL_ENCODER_to_data(context, &encoded, &size) == 1;
    uint8_t *copy = done ? ddbc_arena_alloc(&workspace->arena, size) : NULL;
    if (copy != NULL) {
        memcpy(copy, encoded, size);
        *out = (ddbc_bytes){copy, size};
    }
    OPENSSL_clear_free(encoded, size);
    OSSL_ENCODER_CTX_free(context);
    EVP_PKEY_free(key);
    if (!done) {
        return ddbc_fail_libcrypto(status, "encoding an RSA key");
    }
    return copy != NULL ? true : ddbc_fail_memory(status);
}

/* ---- wrapping ------------------------------------------------------------------------------------------------- */

static const char *oaep_digest(ddbc_mode mode)
{
    return mode == DDBC_MODE_RSA_OAEP_SHA1                                          ? "SHA1"
           : mode == DDBC_MODE_RSA_OAEP_SHA256 || mode == DDBC_MODE_RSA_MGF1_SHA256 ? "SHA2-256"
           : mode == DDBC_MODE_RSA_OAEP_SHA384 || mode == DDBC_MODE_RSA_MGF1_SHA384 ? "SHA2-384"
                                                                                    : "SHA2-512";
}

/* In the legacy format Java takes SHA-1 for MGF1 whatever the digest's name says, and both clients follow it. */
static const char *mgf1_digest(ddbc_mode mode)
{
    return mode >= DDBC_MODE_RSA_MGF1_SHA256 ? oaep_digest(mode) : "SHA1";
}

static bool set_padding(EVP_PKEY_CTX *context, ddbc_mode mode)
{
    if (mode == DDBC_MODE_RSA_PKCS1) {
        return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
    }
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_oaep_md_name(context, oaep_digest(mode), NULL) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md_name(context, mgf1_digest(mode), NULL) == 1;
}

typedef int (*pkey_init)(EVP_PKEY_CTX *);
typedef int (*pkey_run)(EVP_PKEY_CTX *, unsigned char *, size_t *, const unsigned char *, size_t);

static bool run(EVP_PKEY *key, ddbc_workspace *workspace, ddbc_mode mode, pkey_init init, pkey_run operate,
                ddbc_bytes in, ddbc_bytes *out)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    size_t size = 0;
    uint8_t *result = NULL;
    bool done = context != NULL && init(context) == 1 && set_padding(context, mode) &&
                operate(context, NULL, &size, in.ptr, in.len) == 1;
    if (done) {
        result = ddbc_arena_alloc(&workspace->arena, size);
        done = result != NULL && operate(context, result, &size, in.ptr, in.len) == 1;
    }
    EVP_PKEY_CTX_free(context);
    if (done) {
        *out = (ddbc_bytes){result, size};
    }
    ERR_clear_error();
    return done;
}

bool ddbc_rsa_encrypt(struct evp_pkey_st *key, ddbc_workspace *workspace, ddbc_mode mode, ddbc_bytes in,
                      ddbc_bytes *out, ddbc_status *status)
{
    if (run(key, workspace, mode, EVP_PKEY_encrypt_init, EVP_PKEY_encrypt, in, out)) {
        return true;
    }
    return ddbc_fail(status, DDBC_WRAP_FAILED, "RSA cannot encrypt %zu bytes with this padding and a key of %u bits",
                     in.len, ddbc_rsa_bits(key));
}

bool ddbc_rsa_decrypt(struct evp_pkey_st *key, ddbc_workspace *workspace, ddbc_mode mode, ddbc_bytes in,
                      ddbc_bytes *out, ddbc_status *status)
{
    if (run(key, workspace, mode, EVP_PKEY_decrypt_init, EVP_PKEY_decrypt, in, out)) {
        return true;
    }
    return ddbc_fail(status, DDBC_UNWRAP_FAILED, "RSA decryption failed");
}

/* ---- signing -------------------------------------------------------------------------------------------------- */

static const char *signature_digest(ddbc_algorithm algorithm)
{
    return algorithm == DDBC_ALG_SHA224_RSA   ? "SHA2-224"
           : algorithm == DDBC_ALG_SHA256_RSA ? "SHA2-256"
           : algorithm == DDBC_ALG_SHA384_RSA ? "SHA2-384"
                                              : "SHA2-512";
}

bool ddbc_rsa_sign(struct evp_pkey_st *key, ddbc_algorithm algorithm, ddbc_bytes data, uint8_t out[DDBC_SIGNATURE_MAX],
                   size_t *out_size, ddbc_status *status)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t size = DDBC_SIGNATURE_MAX;
    if (context == NULL) {
        return ddbc_fail_memory(status);
    }
    bool done = EVP_DigestSignInit_ex(context, NULL, signature_digest(algorithm), NULL, NULL, key, NULL) == 1 &&
                EVP_DigestSign(context, out, &size, data.ptr, data.len) == 1;
    EVP_MD_CTX_free(context);
    if (!done) {
        return ddbc_fail_libcrypto(status, "RSA signature");
    }
    *out_size = size;
    return true;
}

bool ddbc_rsa_verify(struct evp_pkey_st *key, ddbc_algorithm algorithm, ddbc_bytes data, ddbc_bytes signature,
                     ddbc_status *status)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL) {
        return ddbc_fail_memory(status);
    }
    bool ready = EVP_DigestVerifyInit_ex(context, NULL, signature_digest(algorithm), NULL, NULL, key, NULL) == 1;
    bool valid = ready && EVP_DigestVerify(context, signature.ptr, signature.len, data.ptr, data.len) == 1;
    EVP_MD_CTX_free(context);
    if (!ready) {
        return ddbc_fail_libcrypto(status, "RSA signature");
    }
    ERR_clear_error();
    return valid ? true : ddbc_fail_signature(status);
}
