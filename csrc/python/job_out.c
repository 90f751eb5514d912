/* SPDX-License-Identifier: Apache-2.0 */
#include "job.h"

/* The value of attribute `i`, which takes the sink's bytes where there are some. */
static PyObject *attribute_out(call *c, notation out, python_job *job, size_t i)
{
    PyObject *sink = job->sinks[i];
    const ddbc_item_attribute *attribute = &job->job->item.attributes[i];
    if (attribute->unread.ptr != NULL) {
        return named_out(c, attribute->name, legacy_bytes_out(c, out, attribute->unread));
    }
    if (sink == NULL) {
        return value_out(c, out, &attribute->value);
    }
    job->sinks[i] = NULL; /* from here on the object is not ours alone */
    return binary_out(c, out, sink);
}

/* `value` is stolen. */
static bool put(PyObject *item, PyObject *name, PyObject *value)
{
    bool done = value != NULL && PyDict_SetItem(item, name, value) == 0;
    Py_XDECREF(value);
    return done;
}

PyObject *job_out(call *c, notation out, bool encrypted, python_job *job)
{
    PyObject *item = new_dict(job->job->item.count + 2);
    bool done = item != NULL;
    for (size_t i = 0; done && i < job->job->item.count; i++) {
        done = put(item, job->names[i], attribute_out(c, out, job, i));
    }
    if (done && encrypted) {
        done = put(item, c->state->signature_name, binary_out(c, out, bytes_out(job->job->signature))) &&
               put(item, c->state->description_name, binary_out(c, out, bytes_out(job->job->description)));
    }
    if (!done) {
        Py_CLEAR(item);
    }
    return item;
}
