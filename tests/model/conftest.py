"""The drivers assert as tests do."""

import pytest

DRIVERS = ("beside", "beside_years", "beside_funds", "beside_quotas")
pytest.register_assert_rewrite(*(f"tests.model.{name}" for name in DRIVERS))
