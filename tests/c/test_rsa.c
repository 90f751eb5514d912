/* SPDX-License-Identifier: Apache-2.0
 *
 * RSA keys: loading, wrapping and signing. One key is made for all cases, libcrypto tells its public half. */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "support/build.h"

typedef struct pair {
    ddbc_bytes private_der;
    ddbc_bytes public_der;
} pair;

static pair make_pair(rig *r, unsigned bits)
{
    pair made;
    unsigned char *encoded = NULL;
    CHECK_OK(ddbc_rsa_generate(r->workspace, bits, &made.private_der, &r->status), &r->status);
    const unsigned char *at = made.private_der.ptr;
    EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &at, (long)made.private_der.len);
    CHECK(key != NULL && EVP_PKEY_get_bits(key) == (int)bits);
    int size = i2d_PUBKEY(key, &encoded);
    CHECK(size > 0);
    made.public_der = copy_of(r, (ddbc_bytes){encoded, (size_t)size});
    OPENSSL_free(encoded);
    EVP_PKEY_free(key);
    return made;
}

static ddbc_key *load(rig *r, ddbc_algorithm algorithm, ddbc_key_kind kind, ddbc_bytes der)
{
    ddbc_key *key = NULL;
    CHECK_OK(ddbc_key_load(r->engine, algorithm, kind, DDBC_ENCODING_DER, der, &key, &r->status), &r->status);
    return key;
}

static void wraps_and_unwraps_with_every_padding(void)
{
    rig r = rig_open(NULL);
    pair p = make_pair(&r, 2048);
    ddbc_key *public_key = load(&r, DDBC_ALG_RSA, DDBC_KIND_PUBLIC, p.public_der);
    ddbc_key *private_key = load(&r, DDBC_ALG_RSA, DDBC_KIND_PRIVATE, p.private_der);
    for (int mode = DDBC_MODE_RSA_PKCS1; mode <= DDBC_MODE_RSA_OAEP_SHA512; mode++) {
        ddbc_bytes wrapped;
        ddbc_bytes out;
        test_note("mode %d", mode);
        CHECK_OK(ddbc_key_wrap(public_key, r.workspace, (ddbc_mode)mode, view("content key"), &wrapped, &r.status),
                 &r.status);
        CHECK(wrapped.len == 256);
        CHECK_OK(ddbc_key_unwrap(private_key, r.workspace, (ddbc_mode)mode, wrapped, &out, &r.status), &r.status);
        CHECK_BYTES(out, view("content key"));
        CHECK_CODE(ddbc_key_unwrap(public_key, r.workspace, (ddbc_mode)mode, wrapped, &out, &r.status), &r.status,
                   DDBC_INVALID_ALGORITHM);
        if (mode != DDBC_MODE_RSA_PKCS1) {
            uint8_t *changed = (uint8_t *)(uintptr_t)copy_of(&r, wrapped).ptr;
            changed[100] ^= 1;
            CHECK_CODE(
                ddbc_key_unwrap(private_key, r.workspace, (ddbc_mode)mode, (ddbc_bytes){changed, 256}, &out, &r.status),
                &r.status, DDBC_UNWRAP_FAILED);
        }
    }
    ddbc_key_free(public_key);
    ddbc_key_free(private_key);
    rig_close(&r);
}

static void signs_and_verifies_with_every_digest(void)
{
    rig r = rig_open(NULL);
    pair p = make_pair(&r, 2048);
    for (int algorithm = DDBC_ALG_SHA224_RSA; algorithm <= DDBC_ALG_SHA512_RSA; algorithm++) {
        uint8_t signature[DDBC_SIGNATURE_MAX];
        size_t size = 0;
        test_note("algorithm %d", algorithm);
        ddbc_key *public_key = load(&r, (ddbc_algorithm)algorithm, DDBC_KIND_PUBLIC, p.public_der);
        ddbc_key *private_key = load(&r, (ddbc_algorithm)algorithm, DDBC_KIND_PRIVATE, p.private_der);
        CHECK_OK(ddbc_key_sign(private_key, view("data"), signature, &size, &r.status), &r.status);
        CHECK(size == 256);
        CHECK_OK(ddbc_key_verify(public_key, view("data"), (ddbc_bytes){signature, size}, &r.status), &r.status);
        CHECK_OK(ddbc_key_verify(private_key, view("data"), (ddbc_bytes){signature, size}, &r.status), &r.status);
        CHECK_CODE(ddbc_key_verify(public_key, view("datA"), (ddbc_bytes){signature, size}, &r.status), &r.status,
                   DDBC_SIGNATURE_MISMATCH);
        CHECK_CODE(ddbc_key_verify(public_key, view("data"), (ddbc_bytes){signature, size - 1}, &r.status), &r.status,
                   DDBC_SIGNATURE_MISMATCH);
        signature[17] ^= 4;
        CHECK_CODE(ddbc_key_verify(public_key, view("data"), (ddbc_bytes){signature, size}, &r.status), &r.status,
                   DDBC_SIGNATURE_MISMATCH);
        CHECK_CODE(ddbc_key_sign(public_key, view("data"), signature, &size, &r.status), &r.status,
                   DDBC_INVALID_ALGORITHM);
        ddbc_key_free(public_key);
        ddbc_key_free(private_key);
    }
    rig_close(&r);
}

