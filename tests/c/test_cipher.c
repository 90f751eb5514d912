/* SPDX-License-Identifier: Apache-2.0
 *
 * AES in CBC and CTR mode. The answers are those of NIST SP 800-38A, appendices F.2.1 to F.2.6 (CBC) and F.5.1 to F.5.6
 * (CTR): one plaintext of four blocks under keys of each size. */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "support/build.h"

#define PLAINTEXT                                                                                                      \
    "6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51"                                                \
    "30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710"
#define CBC_IV "000102030405060708090a0b0c0d0e0f"
#define CTR_IV "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"

typedef struct vector {
    const char *key;
    const char *cbc;
    const char *ctr;
} vector;

static const vector vectors[] = {
    {"2b7e151628aed2a6abf7158809cf4f3c",
     "7649abac8119b246cee98e9b12e9197d 5086cb9b507219ee95db113a917678b2"
     "73bed6b8e3c1743b7116e69e22229516 3ff1caa1681fac09120eca307586e1a7",
     "874d6191b620e3261bef6864990db6ce 9806f66b7970fdff8617187bb9fffdff"
     "5ae4df3edbd5d35e5b4f09020db03eab 1e031dda2fbe03d1792170a0f3009cee"},
    {"8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
     "4f021db243bc633d7178183a9fa071e8 b4d9ada9ad7dedf4e5e738763f69145a"
     "571b242012fb7ae07fa9baac3df102e0 08b0e27988598881d920a9e64f5615cd",
     "1abc932417521ca24f2b0459fe7e6e0b 090339ec0aa6faefd5ccc2c6f4ce8e94"
     "1e36b26bd1ebc670d1bd1d665620abf7 4f78a7f6d29809585a97daec58c6b050"},
    {"603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
     "f58c4c04d6e5f1ba779eabfb5f7bfbd6 9cfc4e967edb808d679f777bc6702c7d"
     "39f23369a9d9bacfa530e26304231461 b2eb05e2c39be9fcda6c19078c6a9d1b",
     "601ec313775789a5b7a7f504bbf3d228 f443e3ca4d62b59aca84e990cacaf5c5"
     "2b0930daa23de94ce87017ba2d84988d dfc9c58db67aada613c2dd08457941a6"},
};

static ddbc_bytes joined(rig *r, ddbc_bytes a, ddbc_bytes b)
{
    uint8_t *bytes = ddbc_workspace_alloc(r->workspace, a.len + b.len);
    CHECK(bytes != NULL);
    memcpy(bytes, a.ptr, a.len);
    if (b.len > 0) {
        memcpy(bytes + a.len, b.ptr, b.len);
    }
    return (ddbc_bytes){bytes, a.len + b.len};
}

static ddbc_bytes decrypted(rig *r, ddbc_key *key, ddbc_mode mode, ddbc_bytes ciphertext)
{
    ddbc_bytes out = {0};
    CHECK_OK(ddbc_key_decrypt(key, r->workspace, mode, ciphertext, &out, &r->status), &r->status);
    return out;
}

static ddbc_bytes encrypted(rig *r, ddbc_key *key, ddbc_mode mode, ddbc_bytes plaintext)
{
    ddbc_bytes out = {0};
    CHECK_OK(ddbc_key_encrypt(key, r->workspace, mode, plaintext, &out, &r->status), &r->status);
    return out;
}

static void sp_800_38a_decrypts(void)
{
    rig r = rig_open(NULL);
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        test_note("key %s", vectors[i].key);
        ddbc_key *key = key_of(&r, DDBC_ALG_AES, from_hex(&r, vectors[i].key));
        ddbc_bytes cbc = joined(&r, from_hex(&r, CBC_IV), from_hex(&r, vectors[i].cbc));
        CHECK_HEX(decrypted(&r, key, DDBC_MODE_CBC_NONE, cbc), PLAINTEXT);
        ddbc_bytes ctr = joined(&r, from_hex(&r, CTR_IV), from_hex(&r, vectors[i].ctr));
        CHECK_HEX(decrypted(&r, key, DDBC_MODE_CTR_NONE, ctr), PLAINTEXT);
        ddbc_key_free(key);
    }
    rig_close(&r);
}

