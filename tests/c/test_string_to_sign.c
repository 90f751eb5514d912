/* SPDX-License-Identifier: Apache-2.0
 *
 * String to sign. Each digest below is sha256sum of the bytes that its comment names. */
#include <openssl/evp.h>
#include <string.h>

#include "support/job.h"

#define TABLE_PATIENTS "7e7f50bfa214b40d3f51bcf5897cddf3a40bf32db404c2bec3979f16bc019144" /* TABLE>patients<TABLE */
#define TABLE_NONE "67bd5663e420522991187aa80334365b51bf8a44e52c1cb85bbdaff6982a487e"     /* TABLE>None<TABLE */
#define PLAINTEXT "cb40e7dadc86161b9798de48512f332d21c141fcc1e28a086fde4a3375aab1b5"      /* PLAINTEXT */
#define ENCRYPTED "394115ac4eb09aa49429348816b2038127b0f9e3a520372ae100ca19fb08fd50"      /* ENCRYPTED */
#define NAME_ID "a56145270ce6b3bebd1dd012b73948677dd618d496488bc608a3cb43ce3547dd"        /* id */
#define VALUE_ID "41ce232d195b2a7c5f62cc24113e52a5f6d4f6418464eaa24c365513be42eed5"       /* 007300000003 p-1 */
#define NAME_VISIT "f0e68ac26df2184062ae2a945cd0b5e58466d75d6858359b7127776e9710a364"     /* visit */
#define VALUE_VISIT "c33ce330e065c1f208a71a7c0eb7c215b9724dbcc255d4105bce7c4d5c726a54"    /* 006e00000001 7 */
#define NAME_BLOB "fa2c8cc4f28176bbeed4b736df569a34c79cd3723e9ec42f9674b4d46ac6b8b8"      /* blob */
#define VALUE_BLOB "89a543171fb9357830eb2a0451a31d1de8db462e11d4807dd129c88a9231757e"     /* 006200000002 00ff */

static ddbc_bytes string_to_sign(rig *r, ddbc_item item, const char *table, ddbc_dialect dialect)
{
    ddbc_bytes out = {0};
    CHECK_OK(ddbc_legacy_string_to_sign(r->workspace, &item, view(table), dialect, &out, &r->status), &r->status);
    return out;
}

static void known_answers(void)
{
    rig r = rig_open(NULL);
    ddbc_item item = make_item(&r, 4, item_attribute("visit", DDBC_SIGN_ONLY, make_n(&r, "7.0")),
                               item_attribute("cache", DDBC_DO_NOTHING, make_s("ignored")),
                               item_attribute("id", DDBC_SIGN_ONLY, make_s("p-1")),
                               item_attribute("blob", DDBC_ENCRYPT_AND_SIGN, make_b(from_hex(&r, "00ff"))));
    for (int dialect = DDBC_DIALECT_PYTHON; dialect <= DDBC_DIALECT_JAVA; dialect++) {
        CHECK_HEX(
            string_to_sign(&r, item, "patients", (ddbc_dialect)dialect),
            TABLE_PATIENTS NAME_BLOB ENCRYPTED VALUE_BLOB NAME_ID PLAINTEXT VALUE_ID NAME_VISIT PLAINTEXT VALUE_VISIT);
    }
    item.count = 0;
    CHECK_HEX(string_to_sign(&r, item, "None", DDBC_DIALECT_PYTHON), TABLE_NONE);
    rig_close(&r);
}

static ddbc_bytes digest(rig *r, ddbc_bytes data)
{
    uint8_t *out = ddbc_workspace_alloc(r->workspace, 32);
    unsigned size = 0;
    CHECK(out != NULL);
    CHECK(EVP_Digest(data.ptr, data.len, out, &size, EVP_sha256(), NULL) == 1 && size == 32);
    return (ddbc_bytes){out, 32};
}

static void is_made_of_digests(void)
{
    /* Attributes of every type and many sizes, against libcrypto's one-shot digest of the canonical bytes. */
    rig r = rig_open(NULL);
    ddbc_item item = sample_item(&r);
    ddbc_bytes out = string_to_sign(&r, item, "patients", DDBC_DIALECT_PYTHON);
    size_t at = 32;
    size_t found = 0;
    CHECK(out.len == 32 + (item.count - 1) * 96);
    while (at < out.len) {
        for (size_t i = 0; i < item.count; i++) {
            if (same_bytes(digest(&r, item.attributes[i].name), (ddbc_bytes){out.ptr + at, 32})) {
                bool encrypted = item.attributes[i].action == DDBC_ENCRYPT_AND_SIGN;
                CHECK(item.attributes[i].action != DDBC_DO_NOTHING);
                CHECK_HEX(((ddbc_bytes){out.ptr + at + 32, 32}), encrypted ? ENCRYPTED : PLAINTEXT);
                CHECK_BYTES(((ddbc_bytes){out.ptr + at + 64, 32}),
                            digest(&r, canonical(&r, &item.attributes[i].value)));
                found++;
            }
        }
        at += 96;
    }
    CHECK(found == item.count - 1);
    rig_close(&r);
}

static void values_of_every_size(void)
{
    /* Around the block size of SHA-256, where a digest in two pieces goes wrong first. */
    static uint8_t data[300];
    memset(data, 'x', sizeof data);
    rig r = rig_open(NULL);
    for (size_t size = 0; size <= sizeof data; size++) {
        ddbc_item item = make_item(&r, 1, item_attribute("a", DDBC_SIGN_ONLY, make_b((ddbc_bytes){data, size})));
        ddbc_bytes out = string_to_sign(&r, item, "t", DDBC_DIALECT_PYTHON);
        test_note("%zu bytes", size);
        CHECK(out.len == 128);
        CHECK_BYTES(((ddbc_bytes){out.ptr + 96, 32}), digest(&r, canonical(&r, &item.attributes[0].value)));
    }
    rig_close(&r);
}

static void leaves_the_item_alone(void)
{
    rig r = rig_open(NULL);
    ddbc_item item = sample_item(&r);
    ddbc_item before = clone_item(&r, item);
    (void)string_to_sign(&r, item, "patients", DDBC_DIALECT_JAVA);
    CHECK(memcmp(item.attributes, before.attributes, item.count * sizeof *item.attributes) == 0);
    rig_close(&r);
}

TEST_MAIN(TEST(known_answers), TEST(is_made_of_digests), TEST(values_of_every_size), TEST(leaves_the_item_alone))
