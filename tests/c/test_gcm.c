/* SPDX-License-Identifier: Apache-2.0
 *
 * AES-GCM and the CTR stream, by libcrypto's direct ciphers and again by its provider, as under FIPS. The answer is test
 * case 16 of "The Galois/Counter Mode of Operation" (McGrew and Viega); all else is what the provider says. */
#include <stdlib.h>
#include <string.h>

#include "core/gcm.h"
#include "support/build.h"

#define KEY "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
#define IV "cafebabefacedbaddecaf888"
#define AAD "feedfacedeadbeeffeedfacedeadbeefabaddad2"
#define PLAIN                                                                                                          \
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"                                                 \
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
#define SEALED                                                                                                         \
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"                                                 \
    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"                                                         \
    "76fc6ece0f4e1768cddf8853bb2d551b"

/* Sizes on both sides of where the large ones begin, and of blocks. */
static const size_t sizes[] = {0, 1, 15, 16, 17, 32, 200, 287, 288, 1023, 1024, 1025, 4096, 5000};
#define SIZES (sizeof sizes / sizeof sizes[0])
#define SIZE_MAX_TESTED 5000

typedef struct gcm_rig {
    rig r;
    ddbc_gcm gcm;
} gcm_rig;

static gcm_rig open_way(bool by_provider)
{
    gcm_rig g = {.r = rig_open(NULL)};
    if (by_provider) {
        ddbc_gcm_free_direct(g.r.engine);
    }
    test_note("by_provider %d", (int)by_provider);
    CHECK_OK(ddbc_gcm_begin(g.r.engine, &g.gcm, &g.r.status), &g.r.status);
    return g;
}

static void close_way(gcm_rig *g)
{
    ddbc_gcm_end(&g->gcm);
    rig_close(&g->r);
}

static ddbc_bytes counting(rig *r, size_t size, uint8_t step)
{
    uint8_t *bytes = ddbc_workspace_alloc(r->workspace, size);
    CHECK(bytes != NULL);
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)(i * step + 3);
    }
    return (ddbc_bytes){bytes, size};
}

static void known_answer(void)
{
    for (int way = 0; way < 2; way++) {
        gcm_rig g = open_way(way == 1);
        ddbc_bytes plain = from_hex(&g.r, PLAIN);
        ddbc_bytes iv = from_hex(&g.r, IV);
        uint8_t sealed[76];
        uint8_t opened[60];
        CHECK_OK(ddbc_gcm_encrypt(&g.gcm, from_hex(&g.r, KEY), iv.ptr, from_hex(&g.r, AAD), plain, sealed, &g.r.status),
                 &g.r.status);
        CHECK_HEX(VIEW_OF(sealed), SEALED);
        CHECK_OK(ddbc_gcm_decrypt(&g.gcm, from_hex(&g.r, KEY), iv.ptr, from_hex(&g.r, AAD), VIEW_OF(sealed), opened,
                                  &g.r.status),
                 &g.r.status);
        CHECK_BYTES(VIEW_OF(opened), plain);
        close_way(&g);
    }
}

/* One set of contexts for all keys and sizes, as for the fields of an item. */
static void both_ways_say_the_same(void)
{
    static uint8_t sealed[2][SIZE_MAX_TESTED + DDBC_GCM_TAG_SIZE];
    gcm_rig direct = open_way(false);
    gcm_rig provider = open_way(true);
    ddbc_bytes iv = counting(&direct.r, DDBC_GCM_IV_SIZE, 7);
    for (size_t key_size = 16; key_size <= 32; key_size += 8) {
        for (size_t i = 0; i < SIZES; i++) {
            ddbc_bytes key = counting(&direct.r, key_size, (uint8_t)(11 + i));
            ddbc_bytes aad = counting(&direct.r, i * 9, 5);
            ddbc_bytes plain = counting(&direct.r, sizes[i], 13);
            uint8_t *opened = exact(plain);
            test_note("key of %zu bytes, %zu bytes", key_size, sizes[i]);
            CHECK_OK(ddbc_gcm_encrypt(&direct.gcm, key, iv.ptr, aad, plain, sealed[0], &direct.r.status),
                     &direct.r.status);
            CHECK_OK(ddbc_gcm_encrypt(&provider.gcm, key, iv.ptr, aad, plain, sealed[1], &provider.r.status),
                     &provider.r.status);
            ddbc_bytes both = {sealed[0], sizes[i] + DDBC_GCM_TAG_SIZE};
            CHECK_BYTES(both, ((ddbc_bytes){sealed[1], both.len}));
            CHECK_OK(ddbc_gcm_decrypt(&direct.gcm, key, iv.ptr, aad, both, opened, &direct.r.status), &direct.r.status);
            CHECK_BYTES(((ddbc_bytes){opened, sizes[i]}), plain);
            free(opened);
        }
    }
    close_way(&direct);
    close_way(&provider);
}

