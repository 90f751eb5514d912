/* SPDX-License-Identifier: Apache-2.0
 *
 * Canonical attribute bytes, reading: what the format allows, and the refusal of all else. Input is given in heap blocks
 * of exactly its size, so that the sanitizers see any byte read past the end. */
#include <stdlib.h>
#include <string.h>

#include "support/build.h"
#include "support/spy.h"

static bool read_exact(rig *r, ddbc_bytes in, ddbc_attribute *out)
{
    uint8_t *copy = exact(in);
    ddbc_attribute read = {0};
    bool done = ddbc_legacy_read_attribute(r->workspace, (ddbc_bytes){copy, in.len}, &read, &r->status);
    if (done) {
        /* The views point into the copy, which goes: check the whole tree while it is there, by writing it. */
        ddbc_bytes bytes = canonical(r, &read);
        CHECK_OK(ddbc_legacy_read_attribute(r->workspace, bytes, out, &r->status), &r->status);
    }
    free(copy);
    return done;
}

static void refuse(rig *r, const char *hex)
{
    ddbc_attribute out = make_bool(true);
    test_note("%s", hex);
    CHECK_CODE(read_exact(r, from_hex(r, hex), &out), &r->status, DDBC_MALFORMED_ATTRIBUTE);
    CHECK(out.type == DDBC_TYPE_BOOL && out.as.boolean);
}

static void reads_every_type(void)
{
    rig r = rig_open(NULL);
    ddbc_attribute everything = make_everything(&r);
    ddbc_bytes bytes = canonical(&r, &everything);
    ddbc_attribute read = {0};
    CHECK_OK(ddbc_legacy_read_attribute(r.workspace, bytes, &read, &r.status), &r.status);
    CHECK(read.type == DDBC_TYPE_M && read.as.map.count == everything.as.map.count);
    CHECK_BYTES(canonical(&r, &read), bytes);

    /* Sorted by key, so: bs, empty list, empty map, list, n, ns, null, ss, true. */
    const ddbc_member *members = read.as.map.members;
    CHECK_BYTES(members[0].name, view("bs"));
    CHECK(members[0].value.type == DDBC_TYPE_BS && members[0].value.as.set.count == 3);
    CHECK(members[1].value.type == DDBC_TYPE_L && members[1].value.as.list.count == 0);
    CHECK(members[2].value.type == DDBC_TYPE_M && members[2].value.as.map.count == 0);
    CHECK(members[3].value.type == DDBC_TYPE_L && members[3].value.as.list.count == 4);
    CHECK_BYTES(members[3].value.as.list.members[0].as.number.canonical, view("-12.5"));
    CHECK_BYTES(members[3].value.as.list.members[1].as.bytes, view("caf\xc3\xa9 \xf0\x9f\x8e\x89"));
    CHECK_HEX(members[3].value.as.list.members[2].as.bytes, "00ff80");
    CHECK(members[3].value.as.list.members[3].type == DDBC_TYPE_BOOL &&
          !members[3].value.as.list.members[3].as.boolean);
    CHECK(members[4].value.type == DDBC_TYPE_N);
    CHECK_BYTES(members[4].value.as.number.canonical, view("1234567890123456789012345678901234567.8"));
    CHECK(members[5].value.type == DDBC_TYPE_NS && members[5].value.as.numbers.count == 3);
    CHECK(members[6].value.type == DDBC_TYPE_NULL);
    CHECK(members[7].value.type == DDBC_TYPE_SS && members[7].value.as.set.members[0].len == 0);
    CHECK(members[8].value.type == DDBC_TYPE_BOOL && members[8].value.as.boolean);
    rig_close(&r);
}

static void views_point_into_the_input(void)
{
    rig r = rig_open(NULL);
    ddbc_bytes in = from_hex(&r, "004c00000002 007300000003616263 0062000000020102");
    ddbc_attribute read = {0};
    CHECK_OK(ddbc_legacy_read_attribute(r.workspace, in, &read, &r.status), &r.status);
    CHECK(read.as.list.members[0].as.bytes.ptr == in.ptr + 12);
    CHECK(read.as.list.members[1].as.bytes.ptr == in.ptr + 21);
    rig_close(&r);
}

