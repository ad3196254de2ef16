"""What people do on pages, so that a journey reads as a story."""

from playwright.sync_api import expect


def pick(page, question, answer, **more):
    """Choose one of the tiles that answer a question."""
    page.get_by_role("group", name=question).get_by_role("radio", name=answer, **more).check()


def answer_the_essential(page, *, title, story):
    """Answer the questions without which nothing is sent."""
    pick(page, "Un patient est-il", "C’est possible")
    pick(page, "Comment travaille", "En mode dégradé")
    page.get_by_label("En une ligne").fill(title)
    page.get_by_label("Que se passe-t-il ?").fill(story)
    noticed = page.get_by_role("group", name="Quand l’avez-vous constaté ?")
    noticed.get_by_label("Jour").fill("14")
    noticed.get_by_label("Mois").fill("3")
    noticed.get_by_label("Année").fill("2026")
    pick(page, "Voulez-vous l’appui", "Oui")
    choose_the_first_structure(page)
    page.get_by_label("Où vous rappeler ?").fill("01 99 00 12 34")


def choose_the_first_structure(page):
    """Choose among tiles, which few structures give, or in a list."""
    tiles = page.get_by_role("group", name="Quelle structure ?").get_by_role("radio")
    if tiles.count():
        tiles.first.check()
    else:
        page.get_by_label("Quelle structure ?").select_option(index=1)


def start_declaring(visitor):
    """Open the first step of a new declaration, whatever drafts wait."""
    page = visitor.go("/declare/")
    new = page.get_by_role("link", name="Nouvelle déclaration")
    if new.count():
        new.first.click()
    expect(page.get_by_role("heading", name="L’essentiel")).to_be_visible()
    visitor.look()
    return page


def read_the_receipt(visitor):
    """Return the reference that the page gives once a declaration is on disk."""
    page = visitor.page
    expect(page.get_by_role("heading", name="Votre déclaration est enregistrée.")).to_be_visible(
        timeout=30_000
    )
    visitor.look()
    return page.get_by_text("Numéro à donner au téléphone").locator("b").inner_text()


def files_named(visitor, title):
    """Return the references of the files in the list that bear a title."""
    page = visitor.page
    page.goto("/incidents/?size=100")
    rows = page.get_by_role("row").filter(has_text=title)
    return rows.get_by_role("link").filter(has_text="26-").all_inner_texts()
