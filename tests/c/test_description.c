/* SPDX-License-Identifier: Apache-2.0
 *
 * Material description, both ways: version (4 bytes of 0), then pairs of length-prefixed name and value. */
#include <stdlib.h>
#include <string.h>

#include "support/build.h"

/* "amzn-ddb-map-sym-mode" and "/CBC/PKCS5Padding", "amzn-ddb-map-signingAlg" and "HmacSHA256", each with its length:
 * the description that the Python reference client 3.3.0 writes with static keys. */
#define SYM_MODE                                                                                                       \
    "00000015 616d7a6e2d6464622d6d61702d73796d2d6d6f6465"                                                              \
    "00000011 2f4342432f504b43533550616464696e67"
#define SIGNING_ALG                                                                                                    \
    "00000017 616d7a6e2d6464622d6d61702d7369676e696e67416c67"                                                          \
    "0000000a 486d6163534841323536"

static ddbc_bytes write(rig *r, const ddbc_pair *pairs, size_t count)
{
    ddbc_bytes out = {0};
    CHECK_OK(ddbc_legacy_write_description(r->workspace, pairs, count, &out, &r->status), &r->status);
    return out;
}

static void writes_in_order_of_name(void)
{
    rig r = rig_open(NULL);
    ddbc_pair pairs[] = {{view("amzn-ddb-map-sym-mode"), view("/CBC/PKCS5Padding")},
                         {view("amzn-ddb-map-signingAlg"), view("HmacSHA256")}};
    CHECK_HEX(write(&r, pairs, 2), "00000000" SIGNING_ALG SYM_MODE);
    CHECK_BYTES(pairs[0].name, view("amzn-ddb-map-sym-mode"));
    CHECK_HEX(write(&r, pairs, 1), "00000000" SYM_MODE);
    CHECK_HEX(write(&r, NULL, 0), "00000000");
    /* Order of code points: U+FFFD before U+1F600, which UTF-16 units would turn round. */
    ddbc_pair others[] = {
        {view("\xf0\x9f\x98\x80"), view("1")}, {view("\xef\xbf\xbd"), view("")}, {view(""), view("3")}};
    CHECK_HEX(write(&r, others, 3), "00000000 00000000 00000001 33  00000003 efbfbd 00000000"
                                    " 00000004 f09f9880 00000001 31");
    rig_close(&r);
}

static void reads_pairs_in_any_order(void)
{
    rig r = rig_open(NULL);
    ddbc_pair *pairs = NULL;
    size_t count = 0;
    ddbc_bytes in = from_hex(&r, "00000000" SYM_MODE SIGNING_ALG);
    CHECK_OK(ddbc_legacy_read_description(r.workspace, in, &pairs, &count, &r.status), &r.status);
    CHECK(count == 2);
    for (size_t i = 0; i < count; i++) {
        bool mode = same_bytes(pairs[i].name, view("amzn-ddb-map-sym-mode"));
        CHECK(mode || same_bytes(pairs[i].name, view("amzn-ddb-map-signingAlg")));
        CHECK_BYTES(pairs[i].value, mode ? view("/CBC/PKCS5Padding") : view("HmacSHA256"));
    }
    CHECK(!same_bytes(pairs[0].name, pairs[1].name));

    count = 99;
    CHECK_OK(ddbc_legacy_read_description(r.workspace, from_hex(&r, "00000000"), &pairs, &count, &r.status), &r.status);
    CHECK(count == 0);
    rig_close(&r);
}

static void reading_is_the_way_back(void)
{
    rig r = rig_open(NULL);
    ddbc_pair pairs[40];
    char names[40][4];
    for (size_t i = 0; i < 40; i++) {
        names[i][0] = (char)('a' + i * 7 % 40 / 10);
        names[i][1] = (char)('0' + i * 7 % 10);
        names[i][2] = 'x';
        names[i][3] = '\0';
    }
    for (size_t i = 0; i < 40; i++) {
        pairs[i] = (ddbc_pair){view(names[i]), view(names[(i * 3) % 40])};
    }
    ddbc_bytes bytes = write(&r, pairs, 40);
    ddbc_pair *read = NULL;
    size_t count = 0;
    CHECK_OK(ddbc_legacy_read_description(r.workspace, bytes, &read, &count, &r.status), &r.status);
    CHECK(count == 40);
    CHECK_BYTES(write(&r, read, count), bytes);
    rig_close(&r);
}

