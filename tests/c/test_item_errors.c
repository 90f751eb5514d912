/* SPDX-License-Identifier: Apache-2.0
 *
 * Items that are refused, each with its own code, and what a failure leaves behind. */
#include <string.h>

#include "support/job.h"

static void expect_encrypt_code(rig *r, ddbc_legacy_job *job, ddbc_code code, const char *attribute)
{
    CHECK_CODE(encrypt_one(r, job), &r->status, code);
    CHECK_BYTES(view(r->status.attribute), view(attribute));
}

static void reserved_names(void)
{
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    static const char *const names[] = {DDBC_LEGACY_DESCRIPTION, DDBC_LEGACY_SIGNATURE};
    static const ddbc_action actions[] = {DDBC_DO_NOTHING, DDBC_SIGN_ONLY, DDBC_ENCRYPT_AND_SIGN};
    for (size_t i = 0; i < 2; i++) {
        for (size_t a = 0; a < 3; a++) {
            ddbc_legacy_job job = make_job(&k, make_item(&r, 2, item_attribute("id", DDBC_SIGN_ONLY, make_s("p-1")),
                                                         item_attribute(names[i], actions[a], make_s("x"))));
            expect_encrypt_code(&r, &job, DDBC_RESERVED_NAME, names[i]);
        }
    }
    /* A name that only begins like one is anybody's. */
    ddbc_legacy_job job =
        make_job(&k, make_item(&r, 1, item_attribute(DDBC_LEGACY_SIGNATURE "x", DDBC_ENCRYPT_AND_SIGN, make_s("x"))));
    CHECK_OK(encrypt_one(&r, &job), &r.status);
    keys_close(&k);
    rig_close(&r);
}

static void what_dynamodb_refuses(void)
{
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    /* Under every action: it is refused before anything is sent, signed or not. */
    static const ddbc_action actions[] = {DDBC_DO_NOTHING, DDBC_SIGN_ONLY, DDBC_ENCRYPT_AND_SIGN};
    for (size_t a = 0; a < 3; a++) {
        ddbc_legacy_job job =
            make_job(&k, make_item(&r, 1, item_attribute("set", actions[a], make_ns(&r, "1", "1.0", NULL))));
        expect_encrypt_code(&r, &job, DDBC_DUPLICATE_MEMBER, "set");
        job = make_job(
            &k, make_item(&r, 1, item_attribute("deep", actions[a], make_nested(&r, DDBC_DEPTH_MAX, make_s("x")))));
        expect_encrypt_code(&r, &job, DDBC_TOO_DEEP, "deep");
    }
    keys_close(&k);
    rig_close(&r);
}

static void missing_keys(void)
{
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    keys no_cipher = {NULL, k.signing};
    ddbc_legacy_job job = make_job(&no_cipher, sample_item(&r));
    CHECK_CODE(encrypt_one(&r, &job), &r.status, DDBC_NO_ENCRYPTION_KEY);

    job = make_job(&k, sample_item(&r));
    CHECK_OK(encrypt_one(&r, &job), &r.status);
    job.cipher_key = NULL;
    CHECK_CODE(decrypt_one(&r, &job), &r.status, DDBC_NO_DECRYPTION_KEY);
    keys_close(&k);
    rig_close(&r);
}

static void keys_of_the_wrong_kind(void)
{
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    keys swapped = {k.signing, k.cipher};
    ddbc_legacy_job job = make_job(&swapped, sample_item(&r));
    CHECK(!encrypt_one(&r, &job));
    CHECK(r.status.code == DDBC_INVALID_KEY || r.status.code == DDBC_INVALID_ALGORITHM);

    job = make_job(&k, sample_item(&r));
    CHECK_OK(encrypt_one(&r, &job), &r.status);
    job.cipher_key = k.signing;
    CHECK(!decrypt_one(&r, &job));
    CHECK(r.status.code == DDBC_INVALID_KEY || r.status.code == DDBC_INVALID_ALGORITHM);
    job.cipher_key = k.cipher;
    job.signing_key = k.cipher;
    CHECK(!decrypt_one(&r, &job));
    CHECK(r.status.code == DDBC_INVALID_KEY || r.status.code == DDBC_INVALID_ALGORITHM);
    keys_close(&k);
    rig_close(&r);
}

