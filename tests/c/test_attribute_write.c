/* SPDX-License-Identifier: Apache-2.0
 *
 * Canonical attribute bytes, writing. The answers are laid out by hand from the format: 00, a tag, then a big-endian
 * 4-byte length or count and what it counts. */
#include <stdint.h>

#include "support/build.h"

static void check_hex(rig *r, ddbc_attribute attribute, const char *hex)
{
    test_note("%s", hex);
    CHECK_HEX(canonical(r, &attribute), hex);
    /* Reading is the way back. */
    ddbc_attribute read = {0};
    CHECK_OK(ddbc_legacy_read_attribute(r->workspace, from_hex(r, hex), &read, &r->status), &r->status);
    CHECK(read.type == attribute.type);
    CHECK_HEX(canonical(r, &read), hex);
}

static void strings(void)
{
    rig r = rig_open(NULL);
    check_hex(&r, make_s(""), "0073 00000000");
    check_hex(&r, make_s("abc"), "0073 00000003 616263");
    check_hex(&r, make_s("\xc3\xa9\xf0\x9f\x98\x80"), "0073 00000006 c3a9 f09f9880"); /* e with acute, U+1F600 */
    /* A NUL is a character like any other. */
    ddbc_attribute with_nul = {.type = DDBC_TYPE_S, .as.bytes = {(const uint8_t *)"a\000b", 3}};
    check_hex(&r, with_nul, "0073 00000003 610062");
    rig_close(&r);
}

static void numbers(void)
{
    rig r = rig_open(NULL);
    check_hex(&r, make_n(&r, "0"), "006e 00000001 30");
    check_hex(&r, make_n(&r, "-0"), "006e 00000001 30");
    check_hex(&r, make_n(&r, "12.50"), "006e 00000004 31322e35");
    check_hex(&r, make_n(&r, "1E3"), "006e 00000004 31303030");
    check_hex(&r, make_n(&r, "-15E-1"), "006e 00000004 2d312e35");
    check_hex(&r, make_n(&r, "99999999999999999999999999999999999999"),
              "006e 00000026"
              " 39393939393939393939 39393939393939393939 39393939393939393939 3939393939393939");
    rig_close(&r);
}

static void binaries(void)
{
    rig r = rig_open(NULL);
    check_hex(&r, make_b((ddbc_bytes){NULL, 0}), "0062 00000000");
    check_hex(&r, make_b(from_hex(&r, "00ff80")), "0062 00000003 00ff80");
    rig_close(&r);
}

static void booleans_and_null(void)
{
    rig r = rig_open(NULL);
    check_hex(&r, make_bool(false), "003f 00");
    check_hex(&r, make_bool(true), "003f 01");
    check_hex(&r, make_null(), "0000");
    rig_close(&r);
}

static void sets_are_sorted(void)
{
    rig r = rig_open(NULL);
    check_hex(&r, make_ss(&r, "b", "", "a", "aa", NULL),
              "0053 00000004 00000000 00000001 61 00000002 6161 00000001 62");
    /* By the bytes of the canonical text: "-1" before "1", "10" before "9". */
    check_hex(&r, make_ns(&r, "10", "9", "-1.0", "1E0", NULL),
              "004e 00000004 00000002 2d31 00000001 31 00000002 3130 00000001 39");
    check_hex(&r, make_bs(&r, "02", "01ff", "", "01", NULL),
              "0042 00000004 00000000 00000001 01 00000002 01ff 00000001 02");
    check_hex(&r, make_ss(&r, "one", NULL), "0053 00000001 00000003 6f6e65");
    rig_close(&r);
}

static void lists_keep_their_order(void)
{
    rig r = rig_open(NULL);
    check_hex(&r, make_l(&r, 0), "004c 00000000");
    check_hex(&r, make_l(&r, 3, make_s("b"), make_null(), make_s("a")),
              "004c 00000003  0073 00000001 62  0000  0073 00000001 61");
    check_hex(&r, make_l(&r, 1, make_l(&r, 1, make_bool(true))), "004c 00000001  004c 00000001  003f 01");
    rig_close(&r);
}

static void maps_are_sorted_by_key(void)
{
    rig r = rig_open(NULL);
    check_hex(&r, make_m(&r, 0), "004d 00000000");
    /* A key is written as an S attribute. */
    check_hex(&r, make_m(&r, 3, "b", make_bool(true), "a", make_n(&r, "1"), "", make_null()),
              "004d 00000003  0073 00000000 0000  0073 00000001 61 006e 00000001 31  0073 00000001 62 003f 01");
    check_hex(&r, make_m(&r, 1, "k", make_m(&r, 1, "ss", make_ss(&r, "y", "x", NULL))),
              "004d 00000001  0073 00000001 6b  004d 00000001  0073 00000002 7373"
              "  0053 00000002 00000001 78 00000001 79");
    rig_close(&r);
}

static void writing_leaves_the_tree_alone(void)
{
    rig r = rig_open(NULL);
    ddbc_attribute set = make_ss(&r, "z", "a", NULL);
    ddbc_attribute map = make_m(&r, 2, "z", make_null(), "a", set);
    (void)canonical(&r, &map);
    CHECK_BYTES(map.as.map.members[0].name, view("z"));
    CHECK_BYTES(map.as.map.members[1].name, view("a"));
    CHECK_BYTES(set.as.set.members[0], view("z"));
    CHECK_BYTES(set.as.set.members[1], view("a"));
    rig_close(&r);
}

