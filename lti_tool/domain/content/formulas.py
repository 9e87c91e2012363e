"""Formulas of a sheet's row, worked out here as a spreadsheet does, so that programs that only show a file show the result."""

import ast
import operator
import re
from collections.abc import Callable, Mapping

PLACE = re.compile(r"\{([a-z0-9-]+)\}")
"""A column of the same row."""
_OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_FUNCTIONS: Mapping[str, Callable[..., float]] = {
    "MAX": max,
    "MIN": min,
    "ROUND": lambda value, digits=0.0: round(value, int(digits)),
}


class FormulaError(ValueError):
    """What is written there is no formula that we know."""


def columns_of(formula: str) -> tuple[str, ...]:
    """Give the columns that a formula is about."""
    return tuple(dict.fromkeys(PLACE.findall(formula)))


def result_of(formula: str, cells: Mapping[str, float]) -> float:
    """Work out a formula; an empty cell counts as 0, and so does what is divided by it.

    Raises:
        FormulaError: it holds more than columns in braces, figures, + - * / ( ), MAX, MIN and ROUND.
    """
    written = PLACE.sub(lambda found: f"({cells.get(found[1], 0.0)!r})", formula)
    try:
        tree = ast.parse(written.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as err:
        raise FormulaError(formula) from err
    return _value(tree.body, formula)


def _value(node: ast.expr, formula: str) -> float:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return float(value)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, formula)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATORS:
            first, second = _value(left, formula), _value(right, formula)
            return 0.0 if isinstance(sign, ast.Div) and second == 0 else _OPERATORS[type(sign)](first, second)
        case ast.Call(func=ast.Name(id=name), args=[_, *_] as values, keywords=[]) if name in _FUNCTIONS:
            try:
                return float(_FUNCTIONS[name](*(_value(value, formula) for value in values)))
            except TypeError as err:
                raise FormulaError(formula) from err
    raise FormulaError(formula)