static void other_encryption_modes(void)
{
    static const char *const modes[] = {"",
                                        "/CTR/NoPadding",
                                        "/CBC/PKCS5Paddin",
                                        "/CBC/PKCS5Padding ",
                                        "/ECB/NoPadding",
                                        "/GCM/NoPadding",
                                        "AES/CBC/PKCS5Padding",
                                        "/cbc/pkcs5padding"};
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    ddbc_legacy_job job = make_job(&k, sample_item(&r));
    CHECK_OK(encrypt_one(&r, &job), &r.status);
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        ddbc_pair pairs[] = {{view("zone"), view("north")}, {mode_pair.name, view(modes[i])}};
        ddbc_legacy_job other = job;
        test_note("%s", modes[i]);
        other.item = clone_item(&r, job.item);
        other.pairs = pairs;
        other.pair_count = 2;
        CHECK_CODE(decrypt_one(&r, &other), &r.status, DDBC_UNSUPPORTED_MODE);
    }
    /* No mode at all while there is something to decrypt. */
    job.pair_count = 0;
    CHECK_CODE(decrypt_one(&r, &job), &r.status, DDBC_UNSUPPORTED_MODE);
    keys_close(&k);
    rig_close(&r);
}

/* Signs the item as it stands, as a holder of the signing key could, so that only decryption can refuse it. */
static ddbc_legacy_job signed_as_is(rig *r, keys *k, ddbc_item item)
{
    ddbc_legacy_job job = make_job(k, item);
    ddbc_bytes data = {0};
    uint8_t *mac = ddbc_workspace_alloc(r->workspace, DDBC_MAC_MAX);
    size_t size = 0;
    CHECK(mac != NULL);
    CHECK_OK(ddbc_legacy_string_to_sign(r->workspace, &item, job.table, DDBC_DIALECT_PYTHON, &data, &r->status),
             &r->status);
    CHECK_OK(ddbc_key_sign(k->signing, data, mac, &size, &r->status), &r->status);
    job.signature = (ddbc_bytes){mac, size};
    return job;
}

static void signed_but_not_ciphertext(void)
{
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    ddbc_attribute values[] = {make_s("text"), make_n(&r, "1"), make_null(), make_bs(&r, "00", NULL),
                               make_m(&r, 1, "k", make_b(from_hex(&r, "00")))};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        ddbc_legacy_job job = signed_as_is(&r, &k,
                                           make_item(&r, 2, item_attribute("id", DDBC_SIGN_ONLY, make_s("p-1")),
                                                     item_attribute("plain", DDBC_ENCRYPT_AND_SIGN, values[i])));
        CHECK_CODE(decrypt_one(&r, &job), &r.status, DDBC_NOT_CIPHERTEXT);
        CHECK_BYTES(view(r.status.attribute), view("plain"));
    }
    keys_close(&k);
    rig_close(&r);
}

static void signed_but_bad_ciphertext(void)
{
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    ddbc_bytes good = {0};
    uint8_t block[16] = {0};
    CHECK_OK(ddbc_key_encrypt(k.cipher, r.workspace, DDBC_MODE_CBC_PKCS5, view("0123456789abcdef!"), &good, &r.status),
             &r.status);
    ddbc_bytes unpadded = {0};
    CHECK_OK(ddbc_key_encrypt(k.cipher, r.workspace, DDBC_MODE_CBC_NONE, VIEW_OF(block), &unpadded, &r.status),
             &r.status);
    for (size_t size = 0; size < good.len; size++) {
        if (size == 32) {
            continue; /* the IV and a whole block */
        }
        ddbc_legacy_job job = signed_as_is(
            &r, &k,
            make_item(&r, 1, item_attribute("cut", DDBC_ENCRYPT_AND_SIGN, make_b((ddbc_bytes){good.ptr, size}))));
        test_note("%zu bytes", size);
        CHECK_CODE(decrypt_one(&r, &job), &r.status, DDBC_BAD_CIPHERTEXT);
        CHECK_BYTES(view(r.status.attribute), view("cut"));
    }
    ddbc_legacy_job job =
        signed_as_is(&r, &k, make_item(&r, 1, item_attribute("cut", DDBC_ENCRYPT_AND_SIGN, make_b(unpadded))));
    CHECK_CODE(decrypt_one(&r, &job), &r.status, DDBC_BAD_CIPHERTEXT);
    keys_close(&k);
    rig_close(&r);
}

