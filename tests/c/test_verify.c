/* SPDX-License-Identifier: Apache-2.0
 *
 * Verification apart from decryption, and large binaries that are decrypted into room of the caller's. */
#include <stdlib.h>
#include <string.h>

#include "support/job.h"

static bool verify_one(rig *r, ddbc_legacy_job *job)
{
    size_t failed = 0;
    return ddbc_legacy_verify(r->workspace, job, 1, &failed, &r->status);
}

static void verify_changes_nothing_but_the_flag(void)
{
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    ddbc_item plaintext = sample_item(&r);
    ddbc_legacy_job job = make_job(&k, clone_item(&r, plaintext));
    CHECK_OK(encrypt_one(&r, &job), &r.status);
    CHECK(!job.verified);
    ddbc_item stored = clone_item(&r, job.item);
    CHECK_OK(verify_one(&r, &job), &r.status);
    CHECK(job.verified);
    CHECK(memcmp(stored.attributes, job.item.attributes, stored.count * sizeof *stored.attributes) == 0);
    CHECK_OK(decrypt_one(&r, &job), &r.status);
    expect_same_item(&r, job.item, plaintext);
    keys_close(&k);
    rig_close(&r);
}

static void verify_needs_no_cipher_key(void)
{
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    ddbc_legacy_job job = make_job(&k, sample_item(&r));
    CHECK_OK(encrypt_one(&r, &job), &r.status);
    job.cipher_key = NULL;
    CHECK_OK(verify_one(&r, &job), &r.status);
    CHECK_CODE(decrypt_one(&r, &job), &r.status, DDBC_NO_DECRYPTION_KEY);
    keys_close(&k);
    rig_close(&r);
}

static void verify_names_the_job_and_stops(void)
{
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    ddbc_legacy_job jobs[3];
    size_t failed = 4711;
    for (size_t i = 0; i < 3; i++) {
        jobs[i] = make_job(&k, sample_item(&r));
    }
    CHECK_OK(ddbc_legacy_encrypt(r.workspace, jobs, 3, &failed, &r.status), &r.status);
    find_attribute(jobs[1].item, "id")->value = make_s("p-2");
    CHECK_CODE(ddbc_legacy_verify(r.workspace, jobs, 3, &failed, &r.status), &r.status, DDBC_SIGNATURE_MISMATCH);
    CHECK(failed == 1 && !jobs[1].verified);
    /* Decryption asks again. */
    CHECK_CODE(ddbc_legacy_decrypt(r.workspace, jobs, 3, &failed, &r.status), &r.status, DDBC_SIGNATURE_MISMATCH);
    CHECK(failed == 1);
    CHECK(find_attribute(jobs[1].item, "name")->value.type == DDBC_TYPE_B);
    keys_close(&k);
    rig_close(&r);
}

static void a_verification_serves_once(void)
{
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    ddbc_legacy_job job = make_job(&k, sample_item(&r));
    CHECK_OK(encrypt_one(&r, &job), &r.status);
    CHECK_OK(decrypt_one(&r, &job), &r.status);
    CHECK(!job.verified);

    /* The same job for another item. */
    job.item = sample_item(&r);
    job.verified = true;
    CHECK_OK(encrypt_one(&r, &job), &r.status);
    CHECK(!job.verified);
    find_attribute(job.item, "id")->value = make_s("p-2");
    CHECK_CODE(decrypt_one(&r, &job), &r.status, DDBC_SIGNATURE_MISMATCH);

    /* A verification that fails takes an earlier one back. */
    job.verified = true;
    CHECK_CODE(verify_one(&r, &job), &r.status, DDBC_SIGNATURE_MISMATCH);
    CHECK(!job.verified);
    keys_close(&k);
    rig_close(&r);
}

static void binary_sizes(void)
{
    static uint8_t data[200];
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    memset(data, 'b', sizeof data);
    ddbc_item item = sample_item(&r);
    ddbc_legacy_job job = make_job(&k, item);
    CHECK_OK(encrypt_one(&r, &job), &r.status);
    for (size_t i = 0; i < item.count; i++) {
        CHECK(ddbc_legacy_binary_size(&job, i) == 0); /* not verified yet */
    }
    CHECK_OK(verify_one(&r, &job), &r.status);
    for (size_t i = 0; i < item.count; i++) {
        CHECK(ddbc_legacy_binary_size(&job, i) == 0); /* no large B among them */
    }
    for (size_t size = 0; size <= sizeof data; size++) {
        ddbc_legacy_job large =
            make_job(&k, make_item(&r, 3, item_attribute("b", DDBC_ENCRYPT_AND_SIGN, make_b((ddbc_bytes){data, size})),
                                   item_attribute("s", DDBC_ENCRYPT_AND_SIGN,
                                                  (ddbc_attribute){.type = DDBC_TYPE_S, .as.bytes = {data, size}}),
                                   item_attribute("c", DDBC_SIGN_ONLY, make_b((ddbc_bytes){data, size}))));
        CHECK_OK(encrypt_one(&r, &large), &r.status);
        CHECK_OK(verify_one(&r, &large), &r.status);
        test_note("%zu bytes", size);
        /* Of a short one it may not tell, as it then saves nothing. */
        size_t told = ddbc_legacy_binary_size(&large, 0);
        CHECK(told == size || (told == 0 && size < 32));
        CHECK(ddbc_legacy_binary_size(&large, 1) == 0 && ddbc_legacy_binary_size(&large, 2) == 0);
    }
    keys_close(&k);
    rig_close(&r);
}

