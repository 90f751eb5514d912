/* SPDX-License-Identifier: Apache-2.0
 * nested_in: lists and maps to be encrypted, from Python objects to their serialisation in one walk. It takes what most
 * values are made of; all else goes through the tree: what is rare, what runs Python code to be read, and what is wrong,
 * since the tree tells what that is. Nothing here runs Python code, so no object that is looked at goes or changes: only
 * what makes an exception may, and that ends the walk. */
#include "binary_type.h"
#include "compat.h"
#include "core/engine.h"
#include "core/named.h"
#include "core/nested_put.h"
#include "core/status.h"
#include "marshal.h"

#ifdef Py_GIL_DISABLED
/* Other threads change containers meanwhile: the tree holds what it has seen. */
bool nested_in(call *c, notation in, nested_format format, PyObject *value, ddbc_type *type, ddbc_bytes *out)
{
    (void)c;
    (void)in;
    (void)format;
    (void)value;
    (void)type;
    (void)out;
    return false;
}

bool encrypted_in(call *c, notation in, nested_format format, PyObject *value, ddbc_item_attribute *out)
{
    (void)format;
    return value_in(c, in, value, &out->value);
}
#else

/* Members of maps and sets that are being sorted, without an array in the workspace. */
enum { FEW_MEMBERS = 48 };

typedef struct walk {
    call *c;
    ddbc_pen *pen;
    bool utf16;  /* names are in that order */
    bool wire;   /* the notation */
    size_t used; /* of `few` */
    size_t most; /* that was used of them */
    ddbc_named few[FEW_MEMBERS];
} walk;

static inline bool text_of(call *c, PyObject *text, ddbc_bytes *out)
{
    if (!PyUnicode_Check(text)) {
        return false;
    }
    if (ascii_in_place(text, out)) {
        return true;
    }
    return utf8_in_place(c, text, out);
}

static inline bool put_text(walk *w, PyObject *text)
{
    ddbc_bytes bytes;
    return text_of(w->c, text, &bytes) && ddbc_put_leaf(w->pen, DDBC_TYPE_S, bytes);
}

/* In canonical form, whatever form it has. */
static inline bool put_number_text(walk *w, ddbc_bytes text)
{
    if (ddbc_number_is_canonical(text)) {
        return ddbc_put_leaf(w->pen, DDBC_TYPE_N, text);
    }
    ddbc_status ignored;
    size_t length = 0;
    if (!ddbc_pen_room(w->pen, DDBC_NESTED_HEAD + DDBC_NUMBER_MAX) ||
        !ddbc_number_canonical(text, (char *)w->pen->at + DDBC_NESTED_HEAD, &length, &ignored)) {
        return false;
    }
    (void)ddbc_put_four(ddbc_put_type(w->pen, w->pen->at, DDBC_TYPE_N), length);
    w->pen->at += DDBC_NESTED_HEAD + length;
    return true;
}

/* ---- values of both ---------------------------------------------------------------------------------------------- */

/* In DynamoDB JSON: a value by the name of its type. */
static bool typed_in(walk *w, PyObject *name, PyObject *inner, unsigned depth);
static bool python_in(walk *w, PyObject *value, unsigned depth);

/* Members are at most at DDBC_DEPTH_MAX, since containers are above it. Inlined where most values come from. */
static inline bool next_in(walk *w, PyObject *value, unsigned depth)
{
    if (!w->wire) {
        return python_in(w, value, depth);
    }
    Py_ssize_t position = 0;
    PyObject *name = NULL;
    PyObject *inner = NULL;
    if (!PyDict_CheckExact(value) || DDBC_DICT_SIZE(value) != 1 || !PyDict_Next(value, &position, &name, &inner)) {
        return false;
    }
    if (name == w->c->state->type_names[DDBC_TYPE_S]) { /* what most values are; of one letter there is one str */
        return put_text(w, inner);
    }
    return typed_in(w, name, inner, depth);
}

/* ---- containers of both notations ------------------------------------------------------------------------------ */

