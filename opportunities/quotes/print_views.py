"""A quote on paper: as PDF, and as a page that a browser prints."""

import base64
import logging
import re
from contextlib import AbstractContextManager

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from opportunities.dialog import render_dialog
from opportunities.models import Quote, Seller
from opportunities.permissions import require
from opportunities.quotes.document import document_of
from opportunities.quotes.pdf import CannotPrint, pdf_of

logger = logging.getLogger(__name__)


@require_safe
def pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The quote as PDF, in "?language=" or the user's own."""
    quote, seller = get_printed(request, pk), Seller.current()
    try:
        with asked_language(request):
            content = pdf_of(document_of(quote, seller), bytes(seller.logo))
    except CannotPrint:
        logger.error("The PDF of quote %s could not be made.", quote.pk)
        title = _("The PDF could not be made")
        text = _("The mistake is ours and has been recorded. The print view of the quote says the same.")
        return render_dialog(request, "_problem.html", {"dialog_title": title, "text": text}, 500)
    name = re.sub(r"[^A-Za-z0-9-]", "-", f"{quote.number}-rev-{quote.revision}")
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}.pdf"'},
    )


@require_safe
def print_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The quote as a page without the rest of the product, in "?language=" or the user's own."""
    quote, seller = get_printed(request, pk), Seller.current()
    logo = f"data:{seller.logo_type};base64,{base64.b64encode(seller.logo).decode()}" if seller.logo else ""
    with asked_language(request):
        context = {"quote": quote, "document": document_of(quote, seller), "logo": logo}
        return render(request, "opportunities/quotes/print.html", context)


def get_printed(request: HttpRequest, pk: int) -> Quote:
    """The quote with all but its lines; 404 when there is none, 403 unless the user may view its opportunity."""
    related = [f"opportunity__{name}" for name in ("account", "contact", "owner")]
    quote = get_object_or_404(Quote.objects.select_related(*related), pk=pk)
    require(request.user, "view", quote.opportunity)
    return quote


def asked_language(request: HttpRequest) -> AbstractContextManager:
    """The language to print in; raises BadRequest for one that we do not speak."""
    language = request.GET.get("language") or get_language()
    if language not in dict(settings.LANGUAGES):
        raise BadRequest("There is no such language.")
    return override(language)
