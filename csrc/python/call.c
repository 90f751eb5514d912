/* SPDX-License-Identifier: Apache-2.0 */
#include "call.h"

#include <string.h>

#include "core/status.h"
#include "errors.h"

bool call_begin(call *c, engine_state *state)
{
    c->state = state;
    c->held = NULL;
    c->borrowed = NULL;
    c->keeping = false;
#ifdef Py_GIL_DISABLED
    c->guarded = true; /* other threads run at any time */
#else
    c->guarded = false;
#endif
    c->names = NULL;
    c->bytes = 0;
    c->pen = (ddbc_pen){0};
    c->status.code = DDBC_OK;
    c->workspace = state_borrow(state);
    return c->workspace != NULL;
}

static void let_go(object_chunk *chunk)
{
    for (; chunk != NULL; chunk = chunk->next) {
        for (size_t i = 0; i < chunk->count; i++) {
            Py_DECREF(chunk->objects[i]);
        }
    }
}

/* Letting go can run Python code, which may make calls of its own: they get other workspaces. */
static void let_go_of_all(call *c)
{
    let_go(c->held);
    for (size_t i = 0; c->names != NULL && i < CALL_NAMES; i++) {
        Py_XDECREF(c->names[i].object); /* a str: runs no code */
    }
    if (c->guarded) {
        let_go(c->borrowed);
    }
}

void call_end(call *c)
{
    let_go_of_all(c);
    state_return(c->state, c->workspace);
}

void call_next(call *c)
{
    let_go_of_all(c);
    ddbc_workspace_reset(c->workspace);
    c->held = NULL;
    c->borrowed = NULL;
    c->names = NULL;
    c->bytes = 0;
    c->pen = (ddbc_pen){0};
}

void call_raise(call *c)
{
    if (!PyErr_Occurred()) {
        raise_status(c->state, &c->status);
    }
}

bool call_push(call *c, object_chunk **list, PyObject *object)
{
    object_chunk *fresh = ddbc_workspace_alloc(c->workspace, sizeof *fresh);
    if (fresh == NULL) {
        return ddbc_fail_memory(&c->status);
    }
    if (list == &c->held || c->guarded) {
        Py_INCREF(object);
    }
    fresh->next = *list;
    fresh->objects[0] = object;
    fresh->count = 1;
    *list = fresh;
    return true;
}

void call_guard(call *c)
{
    if (c->guarded) {
        return;
    }
    c->guarded = true;
    for (object_chunk *chunk = c->borrowed; chunk != NULL; chunk = chunk->next) {
        for (size_t i = 0; i < chunk->count; i++) {
            Py_INCREF(chunk->objects[i]);
        }
    }
}

bool utf8_in_place(call *c, PyObject *text, ddbc_bytes *out)
{
    Py_ssize_t length = 0;
    if (may_have_surrogates(text)) {
        call_guard(c);
    }
    Py_INCREF(text);
    const char *utf8 = PyUnicode_AsUTF8AndSize(text, &length);
    Py_DECREF(text);
    *out = (ddbc_bytes){(const uint8_t *)utf8, (size_t)length};
    return utf8 != NULL;
}

bool call_encoded_text(call *c, PyObject *text, ddbc_bytes *out)
{
    if (!utf8_in_place(c, text, out)) {
        if (!PyErr_ExceptionMatches(PyExc_UnicodeError)) {
            return false;
        }
        /* Its message would hold the text. */
        PyErr_Clear();
        return ddbc_fail(&c->status, DDBC_INVALID_TEXT,
                         "a string has a lone surrogate, which UTF-8 cannot hold; remove or replace it");
    }
    c->bytes += out->len;
    return true;
}

static bool copy_buffer(call *c, PyObject *object, ddbc_bytes *out)
{
    Py_buffer view;
    call_guard(c); /* a buffer can be an object of any class */
    if (PyObject_GetBuffer(object, &view, PyBUF_CONTIG_RO) < 0) {
        return false;
    }
    uint8_t *copy = ddbc_workspace_alloc(c->workspace, (size_t)view.len);
    if (copy != NULL && view.len > 0) {
        memcpy(copy, view.buf, (size_t)view.len);
    }
    *out = (ddbc_bytes){copy, (size_t)view.len};
    c->bytes += (size_t)view.len;
    PyBuffer_Release(&view);
    return copy != NULL ? true : ddbc_fail_memory(&c->status);
}

bool call_buffer(call *c, PyObject *buffer, ddbc_bytes *out)
{
    if (!PyBytes_Check(buffer)) {
        return copy_buffer(c, buffer, out);
    }
    *out = bytes_in_place(buffer);
    c->bytes += out->len;
    return true;
}

void *call_array(call *c, size_t count, size_t size)
{
    void *array = size != 0 && count > SIZE_MAX / size ? NULL : ddbc_workspace_alloc(c->workspace, count * size);
    if (array == NULL) {
        (void)ddbc_fail_memory(&c->status);
    }
    return array;
}

PyObject *call_finish(call *c, PyObject *out)
{
    if (out == NULL) {
        call_raise(c);
    }
    call_end(c);
    return out;
}

bool call_count(const char *name, Py_ssize_t given, Py_ssize_t expected)
{
    if (given != expected) {
        PyErr_Format(PyExc_TypeError, "%s() takes %zd positional arguments, got %zd", name, expected, given);
    }
    return given == expected;
}
