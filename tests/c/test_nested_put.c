/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists and maps put down a step at a time: the bytes are those of the trees, however often the room grows, and what has
 * no room is refused. */
#include <string.h>

#include "core/named.h"
#include "core/nested_put.h"
#include "ddbcrypt_structured.h"
#include "support/build.h"
#include "support/spy.h"

/* The value behind the pen, as nested_in takes it. */
static ddbc_bytes take(ddbc_pen *pen)
{
    ddbc_bytes bytes = {pen->first, (size_t)(pen->at - pen->first)};
    pen->first = pen->at;
    return bytes;
}

/* As the tree writes it, with type id and length in front in the structured format. */
static ddbc_bytes by_tree(rig *r, bool structured, const ddbc_attribute *value)
{
    uint8_t type_id[2];
    ddbc_bytes bytes = {0};
    if (!structured) {
        return canonical(r, value);
    }
    CHECK_OK(ddbc_structured_write_value(r->workspace, value, type_id, &bytes, &r->status), &r->status);
    uint8_t *all = ddbc_workspace_alloc(r->workspace, 6 + bytes.len);
    CHECK(all != NULL);
    memcpy(all, type_id, 2);
    memcpy(ddbc_put_four(all + 2, bytes.len), bytes.ptr, bytes.len);
    return (ddbc_bytes){all, 6 + bytes.len};
}

static void every_step_is_the_trees(void)
{
    for (int structured = 0; structured < 2; structured++) {
        rig r = rig_open(NULL);
        ddbc_pen pen = {0};
        size_t outer = 0;
        size_t inner = 0;
        ddbc_attribute tree =
            make_l(&r, 7, make_s("text"), make_n(&r, "-1.5"), make_b(view("bytes")), make_bool(true), make_null(),
                   make_ss(&r, "a", "b", NULL), make_m(&r, 2, "k", make_bool(false), "l", make_l(&r, 0)));
        ddbc_pen_begin(&pen, r.workspace, structured == 1);
        CHECK(ddbc_put_begin(&pen, DDBC_TYPE_L, 7, &outer));
        CHECK(ddbc_put_leaf(&pen, DDBC_TYPE_S, view("text")) && ddbc_put_leaf(&pen, DDBC_TYPE_N, view("-1.5")));
        CHECK(ddbc_put_leaf(&pen, DDBC_TYPE_B, view("bytes")) && ddbc_put_boolean(&pen, true) && ddbc_put_null(&pen));
        CHECK(ddbc_put_begin(&pen, DDBC_TYPE_SS, 2, &inner));
        CHECK(ddbc_put_member(&pen, view("a")) && ddbc_put_member(&pen, view("b")));
        ddbc_put_end(&pen, inner);
        CHECK(ddbc_put_begin(&pen, DDBC_TYPE_M, 2, &inner));
        CHECK(ddbc_put_leaf(&pen, DDBC_TYPE_S, view("k")) && ddbc_put_boolean(&pen, false));
        size_t innermost = 0;
        CHECK(ddbc_put_leaf(&pen, DDBC_TYPE_S, view("l")) && ddbc_put_begin(&pen, DDBC_TYPE_L, 0, &innermost));
        ddbc_put_end(&pen, innermost);
        ddbc_put_end(&pen, inner);
        ddbc_put_end(&pen, outer);
        CHECK_BYTES(take(&pen), by_tree(&r, structured == 1, &tree));
        rig_close(&r);
    }
}

/* Values one behind the other, each of them larger than the one before, so that rooms end anywhere within one. */
static void rooms_grow(void)
{
    static const char text[] = "0123456789";
    enum { VALUES = 60 };
    for (int structured = 0; structured < 2; structured++) {
        rig r = rig_open(NULL);
        ddbc_pen pen = {0};
        ddbc_bytes written[VALUES];
        ddbc_attribute members[VALUES * VALUES];
        for (size_t i = 0; i < VALUES * VALUES; i++) {
            members[i] = make_s(text);
            members[i].as.bytes.len = i % sizeof text;
        }
        for (size_t i = 0; i < VALUES; i++) {
            size_t mark = 0;
            ddbc_pen_begin(&pen, r.workspace, structured == 1);
            CHECK(ddbc_put_begin(&pen, DDBC_TYPE_L, i * i, &mark));
            for (size_t j = 0; j < i * i; j++) {
                CHECK(ddbc_put_leaf(&pen, DDBC_TYPE_S, members[j].as.bytes));
            }
            ddbc_put_end(&pen, mark);
            written[i] = take(&pen);
        }
        for (size_t i = 0; i < VALUES; i++) {
            ddbc_attribute list = {.type = DDBC_TYPE_L, .as.list = {members, i * i}};
            CHECK_BYTES(written[i], by_tree(&r, structured == 1, &list));
        }
        rig_close(&r);
    }
}

