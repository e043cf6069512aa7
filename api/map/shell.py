"""Shell: the document of the map page, in French or English, and what a browser may do with it."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

import orjson
from starlette.responses import Response

from api.html import link, page, paragraph
from api.map.built import Built
from mappings.words import Language, Text

ASSETS = "map/assets"
_NO_SCRIPT = Text(
    "Cette carte a besoin de JavaScript. Les mêmes images se trouvent sans lui :",
    "This map needs JavaScript. The same images are found without it:",
)
_CATALOGUE = Text("le catalogue", "the catalogue")
_MISSING = Text("La carte n’est pas construite", "The map is not built")
_HOW = Text(
    "Cette installation n’a pas les fichiers de la carte. Dans le dépôt : « make web » (Node 20 ou plus récent, ou celui que la commande "
    "installe), puis recharger cette page. Un paquet (wheel) ou une image les contient toujours.",
    "This installation lacks the files of the map. In the checkout: `make web` (Node 20 or newer, or the one that the command installs), "
    "then reload this page. A wheel or an image always holds them.",
)
# What ends a script block, or starts a comment in one, cannot stand in it; the two last are line ends in old scripts.
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def content_policy(layers: Iterable[str], issuer: str) -> str:
    """The page's Content-Security-Policy: nothing but this server, the origins of map `layers`, and the sign-in service ("" for none)."""
    hosts = " ".join(filter(None, layers))
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": f"'self' data: blob: {hosts}",
        "connect-src": f"'self' {hosts} {issuer}",
        "worker-src": "'self'",
        **dict.fromkeys(
            ("font-src", "frame-src", "manifest-src", "object-src", "base-uri", "form-action", "frame-ancestors"),
            "'none'",
        ),
    }
    return "; ".join(" ".join(f"{name} {value}".split()) for name, value in rules.items())


def shell(config: Mapping[str, Any], built: Built, language: Language, policy: str) -> Response:
    """The page; `config` is what its script reads. All addresses are relative to the page's own: it works behind any prefix."""
    parts = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">',
        f"<title>{escape(str(config['title']))}</title>",
        *(f'<link rel="stylesheet" href="{ASSETS}/{escape(name)}">' for name in built.styles),
        f'<script type="module" src="{ASSETS}/{escape(built.script)}"></script>',
        *(f'<link rel="modulepreload" href="{ASSETS}/{escape(name)}">' for name in built.needed),
        # Whoever has a slow line sees the filters and the list before the map.
        *(f'<link rel="modulepreload" fetchpriority="low" href="{ASSETS}/{escape(name)}">' for name in built.soon),
        f'<script type="application/json" id="config">{_in_script(config)}</script>',
        '</head><body><div id="app"></div><noscript>',
        f"<p>{escape(_NO_SCRIPT.in_(language))} {link(f'./?f=html&language={language}', _CATALOGUE.in_(language))}</p>",
        "</noscript></body></html>",
    )
    headers = {
        "Content-Language": language,
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Response("".join(parts), media_type="text/html", headers=headers)


def not_built(language: Language) -> Response:
    """A plain page, 503, that says what to do."""
    answer = page(language, _MISSING.in_(language), [paragraph(_HOW.in_(language))], status=503)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _in_script(config: Mapping[str, Any]) -> str:
    text = orjson.dumps(config).decode()
    for letter, written in _ESCAPES.items():
        text = text.replace(letter, written)
    return text
