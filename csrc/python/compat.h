/* SPDX-License-Identifier: Apache-2.0
 * Containers that another thread may change meanwhile.
 *
 * With a GIL nothing runs between a look and the reference that is taken, and the limited API of CPython 3.11, which
 * that build can be made for, has no other look-ups. Free-threaded builds have those of 3.13, and locks on objects. */
#ifndef DDBC_PYTHON_COMPAT_H
#define DDBC_PYTHON_COMPAT_H

#include <Python.h>

#ifndef Py_BEGIN_CRITICAL_SECTION
/* The macros of 3.13, where the GIL is the lock. */
#define Py_BEGIN_CRITICAL_SECTION(object) {
#define Py_END_CRITICAL_SECTION() }
#endif

/* Whether a list's members may be read where they are, one after the other; else from a tuple, made at one moment. */
#ifdef Py_GIL_DISABLED
#define DDBC_LISTS_IN_PLACE false
#else
#define DDBC_LISTS_IN_PLACE true
#endif

/* 1 with a new reference in `*out`, 0 where `dict` has no such key, -1 with an exception set; `*out` is NULL then. */
static inline int dict_get(PyObject *dict, PyObject *key, PyObject **out)
{
#ifdef Py_GIL_DISABLED
    return PyDict_GetItemRef(dict, key, out);
#else
    *out = PyDict_GetItemWithError(dict, key);
    if (*out == NULL) {
        return PyErr_Occurred() == NULL ? 0 : -1;
    }
    Py_INCREF(*out);
    return 1;
#endif
}

/* A new reference, or NULL with IndexError set. */
static inline PyObject *list_get(PyObject *list, Py_ssize_t index)
{
#ifdef Py_GIL_DISABLED
    return PyList_GetItemRef(list, index);
#else
    PyObject *member = PyList_GetItem(list, index);
    Py_XINCREF(member);
    return member;
#endif
}

#endif
