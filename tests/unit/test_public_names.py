# SPDX-License-Identifier: Apache-2.0
"""The reference package, walked name by name: what is public there is here, or in the moving-over table as gone."""

from __future__ import annotations

import ast
import enum
import importlib
import inspect
import pickle
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import attr
import dynamodb_encryption_sdk
import pytest

import ddbcrypt
from ddbcrypt import exceptions

PAGE = Path(__file__).parents[2] / "docs" / "moving-from-dynamodb-encryption-sdk.md"
THEIRS, OURS = "dynamodb_encryption_sdk", "ddbcrypt"
_ROW = re.compile(r"^\| `([\w.]+)` \| (\w+) \|(.*)\|$", re.MULTILINE)
#: A slip of the reference's docstring.
_ALIASES = {"NoKnownVersion": "NoKnownVersionError"}


class Row(NamedTuple):
    """A line of the moving-over table."""

    status: str
    remark: str


def table() -> dict[str, Row]:
    found = _ROW.findall(PAGE.read_text(encoding="utf-8"))
    rows = {name: Row(status, remark.strip()) for name, status, remark in found}
    assert len(rows) == len(found), "a name has two rows"
    return rows


TABLE = table()


def reference_modules() -> list[str]:
    walked = (found.name for found in pkgutil.walk_packages(dynamodb_encryption_sdk.__path__, f"{THEIRS}."))
    return ["", *(name.removeprefix(f"{THEIRS}.") for name in walked if ".internal" not in name)]


def load(package: str, module: str) -> Any:
    return importlib.import_module(f"{package}.{module}" if module else package)


def public_names(module: str) -> list[str]:
    """Names that a module lists or defines, but not those that it merely imports."""
    loaded = load(THEIRS, module)
    names = set(getattr(loaded, "__all__", ()))
    for node in ast.parse(inspect.getsource(loaded)).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names.update(target.id for target in node.targets if isinstance(target, ast.Name))
    return sorted(name for name in names if not name.startswith("_") or (name == "__version__" and not module))


def qualified(module: str, name: str) -> str:
    return f"{module}.{name}" if module else name


class Name(NamedTuple):
    """A public name of the reference."""

    module: str
    name: str
    member: str | None = None

    @property
    def row(self) -> str:
        return ".".join(part for part in self if part)

    def reference(self) -> Any:
        found = getattr(load(THEIRS, self.module), self.name)
        return found if self.member is None else getattr(found, self.member)

    def ours(self) -> Any:
        """The name here; AttributeError where it is missing."""
        try:
            module = load(OURS, self.module)
        except ModuleNotFoundError as error:
            raise AttributeError(self.module) from error
        found = getattr(module, self.name)
        return found if self.member is None else getattr(found, self.member)

    def status(self) -> str:
        """Of its own row, else of its class's."""
        own = TABLE.get(self.row)
        return (own or TABLE[qualified(self.module, self.name)]).status


def top_names() -> Iterator[Name]:
    for module in reference_modules():
        for name in public_names(module):
            yield Name(module, name)


def members(name: Name) -> Iterator[Name]:
    """Public methods, properties and fields that a class of the reference defines."""
    kind = name.reference()
    if not inspect.isclass(kind) or issubclass(kind, BaseException | enum.Enum):
        return
    names = {member for member in vars(kind) if not member.startswith("_")}
    if attr.has(kind):
        names.update(field.name for field in attr.fields(kind) if not field.name.startswith("_"))
    for member in sorted(names):
        yield name._replace(member=member)


NAMES = list(top_names())
KEPT = [name for name in NAMES if TABLE.get(name.row, Row("", "")).status != "gone"]
MEMBERS = [member for name in KEPT for member in members(name)]
IDS = {"ids": lambda value: value.row}


def test_the_walk_finds_what_everybody_knows() -> None:
    found = {name.row for name in NAMES} | {member.row for member in MEMBERS}
    assert len(NAMES) > 70
    assert {
        "EncryptedResource",
        "encrypted.client.EncryptedClient.update_item",
        "exceptions.WrappingError",
        "identifiers.LOGGER_NAME",
        "material_providers.store.meta.MetaStore.create_table",
        "structures.EncryptionContext.table_name",
        "delegated_keys.jce.JceNameLocalDelegatedKey.key",
    } <= found


