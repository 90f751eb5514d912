/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole items of the structured format: both suites and versions, every recipient, every altered byte, batches. */
#include <stdlib.h>
#include <string.h>

#include "support/structured.h"

static void expect_same(rig *r, ddbc_item got, ddbc_item want)
{
    CHECK(got.count == want.count);
    for (size_t i = 0; i < want.count; i++) {
        CHECK_BYTES(got.attributes[i].name, want.attributes[i].name);
        CHECK_BYTES(canonical(r, &got.attributes[i].value), canonical(r, &want.attributes[i].value));
    }
}

static void round_trips(void)
{
    static const uint16_t suites[] = {DDBC_SUITE_HMAC, DDBC_SUITE_ECDSA};
    for (size_t kind = 0; kind < 4; kind++) {
        rig r = rig_open(NULL);
        materials m = make_materials(&r, suites[kind % 2]);
        ddbc_item plaintext = structured_sample(&r, kind >= 2);
        ddbc_structured_job job = write_job(&r, &m, clone_item(&r, plaintext));
        test_note("suite %zu, version %zu", kind % 2, kind / 2 + 1);
        CHECK_OK(seal_one(&r, &job), &r.status);
        CHECK(job.footer.len == 2 * DDBC_TAG_SIZE + (kind % 2 == 0 ? 0 : DDBC_ECDSA_SIGNATURE_SIZE));
        for (size_t i = 0; i < plaintext.count; i++) {
            if (plaintext.attributes[i].action == DDBC_ENCRYPT_AND_SIGN) {
                CHECK(job.item.attributes[i].value.type == DDBC_TYPE_B);
            }
        }
        for (size_t which = 0; which < 2; which++) {
            ddbc_structured_job back = read_job(&r, &m, &job, which);
            CHECK_OK(ddbc_structured_resolve(r.workspace, &back, &r.status), &r.status);
            for (size_t i = 0; i < plaintext.count; i++) {
                CHECK(back.item.attributes[i].action == plaintext.attributes[i].action);
                size_t size = ddbc_structured_binary_size(&back, i);
                CHECK(size == (same_bytes(back.item.attributes[i].name, view("scan")) ? 6u : 0u));
            }
            CHECK_OK(open_one(&r, &back), &r.status);
            CHECK(back.parsed.version == kind / 2 + 1 && back.parsed.suite == m.suite && back.parsed.key_count == 2);
            expect_same(&r, back.item, plaintext);
        }
        rig_close(&r);
    }
}

/* What is left can be read later, and gives what decrypt would have; the rest is read as ever. */
static void values_can_be_left(void)
{
    rig r = rig_open(NULL);
    materials m = make_materials(&r, DDBC_SUITE_HMAC);
    ddbc_item plaintext = structured_sample(&r, false);
    ddbc_structured_job job = write_job(&r, &m, clone_item(&r, plaintext));
    CHECK_OK(seal_one(&r, &job), &r.status);
    ddbc_structured_job back = read_job(&r, &m, &job, 0);
    back.leaves_values = true;
    CHECK_OK(open_one(&r, &back), &r.status);
    size_t left = 0;
    for (size_t i = 0; i < plaintext.count; i++) {
        ddbc_item_attribute *attribute = &back.item.attributes[i];
        ddbc_type type = plaintext.attributes[i].value.type;
        bool can = type == DDBC_TYPE_S || type == DDBC_TYPE_L || type == DDBC_TYPE_M;
        CHECK(attribute->value.type == type);
        CHECK((attribute->unread.ptr != NULL) == (can && attribute->action == DDBC_ENCRYPT_AND_SIGN));
        if (attribute->unread.ptr != NULL) {
            const uint8_t type_id[2] = {type == DDBC_TYPE_S   ? 0x00
                                        : type == DDBC_TYPE_L ? 0x03
                                                              : 0x02,
                                        type == DDBC_TYPE_S};
            CHECK(attribute->value.as.list.count == 0);
            CHECK_OK(ddbc_structured_read_value(r.workspace, type_id, attribute->unread, &attribute->value, &r.status),
                     &r.status);
            left++;
        }
    }
    CHECK(left > 0);
    expect_same(&r, back.item, plaintext);
    rig_close(&r);
}

