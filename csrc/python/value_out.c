/* SPDX-License-Identifier: Apache-2.0
 * value_out: the tree to new Python objects. */
#include <stdio.h>
#include <string.h>

#include "binary_type.h"
#include "core/status.h"
#include "value_parts.h"

/* `text`, or the exception that tells why there is none. */
static inline PyObject *checked_text(call *c, PyObject *text)
{
    if (text == NULL && PyErr_ExceptionMatches(PyExc_UnicodeError)) {
        PyErr_Clear(); /* its message would hold the text */
        (void)ddbc_fail(&c->status, DDBC_MALFORMED_ATTRIBUTE, "a string is not UTF-8");
        call_raise(c);
    }
    return text;
}

PyObject *text_out(call *c, ddbc_bytes text)
{
    return checked_text(c, new_text(text));
}

PyObject *bytes_out(ddbc_bytes bytes)
{
    return PyBytes_FromStringAndSize((const char *)bytes.ptr, (Py_ssize_t)bytes.len);
}

/* Binary(bytes); `bytes` is stolen. */
static PyObject *wrap_binary(call *c, PyObject *bytes)
{
    PyObject *result = NULL;
    if (bytes == NULL) {
        return NULL;
    }
    PyTypeObject *type = binary_type(c);
    if (type == NULL) {
        Py_DECREF(bytes);
        return NULL;
    }
    if (!is_plain_binary(c->state)) {
        result = PyObject_CallFunctionObjArgs((PyObject *)type, bytes, NULL);
    } else {
        result = PyType_GenericAlloc(type, 0);
        if (result != NULL && PyObject_SetAttr(result, c->state->value_name, bytes) < 0) {
            Py_CLEAR(result);
        }
    }
    Py_DECREF(bytes);
    return result;
}

PyObject *binary_out(call *c, notation out, PyObject *bytes)
{
    return out == NOTATION_WIRE ? typed(c, DDBC_TYPE_B, bytes) : wrap_binary(c, bytes);
}

/* ---- DynamoDB JSON -------------------------------------------------------------------------------------------- */

static PyObject *wire_member(call *c, const ddbc_attribute *set, size_t i)
{
    return set->type == DDBC_TYPE_NS   ? text_out(c, set->as.numbers.members[i].text)
           : set->type == DDBC_TYPE_SS ? text_out(c, set->as.set.members[i])
                                       : bytes_out(set->as.set.members[i]);
}

static size_t set_count(const ddbc_attribute *set)
{
    return set->type == DDBC_TYPE_NS ? set->as.numbers.count : set->as.set.count;
}

static PyObject *wire_set(call *c, const ddbc_attribute *set)
{
    size_t count = set_count(set);
    PyObject *list = PyList_New((Py_ssize_t)count);
    for (size_t i = 0; list != NULL && i < count; i++) {
        PyObject *member = wire_member(c, set, i);
        if (member == NULL || DDBC_LIST_SET(list, (Py_ssize_t)i, member) < 0) {
            Py_CLEAR(list);
        }
    }
    return list;
}

bool make_names(call *c)
{
    c->names = ddbc_workspace_alloc(c->workspace, CALL_NAMES * sizeof *c->names);
    if (c->names == NULL) {
        PyErr_NoMemory();
        return false;
    }
    memset(c->names, 0, CALL_NAMES * sizeof *c->names);
    return true;
}

PyObject *new_name(ddbc_bytes name, known_name *known)
{
    PyObject *object = new_text(name);
    if (object != NULL) {
        Py_XDECREF(known->object);
        Py_INCREF(object);
        *known = (known_name){name, object};
    }
    return object;
}

/* Sets `name` to `value`, which is stolen. */
static bool set_member(call *c, PyObject *dict, ddbc_bytes name, PyObject *value)
{
    PyObject *key = value == NULL ? NULL : checked_text(c, name_out(c, name));
    bool done = key != NULL && PyDict_SetItem(dict, key, value) == 0;
    Py_XDECREF(key);
    Py_XDECREF(value);
    return done;
}

static PyObject *list_out(call *c, const ddbc_attribute *list, PyObject *(*member_out)(call *, const ddbc_attribute *))
{
    PyObject *result = PyList_New((Py_ssize_t)list->as.list.count);
    for (size_t i = 0; result != NULL && i < list->as.list.count; i++) {
        PyObject *member = member_out(c, &list->as.list.members[i]);
        if (member == NULL || DDBC_LIST_SET(result, (Py_ssize_t)i, member) < 0) {
            Py_CLEAR(result);
        }
    }
    return result;
}

static PyObject *map_out(call *c, const ddbc_attribute *map, PyObject *(*member_out)(call *, const ddbc_attribute *))
{
    PyObject *result = new_dict(map->as.map.count);
    for (size_t i = 0; result != NULL && i < map->as.map.count; i++) {
        const ddbc_member *member = &map->as.map.members[i];
        if (!set_member(c, result, member->name, member_out(c, &member->value))) {
            Py_CLEAR(result);
        }
    }
    return result;
}

