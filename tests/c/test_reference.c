/* SPDX-License-Identifier: Apache-2.0
 *
 * Items that the Python reference client wrote: dynamodb-encryption-sdk 3.3.0 with a static materials provider,
 * AES key 00..1f, HmacSHA256 key 20..3f, table "patients"; attribute actions as given below. */
#include "support/job.h"

#define DESCRIPTION                                                                                                    \
    "00000000 00000017 616d7a6e2d6464622d6d61702d7369676e696e67416c67 0000000a 486d6163534841323536"                   \
    "00000015 616d7a6e2d6464622d6d61702d73796d2d6d6f6465 00000011 2f4342432f504b43533550616464696e67"

static ddbc_legacy_job stored_job(rig *r, keys *k, ddbc_item item, const char *signature)
{
    ddbc_legacy_job job = make_job(k, item);
    ddbc_pair *pairs = NULL;
    CHECK_OK(ddbc_legacy_read_description(r->workspace, from_hex(r, DESCRIPTION), &pairs, &job.pair_count, &r->status),
             &r->status);
    job.pairs = pairs;
    job.signature = from_hex(r, signature);
    return job;
}

static void an_encrypted_item(void)
{
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    ddbc_item item = make_item(
        &r, 6, item_attribute("id", DDBC_SIGN_ONLY, make_s("p-1")),
        item_attribute("visit", DDBC_SIGN_ONLY, make_n(&r, "7")),
        item_attribute("name", DDBC_ENCRYPT_AND_SIGN,
                       make_b(from_hex(&r, "42a1014689231f9e5d03963ce003b0650a2bfb10a958f183348ed19ed99f9fd4"
                                           "0493369a5bb004dbabb5f0ed98f5c073"))),
        item_attribute("note", DDBC_ENCRYPT_AND_SIGN,
                       make_b(from_hex(&r, "fd698c8fe936877633f7e36ab8bee07ddae9dc61270d83dff5cea15a255eabf1"
                                           "e21cfeb3f1c180a74e1ba9f9a1273aedce3df08c623168ca3d950da803991a1d"))),
        item_attribute("tags", DDBC_ENCRYPT_AND_SIGN,
                       make_b(from_hex(&r, "17b1445c3306da61da5bb3e2d49e3b2cd5acfcefe0875f351efd26545ed84c4c"
                                           "cb6291e79decbceaaa7404e22128237c"))),
        item_attribute("cache", DDBC_DO_NOTHING, make_s("ignored")));
    ddbc_legacy_job job = stored_job(&r, &k, item, "a23c2377bbf2a2b19953b5f1c066b0c76a192f7e538cb5abbd1ffe1eac888d37");
    CHECK_OK(decrypt_one(&r, &job), &r.status);
    expect_same_item(&r, job.item,
                     make_item(&r, 6, item_attribute("id", DDBC_SIGN_ONLY, make_s("p-1")),
                               item_attribute("visit", DDBC_SIGN_ONLY, make_n(&r, "7")),
                               item_attribute("name", DDBC_ENCRYPT_AND_SIGN, make_s("Grace Hopper")),
                               item_attribute("note", DDBC_ENCRYPT_AND_SIGN,
                                              make_m(&r, 2, "z", make_null(), "a",
                                                     make_l(&r, 2, make_n(&r, "1.50"), make_bool(true)))),
                               item_attribute("tags", DDBC_ENCRYPT_AND_SIGN, make_ss(&r, "a", "b", NULL)),
                               item_attribute("cache", DDBC_DO_NOTHING, make_s("ignored"))));
    keys_close(&k);
    rig_close(&r);
}

/* SIGN_ONLY attributes id "p-1" and big, of 38 digits: the reference signed big rounded to 28. */
static ddbc_legacy_job rounded_job(rig *r, keys *k, const char *big)
{
    ddbc_item item = make_item(r, 2, item_attribute("id", DDBC_SIGN_ONLY, make_s("p-1")),
                               item_attribute("big", DDBC_SIGN_ONLY, make_n(r, big)));
    return stored_job(r, k, item, "8b90a3955fc7e152c2a3ad6be9a9cc81af16669423fe81bfc7170de02d58bb77");
}

static void a_number_signed_rounded(void)
{
    static const char big[] = "12345678901234567890123456789012345678";
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    ddbc_legacy_job job = rounded_job(&r, &k, big);
    CHECK_CODE(decrypt_one(&r, &job), &r.status, DDBC_SIGNATURE_MISMATCH);

    job = rounded_job(&r, &k, big);
    job.options = DDBC_READ_28_DIGITS;
    CHECK_OK(decrypt_one(&r, &job), &r.status);
    /* What was stored comes back as it is, not rounded. */
    CHECK_BYTES(find_attribute(job.item, "big")->value.as.number.text, view(big));

    /* The option forgives only what rounding hides. */
    job = rounded_job(&r, &k, "12345678901234567890123456799012345678");
    job.options = DDBC_READ_28_DIGITS;
    CHECK_CODE(decrypt_one(&r, &job), &r.status, DDBC_SIGNATURE_MISMATCH);
    keys_close(&k);
    rig_close(&r);
}

static void the_option_reads_exact_items_too(void)
{
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    ddbc_item item =
        make_item(&r, 2, item_attribute("id", DDBC_SIGN_ONLY, make_s("p-1")),
                  item_attribute("big", DDBC_SIGN_ONLY, make_n(&r, "12345678901234567890123456789012345678")));
    ddbc_legacy_job job = make_job(&k, clone_item(&r, item));
    CHECK_OK(encrypt_one(&r, &job), &r.status);
    job.options = DDBC_READ_28_DIGITS;
    CHECK_OK(decrypt_one(&r, &job), &r.status);
    expect_same_item(&r, job.item, item);
    keys_close(&k);
    rig_close(&r);
}

TEST_MAIN(TEST(an_encrypted_item), TEST(a_number_signed_rounded), TEST(the_option_reads_exact_items_too))
