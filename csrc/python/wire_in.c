/* SPDX-License-Identifier: Apache-2.0
 * wire_in: DynamoDB JSON ({"S": "value"}) to the tree. */
#include <string.h>

#include "compat.h"
#include "core/status.h"
#include "marshal.h"

static bool fail_type(call *c, const char *type, const char *expected)
{
    return ddbc_fail(&c->status, DDBC_UNSUPPORTED_TYPE, "a value of DynamoDB type %s must be %s", type, expected);
}

static inline bool text_in(call *c, const char *type, PyObject *value, ddbc_bytes *out)
{
    return PyUnicode_Check(value) ? call_text(c, value, out) : fail_type(c, type, "a str");
}

static bool number_in(call *c, const char *type, PyObject *value, ddbc_number *out)
{
    ddbc_bytes text;
    if (!PyUnicode_Check(value)) {
        return fail_type(c, type, "a str of decimal digits, such as \"12.5\"");
    }
    return call_text(c, value, &text) && ddbc_number_parse(c->workspace, text, out, &c->status);
}

static bool bytes_in(call *c, const char *type, PyObject *value, ddbc_bytes *out)
{
    bool matched = false;
    if (!binary_in(c, value, &matched, out)) {
        return false;
    }
    return matched ? true : fail_type(c, type, "bytes, a bytearray, a memoryview or a Binary");
}

static bool boolean_in(call *c, PyObject *value, bool *out)
{
    if (!PyBool_Check(value)) {
        return fail_type(c, "BOOL", "True or False");
    }
    *out = value == Py_True;
    return true;
}

/* Set members come in a list; a tuple or a set does as well. A list is read as it is where that is safe, its members as
 * they come; what else there is becomes a tuple that the call holds. */
static PyObject *members_of(call *c, const char *type, PyObject *value, size_t *count)
{
    if (DDBC_LISTS_IN_PLACE && PyList_CheckExact(value)) {
        *count = (size_t)DDBC_LIST_SIZE(value);
        return value;
    }
    if (!PyList_Check(value) && !PyTuple_Check(value) && !PyAnySet_Check(value)) {
        (void)fail_type(c, type, "a list");
        return NULL;
    }
    call_guard(c);
    PyObject *tuple = PySequence_Tuple(value);
    if (tuple != NULL && !call_hold(c, tuple)) {
        Py_CLEAR(tuple);
    }
    Py_XDECREF(tuple); /* held */
    *count = tuple == NULL ? 0 : (size_t)DDBC_TUPLE_SIZE(tuple);
    return tuple;
}

/* Member `i` of what members_of gave, borrowed. Reading the members before it may have changed a list. */
static PyObject *member_at(call *c, PyObject *members, size_t count, size_t i)
{
    if (PyList_CheckExact(members) && (size_t)DDBC_LIST_SIZE(members) != count) {
        (void)fail_changed();
        return NULL;
    }
    PyObject *member =
        PyList_CheckExact(members) ? DDBC_LIST_ITEM(members, (Py_ssize_t)i) : DDBC_TUPLE_ITEM(members, (Py_ssize_t)i);
    return call_borrow(c, member) ? member : NULL;
}

static bool set_in(call *c, PyObject *value, ddbc_attribute *out)
{
    const char *type = ddbc_type_name(out->type);
    size_t count = 0;
    PyObject *members = members_of(c, type, value, &count);
    if (members == NULL) {
        return false;
    }
    bool numbers = out->type == DDBC_TYPE_NS;
    void *array = call_array(c, count, numbers ? sizeof(ddbc_number) : sizeof(ddbc_bytes));
    bool done = array != NULL;
    for (size_t i = 0; done && i < count; i++) {
        PyObject *member = member_at(c, members, count, i);
        done = member != NULL && (numbers                     ? number_in(c, type, member, (ddbc_number *)array + i)
                                  : out->type == DDBC_TYPE_SS ? text_in(c, type, member, (ddbc_bytes *)array + i)
                                                              : bytes_in(c, type, member, (ddbc_bytes *)array + i));
    }
    if (numbers) {
        out->as.numbers.members = array;
        out->as.numbers.count = count;
    } else {
        out->as.set.members = array;
        out->as.set.count = count;
    }
    return done;
}

static bool list_in(call *c, PyObject *value, unsigned depth, ddbc_attribute *out)
{
    size_t count = 0;
    if (!PyList_Check(value) && !PyTuple_Check(value)) {
        return fail_type(c, "L", "a list");
    }
    PyObject *members = members_of(c, "L", value, &count);
    if (members == NULL) {
        return false;
    }
    out->as.list.count = count;
    out->as.list.members = call_array(c, count, sizeof(ddbc_attribute));
    bool done = out->as.list.members != NULL;
    for (size_t i = 0; done && i < count; i++) {
        PyObject *member = member_at(c, members, count, i);
        done = member != NULL && wire_value_in(c, member, depth + 1, &out->as.list.members[i]);
    }
    return done;
}

typedef struct map_context {
    ddbc_member *members;
    unsigned depth;
} map_context;

static bool member_in(call *c, void *context, size_t index, PyObject *name, PyObject *value)
{
    map_context *map = context;
    ddbc_member *member = &map->members[index];
    return text_in(c, "M", name, &member->name) && wire_value_in(c, value, map->depth, &member->value);
}

static bool map_in(call *c, PyObject *value, unsigned depth, ddbc_attribute *out)
{
    size_t count = 0;
    int found = is_mapping(c, value);
    if (found <= 0) {
        return found == 0 ? fail_type(c, "M", "a dict") : false;
    }
    if (!mapping_size(c, value, &count)) {
        return false;
    }
    map_context context = {call_array(c, count, sizeof(ddbc_member)), depth + 1};
    out->as.map.count = count;
    out->as.map.members = context.members;
    return context.members != NULL && mapping_each_borrowed(c, value, count, member_in, &context);
}

