"""How forms are drawn: `{{ form }}` and `{% field form.x %}` come out alike, with their aria."""

from typing import Any

from django import forms
from django.forms import BoundField
from django.forms.renderers import TemplatesSetting

# The first that fits decides; a widget of ours names its class itself.
WIDGET_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.HiddenInput, ""),
    (forms.RadioSelect, ""),
    (forms.CheckboxSelectMultiple, ""),
    (forms.MultiWidget, ""),
    (forms.CheckboxInput, "form-check-input"),
    (forms.Select, "form-select"),
    (forms.Widget, "form-control"),
)
DJANGO_ROWS, ROWS = "10", "4"  # Django's default would fill a phone
LIST_TEMPLATES: dict[type[forms.Widget], str] = {
    forms.RadioSelect: "ui/widgets/ticks.html",
    forms.CheckboxSelectMultiple: "ui/widgets/ticks.html",
}


class Field(BoundField):
    """A field of a form with the classes and the anchors that the house draws."""

    def as_widget(
        self,
        widget: forms.Widget | None = None,
        attrs: Any = None,
        only_initial: bool = False,
    ) -> Any:
        """Render the control; lists of plain choices take the house's template."""
        widget = widget or self.field.widget
        if type(widget) in LIST_TEMPLATES:
            widget.template_name = LIST_TEMPLATES[type(widget)]
        return super().as_widget(widget, attrs, only_initial)

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: forms.Widget | None = None
    ) -> dict[str, Any]:
        """Add the class that the control's kind asks for."""
        widget = widget or self.field.widget
        built = super().build_widget_attrs(attrs, widget)
        own = next(name for kind, name in WIDGET_CLASSES if isinstance(widget, kind))
        if isinstance(widget, forms.Textarea) and widget.attrs.get("rows") == DJANGO_ROWS:
            built["rows"] = ROWS
        classes = f"{own} {widget.attrs.get('class', '')} {built.get('class', '')}".split()
        if classes:
            built["class"] = " ".join(dict.fromkeys(classes))
        return built

    @property
    def anchor(self) -> str:
        """Return the id that an error on top of the form leads to."""
        return self.id_for_label or f"{self.auto_id}_0"

    @property
    def is_tick(self) -> bool:
        """Return whether the label stands beside one box to tick."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def is_optional(self) -> bool:
        """Return whether the label says « facultatif »."""
        marked = getattr(self.form, "mark_optional", True)
        return bool(marked and not self.field.required and not self.is_tick)


class Renderer(TemplatesSetting):
    """Draw forms and fields with the templates of `ui/`."""

    form_template_name = "ui/form.html"
    field_template_name = "ui/_field.html"
    bound_field_class = Field
