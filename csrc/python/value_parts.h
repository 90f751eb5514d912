/* SPDX-License-Identifier: Apache-2.0
 * What new values are put together from, whether from the tree or from serialised bytes. */
#ifndef DDBC_PYTHON_VALUE_PARTS_H
#define DDBC_PYTHON_VALUE_PARTS_H

#include "marshal.h"

/* Decimal; NULL with an exception set. */
PyObject *decimal_out(call *c, const ddbc_number *number);
/* A name that is not the one in the slot, in which it is remembered from now on. */
PyObject *new_name(ddbc_bytes name, known_name *known);
/* Empty slots for names. */
bool make_names(call *c);

static inline PyObject *truth_out(bool truth)
{
    PyObject *result = truth ? Py_True : Py_False;
    Py_INCREF(result);
    return result;
}

/* {type: value}; `value` is stolen, and may be NULL with an exception set. */
static inline PyObject *typed(call *c, ddbc_type type, PyObject *value)
{
    PyObject *result = value == NULL ? NULL : PyDict_New();
    if (result != NULL && PyDict_SetItem(result, c->state->type_names[type], value) < 0) {
        Py_CLEAR(result);
    }
    Py_XDECREF(value);
    return result;
}

static inline bool same_name(const known_name *known, ddbc_bytes name)
{
    return known->object != NULL && known->bytes.len == name.len && memcmp(known->bytes.ptr, name.ptr, name.len) == 0;
}

/* A map's name; UnicodeDecodeError where it is not UTF-8. Maps in a list mostly have the same names, which then are one
 * object with its hash. Nothing is kept beyond the call, since names inside of an encrypted attribute are secret. */
static inline PyObject *name_out(call *c, ddbc_bytes name)
{
    if (name.len == 0) {
        return new_text(name);
    }
    if (c->names == NULL && !make_names(c)) {
        return NULL;
    }
    known_name *known = &c->names[(name.len * 31 + name.ptr[0] * 7u + name.ptr[name.len - 1]) % CALL_NAMES];
    if (!same_name(known, name)) {
        return new_name(name, known);
    }
    Py_INCREF(known->object);
    return known->object;
}

#endif