static void signed_but_malformed_inside(void)
{
    static const char *const plaintexts[] = {"",
                                             "00",
                                             "0001",
                                             "0000 00",
                                             "0073 00000004 616263",
                                             "0073 00000001 ff",
                                             "006e 00000003 4e614e",
                                             "003f 02",
                                             "007300000003616263 0000"};
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    for (size_t i = 0; i < sizeof plaintexts / sizeof plaintexts[0]; i++) {
        ddbc_bytes ciphertext = {0};
        CHECK_OK(ddbc_key_encrypt(k.cipher, r.workspace, DDBC_MODE_CBC_PKCS5, from_hex(&r, plaintexts[i]), &ciphertext,
                                  &r.status),
                 &r.status);
        ddbc_legacy_job job =
            signed_as_is(&r, &k, make_item(&r, 1, item_attribute("inner", DDBC_ENCRYPT_AND_SIGN, make_b(ciphertext))));
        test_note("%s", plaintexts[i]);
        CHECK_CODE(decrypt_one(&r, &job), &r.status, DDBC_MALFORMED_ATTRIBUTE);
        CHECK_BYTES(view(r.status.attribute), view("inner"));
    }
    keys_close(&k);
    rig_close(&r);
}

static void wrong_decryption_key(void)
{
    /* The signature holds, so only the padding or the form of the plaintext can tell: never a plaintext, always an error. */
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    for (unsigned first = 1; first < 250; first++) {
        ddbc_item item = make_item(&r, 1, item_attribute("name", DDBC_ENCRYPT_AND_SIGN, make_s("Grace Hopper")));
        ddbc_legacy_job job = make_job(&k, item);
        CHECK_OK(encrypt_one(&r, &job), &r.status);
        job.cipher_key = counting_key(&r, DDBC_ALG_AES, (uint8_t)first);
        CHECK(!decrypt_one(&r, &job));
        CHECK(r.status.code == DDBC_BAD_CIPHERTEXT || r.status.code == DDBC_MALFORMED_ATTRIBUTE);
        CHECK_BYTES(view(r.status.attribute), view("name"));
        ddbc_key_free(job.cipher_key);
    }
    keys_close(&k);
    rig_close(&r);
}

static void unverified_items_stay_as_stored(void)
{
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    ddbc_legacy_job job = make_job(&k, sample_item(&r));
    CHECK_OK(encrypt_one(&r, &job), &r.status);
    find_attribute(job.item, "id")->value = make_s("p-2");
    ddbc_item stored = clone_item(&r, job.item);
    CHECK_CODE(decrypt_one(&r, &job), &r.status, DDBC_SIGNATURE_MISMATCH);
    CHECK(memcmp(stored.attributes, job.item.attributes, stored.count * sizeof *stored.attributes) == 0);
    keys_close(&k);
    rig_close(&r);
}

TEST_MAIN(TEST(reserved_names), TEST(what_dynamodb_refuses), TEST(missing_keys), TEST(keys_of_the_wrong_kind),
          TEST(other_encryption_modes), TEST(signed_but_not_ciphertext), TEST(signed_but_bad_ciphertext),
          TEST(signed_but_malformed_inside), TEST(wrong_decryption_key), TEST(unverified_items_stay_as_stored))
