/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole items: encrypt and sign, verify and decrypt, one and many at once. */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "support/job.h"

static void round_trip(void)
{
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    ddbc_item plaintext = sample_item(&r);
    ddbc_legacy_job job = make_job(&k, clone_item(&r, plaintext));
    CHECK_OK(encrypt_one(&r, &job), &r.status);
    CHECK(job.item.count == plaintext.count && job.signature.len == 32);
    for (size_t i = 0; i < plaintext.count; i++) {
        const ddbc_item_attribute *stored = &job.item.attributes[i];
        CHECK_BYTES(stored->name, plaintext.attributes[i].name);
        if (stored->action == DDBC_ENCRYPT_AND_SIGN) {
            size_t size = canonical(&r, &plaintext.attributes[i].value).len;
            CHECK(stored->value.type == DDBC_TYPE_B);
            CHECK(stored->value.as.bytes.len == DDBC_IV_SIZE + (size / 16 + 1) * 16);
        } else {
            CHECK(same_attribute(&stored->value, &plaintext.attributes[i].value));
        }
    }
    CHECK_OK(decrypt_one(&r, &job), &r.status);
    expect_same_item(&r, job.item, plaintext);
    keys_close(&k);
    rig_close(&r);
}

/* What is stored, taken apart with libcrypto alone. */
static void stored_bytes_are_the_formats(void)
{
    uint8_t cipher_key[32];
    uint8_t signing_key[32];
    for (size_t i = 0; i < 32; i++) {
        cipher_key[i] = (uint8_t)i;
        signing_key[i] = (uint8_t)(0x20 + i);
    }
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    ddbc_item plaintext = sample_item(&r);
    ddbc_legacy_job job = make_job(&k, clone_item(&r, plaintext));
    CHECK_OK(encrypt_one(&r, &job), &r.status);
    for (size_t i = 0; i < plaintext.count; i++) {
        if (plaintext.attributes[i].action != DDBC_ENCRYPT_AND_SIGN) {
            continue;
        }
        ddbc_bytes stored = job.item.attributes[i].value.as.bytes;
        uint8_t *out = ddbc_workspace_alloc(r.workspace, stored.len);
        EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
        int first = 0;
        int last = 0;
        CHECK(out != NULL && context != NULL);
        CHECK(EVP_DecryptInit_ex(context, EVP_aes_256_cbc(), NULL, cipher_key, stored.ptr) == 1);
        CHECK(EVP_DecryptUpdate(context, out, &first, stored.ptr + 16, (int)stored.len - 16) == 1);
        CHECK(EVP_DecryptFinal_ex(context, out + first, &last) == 1);
        EVP_CIPHER_CTX_free(context);
        CHECK_BYTES(((ddbc_bytes){out, (size_t)(first + last)}), canonical(&r, &plaintext.attributes[i].value));
    }
    ddbc_bytes signed_bytes = {0};
    uint8_t mac[64];
    unsigned size = 0;
    CHECK_OK(
        ddbc_legacy_string_to_sign(r.workspace, &job.item, job.table, DDBC_DIALECT_PYTHON, &signed_bytes, &r.status),
        &r.status);
    CHECK(HMAC(EVP_sha256(), signing_key, 32, signed_bytes.ptr, signed_bytes.len, mac, &size) != NULL);
    CHECK_BYTES(job.signature, ((ddbc_bytes){mac, size}));
    /* amzn-ddb-map-sym-mode, /CBC/PKCS5Padding */
    CHECK_HEX(job.description, "00000000 00000015 616d7a6e2d6464622d6d61702d73796d2d6d6f6465"
                               " 00000011 2f4342432f504b43533550616464696e67");
    keys_close(&k);
    rig_close(&r);
}

