/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the Python and the Java client order differently. The answers follow from the two orders:
 *   text     Python by code point: U+FFFD (UTF-8 ef bf bd) before U+1F600 (f0 9f 98 80);
 *            Java by UTF-16 unit: U+1F600 starts with d83d, which is before fffd
 *   binary   Python unsigned: 01 before ff; Java signed: ff is -1, before 01 */
#include "support/job.h"

#define LOW "\xef\xbf\xbd"      /* U+FFFD */
#define PRIVATE "\xee\x80\x80"  /* U+E000, the first that differs */
#define BEFORE "\xed\x9f\xbf"   /* U+D7FF, the last before the surrogates */
#define HIGH "\xf0\x9f\x98\x80" /* U+1F600 */
#define LAST "\xf4\x8f\xbf\xbf" /* U+10FFFF */

static ddbc_bytes write(rig *r, ddbc_attribute attribute, ddbc_dialect dialect)
{
    ddbc_bytes out = {0};
    CHECK_OK(ddbc_legacy_write_attribute(r->workspace, &attribute, dialect, &out, &r->status), &r->status);
    return out;
}

static void check_orders(rig *r, ddbc_attribute attribute, const char *python, const char *java)
{
    CHECK_HEX(write(r, attribute, DDBC_DIALECT_PYTHON), python);
    CHECK_HEX(write(r, attribute, DDBC_DIALECT_JAVA), java);
}

static void string_sets(void)
{
    rig r = rig_open(NULL);
    check_orders(&r, make_ss(&r, HIGH, LOW, NULL), "0053 00000002 00000003 efbfbd 00000004 f09f9880",
                 "0053 00000002 00000004 f09f9880 00000003 efbfbd");
    check_orders(&r, make_ss(&r, LAST, PRIVATE, BEFORE, "z", NULL),
                 "0053 00000004 00000001 7a 00000003 ed9fbf 00000003 ee8080 00000004 f48fbfbf",
                 "0053 00000004 00000001 7a 00000003 ed9fbf 00000004 f48fbfbf 00000003 ee8080");
    /* After a common beginning, and a beginning of another comes first in both. */
    check_orders(&r, make_ss(&r, "a" LOW, "a" HIGH, "a", NULL),
                 "0053 00000003 00000001 61 00000004 61efbfbd 00000005 61f09f9880",
                 "0053 00000003 00000001 61 00000005 61f09f9880 00000004 61efbfbd");
    check_orders(&r, make_ss(&r, HIGH LOW, HIGH HIGH, HIGH, NULL),
                 "0053 00000003 00000004 f09f9880 00000007 f09f9880efbfbd 00000008 f09f9880f09f9880",
                 "0053 00000003 00000004 f09f9880 00000008 f09f9880f09f9880 00000007 f09f9880efbfbd");
    rig_close(&r);
}

static void string_sets_that_agree(void)
{
    rig r = rig_open(NULL);
    /* Without both kinds of character there is one order. */
    check_orders(&r, make_ss(&r, LOW, PRIVATE, BEFORE, "\xc3\xa9", "a", NULL),
                 "0053 00000005 00000001 61 00000002 c3a9 00000003 ed9fbf 00000003 ee8080 00000003 efbfbd",
                 "0053 00000005 00000001 61 00000002 c3a9 00000003 ed9fbf 00000003 ee8080 00000003 efbfbd");
    check_orders(&r, make_ss(&r, LAST, HIGH, BEFORE, NULL),
                 "0053 00000003 00000003 ed9fbf 00000004 f09f9880 00000004 f48fbfbf",
                 "0053 00000003 00000003 ed9fbf 00000004 f09f9880 00000004 f48fbfbf");
    rig_close(&r);
}

static void binary_sets(void)
{
    rig r = rig_open(NULL);
    check_orders(&r, make_bs(&r, "01", "ff", NULL), "0042 00000002 00000001 01 00000001 ff",
                 "0042 00000002 00000001 ff 00000001 01");
    check_orders(&r, make_bs(&r, "7f", "80", "00", "ff", "", NULL),
                 "0042 00000005 00000000 00000001 00 00000001 7f 00000001 80 00000001 ff",
                 "0042 00000005 00000000 00000001 80 00000001 ff 00000001 00 00000001 7f");
    check_orders(&r, make_bs(&r, "0080", "0001", "00", "8000", NULL),
                 "0042 00000004 00000001 00 00000002 0001 00000002 0080 00000002 8000",
                 "0042 00000004 00000002 8000 00000001 00 00000002 0080 00000002 0001");
    rig_close(&r);
}

