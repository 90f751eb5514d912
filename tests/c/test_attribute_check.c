/* SPDX-License-Identifier: Apache-2.0
 *
 * ddbc_attribute_check: what DynamoDB would not take, refused before it is sent. */
#include <string.h>

#include "support/build.h"

static void check_accepted(rig *r, ddbc_attribute attribute)
{
    CHECK_OK(ddbc_attribute_check(r->workspace, &attribute, &r->status), &r->status);
    /* And at every depth that is allowed. */
    ddbc_attribute nested = make_l(r, 2, make_null(), make_m(r, 1, "k", attribute));
    CHECK_OK(ddbc_attribute_check(r->workspace, &nested, &r->status), &r->status);
}

static void check_refused(rig *r, ddbc_attribute attribute, ddbc_code code)
{
    CHECK_CODE(ddbc_attribute_check(r->workspace, &attribute, &r->status), &r->status, code);
    ddbc_attribute nested = make_l(r, 2, make_null(), make_m(r, 1, "k", attribute));
    CHECK_CODE(ddbc_attribute_check(r->workspace, &nested, &r->status), &r->status, code);
}

static void every_type_passes(void)
{
    rig r = rig_open(NULL);
    check_accepted(&r, make_s(""));
    check_accepted(&r, make_n(&r, "1"));
    check_accepted(&r, make_b((ddbc_bytes){NULL, 0}));
    check_accepted(&r, make_bool(true));
    check_accepted(&r, make_null());
    check_accepted(&r, make_ss(&r, "a", "", "A", "a ", NULL));
    check_accepted(&r, make_ns(&r, "1", "-1", "0.1", "10", NULL));
    check_accepted(&r, make_bs(&r, "00", "", "0000", "ff", NULL));
    check_accepted(&r, make_l(&r, 2, make_s("a"), make_s("a")));
    check_accepted(&r, make_everything(&r));
    rig_close(&r);
}

static void equal_set_members(void)
{
    rig r = rig_open(NULL);
    check_refused(&r, make_ss(&r, "a", "b", "a", NULL), DDBC_DUPLICATE_MEMBER);
    check_refused(&r, make_ss(&r, "", "", NULL), DDBC_DUPLICATE_MEMBER);
    check_refused(&r, make_bs(&r, "00", "0000", "00", NULL), DDBC_DUPLICATE_MEMBER);
    check_refused(&r, make_ns(&r, "1", "1", NULL), DDBC_DUPLICATE_MEMBER);
    rig_close(&r);
}

static void numbers_are_equal_by_value(void)
{
    rig r = rig_open(NULL);
    check_refused(&r, make_ns(&r, "1", "2", "1.0", NULL), DDBC_DUPLICATE_MEMBER);
    check_refused(&r, make_ns(&r, "0", "-0", NULL), DDBC_DUPLICATE_MEMBER);
    check_refused(&r, make_ns(&r, "150", "15E1", NULL), DDBC_DUPLICATE_MEMBER);
    /* Different in the last of 38 digits. */
    check_accepted(
        &r, make_ns(&r, "12345678901234567890123456789012345678", "12345678901234567890123456789012345679", NULL));
    rig_close(&r);
}

static void equal_members_far_apart(void)
{
    enum { COUNT = 1000 };
    static uint8_t values[COUNT][2];
    rig r = rig_open(NULL);
    ddbc_bytes *members = ddbc_workspace_alloc(r.workspace, COUNT * sizeof *members);
    CHECK(members != NULL);
    for (size_t i = 0; i < COUNT; i++) {
        values[i][0] = (uint8_t)(i % 256);
        values[i][1] = (uint8_t)(i / 256);
        members[i] = VIEW_OF(values[i]);
    }
    ddbc_attribute set = {.type = DDBC_TYPE_BS, .as.set = {members, COUNT}};
    check_accepted(&r, set);
    members[COUNT - 1] = members[0];
    check_refused(&r, set, DDBC_DUPLICATE_MEMBER);
    rig_close(&r);
}

static void equal_map_keys(void)
{
    rig r = rig_open(NULL);
    ddbc_attribute map = make_m(&r, 3, "k", make_s("1"), "other", make_null(), "k", make_s("2"));
    CHECK(!ddbc_attribute_check(r.workspace, &map, &r.status));
    CHECK(r.status.code != DDBC_OK && r.status.message[0] != '\0');
    rig_close(&r);
}

static void depth_of_32_is_the_last(void)
{
    rig r = rig_open(NULL);
    ddbc_attribute deepest = make_nested(&r, DDBC_DEPTH_MAX - 1, make_s("x"));
    CHECK_OK(ddbc_attribute_check(r.workspace, &deepest, &r.status), &r.status);
    ddbc_attribute too_deep = make_nested(&r, DDBC_DEPTH_MAX, make_s("x"));
    CHECK_CODE(ddbc_attribute_check(r.workspace, &too_deep, &r.status), &r.status, DDBC_TOO_DEEP);
    ddbc_attribute far_too_deep = make_nested(&r, 20000, make_null());
    CHECK_CODE(ddbc_attribute_check(r.workspace, &far_too_deep, &r.status), &r.status, DDBC_TOO_DEEP);
    rig_close(&r);
}

static void type_names(void)
{
    static const char *const names[] = {"S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        CHECK(strcmp(ddbc_type_name((ddbc_type)i), names[i]) == 0);
    }
}

TEST_MAIN(TEST(every_type_passes), TEST(equal_set_members), TEST(numbers_are_equal_by_value),
          TEST(equal_members_far_apart), TEST(equal_map_keys), TEST(depth_of_32_is_the_last), TEST(type_names))