/* The IV is random, so encryption is compared with libcrypto's under the IV that came out. */
static ddbc_bytes libcrypto_encrypt(rig *r, const EVP_CIPHER *cipher, ddbc_bytes raw, const uint8_t *iv,
                                    ddbc_bytes plaintext, bool padding)
{
    uint8_t *out = ddbc_workspace_alloc(r->workspace, plaintext.len + 32);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int first = 0;
    int last = 0;
    CHECK(out != NULL && context != NULL);
    CHECK(EVP_EncryptInit_ex(context, cipher, NULL, raw.ptr, iv) == 1);
    CHECK(EVP_CIPHER_CTX_set_padding(context, padding ? 1 : 0) == 1);
    CHECK(EVP_EncryptUpdate(context, out, &first, plaintext.ptr, (int)plaintext.len) == 1);
    CHECK(EVP_EncryptFinal_ex(context, out + first, &last) == 1);
    EVP_CIPHER_CTX_free(context);
    return (ddbc_bytes){out, (size_t)(first + last)};
}

static void encryption_is_libcryptos(void)
{
    const EVP_CIPHER *cbc[] = {EVP_aes_128_cbc(), EVP_aes_192_cbc(), EVP_aes_256_cbc()};
    const EVP_CIPHER *ctr[] = {EVP_aes_128_ctr(), EVP_aes_192_ctr(), EVP_aes_256_ctr()};
    uint8_t data[1100];
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (uint8_t)(i * 31 + 7);
    }
    rig r = rig_open(NULL);
    for (size_t k = 0; k < 3; k++) {
        ddbc_bytes raw = from_hex(&r, vectors[k].key);
        ddbc_key *key = key_of(&r, DDBC_ALG_AES, raw);
        for (size_t size = 0; size <= sizeof data; size += size < 70 ? 1 : 97) {
            test_note("key %zu, %zu bytes", k, size);
            ddbc_bytes plaintext = {data, size};
            ddbc_bytes padded = encrypted(&r, key, DDBC_MODE_CBC_PKCS5, plaintext);
            CHECK(padded.len == DDBC_IV_SIZE + (size / 16 + 1) * 16);
            CHECK_BYTES(((ddbc_bytes){padded.ptr + 16, padded.len - 16}),
                        libcrypto_encrypt(&r, cbc[k], raw, padded.ptr, plaintext, true));
            CHECK_BYTES(decrypted(&r, key, DDBC_MODE_CBC_PKCS5, padded), plaintext);

            ddbc_bytes counted = encrypted(&r, key, DDBC_MODE_CTR_NONE, plaintext);
            CHECK(counted.len == DDBC_IV_SIZE + size);
            CHECK_BYTES(((ddbc_bytes){counted.ptr + 16, size}),
                        libcrypto_encrypt(&r, ctr[k], raw, counted.ptr, plaintext, false));
            CHECK_BYTES(decrypted(&r, key, DDBC_MODE_CTR_NONE, counted), plaintext);

            /* CTR with padding is CTR over the padded text. */
            ddbc_bytes both = encrypted(&r, key, DDBC_MODE_CTR_PKCS5, plaintext);
            CHECK(both.len == DDBC_IV_SIZE + (size / 16 + 1) * 16);
            ddbc_bytes text = decrypted(&r, key, DDBC_MODE_CTR_NONE, both);
            CHECK_BYTES(((ddbc_bytes){text.ptr, size}), plaintext);
            for (size_t at = size; at < text.len; at++) {
                CHECK(text.ptr[at] == text.len - size);
            }
            CHECK_BYTES(decrypted(&r, key, DDBC_MODE_CTR_PKCS5, both), plaintext);
        }
        ddbc_key_free(key);
        ddbc_workspace_reset(r.workspace);
    }
    rig_close(&r);
}

