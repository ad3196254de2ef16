import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def in_french():
    """Speak French, whatever a test before spoke."""
    with translation.override("fr"):
        yield