static void what_is_no_key(void)
{
    rig r = rig_open(NULL);
    pair p = make_pair(&r, 2048);
    ddbc_key *key = NULL;
    const struct {
        ddbc_algorithm algorithm;
        ddbc_key_kind kind;
        ddbc_encoding encoding;
        ddbc_bytes bytes;
    } wrong[] = {
        {DDBC_ALG_RSA, DDBC_KIND_PRIVATE, DDBC_ENCODING_DER, p.public_der},
        {DDBC_ALG_RSA, DDBC_KIND_PUBLIC, DDBC_ENCODING_DER, p.private_der},
        {DDBC_ALG_RSA, DDBC_KIND_PRIVATE, DDBC_ENCODING_PEM, p.private_der},
        {DDBC_ALG_RSA, DDBC_KIND_PRIVATE, DDBC_ENCODING_DER, {p.private_der.ptr, p.private_der.len - 1}},
        {DDBC_ALG_RSA, DDBC_KIND_PRIVATE, DDBC_ENCODING_DER, {NULL, 0}},
        {DDBC_ALG_RSA, DDBC_KIND_SYMMETRIC, DDBC_ENCODING_RAW, p.private_der},
        {DDBC_ALG_AES, DDBC_KIND_PRIVATE, DDBC_ENCODING_DER, p.private_der},
        {DDBC_ALG_AES, DDBC_KIND_SYMMETRIC, DDBC_ENCODING_PEM, p.private_der},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        test_note("row %zu", i);
        CHECK_CODE(ddbc_key_load(r.engine, wrong[i].algorithm, wrong[i].kind, wrong[i].encoding, wrong[i].bytes, &key,
                                 &r.status),
                   &r.status, DDBC_INVALID_KEY);
        CHECK(key == NULL);
    }
    ddbc_bytes out;
    CHECK_CODE(ddbc_rsa_generate(r.workspace, 1024, &out, &r.status), &r.status, DDBC_INVALID_KEY);
    CHECK_CODE(ddbc_key_new(r.engine, DDBC_ALG_RSA, p.private_der, &key, &r.status), &r.status, DDBC_INVALID_KEY);
    rig_close(&r);
}

static void an_item_without_encryption(void)
{
    rig r = rig_open(NULL);
    pair p = make_pair(&r, 2048);
    ddbc_key *private_key = load(&r, DDBC_ALG_SHA256_RSA, DDBC_KIND_PRIVATE, p.private_der);
    ddbc_key *public_key = load(&r, DDBC_ALG_SHA256_RSA, DDBC_KIND_PUBLIC, p.public_der);
    ddbc_legacy_job job = {.item = make_item(&r, 2, item_attribute("id", DDBC_SIGN_ONLY, make_s("p-1")),
                                             item_attribute("age", DDBC_SIGN_ONLY, make_n(&r, "7"))),
                           .table = view("t"),
                           .signing_key = private_key};
    size_t failed = 0;
    CHECK_OK(ddbc_legacy_encrypt(r.workspace, &job, 1, &failed, &r.status), &r.status);
    CHECK(job.signature.len == 256);
    job.signing_key = public_key;
    CHECK_OK(ddbc_legacy_decrypt(r.workspace, &job, 1, &failed, &r.status), &r.status);
    find_attribute(job.item, "age")->value = make_n(&r, "8");
    CHECK_CODE(ddbc_legacy_decrypt(r.workspace, &job, 1, &failed, &r.status), &r.status, DDBC_SIGNATURE_MISMATCH);
    ddbc_key_free(private_key);
    ddbc_key_free(public_key);
    rig_close(&r);
}

TEST_MAIN(TEST(wraps_and_unwraps_with_every_padding), TEST(signs_and_verifies_with_every_digest), TEST(what_is_no_key),
          TEST(an_item_without_encryption))
