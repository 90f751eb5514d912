/* SPDX-License-Identifier: Apache-2.0
 * Python's own objects, read and made without a call where the full API allows it; by functions under the limited one. */
#ifndef DDBC_PYTHON_OBJECTS_H
#define DDBC_PYTHON_OBJECTS_H

#include <Python.h>

#include <string.h>

#include "core/words.h"
#include "ddbcrypt.h"

/* From this size on, PyUnicode_DecodeUTF8 is as fast as a look for bytes beyond ASCII and a copy. */
#define ASCII_MAX 512

#ifdef Py_LIMITED_API
#define DDBC_DICT_SIZE PyDict_Size
#define DDBC_LIST_SIZE PyList_Size
#define DDBC_LIST_ITEM PyList_GetItem
#define DDBC_TUPLE_SIZE PyTuple_Size
#define DDBC_TUPLE_ITEM PyTuple_GetItem
#define DDBC_LIST_SET PyList_SetItem
#else
#define DDBC_DICT_SIZE PyDict_GET_SIZE
#define DDBC_LIST_SIZE PyList_GET_SIZE
#define DDBC_LIST_ITEM PyList_GET_ITEM
#define DDBC_TUPLE_SIZE PyTuple_GET_SIZE
#define DDBC_TUPLE_ITEM PyTuple_GET_ITEM
#define DDBC_LIST_SET(list, i, item) (PyList_SET_ITEM(list, i, item), 0)
#endif

/* The text of a str that is ASCII, in place; false for any other, which PyUnicode_AsUTF8AndSize encodes. */
static inline bool ascii_in_place(PyObject *text, ddbc_bytes *out)
{
#ifdef Py_LIMITED_API
    (void)text;
    (void)out;
    return false;
#else
    if (!PyUnicode_IS_COMPACT_ASCII(text)) {
        return false;
    }
    *out = (ddbc_bytes){PyUnicode_1BYTE_DATA(text), (size_t)PyUnicode_GET_LENGTH(text)};
    return true;
#endif
}

/* No text of one byte a character has any. */
static inline bool may_have_surrogates(PyObject *text)
{
#ifdef Py_LIMITED_API
    (void)text;
    return true;
#else
    return PyUnicode_KIND(text) != PyUnicode_1BYTE_KIND;
#endif
}

/* The content of a bytes object, in place. */
static inline ddbc_bytes bytes_in_place(PyObject *bytes)
{
#ifdef Py_LIMITED_API
    return (ddbc_bytes){(const uint8_t *)PyBytes_AsString(bytes), (size_t)PyBytes_Size(bytes)};
#else
    return (ddbc_bytes){(const uint8_t *)PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes)};
#endif
}

/* A str of UTF-8; NULL with an exception set, UnicodeDecodeError where it is none. */
static inline PyObject *new_text(ddbc_bytes text)
{
#ifndef Py_LIMITED_API
    if (text.len > 1 && text.len <= ASCII_MAX && ddbc_is_ascii(text.ptr, text.len)) {
        PyObject *result = PyUnicode_New((Py_ssize_t)text.len, 127);
        if (result != NULL) {
            memcpy(PyUnicode_1BYTE_DATA(result), text.ptr, text.len);
        }
        return result;
    }
#endif
    return PyUnicode_DecodeUTF8((const char *)text.ptr, (Py_ssize_t)text.len, NULL);
}

/* Has a dict's members fetched into the cache, for a look at them soon. */
static inline void look_ahead(PyObject *object)
{
#if !defined Py_LIMITED_API && (defined __GNUC__ || defined __clang__)
    if (PyDict_CheckExact(object)) {
        __builtin_prefetch(((PyDictObject *)object)->ma_keys);
    }
#else
    (void)object;
#endif
}

/* An empty dict with room for `count` members, where Python offers that. */
static inline PyObject *new_dict(size_t count)
{
#if !defined Py_LIMITED_API && PY_VERSION_HEX < 0x030D0000
    return count > 5 ? _PyDict_NewPresized((Py_ssize_t)count) : PyDict_New();
#else
    (void)count;
    return PyDict_New();
#endif
}

#endif
