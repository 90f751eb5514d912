/* SPDX-License-Identifier: Apache-2.0 */
#include "story.h"

#include <string.h>

#define SECRET_NAME "Ada Byron, Countess of Lovelace"
/* No words of a language, which a message could hold by chance; over 512 bytes, to be encrypted in several steps. */
#define SECRET_LONG                                                                                                    \
    "WKbuDE7mGZqDjPCFdcERFndD7pHQttqDpqbDQCn9JUcKmHpVn7wMGqptNZGnyEpDsPhwmd4WfqfZVR5Mx4RFpVkhXzeUrEHjcL3X"             \
    "KhcCvE3np57WXxYrhq6fE8FTgxvEDzxVupw7eUyavYBfYLsHhDP4UJ2RbbhFLebnTJ7dnTycYwaQKFMKQvQAh8qMSUAKcmZspWJx"             \
    "9jsuw2Df4w6nbbbbGgtbDNEPeLHXrDGApKmGZsBEPsaKtSYrZgHH9hfggVFKG2X2Sg8xLkBPkZKxmB3kVuFx9SkZLY4Qmm4jXtQs"             \
    "6539N6R7b26QNkhYzBB5TgSNxrYe6zYZFQGQgNXPgss8AguY6uF8vHa5y3NgMd5tXF6zbfb2FzLLJBKqf6uKs7rgvYKnnJBA6zuG"             \
    "k2JdN7PBSPUjR3qWSmc8JD2Yfvq7kc7jJmKkjBe4MrA46KMKgszHnDWwkkng54GnDRNTC4GjenB3EeWsjrjNxTejm6gjRxkSnN8e"             \
    "JcHbeWEvRdEPvV5H4KyuvZKSJfQ2GbhLv8QLydjbXcNYWFzZBXnfeyBaXksUjEH5QGFSTC4MT3J7d9w7SbKmjphxWFTD6xMdETBt"
#define SECRET_NUMBER "31415926535897932384626433832795028841"

/* With its head of six bytes, one short of two blocks: its last block is all value but one byte of padding. */
#define IMAGE "c0ffee0badf00dfeedfacecafebeef5ac1a551f1ab1e5ca1ab"

static const uint8_t cipher_raw[32] = {0x9d, 0x1c, 0xf3, 0x5b, 0x24, 0xe8, 0x70, 0xaa, 0x42, 0x17, 0xc6,
                                       0x8e, 0x03, 0xbd, 0x69, 0xd2, 0xf7, 0x38, 0x5e, 0x91, 0x0a, 0xcb,
                                       0x66, 0x2f, 0xe1, 0x84, 0x5d, 0x13, 0xb9, 0x70, 0xc8, 0x3a};
static const uint8_t signing_raw[32] = {0x6e, 0xd4, 0x0b, 0x97, 0xe2, 0x3c, 0x81, 0x5f, 0xb6, 0x29, 0x74,
                                        0xda, 0x10, 0x8f, 0xc5, 0x43, 0x9a, 0x67, 0xf0, 0x1d, 0x52, 0xee,
                                        0x36, 0xa8, 0x7b, 0xc1, 0x04, 0x95, 0x2d, 0x60, 0xfb, 0x8c};

ddbc_bytes story_cipher_raw(void)
{
    return VIEW_OF(cipher_raw);
}

ddbc_bytes story_signing_raw(void)
{
    return VIEW_OF(signing_raw);
}

static ddbc_attribute secret_map(rig *r)
{
    return make_m(r, 4, "gvnNm-full-Q7", make_s("Augusta Ada Q"), "idntNo-43-Zx",
                  make_n(r, "27182818284590452353602874713.526"), "lngSpk-81-Wq",
                  make_ss(r, "Cymraeg-7731", "Gaeilge-2290", NULL), "msrmnt-19-Kd",
                  make_l(r, 2, make_ns(r, "16180339887498948482", "14142135623730950488", NULL),
                         make_bs(r, "f1e2d3c4b5a69788796a5b4c", "0f1e2d3c4b5a69788796a5b4", NULL)));
}

