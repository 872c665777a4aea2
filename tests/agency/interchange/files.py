"""Files of reference data, and the two steps of an import through the pages."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

PARAMETER = "/admin/agency/parameter/"
AREA = "/admin/agency/areacode/"
INSTITUTION = "/admin/agency/institution/"
CARE_TYPE = "/admin/settlement/caretype/"
PARAMETER_COLUMNS = "参数,统筹区,值,类型,单位,说明,备注,生效日期,失效日期,依据"


def lines(*rows: str, encoding: str = "utf-8-sig") -> bytes:
    """A CSV file of these lines, the header first."""
    return ("\n".join(rows) + "\n").encode(encoding)


def workbook(*rows: list[Any]) -> bytes:
    """An XLSX file of these rows, the header first."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "表"
    for row in rows:
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def upload(client: Client, url: str, content: bytes, *, name: str = "更正.csv", table: int = 0) -> Any:
    """Step one: the page with the preview, or with why there is none."""
    file = SimpleUploadedFile(name, content)
    response = client.post(f"{url}import/", {"resource": str(table), "format": "", "import_file": file})
    assert response.status_code == 200
    return response


def confirm(client: Client, url: str, previewed: Any) -> Any:
    """Step two, with what the preview's page would post."""
    token = previewed.context["confirm_form"].initial["preview"]
    return client.post(f"{url}process_import/", {"preview": token})


def told(response: Any) -> list[str]:
    """The sentences with which rows were refused, each with its place."""
    return [str(problem) for problem in response.context["outcome"].problems]


def counts(response: Any) -> dict[str, int]:
    """Rows by verdict, those that are none left out."""
    return {label: count for label, _, count in response.context["outcome"].counts if count}


def may_confirm(response: Any) -> bool:
    return "confirm_form" in response.context
