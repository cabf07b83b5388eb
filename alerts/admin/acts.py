"""Buttons on the page of one row: they run the actions of its list and come back to the page."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect

if TYPE_CHECKING:
    ActsBase = admin.ModelAdmin[Any]
else:
    ActsBase = admin.ModelAdmin

Act = tuple[str, str]
"""The name of an action of the list, and the word on its button."""


class Acts(ActsBase):
    """Lets the page of one row do what its list can do with many."""

    def acts_on(self, row: Any) -> list[Act]:
        """Return what can be done with the row as it stands."""
        raise NotImplementedError

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Offer the buttons to those who may use the actions of the list."""
        row: Model | None = kwargs.get("obj")
        if row is not None:
            allowed = self.get_actions(request)
            context["acts"] = [act for act in self.acts_on(row) if act[0] in allowed]
        return super().render_change_form(request, context, *args, **kwargs)

    def response_action(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Come back to the page whose button was pressed, unless the action leads elsewhere."""
        answer = super().response_action(request, queryset)
        row = request.POST.get("stay", "")
        leads_to_list = (
            isinstance(answer, HttpResponseRedirect) and answer.url == request.get_full_path()
        )
        if not row or not leads_to_list:
            return answer
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", row)
