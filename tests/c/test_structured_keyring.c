/* SPDX-License-Identifier: Apache-2.0
 *
 * Items of the structured format with raw AES keys whose materials the engine makes. */
#include <stdlib.h>
#include <string.h>

#include "ddbcrypt_structured.h"
#include "support/build.h"
#include "support/spy.h"

static const uint16_t suites[] = {DDBC_SUITE_HMAC, DDBC_SUITE_ECDSA};

static ddbc_wrapping_key wrapping(ddbc_key *key, const char *name)
{
    return (ddbc_wrapping_key){key, view("ns"), view(name)};
}

static ddbc_item plain_item(rig *r)
{
    return make_item(r, 4, item_attribute("id", DDBC_SIGN_ONLY, make_s("patient-17")),
                     item_attribute("name", DDBC_ENCRYPT_AND_SIGN, make_s("Ada")),
                     item_attribute("weight", DDBC_ENCRYPT_AND_SIGN, make_n(r, "58.50")),
                     item_attribute("views", DDBC_DO_NOTHING, make_n(r, "3")));
}

static ddbc_structured_job job_of(ddbc_item item, uint16_t suite, const ddbc_wrapping_key *keys, size_t count)
{
    return (ddbc_structured_job){.item = item,
                                 .table = view("patients"),
                                 .partition = view("id"),
                                 .suite = suite,
                                 .wrapping = keys,
                                 .wrapping_count = count};
}

/* What a reader knows: names that may be unsigned are, the rest is signed. */
static ddbc_structured_job reader_of(rig *r, const ddbc_structured_job *written, const ddbc_wrapping_key *keys,
                                     size_t count)
{
    ddbc_structured_job job = job_of(clone_item(r, written->item), 0, keys, count);
    for (size_t i = 0; i < job.item.count; i++) {
        ddbc_item_attribute *attribute = &job.item.attributes[i];
        attribute->action = attribute->action == DDBC_DO_NOTHING ? DDBC_DO_NOTHING : DDBC_SIGN_ONLY;
    }
    job.header = written->header;
    job.footer = written->footer;
    return job;
}

static bool seal(rig *r, ddbc_structured_job *job)
{
    size_t failed = 0;
    return ddbc_structured_encrypt(r->workspace, job, 1, &failed, &r->status);
}

static bool open_job(rig *r, ddbc_structured_job *job)
{
    size_t failed = 0;
    return ddbc_structured_decrypt(r->workspace, job, 1, &failed, &r->status);
}

static void every_recipient_reads(void)
{
    rig r = rig_open(NULL);
    ddbc_key *keys[3] = {counting_key(&r, DDBC_ALG_AES, 1), key_of(&r, DDBC_ALG_AES, view("0123456789abcdef")),
                         key_of(&r, DDBC_ALG_AES, view("0123456789abcdef01234567"))};
    ddbc_wrapping_key all[3] = {wrapping(keys[0], "a"), wrapping(keys[1], "b"), wrapping(keys[2], "c")};
    for (size_t s = 0; s < 2; s++) {
        ddbc_structured_job written = job_of(plain_item(&r), suites[s], all, 3);
        CHECK_OK(seal(&r, &written), &r.status);
        CHECK(written.pair == NULL);
        CHECK(find_attribute(written.item, "name")->value.type == DDBC_TYPE_B);
        for (size_t i = 0; i < 3; i++) {
            test_note("suite %zu, recipient %zu", s, i);
            ddbc_structured_job read = reader_of(&r, &written, &all[i], 1);
            CHECK_OK(open_job(&r, &read), &r.status);
            CHECK_BYTES(find_attribute(read.item, "name")->value.as.bytes, view("Ada"));
            CHECK_BYTES(find_attribute(read.item, "weight")->value.as.number.canonical, view("58.5"));
        }
    }
    for (size_t i = 0; i < 3; i++) {
        ddbc_key_free(keys[i]);
    }
    rig_close(&r);
}

static void keys_of_a_batch_differ(void)
{
    rig r = rig_open(NULL);
    ddbc_key *key = counting_key(&r, DDBC_ALG_AES, 1);
    ddbc_wrapping_key one = wrapping(key, "a");
    ddbc_structured_job jobs[4];
    size_t failed = 0;
    for (size_t i = 0; i < 4; i++) {
        jobs[i] = job_of(plain_item(&r), DDBC_SUITE_HMAC, &one, 1);
    }
    CHECK_OK(ddbc_structured_encrypt(r.workspace, jobs, 4, &failed, &r.status), &r.status);
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < i; j++) {
            CHECK(!same_bytes(jobs[i].data_key, jobs[j].data_key));
            CHECK(!same_bytes(jobs[i].keys[0].provider_info, jobs[j].keys[0].provider_info));
            CHECK(!same_bytes(jobs[i].tag_keys[0], jobs[j].tag_keys[0]));
        }
    }
    ddbc_key_free(key);
    rig_close(&r);
}