@pytest.mark.parametrize("name", NAMES, **IDS)
def test_every_public_name_has_a_row(name: Name) -> None:
    assert name.row in TABLE


def test_every_row_is_of_a_name_and_says_why() -> None:
    known = {name.row for name in NAMES} | {"internal"}
    known |= {member.row for name in NAMES for member in members(name)}
    assert set(TABLE) - known == set()
    for name, row in TABLE.items():
        assert row.status in {"same", "better", "gone"}, name
        assert row.remark or row.status == "same", f"{name} is {row.status} without a reason"


@pytest.mark.parametrize(
    "name", [Name(*row.rpartition(".")[::2]) for row, r in TABLE.items() if r.status == "gone"], **IDS
)
def test_what_is_called_gone_is(name: Name) -> None:
    if name.row == "internal":
        return  # the module is there, and holds nothing public
    if name.module.rpartition(".")[2][:1].isupper():
        kind = Name(*name.module.rpartition(".")[::2]).ours()
        assert not hasattr(kind, name.name)
    else:
        with pytest.raises(AttributeError):
            name.ours()


def same_default(theirs: Any, ours: Any) -> bool:
    if isinstance(theirs, enum.Enum):
        return isinstance(ours, enum.Enum) and theirs.name == ours.name
    return bool(theirs == ours)


def check_signature(theirs: Any, ours: Any, status: str) -> None:
    """Every call that the reference takes is taken here: same names, order and defaults; more by keyword alone."""
    their_parameters = inspect.signature(theirs).parameters
    our_parameters = list(inspect.signature(ours).parameters.values())
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in their_parameters.values()):
        assert our_parameters[-1].kind is inspect.Parameter.VAR_KEYWORD or status == "better"
        return
    for parameter, mine in zip(their_parameters.values(), our_parameters, strict=False):
        assert mine.name == parameter.name
        assert mine.kind is parameter.kind
        if parameter.default is not parameter.empty:
            assert same_default(parameter.default, mine.default), parameter.name
    assert len(our_parameters) >= len(their_parameters)
    for extra in our_parameters[len(their_parameters) :]:
        assert status == "better", f"{extra.name} is new"
        assert extra.kind is extra.KEYWORD_ONLY or extra.default is not extra.empty
        assert extra.default is not extra.empty, f"{extra.name} is required, and the reference does not have it"


def is_plain(kind: Any) -> bool:
    """Whether a class has no constructor of its own."""
    return inspect.isclass(kind) and kind.__init__ is object.__init__


@pytest.mark.parametrize("name", KEPT, **IDS)
def test_names_are_here_with_a_signature_that_takes_the_same_calls(name: Name) -> None:
    theirs, ours = name.reference(), name.ours()
    module = load(OURS, name.module)
    if name.name in getattr(load(THEIRS, name.module), "__all__", ()):
        assert name.name in module.__all__
    if inspect.isclass(theirs):
        check_class(theirs, ours)
        if issubclass(theirs, BaseException | enum.Enum) or is_plain(theirs):
            return
    if callable(theirs):
        check_signature(theirs, ours, name.status())
    else:
        assert type(ours) is type(theirs)


def check_class(theirs: type, ours: type) -> None:
    bases = {base.__name__ for base in theirs.__mro__ if not base.__name__.startswith("_")}
    assert bases <= {base.__name__ for base in ours.__mro__}
    if issubclass(theirs, enum.Enum):
        assert issubclass(ours, enum.Enum)
        mine = {member.name: member.value for member in ours}
        mine.pop("SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT", None)  # of the structured format, which the reference lacks
        assert {member.name: member.value for member in theirs} == mine


@pytest.mark.parametrize("member", [member for member in MEMBERS if member.status() != "gone"], **IDS)
def test_members_are_here_with_a_signature_that_takes_the_same_calls(member: Name) -> None:
    if member.member == "update_item":
        return  # refused on instances, see below
    kind = Name(member.module, member.name).ours()
    assert hasattr(kind, str(member.member))
    theirs = inspect.getattr_static(Name(member.module, member.name).reference(), str(member.member), None)
    if isinstance(theirs, property) or theirs is None:  # a field of attrs has no value on the class
        static = inspect.getattr_static(kind, str(member.member))
        assert not inspect.isroutine(static)
    elif callable(member.reference()):
        check_signature(member.reference(), member.ours(), member.status())


