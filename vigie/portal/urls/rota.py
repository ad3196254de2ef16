from django.urls import path

from vigie.portal.views import calls, rota

ROTA = "on-call/"
urlpatterns = [
    path("a/<str:secret>/", calls.take_link, name="take_link"),
    path("calls/", calls.calls, name="calls"),
    path("calls/now/", calls.calling, name="calling"),
    path("calls/<int:pk>/", calls.call, name="call"),
    path("calls/<int:pk>/take/", calls.take_call, name="take_call"),
    path(ROTA, rota.rotas, name="rotas"),
    path(ROTA + "duties/<int:pk>/", rota.duty, name="duty"),
    path(ROTA + "duties/<int:pk>/end/", rota.end_duty, name="end_duty"),
    path(ROTA + "<str:at>/", rota.rota, name="rota"),
    path(ROTA + "<str:at>/new/", rota.new_duty, name="new_duty"),
    path(ROTA + "<str:at>/repeat/", rota.repeat, name="repeat_week"),
    path(ROTA + "<str:at>/settings/", rota.set_rota, name="set_rota"),
]
