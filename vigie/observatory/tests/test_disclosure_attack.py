"""A reader with a solver does not find what an edition hides, whatever the register."""

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from vigie.observatory.rules.disclosure import protect
from vigie.observatory.rules.edition import VIEWS, View
from vigie.observatory.rules.question import Axis, Unit
from vigie.observatory.tests import attacks
from vigie.observatory.tests.registers import (
    KINDS,
    MONTHS,
    REGIONS,
    Structure,
    Told,
    count,
    edition,
    groups,
    structures,
)

# Each example takes seconds, and a smaller one would say no more: a register comes from one seed.
SLOWLY = settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
FEW = 5
YEAR = 2024


@st.composite
def registers(draw, most=60):
    """Draw a register of few structures."""
    return drawn(dice(draw(st.integers(0, 10**9))), draw(st.integers(6, most)))


def dice(seed):
    return random.Random(seed)  # noqa: S311 - nothing secret


def drawn(chance, size, regions=REGIONS):
    """Return a register of a size: some rows full, some nearly empty."""
    weights = [chance.choice([1, 2, 6, 12]) for _ in regions]
    kinds = [chance.choice([1, 3, 9]) for _ in KINDS]
    structures = [
        Structure(
            number,
            chance.choices(regions, weights)[0],
            chance.choices(list(KINDS), kinds)[0],
            chance.random() < 0.2,
        )
        for number in range(max(4, size * 2 // 3))
    ]
    months = chance.sample(MONTHS, chance.choice([3, 6, 12]))
    of_providers = chance.choice([0.03, 0.3])
    told = []
    while len(told) < size:
        event = len(told) if chance.random() < 0.06 else None
        for _ in range(chance.randint(2, 8) if event is not None else 1):
            malicious = chance.random() < 0.5
            told.append(
                Told(
                    chance.choice(structures),
                    chance.choice(months),
                    chance.random() < (0.8 if event is not None else of_providers),
                    event,
                    malicious,
                    malicious and chance.random() < 0.2,
                    chance.random() < 0.4,
                    chance.random() < 0.15,
                    tuple(Axis) if chance.random() < 0.9 else (chance.choice(list(Axis)),),
                )
            )
    return told


def small_gaps(register):
    """Return the pairs of a published whole and part whose difference rests on one to four."""
    pairs = []
    raw = edition(register)
    for axis in Axis:
        seen = [one for one in register if axis in one.axes]
        with_, without = View(axis=axis), View(axis=axis, without_provider=True)
        together = View(Unit.EVENTS, axis)
        for table in raw[with_].tables:
            for row in (line.row.code for line in table.lines):
                inside = [one for one in seen if is_in(one, table.table.id, row)]
                name = ("now", with_, table.table.id, row, "value")
                if 0 < len({one.structure for one in inside if one.provider}) < FEW:
                    pairs.append((name, ("now", without, *name[2:])))
                shared = [one for one in inside if one.event is not None]
                sharing = {
                    one.structure
                    for one in shared
                    if sum(other.event == one.event for other in shared) > 1
                }
                if 0 < len(sharing) < FEW:
                    pairs.append((name, ("now", together, *name[2:])))
    return pairs


def is_in(one, table, row):
    if table == "T01":
        return one.month == row
    if table == "T03":
        return one.structure.is_ose if row == "OSE" else one.structure.kind == row
    return one.structure.region == row


@SLOWLY
@given(registers())
def test_nobody_finds_what_is_hidden(register):
    made = protect(edition(register), groups(register)).edition
    assert not attacks.found(made, edition(register), small_gaps(register))


@pytest.mark.parametrize("seed", [2, 3])
def test_nobody_finds_what_is_hidden_in_a_larger_register(seed):
    register = drawn(dice(seed), 400)
    made = protect(edition(register), groups(register)).edition
    assert not attacks.found(made, edition(register), small_gaps(register))


def test_without_covers_a_reader_finds_what_is_hidden():
    """The attack can succeed: it does as soon as nothing is hidden to cover the rest."""
    register = drawn(dice(2), 100)
    made = protect(edition(register), groups(register), secondary=False).edition
    assert attacks.found(made, edition(register), small_gaps(register))


@SLOWLY
@given(registers())
def test_numbers_on_fewer_than_five_structures_are_hidden(register):
    made = protect(edition(register), groups(register)).edition
    for view in VIEWS:
        for table in made[view].tables:
            for line in table.lines if table.table.id in ("T01", "T03", "T04") else ():
                seen = of_view(register, view)
                inside = [one for one in seen if is_in(one, table.table.id, line.row.code)]
                nobody_told = line.row.code == "unknown" and not inside
                assert line.suppressed or nobody_told or structures(inside) >= FEW


@SLOWLY
@given(registers(), st.data())
def test_a_correction_gives_nothing_back(register, data):
    """Also to a reader who takes for unchanged what was hidden before and is hidden now."""
    first = protect(edition(register), groups(register)).edition
    again = corrected(register, data)
    second = protect(edition(again), groups(again), earlier=first).edition
    hidden = {
        name: {
            cell[1:] for block in attacks.BLOCKS for cell in attacks.hidden_cells(name, of, *block)
        }
        for name, of in (("now", second), ("then", first))
    }
    assert hidden["then"] <= hidden["now"]

    def learn(attack):
        attack.read("then", first)
        for cell in hidden["then"]:
            here = cell[0].axis is attack.axis and cell[1] in attack.tables
            if here and value(register, cell) == value(again, cell):
                attack.same(("now", *cell), ("then", *cell))

    assert not attacks.found(second, edition(again), small_gaps(again))
    assert not attacks.found(second, edition(again), enough=1, learn=learn)


def corrected(register, data):
    """Return a register after a few late declarations, rejected ones and other qualifications."""
    again = list(register)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(again) - 1))
        act = data.draw(st.sampled_from(["late", "rejected", "ruled"]))
        if act == "late":
            again.append(replace(again[place], month=data.draw(st.sampled_from(MONTHS))))
        elif act == "rejected" and len(again) > 1:
            del again[place]
        else:
            again[place] = replace(again[place], malicious=not again[place].malicious)
    return again


