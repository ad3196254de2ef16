import uuid

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vigie.kernel import nir

INSEE_EXAMPLE = "2 55 08 14 168 025 38"  # the specimen card of the French health insurance


def key_of(body: str) -> int:
    """The rule of the key, written apart from the product: 2A counts 19, 2B counts 18."""
    return 97 - int(body.replace("2A", "19").replace("2B", "18")) % 97


months = st.sampled_from([*range(1, 13), *range(20, 43), *range(50, 100)])
bodies = st.builds(
    "{}{:02}{:02}{}{:03}{:03}".format,
    st.sampled_from("123478"),
    st.integers(0, 99),
    months,
    st.sampled_from(["01", "14", "2A", "2B", "75", "97", "99"]),
    st.integers(1, 990),
    st.integers(1, 999),
)
gaps = st.sampled_from(["", " ", ".", "-", "\u00a0", "\u202f"])


@st.composite
def written(draw, key=None):
    """A number with a gap or none at each of its seams."""
    body = draw(bodies)
    fields = [body[0], body[1:3], body[3:5], body[5:7], body[7:10], body[10:13]]
    shown = f"{key(body) if key else key_of(body):02}"
    return "".join(field + draw(gaps) for field in fields) + shown


@given(
    written(),
    st.sampled_from(["", "né en 1955, ", "n°", "(", "NIR : "]),
    st.sampled_from(["", " et", ").", ";"]),
)
def test_a_number_with_its_key_is_masked_however_it_is_spaced(number, before, after):
    assert nir.mask(f"{before}{number}{after}") == (f"{before}{nir.MARK}{after}", 1)


@given(written(key=lambda body: key_of(body) % 97 + 1))
def test_a_number_with_a_false_key_is_kept(number):
    assert nir.mask(number) == (number, 0)


@given(st.text())
def test_masking_twice_changes_nothing_more_and_never_grows_a_text(text):
    masked, _ = nir.mask(text)
    assert nir.mask(masked) == (masked, 0)
    assert len(masked) <= len(text)


@given(st.lists(written(), min_size=1, max_size=5), st.sampled_from([", ", "\n", " / ", " ou "]))
def test_every_number_of_a_text_is_masked(numbers, between):
    assert nir.mask(between.join(numbers)) == (
        between.join([nir.MARK] * len(numbers)),
        len(numbers),
    )


@given(bodies, st.integers(1, 9), st.booleans())
def test_a_longer_run_of_digits_is_another_number(body, digit, ahead):
    assume("A" not in body and "B" not in body)
    run = f"{body}{key_of(body):02}"
    text = f"{digit}{run}" if ahead else f"{run}{digit}"
    assert nir.mask(text) == (text, 0)


@given(st.uuids(), st.booleans())
def test_a_uuid_is_kept(found: uuid.UUID, bare):
    text = found.hex if bare else str(found)
    assert nir.mask(text) == (text, 0)


@given(st.from_regex(r"\+33 ?[1-79]( ?[0-9]{2}){4}|0[1-79]([ .]?[0-9]{2}){4}", fullmatch=True))
def test_a_telephone_is_kept(phone):
    assert nir.mask(phone) == (phone, 0)


@given(st.from_regex(r"[0-9]{9}|[0-9]{3} [0-9]{3} [0-9]{3} [0-9]{5}|[0-9]{14}", fullmatch=True))
def test_finess_siren_and_siret_are_kept(number):
    assert nir.mask(number) == (number, 0)


@pytest.mark.parametrize(
    "number",
    [
        INSEE_EXAMPLE,
        "255081416802538",
        "2 55 08 14 168 025 / 38",
        "2 55 08 14 168 025 clé 38",
        "2550814168025 38",
    ],
)
def test_the_specimen_card_is_masked(number):
    assert nir.mask(f"Carte {number}, patient vu à 2 h.") == (
        f"Carte {nir.MARK}, patient vu à 2 h.",
        1,
    )


def test_a_number_that_begins_inside_a_false_one_is_found():
    assert nir.mask(f"lit 2 {INSEE_EXAMPLE}")[1] == 1
    assert nir.mask(f"1 12 34 {INSEE_EXAMPLE}")[1] == 1


@pytest.mark.parametrize(
    "text",
    [
        "0.255081416802538",  # a fraction
        "FR76 3000 6000 0112 3456 7890 189",  # a bank account
        "id255081416802538",  # an identifier
        "255081416802538_a",
        "955081416802558",  # no sex begins with 9
    ],
)
def test_what_only_holds_such_digits_is_kept(text):
    assert nir.mask(text) == (text, 0)
