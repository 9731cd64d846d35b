"""The API's addresses; the region is a parameter here, not part of the path."""

from django.urls import path

from qingdan.api import documentation, views

app_name = "api"

documented = [
    path("api/v1/departments/", views.department_list.as_view(), name="departments"),
    path("api/v1/departments/<str:code>/", views.department_detail.as_view(), name="department"),
    path("api/v1/items/", views.item_list.as_view(), name="items"),
    path("api/v1/items/<str:code>/", views.item_detail.as_view(), name="item"),
    path("api/v1/items/<str:code>/versions/<int:number>/", views.item_version.as_view(), name="version"),
    path("api/v1/editions/", views.edition_list.as_view(), name="editions"),
    path("api/v1/editions/<int:number>/", views.edition_detail.as_view(), name="edition"),
    path("api/v1/editions/<int:number>/changes/", views.edition_changes.as_view(), name="changes"),
]
urlpatterns = [
    *documented,
    path("api/v1/schema/", documentation.schema, name="schema"),
    path("api/docs/", documentation.documentation, name="docs"),
]
