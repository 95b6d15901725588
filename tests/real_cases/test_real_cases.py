"""Every case of real form that lies outside of the repository: state and first finding as a reader would give them."""

from __future__ import annotations

import pytest

from tests.real_cases.scoring import CASES, verdicts

pytestmark = pytest.mark.slow


@pytest.mark.skipif(not (CASES / "score.py").is_file(), reason="no real cases there")
def test_no_case_is_wrong() -> None:
    """No wrong state and no wrong first cause; nearly all are right in all details."""
    found = verdicts()
    assert [case for case in found if case.verdict == "wrong"] == []
    assert sum(case.verdict == "right" for case in found) >= 0.95 * len(found), found
