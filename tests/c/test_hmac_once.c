/* SPDX-License-Identifier: Apache-2.0
 *
 * HMAC of keys that serve once, each check by libcrypto's direct digests and again by its provider, as under FIPS. The
 * answers are those of RFC 4231; what no RFC has is compared with the engine's HMAC keys and HKDF, which are
 * libcrypto's own EVP_MAC and EVP_KDF. */
#include <stdlib.h>
#include <string.h>

#include "core/hmac.h"
#include "ddbcrypt_primitives.h"
#include "support/rfc4231.h"

static const struct {
    ddbc_algorithm algorithm;
    size_t size;
    size_t answer; /* place among the answers of RFC 4231 */
} kinds[] = {{DDBC_ALG_HMAC_SHA384, 48, 2}, {DDBC_ALG_HMAC_SHA512, 64, 3}};

#define KINDS (sizeof kinds / sizeof kinds[0])
#define UNTOUCHED 0xA5

/* Both ways through: `by_provider` 0 and 1. */
static rig open_way(int by_provider)
{
    rig r = rig_open(NULL);
    r.engine->fips = by_provider == 1;
    test_note("by_provider %d", by_provider);
    return r;
}

/* HMAC of one message; the bytes after `wanted` have to stay. */
static void compute(rig *r, const ddbc_hmac *hmac, ddbc_bytes data, uint8_t out[DDBC_MAC_MAX], size_t wanted)
{
    memset(out, UNTOUCHED, DDBC_MAC_MAX);
    CHECK_OK(ddbc_hmac_compute(hmac, data, out, wanted, &r->status), &r->status);
    for (size_t i = wanted; i < DDBC_MAC_MAX; i++) {
        CHECK(out[i] == UNTOUCHED);
    }
}

static void begin(rig *r, size_t kind, ddbc_bytes raw, ddbc_hmac *out)
{
    CHECK_OK(ddbc_hmac_begin(r->engine, kinds[kind].algorithm, raw, out, &r->status), &r->status);
}

static void rfc_4231(void)
{
    size_t checked = 0;
    for (int way = 0; way < 2; way++) {
        rig r = open_way(way);
        for (size_t i = 0; i < rfc_4231_count; i++) {
            const rfc_4231_case *c = &rfc_4231_cases[i];
            ddbc_bytes raw = rfc_4231_key(&r, c);
            if (raw.len > DDBC_HMAC_BLOCK) {
                continue;
            }
            for (size_t kind = 0; kind < KINDS; kind++) {
                ddbc_hmac hmac;
                uint8_t mac[DDBC_MAC_MAX];
                test_note("%s, by_provider %d", c->title, way);
                begin(&r, kind, raw, &hmac);
                /* Twice: the second message must not see the first. */
                for (int round = 0; round < 2; round++) {
                    compute(&r, &hmac, rfc_4231_data(&r, c), mac, kinds[kind].size);
                    CHECK_HEX(((ddbc_bytes){mac, kinds[kind].size}), c->macs[kinds[kind].answer]);
                }
                ddbc_hmac_end(&hmac);
                checked++;
            }
        }
        rig_close(&r);
    }
    CHECK(checked == 2 * KINDS * 4);
}

/* RFC 4231, 4.6, test case 5. */
static void rfc_4231_cut_short(void)
{
    static const char *const answers[] = {"3abf34c3503b2a23a46efc619baef897", "415fad6271580a531d4179bc891d87a6"};
    uint8_t raw[20];
    memset(raw, 0x0c, sizeof raw);
    for (int way = 0; way < 2; way++) {
        rig r = open_way(way);
        for (size_t kind = 0; kind < KINDS; kind++) {
            ddbc_hmac hmac;
            uint8_t mac[DDBC_MAC_MAX];
            begin(&r, kind, VIEW_OF(raw), &hmac);
            compute(&r, &hmac, view("Test With Truncation"), mac, 16);
            CHECK_HEX(((ddbc_bytes){mac, 16}), answers[kind]);
            ddbc_hmac_end(&hmac);
        }
        rig_close(&r);
    }
}

static const uint8_t *counting(void)
{
    static uint8_t bytes[512];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 7 + 1);
    }
    return bytes;
}

/* Keys of every length that is taken, and messages of every length up to two blocks. */
static void every_length_is_as_libcrypto_has_it(void)
{
    const uint8_t *bytes = counting();
    for (int way = 0; way < 2; way++) {
        rig r = open_way(way);
        for (size_t kind = 0; kind < KINDS; kind++) {
            for (size_t length = 1; length <= DDBC_HMAC_BLOCK; length++) {
                ddbc_hmac hmac;
                uint8_t mac[DDBC_MAC_MAX];
                uint8_t want[DDBC_MAC_MAX];
                size_t size = 0;
                test_note("length %zu, by_provider %d", length, way);
                uint8_t *raw = exact((ddbc_bytes){bytes, length});
                ddbc_key *key = key_of(&r, kinds[kind].algorithm, (ddbc_bytes){raw, length});
                begin(&r, kind, (ddbc_bytes){raw, length}, &hmac);
                free(raw);
                for (size_t extra = 0; extra <= DDBC_HMAC_BLOCK; extra += DDBC_HMAC_BLOCK) {
                    uint8_t *data = exact((ddbc_bytes){bytes + 100, length + extra});
                    ddbc_bytes message = {data, length + extra};
                    CHECK_OK(ddbc_key_sign(key, message, want, &size, &r.status), &r.status);
                    CHECK(size == kinds[kind].size);
                    compute(&r, &hmac, message, mac, size);
                    CHECK(memcmp(mac, want, size) == 0);
                    free(data);
                }
                ddbc_hmac_end(&hmac);
                ddbc_key_free(key);
            }
        }
        rig_close(&r);
    }
}