/* The names of one letter, which nearly all values have. */
static inline bool type_of_letter(uint8_t letter, ddbc_type *out)
{
    switch (letter) {
    case 'S':
        *out = DDBC_TYPE_S;
        return true;
    case 'N':
        *out = DDBC_TYPE_N;
        return true;
    case 'B':
        *out = DDBC_TYPE_B;
        return true;
    case 'L':
        *out = DDBC_TYPE_L;
        return true;
    case 'M':
        *out = DDBC_TYPE_M;
        return true;
    default:
        return false;
    }
}

/* The longer ones are told apart by their lengths and first letters. */
static bool type_of(ddbc_bytes name, ddbc_type *out)
{
    if (name.len == 1) {
        return type_of_letter(name.ptr[0], out);
    }
    switch (name.len == 0 ? 0 : name.ptr[0]) {
    case 'S':
        *out = DDBC_TYPE_SS;
        break;
    case 'N':
        *out = name.len == 2 ? DDBC_TYPE_NS : DDBC_TYPE_NULL;
        break;
    case 'B':
        *out = name.len == 2 ? DDBC_TYPE_BS : DDBC_TYPE_BOOL;
        break;
    default:
        return false;
    }
    const char *known = ddbc_type_name(*out);
    return strlen(known) == name.len && memcmp(known, name.ptr, name.len) == 0;
}

static inline bool find_type(call *c, PyObject *name, ddbc_type *out)
{
    ddbc_bytes text;
    if (PyUnicode_Check(name)) {
        if (!call_text(c, name, &text)) {
            return false;
        }
        c->bytes -= text.len; /* no part of the item's size */
        if (type_of(text, out)) {
            return true;
        }
    }
    return ddbc_fail(&c->status, DDBC_UNSUPPORTED_TYPE,
                     "a value has none of DynamoDB's types S, N, B, BOOL, NULL, SS, NS, BS, L and M");
}

static bool typed_in(call *c, PyObject *name, PyObject *value, unsigned depth, ddbc_attribute *out)
{
    if (!find_type(c, name, &out->type)) {
        return false;
    }
    switch (out->type) {
    case DDBC_TYPE_S:
        return text_in(c, "S", value, &out->as.bytes);
    case DDBC_TYPE_N:
        return number_in(c, "N", value, &out->as.number);
    case DDBC_TYPE_B:
        return bytes_in(c, "B", value, &out->as.bytes);
    case DDBC_TYPE_BOOL:
        return boolean_in(c, value, &out->as.boolean);
    case DDBC_TYPE_NULL:
        return value == Py_True ? true : fail_type(c, "NULL", "True");
    case DDBC_TYPE_SS:
    case DDBC_TYPE_NS:
    case DDBC_TYPE_BS:
        return set_in(c, value, out);
    case DDBC_TYPE_L:
        return list_in(c, value, depth, out);
    case DDBC_TYPE_M:
        return map_in(c, value, depth, out);
    }
    return false;
}

typedef struct typed_context {
    ddbc_attribute *out;
    unsigned depth;
} typed_context;

static bool visit_typed(call *c, void *context, size_t index, PyObject *name, PyObject *value)
{
    const typed_context *typed = context;
    (void)index;
    return typed_in(c, name, value, typed->depth, typed->out);
}

/* The one member that the dict had a moment ago, borrowed. */
static bool only_member(call *c, PyObject *dict, PyObject **name, PyObject **value)
{
    Py_ssize_t position = 0;
    bool found = false;
    bool kept = false;
    Py_BEGIN_CRITICAL_SECTION(dict);
    found = PyDict_Next(dict, &position, name, value) != 0;
    /* The name is looked at before anything else runs, where there is a GIL. */
    kept = found && call_borrow(c, *value) && (DDBC_LISTS_IN_PLACE || call_borrow(c, *name));
    Py_END_CRITICAL_SECTION();
    return found ? kept : fail_changed();
}

bool wire_value_in(call *c, PyObject *value, unsigned depth, ddbc_attribute *out)
{
    if (!check_depth(c, depth)) {
        return false;
    }
    if (PyDict_CheckExact(value) && DDBC_DICT_SIZE(value) == 1) {
        PyObject *name = NULL;
        PyObject *inner = NULL;
        if (!only_member(c, value, &name, &inner)) {
            return false;
        }
        if (name == c->state->type_names[DDBC_TYPE_S]) { /* what most values are; of one letter there is one str */
            out->type = DDBC_TYPE_S;
            return text_in(c, "S", inner, &out->as.bytes);
        }
        if (name == c->state->type_names[DDBC_TYPE_B] && PyBytes_CheckExact(inner)) { /* and most stored ones */
            out->type = DDBC_TYPE_B;
            return call_buffer(c, inner, &out->as.bytes);
        }
        return typed_in(c, name, inner, depth, out);
    }
    size_t count = 0;
    int found = is_mapping(c, value);
    if (found < 0 || (found > 0 && !mapping_size(c, value, &count))) {
        return false;
    }
    if (count != 1) {
        return ddbc_fail(&c->status, DDBC_UNSUPPORTED_TYPE,
                         "a value in DynamoDB JSON must be a dict of one type and value, such as {\"S\": \"text\"}");
    }
    typed_context context = {out, depth};
    return mapping_each_borrowed(c, value, count, visit_typed, &context);
}
