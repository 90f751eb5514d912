/* SPDX-License-Identifier: Apache-2.0 */
#include "batch.h"

#include "binary_type.h"
#include "errors.h"

/* A group is full at so many items or bytes of leaves. Its memory then stays below what a workspace keeps, so that the
 * next one finds it at hand, and most of it in the processor's cache. */
#define GROUP_ITEMS 128
#define GROUP_BYTES ((size_t)192 * 1024)

/* How many of `count` items one group takes, where it is full with `full`: all groups about as many. */
static size_t share_of(size_t count, size_t full)
{
    size_t groups = count / full + (count % full > 0 ? 1 : 0);
    return count / groups + (count % groups > 0 ? 1 : 0);
}

/* Whether a group of the first `taken` of `count` items ends here: it is full, or would leave small ones to come if all
 * are alike. Threads that take turns with the GIL wait for each other where groups are not. */
static bool is_enough(const call *c, size_t taken, size_t count)
{
    if (taken == 0 || c->bytes < GROUP_BYTES / 2) {
        return false; /* no share is less, but where it is all there is */
    }
    size_t each = c->bytes / taken;
    return c->bytes >= GROUP_BYTES || taken >= share_of(count, (GROUP_BYTES + each - 1) / each);
}

static bool take_group(call *c, const batch_format *format, void *group, size_t first, size_t count, size_t *taken)
{
    size_t capacity = share_of(count, GROUP_ITEMS);
    *taken = 0;
    bool done = format->begin(group, capacity);
    while (done && *taken < capacity && !is_enough(c, *taken, count)) {
        done = format->take(group, first + *taken, *taken);
        ++*taken;
    }
    return done;
}

static bool give_items(const batch_format *format, void *group, PyObject *list, size_t first, size_t count,
                       size_t *failed)
{
    for (size_t i = 0; i < count; i++) {
        *failed = i;
        PyObject *item = format->give(group, i);
        if (item == NULL || DDBC_LIST_SET(list, (Py_ssize_t)(first + i), item) < 0) {
            return false;
        }
    }
    return true;
}

/* Members of a set of binaries are hashed and compared, by boto3's methods. */
static bool has_binary_set(const ddbc_attribute *value)
{
    bool found = value->type == DDBC_TYPE_BS;
    if (value->type == DDBC_TYPE_L) {
        for (size_t i = 0; !found && i < value->as.list.count; i++) {
            found = has_binary_set(&value->as.list.members[i]);
        }
    } else if (value->type == DDBC_TYPE_M) {
        for (size_t i = 0; !found && i < value->as.map.count; i++) {
            found = has_binary_set(&value->as.map.members[i].value);
        }
    }
    return found;
}

bool batch_is_quiet(call *c, notation out, const ddbc_item *item, bool odd_names)
{
    if (odd_names || out == NOTATION_WIRE) {
        return !odd_names;
    }
    bool quiet = known_binary_type(c->state) != NULL && is_plain_binary(c->state) && c->state->plain_decimal;
    for (size_t i = 0; quiet && i < item->count; i++) {
        /* A list or map that is left serialised may hold one. */
        const ddbc_item_attribute *attribute = &item->attributes[i];
        quiet = (attribute->unread.ptr == NULL || attribute->value.type == DDBC_TYPE_S) &&
                !has_binary_set(&attribute->value);
    }
    return quiet;
}

#if PY_VERSION_HEX < 0x030C0000
static bool are_quiet(const batch_format *format, const void *group, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!format->is_quiet(group, i)) {
            return false;
        }
    }
    return true;
}

/* Before 3.12, new containers set off collections of garbage in the midst of this, each of which looks through what was
 * made so far; from then on CPython itself waits until Python code runs. Where such code or, through it, other threads
 * have a say, they may be switching the collector themselves, and it is left alone. */
static bool give_group(const batch_format *format, void *group, PyObject *list, size_t first, size_t count,
                       size_t *failed)
{
    int collecting = are_quiet(format, group, count) && PyGC_Disable();
    bool done = give_items(format, group, list, first, count, failed);
    if (collecting) {
        (void)PyGC_Enable();
    }
    return done;
}
#else
static bool give_group(const batch_format *format, void *group, PyObject *list, size_t first, size_t count,
                       size_t *failed)
{
    return give_items(format, group, list, first, count, failed);
}
#endif

static bool run_group(call *c, const batch_format *format, void *group, PyObject *list, size_t first, size_t count,
                      size_t *taken)
{
    bool done = take_group(c, format, group, first, count, taken);
    size_t failed = *taken > 0 ? *taken - 1 : 0;
    done = done && format->work(group, *taken, &failed);
    call_settle(c);
    done = done && give_group(format, group, list, first, *taken, &failed);
    if (!done) {
        call_raise(c);
        raise_with_index(c->state, first + failed);
    }
    format->drop(group, *taken);
    return done;
}

PyObject *batch_run(call *c, const batch_format *format, void *group, size_t count)
{
    PyObject *list = PyList_New((Py_ssize_t)count);
    size_t taken = 0;
    if (list != NULL) {
        PyObject_GC_UnTrack(list); /* not to be found through gc while other threads run and some of it is missing */
    }
    for (size_t first = 0; list != NULL && first < count; first += taken) {
        if (!run_group(c, format, group, list, first, count - first, &taken)) {
            Py_CLEAR(list);
        } else if (first + taken < count) {
            call_next(c);
        }
    }
    if (list != NULL) {
        PyObject_GC_Track(list);
    }
    return list;
}