/* A list or map that the caller has serialised is encrypted as if it had come in the tree. */
static void values_can_be_written_before(void)
{
    rig r = rig_open(NULL);
    materials m = make_materials(&r, DDBC_SUITE_HMAC);
    ddbc_item plaintext = structured_sample(&r, false);
    ddbc_structured_job job = write_job(&r, &m, clone_item(&r, plaintext));
    size_t written = 0;
    for (size_t i = 0; i < plaintext.count; i++) {
        ddbc_item_attribute *attribute = &job.item.attributes[i];
        ddbc_type type = attribute->value.type;
        uint8_t type_id[2];
        uint8_t by_type[2];
        if (attribute->action == DDBC_ENCRYPT_AND_SIGN && (type == DDBC_TYPE_L || type == DDBC_TYPE_M)) {
            CHECK_OK(
                ddbc_structured_write_value(r.workspace, &attribute->value, type_id, &attribute->written, &r.status),
                &r.status);
            ddbc_structured_type_id(type, by_type);
            CHECK(memcmp(type_id, by_type, sizeof type_id) == 0);
            attribute->value = (ddbc_attribute){.type = type};
            written++;
        }
    }
    CHECK(written > 0);
    CHECK_OK(seal_one(&r, &job), &r.status);
    ddbc_structured_job back = read_job(&r, &m, &job, 0);
    CHECK_OK(open_one(&r, &back), &r.status);
    expect_same(&r, back.item, plaintext);
    rig_close(&r);
}

/* The example of docs/format-structured.md, as far as a reader sees it. */
static void the_pages_example(void)
{
    rig r = rig_open(NULL);
    materials m = make_materials(&r, DDBC_SUITE_HMAC);
    ddbc_item item = make_item(
        &r, 4, item_attribute("id", DDBC_SIGN_ONLY, make_s("p-1")),
        item_attribute("name", DDBC_SIGN_ONLY, make_b(from_hex(&r, "0001dd891cf4b086a8aec77fb7e6694ccd864aa3c7"))),
        item_attribute("visits", DDBC_SIGN_ONLY, make_b(from_hex(&r, "000270d39001c7d4a2fceaa06e1148c4b48547b6c2"))),
        item_attribute(":seen", DDBC_DO_NOTHING, make_bool(true)));
    ddbc_structured_job job = {
        .item = item,
        .table = view("patients"),
        .partition = view("id"),
        .header = from_hex(&r, "01 00 404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f 0003 736565 0000"
                               "01 0004 64656d6f 0005 6b65792d31 0003 c0ffee"
                               "02826de179563a15d62facde9b95bf84f9bebc06f032c399024eebe6b2f7bf25"),
        .footer = from_hex(&r, "ba3e201bc60e0a78f286298c224c5e921137cfbd4585e1ef19eba1a9705308d1"
                               "0d98ec6e0bd943dff998263543854f35"),
        .suite = DDBC_SUITE_HMAC,
        .data_key = m.data_key,
        .tag_keys = m.tag_keys,
        .tag_key_count = 1,
    };
    ddbc_pair *pairs = NULL;
    CHECK_OK(ddbc_structured_context(r.workspace, &job, 1, &pairs, &job.context_count, &r.status), &r.status);
    job.context = pairs;
    ddbc_bytes written = {0};
    CHECK_OK(ddbc_structured_write_context(r.workspace, pairs, job.context_count, &written, &r.status), &r.status);
    CHECK_HEX(written, "0003 0012 6177732d63727970746f2d617474722e6964 0008 414146774c54453d"
                       "0019 6177732d63727970746f2d706172746974696f6e2d6e616d65 0002 6964"
                       "0015 6177732d63727970746f2d7461626c652d6e616d65 0008 70617469656e7473");
    CHECK_OK(open_one(&r, &job), &r.status);
    CHECK_BYTES(find_attribute(job.item, "name")->value.as.bytes, view("Ada"));
    CHECK_BYTES(find_attribute(job.item, "visits")->value.as.number.canonical, view("2.5"));
    rig_close(&r);
}