@pytest.mark.parametrize("kind", ["client", "table"])
def test_update_item_is_refused_as_in_the_reference_where_that_is_asked_for(kind: str) -> None:
    from tests.unit.client_recording import Recorder, actions, provider

    recorder = Recorder()
    subject: Any
    request: dict[str, Any] = {"UpdateExpression": "REMOVE city"}
    if kind == "client":
        subject = ddbcrypt.EncryptedClient(recorder.client(), provider(), actions(), update_mode="refuse")
        request |= {"TableName": "people", "Key": {"id": {"S": "1"}}}
    else:
        subject = ddbcrypt.EncryptedTable(recorder.table(), provider(), None, actions(), update_mode="refuse")
        request |= {"Key": {"id": "1"}}
    with pytest.raises(NotImplementedError):
        subject.update_item(**request)
    assert recorder.sent_item_calls() == []


def documented_errors() -> Iterator[tuple[Name, str]]:
    for name in KEPT:
        for one in (name, *members(name)):
            documentation = inspect.getdoc(one.reference()) if hasattr_reference(one) else None
            for error in re.findall(r":raises (\w+):", documentation or ""):
                yield one, _ALIASES.get(error, error)


def hasattr_reference(name: Name) -> bool:
    try:
        name.reference()
    except AttributeError:
        return False
    return True


RAISES = sorted(set(documented_errors()))


def error_class(name: str) -> type[BaseException]:
    import builtins

    found: type[BaseException] = getattr(exceptions, name, None) or getattr(builtins, name)
    return found


def documented_here(name: Name) -> set[str]:
    """Names of exceptions that the docstrings of a name of ours speak of, its base classes' included."""
    texts = [inspect.getdoc(name.ours()) or ""]
    if name.member is None:
        texts.append(inspect.getdoc(name.ours().__init__) or "")
    else:
        texts += [
            inspect.getdoc(vars(base)[name.member]) or ""
            for base in Name(name.module, name.name).ours().__mro__
            if name.member in vars(base)
        ]
    return set(re.findall(r"\b(\w+Error)\b", "\n".join(texts)))


@pytest.mark.parametrize(("name", "error"), RAISES, ids=[f"{name.row}-{error}" for name, error in RAISES])
def test_documented_exceptions_are_documented_here(name: Name, error: str) -> None:
    if name.member == "update_item":
        return  # a refusal that is raised is tested above
    from ddbcrypt.material_providers.most_recent import NoMaterialsError

    expected = error_class(error)
    known = {NoMaterialsError.__name__: NoMaterialsError}
    kinds = [
        known.get(found) or getattr(exceptions, found, None) or error_class(found) for found in documented_here(name)
    ]
    assert any(issubclass(kind, expected) for kind in kinds), f"{name.row} is not documented to raise {error}"


def test_there_are_documented_exceptions() -> None:
    assert len(RAISES) > 15


@pytest.mark.parametrize("name", exceptions.__all__)
def test_exceptions_are_public_and_documented(name: str) -> None:
    kind = getattr(ddbcrypt, name)
    assert kind is getattr(exceptions, name)
    assert issubclass(kind, exceptions.DynamodbEncryptionSdkError)
    assert kind.__doc__
    assert name in ddbcrypt.__all__
    error = pickle.loads(pickle.dumps(kind("message")))
    assert type(error) is kind
    assert error.args == ("message",)
    assert (error.attribute, error.item_key, error.index) == (None, None, None)


@pytest.mark.parametrize("name", ddbcrypt.__all__)
def test_everything_public_is_there_and_documented(name: str) -> None:
    value = getattr(ddbcrypt, name)
    if name != "__version__":
        assert inspect.getdoc(value)


def test_every_module_lists_what_it_has() -> None:
    for module in pkgutil.walk_packages(ddbcrypt.__path__, "ddbcrypt."):
        if module.name.endswith(("__main__", "._engine")) or ".cli" in module.name:
            continue
        loaded = importlib.import_module(module.name)
        for name in getattr(loaded, "__all__", ()):
            assert hasattr(loaded, name), f"{module.name} lists {name}"
