"""The drivers assert as tests do."""

import pytest

pytest.register_assert_rewrite("tests.model.beside", "tests.model.beside_years")
