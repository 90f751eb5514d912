/* SPDX-License-Identifier: Apache-2.0
 *
 * Serialised values of the structured format: the order of names in a map, and what is refused as they are written. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ddbcrypt_structured.h"
#include "support/build.h"

#define NAMES_MAX 64

static ddbc_bytes written(rig *r, const ddbc_attribute *value)
{
    uint8_t type_id[2];
    ddbc_bytes out = {NULL, 0};
    CHECK_OK(ddbc_structured_write_value(r->workspace, value, type_id, &out, &r->status), &r->status);
    return out;
}

static void refused(rig *r, ddbc_attribute value, ddbc_code code)
{
    uint8_t type_id[2];
    ddbc_bytes out = {NULL, 0};
    ddbc_attribute inside = make_l(r, 2, make_null(), value);
    ddbc_attribute both[] = {value, inside};
    for (size_t i = 0; i < 2; i++) {
        ddbc_status want = {.code = DDBC_OK};
        CHECK_CODE(ddbc_structured_write_value(r->workspace, &both[i], type_id, &out, &r->status), &r->status, code);
        CHECK_CODE(ddbc_attribute_check(r->workspace, &both[i], &want), &want, code);
        CHECK(strcmp(r->status.message, want.message) == 0);
        CHECK(out.ptr == NULL);
    }
}

static ddbc_attribute map_of(rig *r, const ddbc_bytes *names, size_t count)
{
    ddbc_member *members = ddbc_workspace_alloc(r->workspace, count * sizeof *members);
    CHECK(members != NULL);
    for (size_t i = 0; i < count; i++) {
        members[i] = (ddbc_member){names[i], make_null()};
    }
    ddbc_attribute map = {.type = DDBC_TYPE_M};
    map.as.map.members = members;
    map.as.map.count = count;
    return map;
}

/* What the map is to be written as: `names` in the order in which they stand. */
static void check_written(rig *r, const ddbc_attribute *map, const ddbc_bytes *names, size_t count)
{
    ddbc_bytes out = written(r, map);
    size_t at = 4;
    for (size_t i = 0; i < count; i++) {
        test_note("name %zu of %zu", i, count);
        CHECK(out.len >= at + 6 + names[i].len + 6);
        CHECK(memcmp(out.ptr + at + 6, names[i].ptr, names[i].len) == 0);
        at += 6 + names[i].len + 6;
    }
    CHECK(out.len == at);
}

/* Every rotation of the names, and their reverse, comes out in one order. */
static void check_order(rig *r, const ddbc_bytes *names, size_t count)
{
    ddbc_bytes turned[NAMES_MAX];
    for (size_t turn = 0; turn <= count; turn++) {
        for (size_t i = 0; i < count; i++) {
            turned[i] = turn == count ? names[count - 1 - i] : names[(i + turn) % count];
        }
        ddbc_attribute map = map_of(r, turned, count);
        check_written(r, &map, names, count);
    }
}

static void names_of_a_map_stand_in_utf16_order(void)
{
    rig r = rig_open(NULL);
    static const uint8_t with_nul[] = {'a', 'b', 0};
    static const uint8_t with_nul_and_more[] = {'a', 'b', 0, 'c'};
    const ddbc_bytes short_ones[] = {view("B"),   view("a"), view("ab"), VIEW_OF(with_nul), VIEW_OF(with_nul_and_more),
                                     view("abc"), view("b")};
    const ddbc_bytes same_beginnings[] = {view("attribute"),   view("attribute-1"), view("attribute-10"),
                                          view("attribute-2"), view("attributf"),   view("z")};
    /* U+10000 comes before U+E000 in UTF-16 alone. */
    const ddbc_bytes beyond_ascii[] = {view("a"),
                                       view("a\xC3\xA9"),
                                       view("a\xF0\x90\x80\x80"),
                                       view("a\xEE\x80\x80"),
                                       view("b"),
                                       view("same-first-\xF0\x90\x80\x80"),
                                       view("same-first-\xEE\x80\x80")};
    ddbc_bytes many[NAMES_MAX];
    char texts[NAMES_MAX][8];
    for (size_t i = 0; i < NAMES_MAX; i++) {
        (void)snprintf(texts[i], sizeof texts[i], "n%02zu", i);
        many[i] = view(texts[i]);
    }
    check_order(&r, short_ones, sizeof short_ones / sizeof short_ones[0]);
    check_order(&r, same_beginnings, sizeof same_beginnings / sizeof same_beginnings[0]);
    check_order(&r, beyond_ascii, sizeof beyond_ascii / sizeof beyond_ascii[0]);
    for (size_t count = 1; count <= NAMES_MAX; count++) {
        check_order(&r, many, count);
    }
    rig_close(&r);
}

static void equal_members_are_refused(void)
{
    rig r = rig_open(NULL);
    for (size_t count = 2; count <= 40; count++) {
        ddbc_bytes names[NAMES_MAX];
        char texts[NAMES_MAX][16];
        for (size_t i = 0; i < count; i++) {
            (void)snprintf(texts[i], sizeof texts[i], "attribute-%02zu", i);
            names[i] = view(texts[i]);
        }
        for (size_t twice = 0; twice + 1 < count; twice++) {
            names[count - 1] = names[twice];
            refused(&r, map_of(&r, names, count), DDBC_DUPLICATE_MEMBER);
        }
    }
    refused(&r, make_ss(&r, "b", "a", "b", NULL), DDBC_DUPLICATE_MEMBER);
    refused(&r, make_ns(&r, "1", "2", "1.0", NULL), DDBC_DUPLICATE_MEMBER);
    refused(&r, make_bs(&r, "00", "01", "00", NULL), DDBC_DUPLICATE_MEMBER);
    rig_close(&r);
}

static void the_depth_has_a_limit(void)
{
    rig r = rig_open(NULL);
    ddbc_attribute deepest = make_nested(&r, DDBC_DEPTH_MAX - 1, make_null());
    (void)written(&r, &deepest);
    refused(&r, make_nested(&r, DDBC_DEPTH_MAX, make_null()), DDBC_TOO_DEEP);
    refused(&r, make_nested(&r, DDBC_DEPTH_MAX - 1, make_m(&r, 1, "a", make_null())), DDBC_TOO_DEEP);
    refused(&r, make_nested(&r, 1000, make_null()), DDBC_TOO_DEEP);
    rig_close(&r);
}

TEST_MAIN(TEST(names_of_a_map_stand_in_utf16_order), TEST(equal_members_are_refused), TEST(the_depth_has_a_limit))
