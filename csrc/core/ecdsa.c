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
/* Nearly all signatures can be given the one length that is written; this many misses in a row do not happen. */
#define SIGN_TRIES 64
#define DER_MAX 128

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

/* ---- PKCS#8 as Java, OpenSSL and we write it: read here, since libcrypto's decoder is slow and leaves copies in memory */

/* A DER element with a length of up to two bytes. */
static bool take_der(ddbc_bytes *in, uint8_t tag, ddbc_bytes *out)
{
    if (in->len < 2 || in->ptr[0] != tag) {
        return false;
    }
    size_t length = in->ptr[1];
    size_t head = 2;
    if (length > 0x80) {
        size_t count = length - 0x80;
        head += count;
        length = 0;
        if (count > 2 || in->len < head) {
            return false;
        }
        for (size_t i = 2; i < head; i++) {
            length = length << 8 | in->ptr[i];
        }
    } else if (length == 0x80) {
        return false;
    }
    if (in->len - head < length) {
        return false;
    }
    *out = (ddbc_bytes){in->ptr + head, length};
    in->ptr += head + length;
    in->len -= head + length;
    return true;
}

/* PrivateKeyInfo around ECPrivateKey: the private number, big-endian. */
static bool find_number(ddbc_bytes encoded, ddbc_bytes *out)
{
    /* id-ecPublicKey, secp384r1 */
    static const uint8_t algorithm[] = {0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02,
                                        0x01, 0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22};
    ddbc_bytes outer;
    ddbc_bytes inner;
    ddbc_bytes part;
    return take_der(&encoded, 0x30, &outer) && encoded.len == 0 && take_der(&outer, 0x02, &part) &&
           take_der(&outer, 0x30, &part) && part.len == sizeof algorithm &&
           memcmp(part.ptr, algorithm, sizeof algorithm) == 0 && take_der(&outer, 0x04, &inner) &&
           take_der(&inner, 0x30, &part) && take_der(&part, 0x02, &inner) && take_der(&part, 0x04, out) &&
           out->len == BITS / 8;
}

static EVP_PKEY *key_of_number(ddbc_bytes number)
{
    static const uint16_t one = 1;
    bool little_endian = *(const uint8_t *)&one == 1;
    char group[] = "P-384";
    uint8_t native[BITS / 8];
    EVP_PKEY *key = NULL;
    for (size_t i = 0; i < sizeof native; i++) {
        native[i] = number.ptr[little_endian ? sizeof native - 1 - i : i];
    }
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, native, sizeof native),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, parameters) != 1) {
        key = NULL;
    }
    EVP_PKEY_CTX_free(context);
    ddbc_wipe(native, sizeof native);
    return key;
}

static EVP_PKEY *load_private(ddbc_bytes encoded)
{
    ddbc_bytes number;
    return find_number(encoded, &number) ? key_of_number(number) : decode_private(encoded);
}

static bool is_p384(const EVP_PKEY *key)
{
    char group[32];
    size_t length = 0;
    return EVP_PKEY_get_bits(key) == BITS && EVP_PKEY_get_group_name(key, group, sizeof group, &length) == 1 &&
           (strcmp(group, "secp384r1") == 0 || strcmp(group, "P-384") == 0);
}

/* With (r, s) verifies (r, n - s) too, and its s is a byte longer or shorter in DER: half of all signatures get the length
 * that readers expect in this way, at no cost. */
static bool negate(uint8_t *signature, size_t *size)
{
    static const char order[] = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC19"
                                "6ACCC52973";
    const unsigned char *from = signature;
    unsigned char *to = signature;
    ECDSA_SIG *parsed = d2i_ECDSA_SIG(NULL, &from, (long)*size);
    BIGNUM *n = NULL;
    bool done = parsed != NULL && BN_hex2bn(&n, order) > 0;
    BIGNUM *r = done ? BN_dup(ECDSA_SIG_get0_r(parsed)) : NULL;
    done = r != NULL && BN_sub(n, n, ECDSA_SIG_get0_s(parsed)) == 1;
    if (done && ECDSA_SIG_set0(parsed, r, n) == 1) {
        r = NULL; /* both are the signature's now */
        n = NULL;
        int written = i2d_ECDSA_SIG(parsed, NULL);
        done = written > 0 && written <= DER_MAX && i2d_ECDSA_SIG(parsed, &to) == written;
        *size = done ? (size_t)written : 0;
    } else {
        done = false;
    }
    BN_free(r);
    BN_free(n);
    ECDSA_SIG_free(parsed);
    return done;
}

static bool sign_once(EVP_MD_CTX *context, EVP_PKEY *key, ddbc_bytes message, uint8_t signature[DER_MAX], size_t *size)
{
    *size = DER_MAX;
    return EVP_DigestSignInit_ex(context, NULL, "SHA2-384", NULL, NULL, key, NULL) == 1 &&
           EVP_DigestSign(context, signature, size, message.ptr, message.len) == 1 &&
           (*size == DDBC_ECDSA_SIGNATURE_SIZE || negate(signature, size));
}

bool ddbc_ecdsa_pair_sign(struct evp_pkey_st *pair, ddbc_bytes message, uint8_t out[DDBC_ECDSA_SIGNATURE_SIZE],
                          ddbc_status *status)
{
    uint8_t signature[DER_MAX];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t size = 0;
    bool done = context != NULL;
    for (int i = 0; done && i < SIGN_TRIES && size != DDBC_ECDSA_SIGNATURE_SIZE; i++) {
        done = sign_once(context, pair, message, signature, &size);
    }
    EVP_MD_CTX_free(context);
    if (!done || size != DDBC_ECDSA_SIGNATURE_SIZE) {
        return ddbc_fail_libcrypto(status, "ECDSA signature");
    }
    memcpy(out, signature, DDBC_ECDSA_SIGNATURE_SIZE);
    return true;
}

bool ddbc_ecdsa_sign(ddbc_bytes encoded, ddbc_bytes message, uint8_t out[DDBC_ECDSA_SIGNATURE_SIZE],
                     ddbc_status *status)
{
    EVP_PKEY *key = load_private(encoded);
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
