"""Two shapes of one name would be one in the contract, and one of them wrong."""

from collections import Counter

from ninja import Schema

from config.api import api


def shapes(root=Schema):
    """Yield every shape of our own that has fields."""
    for found in root.__subclasses__():
        yield from shapes(found)
        if found.__module__.startswith(("vigie.", "config.")) and found.model_fields:
            yield found


def test_every_shape_of_the_api_has_a_name_of_its_own():
    assert api.get_openapi_schema()["paths"]
    places = {f"{found.__module__}.{found.__qualname__}" for found in shapes()}
    names = Counter(place.rpartition(".")[2] for place in places)
    assert len(places) > 20
    assert not [name for name, count in names.items() if count > 1]
