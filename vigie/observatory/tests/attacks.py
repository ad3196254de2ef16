"""A reader who wants to know what an edition hides: whole numbers, every relation, a solver.

Built from what is published alone, with nothing of the code that hides.
"""

from dataclasses import dataclass

import highspy

from vigie.observatory.rules.edition import PLAIN, VIEWS, Edition, View
from vigie.observatory.rules.question import Axis, Unit

# No relation joins these: what the nation counts is known for each.
BLOCKS = [(axis, tables) for axis in Axis for tables in (("T01",), ("T03",), ("T04", "R01"))]
BREAKDOWNS = ("T01", "T03", "T04", "R01")
KEY_FIGURES = {
    "malicious": "malicious_share",
    "ransomware": "ransomware",
    "degraded": "degraded_mode_share",
    "endangerment": "endangerment",
}
# How far from each other two numbers must be that fit as well. The code asks for five; but where
# declarations are hidden too, it does not see that each has an event and a structure.
WIDE = 4
MANY = 10_000  # more than any number here


class Attack:
    """What a reader knows of the numbers of a few tables on one axis, as linear relations."""

    def __init__(self, axis: Axis, tables: tuple[str, ...]) -> None:
        self.axis = axis
        self.tables = tables
        self.columns = {}
        self.model = highspy.Highs()
        self.model.silent()
        self.seen = {}  # cell -> smallest and largest value in the solutions found so far

    def column(self, cell):
        if cell not in self.columns:
            self.columns[cell] = len(self.columns)
            self.model.addVar(0, MANY)
            self.model.changeColIntegrality(self.columns[cell], highspy.HighsVarType.kInteger)
        return self.columns[cell]

    def say(self, low, high, *terms) -> None:
        """Tell that a weighted sum of cells lies between two numbers."""
        weights = {}
        for weight, cell in terms:
            column = self.column(cell)
            weights[column] = weights.get(column, 0) + weight
        high = highspy.kHighsInf if high is None else high
        low = -highspy.kHighsInf if low is None else low
        self.model.addRow(low, high, len(weights), list(weights), list(weights.values()))

    def know(self, cell, value) -> None:
        column = self.column(cell)
        self.model.changeColBounds(column, value, value)

    def read(self, name: str, edition: Edition, steps: int = 3) -> None:
        """Take in what an edition shows. steps: of how many steps the numbers are looked at."""
        for view, report in edition.reports.items():
            for table in report.tables if view.axis is self.axis else ():
                if table.table.id in self.tables:
                    for line in table.lines:
                        self._line(name, view, table, line, report, steps)
                    self._sums(name, view, table, report)
        self._views(name, edition)

    def _line(self, name, view, table, line, report, steps) -> None:
        code, row = table.table.id, line.row.code
        pairs = zip(table.columns, line.numbers, strict=True)
        cells = {c: number for c, number in pairs if steps == 3 or step(view, code, c) < steps}
        for column, number in cells.items():
            if number is not None and column in COUNTED:
                self.know((name, view, code, row, column), number)
        if cells.get("share") is not None:
            whole = report["events" if view.unit is Unit.EVENTS else "declarations"].value
            self.know((name, view, code, row, "value"), round(cells["share"] * whole / 100))
        if cells.get("rate") is not None and cells.get("obliged"):
            number = round(cells["rate"] * cells["obliged"] / 100)
            self.know((name, view, code, row, "structures"), number)
        if cells.get("change") is not None and code != "T03":
            now, then = ((name, view, code, row, c) for c in ("value", "value_before"))
            self.say(cells["change"], cells["change"], (1, now), (-1, then))

    def _sums(self, name, view, table, report) -> None:
        code = table.table.id
        parts = [line.row.code for line in table.lines if line.row.is_part]
        rows = [line.row.code for line in table.lines]
        in_events = view.unit is Unit.EVENTS
        wholes = {"structures": (report["structures"].value, False)}
        if code == "R01":
            wholes["declarations"] = (report["declarations"].value, True)
            wholes |= {c: (report[f].numerator, True) for c, f in KEY_FIGURES.items()}
        else:
            whole = report["events" if in_events else "declarations"].value
            wholes["value"] = (whole, not in_events)
        for column, (whole, adds_up) in wholes.items():
            if column in table.columns:
                line = [(1, (name, view, code, row, column)) for row in parts]
                self.say(whole, whole if adds_up else None, *line)
                for row in rows:
                    self.say(None, whole, (1, (name, view, code, row, column)))

    def _views(self, name, edition) -> None:
        for view in edition.reports:
            for table in edition[view].tables if view.axis is self.axis else ():
                code = table.table.id
                for line in table.lines if code in self.tables else ():
                    if code == "R01":
                        self._key_figures(name, line.row.code)
                    else:
                        self._row(name, view, code, line.row.code)

    def _row(self, name, view, code, row) -> None:
        value = (name, view, code, row, "value")
        if view.without_provider:
            self._part(value, (name, View(view.unit, view.axis), code, row, "value"))
        if view.unit is Unit.EVENTS:
            alike = View(Unit.DECLARATIONS, view.axis, view.without_provider)
            self._part(value, (name, alike, code, row, "value"), some=True)
        if code == "T04":
            number = (name, view, code, row, "structures")
            if view.unit is Unit.DECLARATIONS:
                self._part(number, value, some=True)
            else:
                alike = View(Unit.DECLARATIONS, view.axis, view.without_provider)
                self.say(0, 0, (1, number), (-1, (name, alike, code, row, "structures")))
            if view.without_provider:
                self._part(number, (name, View(view.unit, view.axis), code, row, "structures"))

    def _key_figures(self, name, row) -> None:
        def cell(column):
            return (name, PLAIN, "R01", row, column)

        for column, beside in (("declarations", "value"), ("structures", "structures")):
            self.say(0, 0, (1, cell(column)), (-1, (name, PLAIN, "T04", row, beside)))
        for column in KEY_FIGURES:
            self._part(cell(column), cell("declarations"))
        self._part(cell("ransomware"), cell("malicious"))

    def _part(self, part, whole, *, some=False) -> None:
        """Tell that a part is no more than its whole; some: and not nothing of something."""
        self.say(0, None, (1, whole), (-1, part))
        if some:
            self.say(None, 0, (1, whole), (-MANY, part))

    def guess_sums(self, name: str, raw: Edition) -> None:
        """Take in what each column adds up to."""
        for view, report in raw.reports.items():
            for table in report.tables if view.axis is self.axis else ():
                for column in COUNTED if table.table.id in self.tables else ():
                    if column in table.columns and not column.endswith("_before"):
                        place = table.columns.index(column)
                        parts = [line for line in table.lines if line.row.is_part]
                        total = sum(line.numbers[place] for line in parts)
                        cells = [(name, view, table.table.id, p.row.code, column) for p in parts]
                        self.say(total, total, *((1, cell) for cell in cells))

    def gap(self, whole, part):
        """Return a cell that holds what a whole has more than its part."""
        cell = ("gap", View(), whole, part, "gap")
        self.say(0, 0, (1, whole), (-1, part), (-1, cell))
        return cell

    def same(self, one, other) -> None:
        """Tell that two cells hold the same."""
        self.say(0, 0, (1, one), (-1, other))

    def width(self, cell, enough: int) -> int:
        """Return how far two values lie from each other that fit; enough and more are one."""
        low, high = self.seen.get(cell, (None, None))
        if high is not None and high - low >= enough:
            return enough
        for sense in (1, -1):
            self._solve(cell, sense)
            low, high = self.seen[cell]
            if high - low >= enough:
                return enough
        return high - low

    def _solve(self, cell, sense) -> None:
        column = self.column(cell)
        self.model.changeColCost(column, float(sense))
        self.model.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self.model.run()
        status = self.model.getModelStatus()
        assert status == highspy.HighsModelStatus.kOptimal, status
        values = self.model.getSolution().col_value
        self.model.changeColCost(column, 0.0)
        for known, number in self.columns.items():
            value = round(values[number])
            low, high = self.seen.get(known, (value, value))
            self.seen[known] = (min(low, value), max(high, value))