static void ivs_differ(void)
{
    rig r = rig_open(NULL);
    ddbc_key *key = counting_key(&r, DDBC_ALG_AES, 0);
    ddbc_bytes seen[64];
    for (size_t i = 0; i < 64; i++) {
        seen[i] = encrypted(&r, key, (ddbc_mode)(i % 4), view("sixteen bytes...sixteen bytes..."));
        for (size_t before = 0; before < i; before++) {
            CHECK(memcmp(seen[i].ptr, seen[before].ptr, DDBC_IV_SIZE) != 0);
        }
    }
    ddbc_key_free(key);
    rig_close(&r);
}

static void nopadding_takes_whole_blocks(void)
{
    rig r = rig_open(NULL);
    ddbc_key *key = counting_key(&r, DDBC_ALG_AES, 0);
    ddbc_bytes data = from_hex(&r, PLAINTEXT);
    for (size_t size = 0; size <= data.len; size++) {
        ddbc_bytes part = {data.ptr, size};
        ddbc_bytes out = {0};
        if (size % 16 == 0) {
            out = encrypted(&r, key, DDBC_MODE_CBC_NONE, part);
            CHECK(out.len == DDBC_IV_SIZE + size);
            CHECK_BYTES(decrypted(&r, key, DDBC_MODE_CBC_NONE, out), part);
        } else {
            CHECK(!ddbc_key_encrypt(key, r.workspace, DDBC_MODE_CBC_NONE, part, &out, &r.status));
            CHECK(r.status.code != DDBC_OK && r.status.message[0] != '\0' && out.ptr == NULL);
        }
    }
    ddbc_key_free(key);
    rig_close(&r);
}

static void wrong_lengths_are_bad_ciphertext(void)
{
    rig r = rig_open(NULL);
    ddbc_key *key = counting_key(&r, DDBC_ALG_AES, 0);
    for (int m = 0; m < 4; m++) {
        ddbc_mode mode = (ddbc_mode)m;
        ddbc_bytes whole = encrypted(&r, key, mode, from_hex(&r, PLAINTEXT));
        for (size_t size = 0; size < whole.len; size++) {
            ddbc_bytes out = {0};
            bool padded = mode == DDBC_MODE_CBC_PKCS5 || mode == DDBC_MODE_CTR_PKCS5;
            bool fits = size >= 16 && !padded && (mode == DDBC_MODE_CTR_NONE || size % 16 == 0);
            uint8_t *part = exact((ddbc_bytes){whole.ptr, size});
            test_note("mode %d, %zu bytes", m, size);
            if (fits) {
                out = decrypted(&r, key, mode, (ddbc_bytes){part, size});
                CHECK(out.len == size - 16);
            } else if (padded && size >= 32 && size % 16 == 0) {
                /* The last block is now one of plaintext, which may end like a padding; this one does not. */
                CHECK_CODE(ddbc_key_decrypt(key, r.workspace, mode, (ddbc_bytes){part, size}, &out, &r.status),
                           &r.status, DDBC_BAD_CIPHERTEXT);
            } else {
                CHECK_CODE(ddbc_key_decrypt(key, r.workspace, mode, (ddbc_bytes){part, size}, &out, &r.status),
                           &r.status, DDBC_BAD_CIPHERTEXT);
                CHECK(out.ptr == NULL);
            }
            free(part);
        }
    }
    ddbc_key_free(key);
    rig_close(&r);
}

static size_t padding_in(const uint8_t block[16])
{
    size_t count = block[15];
    if (count == 0 || count > 16) {
        return 0;
    }
    for (size_t i = 16 - count; i < 16; i++) {
        if (block[i] != count) {
            return 0;
        }
    }
    return count;
}

static void check_padding(rig *r, ddbc_key *key, ddbc_mode mode, const uint8_t text[32])
{
    ddbc_mode bare = mode == DDBC_MODE_CBC_PKCS5 ? DDBC_MODE_CBC_NONE : DDBC_MODE_CTR_NONE;
    ddbc_bytes ciphertext = encrypted(r, key, bare, (ddbc_bytes){text, 32});
    ddbc_bytes out = {0};
    size_t count = padding_in(text + 16);
    if (count == 0) {
        CHECK_CODE(ddbc_key_decrypt(key, r->workspace, mode, ciphertext, &out, &r->status), &r->status,
                   DDBC_BAD_CIPHERTEXT);
    } else {
        CHECK_BYTES(decrypted(r, key, mode, ciphertext), ((ddbc_bytes){text, 32 - count}));
    }
}