static void refuse(rig *r, ddbc_bytes in, ddbc_code code)
{
    ddbc_pair mark = {0};
    ddbc_pair *pairs = &mark;
    size_t count = 4711;
    uint8_t *copy = exact(in);
    CHECK_CODE(ddbc_legacy_read_description(r->workspace, (ddbc_bytes){copy, in.len}, &pairs, &count, &r->status),
               &r->status, code);
    CHECK(pairs == &mark && count == 4711);
    free(copy);
}

static void refuses_other_versions(void)
{
    rig r = rig_open(NULL);
    refuse(&r, from_hex(&r, "00000001"), DDBC_DESCRIPTION_VERSION);
    refuse(&r, from_hex(&r, "01000000" SYM_MODE), DDBC_DESCRIPTION_VERSION);
    refuse(&r, from_hex(&r, "ffffffff"), DDBC_DESCRIPTION_VERSION);
    rig_close(&r);
}

static void refuses_what_is_malformed(void)
{
    static const char *const rows[] = {
        "",
        "00",
        "000000",
        "00000000 00",
        "00000000 00000001",
        "00000000 00000001 61", /* a name without a value */
        "00000000 00000001 61 00000001",
        "00000000 00000001 61 00000002 62",
        "00000000 ffffffff 61 00000001 62",
        "00000000 00000001 61 ffffffff 62",
        "00000000 80000000 61 00000001 62",
        "00000000 00000001 61 00000001 62 00",                      /* after the last pair */
        "00000000 00000001 61 00000001 62 00000001 61 00000001 63", /* one name twice */
        "00000000 00000001 61 00000001 62 00000001 61 00000001 62",
        "00000000 00000001 ff 00000001 62", /* not UTF-8 */
        "00000000 00000001 61 00000001 ff",
        "00000000 00000003 eda080 00000000",
    };
    rig r = rig_open(NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        test_note("%s", rows[i]);
        refuse(&r, from_hex(&r, rows[i]), DDBC_MALFORMED_DESCRIPTION);
    }
    rig_close(&r);
}

static void refuses_truncations_inside_a_pair(void)
{
    rig r = rig_open(NULL);
    ddbc_bytes bytes = from_hex(&r, "00000000" SIGNING_ALG SYM_MODE);
    ddbc_bytes first = from_hex(&r, "00000000" SIGNING_ALG);
    for (size_t length = 0; length < bytes.len; length++) {
        test_note("%zu bytes", length);
        if (length == 4 || length == first.len) {
            /* The end of a pair: a whole description with fewer pairs, which nothing in the format tells apart. */
            ddbc_pair *pairs = NULL;
            size_t count = 0;
            CHECK_OK(
                ddbc_legacy_read_description(r.workspace, (ddbc_bytes){bytes.ptr, length}, &pairs, &count, &r.status),
                &r.status);
            CHECK(count == (length == 4 ? 0u : 1u));
        } else {
            refuse(&r, (ddbc_bytes){bytes.ptr, length}, DDBC_MALFORMED_DESCRIPTION);
        }
    }
    rig_close(&r);
}

static void refuses_to_write_one_name_twice(void)
{
    rig r = rig_open(NULL);
    ddbc_pair pairs[] = {{view("a"), view("1")}, {view("b"), view("2")}, {view("a"), view("3")}};
    ddbc_bytes out = {0};
    CHECK(!ddbc_legacy_write_description(r.workspace, pairs, 3, &out, &r.status));
    CHECK(r.status.code != DDBC_OK && r.status.message[0] != '\0' && out.ptr == NULL);
    rig_close(&r);
}

TEST_MAIN(TEST(writes_in_order_of_name), TEST(reads_pairs_in_any_order), TEST(reading_is_the_way_back),
          TEST(refuses_other_versions), TEST(refuses_what_is_malformed), TEST(refuses_truncations_inside_a_pair),
          TEST(refuses_to_write_one_name_twice))
