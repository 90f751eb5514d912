/* SPDX-License-Identifier: Apache-2.0
 *
 * HMAC with the SHA-2 family, by keys that stay. */
#include <stdlib.h>

#include "support/rfc4231.h"

static const ddbc_algorithm algorithms[] = {DDBC_ALG_HMAC_SHA224, DDBC_ALG_HMAC_SHA256, DDBC_ALG_HMAC_SHA384,
                                            DDBC_ALG_HMAC_SHA512};
static const size_t sizes[] = {28, 32, 48, 64};

static void rfc_4231(void)
{
    rig r = rig_open(NULL);
    for (size_t i = 0; i < rfc_4231_count; i++) {
        const rfc_4231_case *v = &rfc_4231_cases[i];
        ddbc_bytes raw = rfc_4231_key(&r, v);
        ddbc_bytes data = rfc_4231_data(&r, v);
        for (size_t a = 0; a < 4; a++) {
            uint8_t mac[DDBC_MAC_MAX] = {0};
            size_t size = 0;
            test_note("%s, algorithm %zu", v->title, a);
            ddbc_key *key = key_of(&r, algorithms[a], raw);
            CHECK(ddbc_key_algorithm(key) == algorithms[a]);
            /* Twice: the second message must not see the first. */
            for (int round = 0; round < 2; round++) {
                CHECK_OK(ddbc_key_sign(key, data, mac, &size, &r.status), &r.status);
                CHECK(size == sizes[a]);
                CHECK_HEX(((ddbc_bytes){mac, size}), v->macs[a]);
            }
            CHECK_OK(ddbc_key_verify(key, data, (ddbc_bytes){mac, size}, &r.status), &r.status);
            ddbc_key_free(key);
        }
    }
    rig_close(&r);
}

static void every_changed_bit_is_refused(void)
{
    rig r = rig_open(NULL);
    for (size_t a = 0; a < 4; a++) {
        ddbc_key *key = counting_key(&r, algorithms[a], 7);
        uint8_t mac[DDBC_MAC_MAX];
        size_t size = 0;
        CHECK_OK(ddbc_key_sign(key, view("data"), mac, &size, &r.status), &r.status);
        for (size_t bit = 0; bit < size * 8; bit++) {
            mac[bit / 8] ^= (uint8_t)(1u << bit % 8);
            CHECK_CODE(ddbc_key_verify(key, view("data"), (ddbc_bytes){mac, size}, &r.status), &r.status,
                       DDBC_SIGNATURE_MISMATCH);
            mac[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        CHECK_OK(ddbc_key_verify(key, view("data"), (ddbc_bytes){mac, size}, &r.status), &r.status);
        CHECK_CODE(ddbc_key_verify(key, view("datA"), (ddbc_bytes){mac, size}, &r.status), &r.status,
                   DDBC_SIGNATURE_MISMATCH);
        ddbc_key_free(key);
    }
    rig_close(&r);
}

static void other_lengths_are_refused(void)
{
    rig r = rig_open(NULL);
    ddbc_key *key = counting_key(&r, DDBC_ALG_HMAC_SHA256, 7);
    uint8_t mac[DDBC_MAC_MAX + 1] = {0};
    size_t size = 0;
    CHECK_OK(ddbc_key_sign(key, view("data"), mac, &size, &r.status), &r.status);
    for (size_t length = 0; length <= sizeof mac; length++) {
        uint8_t *given = exact((ddbc_bytes){mac, length});
        if (length == size) {
            CHECK_OK(ddbc_key_verify(key, view("data"), (ddbc_bytes){given, length}, &r.status), &r.status);
        } else {
            CHECK_CODE(ddbc_key_verify(key, view("data"), (ddbc_bytes){given, length}, &r.status), &r.status,
                       DDBC_SIGNATURE_MISMATCH);
        }
        free(given);
    }
    CHECK_CODE(ddbc_key_verify(key, view("data"), (ddbc_bytes){NULL, 0}, &r.status), &r.status,
               DDBC_SIGNATURE_MISMATCH);
    ddbc_key_free(key);
    rig_close(&r);
}

static void other_keys_do_not_verify(void)
{
    rig r = rig_open(NULL);
    ddbc_key *key = counting_key(&r, DDBC_ALG_HMAC_SHA256, 7);
    ddbc_key *other = counting_key(&r, DDBC_ALG_HMAC_SHA256, 8);
    uint8_t mac[DDBC_MAC_MAX];
    size_t size = 0;
    CHECK_OK(ddbc_key_sign(key, view(""), mac, &size, &r.status), &r.status);
    CHECK_OK(ddbc_key_verify(key, (ddbc_bytes){NULL, 0}, (ddbc_bytes){mac, size}, &r.status), &r.status);
    CHECK_CODE(ddbc_key_verify(other, view(""), (ddbc_bytes){mac, size}, &r.status), &r.status,
               DDBC_SIGNATURE_MISMATCH);
    ddbc_key_free(key);
    ddbc_key_free(other);
    rig_close(&r);
}

static void an_aes_key_does_not_sign(void)
{
    rig r = rig_open(NULL);
    ddbc_key *key = counting_key(&r, DDBC_ALG_AES, 0);
    uint8_t mac[DDBC_MAC_MAX] = {0};
    size_t size = 4711;
    CHECK_CODE(ddbc_key_sign(key, view("data"), mac, &size, &r.status), &r.status, DDBC_INVALID_ALGORITHM);
    CHECK(size == 4711);
    CHECK_CODE(ddbc_key_verify(key, view("data"), VIEW_OF(mac), &r.status), &r.status, DDBC_INVALID_ALGORITHM);
    ddbc_key_free(key);
    rig_close(&r);
}

TEST_MAIN(TEST(rfc_4231), TEST(every_changed_bit_is_refused), TEST(other_lengths_are_refused),
          TEST(other_keys_do_not_verify), TEST(an_aes_key_does_not_sign))
