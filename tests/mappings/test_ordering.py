"""What an order would cost whom: an estimate in exact euros, or the reason why there is none; never zero for "not known"."""

from decimal import Decimal
from importlib.resources import files
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mappings.access.asker import Asker
from mappings.access.classes import UserClass
from mappings.ordering.estimate import Estimate, Wish, estimate, fewest_cost, total
from mappings.ordering.products import Kind, Mode, Product, product_of
from mappings.ordering.tariffs import Tranche, read_tariffs, tariffs

TEXT = files("mappings.ordering").joinpath("tariffs.toml").read_text(encoding="utf-8")


def priced(
    users: UserClass,
    line: Product | None = Product.PLEIADES,
    km2: str = "1000",
    kind: Kind = Kind.ARCHIVE,
    mode: Mode = Mode.MONO,
    scenes: int = 1,
    client: UserClass | None = None,
) -> Estimate:
    return estimate(Wish(line, kind, Decimal(km2), scenes, mode), Asker(users, client=client), tariffs())


def amount(found: Estimate) -> tuple[Decimal, Decimal]:
    assert found.amount is not None
    return found.amount.low, found.amount.high


@pytest.mark.parametrize(
    ("km2", "low", "high"),
    [
        ("100", "0", "0"),
        ("1500", "0", "0"),
        ("1500.5", "0", "0.70"),
        ("2500", "0", "1400"),
        ("2600", "140", "1540"),
        ("4000", "2100", "3500"),
    ],
)
def test_pleiades_is_free_within_the_quota_and_a_range_where_the_quota_is_not_known(km2: str, low: str, high: str) -> None:
    assert amount(priced(UserClass.PUBLIC_ACTOR, km2=km2)) == (Decimal(low), Decimal(high))


def test_between_the_two_quotas_the_estimate_says_that_it_depends() -> None:
    lines = priced(UserClass.PUBLIC_ACTOR, km2="2000").members()["lines"]
    assert any("quota en vigueur" in line for line in lines["fr"])
    assert any("quota in force" in line for line in lines["en"])


@pytest.mark.parametrize(
    ("kind", "mode", "unit"),
    [
        (Kind.ARCHIVE, Mode.MONO, "1.40"),
        (Kind.TASKING, Mode.MONO, "1.80"),
        (Kind.ARCHIVE, Mode.STEREO, "2.80"),
        (Kind.TASKING, Mode.STEREO, "3.60"),
        (Kind.TASKING, Mode.TRI_STEREO, "5.40"),
    ],
)
def test_a_company_pays_the_same_tariff_without_quota(kind: Kind, mode: Mode, unit: str) -> None:
    assert amount(priced(UserClass.COMPANY_RD, kind=kind, mode=mode)) == (1000 * Decimal(unit),) * 2
    beyond = priced(UserClass.PUBLIC_ACTOR, kind=kind, mode=mode, km2="3500")
    assert amount(beyond) == (1000 * Decimal(unit), 2000 * Decimal(unit))


def test_french_scientists_pay_one_euro_beyond_the_quota_with_co_financing() -> None:
    found = priced(UserClass.SCIENTIST, km2="3000")
    assert amount(found) == (Decimal(500), Decimal(1500))
    assert any("CNES" in line for line in found.members()["lines"]["en"])


@pytest.mark.parametrize("client", [UserClass.PUBLIC_ACTOR, UserClass.SCIENTIST])
def test_a_contractor_has_its_clients_tariff(client: UserClass) -> None:
    assert amount(priced(UserClass.CONTRACTOR, km2="3000", client=client)) == amount(priced(client, km2="3000"))


@pytest.mark.parametrize("client", [None, UserClass.CONTRACTOR])
def test_a_contractor_without_a_known_client_is_told_to_ask(client: UserClass | None) -> None:
    found = priced(UserClass.CONTRACTOR, client=client)
    assert found.amount is None
    assert found.reason is not None


@pytest.mark.parametrize("users", [UserClass.OTHER_PRIVATE, UserClass.ANONYMOUS])
def test_others_see_the_public_prices_of_airbus_as_a_range(users: UserClass) -> None:
    found = priced(users)
    assert amount(found) == (Decimal(17_000), Decimal(31_000))
    assert found.members()["seller"] == "airbus"
    assert amount(priced(users, Product.SPOT)) == (Decimal(4600), Decimal(6900))
    assert priced(users, mode=Mode.STEREO).amount is None  # the public prices are of mono


