"""What the matrix of rights names in the addresses of reports from the ward."""

from tests.architecture.matrix_objects import P, Target, World
from vigie.kernel import clock
from vigie.reports.tests.factories import ShortLinkFactory, send

REPORT_ACTS = [
    f"reports:{name}" for name in ("seen", "answer", "turn", "attach", "reject", "reopen", "erase")
]


def pages(world: World) -> dict[str, Target]:
    """Return what to name in each address, by route."""
    w = world
    link = ShortLinkFactory(site=w.site, ward=w.ward)
    receipt = send(w.site, now=clock.now(), text="La biologie est à l’arrêt.")
    return {
        "reports:place": Target({"kind": "et", "pk": w.site.pk}),
        "reports:short_link": Target({"code": link.code}),
        "reports:follow": Target({"token": receipt.token}),
        "reports:one": Target({"pk": receipt.report.pk}),
        **dict.fromkeys(
            REPORT_ACTS,
            Target(
                {"pk": receipt.report.pk}, known_to=w.at_home(P.READ_REPORTS), may_be_absent=True
            ),
        ),
        "reports:open_links": Target({"pk": w.site.pk}),
        "reports:posters": Target({"pk": w.site.pk}),
        **dict.fromkeys(
            ("reports:renew_link", "reports:revoke_link", "reports:poster"),
            Target({"pk": link.pk}),
        ),
    }
