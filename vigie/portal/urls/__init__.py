from vigie.portal.urls import frame, places

app_name = "portal"
urlpatterns = [*frame.urlpatterns, *places.urlpatterns]