static void what_has_no_room_is_refused(void)
{
    static spy s;
    static uint8_t leaf[64 * 1024];
    spy_init(&s);
    ddbc_allocator allocator = spy_allocator(&s);
    rig r = rig_open(&allocator);
    ddbc_pen pen = {0};
    size_t mark = 0;
    ddbc_pen_begin(&pen, r.workspace, false);
    CHECK(!ddbc_put_leaf(&pen, DDBC_TYPE_B, VIEW_OF(leaf))); /* large ones are left to the tree */
    CHECK(!ddbc_put_begin(&pen, DDBC_TYPE_L, (size_t)UINT32_MAX + 1, &mark));
    CHECK(pen.at == pen.first);
    s.fail_at = 1;
    for (size_t i = 0; i < 1000 && ddbc_put_leaf(&pen, DDBC_TYPE_B, (ddbc_bytes){leaf, 4000}); i++) {
    }
    CHECK(s.failures > 0 && (size_t)(pen.end - pen.at) < 4006);
    s.fail_at = 0;
    CHECK(ddbc_put_leaf(&pen, DDBC_TYPE_B, (ddbc_bytes){leaf, 4000}));
    rig_close(&r);
    CHECK(s.live_blocks == 0 && s.unwiped == 0);
}

/* Against the engine's sort, in both orders: names that begin alike, that are short or not ASCII, few and many. */
static void names_are_sorted_as_ever(void)
{
    static const char *const begins[] = {"", "a", "ab", "\xef\xbf\xaf", "\xf0\x90\x80\x80", "eightchr", "eightchr9"};
    enum { BEGINS = sizeof begins / sizeof begins[0], MOST = 80 };
    rig r = rig_open(NULL);
    uint32_t random = 1;
    for (size_t round = 0; round < 4000; round++) {
        ddbc_named all[MOST];
        ddbc_bytes expected[MOST];
        size_t count = round % MOST;
        bool utf16 = round % 3 == 0;
        bool equal = false;
        for (size_t i = 0; i < count; i++) {
            uint8_t *name = ddbc_workspace_alloc(r.workspace, 16);
            CHECK(name != NULL);
            random = random * 1664525 + 1013904223;
            size_t length = strlen(begins[(random >> 16) % BEGINS]);
            memcpy(name, begins[(random >> 16) % BEGINS], length);
            random = random * 1664525 + 1013904223;
            name[length] = (uint8_t)(random >> 17) & 0x7f;
            name[length + 1] = (uint8_t)(random >> 25) & 0x7f;
            all[i].name = (ddbc_bytes){name, length + (random >> 9) % 3};
            all[i].value = name;
            all[i].head = ddbc_named_head(all[i].name);
            expected[i] = all[i].name;
        }
        ddbc_sort(expected, count, sizeof *expected, utf16 ? ddbc_compare_utf16 : ddbc_compare_unsigned);
        for (size_t i = 1; i < count; i++) {
            equal = equal || same_bytes(expected[i - 1], expected[i]);
        }
        CHECK(ddbc_sort_named(all, count, utf16) == !equal);
        for (size_t i = 0; i < count; i++) {
            CHECK_BYTES(all[i].name, expected[i]);
            CHECK(all[i].value == all[i].name.ptr);
        }
        ddbc_workspace_reset(r.workspace);
    }
    rig_close(&r);
}

TEST_MAIN(TEST(every_step_is_the_trees), TEST(rooms_grow), TEST(what_has_no_room_is_refused),
          TEST(names_are_sorted_as_ever))
