/* SPDX-License-Identifier: Apache-2.0
 * nested_out: decrypted lists and maps to new Python objects, in one walk over their bytes. What the walk has no way for,
 * sets and unusual numbers as well as anything malformed, goes through the tree: that tells what is wrong. */
#include "core/nested.h"

#include "core/engine.h"
#include "core/status.h"
#include "value_parts.h"

typedef struct walk {
    call *c;
    notation out;
    ddbc_cursor cursor;
} walk;

/* As below, of a value that has been stepped to. */
static PyObject *step_out(walk *w, const ddbc_step *step, unsigned depth);

/* The next value: NULL with an exception set, or without one where the walk ends. */
static inline PyObject *next_out(walk *w, unsigned depth)
{
    ddbc_step step;
    return ddbc_step_value(&w->cursor, &step) ? step_out(w, &step, depth) : NULL;
}

static PyObject *list_of(walk *w, const ddbc_step *list, unsigned depth)
{
    PyObject *result = PyList_New((Py_ssize_t)list->count);
    for (size_t i = 0; result != NULL && i < list->count; i++) {
        PyObject *member = next_out(w, depth + 1);
        if (member == NULL || DDBC_LIST_SET(result, (Py_ssize_t)i, member) < 0) {
            Py_CLEAR(result);
        }
    }
    return result;
}

static bool member_of(walk *w, PyObject *map, unsigned depth)
{
    ddbc_bytes name;
    PyObject *key = ddbc_step_name(&w->cursor, &name) ? name_out(w->c, name) : NULL;
    PyObject *value = key == NULL ? NULL : next_out(w, depth + 1);
    bool done = value != NULL && PyDict_SetItem(map, key, value) == 0;
    Py_XDECREF(value);
    Py_XDECREF(key);
    return done;
}

static PyObject *map_of(walk *w, const ddbc_step *map, unsigned depth)
{
    PyObject *result = new_dict(map->count);
    for (size_t i = 0; result != NULL && i < map->count; i++) {
        if (!member_of(w, result, depth)) {
            Py_CLEAR(result);
        }
    }
    if (result != NULL && (size_t)DDBC_DICT_SIZE(result) != map->count) { /* names are equal */
        Py_CLEAR(result);
    }
    return result;
}

static PyObject *container_of(walk *w, const ddbc_step *step, unsigned depth)
{
    if (depth >= DDBC_DEPTH_MAX) {
        return NULL;
    }
    PyObject *result = step->type == DDBC_TYPE_L ? list_of(w, step, depth) : map_of(w, step, depth);
    if (result != NULL && !ddbc_step_out(&w->cursor, step)) {
        Py_CLEAR(result);
    }
    return result;
}

static PyObject *number_of(const walk *w, ddbc_bytes text)
{
    if (!ddbc_number_is_canonical(text)) {
        return NULL;
    }
    ddbc_number number = {text, text};
    return w->out == NOTATION_WIRE ? new_text(text) : decimal_out(w->c, &number);
}

static PyObject *step_out(walk *w, const ddbc_step *step, unsigned depth)
{
    PyObject *value = NULL;
    bool wire = w->out == NOTATION_WIRE;
    switch (step->type) {
    case DDBC_TYPE_S:
        value = new_text(step->bytes);
        break;
    case DDBC_TYPE_N:
        value = number_of(w, step->bytes);
        break;
    case DDBC_TYPE_B:
        return binary_out(w->c, w->out, bytes_out(step->bytes));
    case DDBC_TYPE_BOOL:
        value = truth_out(step->boolean);
        break;
    case DDBC_TYPE_NULL:
        if (!wire) {
            Py_INCREF(Py_None);
            return Py_None;
        }
        value = truth_out(true);
        break;
    case DDBC_TYPE_L:
    case DDBC_TYPE_M:
        value = container_of(w, step, depth);
        break;
    case DDBC_TYPE_SS:
    case DDBC_TYPE_NS:
    case DDBC_TYPE_BS:
        return NULL; /* no step gives them */
    }
    return wire ? typed(w->c, step->type, value) : value;
}

/* `done` is false, and there is no exception, where it takes the tree. */
static PyObject *walk_out(walk *w, const ddbc_step *step, bool *done)
{
    PyObject *result = step_out(w, step, 1);
    if (result != NULL && w->cursor.at != w->cursor.end) {
        Py_CLEAR(result);
    }
    if (result == NULL && PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_UnicodeError)) {
        PyErr_Clear();
    }
    *done = result != NULL || PyErr_Occurred();
    return result;
}

PyObject *legacy_bytes_out(call *c, notation out, ddbc_bytes bytes)
{
    bool done = false;
    ddbc_step step;
    ddbc_attribute tree;
    walk w = {c, out, {bytes.ptr, bytes.ptr + bytes.len, false}};
    PyObject *result = bytes.len > 0 && ddbc_step_value(&w.cursor, &step) ? walk_out(&w, &step, &done) : NULL;
    if (done) {
        return result;
    }
    return ddbc_legacy_read_attribute(c->workspace, bytes, &tree, &c->status) ? value_out(c, out, &tree) : NULL;
}

PyObject *structured_bytes_out(call *c, notation out, const uint8_t type_id[2], ddbc_bytes bytes)
{
    bool done = false;
    ddbc_step step;
    ddbc_attribute tree;
    walk w = {c, out, {bytes.ptr, bytes.ptr + bytes.len, true}};
    bool nested = bytes.len > 0 && type_id[1] == 0 && (type_id[0] == 0x02 || type_id[0] == 0x03);
    PyObject *result =
        nested && ddbc_step_structured_members(&w.cursor, type_id[0] == 0x03 ? DDBC_TYPE_L : DDBC_TYPE_M, bytes, &step)
            ? walk_out(&w, &step, &done)
            : NULL;
    if (done) {
        return result;
    }
    return ddbc_structured_read_value(c->workspace, type_id, bytes, &tree, &c->status) ? value_out(c, out, &tree)
                                                                                       : NULL;
}

PyObject *structured_left_out(call *c, notation out, ddbc_type type, ddbc_bytes bytes)
{
    uint8_t type_id[2];
    if (type == DDBC_TYPE_S) {
        PyObject *text = new_text(bytes);
        if (text != NULL || !PyErr_ExceptionMatches(PyExc_UnicodeError)) {
            return out == NOTATION_WIRE ? typed(c, type, text) : text;
        }
        PyErr_Clear();
    }
    ddbc_structured_type_id(type, type_id);
    return structured_bytes_out(c, out, type_id, bytes);
}

PyObject *named_out(call *c, ddbc_bytes name, PyObject *value)
{
    if (value == NULL && !PyErr_Occurred()) {
        (void)ddbc_fail_in(&c->status, name);
    }
    return value;
}
