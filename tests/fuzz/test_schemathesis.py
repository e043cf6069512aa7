"""The OpenAPI document, asked for everything that it allows and for what it does not: answers are those that it names."""

import random
from contextlib import nullcontext, suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from tests.access.world import THINGS
from tests.fuzz.asking import Asked
from tests.fuzz.world import COLLECTION

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 8
_REAL: dict[str, list[Any]] = {
    "collection_id": [COLLECTION, *sorted({thing.collection for thing in THINGS})[:5]],
    "item_id": ["crowd-1", "crowd-2"],
    "licence_id": sorted({thing.licence for thing in THINGS}),
    "archive": ["test", "opened"],
    "period": ["2020", "2020-05", "2020-05-11"],
    "key": ["data"],
}


def _run(asked: Asked, operation: Any, mode: GenerationMode) -> None:
    headers = {name.decode(): value.decode() for name, value in asked.headers}
    chance = random.Random(operation.label)

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        for name in case.path_parameters or {}:
            if name in _REAL and chance.random() < 0.5:
                case.path_parameters[name] = chance.choice(_REAL[name])
        # With `fields` Items are parts of Items, which no schema of whole ones fits.
        parts = "fields" in (case.query or {}) or (isinstance(case.body, dict) and "fields" in case.body)
        case.call_and_validate(headers=headers, checks=CHECKS[:-1] if parts else CHECKS)

    ask()


@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
@pytest.mark.parametrize("who", ["asked", "member"])
def test_every_operation_answers_as_documented(
    request: pytest.FixtureRequest, subtests: pytest.Subtests, who: str, mode: GenerationMode
) -> None:
    asked: Asked = request.getfixturevalue(who)
    for result in schemathesis.openapi.from_asgi("/api", asked.app).get_all_operations():
        operation = result.ok()
        # What takes no parameters cannot be given wrong ones.
        nothing = suppress(Unsatisfiable) if mode is GenerationMode.NEGATIVE else nullcontext()
        with subtests.test(operation=operation.label), nothing:
            _run(asked, operation, mode)
