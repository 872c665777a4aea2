"""The form that takes scans in: which paper, and one or several files or photos."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

CHOOSE_PAPER = "请先选择这是哪一种材料，选好的文件还在。"
Choices = list[tuple[str, list[tuple[str, str]]]]
ACCEPT = "image/jpeg,image/png,image/heic,image/heif,application/pdf,.jpg,.jpeg,.png,.heic,.heif,.pdf"


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; an empty one is told by its own sentence later, beside the others."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = [file for file in data or [] if file]
        if self.required and not files:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return files


class ScanForm(forms.Form):
    """Files without a name or bytes are not turned away here: content is judged by the service."""

    material = forms.ChoiceField(
        label="这是哪一种材料",
        error_messages={
            "required": "请先选择这是哪一种材料。",
            "invalid_choice": "请从列表里选择材料：这一种不在本备案的材料里。",
        },
        widget=forms.Select(attrs={"data-key": "U", "aria-keyshortcuts": "U", "data-needs": CHOOSE_PAPER}),
    )
    scans = FilesField(
        label="扫描件或照片",
        required=False,
        widget=SeveralFiles(attrs={"accept": ACCEPT}),
    )
    photos = FilesField(
        label="用手机拍照",
        required=False,
        widget=SeveralFiles(attrs={"accept": "image/*", "capture": "environment"}),
    )

    def __init__(self, *args: Any, papers: Choices, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "id_scan_%s")
        super().__init__(*args, **kwargs)
        self.fields["material"].choices = [("", "请选择"), *papers]  # type: ignore[attr-defined]
        if self.is_bound:
            return
        registered = papers[0][1] if papers else []
        if len(registered) == 1:
            self.initial["material"] = registered[0][0]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("scans") and not cleaned.get("photos"):
            self.add_error("scans", "请选择要上传的文件，或者拍照。")
        return cleaned

    @property
    def uploads(self) -> list[UploadedFile]:
        return [*self.cleaned_data["scans"], *self.cleaned_data["photos"]]