static void every_signing_algorithm(void)
{
    static const ddbc_algorithm algorithms[] = {DDBC_ALG_HMAC_SHA224, DDBC_ALG_HMAC_SHA256, DDBC_ALG_HMAC_SHA384,
                                                DDBC_ALG_HMAC_SHA512};
    static const size_t sizes[] = {28, 32, 48, 64};
    rig r = rig_open(NULL);
    for (size_t a = 0; a < 4; a++) {
        for (size_t key_size = 16; key_size <= 32; key_size += 8) {
            uint8_t raw[32] = {9};
            keys k = {key_of(&r, DDBC_ALG_AES, (ddbc_bytes){raw, key_size}), counting_key(&r, algorithms[a], 1)};
            ddbc_item plaintext = sample_item(&r);
            ddbc_legacy_job job = make_job(&k, clone_item(&r, plaintext));
            CHECK_OK(encrypt_one(&r, &job), &r.status);
            CHECK(job.signature.len == sizes[a]);
            CHECK_OK(decrypt_one(&r, &job), &r.status);
            expect_same_item(&r, job.item, plaintext);
            keys_close(&k);
        }
    }
    rig_close(&r);
}

static void ivs_are_never_the_same(void)
{
    enum { JOBS = 20, ATTRIBUTES = 12 };
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    ddbc_legacy_job jobs[JOBS];
    ddbc_bytes seen[JOBS * ATTRIBUTES];
    size_t count = 0;
    size_t failed = 0;
    for (size_t i = 0; i < JOBS; i++) {
        jobs[i] = make_job(&k, sample_item(&r));
    }
    CHECK_OK(ddbc_legacy_encrypt(r.workspace, jobs, JOBS, &failed, &r.status), &r.status);
    for (size_t i = 0; i < JOBS; i++) {
        for (size_t a = 0; a < jobs[i].item.count; a++) {
            if (jobs[i].item.attributes[a].action == DDBC_ENCRYPT_AND_SIGN) {
                ddbc_bytes stored = jobs[i].item.attributes[a].value.as.bytes;
                for (size_t before = 0; before < count; before++) {
                    CHECK(memcmp(stored.ptr, seen[before].ptr, DDBC_IV_SIZE) != 0);
                }
                seen[count++] = stored;
            }
        }
    }
    CHECK(count == JOBS * 8);
    keys_close(&k);
    rig_close(&r);
}

static void batches(void)
{
    enum { JOBS = 30 };
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    keys other = {counting_key(&r, DDBC_ALG_AES, 99), counting_key(&r, DDBC_ALG_HMAC_SHA384, 98)};
    ddbc_legacy_job jobs[JOBS];
    ddbc_item plaintexts[JOBS];
    size_t failed = 0;
    for (size_t i = 0; i < JOBS; i++) {
        plaintexts[i] =
            i % 3 == 0 ? make_item(&r, 1, item_attribute("id", DDBC_SIGN_ONLY, make_s("only a key"))) : sample_item(&r);
        jobs[i] = make_job(i % 2 == 0 ? &k : &other, clone_item(&r, plaintexts[i]));
        jobs[i].dialect = (ddbc_dialect)(i % 2);
        jobs[i].table = view(i % 5 == 0 ? "None" : "visits");
    }
    CHECK_OK(ddbc_legacy_encrypt(r.workspace, jobs, JOBS, &failed, &r.status), &r.status);
    CHECK_OK(ddbc_legacy_decrypt(r.workspace, jobs, JOBS, &failed, &r.status), &r.status);
    for (size_t i = 0; i < JOBS; i++) {
        expect_same_item(&r, jobs[i].item, plaintexts[i]);
    }
    CHECK_OK(ddbc_legacy_encrypt(r.workspace, jobs, 0, &failed, &r.status), &r.status);
    CHECK_OK(ddbc_legacy_decrypt(r.workspace, jobs, 0, &failed, &r.status), &r.status);
    keys_close(&k);
    keys_close(&other);
    rig_close(&r);
}

