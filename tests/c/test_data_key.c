/* SPDX-License-Identifier: Apache-2.0
 *
 * A data key under an intermediate key. The answer was computed with pyca/cryptography's HKDF and AESGCM. */
#include <string.h>

#include "ddbcrypt_primitives.h"
#include "support/build.h"

#define INTERMEDIATE "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define DATA_KEY "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
#define SEALED "2ce6924f1d3837109cc85947113933d4a6192e27ee6391b25399538c99fce9507136226ad7c5b55f9a66d4fe39e7bcd2"
#define SIGNING "7bb5e936d6b6e4f1526bc18721ee2ff5065d2539c50be03b3e60a8c825d81592"

static void known_answer(void)
{
    rig r = rig_open(NULL);
    ddbc_bytes sealed;
    ddbc_bytes data_key;
    ddbc_bytes signing;
    ddbc_bytes key = from_hex(&r, INTERMEDIATE);
    CHECK_OK(
        ddbc_data_key_seal(r.workspace, key, view("context"), from_hex(&r, DATA_KEY), &sealed, &signing, &r.status),
        &r.status);
    CHECK_HEX(sealed, SEALED);
    CHECK_HEX(signing, SIGNING);
    CHECK_OK(ddbc_data_key_open(r.workspace, key, view("context"), sealed, &data_key, &signing, &r.status), &r.status);
    CHECK_HEX(data_key, DATA_KEY);
    CHECK_HEX(signing, SIGNING);
    rig_close(&r);
}

static void each_altered_byte(void)
{
    rig r = rig_open(NULL);
    ddbc_bytes key = from_hex(&r, INTERMEDIATE);
    ddbc_bytes sealed = from_hex(&r, SEALED);
    uint8_t altered[48];
    for (size_t i = 0; i < sizeof altered; i++) {
        ddbc_bytes data_key = {NULL, 0};
        ddbc_bytes signing = {NULL, 0};
        memcpy(altered, sealed.ptr, sizeof altered);
        altered[i] ^= 1;
        CHECK_CODE(
            ddbc_data_key_open(r.workspace, key, view("context"), VIEW_OF(altered), &data_key, &signing, &r.status),
            &r.status, DDBC_BAD_CIPHERTEXT);
        CHECK(data_key.ptr == NULL && signing.ptr == NULL);
    }
    rig_close(&r);
}

static void lengths(void)
{
    rig r = rig_open(NULL);
    ddbc_bytes out;
    ddbc_bytes signing;
    ddbc_bytes key = from_hex(&r, INTERMEDIATE);
    CHECK_CODE(ddbc_data_key_seal(r.workspace, view("short"), view(""), key, &out, &signing, &r.status), &r.status,
               DDBC_INVALID_KEY);
    CHECK_CODE(ddbc_data_key_seal(r.workspace, key, view(""), view("short"), &out, &signing, &r.status), &r.status,
               DDBC_INVALID_ARGUMENT);
    CHECK_CODE(ddbc_data_key_open(r.workspace, key, view(""), view("short"), &out, &signing, &r.status), &r.status,
               DDBC_BAD_CIPHERTEXT);
    CHECK_CODE(ddbc_data_key_open(r.workspace, view(""), view(""), view("short"), &out, &signing, &r.status), &r.status,
               DDBC_INVALID_KEY);
    rig_close(&r);
}

TEST_MAIN(TEST(known_answer), TEST(each_altered_byte), TEST(lengths))
