from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import F
from django.db.models.functions import Upper
from django.test.utils import CaptureQueriesContext

from vigie.kernel.prepared import prepared

TYPES = ("lamp", "oven", "door")


@pytest.fixture
def kinds(db):
    """Three content types of an application that nobody has."""
    return [ContentType.objects.create(app_label="house", model=name) for name in TYPES]


@prepared
def named(*, model: str):
    return ContentType.objects.filter(app_label="house", model=model)


@prepared
def numbered(order, /, *, own: tuple[int, ...]):
    return ContentType.objects.filter(app_label="house", pk__in=own).order_by(order)


def test_each_answer_is_for_the_values_of_its_own_question(kinds):
    lamp, oven, _door = kinds
    assert named(model="lamp") == [lamp]
    assert named(model="oven") == [oven]
    assert named(model="roof") == []


def test_what_was_written_since_is_read(kinds):
    assert named(model="attic") == []
    attic = ContentType.objects.create(app_label="house", model="attic")
    assert named(model="attic") == [attic]


def test_several_numbers_and_several_shapes(kinds):
    lamp, oven, door = kinds
    assert numbered("model", own=(lamp.pk, oven.pk, door.pk)) == [door, lamp, oven]
    assert numbered("-model", own=(lamp.pk, oven.pk, door.pk)) == [oven, lamp, door]
    assert numbered("model", own=(oven.pk,)) == [oven]
    assert numbered("model", own=()) == []


def test_the_question_is_put_together_once_for_each_shape(kinds):
    built = []

    @prepared
    def counted(order, /, *, model: str):
        built.append(order)
        return ContentType.objects.filter(model=model).order_by(order)

    for model in TYPES:
        counted("pk", model=model)
        counted("-pk", model=model)
    assert built == ["pk", "-pk"]


def test_rows_come_with_what_stands_beside_them(kinds, django_assert_num_queries):
    lamp = kinds[0]
    made = Permission.objects.create(name="light", codename="light", content_type=lamp)

    @prepared
    def rights(*, kind: int):
        rows = Permission.objects.select_related("content_type").only("name", "content_type__model")
        return rows.annotate(loud=Upper("name"), at=F("content_type__app_label")).filter(
            content_type=kind
        )

    with django_assert_num_queries(1):
        (found,) = rights(kind=lamp.pk)
        assert (found, found.content_type.model, found.loud) == (made, "lamp", "LIGHT")
        assert found.at == "house"
        assert found.get_deferred_fields() == {"codename"}


def test_bare_values_and_unions_are_prepared_too(kinds):
    @prepared
    def both(*, first: str, second: str):
        rows = ContentType.objects.filter(app_label="house")
        ours = rows.filter(model=first).values_list("model", flat=True)
        return ours.union(rows.filter(model=second).values_list("model", flat=True))

    assert sorted(both(first="lamp", second="door")) == ["door", "lamp"]
    assert sorted(both(first="oven", second="door")) == ["door", "oven"]


def test_a_value_that_would_stay_in_the_sql_is_refused(db):
    @prepared
    def cut(*, most: int):
        return ContentType.objects.order_by("pk")[: min(most, 2)]

    with pytest.raises(ValueError, match="most"):
        cut(most=2)


def test_what_is_fetched_apart_is_refused(db):
    @prepared
    def whole(*, pk: int):
        return ContentType.objects.filter(pk=pk).prefetch_related("permission_set")

    with pytest.raises(ValueError, match="prefetched"):
        whole(pk=1)


def test_the_server_plans_a_question_once_for_all_its_values(kinds):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite keeps what it has read of each SQL text by itself")

    @prepared
    def planned(*, model: str):
        return ContentType.objects.filter(model=model, app_label="planned once")

    for model in TYPES:
        planned(model=model)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements "
            "WHERE position('django_content_type' in statement) > 0 AND statement LIKE '%$2%'"
        )
        assert (len(TYPES), 0) in cursor.fetchall()


@pytest.mark.django_db
def test_what_was_asked_is_told_with_its_sql():
    with CaptureQueriesContext(connection) as asked:
        named(model="lamp")
    assert "django_content_type" in asked.captured_queries[0]["sql"]


@pytest.mark.django_db(transaction=True)
def test_threads_share_the_question_and_not_the_connection():
    lamp = ContentType.objects.create(app_label="house", model="lamp")
    named(model="lamp")

    def ask(_number):
        try:
            return named(model="lamp"), id(connection.connection)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(ask, range(8)))
    assert all(rows == [lamp] for rows, _connection in found)
    assert id(connection.connection) not in {other for _rows, other in found}
