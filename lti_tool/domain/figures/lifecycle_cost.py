"""What a solution costs over its life: buying, running, replacing, and what of it remains with the municipality."""

from dataclasses import dataclass, replace

MOST_YEARS = 30


@dataclass(frozen=True)
class CostedOption:
    """One solution; amounts in whole euros."""

    label: str
    once: int
    yearly: int
    hours_yearly: int = 0
    """Working time in the house, at the hourly rate of the figure."""
    replace_every: int = 0
    """Years after which it is replaced; 0: never within the time looked at."""
    replacement: int = 0
    funded_pct: int = 0
    """Share of what is paid once that somebody else pays."""


@dataclass(frozen=True)
class LifecycleCost:
    years: int
    hourly_rate: int
    options: tuple[CostedOption, ...]


@dataclass(frozen=True)
class CostLine:
    label: str
    total: float
    own: float
    """What the municipality pays itself."""
    funded: float
    after_year: tuple[float, ...]
    """Own costs added up, after each year; the first entry is before the first year."""
    running_overtakes: int
    """The year in which what was spent on running passes what was paid once; 0: not within the time."""


@dataclass(frozen=True)
class CostResult:
    lines: tuple[CostLine, ...]
    cheapest: tuple[str, ...]
    """For the municipality; more than one where they are equal."""
    changes: tuple[tuple[int, str], ...]
    """Year, and what is cheapest from then on; the first entry is year 0."""


def work_out(data: LifecycleCost, *, years: int | None = None, hourly_rate: int | None = None) -> CostResult:
    """Add up the costs; a reader may look at another time and pay another rate."""
    wished = data.years if years is None else years
    data = replace(
        data,
        years=min(max(wished, 1), MOST_YEARS),
        hourly_rate=max(data.hourly_rate if hourly_rate is None else hourly_rate, 0),
    )
    lines = tuple(_line(option, data) for option in data.options)
    least = min(line.own for line in lines)
    return CostResult(lines, tuple(line.label for line in lines if line.own == least), _changes(lines, data.years))


def _line(option: CostedOption, data: LifecycleCost) -> CostLine:
    funded = option.once * option.funded_pct / 100
    yearly = option.yearly + option.hours_yearly * data.hourly_rate
    own = option.once - funded
    running, overtakes = 0.0, 0
    after = [own]
    for year in range(1, data.years + 1):
        spent = yearly + (option.replacement if _is_replaced(option, year, data.years) else 0)
        own += spent
        running += spent
        after.append(own)
        if not overtakes and running > option.once:
            overtakes = year
    return CostLine(option.label, own + funded, own, funded, tuple(after), overtakes)


def _is_replaced(option: CostedOption, year: int, years: int) -> bool:
    # In the last year nobody buys anew.
    return option.replace_every > 0 and year % option.replace_every == 0 and year < years


def _changes(lines: tuple[CostLine, ...], years: int) -> tuple[tuple[int, str], ...]:
    changes: list[tuple[int, str]] = []
    for year in range(years + 1):
        cheapest = min(lines, key=lambda line: line.after_year[year]).label
        if not changes or changes[-1][1] != cheapest:
            changes.append((year, cheapest))
    return tuple(changes)
