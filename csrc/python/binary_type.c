/* SPDX-License-Identifier: Apache-2.0 */
#include "binary_type.h"

#include "marshal.h"

/* Whether Binary(b"") is an object with the one attribute `value`, of a class that adds nothing to making objects: 1, 0,
 * or -1 with an exception set. */
static int is_plain(engine_state *state, PyTypeObject *type)
{
    PyObject *empty = PyBytes_FromStringAndSize("", 0);
    PyObject *sample = empty == NULL ? NULL : PyObject_CallFunctionObjArgs((PyObject *)type, empty, NULL);
    PyObject *fields = sample == NULL ? NULL : PyObject_GetAttrString(sample, "__dict__");
    int plain = fields == NULL ? -1 : PyDict_Contains(fields, state->value_name);
    if (plain == 1) {
        plain = PyDict_Size(fields) == 1 &&
                PyType_GetSlot(type, Py_tp_new) == PyType_GetSlot(&PyBaseObject_Type, Py_tp_new) &&
                PyType_GetSlot(type, Py_tp_alloc) == (void *)PyType_GenericAlloc;
    }
    Py_XDECREF(fields);
    Py_XDECREF(sample);
    Py_XDECREF(empty);
    return plain;
}

/* Threads may come at once: all find the same, and the first one's stays. */
static PyTypeObject *publish(engine_state *state, PyObject *found)
{
    if (!PyType_Check(found)) {
        PyErr_SetString(PyExc_TypeError, "boto3.dynamodb.types.Binary is no class");
        return NULL;
    }
    PyTypeObject *type = (PyTypeObject *)found;
    int plain = is_plain(state, type);
    if (plain < 0) {
        return NULL;
    }
    atomic_store_explicit(&state->plain_binary, plain == 1, memory_order_relaxed);
    PyTypeObject *nothing = NULL;
    Py_INCREF(found);
    if (!atomic_compare_exchange_strong_explicit(&state->binary, &nothing, type, memory_order_acq_rel,
                                                 memory_order_acquire)) {
        Py_DECREF(found);
        return nothing;
    }
    return type;
}

/* Binary of a module; NULL where that has none yet, since another thread is importing it, or with an exception set. */
static PyTypeObject *of_module(engine_state *state, PyObject *module)
{
    PyObject *found = PyObject_GetAttrString(module, "Binary");
    if (found == NULL) {
        if (PyErr_ExceptionMatches(PyExc_AttributeError)) {
            PyErr_Clear();
        }
        return NULL;
    }
    PyTypeObject *type = publish(state, found);
    Py_DECREF(found);
    return type;
}

int is_binary(call *c, PyObject *value)
{
    PyTypeObject *type = known_binary_type(c->state);
    if (type == NULL) {
        call_guard(c);
        PyObject *module = PyImport_GetModule(c->state->binary_module);
        type = module == NULL ? NULL : of_module(c->state, module);
        Py_XDECREF(module);
    }
    if (type == NULL) {
        return PyErr_Occurred() == NULL ? 0 : -1;
    }
    return is_instance(c, value, (PyObject *)type);
}

PyTypeObject *import_binary_type(call *c)
{
    call_guard(c);
    PyObject *module = PyImport_Import(c->state->binary_module);
    PyTypeObject *type = module == NULL ? NULL : of_module(c->state, module);
    Py_XDECREF(module);
    if (type == NULL && !PyErr_Occurred()) {
        PyErr_SetString(PyExc_ImportError, "boto3.dynamodb.types has no class Binary");
    }
    return type;
}

PyObject *binary_value(call *c, PyObject *binary)
{
    call_guard(c);
    Py_INCREF(binary);
    PyObject *value = PyObject_GetAttr(binary, c->state->value_name);
    Py_DECREF(binary);
    return value;
}

bool binary_in(call *c, PyObject *value, bool *matched, ddbc_bytes *out)
{
    *matched = true;
    if (!is_exact_binary(c->state, value)) {
        if (PyBytes_Check(value) || PyByteArray_Check(value) || PyMemoryView_Check(value)) {
            return call_buffer(c, value, out);
        }
        int found = is_binary(c, value);
        if (found <= 0) {
            *matched = false;
            return found == 0;
        }
    }
    PyObject *inner = binary_value(c, value);
    bool done = inner != NULL && call_hold(c, inner) && call_buffer(c, inner, out);
    Py_XDECREF(inner);
    return done;
}