@pytest.mark.parametrize("line", list(Product))
@pytest.mark.parametrize("users", [UserClass.FOREIGN_SCIENTIST, UserClass.EUROPEAN_LABORATORY, UserClass.OPERATOR])
def test_partners_abroad_are_told_to_ask_and_never_see_zero(users: UserClass, line: Product) -> None:
    found = priced(users, line)
    assert found.amount is None
    assert found.members()["amount"] is None
    assert found.members()["reason"]["fr"]
    assert found.members()["reason"]["en"]


@pytest.mark.parametrize(("line", "users"), list(product((Product.NEO, Product.RADAR), sorted(set(UserClass) - {UserClass.CONTRACTOR}))))
def test_no_tariff_is_known_of_pleiades_neo_and_radar(line: Product, users: UserClass) -> None:
    found = priced(users, line)
    assert found.amount is None
    assert found.members()["seller"] == "airbus"


def test_an_image_of_no_known_product_has_no_amount() -> None:
    assert priced(UserClass.PUBLIC_ACTOR, None).amount is None


@pytest.mark.parametrize(("asked", "billed"), [("0.000001", "100"), ("99.99", "100"), ("100", "100"), ("100.01", "100.01")])
def test_the_minimum_area_is_applied_and_said(asked: str, billed: str) -> None:
    found = priced(UserClass.COMPANY_RD, km2=asked)
    assert found.billed_km2 == Decimal(billed)
    assert found.minimum_applied == (asked != billed)
    assert amount(found)[0] == Decimal(billed) * Decimal("1.40")
    assert any("100" in line for line in found.members()["lines"]["fr"]) or asked == "100.01"


@pytest.mark.parametrize(
    ("scenes", "euros"),
    [
        (1, 0),
        (10, 0),
        (11, 20_000),
        (30, 20_000),
        (31, 40_000),
        (51, 50_000),
        (60, 50_000),
        (61, 60_000),
        (71, 70_000),
        (90, 80_000),
        (91, 90_000),
        (110, 100_000),
    ],
)
def test_spot_scenes_beyond_ten_come_in_the_cheapest_tranches(scenes: int, euros: int) -> None:
    assert amount(priced(UserClass.PUBLIC_ACTOR, Product.SPOT, scenes=scenes)) == (Decimal(euros), Decimal(euros))


def test_the_minimum_area_of_a_spot_request_is_said_too() -> None:
    found = priced(UserClass.PUBLIC_ACTOR, Product.SPOT, km2="20")
    assert found.minimum_applied
    assert any("minimale" in line for line in found.members()["lines"]["fr"])


def test_a_company_has_no_free_spot_scenes() -> None:
    assert amount(priced(UserClass.COMPANY_RD, Product.SPOT, scenes=1))[0] == Decimal(20_000)


@given(st.integers(0, 400), st.lists(st.tuples(st.integers(1, 60), st.integers(0, 90)), min_size=1, max_size=3))
def test_no_other_tranches_are_cheaper(scenes: int, drawn: list[tuple[int, int]]) -> None:
    tranches = [Tranche(scenes=size, price=str(price)) for size, price in drawn]
    found = fewest_cost(scenes, tranches)
    assert sum(tranche.scenes for tranche in found) >= scenes
    best = [0] + [10**9] * scenes
    for wanted in range(1, scenes + 1):
        best[wanted] = min(price + best[max(wanted - size, 0)] for size, price in drawn)
    assert sum(tranche.price for tranche in found) == best[scenes]


def test_spot_stereo_has_no_known_tariff() -> None:
    assert priced(UserClass.PUBLIC_ACTOR, Product.SPOT, mode=Mode.STEREO).amount is None


@given(st.decimals(0, 1_000_000, places=6), st.sampled_from(list(UserClass)), st.sampled_from(list(Product)), st.sampled_from(list(Mode)))
def test_every_estimate_shows_date_source_and_that_it_is_one(km2: Decimal, users: UserClass, line: Product, mode: Mode) -> None:
    client = UserClass.PUBLIC_ACTOR if users is UserClass.CONTRACTOR else None
    found = estimate(Wish(line, Kind.ARCHIVE, km2, 1, mode), Asker(users, client=client), tariffs()).members()
    assert found["tariff"]["date"] >= "2026"
    assert found["tariff"]["source"]["fr"]
    assert found["tariff"]["source"]["en"]
    assert "stimat" in found["notice"]["fr"]
    assert (found["amount"] is None) == (found["reason"] is not None)
    assert len(found["lines"]["fr"]) == len(found["lines"]["en"])
    if found["amount"]:
        assert Decimal(found["amount"]["low"]) <= Decimal(found["amount"]["high"])
        assert all(len(found["amount"][end].rpartition(".")[2]) == 2 for end in ("low", "high"))


