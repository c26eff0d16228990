"""A pytest plugin that puts a mutant in the place of its module; see `tools.mutation`."""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
from types import ModuleType

_name, _, _source = os.environ.get("KETAMINE_MUTANT", "").partition("\n")


class _Mutant(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name: str, path: object, target: object = None) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_loader(name, self) if name == _name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(_source, f"<mutant of {_name}>", "exec"), module.__dict__)


if _name:
    sys.meta_path.insert(0, _Mutant())