static void many_members_sort_right(void)
{
    enum { COUNT = 2000 };
    static char names[COUNT][8];
    rig r = rig_open(NULL);
    ddbc_bytes *members = ddbc_workspace_alloc(r.workspace, COUNT * sizeof *members);
    ddbc_member *entries = ddbc_workspace_alloc(r.workspace, COUNT * sizeof *entries);
    CHECK(members != NULL && entries != NULL);
    for (size_t i = 0; i < COUNT; i++) {
        /* 1237 is prime and no divisor of COUNT: every value comes once, in no order. */
        size_t value = i * 1237 % COUNT;
        for (size_t digit = 0; digit < 4; digit++) {
            static const size_t powers[] = {1000, 100, 10, 1};
            names[i][digit] = (char)('0' + value / powers[digit] % 10);
        }
        members[i] = view(names[i]);
        entries[i] = (ddbc_member){view(names[i]), make_null()};
    }
    ddbc_attribute set = {.type = DDBC_TYPE_SS, .as.set = {members, COUNT}};
    ddbc_attribute map = {.type = DDBC_TYPE_M, .as.map = {entries, COUNT}};
    ddbc_bytes set_bytes = canonical(&r, &set);
    ddbc_bytes map_bytes = canonical(&r, &map);
    CHECK(set_bytes.len == 6 + COUNT * (4 + 4));
    CHECK(map_bytes.len == 6 + COUNT * (2 + 4 + 4 + 2));
    for (size_t i = 1; i < COUNT; i++) {
        const uint8_t *at = set_bytes.ptr + 6 + i * 8 + 4;
        const uint8_t *key = map_bytes.ptr + 6 + i * 12 + 6;
        CHECK(same_bytes((ddbc_bytes){at, 4}, (ddbc_bytes){key, 4}));
        size_t value = 0;
        for (size_t digit = 0; digit < 4; digit++) {
            value = value * 10 + (size_t)(at[digit] - '0');
        }
        CHECK(value == i);
    }
    rig_close(&r);
}

static void too_large_and_unknown(void)
{
    rig r = rig_open(NULL);
    ddbc_bytes out = {0};
    /* Lengths have four bytes. The claimed bytes are not there: the size has to be refused before they are looked at. */
    ddbc_attribute large = make_b((ddbc_bytes){(const uint8_t *)"", UINT32_MAX});
    CHECK_CODE(ddbc_legacy_write_attribute(r.workspace, &large, DDBC_DIALECT_PYTHON, &out, &r.status), &r.status,
               DDBC_TOO_LARGE);
    ddbc_attribute list = make_l(&r, 2, make_s("a"), large);
    CHECK_CODE(ddbc_legacy_write_attribute(r.workspace, &list, DDBC_DIALECT_PYTHON, &out, &r.status), &r.status,
               DDBC_TOO_LARGE);
    ddbc_attribute unknown = make_null();
    unknown.type = (ddbc_type)(DDBC_TYPE_M + 1);
    CHECK_CODE(ddbc_legacy_write_attribute(r.workspace, &unknown, DDBC_DIALECT_PYTHON, &out, &r.status), &r.status,
               DDBC_INVALID_ARGUMENT);
    CHECK(out.ptr == NULL);
    rig_close(&r);
}

static void depth_has_a_limit(void)
{
    rig r = rig_open(NULL);
    ddbc_bytes out = {0};
    ddbc_attribute deepest = make_nested(&r, DDBC_DEPTH_MAX - 1, make_s("x"));
    CHECK_OK(ddbc_legacy_write_attribute(r.workspace, &deepest, DDBC_DIALECT_PYTHON, &out, &r.status), &r.status);
    ddbc_attribute empty_list = make_nested(&r, DDBC_DEPTH_MAX - 1, make_l(&r, 0));
    CHECK_OK(ddbc_legacy_write_attribute(r.workspace, &empty_list, DDBC_DIALECT_JAVA, &out, &r.status), &r.status);

    ddbc_attribute too_deep = make_nested(&r, DDBC_DEPTH_MAX, make_s("x"));
    ddbc_bytes before = out;
    CHECK_CODE(ddbc_legacy_write_attribute(r.workspace, &too_deep, DDBC_DIALECT_PYTHON, &out, &r.status), &r.status,
               DDBC_TOO_DEEP);
    CHECK(out.ptr == before.ptr && out.len == before.len);
    ddbc_attribute map = make_s("x");
    for (size_t i = 0; i < DDBC_DEPTH_MAX; i++) {
        map = make_m(&r, 1, "k", map);
    }
    CHECK_CODE(ddbc_legacy_write_attribute(r.workspace, &map, DDBC_DIALECT_JAVA, &out, &r.status), &r.status,
               DDBC_TOO_DEEP);
    ddbc_attribute far_too_deep = make_nested(&r, 20000, make_s("x"));
    CHECK_CODE(ddbc_legacy_write_attribute(r.workspace, &far_too_deep, DDBC_DIALECT_PYTHON, &out, &r.status), &r.status,
               DDBC_TOO_DEEP);
    rig_close(&r);
}

TEST_MAIN(TEST(strings), TEST(numbers), TEST(binaries), TEST(booleans_and_null), TEST(sets_are_sorted),
          TEST(lists_keep_their_order), TEST(maps_are_sorted_by_key), TEST(writing_leaves_the_tree_alone),
          TEST(many_members_sort_right), TEST(too_large_and_unknown), TEST(depth_has_a_limit))
