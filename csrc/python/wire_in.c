/* SPDX-License-Identifier: Apache-2.0
 * wire_in: DynamoDB JSON ({"S": "value"}) to the tree. */
#include <string.h>

#include "core/status.h"
#include "marshal.h"

static bool fail_type(call *c, const char *type, const char *expected)
{
    return ddbc_fail(&c->status, DDBC_UNSUPPORTED_TYPE, "a value of DynamoDB type %s must be %s", type, expected);
}

static bool text_in(call *c, const char *type, PyObject *value, ddbc_bytes *out)
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

/* Set members come in a list; a tuple or a set does as well. */
static PyObject *members_of(call *c, const char *type, PyObject *value)
{
    if (PyList_Check(value) || PyTuple_Check(value) || PyAnySet_Check(value)) {
        PyObject *tuple = PySequence_Tuple(value);
        if (tuple != NULL && !call_hold(c, tuple)) {
            Py_CLEAR(tuple);
        }
        Py_XDECREF(tuple); /* held */
        return tuple;
    }
    (void)fail_type(c, type, "a list");
    return NULL;
}

static bool set_in(call *c, PyObject *value, ddbc_attribute *out)
{
    const char *type = ddbc_type_name(out->type);
    PyObject *members = members_of(c, type, value);
    if (members == NULL) {
        return false;
    }
    size_t count = (size_t)PyTuple_Size(members);
    if (out->type == DDBC_TYPE_NS) {
        out->as.numbers.count = count;
        out->as.numbers.members = call_array(c, count, sizeof(ddbc_number));
        bool done = out->as.numbers.members != NULL;
        for (size_t i = 0; done && i < count; i++) {
            done = number_in(c, type, PyTuple_GetItem(members, (Py_ssize_t)i), &out->as.numbers.members[i]);
        }
        return done;
    }
    out->as.set.count = count;
    out->as.set.members = call_array(c, count, sizeof(ddbc_bytes));
    bool done = out->as.set.members != NULL;
    for (size_t i = 0; done && i < count; i++) {
        PyObject *member = PyTuple_GetItem(members, (Py_ssize_t)i);
        ddbc_bytes *to = &out->as.set.members[i];
        done = out->type == DDBC_TYPE_SS ? text_in(c, type, member, to) : bytes_in(c, type, member, to);
    }
    return done;
}

static bool list_in(call *c, PyObject *value, unsigned depth, ddbc_attribute *out)
{
    if (!PyList_Check(value) && !PyTuple_Check(value)) {
        return fail_type(c, "L", "a list");
    }
    PyObject *members = members_of(c, "L", value);
    if (members == NULL) {
        return false;
    }
    size_t count = (size_t)PyTuple_Size(members);
    out->as.list.count = count;
    out->as.list.members = call_array(c, count, sizeof(ddbc_attribute));
    bool done = out->as.list.members != NULL;
    for (size_t i = 0; done && i < count; i++) {
        done = wire_value_in(c, PyTuple_GetItem(members, (Py_ssize_t)i), depth + 1, &out->as.list.members[i]);
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
    int is_mapping = PyDict_Check(value) ? 1 : PyObject_IsInstance(value, c->state->mapping);
    if (is_mapping <= 0) {
        return is_mapping == 0 ? fail_type(c, "M", "a dict") : false;
    }
    if (!mapping_size(c, value, &count)) {
        return false;
    }
    map_context context = {call_array(c, count, sizeof(ddbc_member)), depth + 1};
    out->as.map.count = count;
    out->as.map.members = context.members;
    return context.members != NULL && mapping_each(c, value, count, member_in, &context);
}

static bool find_type(call *c, PyObject *name, ddbc_type *out)
{
    for (unsigned type = 0; type < DDBC_TYPES; type++) {
        if (name == c->state->type_names[type]) {
            *out = (ddbc_type)type;
            return true;
        }
    }
    /* Names that are not interned, such as those of parsed JSON. */
    for (unsigned type = 0; PyUnicode_Check(name) && type < DDBC_TYPES; type++) {
        if (PyUnicode_CompareWithASCIIString(name, ddbc_type_name((ddbc_type)type)) == 0) {
            *out = (ddbc_type)type;
            return true;
        }
    }
    return ddbc_fail(&c->status, DDBC_UNSUPPORTED_TYPE,
                     "a value has none of DynamoDB's types S, N, B, BOOL, NULL, SS, NS, BS, L and M");
}

typedef struct typed_context {
    ddbc_attribute *out;
    unsigned depth;
} typed_context;

static bool typed_in(call *c, void *context, size_t index, PyObject *name, PyObject *value)
{
    typed_context *typed = context;
    ddbc_attribute *out = typed->out;
    (void)index;
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
        return list_in(c, value, typed->depth, out);
    case DDBC_TYPE_M:
        return map_in(c, value, typed->depth, out);
    }
    return false;
}

bool wire_value_in(call *c, PyObject *value, unsigned depth, ddbc_attribute *out)
{
    size_t count = 0;
    typed_context context = {out, depth};
    if (!check_depth(c, depth)) {
        return false;
    }
    int is_mapping = PyDict_Check(value) ? 1 : PyObject_IsInstance(value, c->state->mapping);
    if (is_mapping < 0 || (is_mapping > 0 && !mapping_size(c, value, &count))) {
        return false;
    }
    if (count != 1) {
        return ddbc_fail(&c->status, DDBC_UNSUPPORTED_TYPE,
                         "a value in DynamoDB JSON must be a dict of one type and value, such as {\"S\": \"text\"}");
    }
    return mapping_each(c, value, count, typed_in, &context);
}
