/* SPDX-License-Identifier: Apache-2.0 */
#include "errors.h"

#include <string.h>

void raise_status(engine_state *state, const ddbc_status *status)
{
    PyObject *type = state->exceptions[status->code];
    if (type == NULL) {
        PyErr_NoMemory();
        return;
    }
    PyObject *name = PyUnicode_DecodeUTF8(status->attribute, (Py_ssize_t)strlen(status->attribute), "replace");
    PyObject *message = name == NULL ? NULL
                        : status->attribute[0] == '\0'
                            /* A message that was cut may end within a character. */
                            ? PyUnicode_DecodeUTF8(status->message, (Py_ssize_t)strlen(status->message), "replace")
                            : PyUnicode_FromFormat("attribute %R: %s", name, status->message);
    PyObject *error = message == NULL ? NULL : PyObject_CallFunctionObjArgs(type, message, NULL);
    if (error != NULL && (status->attribute[0] == '\0' || PyObject_SetAttrString(error, "attribute", name) == 0)) {
        PyErr_SetObject(type, error);
    }
    Py_XDECREF(error);
    Py_XDECREF(message);
    Py_XDECREF(name);
}

void raise_with_index(engine_state *state, size_t index)
{
    PyObject *type = NULL;
    PyObject *value = NULL;
    PyObject *traceback = NULL;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    bool ours = false;
    for (int code = 0; value != NULL && code < DDBC_CODE_COUNT && !ours; code++) {
        ours = state->exceptions[code] != NULL && type == state->exceptions[code];
    }
    if (ours) {
        PyObject *number = PyLong_FromSize_t(index);
        if (number == NULL || PyObject_SetAttrString(value, "index", number) < 0) {
            PyErr_Clear();
        }
        Py_XDECREF(number);
    }
    PyErr_Restore(type, value, traceback);
}
