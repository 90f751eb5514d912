/* SPDX-License-Identifier: Apache-2.0
 * The bytes object that an attribute's large result is written into, so that the caller gets it without a copy. */
#ifndef DDBC_PYTHON_SINKS_H
#define DDBC_PYTHON_SINKS_H

#include "core/memory.h"
#include "objects.h"

/* From this size on, a result gets one. */
enum { SINK_BYTES = 4096 };

/* False with an exception set. */
static inline bool sink_make(PyObject **sink, ddbc_item_attribute *attribute, size_t size)
{
    *sink = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
    if (*sink == NULL) {
        return false;
    }
    attribute->sink = (uint8_t *)PyBytes_AsString(*sink);
    return true;
}

/* Of a result that nobody has seen yet: it may hold a plaintext, unless the attribute has no use for it. */
static inline void sink_drop(PyObject **sink, const ddbc_item_attribute *attribute)
{
    if (*sink != NULL && attribute->sink != NULL) {
        ddbc_wipe(attribute->sink, (size_t)PyBytes_Size(*sink));
    }
    Py_CLEAR(*sink);
}

#endif
