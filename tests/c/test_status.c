/* SPDX-License-Identifier: Apache-2.0
 *
 * Status: one name and one exception a code, bounded messages, attribute names cut at a whole character, and never a
 * value in what they say. */
#include <stdio.h>
#include <string.h>

#include "support/job.h"

static void every_code_has_a_name_and_an_exception(void)
{
#define ROW(name, exception) {DDBC_##name, #name, exception},
    static const struct {
        ddbc_code code;
        const char *name;
        const char *exception;
    } rows[] = {DDBC_STATUS_CODES(ROW)};
#undef ROW
    CHECK(sizeof rows / sizeof rows[0] == DDBC_CODE_COUNT);
    for (size_t i = 0; i < DDBC_CODE_COUNT; i++) {
        CHECK(strcmp(ddbc_code_name(rows[i].code), rows[i].name) == 0);
        CHECK(strcmp(ddbc_code_exception(rows[i].code), rows[i].exception) == 0);
    }
    CHECK(DDBC_OK == 0);
    CHECK(ddbc_code_name(DDBC_CODE_COUNT) != NULL && ddbc_code_exception(DDBC_CODE_COUNT) != NULL);
    CHECK(ddbc_code_name((ddbc_code)4711) != NULL);
}

/* The name that a status gives an attribute called `name`. */
static void check_name(rig *r, keys *k, ddbc_bytes name)
{
    ddbc_item item = make_item(r, 1, item_attribute("", DDBC_ENCRYPT_AND_SIGN, make_ss(r, "a", "a", NULL)));
    item.attributes[0].name = name;
    ddbc_legacy_job job = make_job(k, item);
    CHECK_CODE(encrypt_one(r, &job), &r->status, DDBC_DUPLICATE_MEMBER);
    size_t length = strlen(r->status.attribute);
    CHECK(length < DDBC_NAME_MAX && length <= name.len);
    CHECK(memcmp(r->status.attribute, name.ptr, length) == 0);
    /* Cut only when it has to be, by no more than the one character that does not fit. */
    CHECK(length == name.len || length + 4 >= DDBC_NAME_MAX);
    /* And at the start of a character. */
    CHECK(length == name.len || (name.ptr[length] & 0xc0) != 0x80);
}

static void names_are_cut_at_whole_characters(void)
{
    static const char *const characters[] = {"a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    for (size_t c = 0; c < 4; c++) {
        size_t width = strlen(characters[c]);
        for (size_t ahead = 0; ahead < 4; ahead++) {
            for (size_t length = 100; length <= 300; length++) {
                char name[320];
                size_t at = ahead;
                memset(name, 'x', ahead);
                while (at + width <= length) {
                    memcpy(name + at, characters[c], width);
                    at += width;
                }
                test_note("width %zu, %zu bytes", width, at);
                check_name(&r, &k, (ddbc_bytes){(const uint8_t *)name, at});
            }
        }
        ddbc_workspace_reset(r.workspace);
    }
    keys_close(&k);
    rig_close(&r);
}

/* Every failure that this file can cause, for what holds of all of them. */
static bool fail_nth(rig *r, keys *k, size_t n)
{
    static char long_text[2000];
    ddbc_number number;
    ddbc_bytes out;
    ddbc_pair *pairs;
    ddbc_key *key = NULL;
    ddbc_attribute attribute;
    ddbc_algorithm algorithm;
    size_t count;
    memset(long_text, 'Z', sizeof long_text);
    ddbc_bytes text = {(const uint8_t *)long_text, sizeof long_text};
    ddbc_pair same[] = {{text, text}, {text, text}};
    ddbc_item item = make_item(r, 1, item_attribute("a", DDBC_ENCRYPT_AND_SIGN, make_ss(r, "ZZZZ", "ZZZZ", NULL)));
    ddbc_legacy_job job = make_job(k, item);
    job.table = text;
    switch (n) {
    case 0:
        return ddbc_number_parse(r->workspace, view("ZZZZ"), &number, &r->status);
    case 1:
        return ddbc_number_parse(r->workspace, text, &number, &r->status);
    case 2:
        return ddbc_algorithm_from_name(text, &algorithm, &r->status);
    case 3:
        return ddbc_key_new(r->engine, DDBC_ALG_AES, text, &key, &r->status);
    case 4:
        return ddbc_legacy_read_attribute(r->workspace, text, &attribute, &r->status);
    case 5:
        return ddbc_legacy_read_description(r->workspace, text, &pairs, &count, &r->status);
    case 6:
        return ddbc_legacy_write_description(r->workspace, same, 2, &out, &r->status);
    case 7:
        return ddbc_key_decrypt(k->cipher, r->workspace, DDBC_MODE_CBC_PKCS5, text, &out, &r->status);
    case 8:
        return encrypt_one(r, &job);
    case 9:
        return ddbc_key_verify(k->signing, text, text, &r->status);
    case 10:
        job.pairs = same;
        job.item.count = 0;
        job.pair_count = 2;
        return encrypt_one(r, &job);
    case 11:
        job.item.attributes[0].value = make_b(text);
        return decrypt_one(r, &job);
    case 12: {
        ddbc_pair mode = {mode_pair.name, text};
        job.pairs = &mode;
        return decrypt_one(r, &job);
    }
    default:
        test_fail(__FILE__, __LINE__, "no failure %zu", n);
    }
}

static void messages_are_bounded_and_hold_no_value(void)
{
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    for (size_t n = 0; n <= 12; n++) {
        /* What stood there before must not show through. */
        memset(&r.status, '#', sizeof r.status);
        test_note("failure %zu", n);
        CHECK(!fail_nth(&r, &k, n));
        CHECK(r.status.code > DDBC_OK && r.status.code < DDBC_CODE_COUNT);
        CHECK(memchr(r.status.message, '\0', DDBC_MESSAGE_MAX) != NULL);
        CHECK(memchr(r.status.attribute, '\0', DDBC_NAME_MAX) != NULL);
        CHECK(strlen(r.status.message) > 10 && strchr(r.status.message, '#') == NULL);
        CHECK(strstr(r.status.message, "ZZ") == NULL && strstr(r.status.attribute, "ZZ") == NULL);
        for (const char *c = r.status.message; *c != '\0'; c++) {
            CHECK(*c >= ' ' && *c <= '~');
        }
    }
    keys_close(&k);
    rig_close(&r);
}

static void success_does_not_need_a_clean_status(void)
{
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    CHECK(!fail_nth(&r, &k, 0));
    ddbc_legacy_job job = make_job(&k, sample_item(&r));
    CHECK(encrypt_one(&r, &job));
    CHECK(decrypt_one(&r, &job));
    keys_close(&k);
    rig_close(&r);
}

TEST_MAIN(TEST(every_code_has_a_name_and_an_exception), TEST(names_are_cut_at_whole_characters),
          TEST(messages_are_bounded_and_hold_no_value), TEST(success_does_not_need_a_clean_status))
