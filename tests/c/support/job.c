/* SPDX-License-Identifier: Apache-2.0 */
#include "job.h"

#define MODE_NAME "amzn-ddb-map-sym-mode"
#define MODE_VALUE "/CBC/PKCS5Padding"

const ddbc_pair mode_pair = {{(const uint8_t *)MODE_NAME, sizeof MODE_NAME - 1},
                             {(const uint8_t *)MODE_VALUE, sizeof MODE_VALUE - 1}};

keys keys_open(rig *r)
{
    return (keys){counting_key(r, DDBC_ALG_AES, 0x00), counting_key(r, DDBC_ALG_HMAC_SHA256, 0x20)};
}

void keys_close(keys *k)
{
    ddbc_key_free(k->cipher);
    ddbc_key_free(k->signing);
    *k = (keys){0};
}

ddbc_legacy_job make_job(keys *k, ddbc_item item)
{
    return (ddbc_legacy_job){
        .item = item,
        .table = view("patients"),
        .cipher_key = k->cipher,
        .signing_key = k->signing,
        .pairs = &mode_pair,
        .pair_count = 1,
    };
}

ddbc_item sample_item(rig *r)
{
    return make_item(r, 12, item_attribute("id", DDBC_SIGN_ONLY, make_s("p-1")),
                     item_attribute("visit", DDBC_SIGN_ONLY, make_n(r, "7")),
                     item_attribute("cache", DDBC_DO_NOTHING, make_s("anything")),
                     item_attribute("name", DDBC_ENCRYPT_AND_SIGN, make_s("Grace Hopper")),
                     item_attribute("everything", DDBC_ENCRYPT_AND_SIGN, make_everything(r)),
                     item_attribute("signed everything", DDBC_SIGN_ONLY, make_everything(r)),
                     item_attribute("weight", DDBC_ENCRYPT_AND_SIGN, make_n(r, "61.250")),
                     item_attribute("scan", DDBC_ENCRYPT_AND_SIGN, make_b(from_hex(r, "000102fdfeff"))),
                     item_attribute("consent", DDBC_ENCRYPT_AND_SIGN, make_bool(true)),
                     item_attribute("died", DDBC_ENCRYPT_AND_SIGN, make_null()),
                     item_attribute("tags", DDBC_ENCRYPT_AND_SIGN, make_ss(r, "b", "a", NULL)),
                     item_attribute("empty", DDBC_ENCRYPT_AND_SIGN, make_s("")));
}

bool encrypt_one(rig *r, ddbc_legacy_job *job)
{
    size_t failed = 0;
    return ddbc_legacy_encrypt(r->workspace, job, 1, &failed, &r->status);
}

bool decrypt_one(rig *r, ddbc_legacy_job *job)
{
    size_t failed = 0;
    return ddbc_legacy_decrypt(r->workspace, job, 1, &failed, &r->status);
}

void expect_same_item(rig *r, ddbc_item got, ddbc_item want)
{
    CHECK(got.count == want.count);
    for (size_t i = 0; i < want.count; i++) {
        bool found = false;
        for (size_t at = 0; at < got.count && !found; at++) {
            if (same_bytes(got.attributes[at].name, want.attributes[i].name)) {
                CHECK(got.attributes[at].value.type == want.attributes[i].value.type);
                CHECK_BYTES(canonical(r, &got.attributes[at].value), canonical(r, &want.attributes[i].value));
                found = true;
            }
        }
        CHECK(found);
    }
}