static void the_failing_job_is_named(void)
{
    enum { JOBS = 5 };
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    for (size_t bad = 0; bad < JOBS; bad++) {
        ddbc_legacy_job jobs[JOBS];
        size_t failed = 4711;
        for (size_t i = 0; i < JOBS; i++) {
            jobs[i] = make_job(&k, sample_item(&r));
        }
        find_attribute(jobs[bad].item, "tags")->value = make_ss(&r, "same", "same", NULL);
        CHECK_CODE(ddbc_legacy_encrypt(r.workspace, jobs, JOBS, &failed, &r.status), &r.status, DDBC_DUPLICATE_MEMBER);
        CHECK(failed == bad && same_bytes(view(r.status.attribute), view("tags")));

        for (size_t i = 0; i < JOBS; i++) {
            jobs[i] = make_job(&k, sample_item(&r));
        }
        CHECK_OK(ddbc_legacy_encrypt(r.workspace, jobs, JOBS, &failed, &r.status), &r.status);
        find_attribute(jobs[bad].item, "id")->value = make_s("p-2");
        failed = 4711;
        CHECK_CODE(ddbc_legacy_decrypt(r.workspace, jobs, JOBS, &failed, &r.status), &r.status,
                   DDBC_SIGNATURE_MISMATCH);
        CHECK(failed == bad);
    }
    keys_close(&k);
    rig_close(&r);
}

static void without_encrypted_attributes_no_key_is_needed(void)
{
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    keys no_cipher = {NULL, k.signing};
    ddbc_item plaintext = make_item(&r, 2, item_attribute("id", DDBC_SIGN_ONLY, make_s("p-1")),
                                    item_attribute("cache", DDBC_DO_NOTHING, make_everything(&r)));
    ddbc_legacy_job job = make_job(&no_cipher, clone_item(&r, plaintext));
    job.pairs = NULL;
    job.pair_count = 0;
    CHECK_OK(encrypt_one(&r, &job), &r.status);
    CHECK_HEX(job.description, "00000000");
    CHECK_OK(decrypt_one(&r, &job), &r.status);
    expect_same_item(&r, job.item, plaintext);

    job = make_job(&k, (ddbc_item){NULL, 0});
    CHECK_OK(encrypt_one(&r, &job), &r.status);
    CHECK_OK(decrypt_one(&r, &job), &r.status);
    keys_close(&k);
    rig_close(&r);
}

/* What is left can be read later, and gives what decrypt would have; the rest is read as ever. */
static void values_can_be_left(void)
{
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    ddbc_item plaintext = make_item(
        &r, 5, item_attribute("id", DDBC_SIGN_ONLY, make_l(&r, 1, make_s("p-1"))),
        item_attribute("l", DDBC_ENCRYPT_AND_SIGN, make_l(&r, 2, make_s("x"), make_null())),
        item_attribute("m", DDBC_ENCRYPT_AND_SIGN, make_m(&r, 2, "a", make_bool(true), "b", make_n(&r, "1.5"))),
        item_attribute("s", DDBC_ENCRYPT_AND_SIGN, make_s("x")),
        item_attribute("n", DDBC_ENCRYPT_AND_SIGN, make_n(&r, "7")));
    ddbc_legacy_job job = make_job(&k, clone_item(&r, plaintext));
    CHECK_OK(encrypt_one(&r, &job), &r.status);
    job.leaves_values = true;
    CHECK_OK(decrypt_one(&r, &job), &r.status);
    for (size_t i = 0; i < plaintext.count; i++) {
        ddbc_item_attribute *attribute = &job.item.attributes[i];
        bool left = i >= 1 && i <= 3;
        CHECK((attribute->unread.ptr != NULL) == left);
        CHECK(attribute->value.type == plaintext.attributes[i].value.type);
        if (left) {
            CHECK(attribute->value.as.list.count == 0 && attribute->value.as.bytes.len == 0);
            CHECK_OK(ddbc_legacy_read_attribute(r.workspace, attribute->unread, &attribute->value, &r.status),
                     &r.status);
        }
    }
    expect_same_item(&r, job.item, plaintext);
    keys_close(&k);
    rig_close(&r);
}

