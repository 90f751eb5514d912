/* SPDX-License-Identifier: Apache-2.0
 * python_in: Python values to the tree, by the rules of boto3's TypeSerializer. */
#include <string.h>

#include "binary_type.h"
#include "compat.h"
#include "core/status.h"
#include "marshal.h"

/* DynamoDB's decimal context in boto3: 38 digits, exponents -128 to 126, nothing rounded or clamped. */
#define CONTEXT_EXPONENT_MAX 126
#define CONTEXT_EXPONENT_TINY (-128 - 38 + 1)

static bool fail_digits(call *c)
{
    return ddbc_fail(
        &c->status, DDBC_INVALID_NUMBER,
        "a number has at most 38 digits in DynamoDB (boto3 counts trailing zeros of an int or Decimal too); "
        "round it, write trailing zeros as an exponent, or store it as a string");
}

/* What boto3's context would trap, seen from str(Decimal): [-]digits[.digits][E[+-]digits]. */
bool python_number_fits(call *c, ddbc_bytes text)
{
    size_t digits = 0;
    long exponent = 0;
    bool point = false;
    size_t i = text.len > 0 && text.ptr[0] == '-' ? 1 : 0;
    bool zero = true;
    for (; i < text.len && text.ptr[i] != 'E' && text.ptr[i] != 'e'; i++) {
        if (text.ptr[i] == '.') {
            point = true;
            continue;
        }
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return ddbc_fail(&c->status, DDBC_INVALID_NUMBER, "NaN and Infinity are no numbers in DynamoDB");
        }
        zero = zero && text.ptr[i] == '0';
        digits += zero ? 0 : 1;
        exponent -= point ? 1 : 0;
    }
    if (i < text.len) {
        long written = 0;
        bool negative = i + 1 < text.len && text.ptr[i + 1] == '-';
        for (i++; i < text.len; i++) {
            if (text.ptr[i] >= '0' && text.ptr[i] <= '9' && written < 100000) {
                written = written * 10 + (text.ptr[i] - '0');
            }
        }
        exponent += negative ? -written : written;
    }
    if (digits > DDBC_NUMBER_DIGITS) {
        return fail_digits(c);
    }
    if (exponent < CONTEXT_EXPONENT_TINY || (zero && exponent > CONTEXT_EXPONENT_MAX)) {
        return ddbc_fail(
            &c->status, DDBC_INVALID_NUMBER,
            "a number's last digit stands at exponent %ld, outside of boto3's range for DynamoDB (%d to %d)", exponent,
            CONTEXT_EXPONENT_TINY, CONTEXT_EXPONENT_MAX);
    }
    return true;
}

static bool number_text_in(call *c, PyObject *text, ddbc_number *out)
{
    ddbc_bytes bytes;
    return call_hold(c, text) && call_text(c, text, &bytes) && python_number_fits(c, bytes) &&
           ddbc_number_parse(c->workspace, bytes, out, &c->status);
}

size_t python_digits_of(long long value, char out[PYTHON_DIGITS_MAX])
{
    char reversed[PYTHON_DIGITS_MAX];
    size_t count = 0;
    size_t at = 0;
    unsigned long long rest = value < 0 ? 0 - (unsigned long long)value : (unsigned long long)value;
    do {
        reversed[count++] = (char)('0' + (int)(rest % 10));
        rest /= 10;
    } while (rest > 0);
    if (value < 0) {
        out[at++] = '-';
    }
    while (count > 0) {
        out[at++] = reversed[--count];
    }
    return at;
}

static bool integer_in(call *c, PyObject *value, ddbc_number *out)
{
    int overflow = 0;
    long long small = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow == 0) {
        if (small == -1 && PyErr_Occurred()) {
            return false;
        }
        char digits[PYTHON_DIGITS_MAX];
        size_t length = python_digits_of(small, digits);
        uint8_t *copy = call_array(c, length, 1);
        if (copy == NULL) {
            return false;
        }
        memcpy(copy, digits, length);
        c->bytes += length;
        return ddbc_number_parse(c->workspace, (ddbc_bytes){copy, length}, out, &c->status);
    }
    call_guard(c);
    PyObject *text = PyNumber_ToBase(value, 10);
    if (text == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_ValueError)) {
            return false;
        }
        /* Over Python's own limit of digits. */
        PyErr_Clear();
        return fail_digits(c);
    }
    bool done = number_text_in(c, text, out);
    Py_DECREF(text);
    return done;
}