/* An altered byte, or additional data, is refused, leaves no plaintext, and does not disturb the next message. */
static void what_is_altered_is_refused(void)
{
    static const size_t each[] = {40, 2000};
    static const uint8_t zeros[2000] = {0};
    static uint8_t sealed[2000 + DDBC_GCM_TAG_SIZE];
    static uint8_t opened[2000];
    for (int way = 0; way < 2; way++) {
        gcm_rig g = open_way(way == 1);
        ddbc_bytes key = counting(&g.r, 32, 3);
        ddbc_bytes iv = counting(&g.r, DDBC_GCM_IV_SIZE, 7);
        for (size_t i = 0; i < 2; i++) {
            ddbc_bytes plain = counting(&g.r, each[i], 5);
            ddbc_bytes both = {sealed, each[i] + DDBC_GCM_TAG_SIZE};
            CHECK_OK(ddbc_gcm_encrypt(&g.gcm, key, iv.ptr, view("path"), plain, sealed, &g.r.status), &g.r.status);
            for (size_t at = 0; at < both.len; at += each[i] > 1000 ? 97 : 1) {
                sealed[at] ^= 0x10;
                memset(opened, 0xA5, each[i]);
                CHECK_CODE(ddbc_gcm_decrypt(&g.gcm, key, iv.ptr, view("path"), both, opened, &g.r.status), &g.r.status,
                           DDBC_BAD_CIPHERTEXT);
                CHECK(memcmp(opened, zeros, each[i]) == 0);
                sealed[at] ^= 0x10;
            }
            CHECK_CODE(ddbc_gcm_decrypt(&g.gcm, key, iv.ptr, view("other"), both, opened, &g.r.status), &g.r.status,
                       DDBC_BAD_CIPHERTEXT);
            CHECK_OK(ddbc_gcm_decrypt(&g.gcm, key, iv.ptr, view("path"), both, opened, &g.r.status), &g.r.status);
            CHECK_BYTES(((ddbc_bytes){opened, each[i]}), plain);
        }
        for (size_t size = 0; size < DDBC_GCM_TAG_SIZE; size++) {
            CHECK_CODE(ddbc_gcm_decrypt(&g.gcm, key, iv.ptr, view(""), (ddbc_bytes){sealed, size}, opened, &g.r.status),
                       &g.r.status, DDBC_BAD_CIPHERTEXT);
        }
        close_way(&g);
    }
}

/* A second stream from the same contexts begins anew. */
static void streams(void)
{
    static uint8_t out[2][2][SIZE_MAX_TESTED];
    for (int way = 0; way < 2; way++) {
        gcm_rig g = open_way(way == 1);
        ddbc_bytes start = counting(&g.r, 16, 1);
        for (size_t i = 0; i < SIZES; i++) {
            ddbc_bytes key = counting(&g.r, 32, (uint8_t)(i + 1));
            for (int round = 0; round < 2; round++) {
                CHECK_OK(ddbc_ctr_stream(&g.gcm, key.ptr, start.ptr, out[way][round], sizes[i], &g.r.status),
                         &g.r.status);
            }
            CHECK(memcmp(out[way][0], out[way][1], sizes[i]) == 0);
        }
        close_way(&g);
    }
    CHECK(memcmp(out[0][0], out[1][0], SIZE_MAX_TESTED) == 0);
}

TEST_MAIN(TEST(known_answer), TEST(both_ways_say_the_same), TEST(what_is_altered_is_refused), TEST(streams))