def value(register, cell):
    """Return what a cell holds before anything is hidden."""
    view, code, row, column = cell
    if column in attacks.KEY_FIGURES:
        told = "endangered" if column == "endangerment" else column
        return sum(is_in(one, code, row) and getattr(one, told) for one in of_view(register, view))
    seen = [one for one in of_view(register, view) if is_in(one, code, row)]
    return structures(seen) if column == "structures" else count(seen, view.unit)


def of_view(register, view):
    seen = [one for one in register if view.axis in one.axes]
    return [one for one in seen if not (view.without_provider and one.provider)]


@SLOWLY
@given(registers(), registers())
def test_the_year_beside_another_gives_nothing_back(register, past):
    before = protect(edition(past, YEAR - 1), groups(past)).edition
    made = protect(edition(register), groups(register), before=before).edition

    def learn(attack):
        attack.read("past", before)
        for view in VIEWS:
            for table in made[view].tables if view.axis is attack.axis else ():
                if table.table.id in attack.tables and "value_before" in table.columns:
                    for line in table.lines:
                        place = (view, table.table.id, line.row.code)
                        attack.same(("now", *place, "value_before"), ("past", *place, "value"))

    assert not attacks.found(made, edition(register), small_gaps(register), learn=learn)
    shown = attacks.hidden_cells("past", before, Axis.DECLARED, ("T04",))
    for _, view, _, row, column in shown:
        if column == "value":
            table = next(one for one in made[view].tables if one.table.id == "T04")
            line = next(line for line in table.lines if line.row.code == row)
            beside = dict(zip(table.columns, line.numbers, strict=True))
            assert beside["value_before"] is beside["change"] is None
