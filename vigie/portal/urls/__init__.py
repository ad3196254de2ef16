from vigie.portal.urls import frame, places, rota

app_name = "portal"
urlpatterns = [*frame.urlpatterns, *places.urlpatterns, *rota.urlpatterns]
