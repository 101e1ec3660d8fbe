"""Addresses of documents."""

from django.urls import path

from zhunsheng.apps.printing import views

app_name = "printing"
urlpatterns = [
    path("cases/<str:number>/card.pdf", views.supervision_card, name="supervision_card"),
    path("clocks/<str:key>/computation.pdf", views.computation, name="computation"),
    path("today/brief.pdf", views.daily_brief, name="daily_brief"),
    path("rectification/<str:number>/letter.pdf", views.rectification_letter, name="rectification_letter"),
]