static ddbc_named *take_members(walk *w, size_t count)
{
    if (count > FEW_MEMBERS - w->used) {
        return ddbc_arena_array(&w->c->workspace->arena, count, sizeof(ddbc_named));
    }
    ddbc_named *members = w->few + w->used;
    w->used += count;
    w->most = w->most > w->used ? w->most : w->used;
    return members;
}

static void leave_members(walk *w, const ddbc_named *members)
{
    if (members != NULL && members >= w->few && members < w->few + FEW_MEMBERS) {
        w->used = (size_t)(members - w->few);
    }
}

static bool map_in(walk *w, PyObject *dict, unsigned depth)
{
    size_t count = (size_t)DDBC_DICT_SIZE(dict);
    size_t mark = 0;
    if (depth >= DDBC_DEPTH_MAX || !ddbc_put_begin(w->pen, DDBC_TYPE_M, count, &mark)) {
        return false;
    }
    ddbc_named *members = take_members(w, count);
    Py_ssize_t position = 0;
    PyObject *name = NULL;
    PyObject *value = NULL;
    bool done = members != NULL;
    for (size_t i = 0; done && i < count; i++) {
        done = PyDict_Next(dict, &position, &name, &value) && text_of(w->c, name, &members[i].name);
        members[i].value = value;
        members[i].head = done ? ddbc_named_head(members[i].name) : 0;
        if (done) {
            look_ahead(value);
        }
    }
    done = done && ddbc_sort_named(members, count, w->utf16);
    for (size_t i = 0; done && i < count; i++) {
        done = members[i].name.len - 1 < DDBC_NESTED_NAME_MAX && ddbc_put_leaf(w->pen, DDBC_TYPE_S, members[i].name) &&
               next_in(w, (PyObject *)members[i].value, depth + 1);
    }
    leave_members(w, members);
    if (done) {
        ddbc_put_end(w->pen, mark);
    }
    return done;
}

static bool list_in(walk *w, PyObject *list, unsigned depth)
{
    bool tuple = PyTuple_CheckExact(list);
    size_t count = (size_t)(tuple ? DDBC_TUPLE_SIZE(list) : DDBC_LIST_SIZE(list));
    size_t mark = 0;
    bool done = depth < DDBC_DEPTH_MAX && ddbc_put_begin(w->pen, DDBC_TYPE_L, count, &mark);
    for (size_t i = 0; done && i < count; i++) {
        done =
            next_in(w, tuple ? DDBC_TUPLE_ITEM(list, (Py_ssize_t)i) : DDBC_LIST_ITEM(list, (Py_ssize_t)i), depth + 1);
    }
    if (done) {
        ddbc_put_end(w->pen, mark);
    }
    return done;
}

static inline bool is_exact_list(PyObject *value)
{
    return PyList_CheckExact(value) || PyTuple_CheckExact(value);
}

/* ---- leaves of both -------------------------------------------------------------------------------------------- */

/* bytes, or Binary of bytes. */
static bool binary_of(walk *w, PyObject *value)
{
    if (PyBytes_Check(value)) {
        return ddbc_put_leaf(w->pen, DDBC_TYPE_B, bytes_in_place(value));
    }
    if (!is_exact_binary(w->c->state, value) || !is_plain_binary(w->c->state)) {
        return false;
    }
    PyObject *inner = binary_value(w->c, value);
    bool done = inner != NULL && PyBytes_Check(inner) && ddbc_put_leaf(w->pen, DDBC_TYPE_B, bytes_in_place(inner));
    Py_XDECREF(inner);
    return done;
}

/* ---- DynamoDB JSON --------------------------------------------------------------------------------------------- */