story story_open(void)
{
    story s = {.source = rig_open(NULL)};
    rig *r = &s.source;
    s.plaintext = make_item(r, 6, item_attribute("id", DDBC_SIGN_ONLY, make_s("1")),
                            item_attribute("name", DDBC_ENCRYPT_AND_SIGN, make_s(SECRET_NAME)),
                            item_attribute("long", DDBC_ENCRYPT_AND_SIGN, make_s(SECRET_LONG)),
                            item_attribute("number", DDBC_ENCRYPT_AND_SIGN, make_n(r, SECRET_NUMBER ".E-7")),
                            item_attribute("map", DDBC_ENCRYPT_AND_SIGN, secret_map(r)),
                            item_attribute("image", DDBC_ENCRYPT_AND_SIGN, make_b(from_hex(r, IMAGE))));
    keys k = {key_of(r, DDBC_ALG_AES, story_cipher_raw()), key_of(r, DDBC_ALG_HMAC_SHA256, story_signing_raw())};
    ddbc_legacy_job job = make_job(&k, clone_item(r, s.plaintext));
    CHECK_OK(encrypt_one(r, &job), &r->status);
    s.stored = job.item;
    s.signature = job.signature;
    s.description = job.description;
    keys_close(&k);
    return s;
}

void story_close(story *s)
{
    rig_close(&s->source);
}

static void add_leaves(story *s, spy *watch, const ddbc_attribute *attribute)
{
    switch (attribute->type) {
    case DDBC_TYPE_S:
    case DDBC_TYPE_B:
        spy_add_secret(watch, attribute->as.bytes);
        break;
    case DDBC_TYPE_N:
        spy_add_secret(watch, attribute->as.number.text);
        spy_add_secret(watch, attribute->as.number.canonical);
        break;
    case DDBC_TYPE_SS:
    case DDBC_TYPE_BS:
        for (size_t i = 0; i < attribute->as.set.count; i++) {
            spy_add_secret(watch, attribute->as.set.members[i]);
        }
        break;
    case DDBC_TYPE_NS:
        for (size_t i = 0; i < attribute->as.numbers.count; i++) {
            spy_add_secret(watch, attribute->as.numbers.members[i].canonical);
        }
        break;
    case DDBC_TYPE_L:
        for (size_t i = 0; i < attribute->as.list.count; i++) {
            add_leaves(s, watch, &attribute->as.list.members[i]);
        }
        break;
    case DDBC_TYPE_M:
        for (size_t i = 0; i < attribute->as.map.count; i++) {
            spy_add_secret(watch, attribute->as.map.members[i].name);
            add_leaves(s, watch, &attribute->as.map.members[i].value);
        }
        break;
    default:
        break;
    }
}

static void add_pad(story *s, spy *watch, uint8_t with)
{
    uint8_t *pad = ddbc_workspace_alloc(s->source.workspace, sizeof signing_raw);
    CHECK(pad != NULL);
    for (size_t i = 0; i < sizeof signing_raw; i++) {
        pad[i] = signing_raw[i] ^ with;
    }
    spy_add_secret(watch, (ddbc_bytes){pad, sizeof signing_raw});
}

void story_add_keys(story *s, spy *watch)
{
    spy_add_secret(watch, VIEW_OF(cipher_raw));
    spy_add_secret(watch, VIEW_OF(signing_raw));
    add_pad(s, watch, 0x36);
    add_pad(s, watch, 0x5c);
}

void story_add_values(story *s, spy *watch)
{
    for (size_t i = 0; i < s->plaintext.count; i++) {
        if (s->plaintext.attributes[i].action == DDBC_ENCRYPT_AND_SIGN) {
            add_leaves(s, watch, &s->plaintext.attributes[i].value);
        }
    }
    spy_add_secret(watch, canonical(&s->source, &find_attribute(s->plaintext, "map")->value));
    spy_add_secret(watch, canonical(&s->source, &find_attribute(s->plaintext, "name")->value));
}

void story_add_secrets(story *s, spy *watch)
{
    story_add_keys(s, watch);
    story_add_values(s, watch);
}

/* ---- paths ---- */

static ddbc_legacy_job stored_job(story *s, keys *k)
{
    ddbc_legacy_job job = make_job(k, clone_item(&s->source, s->stored));
    job.signature = s->signature;
    return job;
}

static bool encrypts(story *s, rig *r, keys *k)
{
    ddbc_legacy_job job = make_job(k, clone_item(&s->source, s->plaintext));
    return encrypt_one(r, &job);
}

static bool encrypts_a_batch(story *s, rig *r, keys *k)
{
    ddbc_legacy_job jobs[3];
    size_t failed = 0;
    for (size_t i = 0; i < 3; i++) {
        jobs[i] = make_job(k, clone_item(&s->source, s->plaintext));
        jobs[i].dialect = DDBC_DIALECT_JAVA;
    }
    return ddbc_legacy_encrypt(r->workspace, jobs, 3, &failed, &r->status) &&
           ddbc_legacy_decrypt(r->workspace, jobs, 3, &failed, &r->status);
}

