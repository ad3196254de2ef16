from vigie.observatory.urls import officer, public

app_name = "observatory"
urlpatterns = [*public.urlpatterns, *officer.urlpatterns]