static bool set_in(walk *w, ddbc_type type, PyObject *list)
{
    size_t count = PyList_CheckExact(list) ? (size_t)DDBC_LIST_SIZE(list) : 0;
    size_t mark = 0;
    bool other_order = type == DDBC_TYPE_BS && w->utf16 && !w->pen->structured; /* that of signed bytes */
    if (!PyList_CheckExact(list) || other_order || !ddbc_put_begin(w->pen, type, count, &mark)) {
        return false;
    }
    ddbc_named *members = take_members(w, count);
    bool done = members != NULL;
    for (size_t i = 0; done && i < count; i++) {
        PyObject *member = DDBC_LIST_ITEM(list, (Py_ssize_t)i);
        if (type == DDBC_TYPE_BS) {
            done = PyBytes_Check(member);
            members[i].name = done ? bytes_in_place(member) : (ddbc_bytes){NULL, 0};
        } else {
            done = text_of(w->c, member, &members[i].name) &&
                   (type == DDBC_TYPE_SS || ddbc_number_is_canonical(members[i].name));
        }
        members[i].head = done ? ddbc_named_head(members[i].name) : 0;
    }
    done = done && ddbc_sort_named(members, count, type == DDBC_TYPE_SS && w->utf16);
    for (size_t i = 0; done && i < count; i++) {
        done = ddbc_put_member(w->pen, members[i].name);
    }
    leave_members(w, members);
    if (done) {
        ddbc_put_end(w->pen, mark);
    }
    return done;
}

/* By identity for most; whatever else is equal to a type's name is such a name too. */
static inline bool type_of_name(const walk *w, PyObject *name, ddbc_type *out)
{
    PyObject *const *names = w->c->state->type_names;
    ddbc_bytes text;
    *out = name == names[DDBC_TYPE_N]      ? DDBC_TYPE_N
           : name == names[DDBC_TYPE_M]    ? DDBC_TYPE_M
           : name == names[DDBC_TYPE_L]    ? DDBC_TYPE_L
           : name == names[DDBC_TYPE_BOOL] ? DDBC_TYPE_BOOL
           : name == names[DDBC_TYPE_NULL] ? DDBC_TYPE_NULL
                                           : DDBC_TYPE_S;
    return *out != DDBC_TYPE_S || (text_of(w->c, name, &text) && wire_type_of(text, out));
}

static bool typed_in(walk *w, PyObject *name, PyObject *inner, unsigned depth)
{
    ddbc_type type = DDBC_TYPE_S;
    ddbc_bytes text;
    if (!type_of_name(w, name, &type)) {
        return false;
    }
    switch (type) {
    case DDBC_TYPE_S:
        return put_text(w, inner);
    case DDBC_TYPE_N:
        return text_of(w->c, inner, &text) && put_number_text(w, text);
    case DDBC_TYPE_B:
        return binary_of(w, inner);
    case DDBC_TYPE_BOOL:
        return PyBool_Check(inner) && ddbc_put_boolean(w->pen, inner == Py_True);
    case DDBC_TYPE_NULL:
        return inner == Py_True && ddbc_put_null(w->pen);
    case DDBC_TYPE_SS:
    case DDBC_TYPE_NS:
    case DDBC_TYPE_BS:
        return set_in(w, type, inner);
    case DDBC_TYPE_L:
        return is_exact_list(inner) && list_in(w, inner, depth);
    case DDBC_TYPE_M:
        return PyDict_CheckExact(inner) && map_in(w, inner, depth);
    }
    return false;
}

/* ---- Python values: those whose types are told by a comparison of pointers -------------------------------------- */

static bool decimal_in(walk *w, PyObject *value)
{
    PyObject *text = PyObject_Str(value);
    ddbc_bytes bytes;
    bool done = text != NULL && text_of(w->c, text, &bytes) &&
                (ddbc_number_is_canonical(bytes) || python_number_fits(w->c, bytes)) && put_number_text(w, bytes);
    Py_XDECREF(text);
    return done;
}

static bool integer_in(walk *w, PyObject *value)
{
    int overflow = 0;
    long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow != 0 || !ddbc_pen_room(w->pen, DDBC_NESTED_HEAD + PYTHON_DIGITS_MAX)) {
        return false;
    }
    uint8_t *at = w->pen->at + DDBC_NESTED_HEAD;
    size_t length = python_digits_of(number, (char *)at);
    (void)ddbc_put_four(ddbc_put_type(w->pen, w->pen->at, DDBC_TYPE_N), length);
    w->pen->at = at + length;
    return true;
}

