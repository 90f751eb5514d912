/* SPDX-License-Identifier: Apache-2.0
 * Look-ups in containers that another thread may change meanwhile: they give owned references.
 *
 * With a GIL nothing runs between a look-up and the reference that is taken; the limited API of CPython 3.11, which that
 * build can be made for, has no other look-ups. Free-threaded builds have those of 3.13. */
#ifndef DDBC_PYTHON_COMPAT_H
#define DDBC_PYTHON_COMPAT_H

#include <Python.h>

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