static bool decimal_in(call *c, PyObject *value, ddbc_number *out)
{
    PyObject *text;
    if (c->state->plain_decimal && Py_IS_TYPE(value, (PyTypeObject *)c->state->decimal)) {
        text = PyObject_Str(value);
    } else {
        call_guard(c);
        text = PyObject_CallFunctionObjArgs(c->state->decimal_str, value, NULL);
    }
    bool done = text != NULL && number_text_in(c, text, out);
    Py_XDECREF(text);
    return done;
}

static bool fail_unsupported(call *c, PyObject *value)
{
    PyObject *name = PyType_GetName(Py_TYPE(value));
    ddbc_bytes text = {NULL, 0};
    char shown[64] = "?";
    if (name == NULL) {
        return false;
    }
    if (call_text(c, name, &text)) {
        size_t length = text.len < sizeof shown - 1 ? text.len : sizeof shown - 1;
        memcpy(shown, text.ptr, length);
        shown[length] = '\0';
    }
    Py_DECREF(name);
    if (PyFloat_Check(value)) {
        return ddbc_fail(&c->status, DDBC_UNSUPPORTED_TYPE,
                         "float is not supported, since it is not exact; use decimal.Decimal");
    }
    return ddbc_fail(
        &c->status, DDBC_UNSUPPORTED_TYPE,
        "the Python type %s has no DynamoDB type; expected None, bool, int, Decimal, str, bytes, bytearray, "
        "Binary, list, tuple, dict, or a set of numbers, strings or binaries",
        shown);
}

/* A number: int or Decimal. `*matched` is false for any other type but float, which is refused. */
static bool number_in(call *c, PyObject *value, bool *matched, ddbc_number *out)
{
    *matched = true;
    if (PyLong_Check(value)) {
        return integer_in(c, value, out);
    }
    int is_decimal = is_instance(c, value, c->state->decimal);
    if (is_decimal != 0) {
        return is_decimal > 0 && decimal_in(c, value, out);
    }
    *matched = false;
    return PyFloat_Check(value) ? fail_unsupported(c, value) : true;
}

static bool fail_mixed(call *c)
{
    return ddbc_fail(&c->status, DDBC_UNSUPPORTED_TYPE, "a set must hold only numbers, only strings or only binaries");
}

static bool number_set_in(call *c, PyObject *members, size_t count, ddbc_attribute *out)
{
    out->type = DDBC_TYPE_NS;
    out->as.numbers.count = count;
    out->as.numbers.members = call_array(c, count, sizeof(ddbc_number));
    bool done = out->as.numbers.members != NULL;
    for (size_t i = 0; done && i < count; i++) {
        bool matched = false;
        done = number_in(c, DDBC_TUPLE_ITEM(members, (Py_ssize_t)i), &matched, &out->as.numbers.members[i]) &&
               (matched ? true : fail_mixed(c));
    }
    return done;
}

static bool bytes_set_in(call *c, PyObject *members, size_t count, ddbc_attribute *out)
{
    out->as.set.count = count;
    out->as.set.members = call_array(c, count, sizeof(ddbc_bytes));
    bool done = out->as.set.members != NULL;
    for (size_t i = 0; done && i < count; i++) {
        PyObject *member = DDBC_TUPLE_ITEM(members, (Py_ssize_t)i);
        bool matched = PyUnicode_Check(member);
        if (out->type == DDBC_TYPE_SS) {
            done = matched && call_text(c, member, &out->as.set.members[i]);
        } else {
            done = binary_in(c, member, &matched, &out->as.set.members[i]);
        }
        if (!matched && !PyErr_Occurred()) {
            done = PyFloat_Check(member) ? fail_unsupported(c, member) : fail_mixed(c);
        }
    }
    return done;
}

/* A copy, held with its members. */
static PyObject *held_tuple(call *c, PyObject *value)
{
    call_guard(c);
    PyObject *members = PySequence_Tuple(value);
    bool done = members != NULL && call_hold(c, members);
    Py_XDECREF(members);
    return done ? members : NULL;
}

static bool set_in(call *c, PyObject *value, ddbc_attribute *out)
{
    PyObject *members = held_tuple(c, value);
    if (members == NULL) {
        return false;
    }
    size_t count = (size_t)DDBC_TUPLE_SIZE(members);
    /* As in boto3, an empty set is one of numbers. */
    PyObject *first = count > 0 ? DDBC_TUPLE_ITEM(members, 0) : NULL;
    if (first != NULL && PyUnicode_Check(first)) {
        out->type = DDBC_TYPE_SS;
        return bytes_set_in(c, members, count, out);
    }
    int found = first == NULL ? 0 : PyBytes_Check(first) || PyByteArray_Check(first) ? 1 : is_binary(c, first);
    if (found < 0) {
        return false;
    }
    if (found > 0) {
        out->type = DDBC_TYPE_BS;
        return bytes_set_in(c, members, count, out);
    }
    return number_set_in(c, members, count, out);
}

