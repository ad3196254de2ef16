"""Texts that the desk of a nation sends again and again."""

from django.db import models
from django.db.models import Q

from vigie.accounts.models import User
from vigie.establishments.rules import Place
from vigie.incidents.rules.wording import TEXT_LENGTH, TITLE_LENGTH


class AnswerTemplate(models.Model):
    """A text with gaps, in both languages; retired ones stay readable in the journal."""

    country = models.CharField(max_length=2)
    title = models.CharField(max_length=TITLE_LENGTH)
    text_fr = models.TextField(max_length=TEXT_LENGTH)
    text_en = models.TextField(max_length=TEXT_LENGTH)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["country", "title"],
                condition=Q(retired_at=None),
                name="one_answer_template_per_title",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def place(self) -> Place:
        """Return the nation whose desk uses it, for permissions."""
        return Place(self.country)

    def text_in(self, language: str) -> str:
        """Return the text in a language such as "en"; French where it is another."""
        return self.text_en if language.startswith("en") else self.text_fr