static bool decrypts(story *s, rig *r, keys *k)
{
    ddbc_legacy_job job = stored_job(s, k);
    return decrypt_one(r, &job);
}

static bool handles_values_alone(story *s, rig *r, keys *k)
{
    ddbc_attribute *map = &find_attribute(s->plaintext, "map")->value;
    ddbc_attribute read;
    ddbc_number number;
    ddbc_bytes bytes;
    ddbc_bytes there;
    ddbc_bytes back;
    ddbc_pair *pairs;
    size_t count;
    uint8_t mac[DDBC_MAC_MAX];
    if (!ddbc_number_parse(r->workspace, view("+" SECRET_NUMBER "E-20"), &number, &r->status) ||
        !ddbc_attribute_check(r->workspace, map, &r->status) ||
        !ddbc_legacy_write_attribute(r->workspace, map, DDBC_DIALECT_JAVA, &bytes, &r->status) ||
        !ddbc_legacy_read_attribute(r->workspace, bytes, &read, &r->status) ||
        !ddbc_legacy_read_description(r->workspace, s->description, &pairs, &count, &r->status) ||
        !ddbc_legacy_write_description(r->workspace, pairs, count, &bytes, &r->status) ||
        !ddbc_key_sign(k->signing, view(SECRET_LONG), mac, &count, &r->status)) {
        return false;
    }
    for (int mode = DDBC_MODE_CBC_PKCS5; mode <= DDBC_MODE_CTR_PKCS5; mode++) {
        ddbc_bytes text = {(const uint8_t *)SECRET_LONG, mode == DDBC_MODE_CBC_NONE ? 64u : 61u};
        if (!ddbc_key_encrypt(k->cipher, r->workspace, (ddbc_mode)mode, text, &there, &r->status) ||
            !ddbc_key_decrypt(k->cipher, r->workspace, (ddbc_mode)mode, there, &back, &r->status)) {
            return false;
        }
    }
    return true;
}

static bool meets_a_wrong_signature(story *s, rig *r, keys *k)
{
    ddbc_legacy_job job = stored_job(s, k);
    job.table = view("visits");
    return decrypt_one(r, &job);
}

static bool meets_a_forged_ciphertext(story *s, rig *r, keys *k)
{
    /* Rightly signed, but not under this cipher key: what comes out first is the right plaintext of "long". */
    ddbc_legacy_job job = stored_job(s, k);
    ddbc_bytes data;
    uint8_t mac[DDBC_MAC_MAX];
    size_t size;
    ddbc_attribute *last = &find_attribute(job.item, "image")->value;
    last->as.bytes.len -= 16;
    if (!ddbc_legacy_string_to_sign(r->workspace, &job.item, job.table, job.dialect, &data, &r->status) ||
        !ddbc_key_sign(k->signing, data, mac, &size, &r->status)) {
        return false;
    }
    job.signature = (ddbc_bytes){mac, size};
    return decrypt_one(r, &job);
}

static bool meets_a_malformed_plaintext(story *s, rig *r, keys *k)
{
    ddbc_legacy_job job = stored_job(s, k);
    ddbc_bytes data;
    uint8_t mac[DDBC_MAC_MAX];
    size_t size;
    ddbc_attribute *value = &find_attribute(job.item, "name")->value;
    if (!ddbc_key_encrypt(k->cipher, r->workspace, DDBC_MODE_CBC_PKCS5, view(SECRET_NAME), &value->as.bytes,
                          &r->status) ||
        !ddbc_legacy_string_to_sign(r->workspace, &job.item, job.table, job.dialect, &data, &r->status) ||
        !ddbc_key_sign(k->signing, data, mac, &size, &r->status)) {
        return false;
    }
    job.signature = (ddbc_bytes){mac, size};
    return decrypt_one(r, &job);
}

static bool fails_after_a_good_job(story *s, rig *r, keys *k)
{
    ddbc_legacy_job jobs[2] = {stored_job(s, k), stored_job(s, k)};
    size_t failed = 0;
    find_attribute(jobs[1].item, "id")->value = make_s("2");
    return ddbc_legacy_decrypt(r->workspace, jobs, 2, &failed, &r->status);
}

