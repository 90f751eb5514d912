/* SPDX-License-Identifier: Apache-2.0
 * ecdsa: key pairs, signatures and their verification on P-384. */
#include "core/ecdsa.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/ec.h>
#include <openssl/encoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

#include "core/status.h"

#define BITS 384
/* 1,024 misses in a row do not happen. */
#define SIGN_TRIES 1024
#define DER_MAX 128

/* The order of the group (FIPS 186-4, D.1.2.4). */
static const uint8_t p384_order[BITS / 8] = {
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xC7, 0x63, 0x4D, 0x81, 0xF4, 0x37, 0x2D, 0xDF,
    0x58, 0x1A, 0x0D, 0xB2, 0x48, 0xB0, 0xA7, 0x7A, 0xEC, 0xEC, 0x19, 0x6A, 0xCC, 0xC5, 0x29, 0x73,
};

static bool fail_key(ddbc_status *status, const char *what)
{
    ERR_clear_error();
    return ddbc_fail(status, DDBC_INVALID_KEY, "%s", what);
}

static EVP_PKEY *decode_private(ddbc_bytes encoded)
{
    EVP_PKEY *key = NULL;
    const unsigned char *data = encoded.ptr;
    size_t size = encoded.len;
    bool pem = encoded.len > 0 && encoded.ptr[0] == '-';
    OSSL_DECODER_CTX *context =
        OSSL_DECODER_CTX_new_for_pkey(&key, pem ? "PEM" : "DER", "PrivateKeyInfo", "EC", EVP_PKEY_KEYPAIR, NULL, NULL);
    if (context == NULL) {
        return NULL;
    }
    if (encoded.len == 0 || OSSL_DECODER_from_data(context, &data, &size) != 1 || (size != 0 && !pem)) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    OSSL_DECODER_CTX_free(context);
    return key;
}

static bool is_p384(const EVP_PKEY *key)
{
    char group[32];
    size_t length = 0;
    return EVP_PKEY_get_bits(key) == BITS && EVP_PKEY_get_group_name(key, group, sizeof group, &length) == 1 &&
           (strcmp(group, "secp384r1") == 0 || strcmp(group, "P-384") == 0);
}

/* With s, its negative signs too. One of the two has 48 bytes in DER and the other 49, so that, whatever length r has,
 * one of them makes the length that is written (but for one signature in 128, with shorter numbers). */
static bool negate(const uint8_t *der, size_t size, uint8_t *out, size_t *out_size)
{
    const unsigned char *at = der;
    unsigned char *to = out;
    ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &at, (long)size);
    BIGNUM *order = BN_bin2bn(p384_order, sizeof p384_order, NULL);
    BIGNUM *r = signature == NULL ? NULL : BN_dup(ECDSA_SIG_get0_r(signature));
    BIGNUM *s = BN_new();
    bool done = order != NULL && r != NULL && s != NULL && BN_sub(s, order, ECDSA_SIG_get0_s(signature)) == 1 &&
                ECDSA_SIG_set0(signature, r, s) == 1;
    if (!done) {
        BN_free(r);
        BN_free(s);
    }
    int length = done ? i2d_ECDSA_SIG(signature, NULL) : 0;
    done = length > 0 && length <= DER_MAX && i2d_ECDSA_SIG(signature, &to) == length;
    *out_size = done ? (size_t)length : 0;
    BN_free(order);
    ECDSA_SIG_free(signature);
    return done;
}

bool ddbc_ecdsa_pair_sign(struct evp_pkey_st *key, ddbc_bytes message, uint8_t out[DDBC_ECDSA_SIGNATURE_SIZE],
                          ddbc_status *status)
{
    uint8_t signature[DER_MAX];
    uint8_t negated[DER_MAX];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t size = 0;
    const uint8_t *found = NULL;
    bool done = context != NULL;
    for (int i = 0; done && i < SIGN_TRIES && found == NULL; i++) {
        size = sizeof signature;
        done = EVP_DigestSignInit_ex(context, NULL, "SHA2-384", NULL, NULL, key, NULL) == 1 &&
               EVP_DigestSign(context, signature, &size, message.ptr, message.len) == 1;
        if (done && size == DDBC_ECDSA_SIGNATURE_SIZE) {
            found = signature;
        } else if (done) {
            done = negate(signature, size, negated, &size);
            found = size == DDBC_ECDSA_SIGNATURE_SIZE ? negated : NULL;
        }
    }
    EVP_MD_CTX_free(context);
    if (found == NULL) {
        return ddbc_fail_libcrypto(status, "ECDSA signature");
    }
    memcpy(out, found, DDBC_ECDSA_SIGNATURE_SIZE);
    return true;
}

