"""Parameters that nobody means well: each is refused by name, or harmless, on every route that has it, within a second."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.asking import SECOND, Answer, Asked
from tests.fuzz.world import COLLECTION

ROUTES = ("/search", f"/collections/{COLLECTION}/items", "/collections", "/aggregate?aggregations=total_count")
OTHERS = (*ROUTES, "/queryables", "/sortables", "/children", "/catalogs/test", "/aggregations", f"/collections/{COLLECTION}/dates/2020")
BIG = "9" * 5000

REFUSED = {
    "limit": ("0", "-1", "1e30", "١٢", "²", BIG, "5.0", "0x10", "NaN", "1_000", "-" + BIG, "\0", "true"),
    "bbox": (
        *("1,2,3", "nan,0,1,1", "inf,0,1,1", "1e308,0,1,1", "1e400,0,1,1", "0,10,1,5", "a,b,c,d", "," * 5, "1," * 9999, "١,٢,٣,٤"),
        *("0x1,0,1,1", "1_0,0,1,1", "0,0,1,1;", "0,0,1e999,1"),
    ),
    "datetime": (
        *("x", "2024", "/", "../..", "2024-13-01T00:00:00Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "/" * 1000, "\0"),
        *("2024-01-01T00:00:00+99:99", "2024-02-30T00:00:00Z", "2024-01-01T00:00:00Z/P1D", "٢٠٢٤-01-01T00:00:00Z", "9" * 50_000),
    ),
    "sortby": ("+", "--id", "id,id", "geometry", "properties.", "id\0", "-datetime;", "+" * 50_000, "a" * 50_000),
    "fields": ("a.," * 200, "," * 200 + "a", "x" * 300 + ".", "a," * 101),
    "q": ("^", '"', "a," * 30, "%", "é" * 201, "\0", "\ud800", "🛰"),
    "collections": (",", "a,", "a," * 10_001),
    "token": ("x", "A" * 10_000, "=", "é", "\0", "A" * 512, "%", "AAAAAAAAAAAA"),
    "filter-lang": ("x", "CQL2-TEXT"),
    "filter-crs": ("x", "http://www.opengis.net/def/crs/EPSG/0/4326"),
    "query": ("{", "[]", "1", '"a"', '{"gsd":1}', '{"gsd":{}}', '{"gsd":{"eq":NaN}}', '{"gsd":{"eq":1e999}}', '{"x":{"eq":1}}'),
    "exclude_airbus": ("1", "yes", "\0"),
    "accessible": ("maybe", "1"),
}
HARMLESS = {
    "q": ('a" OR "b', "NEAR(a b)", "a*", "^a", "-a", "words:a", "{a b}", "' OR 1=1 --", "ß" * 200, "\ufdfa" * 200, "a" + "\u0301" * 199),
    "ids": ("../x", "\0", "\udfff", '"', "a" * 60_000, "a," * 9999 + "a", "%2F", "\u202e"),
    "collections": ("a" * 60_000, "/", "..", "%2F", "\0", "';--", "🛰", f"{COLLECTION}," * 9999 + COLLECTION),
    "limit": ("9" * 3999, " 5 ", "+5"),
    "bbox": ("-180,-90,180,90", "180,-90,-180,90", "0,0,0,0", "0,90,1,90", "180,0,180,1", "-0,-0,-0,-0", "0,0,1e-320,1e-320"),
    "datetime": ("9999-12-31T23:59:59Z", "2024-01-01T00:00:00." + BIG + "Z", "2024-01-01T00:00:00Z/"),
}


def check(answer: Answer, *, refused: bool | None = None, anything: bool = False) -> None:
    """An answer below 500, a refusal within a second, both with room for a busy machine; a refusal is problem details (`anything`: in
    whatever form)."""
    assert answer.status < 500, answer.body[:500]
    assert answer.seconds < (2 if answer.status >= 400 else 4) * SECOND, (answer.seconds, answer.body[:300])
    if answer.status >= 400 and not anything:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]
    if refused is not None:
        assert (answer.status == 400) is refused, (answer.status, answer.body[:300])


def _of(route: str, name: str, value: str, asked: Asked) -> Answer:
    path, _, more = route.partition("?")
    params = dict(part.split("=") for part in more.split("&") if part)
    return asked.get(path, {**params, name: value})


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_value_is_refused_by_name_wherever_it_is_given(asked: Asked, name: str) -> None:
    for route in ROUTES:
        for value in REFUSED[name]:
            if (route, name) == ("/collections", "fields"):
                continue
            answer = _of(route, name, value, asked)
            check(answer, refused=True)
            assert answer.json()["parameter"] == name, (route, value[:40], answer.body[:300])


@pytest.mark.parametrize("name", HARMLESS)
def test_a_strange_value_that_is_none_the_less_one_is_answered(asked: Asked, member: Asked, name: str) -> None:
    for who in (asked, member):
        for value in HARMLESS[name]:
            check(_of("/search", name, value, who), refused=False)


def test_a_parameter_of_any_name_is_refused(asked: Asked) -> None:
    for route in OTHERS:
        for name in ("x" * 60_000, "\0", "é", "🛰", "ids\0", "", "__class__", "%s", "{0}"):
            check(_of(route, name, "1", asked), refused=True)


TEXT = st.text(st.characters(codec="utf-8") | st.sampled_from("\0\ud800'\"%,{}[]()/\\+-:.*"), max_size=60)
NAMES = st.sampled_from([*REFUSED, "ids", "intersects", "filter", "collapse", "f", "language", "aggregations"])


@settings(max_examples=150, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(route=st.sampled_from(OTHERS), params=st.dictionaries(NAMES, TEXT, max_size=4))
def test_no_parameters_make_a_fault(asked: Asked, route: str, params: dict[str, str]) -> None:
    check(asked.get(route.partition("?")[0], params))


PATHS = (
    *("/collections/%00", "/collections/%2F", "/collections/..", "/collections/%2e%2e%2fitems", "/collections/%ff%fe", "//", "/%00"),
    *(f"/collections/{COLLECTION}/items/{name}" for name in ("%00", "%2F%2F", "..%2F..", "a" * 60_000, "%F0%9F%9B%B0", "%E2%80%AE", "/")),
    *(f"/collections/{COLLECTION}/dates/{name}" for name in ("0000", "9999", "9999-12-31", "2024-02-30", "٢٠٢٤", "9" * 5000, "-1")),
    *(f"/catalogs/{name}" for name in ("%00", "'", "a" * 60_000, "%F0%9F%9B%B0", "__class__")),
    *(f"/collections/{COLLECTION}/items/crowd-1/assets/{name}/download" for name in ("%00", "..", "a" * 9999)),
    *(f"/licences/{name}" for name in ("%00", "..", "a" * 9999, "__class__")),
)


def test_no_path_makes_a_fault(asked: Asked) -> None:
    for path in PATHS:
        for method in ("GET", "HEAD", "POST", "OPTIONS", "DELETE", "QUERY"):
            check(asked.send(method, path, ""), anything=True)
