"""Which settings a program reads: what it does not read, it must refuse."""

import inspect
from dataclasses import fields, replace

from seqkit.errors import InputError

# A value that is no default, for settings whose rule alone does not give one.
OTHER_NAMES = {"network": "GRU", "encoder": "LSTM", "decoder": "LSTM"}


def noting(settings, read):
    """The same settings, which add the name of each field that is read to a set.

    Copies, checks and written configs, which read every field, do not count.
    """
    names = {each.name for each in fields(settings)}
    careless = ("dataclasses", "seqkit.models.settings", __name__)

    class Noting(type(settings)):
        def __getattribute__(self, name):
            if name in names:
                caller = inspect.currentframe().f_back
                module, function = caller.f_globals["__name__"], caller.f_code.co_name
                if module not in careless and function != "__post_init__":
                    read.add(name)
            return super().__getattribute__(name)

    return Noting(**{name: getattr(settings, name) for name in names})


def other_value(each, value):
    """A value of a field that its rule allows, other than the present one."""
    rule = each.metadata
    if each.type is bool:
        return not value
    if each.type is str:
        choices = rule.get("choices", (OTHER_NAMES.get(each.name),))
        return next(choice for choice in choices if choice != value)
    if each.type is int:
        return value + 1
    least, most = rule.get("minimum", rule.get("above", 0)), rule.get("below", 1e6)
    return (value + min(most, rule.get("maximum", most), 2 * value + least + 1)) / 2


def check_all_read_or_refused(settings, read, leave_out=()):
    """Each field was read, or a value of it that is no default is refused."""
    ignored = []
    for each in fields(settings):
        if each.name not in read and each.name not in leave_out:
            value = other_value(each, each.default)
            try:
                replace(settings, **{each.name: value})
            except InputError:
                continue
            ignored.append(f"{each.name}={value!r}")
    assert ignored == []
