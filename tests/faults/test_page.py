"""The page for people says what the tests say."""

from tests.faults.page import PATH, page


def test_the_page_of_faults_is_the_matrix() -> None:
    assert PATH.read_text(encoding="utf-8") == page(), "write it again: python -m tests.faults.page"
