from django.urls import path

from vigie.inventory import views

app_name = "inventory"
urlpatterns = [
    path("", views.applications, name="list"),
    path("new/", views.new_application, name="new_application"),
    path("applications/<int:pk>/", views.application, name="application"),
    path("applications/<int:pk>/retire/", views.retire_application, name="retire_application"),
    path("suppliers/", views.suppliers, name="suppliers"),
    path("suppliers/new/", views.new_supplier, name="new_supplier"),
    path("suppliers/<int:pk>/", views.supplier, name="supplier"),
    path("suppliers/<int:pk>/retire/", views.retire_supplier, name="retire_supplier"),
]
