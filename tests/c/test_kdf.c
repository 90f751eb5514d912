/* SPDX-License-Identifier: Apache-2.0
 *
 * HKDF with SHA-256 and no salt. The answer is that of RFC 5869, appendix A.3. */
#include <string.h>

#include "support/build.h"

static void rfc_5869(void)
{
    rig r = rig_open(NULL);
    uint8_t out[42];
    ddbc_bytes material = from_hex(&r, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");
    CHECK_OK(ddbc_hkdf_sha256(r.engine, material, (ddbc_bytes){NULL, 0}, out, sizeof out, &r.status), &r.status);
    CHECK_HEX(VIEW_OF(out), "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
    rig_close(&r);
}

static void info_and_material_decide(void)
{
    rig r = rig_open(NULL);
    uint8_t outs[3][32];
    CHECK_OK(ddbc_hkdf_sha256(r.engine, view("material"), view("Encryption"), outs[0], 32, &r.status), &r.status);
    CHECK_OK(ddbc_hkdf_sha256(r.engine, view("material"), view("Signing"), outs[1], 32, &r.status), &r.status);
    CHECK_OK(ddbc_hkdf_sha256(r.engine, view("Material"), view("Signing"), outs[2], 32, &r.status), &r.status);
    CHECK(memcmp(outs[0], outs[1], 32) != 0 && memcmp(outs[1], outs[2], 32) != 0);
    rig_close(&r);
}

static void limits(void)
{
    rig r = rig_open(NULL);
    uint8_t out[DDBC_HKDF_MAX];
    CHECK_CODE(ddbc_hkdf_sha256(r.engine, (ddbc_bytes){NULL, 0}, view("i"), out, 32, &r.status), &r.status,
               DDBC_INVALID_ARGUMENT);
    CHECK_CODE(ddbc_hkdf_sha256(r.engine, view("m"), view("i"), out, 0, &r.status), &r.status, DDBC_INVALID_ARGUMENT);
    CHECK_CODE(ddbc_hkdf_sha256(r.engine, view("m"), view("i"), out, sizeof out + 1, &r.status), &r.status,
               DDBC_INVALID_ARGUMENT);
    CHECK_OK(ddbc_hkdf_sha256(r.engine, view("m"), view("i"), out, sizeof out, &r.status), &r.status);
    rig_close(&r);
}

TEST_MAIN(TEST(rfc_5869), TEST(info_and_material_decide), TEST(limits))
