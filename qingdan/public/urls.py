"""The citizens' site map: the home region's tree, and the same tree for every other region under its code."""

from django.urls import include, path

from qingdan.public import (
    acts,
    comparing,
    corrections,
    departments,
    downloads,
    editions,
    following,
    home,
    item,
    items,
    modes,
    money,
    statistics,
    verifying,
)

app_name = "public"

TREE = [
    path("", home.home, name="home"),
    path("departments/", departments.department_list, name="departments"),
    path("departments/<str:code>/", departments.department, name="department"),
    path("items/", items.item_list, name="items"),
    path("items/<str:code>/", item.item, name="item"),
    path("items/<str:code>/report/", corrections.report, name="report"),
    path("reports/", corrections.reports, name="reports"),
    path("items/<str:code>/v/<int:number>/", item.version, name="version"),
    path("items/<str:code>/v/<int:number>/proof/", verifying.item_proof, name="item_proof"),
    path("items/<str:code>/compare/<int:old>/<int:new>/", item.compare, name="compare"),
    path("laws/<str:title>/", acts.act, name="act"),
    path("editions/", editions.edition_list, name="editions"),
    path("editions/<int:number>/", editions.edition, name="edition"),
    path("editions/<int:number>/changes/", editions.changes, name="changes"),
    path("editions/<int:number>/compare/<int:other>/", comparing.compare_editions, name="edition_compare"),
    path("editions/<int:number>/proof/", verifying.edition_proof, name="edition_proof"),
    path("statistics/", statistics.statistics, name="statistics"),
    path("statistics/<slug:key>.csv", statistics.statistics_csv, name="statistics_csv"),
    path("money/", money.money, name="money"),
    path("money/<int:year>/", money.money_year, name="money_year"),
    path("downloads/", downloads.downloads, name="downloads"),
    path("downloads/<int:number>/", downloads.edition_downloads, name="edition_downloads"),
    path("downloads/<int:number>/<str:kind>", downloads.download, name="download"),
    path("downloads/<int:number>/<str:department>/<str:kind>", downloads.download, name="department_download"),
    path("feeds/changes/", following.changes_feed, name="changes_feed"),
    path("sitemap.xml", following.sitemap, name="sitemap"),
    path("verify/", verifying.verify, name="verify"),
    path("verify/verify_bundle.py", verifying.verifier, name="verifier"),
]
urlpatterns = [*TREE, path("mode/", modes.switch, name="mode"), path("regions/<str:region>/", include(TREE))]
