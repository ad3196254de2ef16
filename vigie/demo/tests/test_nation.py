"""The invented nation has the shape of a real one and the names of none."""

from collections import Counter
from random import Random

import pytest

from vigie.accounts.rules import ROLES
from vigie.demo.rules import nation, people
from vigie.establishments.rules import DesignationKind, is_finess
from vigie.reference import catalogue


@pytest.fixture(scope="module")
def structures():
    return list(nation.structures(Random("test")))  # noqa: S311 - no secret


def test_it_counts_what_the_nation_counts(structures):
    sectors = Counter(catalogue.structure_types()[s.kind].sector for s in structures)
    # GCS are filed under « other » by the reference; they give care here as there.
    assert sectors["health"] + sectors["other"] == 3000
    assert sectors["medico_social"] == 4000
    assert len({s.region for s in structures}) == 18
    assert len({s.department for s in structures}) == 101
    assert sum(DesignationKind.OSE in s.designations for s in structures) == 135


def test_every_number_is_a_finess_and_given_once(structures):
    numbers = [s.finess for s in structures] + [t.finess for s in structures for t in s.sites]
    assert all(is_finess(number) for number in numbers)
    assert len(set(numbers)) == len(numbers)


def test_every_region_has_a_university_hospital_and_a_cancer_centre(structures):
    for kind in ("CHU_CHR", "CLCC"):
        assert {s.region for s in structures if s.kind == kind} == set(catalogue.regions())


def test_the_same_day_invents_the_same_nation(structures):
    again = Random("test")  # noqa: S311 - no secret
    assert list(nation.structures(again)) == structures


def test_there_is_somebody_of_every_role():
    assert {person.role for person in people.PEOPLE} == set(ROLES)


def test_telephones_come_from_the_range_kept_for_fiction():
    assert {people.phone(rank)[:9] for rank in range(5000)} == {"01 99 00 "}