def test_nothing_to_order_has_no_amount() -> None:
    assert priced(UserClass.PUBLIC_ACTOR, km2="0").amount is None


@pytest.mark.parametrize("km2", ["NaN", "Infinity", "-1", "1e30"])
def test_an_impossible_area_is_refused(km2: str) -> None:
    with pytest.raises(ValueError, match="km2"):
        Wish(Product.PLEIADES, Kind.ARCHIVE, Decimal(km2))


def test_a_total_with_something_unknown_is_not_complete() -> None:
    known, unknown = priced(UserClass.PUBLIC_ACTOR, km2="3000"), priced(UserClass.PUBLIC_ACTOR, Product.NEO)
    both = total([known, unknown])
    assert both.amount == known.amount
    assert not both.complete
    assert total([unknown]).amount is None
    assert total([known, known]).members() == {"amount": {"low": "1400.00", "high": "4200.00", "currency": "EUR"}, "complete": True}


@pytest.mark.parametrize(
    ("properties", "line"),
    [
        ({"platform": "phr1a", "constellation": "phr"}, Product.PLEIADES),
        ({"platform": "", "constellation": "phr"}, Product.PLEIADES),
        ({"platform": "spot7"}, Product.SPOT),
        ({"platform": "SPOT-6"}, Product.SPOT),
        ({"constellation": "spot"}, Product.SPOT),
        ({"platform": "spot5", "constellation": "spot"}, None),
        ({"platform": "pneo4"}, Product.NEO),
        ({"platform": "tdx-1", "constellation": "tsx"}, Product.RADAR),
        ({"platform": "paz"}, Product.RADAR),
        ({"platform": 7}, None),
        ({}, None),
    ],
)
def test_the_platform_tells_the_product_line(properties: dict[str, object], line: Product | None) -> None:
    assert product_of(properties) is line


def test_an_operators_tariffs_replace_ours() -> None:
    mine = read_tariffs(TEXT.replace('archive = "1.40"', 'archive = "2.00"').replace("quota_high_km2 = 2500", "quota_high_km2 = 1500"))
    found = estimate(Wish(Product.PLEIADES, Kind.ARCHIVE, Decimal(1600)), Asker(UserClass.PUBLIC_ACTOR), mine)
    assert amount(found) == (Decimal(200), Decimal(200))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('archive = "1.40"', "archive = 1.40", "quotes"),
        ('archive = "1.40"', 'archive = "-1"', "greater"),
        ('archive = "1.40"', 'archive = "NaN"', "finite"),
        ('for = ["scientist"]', 'for = ["public-actor"]', "rows"),
        ('for = ["scientist"]', 'for = ["scientist", "contractor"]', "contractor"),
        ("quota_high_km2 = 2500", "quota_high_km2 = 1000", "above"),
        ('low = "17.00"', 'low = "40.00"', "above"),
        ("date = 2026-11-21", "", "date"),
        ('source_fr = "Règle de ce catalogue"', 'source_fr = ""', "source_fr"),
        ("free = 10", "fre = 10", "fre"),
        ('scheme = "area"', 'scheme = "gift"', "scheme"),
        ("[[rows]]", "[[columns]]", "rows"),
        ('product = "radar"', 'product = "pleiades"', "rows"),
        ("scenes = 20", "scenes = 0", "scenes"),
    ],
)
def test_wrong_tariffs_are_refused_by_what_is_wrong(before: str, after: str, said: str) -> None:
    assert before in TEXT
    with pytest.raises(ValueError, match=said):
        read_tariffs(TEXT.replace(before, after))


def test_a_text_that_is_no_toml_is_refused() -> None:
    with pytest.raises(ValueError, match="at line"):
        read_tariffs("[[rows]")
    with pytest.raises(ValidationError):
        read_tariffs("rows = 3")
