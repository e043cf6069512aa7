"""What a request is told besides its price is data: dated, sourced, marked where it is not confirmed, replaced whole."""

from decimal import Decimal
from importlib.resources import files

import pytest
import shapely
from pydantic import ValidationError

from mappings.access.asker import Asker
from mappings.access.classes import UserClass
from mappings.ordering.practice import ortho_maker, practice, read_practice
from mappings.ordering.products import Kind, Product
from mappings.words import Text, money, number, span

TEXT = files("mappings.ordering").joinpath("practice.toml").read_text(encoding="utf-8")


def test_what_no_text_confirms_is_marked_so() -> None:
    ours = practice()
    assert not any(notice.confirmed for notice in (*ours.delays.values(), ours.deed, ours.crisis))


@pytest.mark.parametrize(("km2", "bits", "gigabytes"), [("400", 8, "6"), ("400", 16, "12"), ("100", 8, "1.5")])
def test_six_gigabytes_hold_400_km2_of_pleiades_in_8_bits(km2: str, bits: int, gigabytes: str) -> None:
    assert practice().gigabytes(Product.PLEIADES, Decimal(km2), bits) == Decimal(gigabytes)
    assert practice().gigabytes(Product.SPOT, Decimal(km2), bits) is None
    assert practice().gigabytes(None, Decimal(km2), bits) is None


def test_orthoimages_of_products_that_ign_does_not_make_are_airbus() -> None:
    area, public = shapely.box(2, 46, 2.1, 46.1), Asker(UserClass.PUBLIC_ACTOR)
    assert ortho_maker(practice(), Product.SPOT, area, public) == "ign"
    assert ortho_maker(practice(), Product.NEO, area, public) == "airbus"
    assert ortho_maker(practice(), None, area, public) == "airbus"


def test_an_operators_text_replaces_ours() -> None:
    mine = read_practice(TEXT.replace("gigabytes = 6", "gigabytes = 5").replace("[deed]\nconfirmed = false", "[deed]\nconfirmed = true"))
    assert mine.gigabytes(Product.PLEIADES, Decimal(400), 8) == 5
    assert mine.deed.confirmed


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("gigabytes = 6", "gigabytes = 0"),
        ('"METROPOLE"', '"ATLANTIS"'),
        ("[delays.tasking]", "[delays.whatever]"),
        ("[crisis]", "[crises]"),
        ("date = 2026-11-21", 'date = "soon"'),
        ('for = ["public-actor"]', 'for = ["everyone"]'),
    ],
)
def test_wrong_practice_is_refused(before: str, after: str) -> None:
    assert before in TEXT
    with pytest.raises(ValidationError):
        read_practice(TEXT.replace(before, after))


def test_both_kinds_have_delays() -> None:
    assert set(practice().delays) == set(Kind)


def test_numbers_and_money_are_written_as_each_language_does() -> None:
    assert money(Decimal("1234.5"), "fr") == "1\u202f234,50\u00a0€"
    assert money(Decimal("1234.505"), "en") == "€1,234.51"
    assert (number(Decimal("1500"), "fr"), number(Decimal("0.125"), "en")) == ("1\u202f500", "0.13")
    assert (span("1", "1", "fr"), span("1", "2", "fr"), span("1", "2", "en")) == ("1", "de 1 à 2", "1 to 2")
    assert Text("oui", "yes").in_("en") == "yes"
