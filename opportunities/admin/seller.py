"""The seller: one row, which every quote is printed with, and its logo."""

from base64 import b64encode
from io import BytesIO

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image, ImageOps

from opportunities.admin.base import FreshForm, OneRow
from opportunities.models import Seller

MOST_BYTES = 500_000
MOST_PIXELS = 4_000  # a side, of what is uploaded
KEPT_PIXELS = 1_600  # a side; it is printed 70 mm wide at most


class SellerForm(FreshForm):
    new_logo = forms.FileField(
        label=gettext_lazy("New logo"),
        required=False,
        help_text=gettext_lazy("PNG or JPEG, at most 500 kB and 4,000 pixels a side."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
    )
    remove_logo = forms.BooleanField(label=gettext_lazy("Remove the logo"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "name" in self.fields:
            self.fields["name"].required = True

    def clean_new_logo(self) -> tuple[bytes, str] | None:
        """The bytes and the type to keep."""
        file = self.cleaned_data["new_logo"]
        return read_logo(file) if file else None

    def _post_clean(self):
        """The form's choice of a logo goes into the row with the rest of the form."""
        super()._post_clean()
        if self.cleaned_data.get("new_logo"):
            self.instance.logo, self.instance.logo_type = self.cleaned_data["new_logo"]
        elif self.cleaned_data.get("remove_logo"):
            self.instance.logo, self.instance.logo_type = b"", ""


@admin.register(Seller)
class SellerAdmin(OneRow):
    form = SellerForm
    readonly_fields = ["logo_now"]

    def get_fields(self, request, obj=None):
        texts = ["name", "address", "footer", "payment_terms"]
        if not self.has_change_permission(request, obj):
            return [*texts, "logo_now"]
        return [*texts, *(["logo_now", "new_logo", "remove_logo"] if obj and obj.logo else ["new_logo"])]

    @admin.display(description=gettext_lazy("Logo"))
    def logo_now(self, seller):
        if not seller.logo:
            return "—"
        data = b64encode(seller.logo).decode()
        return format_html('<img src="data:{};base64,{}" alt="{}" height="64">', seller.logo_type, data, _("The logo"))

    def save_model(self, request, obj, form, change):
        if not change:
            super().save_model(request, obj, form, change)
            return
        has_new_logo = {"new_logo", "remove_logo"} & set(form.changed_data)
        columns = {*form.changed_data} - {"new_logo", "remove_logo"} | (
            {"logo", "logo_type"} if has_new_logo else set()
        )
        obj.save(update_fields=columns)


def read_logo(file: File) -> tuple[bytes, str]:
    """The bytes and the type of an uploaded PNG or JPEG, drawn anew: what is kept is a picture and nothing else.

    Raises ValidationError.
    """
    if file.size > MOST_BYTES:
        raise ValidationError(_("This file is larger than 500 kB."))
    try:
        image = Image.open(file, formats=["PNG", "JPEG"])
        kind = image.format
        is_small = max(image.size) <= MOST_PIXELS
        if is_small:
            image = ImageOps.exif_transpose(image)  # reads all of it
    except Exception:  # Pillow raises many kinds on what is no image
        raise ValidationError(_("This file is no PNG or JPEG image, or it is damaged.")) from None
    if not is_small:
        raise ValidationError(_("This image has more than 4,000 pixels a side."))
    image = image.convert("RGBA" if kind == "PNG" else "RGB")
    image.thumbnail((KEPT_PIXELS, KEPT_PIXELS))
    drawn = BytesIO()
    image.save(drawn, kind, **({"quality": 92} if kind == "JPEG" else {"optimize": True}))
    return drawn.getvalue(), Image.MIME[kind]