static bool python_in(walk *w, PyObject *value, unsigned depth)
{
    const engine_state *state = w->c->state;
    if (PyUnicode_CheckExact(value)) {
        return put_text(w, value);
    }
    if (Py_IS_TYPE(value, (PyTypeObject *)state->decimal)) {
        return state->plain_decimal && decimal_in(w, value);
    }
    if (value == Py_None) {
        return ddbc_put_null(w->pen);
    }
    if (PyBool_Check(value)) {
        return ddbc_put_boolean(w->pen, value == Py_True);
    }
    if (PyDict_CheckExact(value)) {
        return map_in(w, value, depth);
    }
    if (is_exact_list(value)) {
        return list_in(w, value, depth);
    }
    return PyLong_CheckExact(value) ? integer_in(w, value) : binary_of(w, value);
}

/* A list or map: `value` is the list or dict itself. Where it does not come to its end nothing is left of it. */
static bool walk_in(call *c, notation in, nested_format format, PyObject *value, ddbc_type type, ddbc_bytes *out)
{
    ddbc_pen *pen = &c->pen;
    walk w;
    w.c = c;
    w.pen = pen;
    w.utf16 = format != NESTED_LEGACY;
    w.wire = in == NOTATION_WIRE;
    w.used = 0;
    w.most = 0;
    ddbc_pen_begin(pen, c->workspace, format == NESTED_STRUCTURED);
    bool done = type == DDBC_TYPE_L ? is_exact_list(value) && list_in(&w, value, 1)
                                    : PyDict_CheckExact(value) && map_in(&w, value, 1);
    ddbc_wipe(w.few, w.most * sizeof w.few[0]); /* names are in there */
    if (!done) {
        PyErr_Clear();
        c->status.code = DDBC_OK;
        pen->at = pen->first;
        return false;
    }
    size_t skipped = pen->structured ? DDBC_NESTED_HEAD : 0; /* the format has these of the value itself elsewhere */
    *out = (ddbc_bytes){pen->first + skipped, (size_t)(pen->at - pen->first) - skipped};
    pen->first = pen->at;
    c->bytes += out->len;
    return true;
}

/* What is in the one member of a dict, if its type is L, M or S; DDBC_TYPE_NULL for all else. */
static inline ddbc_type wire_member(const call *c, PyObject *value, PyObject **inner)
{
    Py_ssize_t position = 0;
    PyObject *name = NULL;
    if (!PyDict_CheckExact(value) || DDBC_DICT_SIZE(value) != 1 || !PyDict_Next(value, &position, &name, inner)) {
        return DDBC_TYPE_NULL;
    }
    PyObject *const *names = c->state->type_names;
    return name == names[DDBC_TYPE_S]   ? DDBC_TYPE_S
           : name == names[DDBC_TYPE_L] ? DDBC_TYPE_L
           : name == names[DDBC_TYPE_M] ? DDBC_TYPE_M
                                        : DDBC_TYPE_NULL;
}

static inline ddbc_type python_type(PyObject *value)
{
    return PyDict_CheckExact(value) ? DDBC_TYPE_M : is_exact_list(value) ? DDBC_TYPE_L : DDBC_TYPE_NULL;
}

bool nested_in(call *c, notation in, nested_format format, PyObject *value, ddbc_type *type, ddbc_bytes *out)
{
    PyObject *inner = value;
    *type = in == NOTATION_WIRE ? wire_member(c, value, &inner) : python_type(value);
    return (*type == DDBC_TYPE_L || *type == DDBC_TYPE_M) && walk_in(c, in, format, inner, *type, out);
}

bool encrypted_in(call *c, notation in, nested_format format, PyObject *value, ddbc_item_attribute *out)
{
    PyObject *inner = value;
    ddbc_type type = in == NOTATION_WIRE ? wire_member(c, value, &inner) : python_type(value);
    out->value.type = type;
    if (type == DDBC_TYPE_S && PyUnicode_Check(inner)) {
        return call_borrow(c, inner) && call_text(c, inner, &out->value.as.bytes);
    }
    if ((type == DDBC_TYPE_L || type == DDBC_TYPE_M) && walk_in(c, in, format, inner, type, &out->written)) {
        return true;
    }
    return value_in(c, in, value, &out->value);
}
#endif
