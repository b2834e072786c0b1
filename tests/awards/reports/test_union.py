from awards.reports.union import among, is_nothing, read_together, rows_of
from tests.factories import make_person
from tests.layers import built_once
from units.models import Person, Posting

COLUMNS = ("person__service_number", "since", "until", "post")


@built_once
def people(depot):
    for number, name in enumerate(("Nguyễn Văn An", 'Lê "Chi";]', "Vũ Dũng"), start=1):
        make_person(depot, name, service_number=f"1500000{number}", post="Trợ lý, \\'x'")


def tables(*numbers):
    chosen = Person.objects.filter(service_number__in=numbers)
    if is_nothing(chosen):
        return {"subjects": chosen.order_by().values_list("pk")}
    return {
        "subjects": chosen.order_by().values_list("pk", "given_name"),
        "postings": Posting.objects.filter(person__in=among("subjects", 0)).order_by().values_list(*COLUMNS),
    }


def test_tables_are_read_in_one_query_as_they_are(people, django_assert_num_queries):
    with django_assert_num_queries(1):
        texts = read_together(tables("15000002"))
    assert [name for _pk, name in rows_of(texts, "subjects")] == ['"Chi";]']
    assert [*rows_of(texts, "postings")] == [["15000002", "2015-01-01", None, "Trợ lý, \\'x'"]]
    assert [*rows_of(texts, "others")] == []


def test_where_nothing_can_match_nothing_is_read(people, django_assert_num_queries):
    assert [is_nothing(Person.objects.filter(pk__in=keys)) for keys in ([], [0])] == [True, False]
    with django_assert_num_queries(0):
        assert read_together(tables()) == {}