static void every_padding(void)
{
    rig r = rig_open(NULL);
    ddbc_key *key = counting_key(&r, DDBC_ALG_AES, 0);
    for (int m = 0; m < 2; m++) {
        ddbc_mode mode = m == 0 ? DDBC_MODE_CBC_PKCS5 : DDBC_MODE_CTR_PKCS5;
        for (unsigned last = 0; last < 256; last++) {
            uint8_t text[32];
            memset(text, 0x5a, sizeof text);
            text[31] = (uint8_t)last;
            test_note("mode %d, last byte %u", m, last);
            check_padding(&r, key, mode, text);
            if (last >= 1 && last <= 16) {
                /* Whole, then with each of its bytes changed. */
                memset(text + 32 - last, (int)last, last);
                check_padding(&r, key, mode, text);
                for (size_t at = 32 - last; at < 32; at++) {
                    text[at] ^= 0x40;
                    check_padding(&r, key, mode, text);
                    text[at] ^= 0x40;
                }
            }
        }
    }
    ddbc_key_free(key);
    rig_close(&r);
}

static void all_failures_look_the_same(void)
{
    rig r = rig_open(NULL);
    ddbc_key *key = counting_key(&r, DDBC_ALG_AES, 0);
    ddbc_bytes out = {0};
    uint8_t text[16];
    ddbc_status lengths = {0};
    ddbc_status padding = {0};
    memset(text, 0, sizeof text);
    ddbc_bytes bad = encrypted(&r, key, DDBC_MODE_CBC_NONE, VIEW_OF(text));
    CHECK_CODE(ddbc_key_decrypt(key, r.workspace, DDBC_MODE_CBC_PKCS5, bad, &out, &padding), &padding,
               DDBC_BAD_CIPHERTEXT);
    bad.len -= 1;
    CHECK_CODE(ddbc_key_decrypt(key, r.workspace, DDBC_MODE_CBC_PKCS5, bad, &out, &lengths), &lengths,
               DDBC_BAD_CIPHERTEXT);
    CHECK(strcmp(lengths.message, padding.message) == 0);
    /* A failure leaves nothing in the key's contexts. */
    CHECK_BYTES(decrypted(&r, key, DDBC_MODE_CBC_PKCS5, encrypted(&r, key, DDBC_MODE_CBC_PKCS5, view("after"))),
                view("after"));
    ddbc_key_free(key);
    rig_close(&r);
}

static void an_hmac_key_does_not_encrypt(void)
{
    rig r = rig_open(NULL);
    ddbc_key *key = counting_key(&r, DDBC_ALG_HMAC_SHA256, 0);
    ddbc_bytes out = {0};
    uint8_t data[48] = {0};
    CHECK(!ddbc_key_encrypt(key, r.workspace, DDBC_MODE_CBC_PKCS5, VIEW_OF(data), &out, &r.status));
    CHECK(r.status.code == DDBC_INVALID_KEY || r.status.code == DDBC_INVALID_ALGORITHM);
    CHECK(!ddbc_key_decrypt(key, r.workspace, DDBC_MODE_CBC_PKCS5, VIEW_OF(data), &out, &r.status));
    CHECK(r.status.code == DDBC_INVALID_KEY || r.status.code == DDBC_INVALID_ALGORITHM);
    CHECK(out.ptr == NULL);
    ddbc_key_free(key);
    rig_close(&r);
}

TEST_MAIN(TEST(sp_800_38a_decrypts), TEST(encryption_is_libcryptos), TEST(ivs_differ),
          TEST(nopadding_takes_whole_blocks), TEST(wrong_lengths_are_bad_ciphertext), TEST(every_padding),
          TEST(all_failures_look_the_same), TEST(an_hmac_key_does_not_encrypt))