static void number_sets_agree(void)
{
    rig r = rig_open(NULL);
    check_orders(&r, make_ns(&r, "10", "9", "-1", NULL), "004e 00000003 00000002 2d31 00000002 3130 00000001 39",
                 "004e 00000003 00000002 2d31 00000002 3130 00000001 39");
    rig_close(&r);
}

static void map_keys(void)
{
    rig r = rig_open(NULL);
    check_orders(&r, make_m(&r, 2, HIGH, make_bool(true), LOW, make_null()),
                 "004d 00000002  0073 00000003 efbfbd 0000  0073 00000004 f09f9880 003f01",
                 "004d 00000002  0073 00000004 f09f9880 003f01  0073 00000003 efbfbd 0000");
    /* The dialect goes all the way down. */
    check_orders(&r, make_l(&r, 1, make_m(&r, 1, "k", make_bs(&r, "01", "ff", NULL))),
                 "004c 00000001 004d 00000001 0073 00000001 6b 0042 00000002 00000001 01 00000001 ff",
                 "004c 00000001 004d 00000001 0073 00000001 6b 0042 00000002 00000001 ff 00000001 01");
    rig_close(&r);
}

static void attribute_names(void)
{
    /* Both strings to sign have the same three-digest groups, the two groups in the other order. */
    rig r = rig_open(NULL);
    ddbc_item item = make_item(&r, 2, item_attribute(HIGH, DDBC_SIGN_ONLY, make_s("1")),
                               item_attribute(LOW, DDBC_SIGN_ONLY, make_s("2")));
    ddbc_bytes python = {0};
    ddbc_bytes java = {0};
    CHECK_OK(ddbc_legacy_string_to_sign(r.workspace, &item, view("t"), DDBC_DIALECT_PYTHON, &python, &r.status),
             &r.status);
    CHECK_OK(ddbc_legacy_string_to_sign(r.workspace, &item, view("t"), DDBC_DIALECT_JAVA, &java, &r.status), &r.status);
    CHECK(python.len == 32 + 192 && java.len == python.len);
    CHECK_BYTES(((ddbc_bytes){python.ptr + 32, 96}), ((ddbc_bytes){java.ptr + 128, 96}));
    CHECK_BYTES(((ddbc_bytes){python.ptr + 128, 96}), ((ddbc_bytes){java.ptr + 32, 96}));
    CHECK(!same_bytes(python, java));
    /* sha256sum of ef bf bd, the name that Python has first. */
    CHECK_HEX(((ddbc_bytes){python.ptr + 32, 32}), "83d544ccc223c057d2bf80d3f2a32982c32c3c0db8e2674820da5064783fb097");
    rig_close(&r);
}

static void reading_takes_both(void)
{
    rig r = rig_open(NULL);
    keys k = keys_open(&r);
    ddbc_item item = make_item(&r, 4, item_attribute(HIGH, DDBC_SIGN_ONLY, make_s("1")),
                               item_attribute(LOW, DDBC_ENCRYPT_AND_SIGN, make_ss(&r, LOW, HIGH, NULL)),
                               item_attribute("m", DDBC_SIGN_ONLY, make_m(&r, 2, LOW, make_null(), HIGH, make_null())),
                               item_attribute("bs", DDBC_SIGN_ONLY, make_bs(&r, "01", "ff", NULL)));
    ddbc_bytes signatures[2];
    for (int dialect = DDBC_DIALECT_PYTHON; dialect <= DDBC_DIALECT_JAVA; dialect++) {
        ddbc_legacy_job job = make_job(&k, clone_item(&r, item));
        job.dialect = (ddbc_dialect)dialect;
        CHECK_OK(encrypt_one(&r, &job), &r.status);
        signatures[dialect] = job.signature;
        /* A read does not need to be told. */
        job.dialect = (ddbc_dialect)(1 - dialect);
        CHECK_OK(decrypt_one(&r, &job), &r.status);
        expect_same_item(&r, job.item, item);
    }
    CHECK(!same_bytes(signatures[0], signatures[1]));
    keys_close(&k);
    rig_close(&r);
}

TEST_MAIN(TEST(string_sets), TEST(string_sets_that_agree), TEST(binary_sets), TEST(number_sets_agree), TEST(map_keys),
          TEST(attribute_names), TEST(reading_takes_both))
