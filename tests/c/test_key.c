/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys: names of algorithms, lengths, and that the raw bytes are copied. */
#include <stdlib.h>
#include <string.h>

#include "support/build.h"

static void algorithm_names(void)
{
    static const char *const names[] = {"AES",           "AESWrap",       "RSA",          "HmacSHA224",
                                        "HmacSHA256",    "HmacSHA384",    "HmacSHA512",   "SHA224withRSA",
                                        "SHA256withRSA", "SHA384withRSA", "SHA512withRSA"};
    static const ddbc_algorithm algorithms[] = {DDBC_ALG_AES,         DDBC_ALG_AES_WRAP,    DDBC_ALG_RSA,
                                                DDBC_ALG_HMAC_SHA224, DDBC_ALG_HMAC_SHA256, DDBC_ALG_HMAC_SHA384,
                                                DDBC_ALG_HMAC_SHA512, DDBC_ALG_SHA224_RSA,  DDBC_ALG_SHA256_RSA,
                                                DDBC_ALG_SHA384_RSA,  DDBC_ALG_SHA512_RSA};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        uint8_t *name = exact(view(names[i]));
        ddbc_algorithm out = DDBC_ALG_AES;
        ddbc_status status = {0};
        CHECK_OK(ddbc_algorithm_from_name((ddbc_bytes){name, strlen(names[i])}, &out, &status), &status);
        CHECK(out == algorithms[i]);
        CHECK(strcmp(ddbc_algorithm_name(out), names[i]) == 0);
        free(name);
    }
}

static void other_names_are_refused(void)
{
    static const char *const names[] = {"",    "aes",     "AES ",        "AE",          "AESX",        "HmacSHA1",
                                        "rsa", "HmacMD5", "hmacSHA256",  "HmacSHA2566", "HmacSHA",     "SHA1withRSA",
                                        "DES", "AES/CBC", "HmacSHA-256", "HMACSHA256",  "\xff\xfe\xfd"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        ddbc_algorithm out = DDBC_ALG_HMAC_SHA384;
        ddbc_status status = {0};
        test_note("%s", names[i]);
        CHECK_CODE(ddbc_algorithm_from_name(view(names[i]), &out, &status), &status, DDBC_INVALID_ALGORITHM);
        CHECK(out == DDBC_ALG_HMAC_SHA384);
    }
}

static void key_lengths(void)
{
    static uint8_t raw[1100];
    rig r = rig_open(NULL);
    for (size_t size = 0; size <= sizeof raw; size += size < 70 || size > 1000 ? 1 : 37) {
        for (int a = DDBC_ALG_AES; a <= DDBC_ALG_HMAC_SHA512; a++) {
            bool fits = a == DDBC_ALG_AES ? size == 16 || size == 24 || size == 32 : size >= 1 && size <= 1024;
            ddbc_key *key = NULL;
            test_note("algorithm %d, %zu bytes", a, size);
            if (fits) {
                CHECK_OK(ddbc_key_new(r.engine, (ddbc_algorithm)a, (ddbc_bytes){raw, size}, &key, &r.status),
                         &r.status);
                CHECK(ddbc_key_algorithm(key) == (ddbc_algorithm)a);
                ddbc_key_free(key);
            } else {
                CHECK_CODE(ddbc_key_new(r.engine, (ddbc_algorithm)a, (ddbc_bytes){raw, size}, &key, &r.status),
                           &r.status, DDBC_INVALID_KEY);
                CHECK(key == NULL);
            }
        }
    }
    rig_close(&r);
}

static void raw_bytes_are_copied(void)
{
    rig r = rig_open(NULL);
    uint8_t raw[32];
    for (int a = DDBC_ALG_AES; a <= DDBC_ALG_HMAC_SHA256; a += DDBC_ALG_HMAC_SHA256) {
        uint8_t before[DDBC_MAC_MAX];
        uint8_t after[DDBC_MAC_MAX];
        size_t size = 0;
        ddbc_bytes plaintext = {0};
        ddbc_bytes ciphertext = {0};
        memset(raw, 0x33, sizeof raw);
        ddbc_key *key = key_of(&r, (ddbc_algorithm)a, VIEW_OF(raw));
        if (a == DDBC_ALG_AES) {
            CHECK_OK(ddbc_key_encrypt(key, r.workspace, DDBC_MODE_CBC_PKCS5, view("text"), &ciphertext, &r.status),
                     &r.status);
            memset(raw, 0x77, sizeof raw);
            CHECK_OK(ddbc_key_decrypt(key, r.workspace, DDBC_MODE_CBC_PKCS5, ciphertext, &plaintext, &r.status),
                     &r.status);
            CHECK_BYTES(plaintext, view("text"));
        } else {
            CHECK_OK(ddbc_key_sign(key, view("text"), before, &size, &r.status), &r.status);
            memset(raw, 0x77, sizeof raw);
            CHECK_OK(ddbc_key_sign(key, view("text"), after, &size, &r.status), &r.status);
            CHECK(memcmp(before, after, size) == 0);
        }
        ddbc_key_free(key);
    }
    rig_close(&r);
}

TEST_MAIN(TEST(algorithm_names), TEST(other_names_are_refused), TEST(key_lengths), TEST(raw_bytes_are_copied))
