/* SPDX-License-Identifier: Apache-2.0
 *
 * Steps over serialised lists and maps: what they accept, the reader of trees accepts and with the same content; and what
 * is written of a tree they accept, but for sets, numbers of an unusual form and names that DynamoDB does not take.
 *
 * Input: a byte that says what the rest is (0: legacy, any value; 1: structured, a map; 2: structured, a list). */
#include <string.h>

#include "core/engine.h"
#include "core/nested.h"
#include "core/order.h"
#include "ddbcrypt_structured.h"
#include "fuzz.h"

typedef struct walk {
    fuzz_rig *rig;
    ddbc_cursor cursor;
} walk;

static bool take(walk *w, const ddbc_step *step, unsigned depth, ddbc_attribute *out);

static bool next(walk *w, unsigned depth, ddbc_attribute *out)
{
    ddbc_step step;
    return ddbc_step_value(&w->cursor, &step) && take(w, &step, depth, out);
}

static bool take_list(walk *w, const ddbc_step *list, unsigned depth, ddbc_attribute *out)
{
    out->as.list.count = list->count;
    out->as.list.members = fuzz_alloc(w->rig, list->count * sizeof *out->as.list.members);
    for (size_t i = 0; i < list->count; i++) {
        if (!next(w, depth + 1, &out->as.list.members[i])) {
            return false;
        }
    }
    return true;
}

static bool is_new(const ddbc_member *members, size_t count, ddbc_bytes name)
{
    for (size_t i = 0; i < count; i++) {
        if (fuzz_same(members[i].name, name)) {
            return false;
        }
    }
    return true;
}

static bool take_map(walk *w, const ddbc_step *map, unsigned depth, ddbc_attribute *out)
{
    ddbc_member *members = fuzz_alloc(w->rig, map->count * sizeof *members);
    out->as.map.count = map->count;
    out->as.map.members = members;
    for (size_t i = 0; i < map->count; i++) {
        if (!ddbc_step_name(&w->cursor, &members[i].name) || !ddbc_utf8_valid(members[i].name) ||
            !is_new(members, i, members[i].name) || !next(w, depth + 1, &members[i].value)) {
            return false;
        }
    }
    return true;
}

static bool take_container(walk *w, const ddbc_step *step, unsigned depth, ddbc_attribute *out)
{
    return depth < DDBC_DEPTH_MAX &&
           (step->type == DDBC_TYPE_L ? take_list(w, step, depth, out) : take_map(w, step, depth, out)) &&
           ddbc_step_out(&w->cursor, step);
}

/* As the extension's walk goes about a step. */
static bool take(walk *w, const ddbc_step *step, unsigned depth, ddbc_attribute *out)
{
    FUZZ_CHECK(w->cursor.at <= w->cursor.end);
    out->type = step->type;
    switch (step->type) {
    case DDBC_TYPE_S:
        out->as.bytes = step->bytes;
        return ddbc_utf8_valid(step->bytes);
    case DDBC_TYPE_N:
        out->as.number = (ddbc_number){step->bytes, step->bytes};
        return ddbc_number_is_canonical(step->bytes);
    case DDBC_TYPE_B:
        out->as.bytes = step->bytes;
        return true;
    case DDBC_TYPE_BOOL:
        out->as.boolean = step->boolean;
        return true;
    case DDBC_TYPE_NULL:
        return true;
    case DDBC_TYPE_L:
    case DDBC_TYPE_M:
        return take_container(w, step, depth, out);
    case DDBC_TYPE_SS:
    case DDBC_TYPE_NS:
    case DDBC_TYPE_BS:
        break;
    }
    FUZZ_CHECK(!"a step to a set");
    return false;
}

static bool walk_all(walk *w, const ddbc_step *step, ddbc_attribute *out)
{
    return take(w, step, 1, out) && w->cursor.at == w->cursor.end;
}

static bool walk_legacy(fuzz_rig *rig, ddbc_bytes in, ddbc_attribute *out)
{
    ddbc_step step;
    walk w = {rig, {in.ptr, in.ptr + in.len, false}};
    return in.len > 0 && ddbc_step_value(&w.cursor, &step) && walk_all(&w, &step, out);
}

static bool walk_structured(fuzz_rig *rig, ddbc_type type, ddbc_bytes in, ddbc_attribute *out)
{
    ddbc_step step;
    walk w = {rig, {in.ptr, in.ptr + in.len, true}};
    return in.len > 0 && ddbc_step_structured_members(&w.cursor, type, in, &step) && walk_all(&w, &step, out);
}