static void accepts_what_another_writer_may_have_left(void)
{
    rig r = rig_open(NULL);
    ddbc_attribute out = {0};
    /* An unsorted set, an unsorted map, equal members: the order is the writer's dialect. */
    CHECK(read_exact(&r, from_hex(&r, "0053 00000002 00000001 62 00000001 61"), &out) && out.as.set.count == 2);
    CHECK(read_exact(&r, from_hex(&r, "0053 00000002 00000001 61 00000001 61"), &out) && out.as.set.count == 2);
    CHECK(read_exact(&r, from_hex(&r, "0042 00000002 00000001 ff 00000001 01"), &out) && out.as.set.count == 2);
    CHECK(read_exact(&r, from_hex(&r, "004e 00000002 00000001 31 00000001 31"), &out) && out.as.numbers.count == 2);
    CHECK(read_exact(&r, from_hex(&r, "004d 00000002 0073 00000001 62 0000 0073 00000001 61 0000"), &out));
    CHECK(out.as.map.count == 2);
    /* Numbers that are not in canonical form; -0 is what the Python reference client signs. */
    CHECK(read_exact(&r, from_hex(&r, "006e 00000002 2d30"), &out));
    CHECK_BYTES(out.as.number.canonical, view("0"));
    CHECK(read_exact(&r, from_hex(&r, "006e 00000004 312e3530"), &out));
    CHECK_BYTES(out.as.number.canonical, view("1.5"));
    rig_close(&r);
}

static void refuses_malformed_heads(void)
{
    rig r = rig_open(NULL);
    refuse(&r, "");
    refuse(&r, "00");
    refuse(&r, "0100"); /* reserved byte */
    refuse(&r, "ff73 00000000");
    refuse(&r, "0001"); /* no such tag */
    refuse(&r, "0061 00000000");
    refuse(&r, "0078 00000000");
    refuse(&r, "00ff 00000000");
    refuse(&r, "0053");        /* no count */
    refuse(&r, "0073 000000"); /* half a length */
    rig_close(&r);
}

static void refuses_wrong_lengths(void)
{
    rig r = rig_open(NULL);
    refuse(&r, "0073 00000004 616263");
    refuse(&r, "0073 ffffffff 616263");
    refuse(&r, "0073 80000000 616263");
    refuse(&r, "0073 7fffffff 616263");
    refuse(&r, "0062 00000001");
    refuse(&r, "0053 00000002 00000001 61");
    refuse(&r, "0053 00000001 00000002 61");
    refuse(&r, "0053 00000001 fffffffb 61");
    refuse(&r, "004c 00000001");
    refuse(&r, "004c ffffffff 0000 0000");
    refuse(&r, "004d 00000001 0073 00000001 61");
    refuse(&r, "004d ffffffff 0073 00000001 61 0000");
    refuse(&r, "0042 40000000 00000000");
    refuse(&r, "004e 40000000 00000001 31");
    rig_close(&r);
}

static void refuses_bytes_after_the_end(void)
{
    rig r = rig_open(NULL);
    refuse(&r, "0000 00");
    refuse(&r, "0000 0000");
    refuse(&r, "003f 01 00");
    refuse(&r, "0073 00000003 616263 64");
    refuse(&r, "0073 00000000 0073 00000000");
    refuse(&r, "004c 00000000 00");
    refuse(&r, "0053 00000001 00000001 61 00000001 62");
    rig_close(&r);
}

static void refuses_malformed_values(void)
{
    rig r = rig_open(NULL);
    refuse(&r, "003f 02");
    refuse(&r, "003f ff");
    refuse(&r, "003f");
    refuse(&r, "006e 00000000");             /* "" */
    refuse(&r, "006e 00000003 4e614e");      /* "NaN", which the Python reference client writes */
    refuse(&r, "006e 00000002 2031");        /* " 1" */
    refuse(&r, "006e 00000005 31453430 30"); /* "1E400" */
    refuse(&r, "004e 00000001 00000001 61");
    refuse(&r, "004d 00000001 0062 00000001 61 0000"); /* a key that is B */
    refuse(&r, "004d 00000001 006e 00000001 31 0000"); /* a key that is N */
    refuse(&r, "004d 00000001 0173 00000001 61 0000");
    refuse(&r, "004d 00000002 0073 00000001 61 0000 0073 00000001 61 003f 01"); /* one key twice */
    rig_close(&r);
}

static void refuses_text_that_is_not_utf8(void)
{
    rig r = rig_open(NULL);
    refuse(&r, "0073 00000001 ff");
    refuse(&r, "0073 00000001 80");
    refuse(&r, "0073 00000001 c3");                      /* cut short */
    refuse(&r, "0073 00000002 c080");                    /* overlong */
    refuse(&r, "0073 00000003 eda080");                  /* a surrogate */
    refuse(&r, "0073 00000004 f4908080");                /* beyond U+10FFFF */
    refuse(&r, "0073 0000000a 61626364 65666768 c3 61"); /* after eight good bytes */
    refuse(&r, "0053 00000001 00000001 ff");
    refuse(&r, "004d 00000001 0073 00000001 ff 0000");
    rig_close(&r);
}

static void refuses_every_truncation(void)
{
    rig r = rig_open(NULL);
    ddbc_attribute everything = make_everything(&r);
    ddbc_bytes bytes = canonical(&r, &everything);
    for (size_t length = 0; length < bytes.len; length++) {
        ddbc_attribute out = {0};
        test_note("%zu of %zu bytes", length, bytes.len);
        CHECK_CODE(read_exact(&r, (ddbc_bytes){bytes.ptr, length}, &out), &r.status, DDBC_MALFORMED_ATTRIBUTE);
    }
    rig_close(&r);
}

