"""What brings files together: observables, and the events that they make."""

from django.urls import path

from vigie.incidents.views import events, observables

urlpatterns = [
    path("events/", events.listed, name="events"),
    path("events/group/", events.group_files, name="group_files"),
    path("events/set-aside/", events.set_aside, name="set_aside_group"),
    path("events/<int:pk>/", events.one, name="event"),
    path("events/<int:pk>/write/", events.write, name="write_event"),
    *(
        path(f"events/<int:pk>/{name}/", events.act, {"name": name}, name=f"{name}_event")
        for name in events.ACTS
    ),
    path("observables/", observables.listed, name="observables"),
    path("observables.csv", observables.all_csv, name="observables_csv"),
    path("observables/<uuid:key>/", observables.one, name="observable"),
    path("<int:pk>/observables/", observables.of_file, name="observables_of"),
    path("<int:pk>/observables.csv", observables.file_csv, name="observables_csv_of"),
    path("<int:pk>/observables/find/", observables.find, name="find_observables"),
    path("<int:pk>/observables/add/", observables.add, name="add_observables"),
    path("<int:pk>/observables/type/", observables.type_one, name="type_observable"),
    path(
        "<int:pk>/observables/<int:number>/retire/",
        observables.retire,
        name="retire_observable",
    ),
]
