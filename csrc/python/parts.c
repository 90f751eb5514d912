/* SPDX-License-Identifier: Apache-2.0
 * parts: the format's structures one by one, for keys that are a user's own class, and boto3's conversions. */
#include "core/status.h"
#include "items.h"
#include "job.h"

static bool dialect_in(call *c, PyObject *number, ddbc_dialect *out)
{
    if (!PyLong_Check(number)) {
        call_guard(c); /* its __index__ is code */
    }
    long value = PyLong_AsLong(number);
    if (value == -1 && PyErr_Occurred()) {
        return false;
    }
    if (value != DDBC_DIALECT_PYTHON && value != DDBC_DIALECT_JAVA) {
        return ddbc_fail(&c->status, DDBC_INVALID_ARGUMENT, "a dialect must be 0 (Python) or 1 (Java)");
    }
    *out = (ddbc_dialect)value;
    return true;
}

/* Ends the call with `out`, or with its failure raised. */
PyObject *serialize_attribute(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    call c;
    if (count != 2) {
        PyErr_SetString(PyExc_TypeError, "serialize_attribute() takes 2 positional arguments");
        return NULL;
    }
    if (!call_begin(&c, state_of_module(module))) {
        return NULL;
    }
    ddbc_attribute attribute;
    ddbc_dialect dialect = DDBC_DIALECT_PYTHON;
    ddbc_bytes bytes;
    bool done = call_hold(&c, arguments[0]) && dialect_in(&c, arguments[1], &dialect);
    nested_format format = dialect == DDBC_DIALECT_JAVA ? NESTED_LEGACY_JAVA : NESTED_LEGACY;
    if (done && !nested_in(&c, NOTATION_WIRE, format, arguments[0], &attribute.type, &bytes)) {
        done = wire_value_in(&c, arguments[0], 1, &attribute) &&
               ddbc_attribute_check(c.workspace, &attribute, &c.status) &&
               ddbc_legacy_write_attribute(c.workspace, &attribute, dialect, &bytes, &c.status);
    }
    return call_finish(&c, done ? bytes_out(bytes) : NULL);
}

PyObject *deserialize_attribute(PyObject *module, PyObject *data)
{
    call c;
    if (!call_begin(&c, state_of_module(module))) {
        return NULL;
    }
    ddbc_bytes bytes;
    return call_finish(&c, call_buffer(&c, data, &bytes) ? legacy_bytes_out(&c, NOTATION_WIRE, bytes) : NULL);
}

PyObject *serialize_description(PyObject *module, PyObject *description)
{
    call c;
    if (!call_begin(&c, state_of_module(module))) {
        return NULL;
    }
    ddbc_pair *pairs = NULL;
    size_t count = 0;
    ddbc_bytes bytes;
    bool done = pairs_in(&c, description, &pairs, &count) &&
                ddbc_legacy_write_description(c.workspace, pairs, count, &bytes, &c.status);
    return call_finish(&c, done ? bytes_out(bytes) : NULL);
}

PyObject *deserialize_description(PyObject *module, PyObject *data)
{
    call c;
    if (!call_begin(&c, state_of_module(module))) {
        return NULL;
    }
    ddbc_pair *pairs = NULL;
    size_t count = 0;
    ddbc_bytes bytes;
    bool done =
        call_buffer(&c, data, &bytes) && ddbc_legacy_read_description(c.workspace, bytes, &pairs, &count, &c.status);
    return call_finish(&c, done ? text_pairs_out(&c, pairs, count) : NULL);
}

PyObject *string_to_sign(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    call c;
    if (count != 6) {
        PyErr_SetString(PyExc_TypeError, "string_to_sign() takes 6 positional arguments");
        return NULL;
    }
    long options = PyLong_AsLong(arguments[5]);
    if (options == -1 && PyErr_Occurred()) {
        return NULL;
    }
    if (!call_begin(&c, state_of_module(module))) {
        return NULL;
    }
    job_settings settings;
    ddbc_legacy_job legacy;
    python_job job = {.job = &legacy};
    ddbc_dialect dialect = DDBC_DIALECT_PYTHON;
    ddbc_bytes bytes;
    bool done = job_scope_in(&c, arguments + 1, &settings) &&
                job_in(&c, NOTATION_WIRE, false, arguments[0], &settings, &job) &&
                dialect_in(&c, arguments[4], &dialect) &&
                (((unsigned)options & DDBC_READ_28_DIGITS) == 0 ||
                 ddbc_legacy_round_numbers(c.workspace, &legacy.item, &c.status)) &&
                ddbc_legacy_string_to_sign(c.workspace, &legacy.item, legacy.table, dialect, &bytes, &c.status);
    return call_finish(&c, done ? bytes_out(bytes) : NULL);
}

PyObject *generate_rsa(PyObject *module, PyObject *bits)
{
    call c;
    long number = PyLong_AsLong(bits);
    if (number == -1 && PyErr_Occurred()) {
        return NULL;
    }
    if (!call_begin(&c, state_of_module(module))) {
        return NULL;
    }
    ddbc_bytes encoded = {NULL, 0};
    bool done;
    WITHOUT_GIL_BEGIN
    done = ddbc_rsa_generate(c.workspace, number < 0 || number > 65536 ? 0 : (unsigned)number, &encoded, &c.status);
    WITHOUT_GIL_END
    return call_finish(&c, done ? bytes_out(encoded) : NULL);
}

/* ---- boto3's conversions -------------------------------------------------------------------------------------- */

typedef struct convert_context {
    notation in;
    PyObject *result;
} convert_context;

static bool convert_one(call *c, void *context, size_t index, PyObject *name, PyObject *value)
{
    convert_context *to = context;
    ddbc_attribute attribute;
    (void)index;
    if (!value_in(c, to->in, value, &attribute)) {
        ddbc_bytes text;
        if (c->status.code != DDBC_OK && !PyErr_Occurred() && PyUnicode_Check(name)) {
            ddbc_status kept = c->status;
            if (call_text(c, name, &text)) {
                (void)ddbc_fail_in(&kept, text);
            }
            c->status = kept;
        }
        return false;
    }
    PyObject *converted = value_out(c, to->in == NOTATION_WIRE ? NOTATION_PYTHON : NOTATION_WIRE, &attribute);
    bool done = converted != NULL && PyDict_SetItem(to->result, name, converted) == 0;
    Py_XDECREF(converted);
    return done;
}

static PyObject *convert(PyObject *module, PyObject *item, notation in)
{
    call c;
    size_t count = 0;
    if (!call_begin(&c, state_of_module(module))) {
        return NULL;
    }
    call_guard(&c); /* each value is given out before the next is taken in */
    convert_context context = {in, PyDict_New()};
    int found = is_mapping(&c, item);
    if (found == 0) {
        (void)ddbc_fail(&c.status, DDBC_UNSUPPORTED_TYPE, "an item must be a dict of attribute names and values");
    }
    if (context.result != NULL &&
        (found <= 0 || !mapping_size(&c, item, &count) || !mapping_each(&c, item, count, convert_one, &context))) {
        Py_CLEAR(context.result);
    }
    return call_finish(&c, context.result);
}

PyObject *to_wire(PyObject *module, PyObject *item)
{
    return convert(module, item, NOTATION_PYTHON);
}

PyObject *from_wire(PyObject *module, PyObject *item)
{
    return convert(module, item, NOTATION_WIRE);
}