PyObject *wire_value_out(call *c, const ddbc_attribute *attribute)
{
    PyObject *value = NULL;
    switch (attribute->type) {
    case DDBC_TYPE_S:
        value = text_out(c, attribute->as.bytes);
        break;
    case DDBC_TYPE_N:
        value = text_out(c, attribute->as.number.text);
        break;
    case DDBC_TYPE_B:
        value = bytes_out(attribute->as.bytes);
        break;
    case DDBC_TYPE_BOOL:
        value = truth_out(attribute->as.boolean);
        break;
    case DDBC_TYPE_NULL:
        value = truth_out(true);
        break;
    case DDBC_TYPE_SS:
    case DDBC_TYPE_NS:
    case DDBC_TYPE_BS:
        value = wire_set(c, attribute);
        break;
    case DDBC_TYPE_L:
        value = list_out(c, attribute, wire_value_out);
        break;
    case DDBC_TYPE_M:
        value = map_out(c, attribute, wire_value_out);
        break;
    }
    return typed(c, attribute->type, value);
}

/* ---- Python values -------------------------------------------------------------------------------------------- */

static size_t coefficient_digits(ddbc_bytes text)
{
    size_t digits = 0;
    for (size_t i = 0; i < text.len && text.ptr[i] != 'E' && text.ptr[i] != 'e'; i++) {
        bool digit = text.ptr[i] >= '0' && text.ptr[i] <= '9';
        digits += digit && (digits > 0 || text.ptr[i] != '0') ? 1 : 0;
    }
    return digits;
}

/* A plain integer with trailing zeros ("1000...0") as digits and exponent: boto3 refuses a Decimal of over 38 digits,
 * even where the last are zeros, so the plain form could be read but not stored again. */
static PyObject *scientific(ddbc_bytes canonical)
{
    char text[DDBC_NUMBER_MAX + 8];
    size_t length = canonical.len;
    while (length > 1 && canonical.ptr[length - 1] == '0') {
        length--;
    }
    memcpy(text, canonical.ptr, length);
    int written = snprintf(text + length, sizeof text - length, "E+%zu", canonical.len - length);
    PyObject *result = PyUnicode_DecodeUTF8(text, (Py_ssize_t)length + written, NULL);
    return result;
}

/* Decimal(text), without the steps of calling a type that do nothing for it. */
static PyObject *new_decimal(call *c, PyObject *text)
{
    if (c->state->decimal_new == NULL) {
        return PyObject_CallFunctionObjArgs(c->state->decimal, text, NULL);
    }
    PyObject *arguments = PyTuple_Pack(1, text);
    PyObject *result =
        arguments == NULL ? NULL : c->state->decimal_new((PyTypeObject *)c->state->decimal, arguments, NULL);
    Py_XDECREF(arguments);
    return result;
}

PyObject *decimal_out(call *c, const ddbc_number *number)
{
    bool plain = coefficient_digits(number->text) <= DDBC_NUMBER_DIGITS;
    bool whole = number->canonical.len == 0 || memchr(number->canonical.ptr, '.', number->canonical.len) == NULL;
    PyObject *text = plain   ? text_out(c, number->text)
                     : whole ? scientific(number->canonical)
                             : text_out(c, number->canonical);
    PyObject *result = text == NULL ? NULL : new_decimal(c, text);
    Py_XDECREF(text);
    return result;
}

static PyObject *python_member(call *c, const ddbc_attribute *set, size_t i)
{
    return set->type == DDBC_TYPE_NS   ? decimal_out(c, &set->as.numbers.members[i])
           : set->type == DDBC_TYPE_SS ? text_out(c, set->as.set.members[i])
                                       : wrap_binary(c, bytes_out(set->as.set.members[i]));
}

static PyObject *python_set(call *c, const ddbc_attribute *set)
{
    size_t count = set_count(set);
    PyObject *result = PySet_New(NULL);
    for (size_t i = 0; result != NULL && i < count; i++) {
        PyObject *member = python_member(c, set, i);
        if (member == NULL || PySet_Add(result, member) < 0) {
            Py_CLEAR(result);
        }
        Py_XDECREF(member);
    }
    return result;
}

PyObject *python_value_out(call *c, const ddbc_attribute *attribute)
{
    switch (attribute->type) {
    case DDBC_TYPE_S:
        return text_out(c, attribute->as.bytes);
    case DDBC_TYPE_N:
        return decimal_out(c, &attribute->as.number);
    case DDBC_TYPE_B:
        return wrap_binary(c, bytes_out(attribute->as.bytes));
    case DDBC_TYPE_BOOL:
        return truth_out(attribute->as.boolean);
    case DDBC_TYPE_NULL:
        Py_INCREF(Py_None);
        return Py_None;
    case DDBC_TYPE_SS:
    case DDBC_TYPE_NS:
    case DDBC_TYPE_BS:
        return python_set(c, attribute);
    case DDBC_TYPE_L:
        return list_out(c, attribute, python_value_out);
    case DDBC_TYPE_M:
        return map_out(c, attribute, python_value_out);
    }
    PyErr_SetString(PyExc_SystemError, "unknown attribute type");
    return NULL;
}

PyObject *value_out(call *c, notation out, const ddbc_attribute *attribute)
{
    return out == NOTATION_WIRE ? wire_value_out(c, attribute) : python_value_out(c, attribute);
}

PyObject *text_pairs_out(call *c, const ddbc_pair *pairs, size_t count)
{
    PyObject *dict = PyDict_New();
    for (size_t i = 0; dict != NULL && i < count; i++) {
        PyObject *name = text_out(c, pairs[i].name);
        PyObject *value = name == NULL ? NULL : text_out(c, pairs[i].value);
        if (value == NULL || PyDict_SetItem(dict, name, value) < 0) {
            Py_CLEAR(dict);
        }
        Py_XDECREF(name);
        Py_XDECREF(value);
    }
    return dict;
}