bool ddbc_ecdsa_sign(ddbc_bytes encoded, ddbc_bytes message, uint8_t out[DDBC_ECDSA_SIGNATURE_SIZE],
                     ddbc_status *status)
{
    EVP_PKEY *key = decode_private(encoded);
    bool fits = key != NULL && is_p384(key);
    bool done = fits ? ddbc_ecdsa_pair_sign(key, message, out, status)
                     : fail_key(status, "the signing key is not a P-384 private key in PKCS#8");
    EVP_PKEY_free(key);
    return done;
}

static EVP_PKEY *key_of_point(ddbc_bytes point)
{
    char group[] = "P-384";
    EVP_PKEY *key = NULL;
    /* libcrypto takes parameters by pointers to non-const, and does not write to them. */
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)(uintptr_t)point.ptr, point.len),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (context == NULL || point.len == 0 || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1) {
        key = NULL;
    }
    EVP_PKEY_CTX_free(context);
    return key;
}

bool ddbc_ecdsa_verify(ddbc_bytes point, ddbc_bytes message, ddbc_bytes signature, ddbc_status *status)
{
    EVP_PKEY *key = key_of_point(point);
    if (key == NULL) {
        return fail_key(status, "the verification key is not a point of P-384");
    }
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool ready = context != NULL && EVP_DigestVerifyInit_ex(context, NULL, "SHA2-384", NULL, NULL, key, NULL) == 1;
    bool valid = ready && EVP_DigestVerify(context, signature.ptr, signature.len, message.ptr, message.len) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    if (!ready) {
        return ddbc_fail_libcrypto(status, "ECDSA verification");
    }
    ERR_clear_error();
    return valid ? true : ddbc_fail_signature(status);
}

/* The point of a new key in the form that is published. */
static bool compressed_point(const EVP_PKEY *key, uint8_t out[DDBC_ECDSA_POINT_SIZE])
{
    uint8_t point[1 + 2 * (BITS / 8)];
    size_t size = 0;
    if (EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &size) != 1) {
        return false;
    }
    if (size == DDBC_ECDSA_POINT_SIZE && (point[0] == 2 || point[0] == 3)) {
        memcpy(out, point, size);
        return true;
    }
    if (size != sizeof point || point[0] != 4) {
        return false;
    }
    out[0] = (uint8_t)(2 + (point[sizeof point - 1] & 1));
    memcpy(out + 1, point + 1, BITS / 8);
    return true;
}

bool ddbc_ecdsa_pair_new(struct evp_pkey_st **out, uint8_t point[DDBC_ECDSA_POINT_SIZE], ddbc_status *status)
{
    EVP_PKEY *key = EVP_EC_gen("P-384");
    if (key == NULL || !compressed_point(key, point)) {
        EVP_PKEY_free(key);
        return ddbc_fail_libcrypto(status, "making a P-384 key");
    }
    *out = key;
    return true;
}

void ddbc_ecdsa_pair_free(struct evp_pkey_st *pair)
{
    EVP_PKEY_free(pair);
}

bool ddbc_ecdsa_generate(ddbc_workspace *workspace, ddbc_bytes *private_key, ddbc_bytes *point, ddbc_status *status)
{
    EVP_PKEY *key = EVP_EC_gen("P-384");
    if (key == NULL) {
        return ddbc_fail_libcrypto(status, "making a P-384 key");
    }
    unsigned char *encoded = NULL;
    size_t size = 0;
    OSSL_ENCODER_CTX *context = OSSL_ENCODER_CTX_new_for_pkey(key, EVP_PKEY_KEYPAIR, "DER", "PrivateKeyInfo", NULL);
    bool done = context != NULL && OSSL_ENCODER_to_data(context, &encoded, &size) == 1;
    uint8_t *copy = done ? ddbc_arena_alloc(&workspace->arena, size) : NULL;
    uint8_t *public_copy = done ? ddbc_arena_alloc(&workspace->arena, DDBC_ECDSA_POINT_SIZE) : NULL;
    bool stored = copy != NULL && public_copy != NULL;
    done = done && (!stored || compressed_point(key, public_copy));
    if (done && stored) {
        memcpy(copy, encoded, size);
        *private_key = (ddbc_bytes){copy, size};
        *point = (ddbc_bytes){public_copy, DDBC_ECDSA_POINT_SIZE};
    }
    OPENSSL_clear_free(encoded, size);
    OSSL_ENCODER_CTX_free(context);
    EVP_PKEY_free(key);
    if (!done) {
        return ddbc_fail_libcrypto(status, "encoding a P-384 key");
    }
    return stored ? true : ddbc_fail_memory(status);
}