static void others_do_not_read(void)
{
    rig r = rig_open(NULL);
    ddbc_key *key = counting_key(&r, DDBC_ALG_AES, 1);
    ddbc_key *other = counting_key(&r, DDBC_ALG_AES, 2);
    ddbc_wrapping_key one = wrapping(key, "a");
    ddbc_wrapping_key others[3] = {wrapping(other, "a"), wrapping(key, "b"), {key, view("nt"), view("a")}};
    for (size_t s = 0; s < 2; s++) {
        ddbc_structured_job written = job_of(plain_item(&r), suites[s], &one, 1);
        CHECK_OK(seal(&r, &written), &r.status);
        ddbc_structured_job read = reader_of(&r, &written, others, 3);
        CHECK_CODE(open_job(&r, &read), &r.status, DDBC_SIGNATURE_MISMATCH);
        read = reader_of(&r, &written, &one, 1);
        read.table = view("other");
        CHECK_CODE(open_job(&r, &read), &r.status, DDBC_SIGNATURE_MISMATCH);
    }
    ddbc_key_free(key);
    ddbc_key_free(other);
    rig_close(&r);
}

static void every_byte_of_the_header_counts(void)
{
    rig r = rig_open(NULL);
    ddbc_key *key = counting_key(&r, DDBC_ALG_AES, 1);
    ddbc_wrapping_key one = wrapping(key, "a");
    ddbc_structured_job written = job_of(plain_item(&r), DDBC_SUITE_HMAC, &one, 1);
    CHECK_OK(seal(&r, &written), &r.status);
    for (size_t i = 0; i < written.header.len; i++) {
        test_note("byte %zu", i);
        ddbc_structured_job read = reader_of(&r, &written, &one, 1);
        uint8_t *changed = exact(written.header);
        changed[i] ^= 1;
        read.header.ptr = changed;
        CHECK(!open_job(&r, &read));
        CHECK(r.status.code == DDBC_SIGNATURE_MISMATCH || r.status.code == DDBC_MALFORMED_HEADER ||
              r.status.code == DDBC_NOT_CIPHERTEXT);
        free(changed);
    }
    for (size_t size = 0; size < written.header.len; size++) {
        ddbc_structured_job read = reader_of(&r, &written, &one, 1);
        uint8_t *cut = exact((ddbc_bytes){written.header.ptr, size});
        read.header = (ddbc_bytes){cut, size};
        CHECK_CODE(open_job(&r, &read), &r.status, DDBC_MALFORMED_HEADER);
        free(cut);
    }
    ddbc_key_free(key);
    rig_close(&r);
}

static void keys_that_do_not_fit(void)
{
    rig r = rig_open(NULL);
    static uint8_t name[65536];
    ddbc_key *aes = counting_key(&r, DDBC_ALG_AES, 1);
    ddbc_key *hmac = counting_key(&r, DDBC_ALG_HMAC_SHA256, 1);
    ddbc_wrapping_key many[DDBC_DATA_KEYS_MAX + 1];
    ddbc_wrapping_key bad = wrapping(hmac, "a");
    for (size_t i = 0; i <= DDBC_DATA_KEYS_MAX; i++) {
        many[i] = wrapping(aes, "a");
    }
    ddbc_structured_job job = job_of(plain_item(&r), DDBC_SUITE_HMAC, &bad, 1);
    CHECK_CODE(seal(&r, &job), &r.status, DDBC_INVALID_KEY);
    job = job_of(plain_item(&r), DDBC_SUITE_HMAC, many, DDBC_DATA_KEYS_MAX + 1);
    CHECK_CODE(seal(&r, &job), &r.status, DDBC_INVALID_ARGUMENT);
    job = job_of(plain_item(&r), DDBC_SUITE_HMAC, many, DDBC_DATA_KEYS_MAX);
    CHECK_OK(seal(&r, &job), &r.status);
    job = job_of(plain_item(&r), 0x6702, many, 1);
    CHECK_CODE(seal(&r, &job), &r.status, DDBC_INVALID_ALGORITHM);
    memset(name, 'n', sizeof name);
    many[0].name = VIEW_OF(name);
    job = job_of(plain_item(&r), DDBC_SUITE_HMAC, many, 1);
    CHECK_CODE(seal(&r, &job), &r.status, DDBC_TOO_LARGE);
    ddbc_key_free(aes);
    ddbc_key_free(hmac);
    rig_close(&r);
}

/* With each allocation missing in turn: nothing is written, nothing is left, and the key pair is freed. */
static void memory_that_is_missing(void)
{
    static spy watch;
    for (size_t s = 0; s < 2; s++) {
        bool done = false;
        for (size_t missing = 1; !done; missing++) {
            ddbc_allocator allocator = spy_allocator(&watch);
            spy_init(&watch);
            rig r = rig_open(&allocator);
            ddbc_key *key = counting_key(&r, DDBC_ALG_AES, 1);
            ddbc_wrapping_key keys[60];
            for (size_t i = 0; i < 60; i++) {
                keys[i] = wrapping(key, "a");
            }
            ddbc_structured_job job = job_of(plain_item(&r), suites[s], keys, 60);
            watch.fail_at = watch.acquired + missing;
            done = seal(&r, &job);
            CHECK(done || r.status.code == DDBC_OUT_OF_MEMORY);
            CHECK(done == (watch.failures == 0));
            CHECK(job.pair == NULL);
            CHECK(!done || missing > 2);
            ddbc_key_free(key);
            rig_close(&r);
            CHECK(watch.live_blocks == 0 && watch.unwiped == 0 && watch.wrong_sizes == 0);
        }
    }
}

TEST_MAIN(TEST(every_recipient_reads), TEST(keys_of_a_batch_differ), TEST(others_do_not_read),
          TEST(every_byte_of_the_header_counts), TEST(keys_that_do_not_fit), TEST(memory_that_is_missing))