/* Each byte of header, footer and a ciphertext, changed; from a heap block of just that size. */
static void every_altered_byte_is_refused(void)
{
    rig r = rig_open(NULL);
    materials m = make_materials(&r, DDBC_SUITE_HMAC);
    ddbc_structured_job job = write_job(&r, &m, structured_sample(&r, true));
    CHECK_OK(seal_one(&r, &job), &r.status);
    ddbc_item_attribute *name = find_attribute(job.item, "name");
    ddbc_bytes *parts[] = {&job.header, &job.footer, &name->value.as.bytes};
    for (size_t p = 0; p < 3; p++) {
        ddbc_bytes whole = *parts[p];
        uint8_t *changed = exact(whole);
        for (size_t i = 0; i < whole.len; i++) {
            test_note("part %zu, byte %zu", p, i);
            changed[i] ^= 1;
            *parts[p] = (ddbc_bytes){changed, whole.len};
            ddbc_structured_job back = read_job(&r, &m, &job, 0);
            /* The other recipient's tag says nothing to this one. */
            bool foreign_tag = p == 1 && i >= DDBC_TAG_SIZE;
            CHECK(open_one(&r, &back) == foreign_tag);
            changed[i] ^= 1;
        }
        free(changed);
        for (size_t size = 0; size < whole.len; size++) {
            test_note("part %zu, %zu bytes", p, size);
            uint8_t *cut = exact((ddbc_bytes){whole.ptr, size});
            *parts[p] = (ddbc_bytes){cut, size};
            ddbc_structured_job back = read_job(&r, &m, &job, 0);
            CHECK(!open_one(&r, &back));
            free(cut);
        }
        *parts[p] = whole;
    }
    ddbc_structured_job back = read_job(&r, &m, &job, 0);
    CHECK_OK(open_one(&r, &back), &r.status);
    rig_close(&r);
}

static void batches_name_the_job_that_fails(void)
{
    rig r = rig_open(NULL);
    materials m = make_materials(&r, DDBC_SUITE_HMAC);
    ddbc_structured_job jobs[3];
    ddbc_structured_job back[3];
    size_t failed = 0;
    for (size_t i = 0; i < 3; i++) {
        jobs[i] = write_job(&r, &m, structured_sample(&r, i == 1));
    }
    CHECK_OK(ddbc_structured_encrypt(r.workspace, jobs, 3, &failed, &r.status), &r.status);
    CHECK(!same_bytes(jobs[0].header, jobs[2].header)); /* message ids differ */
    for (size_t i = 0; i < 3; i++) {
        back[i] = read_job(&r, &m, &jobs[i], i % 2);
    }
    CHECK_OK(ddbc_structured_decrypt(r.workspace, back, 3, &failed, &r.status), &r.status);
    for (size_t i = 0; i < 3; i++) {
        back[i] = read_job(&r, &m, &jobs[i], 0);
    }
    back[1].footer = jobs[0].footer;
    CHECK_CODE(ddbc_structured_decrypt(r.workspace, back, 3, &failed, &r.status), &r.status, DDBC_SIGNATURE_MISMATCH);
    CHECK(failed == 1);
    jobs[2] = write_job(&r, &m, structured_sample(&r, false));
    jobs[2].key_count = 1;
    jobs[0] = write_job(&r, &m, structured_sample(&r, false));
    jobs[1] = write_job(&r, &m, structured_sample(&r, false));
    CHECK_CODE(ddbc_structured_encrypt(r.workspace, jobs, 3, &failed, &r.status), &r.status, DDBC_INVALID_ARGUMENT);
    CHECK(failed == 2);
    rig_close(&r);
}

