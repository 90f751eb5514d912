/* SPDX-License-Identifier: Apache-2.0
 *
 * AES key wrap. The answers are those of RFC 3394, sections 4.1, 4.3 and 4.6. */
#include <string.h>

#include "support/build.h"

typedef struct vector {
    const char *title;
    const char *wrapping_key;
    const char *content;
    const char *wrapped;
} vector;

static const vector vectors[] = {
    {"4.1", "000102030405060708090a0b0c0d0e0f", "00112233445566778899aabbccddeeff",
     "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"},
    {"4.3", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "00112233445566778899aabbccddeeff",
     "64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7"},
    {"4.6", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     "00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f",
     "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"},
};

static void rfc_3394(void)
{
    rig r = rig_open(NULL);
    const ddbc_algorithm algorithms[] = {DDBC_ALG_AES, DDBC_ALG_AES_WRAP};
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        for (size_t a = 0; a < 2; a++) {
            const vector *v = &vectors[i];
            ddbc_bytes out;
            test_note("%s, algorithm %zu", v->title, a);
            ddbc_key *key = key_of(&r, algorithms[a], from_hex(&r, v->wrapping_key));
            CHECK_OK(ddbc_key_wrap(key, r.workspace, DDBC_MODE_AES_WRAP, from_hex(&r, v->content), &out, &r.status),
                     &r.status);
            CHECK_HEX(out, v->wrapped);
            CHECK_OK(ddbc_key_unwrap(key, r.workspace, DDBC_MODE_AES_WRAP, out, &out, &r.status), &r.status);
            CHECK_HEX(out, v->content);
            ddbc_key_free(key);
        }
    }
    rig_close(&r);
}

static void every_change_is_refused_alike(void)
{
    rig r = rig_open(NULL);
    ddbc_key *key = counting_key(&r, DDBC_ALG_AES_WRAP, 1);
    ddbc_bytes wrapped;
    ddbc_bytes out;
    char first[DDBC_MESSAGE_MAX] = "";
    CHECK_OK(ddbc_key_wrap(key, r.workspace, DDBC_MODE_AES_WRAP, view("0123456789abcdef"), &wrapped, &r.status),
             &r.status);
    for (size_t bit = 0; bit < wrapped.len * 8; bit++) {
        uint8_t *changed = (uint8_t *)(uintptr_t)copy_of(&r, wrapped).ptr;
        changed[bit / 8] ^= (uint8_t)(1u << bit % 8);
        CHECK_CODE(
            ddbc_key_unwrap(key, r.workspace, DDBC_MODE_AES_WRAP, (ddbc_bytes){changed, wrapped.len}, &out, &r.status),
            &r.status, DDBC_UNWRAP_FAILED);
        if (bit == 0) {
            memcpy(first, r.status.message, sizeof first);
        }
        CHECK(strcmp(first, r.status.message) == 0);
    }
    for (size_t length = 0; length < wrapped.len; length++) {
        CHECK_CODE(
            ddbc_key_unwrap(key, r.workspace, DDBC_MODE_AES_WRAP, (ddbc_bytes){wrapped.ptr, length}, &out, &r.status),
            &r.status, DDBC_UNWRAP_FAILED);
        CHECK(strcmp(first, r.status.message) == 0);
    }
    ddbc_key_free(key);
    rig_close(&r);
}

static void what_cannot_be_wrapped(void)
{
    rig r = rig_open(NULL);
    ddbc_bytes out;
    ddbc_key *aes = counting_key(&r, DDBC_ALG_AES_WRAP, 1);
    ddbc_key *hmac = counting_key(&r, DDBC_ALG_HMAC_SHA256, 1);
    CHECK_CODE(ddbc_key_wrap(aes, r.workspace, DDBC_MODE_AES_WRAP, view("short"), &out, &r.status), &r.status,
               DDBC_WRAP_FAILED);
    CHECK_CODE(ddbc_key_wrap(aes, r.workspace, DDBC_MODE_AES_WRAP, view("seventeen bytes.."), &out, &r.status),
               &r.status, DDBC_WRAP_FAILED);
    CHECK_CODE(ddbc_key_wrap(hmac, r.workspace, DDBC_MODE_AES_WRAP, view("0123456789abcdef"), &out, &r.status),
               &r.status, DDBC_INVALID_ALGORITHM);
    CHECK_CODE(ddbc_key_unwrap(hmac, r.workspace, DDBC_MODE_AES_WRAP, view("0123456789abcdef"), &out, &r.status),
               &r.status, DDBC_INVALID_ALGORITHM);
    CHECK_CODE(ddbc_key_encrypt(aes, r.workspace, DDBC_MODE_CBC_PKCS5, view("x"), &out, &r.status), &r.status,
               DDBC_INVALID_ALGORITHM);
    ddbc_key_free(aes);
    ddbc_key_free(hmac);
    rig_close(&r);
}

TEST_MAIN(TEST(rfc_3394), TEST(every_change_is_refused_alike), TEST(what_cannot_be_wrapped))