static void plaintext_goes_to_the_sink(void)
{
    static uint8_t data[5000];
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (uint8_t)(i * 13 + i / 251);
    }
    size_t sinks = 0;
    for (size_t size = 0; size <= sizeof data; size += size < 100 ? 1 : 613) {
        ddbc_item item = make_item(&r, 3, item_attribute("a", DDBC_ENCRYPT_AND_SIGN, make_s("before")),
                                   item_attribute("b", DDBC_ENCRYPT_AND_SIGN, make_b((ddbc_bytes){data, size})),
                                   item_attribute("c", DDBC_ENCRYPT_AND_SIGN, make_s("after")));
        ddbc_legacy_job job = make_job(&k, clone_item(&r, item));
        test_note("%zu bytes", size);
        CHECK_OK(encrypt_one(&r, &job), &r.status);
        CHECK_OK(verify_one(&r, &job), &r.status);
        size_t told = ddbc_legacy_binary_size(&job, 1);
        uint8_t *sink = told == 0 ? NULL : malloc(told);
        job.item.attributes[1].sink = sink;
        CHECK_OK(decrypt_one(&r, &job), &r.status);
        expect_same_item(&r, job.item, item);
        CHECK(sink == NULL || job.item.attributes[1].value.as.bytes.ptr == sink);
        sinks += sink == NULL ? 0 : 1;
        free(sink);
    }
    CHECK(sinks > 50);
    keys_close(&k);
    rig_close(&r);
}

static void a_sink_for_anything_else_is_refused(void)
{
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    ddbc_attribute values[] = {make_s("a string that is long enough for three blocks"), make_everything(&r),
                               make_b((ddbc_bytes){NULL, 0}), make_null()};
    uint8_t *sink = malloc(1);
    CHECK(sink != NULL);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        ddbc_legacy_job job = make_job(&k, make_item(&r, 1, item_attribute("v", DDBC_ENCRYPT_AND_SIGN, values[i])));
        CHECK_OK(encrypt_one(&r, &job), &r.status);
        job.item.attributes[0].sink = sink;
        CHECK_CODE(decrypt_one(&r, &job), &r.status, DDBC_INVALID_ARGUMENT);
    }
    free(sink);
    keys_close(&k);
    rig_close(&r);
}

static void numbers_rounded_to_28_digits(void)
{
    rig r = rig_open(NULL);
    ddbc_attribute list = make_l(&r, 2, make_n(&r, "1.00000000000000000000000000001"), make_s("1.5"));
    ddbc_item item =
        make_item(&r, 3, item_attribute("m", DDBC_SIGN_ONLY, make_m(&r, 1, "k", list)),
                  item_attribute("ns", DDBC_DO_NOTHING, make_ns(&r, "12345678901234567890123456785", "2", NULL)),
                  item_attribute("n", DDBC_ENCRYPT_AND_SIGN, make_n(&r, "0.5")));
    CHECK_OK(ddbc_legacy_round_numbers(r.workspace, &item, &r.status), &r.status);
    const ddbc_attribute *rounded = &item.attributes[0].value.as.map.members[0].value.as.list.members[0];
    CHECK_BYTES(rounded->as.number.canonical, view("1"));
    CHECK_BYTES(rounded->as.number.text, view("1.00000000000000000000000000001"));
    CHECK_BYTES(item.attributes[1].value.as.numbers.members[0].canonical, view("12345678901234567890123456780"));
    CHECK_BYTES(item.attributes[2].value.as.number.canonical, view("0.5"));
    rig_close(&r);
}

TEST_MAIN(TEST(verify_changes_nothing_but_the_flag), TEST(verify_needs_no_cipher_key),
          TEST(verify_names_the_job_and_stops), TEST(a_verification_serves_once), TEST(binary_sizes),
          TEST(plaintext_goes_to_the_sink), TEST(a_sink_for_anything_else_is_refused),
          TEST(numbers_rounded_to_28_digits))
