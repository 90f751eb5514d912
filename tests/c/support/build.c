/* SPDX-License-Identifier: Apache-2.0 */
#include "build.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

rig rig_open(const ddbc_allocator *allocator)
{
    rig r = {0};
    CHECK_OK(ddbc_engine_new(allocator, &r.engine, &r.status), &r.status);
    CHECK_OK(ddbc_workspace_new(r.engine, &r.workspace, &r.status), &r.status);
    return r;
}

void rig_close(rig *r)
{
    ddbc_workspace_free(r->workspace);
    ddbc_engine_free(r->engine);
    *r = (rig){0};
}

static void *take(rig *r, size_t size)
{
    void *block = ddbc_workspace_alloc(r->workspace, size == 0 ? 1 : size);
    CHECK(block != NULL);
    return block;
}

ddbc_bytes view(const char *text)
{
    return (ddbc_bytes){(const uint8_t *)text, strlen(text)};
}

static uint8_t nibble(char c)
{
    if (c >= '0' && c <= '9') {
        return (uint8_t)(c - '0');
    }
    CHECK(c >= 'a' && c <= 'f');
    return (uint8_t)(c - 'a' + 10);
}

ddbc_bytes from_hex(rig *r, const char *hex)
{
    uint8_t *bytes = take(r, strlen(hex) / 2 + 1);
    size_t length = 0;
    while (*hex != '\0') {
        if (*hex == ' ') {
            hex++;
            continue;
        }
        bytes[length++] = (uint8_t)(nibble(hex[0]) << 4 | nibble(hex[1]));
        hex += 2;
    }
    return (ddbc_bytes){bytes, length};
}

ddbc_bytes copy_of(rig *r, ddbc_bytes bytes)
{
    uint8_t *copy = take(r, bytes.len);
    if (bytes.len > 0) {
        memcpy(copy, bytes.ptr, bytes.len);
    }
    return (ddbc_bytes){copy, bytes.len};
}

bool same_bytes(ddbc_bytes a, ddbc_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

uint8_t *exact(ddbc_bytes bytes)
{
    uint8_t *block = malloc(bytes.len);
    CHECK(block != NULL || bytes.len == 0);
    if (bytes.len > 0) {
        memcpy(block, bytes.ptr, bytes.len);
    }
    return block;
}

ddbc_key *key_of(rig *r, ddbc_algorithm algorithm, ddbc_bytes raw)
{
    ddbc_key *key = NULL;
    CHECK_OK(ddbc_key_new(r->engine, algorithm, raw, &key, &r->status), &r->status);
    return key;
}

ddbc_key *counting_key(rig *r, ddbc_algorithm algorithm, uint8_t first)
{
    uint8_t raw[32];
    for (size_t i = 0; i < sizeof raw; i++) {
        raw[i] = (uint8_t)(first + i);
    }
    return key_of(r, algorithm, VIEW_OF(raw));
}

ddbc_attribute make_s(const char *text)
{
    return (ddbc_attribute){.type = DDBC_TYPE_S, .as.bytes = view(text)};
}

ddbc_attribute make_b(ddbc_bytes bytes)
{
    return (ddbc_attribute){.type = DDBC_TYPE_B, .as.bytes = bytes};
}

ddbc_attribute make_n(rig *r, const char *text)
{
    ddbc_attribute attribute = {.type = DDBC_TYPE_N};
    CHECK_OK(ddbc_number_parse(r->workspace, view(text), &attribute.as.number, &r->status), &r->status);
    return attribute;
}

ddbc_attribute make_bool(bool value)
{
    return (ddbc_attribute){.type = DDBC_TYPE_BOOL, .as.boolean = value};
}

ddbc_attribute make_null(void)
{
    return (ddbc_attribute){.type = DDBC_TYPE_NULL};
}

static size_t count_strings(va_list *arguments)
{
    size_t count = 0;
    while (va_arg(*arguments, const char *) != NULL) {
        count++;
    }
    return count;
}

static ddbc_attribute make_byte_set(rig *r, ddbc_type type, va_list *counting, va_list *arguments)
{
    size_t count = count_strings(counting);
    ddbc_bytes *members = take(r, count * sizeof *members);
    for (size_t i = 0; i < count; i++) {
        const char *text = va_arg(*arguments, const char *);
        members[i] = type == DDBC_TYPE_BS ? from_hex(r, text) : view(text);
    }
    return (ddbc_attribute){.type = type, .as.set = {members, count}};
}

ddbc_attribute make_ss(rig *r, ...)
{
    va_list counting;
    va_list arguments;
    va_start(counting, r);
    va_start(arguments, r);
    ddbc_attribute attribute = make_byte_set(r, DDBC_TYPE_SS, &counting, &arguments);
    va_end(arguments);
    va_end(counting);
    return attribute;
}

ddbc_attribute make_bs(rig *r, ...)
{
    va_list counting;
    va_list arguments;
    va_start(counting, r);
    va_start(arguments, r);
    ddbc_attribute attribute = make_byte_set(r, DDBC_TYPE_BS, &counting, &arguments);
    va_end(arguments);
    va_end(counting);
    return attribute;
}

ddbc_attribute make_ns(rig *r, ...)
{
    va_list counting;
    va_list arguments;
    va_start(counting, r);
    va_start(arguments, r);
    size_t count = count_strings(&counting);
    ddbc_number *members = take(r, count * sizeof *members);
    for (size_t i = 0; i < count; i++) {
        members[i] = make_n(r, va_arg(arguments, const char *)).as.number;
    }
    va_end(arguments);
    va_end(counting);
    return (ddbc_attribute){.type = DDBC_TYPE_NS, .as.numbers = {members, count}};
}

ddbc_attribute make_l(rig *r, size_t count, ...)
{
    va_list arguments;
    ddbc_attribute *members = take(r, count * sizeof *members);
    va_start(arguments, count);
    for (size_t i = 0; i < count; i++) {
        members[i] = va_arg(arguments, ddbc_attribute);
    }
    va_end(arguments);
    return (ddbc_attribute){.type = DDBC_TYPE_L, .as.list = {members, count}};
}

ddbc_attribute make_m(rig *r, size_t count, ...)
{
    va_list arguments;
    ddbc_member *members = take(r, count * sizeof *members);
    va_start(arguments, count);
    for (size_t i = 0; i < count; i++) {
        members[i].name = view(va_arg(arguments, const char *));
        members[i].value = va_arg(arguments, ddbc_attribute);
    }
    va_end(arguments);
    return (ddbc_attribute){.type = DDBC_TYPE_M, .as.map = {members, count}};
}

ddbc_attribute make_nested(rig *r, size_t levels, ddbc_attribute inner)
{
    for (size_t i = 0; i < levels; i++) {
        inner = make_l(r, 1, inner);
    }
    return inner;
}

ddbc_attribute make_everything(rig *r)
{
    ddbc_attribute list = make_l(r, 4, make_n(r, "-12.50"), make_s("caf\xc3\xa9 \xf0\x9f\x8e\x89"),
                                 make_b(from_hex(r, "00ff80")), make_bool(false));
    return make_m(r, 9, "list", list, "null", make_null(), "true", make_bool(true), "ss",
                  make_ss(r, "b", "a", "", NULL), "ns", make_ns(r, "10", "9", "-1.0", NULL), "bs",
                  make_bs(r, "ff", "01", "", NULL), "empty list", make_l(r, 0), "empty map", make_m(r, 0), "n",
                  make_n(r, "1234567890123456789012345678901234567.8"));
}

static bool same_sets(const ddbc_bytes *a, const ddbc_bytes *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!same_bytes(a[i], b[i])) {
            return false;
        }
    }
    return true;
}