static void no_message(void)
{
    for (int way = 0; way < 2; way++) {
        rig r = open_way(way);
        for (size_t kind = 0; kind < KINDS; kind++) {
            ddbc_key *key = counting_key(&r, kinds[kind].algorithm, 7);
            uint8_t raw[32];
            uint8_t mac[DDBC_MAC_MAX];
            ddbc_hmac hmac;
            for (size_t i = 0; i < sizeof raw; i++) {
                raw[i] = (uint8_t)(7 + i);
            }
            begin(&r, kind, VIEW_OF(raw), &hmac);
            compute(&r, &hmac, (ddbc_bytes){NULL, 0}, mac, kinds[kind].size);
            CHECK_OK(ddbc_key_verify(key, view(""), (ddbc_bytes){mac, kinds[kind].size}, &r.status), &r.status);
            ddbc_hmac_end(&hmac);
            ddbc_key_free(key);
        }
        rig_close(&r);
    }
}

static bool is_wiped(const ddbc_hmac *hmac)
{
    const uint8_t *bytes = (const uint8_t *)hmac;
    for (size_t i = 0; i < sizeof *hmac; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

/* Whatever is refused can be ended like any other key. */
static void longer_keys_are_refused(void)
{
    const uint8_t *bytes = counting();
    static const size_t lengths[] = {DDBC_HMAC_BLOCK + 1, 131, 512};
    for (int way = 0; way < 2; way++) {
        rig r = open_way(way);
        for (size_t kind = 0; kind < KINDS; kind++) {
            for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
                ddbc_hmac hmac;
                memset(&hmac, UNTOUCHED, sizeof hmac);
                CHECK_CODE(
                    ddbc_hmac_begin(r.engine, kinds[kind].algorithm, (ddbc_bytes){bytes, lengths[i]}, &hmac, &r.status),
                    &r.status, DDBC_INVALID_ARGUMENT);
                ddbc_hmac_end(&hmac);
                CHECK(is_wiped(&hmac));
            }
        }
        rig_close(&r);
    }
}

static void an_ended_key_is_wiped(void)
{
    for (int way = 0; way < 2; way++) {
        rig r = open_way(way);
        ddbc_hmac hmac;
        begin(&r, 0, view("a key"), &hmac);
        CHECK(!is_wiped(&hmac));
        ddbc_hmac_end(&hmac);
        CHECK(is_wiped(&hmac));
        CHECK_OK(ddbc_hmac_begin_extracted(r.engine, view("material"), &hmac, &r.status), &r.status);
        CHECK(!is_wiped(&hmac));
        ddbc_hmac_end(&hmac);
        CHECK(is_wiped(&hmac));
        rig_close(&r);
    }
}

/* RFC 5869, 2.3: the first block of an expansion is the HMAC of the information and the byte 01. That RFC has no
 * SHA-512 answers. */
static void an_extracted_key_expands_as_hkdf_does(void)
{
    static const size_t lengths[] = {1, 32, 64, 127, 128, 129, 300};
    const uint8_t *bytes = counting();
    for (int way = 0; way < 2; way++) {
        rig r = open_way(way);
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            uint8_t *given = exact((ddbc_bytes){bytes, lengths[i]});
            ddbc_bytes material = {given, lengths[i]};
            ddbc_hmac prk;
            test_note("material of %zu bytes, by_provider %d", lengths[i], way);
            CHECK_OK(ddbc_hmac_begin_extracted(r.engine, material, &prk, &r.status), &r.status);
            for (size_t info_size = 0; info_size <= 200; info_size += 50) {
                uint8_t info[201];
                uint8_t block[DDBC_MAC_MAX];
                ddbc_bytes want = {NULL, 0};
                memcpy(info, bytes, info_size);
                info[info_size] = 1;
                CHECK_OK(ddbc_hkdf_sha512(r.workspace, material, (ddbc_bytes){NULL, 0}, (ddbc_bytes){info, info_size},
                                          64, &want, &r.status),
                         &r.status);
                compute(&r, &prk, (ddbc_bytes){info, info_size + 1}, block, 64);
                CHECK_BYTES(((ddbc_bytes){block, 64}), want);
                compute(&r, &prk, (ddbc_bytes){info, info_size + 1}, block, 32);
                CHECK_BYTES(((ddbc_bytes){block, 32}), ((ddbc_bytes){want.ptr, 32}));
            }
            ddbc_hmac_end(&prk);
            free(given);
        }
        rig_close(&r);
    }
}

TEST_MAIN(TEST(rfc_4231), TEST(rfc_4231_cut_short), TEST(every_length_is_as_libcrypto_has_it), TEST(no_message),
          TEST(longer_keys_are_refused), TEST(an_ended_key_is_wiped), TEST(an_extracted_key_expands_as_hkdf_does))