static void survives_every_changed_byte(void)
{
    rig r = rig_open(NULL);
    ddbc_attribute everything = make_everything(&r);
    ddbc_bytes original = canonical(&r, &everything);
    uint8_t *bytes = exact(original);
    size_t refused = 0;
    for (size_t at = 0; at < original.len; at++) {
        for (unsigned change = 1; change < 256; change++) {
            ddbc_attribute out = {0};
            rig inner = {r.engine, NULL, {0}};
            bytes[at] = (uint8_t)(original.ptr[at] ^ change);
            if (change == 1) {
                CHECK_OK(ddbc_workspace_new(r.engine, &inner.workspace, &inner.status), &inner.status);
                if (!read_exact(&inner, (ddbc_bytes){bytes, original.len}, &out)) {
                    CHECK(inner.status.code == DDBC_MALFORMED_ATTRIBUTE);
                    refused++;
                }
                ddbc_workspace_free(inner.workspace);
            } else if (!ddbc_legacy_read_attribute(r.workspace, (ddbc_bytes){bytes, original.len}, &out, &r.status)) {
                CHECK(r.status.code == DDBC_MALFORMED_ATTRIBUTE);
                refused++;
            }
        }
        bytes[at] = original.ptr[at];
    }
    /* Heads and lengths are most of the bytes; none of their changes may pass unseen. */
    CHECK(refused > original.len * 255 / 2);
    free(bytes);
    rig_close(&r);
}

static ddbc_bytes nested_bytes(rig *r, size_t levels, bool maps)
{
    static const uint8_t list_head[] = {0x00, 'L', 0, 0, 0, 1};
    static const uint8_t map_head[] = {0x00, 'M', 0, 0, 0, 1, 0x00, 's', 0, 0, 0, 1, 'k'};
    const uint8_t *head = maps ? map_head : list_head;
    size_t head_size = maps ? sizeof map_head : sizeof list_head;
    uint8_t *bytes = ddbc_workspace_alloc(r->workspace, levels * head_size + 2);
    CHECK(bytes != NULL);
    for (size_t i = 0; i < levels; i++) {
        memcpy(bytes + i * head_size, head, head_size);
    }
    memset(bytes + levels * head_size, 0, 2); /* NULL inside */
    return (ddbc_bytes){bytes, levels * head_size + 2};
}

static void depth_has_a_limit(void)
{
    rig r = rig_open(NULL);
    for (int maps = 0; maps < 2; maps++) {
        ddbc_attribute out = {0};
        CHECK(read_exact(&r, nested_bytes(&r, DDBC_DEPTH_MAX - 1, maps == 1), &out));
        CHECK(!read_exact(&r, nested_bytes(&r, DDBC_DEPTH_MAX, maps == 1), &out));
        CHECK(r.status.code == DDBC_MALFORMED_ATTRIBUTE || r.status.code == DDBC_TOO_DEEP);
        /* Deep enough to end the stack of a reader that does not count. */
        CHECK(!read_exact(&r, nested_bytes(&r, 200000, maps == 1), &out));
        CHECK(r.status.code == DDBC_MALFORMED_ATTRIBUTE || r.status.code == DDBC_TOO_DEEP);
    }
    rig_close(&r);
}

static void never_allocates_from_a_count(void)
{
    static const char *const rows[] = {
        "004c 7fffffff 0000 0000",   "004d 7fffffff 0073 00000000 0000", "0053 3fffffff 00000000 00000000",
        "004e 3fffffff 00000001 31", "0042 7fffffff 00000000",           "0073 7fffffff 61",
    };
    static spy s;
    spy_init(&s);
    ddbc_allocator allocator = spy_allocator(&s);
    rig r = rig_open(&allocator);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ddbc_attribute out = {0};
        test_note("%s", rows[i]);
        ddbc_bytes bytes = from_hex(&r, rows[i]);
        size_t before = s.live_bytes;
        CHECK_CODE(ddbc_legacy_read_attribute(r.workspace, bytes, &out, &r.status), &r.status,
                   DDBC_MALFORMED_ATTRIBUTE);
        CHECK(s.live_bytes - before <= (size_t)16 * 1024);
    }
    rig_close(&r);
}

TEST_MAIN(TEST(reads_every_type), TEST(views_point_into_the_input), TEST(accepts_what_another_writer_may_have_left),
          TEST(refuses_malformed_heads), TEST(refuses_wrong_lengths), TEST(refuses_bytes_after_the_end),
          TEST(refuses_malformed_values), TEST(refuses_text_that_is_not_utf8), TEST(refuses_every_truncation),
          TEST(survives_every_changed_byte), TEST(depth_has_a_limit), TEST(never_allocates_from_a_count))
