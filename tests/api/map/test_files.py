"""GET /map/assets/{name}: what vite built, and nothing else."""

import gzip
from pathlib import Path

import pytest
import zstandard

from tests.api.map.conftest import Serve
from tests.support.built import SCRIPT, write_built

LASTING = "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("name", "kind", "lasting"),
    [
        ("index-AbCd1234.js", "text/javascript; charset=utf-8", True),
        ("index-AbCd1234.css", "text/css; charset=utf-8", True),
        ("countries-_b-A1234.json", "application/json", True),
        ("places.geojson", "application/geo+json", False),
        ("icon-12341234.svg", "image/svg+xml", True),
        ("decode-12341234.wasm", "application/wasm", True),
    ],
)
def test_each_file_has_its_type_and_is_kept_where_its_name_tells_its_content(serve: Serve, name: str, kind: str, lasting: bool) -> None:
    with serve() as api:
        answer = api.get(f"/map/assets/{name}")
        again = api.get(f"/map/assets/{name}", headers={"If-None-Match": answer.headers["etag"]})
        head = api.head(f"/map/assets/{name}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert answer.headers["cache-control"] == (LASTING if lasting else "public, max-age=0, must-revalidate")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (again.status_code, again.content) == (304, b"")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", answer.headers["etag"])


@pytest.mark.parametrize(
    "path",
    [
        *(
            "none.js",
            "secret.txt",
            "../secret.txt",
            "..%2Fsecret.txt",
            "..%2f.vite%2fmanifest.json",
            "%2e%2e/secret.txt",
            "..%5csecret.txt",
        ),
        *(".hidden-12341234.js", "assets/places.geojson", "/etc/passwd", "%2Fetc%2Fpasswd", "places.geojson%00.js", "", "%ff", "."),
    ],
)
def test_what_is_not_among_the_files_is_not_there(serve: Serve, path: str) -> None:
    with serve() as api:
        answer = api.get(f"/map/assets/{path}")
    assert answer.status_code == 404
    assert "not an asset" not in answer.text


def test_files_are_sent_as_short_as_a_browser_can_read(serve: Serve) -> None:
    place = "/map/assets/index-AbCd1234.js"
    with serve() as api:
        tags = set()
        for accepted in ("identity", "gzip", "zstd", "gzip, deflate, br, zstd"):
            with api.stream("GET", place, headers={"Accept-Encoding": accepted}) as answer:
                raw = b"".join(answer.iter_raw())
            coding = answer.headers.get("content-encoding", "identity")
            assert coding in accepted
            tags.add((coding, answer.headers["etag"]))
            plain = {
                "identity": lambda body: body,
                "gzip": gzip.decompress,
                "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body),
            }
            assert plain[coding](raw) == SCRIPT
            assert coding == "identity" or len(raw) < len(SCRIPT) / 4
            assert int(answer.headers["content-length"]) == len(raw)
            assert "Accept-Encoding" in answer.headers["vary"]
        assert len(tags) == len({tag for _, tag in tags}) == 3


def test_a_new_build_is_served_without_a_new_start(serve: Serve, folder: Path) -> None:
    with serve() as api:
        assert api.get("/map/assets/more-12345678.js").status_code == 404
        (folder / ".vite" / "manifest.json").unlink()
        write_built(folder, **{"more-12345678.js": b"1"})
        assert api.get("/map/assets/more-12345678.js").text == "1"