/* Of a list the members are read as they come; the code of a member may change it. */
static bool list_in(call *c, PyObject *value, unsigned depth, ddbc_attribute *out)
{
    PyObject *members = value;
    bool exact = DDBC_LISTS_IN_PLACE && PyList_CheckExact(value);
    if (!exact && (members = held_tuple(c, value)) == NULL) {
        return false;
    }
    size_t count = (size_t)(exact ? DDBC_LIST_SIZE(members) : DDBC_TUPLE_SIZE(members));
    out->type = DDBC_TYPE_L;
    out->as.list.count = count;
    out->as.list.members = call_array(c, count, sizeof(ddbc_attribute));
    bool done = out->as.list.members != NULL;
    for (size_t i = 0; done && i < count; i++) {
        if (exact && (size_t)DDBC_LIST_SIZE(members) != count) {
            return fail_changed();
        }
        PyObject *member = exact ? DDBC_LIST_ITEM(members, (Py_ssize_t)i) : DDBC_TUPLE_ITEM(members, (Py_ssize_t)i);
        done = call_borrow(c, member) && python_value_in(c, member, depth + 1, &out->as.list.members[i]);
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
    if (!PyUnicode_Check(name)) {
        return ddbc_fail(&c->status, DDBC_UNSUPPORTED_TYPE, "a map's names must be str");
    }
    return call_text(c, name, &member->name) && python_value_in(c, value, map->depth, &member->value);
}

static bool map_in(call *c, PyObject *value, unsigned depth, ddbc_attribute *out)
{
    size_t count = 0;
    if (!mapping_size(c, value, &count)) {
        return false;
    }
    map_context context = {call_array(c, count, sizeof(ddbc_member)), depth + 1};
    out->type = DDBC_TYPE_M;
    out->as.map.count = count;
    out->as.map.members = context.members;
    return context.members != NULL && mapping_each_borrowed(c, value, count, member_in, &context);
}

/* The types that take an isinstance check each. */
static bool other_in(call *c, PyObject *value, unsigned depth, ddbc_attribute *out)
{
    bool matched = false;
    out->type = DDBC_TYPE_N;
    bool done = number_in(c, value, &matched, &out->as.number);
    if (!done || matched) {
        return done;
    }
    if (!PyMemoryView_Check(value)) { /* boto3 takes none */
        out->type = DDBC_TYPE_B;
        done = binary_in(c, value, &matched, &out->as.bytes);
        if (!done || matched) {
            return done;
        }
    }
    int is_set = PyAnySet_Check(value) ? 1 : is_instance(c, value, c->state->set);
    if (is_set != 0) {
        return is_set > 0 && set_in(c, value, out);
    }
    int found = is_mapping(c, value);
    if (found != 0) {
        return found > 0 && map_in(c, value, depth, out);
    }
    return fail_unsupported(c, value);
}

bool python_value_in(call *c, PyObject *value, unsigned depth, ddbc_attribute *out)
{
    if (!check_depth(c, depth)) {
        return false;
    }
    /* The most frequent types by a comparison of pointers; boto3's order of checks matters only for subclasses. */
    if (PyUnicode_CheckExact(value)) {
        out->type = DDBC_TYPE_S;
        return call_text(c, value, &out->as.bytes);
    }
    if (is_exact_binary(c->state, value)) {
        bool matched = false;
        out->type = DDBC_TYPE_B;
        return binary_in(c, value, &matched, &out->as.bytes);
    }
    if (Py_IS_TYPE(value, (PyTypeObject *)c->state->decimal)) {
        out->type = DDBC_TYPE_N;
        return decimal_in(c, value, &out->as.number);
    }
    if (value == Py_None) {
        out->type = DDBC_TYPE_NULL;
        return true;
    }
    if (PyBool_Check(value)) {
        out->type = DDBC_TYPE_BOOL;
        out->as.boolean = value == Py_True;
        return true;
    }
    if (PyUnicode_Check(value)) {
        out->type = DDBC_TYPE_S;
        return call_text(c, value, &out->as.bytes);
    }
    if (PyBytes_Check(value)) {
        out->type = DDBC_TYPE_B;
        return call_buffer(c, value, &out->as.bytes);
    }
    if (PyList_Check(value) || PyTuple_Check(value)) {
        return list_in(c, value, depth, out);
    }
    if (PyDict_Check(value)) {
        return map_in(c, value, depth, out);
    }
    return other_in(c, value, depth, out);
}

bool value_in(call *c, notation in, PyObject *value, ddbc_attribute *out)
{
    return in == NOTATION_WIRE ? wire_value_in(c, value, 1, out) : python_value_in(c, value, 1, out);
}