COUNTED = {"value", "structures", "value_before", "declarations", *KEY_FIGURES}


def hidden_cells(name: str, edition: Edition, axis: Axis, tables: tuple[str, ...]):
    """Give every number of a few tables on one axis that an edition does not show."""
    for view in VIEWS:
        for table in edition[view].tables if view.axis is axis else ():
            for line in table.lines if table.table.id in tables else ():
                for column, number in zip(table.columns, line.numbers, strict=True):
                    is_now = column in COUNTED and not column.endswith("_before")
                    if number is None and is_now:
                        yield (name, view, table.table.id, line.row.code, column)


def step(view: View, code: str, column: str) -> int:
    """Return how a number stands: 0 how much was declared in a row, 1 without providers, 2 rest."""
    declared = column == ("declarations" if code == "R01" else "value")
    if not declared or view.unit is Unit.EVENTS:
        return 2
    return 1 if view.without_provider else 0


@dataclass
class Found:
    """A hidden number, or gap, that is found more closely than it must be."""

    cell: object
    width: int
    could_be: int


def found(
    edition: Edition, raw: Edition, small_gaps=(), *, enough: int = WIDE, learn=None
) -> list[Found]:
    """Return what a reader of an edition finds too closely.

    raw: the same with nothing hidden; it only tells by how much events and structures of several
    rows exceed their sum, which a reader may guess. small_gaps: pairs of a whole and a part whose
    difference must not be found either. learn: tells an attack more.
    A hidden number may be found within less than « enough » only where it would be even if all
    numbers of its step and of the next ones were hidden.
    """
    too_close = []
    for axis, tables in BLOCKS:
        attack = Attack(axis, tables)
        at_best = [Attack(axis, tables) for _ in range(3)]
        for one, steps in ((attack, 3), *zip(at_best, range(3), strict=True)):
            one.read("now", edition, steps)
            one.guess_sums("now", raw)
            if learn:
                learn(one)
        cells = [(cell, cell[1:]) for cell in hidden_cells("now", edition, axis, tables)]
        here = [pair for pair in small_gaps if pair[0][1].axis is axis and pair[0][2] in tables]
        for cell, (view, code, _row, column) in cells + [(pair, pair[1][1:]) for pair in here]:
            best = at_best[step(view, code, column)]
            asked, alike = (attack.gap(*cell), best.gap(*cell)) if cell in here else (cell, cell)
            width = attack.width(asked, enough)
            if width < enough and width < (could_be := best.width(alike, enough)):
                too_close.append(Found(cell, width, could_be))
    return too_close