bool same_attribute(const ddbc_attribute *a, const ddbc_attribute *b)
{
    if (a->type != b->type) {
        return false;
    }
    switch (a->type) {
    case DDBC_TYPE_S:
    case DDBC_TYPE_B:
        return same_bytes(a->as.bytes, b->as.bytes);
    case DDBC_TYPE_N:
        return same_bytes(a->as.number.canonical, b->as.number.canonical);
    case DDBC_TYPE_BOOL:
        return a->as.boolean == b->as.boolean;
    case DDBC_TYPE_NULL:
        return true;
    case DDBC_TYPE_SS:
    case DDBC_TYPE_BS:
        return a->as.set.count == b->as.set.count && same_sets(a->as.set.members, b->as.set.members, a->as.set.count);
    case DDBC_TYPE_NS:
        for (size_t i = 0; i < a->as.numbers.count && i < b->as.numbers.count; i++) {
            if (!same_bytes(a->as.numbers.members[i].canonical, b->as.numbers.members[i].canonical)) {
                return false;
            }
        }
        return a->as.numbers.count == b->as.numbers.count;
    case DDBC_TYPE_L:
        for (size_t i = 0; i < a->as.list.count && i < b->as.list.count; i++) {
            if (!same_attribute(&a->as.list.members[i], &b->as.list.members[i])) {
                return false;
            }
        }
        return a->as.list.count == b->as.list.count;
    case DDBC_TYPE_M:
        for (size_t i = 0; i < a->as.map.count && i < b->as.map.count; i++) {
            if (!same_bytes(a->as.map.members[i].name, b->as.map.members[i].name) ||
                !same_attribute(&a->as.map.members[i].value, &b->as.map.members[i].value)) {
                return false;
            }
        }
        return a->as.map.count == b->as.map.count;
    default:
        test_fail(__FILE__, __LINE__, "no such type: %d", (int)a->type);
    }
}

ddbc_bytes canonical(rig *r, const ddbc_attribute *attribute)
{
    ddbc_bytes bytes = {0};
    CHECK_OK(ddbc_legacy_write_attribute(r->workspace, attribute, DDBC_DIALECT_PYTHON, &bytes, &r->status), &r->status);
    return bytes;
}

ddbc_item_attribute item_attribute(const char *name, ddbc_action action, ddbc_attribute value)
{
    return (ddbc_item_attribute){.name = view(name), .action = action, .value = value};
}

ddbc_item make_item(rig *r, size_t count, ...)
{
    va_list arguments;
    ddbc_item_attribute *attributes = take(r, count * sizeof *attributes);
    va_start(arguments, count);
    for (size_t i = 0; i < count; i++) {
        attributes[i] = va_arg(arguments, ddbc_item_attribute);
    }
    va_end(arguments);
    return (ddbc_item){attributes, count};
}

ddbc_item clone_item(rig *r, ddbc_item item)
{
    ddbc_item_attribute *attributes = take(r, item.count * sizeof *attributes);
    if (item.count > 0) {
        memcpy(attributes, item.attributes, item.count * sizeof *attributes);
    }
    return (ddbc_item){attributes, item.count};
}

ddbc_item_attribute *find_attribute(ddbc_item item, const char *name)
{
    for (size_t i = 0; i < item.count; i++) {
        if (same_bytes(item.attributes[i].name, view(name))) {
            return &item.attributes[i];
        }
    }
    test_fail(__FILE__, __LINE__, "the item has no attribute %s", name);
}
