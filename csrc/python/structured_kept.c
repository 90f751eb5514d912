/* SPDX-License-Identifier: Apache-2.0
 * structured_kept: of an encrypted item, what its header can be told from later. */
#include "binary_type.h"
#include "compat.h"
#include "structured.h"
#include "structured_job.h"

static bool never_changes(const engine_state *state, PyObject *value)
{
    return PyUnicode_CheckExact(value) || PyBytes_CheckExact(value) || PyBool_Check(value) ||
           PyLong_CheckExact(value) || (PyObject *)Py_TYPE(value) == state->decimal;
}

/* The two parts of a DynamoDB JSON value, or NULL each where they are not such that references are enough. */
static void wire_parts(const engine_state *state, PyObject *value, PyObject *out[2])
{
    Py_ssize_t position = 0;
    out[0] = out[1] = NULL;
    if (!PyDict_CheckExact(value)) {
        return;
    }
    Py_BEGIN_CRITICAL_SECTION(value);
    PyObject *type = NULL;
    PyObject *member = NULL;
    if (PyDict_Size(value) == 1 && PyDict_Next(value, &position, &type, &member) && never_changes(state, type) &&
        never_changes(state, member)) {
        Py_INCREF(type);
        Py_INCREF(member);
        out[0] = type;
        out[1] = member;
    }
    Py_END_CRITICAL_SECTION();
}

/* As it is, or the bytes of a Binary; NULL where that is not enough. No exception is left set. */
static PyObject *python_part(const engine_state *state, PyObject *value)
{
    if (value == Py_None || never_changes(state, value)) {
        Py_INCREF(value);
        return value;
    }
    if (!is_exact_binary(state, value) || !is_plain_binary(state)) {
        return NULL;
    }
    PyObject *bytes = PyObject_GetAttr(value, state->value_name);
    if (bytes == NULL) {
        PyErr_Clear();
    } else if (!PyBytes_CheckExact(bytes)) {
        Py_CLEAR(bytes);
    }
    return bytes;
}

/* 1 once the parts of all names stand in `kept`, 0 where one must be left, -1 with an exception set. */
static int keep_parts(const engine_state *state, PyObject *item, PyObject *names, notation in, PyObject *kept)
{
    Py_ssize_t at = 1;
    for (Py_ssize_t i = 0; i < PyTuple_Size(names); i++) {
        PyObject *value = NULL;
        PyObject *parts[2] = {NULL, NULL};
        int found = dict_get(item, PyTuple_GetItem(names, i), &value);
        if (found <= 0) {
            return found;
        }
        if (in == NOTATION_WIRE) {
            wire_parts(state, value, parts);
        } else {
            parts[0] = python_part(state, value);
        }
        Py_DECREF(value);
        if (parts[0] == NULL) {
            return 0;
        }
        (void)PyTuple_SetItem(kept, at++, parts[0]); /* of a new tuple, within its size */
        if (parts[1] != NULL) {
            (void)PyTuple_SetItem(kept, at++, parts[1]);
        }
    }
    return 1;
}

PyObject *structured_kept(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    notation in;
    if (!call_count("structured_kept", count, 3) || !notation_in(arguments[1], &in)) {
        return NULL;
    }
    PyObject *names = arguments[2];
    if (!PyTuple_Check(names)) {
        PyErr_SetString(PyExc_TypeError, "the names of what is kept must be a tuple");
        return NULL;
    }
    if (!PyDict_CheckExact(arguments[0])) {
        Py_RETURN_NONE;
    }
    PyObject *kept = PyTuple_New(1 + PyTuple_Size(names) * (in == NOTATION_WIRE ? 2 : 1));
    PyObject *all = kept == NULL ? NULL : PyDict_Keys(arguments[0]);
    int done = all == NULL ? -1 : 0;
    if (all != NULL) {
        (void)PyTuple_SetItem(kept, 0, all);
        done = keep_parts(state_of_module(module), arguments[0], names, in, kept);
    }
    if (done > 0) {
        return kept;
    }
    Py_XDECREF(kept);
    if (done < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}
