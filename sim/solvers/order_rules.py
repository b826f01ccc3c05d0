"""How a stage of the channel decides what to order: forecasts as state updates, order-up-to and anchoring.

All arrays have the shape of the stage, ``[distributor, offer]`` in the simulator, any shape elsewhere; units of
demand, stock and orders are units of an offer (a week). The rules are real-valued; agents round. They are
element by element on a few hundred cells, so plain numpy is as fast as a compiled loop and needs no compilation.

Timing (Chen, Drezner, Ryan & Simchi-Levi 2000). Within week t a stage receives what is due, serves the demand
D_t, observes it, and orders. An order shipped at once with lead time L >= 1 arrives at the start of week t+L, so
the order of week t has to cover the L demands D_{t+1} ... D_{t+L}: ``cover`` is L weeks of forecast when orders go
out every week, and L+R-1 when they go out every R weeks. With S_t = cover * forecast + z * deviation * sqrt(cover)
and no clipping, the inventory-position form used here, O_t = S_t - position, is Chen's O_t = S_t - S_{t-1} + D_t.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.floating[Any]]
Numbers = npt.NDArray[Any]
#: One number for all cells, or one for each.
Values: TypeAlias = npt.NDArray[Any] | np.number[Any] | float
#: Places along the first axis of a stage.
Rows: TypeAlias = npt.NDArray[np.int64] | slice

_ALL = slice(None)


class Forecast(NamedTuple):
    """What a stage expects to sell a week, and how wrong it has been; the arrays change in place.

    ``level`` [...] is the demand expected for each coming week, ``demands`` [window, ...] and ``errors``
    [window, ...] the last observed demands and one-week-ahead errors, week t in row t modulo window.
    """

    level: Reals
    demands: Reals
    errors: Reals


class ForecastArrays(Protocol):
    """What these functions ask of a forecast: the arrays of :class:`Forecast`, in whatever holds them."""

    @property
    def level(self) -> Reals: ...  # noqa: D102
    @property
    def demands(self) -> Reals: ...  # noqa: D102
    @property
    def errors(self) -> Reals: ...  # noqa: D102


def open_forecast(
    expected: Values, deviation: Values, window: int, dtype: type[np.floating[Any]] = np.float64
) -> Forecast:
    """Start a forecast at ``expected`` units a week, as if ``window`` such weeks had been observed.

    ``deviation`` is the standard deviation of a week's forecast error believed at the start.
    """
    level = np.array(expected, dtype=dtype)
    errors = np.broadcast_to(np.asarray(deviation, dtype=dtype), level.shape)
    return Forecast(level, np.repeat(level[None], window, axis=0), np.repeat(errors[None], window, axis=0))


def observe_moving_average(forecast: ForecastArrays, demand: Numbers, week: int, rows: Rows = _ALL) -> None:
    """Record this week's demand; expect the mean of the last ``window`` weeks.

    Here and in :func:`observe_smoothing` ``demand`` is that of ``rows``, places along the first axis of the stage.
    """
    _remember(forecast, demand, week, rows)
    lately = forecast.demands[:, rows] if isinstance(rows, slice) else forecast.demands.take(rows, axis=1)
    total = np.add.reduce(lately, axis=0)
    forecast.level[rows] = total / len(forecast.demands)


def observe_smoothing(forecast: ForecastArrays, demand: Numbers, week: int, weight: float, rows: Rows = _ALL) -> None:
    """Record this week's demand; move the expectation towards it by ``weight`` (1 is the naive forecast)."""
    _remember(forecast, demand, week, rows)
    forecast.level[rows] += weight * (demand - forecast.level[rows])


def _remember(forecast: ForecastArrays, demand: Numbers, week: int, rows: Rows) -> None:
    row = week % len(forecast.demands)
    forecast.errors[row, rows] = demand - of_rows(forecast.level, rows)
    forecast.demands[row, rows] = demand


def of_rows(values: Numbers, rows: Rows) -> Numbers:
    """``values`` [...] of a stage in ``rows`` of its first axis: what indexing gives, in less time for a few rows of a table."""
    return values[rows] if isinstance(rows, slice) else values.take(rows, axis=0)


def error_deviation(forecast: ForecastArrays) -> Reals:
    """Standard deviation of the one-week-ahead forecast error over the window, about zero (Chen et al. 2000, eq. 2)."""
    # What np.mean does, without its questions.
    deviation: Reals = np.sqrt(np.add.reduce(np.square(forecast.errors), axis=0) / len(forecast.errors))
    return deviation


def order_up_to_level(level: Values, deviation: Values, cover: Values, safety_factor: Values) -> Numbers:
    """Order-up-to level S = cover * level + z * deviation * sqrt(cover), in units.

    ``level`` is the forecast of a week, ``deviation`` that of its error, ``cover`` the weeks to protect
    (lead time + order cycle - 1), ``safety_factor`` the z of the wanted cycle service.
    """
    target: Numbers = cover * level + safety_factor * deviation * np.sqrt(cover)
    return target


def order_up_to(target: Values, position: Values) -> Numbers:
    """Order max(0, target - position): raise the inventory position to the target, never send stock back.

    ``position`` is stock on hand + ordered but not yet received - owed to customers.
    """
    order: Numbers = np.maximum(target - position, 0)
    return order


def anchor_and_adjust(
    expected: Values, desired: Values, stock: Values, supply_line: Values, alpha: float, beta: float
) -> Numbers:
    """Order max(0, expected + alpha * (desired - stock - beta * supply_line)) (Sterman 1989, eq. 11).

    ``expected`` is the demand expected for a week, ``desired`` the S' of the paper, ``stock`` what is on hand less
    what is owed, ``supply_line`` what is ordered and not yet received. beta < 1 forgets orders on their way.
    """
    order: Numbers = np.maximum(expected + alpha * (desired - stock - beta * supply_line), 0)
    return order


def orders_due(turn: Numbers, week: int, cycle: int) -> npt.NDArray[np.bool_]:
    """Which distributors order this week when each orders every ``cycle`` weeks, staggered by their ``turn``."""
    due: npt.NDArray[np.bool_] = (turn + week) % cycle == 0
    return due
