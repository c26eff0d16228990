"""How many small faults the tests notice: `make mutation`, or `python -m tools.mutation effects --most 50`.

Each mutant changes one operator, comparison, constant or condition of a module of `TARGETS`; the module's own tests
run against it in a process of their own until the first failure. A mutant that no test notices has survived. Lines
that only speak (docstrings, annotations, decorators) are left alone. The source is never touched: the changed text is
put in the module's place as it is imported.
"""

import argparse
import ast
import copy
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
TARGETS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "effects": ("test_effects.py", "test_comparisons.py", "test_arms.py"),
        "synthesis": ("test_synthesis.py", "test_sensitivity.py", "test_regression.py"),
        "validation": ("test_validation.py", "test_defects.py", "test_cells.py"),
    }
)
VARIABLE = "KETAMINE_MUTANT"
_PATIENCE = 300.0
_SWAPS: Mapping[type[ast.AST], type[ast.AST]] = MappingProxyType(
    {
        ast.Add: ast.Sub,
        ast.Sub: ast.Add,
        ast.Mult: ast.Div,
        ast.Div: ast.Mult,
        ast.Pow: ast.Mult,
        ast.Lt: ast.LtE,
        ast.LtE: ast.Lt,
        ast.Gt: ast.GtE,
        ast.GtE: ast.Gt,
        ast.Eq: ast.NotEq,
        ast.NotEq: ast.Eq,
        ast.Is: ast.IsNot,
        ast.IsNot: ast.Is,
        ast.In: ast.NotIn,
        ast.NotIn: ast.In,
        ast.And: ast.Or,
        ast.Or: ast.And,
        ast.Continue: ast.Break,
        ast.Break: ast.Continue,
    }
)


class Mutant(NamedTuple):
    """One changed module: where, what it was, what it is, and its whole text."""

    module: str
    line: int
    was: str
    now: str
    source: str


def mutants(module: str, source: str) -> Iterator[Mutant]:
    """Every mutant of a module's text, in order."""
    tree = ast.parse(source)
    decorators = {
        id(part) for node in ast.walk(tree) for top in getattr(node, "decorator_list", ()) for part in ast.walk(top)
    }
    for number, place in enumerate(ast.walk(tree)):
        if id(place) in decorators:
            continue
        for variant in range(2):
            changed = copy.deepcopy(tree)
            node = next(item for i, item in enumerate(ast.walk(changed)) if i == number)
            was = ast.unparse(node) if isinstance(node, ast.expr | ast.stmt) else ""
            if not _change(node, variant):
                break
            now = ast.unparse(node)
            if now != was:
                yield Mutant(module, getattr(place, "lineno", 0), was, now, ast.unparse(changed))


def _change(node: ast.AST, variant: int) -> bool:
    """Change a node in place; False where there is no such change."""
    if variant == 0 and isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign) and type(node.op) in _SWAPS:
        node.op = _SWAPS[type(node.op)]()  # type: ignore[assignment]  # an operator for an operator
        return True
    if variant == 0 and isinstance(node, ast.Compare) and type(node.ops[0]) in _SWAPS:
        node.ops[0] = _SWAPS[type(node.ops[0])]()  # type: ignore[assignment]  # a comparison for a comparison
        return True
    if variant == 0 and isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        node.op = ast.UAdd() if isinstance(node.op, ast.USub) else ast.Not()
        if isinstance(node.op, ast.Not):
            node.operand = ast.UnaryOp(ast.Not(), node.operand)
        return True
    if variant == 0 and isinstance(node, ast.IfExp):
        node.body, node.orelse = node.orelse, node.body
        return True
    if isinstance(node, ast.If) and variant < 2:
        node.test = ast.Constant(bool(variant))
        return True
    if variant == 0 and isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            node.value = not node.value
            return True
        if isinstance(node.value, int | float):
            node.value += 1
            return True
    if variant == 0 and isinstance(node, ast.Return) and node.value is not None:
        node.value = ast.Constant(None)
        return True
    return False


def survives(mutant: Mutant, tests: tuple[str, ...]) -> bool:
    """Whether the tests of the module pass with the mutant in its place. A run that never ends is noticed."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "tools.mutated"]
    command += ["-p", "no:xdist", *(f"tests/{name}" for name in tests)]
    environment = os.environ | {VARIABLE: f"evidence.{mutant.module}\n{mutant.source}", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, timeout=_PATIENCE, check=False, text=True
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _is_sound(module: str, tests: tuple[str, ...]) -> bool:
    source = (ROOT / "evidence" / f"{module}.py").read_text("utf-8")
    return survives(Mutant(module, 0, "", "", source), tests)


def main() -> int:
    """Print every survivor and the score of each module."""
    parser = argparse.ArgumentParser(description="How many small faults the tests notice.")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of {', '.join(TARGETS)} (default: all)")
    parser.add_argument("--most", type=int, default=0, help="mutants of each module, drawn at random with a fixed seed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    for module in asked.modules or TARGETS:
        tests = TARGETS[module]
        if not _is_sound(module, tests):
            sys.stdout.write(f"{module}: its tests fail without a mutant\n")
            return 1
        every = list(mutants(module, (ROOT / "evidence" / f"{module}.py").read_text("utf-8")))
        drawn = random.Random(1).sample(every, asked.most) if 0 < asked.most < len(every) else every
        with ThreadPoolExecutor(asked.jobs) as pool:
            survived = 0
            for mutant, is_alive in zip(drawn, pool.map(survives, drawn, repeat(tests)), strict=True):
                if is_alive:
                    survived += 1
                    was, now = (" ".join(text.split())[:90] for text in (mutant.was, mutant.now))
                    sys.stdout.write(f"{module}.py:{mutant.line}: {was} → {now}\n")
                    sys.stdout.flush()
        killed = len(drawn) - survived
        sys.stdout.write(f"{module}: {killed} of {len(drawn)} noticed ({100 * killed / len(drawn):.0f} %)")
        sys.stdout.write(f", drawn from {len(every)}\n" if len(drawn) < len(every) else "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
