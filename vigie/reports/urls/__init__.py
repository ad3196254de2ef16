from vigie.reports.urls import officer, public

app_name = "reports"
urlpatterns = [*public.urlpatterns, *officer.urlpatterns]