static bool meets_another_mode(story *s, rig *r, keys *k)
{
    static const ddbc_pair other = {{(const uint8_t *)"amzn-ddb-map-sym-mode", 21}, {(const uint8_t *)"/GCM", 4}};
    ddbc_legacy_job job = stored_job(s, k);
    job.pairs = &other;
    return decrypt_one(r, &job);
}

static bool has_no_decryption_key(story *s, rig *r, keys *k)
{
    ddbc_legacy_job job = stored_job(s, k);
    job.cipher_key = NULL;
    return decrypt_one(r, &job);
}

static bool refuses_equal_members(story *s, rig *r, keys *k)
{
    ddbc_item item = clone_item(&s->source, s->plaintext);
    find_attribute(item, "image")->value = make_ss(&s->source, SECRET_NAME, SECRET_NAME, NULL);
    ddbc_legacy_job job = make_job(k, item);
    return encrypt_one(r, &job);
}

static bool refuses_one_description_name_twice(story *s, rig *r, keys *k)
{
    ddbc_pair same[] = {mode_pair, mode_pair};
    ddbc_legacy_job job = make_job(k, clone_item(&s->source, s->plaintext));
    job.pairs = same;
    job.pair_count = 2;
    return encrypt_one(r, &job);
}

static bool refuses_a_number(story *s, rig *r, keys *k)
{
    ddbc_number number;
    (void)s;
    (void)k;
    return ddbc_number_parse(r->workspace, view(SECRET_NUMBER "9"), &number, &r->status);
}

static bool refuses_a_key(story *s, rig *r, keys *k)
{
    ddbc_key *key = NULL;
    (void)s;
    (void)k;
    return ddbc_key_new(r->engine, DDBC_ALG_AES, (ddbc_bytes){cipher_raw, 31}, &key, &r->status);
}

static bool refuses_malformed_bytes(story *s, rig *r, keys *k)
{
    ddbc_attribute read;
    ddbc_bytes bytes;
    (void)k;
    if (!ddbc_legacy_write_attribute(r->workspace, &find_attribute(s->plaintext, "map")->value, DDBC_DIALECT_PYTHON,
                                     &bytes, &r->status)) {
        return false;
    }
    bytes.len--;
    return ddbc_legacy_read_attribute(r->workspace, bytes, &read, &r->status);
}

const story_path story_paths[] = {
    {"encrypts", encrypts, DDBC_OK},
    {"encrypts a batch", encrypts_a_batch, DDBC_OK},
    {"decrypts", decrypts, DDBC_OK},
    {"handles values alone", handles_values_alone, DDBC_OK},
    {"meets a wrong signature", meets_a_wrong_signature, DDBC_SIGNATURE_MISMATCH},
    {"meets a forged ciphertext", meets_a_forged_ciphertext, DDBC_BAD_CIPHERTEXT},
    {"meets a malformed plaintext", meets_a_malformed_plaintext, DDBC_MALFORMED_ATTRIBUTE},
    {"fails after a good job", fails_after_a_good_job, DDBC_SIGNATURE_MISMATCH},
    {"meets another mode", meets_another_mode, DDBC_UNSUPPORTED_MODE},
    {"has no decryption key", has_no_decryption_key, DDBC_NO_DECRYPTION_KEY},
    {"refuses equal members", refuses_equal_members, DDBC_DUPLICATE_MEMBER},
    {"refuses one description name twice", refuses_one_description_name_twice, DDBC_MALFORMED_DESCRIPTION},
    {"refuses a number", refuses_a_number, DDBC_INVALID_NUMBER},
    {"refuses a key", refuses_a_key, DDBC_INVALID_KEY},
    {"refuses malformed bytes", refuses_malformed_bytes, DDBC_MALFORMED_ATTRIBUTE},
};
const size_t story_path_count = sizeof story_paths / sizeof story_paths[0];

bool story_run(story *s, const ddbc_allocator *allocator, const story_path *path, ddbc_status *status)
{
    rig r = {0};
    keys k = {0};
    bool done = ddbc_engine_new(allocator, &r.engine, &r.status) &&
                ddbc_workspace_new(r.engine, &r.workspace, &r.status) &&
                ddbc_key_new(r.engine, DDBC_ALG_AES, story_cipher_raw(), &k.cipher, &r.status) &&
                ddbc_key_new(r.engine, DDBC_ALG_HMAC_SHA256, story_signing_raw(), &k.signing, &r.status) &&
                path->run(s, &r, &k);
    *status = r.status;
    keys_close(&k);
    rig_close(&r);
    return done;
}