static void sinks_take_large_results(void)
{
    rig r = rig_open(NULL);
    materials m = make_materials(&r, DDBC_SUITE_HMAC);
    uint8_t *large = calloc(1, 100000);
    CHECK(large != NULL);
    ddbc_bytes body = {large, 100000};
    ddbc_item plaintext = make_item(&r, 3, item_attribute("id", DDBC_SIGN_ONLY, make_s("p-1")),
                                    item_attribute("visit", DDBC_SIGN_ONLY, make_s("1")),
                                    item_attribute("scan", DDBC_ENCRYPT_AND_SIGN, make_b(body)));
    ddbc_structured_job job = write_job(&r, &m, clone_item(&r, plaintext));
    uint8_t *sealed = malloc(body.len + DDBC_FIELD_OVERHEAD);
    uint8_t *opened = malloc(body.len);
    find_attribute(job.item, "scan")->sink = sealed;
    CHECK_OK(seal_one(&r, &job), &r.status);
    CHECK(find_attribute(job.item, "scan")->value.as.bytes.ptr == sealed);
    ddbc_structured_job back = read_job(&r, &m, &job, 1);
    CHECK_OK(ddbc_structured_resolve(r.workspace, &back, &r.status), &r.status);
    CHECK(ddbc_structured_binary_size(&back, 2) == body.len);
    find_attribute(back.item, "scan")->sink = opened;
    CHECK_OK(open_one(&r, &back), &r.status);
    CHECK(find_attribute(back.item, "scan")->value.as.bytes.ptr == opened);
    expect_same(&r, back.item, plaintext);
    free(large);
    free(sealed);
    free(opened);
    rig_close(&r);
}

static void what_does_not_fit_is_refused(void)
{
    rig r = rig_open(NULL);
    materials m = make_materials(&r, DDBC_SUITE_HMAC);
    ddbc_structured_job job = write_job(&r, &m, structured_sample(&r, false));
    job.data_key.len = 31;
    CHECK_CODE(seal_one(&r, &job), &r.status, DDBC_INVALID_ARGUMENT);
    job = write_job(&r, &m, structured_sample(&r, false));
    job.suite = 0x0578;
    CHECK_CODE(seal_one(&r, &job), &r.status, DDBC_INVALID_ALGORITHM);
    job = write_job(&r, &m, structured_sample(&r, false));
    job.context_count--;
    CHECK_CODE(seal_one(&r, &job), &r.status, DDBC_INVALID_ARGUMENT);
    job = write_job(&r, &m, structured_sample(&r, false));
    find_attribute(job.item, "id")->action = DDBC_ENCRYPT_AND_SIGN;
    CHECK_CODE(seal_one(&r, &job), &r.status, DDBC_INVALID_ARGUMENT);
    job = write_job(&r, &m, structured_sample(&r, false));
    find_attribute(job.item, "cache")->name = view("aws_dbe_cache");
    CHECK_CODE(seal_one(&r, &job), &r.status, DDBC_RESERVED_NAME);
    job = write_job(&r, &m, structured_sample(&r, false));
    find_attribute(job.item, "id")->name = view("other");
    CHECK_CODE(seal_one(&r, &job), &r.status, DDBC_MISSING_ATTRIBUTE);
    CHECK(strcmp(r.status.attribute, "id") == 0);
    rig_close(&r);
}

TEST_MAIN(TEST(round_trips), TEST(values_can_be_left), TEST(values_can_be_written_before), TEST(the_pages_example),
          TEST(every_altered_byte_is_refused), TEST(batches_name_the_job_that_fails), TEST(sinks_take_large_results),
          TEST(what_does_not_fit_is_refused))