static bool are_same(const ddbc_attribute *a, const ddbc_attribute *b)
{
    bool same = a->type == b->type;
    switch (same ? a->type : DDBC_TYPE_NULL) {
    case DDBC_TYPE_S:
    case DDBC_TYPE_B:
        return fuzz_same(a->as.bytes, b->as.bytes);
    case DDBC_TYPE_N:
        return fuzz_same(a->as.number.text, b->as.number.text) &&
               fuzz_same(a->as.number.canonical, b->as.number.canonical);
    case DDBC_TYPE_BOOL:
        return a->as.boolean == b->as.boolean;
    case DDBC_TYPE_L:
        same = a->as.list.count == b->as.list.count;
        for (size_t i = 0; same && i < a->as.list.count; i++) {
            same = are_same(&a->as.list.members[i], &b->as.list.members[i]);
        }
        return same;
    case DDBC_TYPE_M:
        same = a->as.map.count == b->as.map.count;
        for (size_t i = 0; same && i < a->as.map.count; i++) {
            same = fuzz_same(a->as.map.members[i].name, b->as.map.members[i].name) &&
                   are_same(&a->as.map.members[i].value, &b->as.map.members[i].value);
        }
        return same;
    default:
        return same;
    }
}

/* Whether there is nothing in it that the steps leave to the tree. */
static bool is_usual(const ddbc_attribute *value)
{
    bool usual = true;
    switch (value->type) {
    case DDBC_TYPE_N:
        return ddbc_number_is_canonical(value->as.number.canonical);
    case DDBC_TYPE_SS:
    case DDBC_TYPE_NS:
    case DDBC_TYPE_BS:
        return false;
    case DDBC_TYPE_L:
        for (size_t i = 0; usual && i < value->as.list.count; i++) {
            usual = is_usual(&value->as.list.members[i]);
        }
        return usual;
    case DDBC_TYPE_M:
        for (size_t i = 0; usual && i < value->as.map.count; i++) {
            size_t length = value->as.map.members[i].name.len;
            usual = length > 0 && length <= DDBC_NESTED_NAME_MAX && is_usual(&value->as.map.members[i].value);
        }
        return usual;
    default:
        return true;
    }
}

static void run_legacy(fuzz_rig *rig, ddbc_bytes in)
{
    ddbc_attribute walked;
    ddbc_attribute tree = {.type = DDBC_TYPE_NULL};
    bool accepted = walk_legacy(rig, in, &walked);
    bool read = ddbc_legacy_read_attribute(rig->workspace, in, &tree, &rig->status);
    FUZZ_CHECK(!accepted || (read && are_same(&walked, &tree)));
    if (read && is_usual(&tree)) {
        ddbc_bytes written = fuzz_canonical(rig, &tree, DDBC_DIALECT_PYTHON);
        FUZZ_CHECK(walk_legacy(rig, written, &walked));
        FUZZ_CHECK(fuzz_same(fuzz_canonical(rig, &walked, DDBC_DIALECT_PYTHON), written));
    }
}

static void run_structured(fuzz_rig *rig, ddbc_type type, ddbc_bytes in)
{
    const uint8_t type_id[2] = {type == DDBC_TYPE_L ? 0x03 : 0x02, 0x00};
    ddbc_attribute walked;
    ddbc_attribute tree = {.type = DDBC_TYPE_NULL};
    bool accepted = walk_structured(rig, type, in, &walked);
    bool read = ddbc_structured_read_value(rig->workspace, type_id, in, &tree, &rig->status);
    FUZZ_CHECK(!accepted || (read && are_same(&walked, &tree)));
    if (read && is_usual(&tree)) {
        uint8_t written_id[2];
        ddbc_bytes written = {NULL, 0};
        FUZZ_CHECK(ddbc_structured_write_value(rig->workspace, &tree, written_id, &written, &rig->status));
        FUZZ_CHECK(walk_structured(rig, type, written, &walked));
        FUZZ_CHECK(fuzz_same(fuzz_canonical(rig, &walked, DDBC_DIALECT_PYTHON),
                             fuzz_canonical(rig, &tree, DDBC_DIALECT_PYTHON)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_rig *rig = fuzz_rig_get();
    fuzz_input in = {data, size};
    uint8_t kind = fuzz_byte(&in) % 3;
    ddbc_bytes rest = {in.at, in.left};
    if (kind == 0) {
        run_legacy(rig, rest);
    } else {
        run_structured(rig, kind == 1 ? DDBC_TYPE_M : DDBC_TYPE_L, rest);
    }
    return 0;
}