/* A list or map that the caller has serialised is encrypted as if it had come in the tree. */
static void values_can_be_written_before(void)
{
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    ddbc_item plaintext = make_item(
        &r, 3, item_attribute("id", DDBC_SIGN_ONLY, make_s("p-1")),
        item_attribute("l", DDBC_ENCRYPT_AND_SIGN, make_l(&r, 2, make_s("x"), make_null())),
        item_attribute("m", DDBC_ENCRYPT_AND_SIGN, make_m(&r, 2, "a", make_bool(true), "b", make_n(&r, "1.5"))));
    ddbc_legacy_job job = make_job(&k, clone_item(&r, plaintext));
    for (size_t i = 1; i < plaintext.count; i++) {
        ddbc_item_attribute *attribute = &job.item.attributes[i];
        attribute->written = canonical(&r, &plaintext.attributes[i].value);
        attribute->value = (ddbc_attribute){.type = attribute->value.type};
    }
    CHECK_OK(encrypt_one(&r, &job), &r.status);
    for (size_t i = 1; i < plaintext.count; i++) {
        CHECK(job.item.attributes[i].value.type == DDBC_TYPE_B && job.item.attributes[i].written.ptr == NULL);
    }
    CHECK_OK(decrypt_one(&r, &job), &r.status);
    expect_same_item(&r, job.item, plaintext);
    keys_close(&k);
    rig_close(&r);
}

static void ciphertext_goes_to_the_sink(void)
{
    static uint8_t data[700];
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    memset(data, 'd', sizeof data);
    for (size_t size = 0; size <= sizeof data; size += size < 40 ? 1 : 61) {
        size_t expected = ddbc_legacy_ciphertext_size(size);
        uint8_t *sink = malloc(expected);
        ddbc_item item = make_item(&r, 2, item_attribute("id", DDBC_SIGN_ONLY, make_s("p-1")),
                                   item_attribute("b", DDBC_ENCRYPT_AND_SIGN, make_b((ddbc_bytes){data, size})));
        CHECK(sink != NULL && expected == DDBC_IV_SIZE + ((6 + size) / 16 + 1) * 16);
        item.attributes[1].sink = sink;
        ddbc_legacy_job job = make_job(&k, item);
        CHECK_OK(encrypt_one(&r, &job), &r.status);
        CHECK(item.attributes[1].value.as.bytes.ptr == sink && item.attributes[1].value.as.bytes.len == expected);
        item.attributes[1].sink = NULL;
        CHECK_OK(decrypt_one(&r, &job), &r.status);
        CHECK_BYTES(item.attributes[1].value.as.bytes, ((ddbc_bytes){data, size}));
        free(sink);
    }
    keys_close(&k);
    rig_close(&r);
}

static void large_items(void)
{
    static uint8_t data[400 * 1024];
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (uint8_t)(i * 7 + i / 256);
    }
    ddbc_item plaintext = make_item(&r, 2, item_attribute("id", DDBC_SIGN_ONLY, make_b(VIEW_OF(data))),
                                    item_attribute("b", DDBC_ENCRYPT_AND_SIGN, make_b(VIEW_OF(data))));
    ddbc_legacy_job job = make_job(&k, clone_item(&r, plaintext));
    CHECK_OK(encrypt_one(&r, &job), &r.status);
    CHECK_OK(decrypt_one(&r, &job), &r.status);
    expect_same_item(&r, job.item, plaintext);
    keys_close(&k);
    rig_close(&r);
}

static void deepest_items(void)
{
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    ddbc_item plaintext = make_item(
        &r, 1, item_attribute("deep", DDBC_ENCRYPT_AND_SIGN, make_nested(&r, DDBC_DEPTH_MAX - 1, make_s("x"))));
    ddbc_legacy_job job = make_job(&k, clone_item(&r, plaintext));
    CHECK_OK(encrypt_one(&r, &job), &r.status);
    CHECK_OK(decrypt_one(&r, &job), &r.status);
    expect_same_item(&r, job.item, plaintext);
    keys_close(&k);
    rig_close(&r);
}

TEST_MAIN(TEST(round_trip), TEST(stored_bytes_are_the_formats), TEST(every_signing_algorithm),
          TEST(ivs_are_never_the_same), TEST(batches), TEST(the_failing_job_is_named),
          TEST(without_encrypted_attributes_no_key_is_needed), TEST(values_can_be_left),
          TEST(values_can_be_written_before), TEST(ciphertext_goes_to_the_sink), TEST(large_items), TEST(deepest_items))
