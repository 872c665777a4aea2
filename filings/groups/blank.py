"""空白备案名单: the workbook that an employer fills in. Its header is what the import reads."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from agency.organisation.models import CertificateType, Place, PoolingRegion, RegionKind
from agency.organisation.selectors import pooling_regions
from agency.policy.insurance import InsuranceType
from filings.filing.kinds import Channel
from filings.filing.places import JILIN_NAME
from filings.filing.selectors import offered_kinds
from filings.groups.columns import COLUMNS, DAYS
from filings.materials.models import MaterialKind

ROWS = 3000  # so many rows carry formats and lists to choose from
WIDTHS = {"cert_no": 22, "kind": 20, "channel": 18, "address": 36, "materials": 36, "agent_cert_no": 22}


def write_blank_list(target: BinaryIO, *, on: dt.date, at: dt.datetime) -> None:
    """The list with text columns and choices, 填写说明, and 就医地区划; the same day gives the same bytes."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "list.xlsx"
        book = Workbook(str(draft), {"strings_to_formulas": False, "strings_to_urls": False})
        book.set_properties({"created": at.astimezone(dt.UTC).replace(tzinfo=None)})
        regions = [region.code for region in pooling_regions(on)]
        kinds = [str(kind.label) for kind, _ in offered_kinds(on)]
        choices: dict[str, Sequence[str]] = {
            "insurance_type": [str(label) for label in InsuranceType.labels],
            "insured_area": regions,
            "kind": kinds,
            "channel": [str(label) for label in Channel.labels],
        }
        _fill_list(book, choices)
        _fill_notes(book, on, kinds)
        _fill_places(book, on)
        book.close()
        target.write(draft.read_bytes())


def _fill_list(book: Workbook, choices: dict[str, Sequence[str]]) -> None:
    sheet = book.add_worksheet("备案名单")
    required = book.add_format({"bold": True, "bottom": 1, "bg_color": "#DCE9E4"})
    optional = book.add_format({"bold": True, "bottom": 1})
    text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy-mm-dd"})
    for index, column in enumerate(COLUMNS):
        sheet.set_column(index, index, WIDTHS.get(column.key, 14), day if column.key in DAYS else text)
        sheet.write_string(0, index, column.title, required if column.required else optional)
        if column.key in choices:
            sheet.data_validation(
                1,
                index,
                ROWS,
                index,
                {
                    "validate": "list",
                    "source": list(choices[column.key]),
                    "error_title": column.title,
                    "error_message": "请从下拉列表里选择。",
                    "error_type": "warning",
                },
            )
    sheet.freeze_panes(1, 0)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{ROWS + 1}"})


def _fill_notes(book: Workbook, on: dt.date, kinds: Sequence[str]) -> None:
    sheet = book.add_worksheet("填写说明")
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 100, book.add_format({"text_wrap": True}))
    certificates = CertificateType.objects.order_by("code").values_list("code", "name")
    materials = MaterialKind.objects.order_by("pk").values_list("name", flat=True)
    regions = [f"{region.code} {region.name}" for region in pooling_regions(on)]
    lines = [
        ("填写", "一行一人，只填“备案名单”页；表头不要改，底色深的列必须填。人员须已在参保登记里。"),
        ("证件类型", "、".join(f"{code} {name}" for code, name in certificates) + "（填代码）"),
        ("证件号码", "按文本填，18 位身份证号连末位；程序核对校验位。"),
        ("险种", "、".join(InsuranceType.labels)),
        ("参保地区划", "、".join(regions)),
        ("就医地区划", "见“就医地区划”页；区县代码按所在市（州）算。"),
        ("备案类型", "、".join(kinds)),
        ("渠道", "、".join(Channel.labels) + "；单位名单一般填合作单位"),
        ("生效日期", "如 2026-11-20。"),
        ("截止日期", "空着即可：由规则算出；填了就要与规则一致。"),
        ("居住地址", "长期备案必须填，登记备案表上要印。"),
        ("材料", "交来的材料，几样之间用顿号，如 有效身份证件、工作合同。可填：" + "、".join(materials)),
        ("材料怎么交的", "不注明算复印件；原件、承诺写在括号里，如 工作合同（原件）。个人承诺书照写名称。"),
        ("代办人", "有代办人的，姓名、证件号码、电话都要填；没有的全部空着。"),
        ("外部编号", "平台或单位自己的编号，同一渠道内不能重复；没有就空着。"),
    ]
    for index, (label, told) in enumerate(lines):
        sheet.write_string(index, 0, label)
        sheet.write_string(index, 1, told)


def _fill_places(book: Workbook, on: dt.date) -> None:
    sheet = book.add_worksheet("就医地区划")
    sheet.set_column(0, 0, 12, book.add_format({"num_format": "@"}))
    sheet.set_column(1, 2, 22)
    _write_line(sheet, 0, "代码", "省", "市（州）")
    for index, line in enumerate(_places(on), 1):
        _write_line(sheet, index, *line)
    sheet.freeze_panes(1, 0)
    sheet.ignore_errors({"number_stored_as_text": "A1:A1000"})


def _write_line(sheet: Worksheet, index: int, *texts: str) -> None:
    for column, text in enumerate(texts):
        sheet.write_string(index, column, text)


def _places(on: dt.date) -> list[tuple[str, str, str]]:
    """Jilin's places first, then each province's; a province without cities stands for itself."""
    here = [region.pk for region in pooling_regions(on)]
    own = Place.objects.filter(region__in=here).order_by("region__position", "code")
    lines = [(code, JILIN_NAME, name) for code, name in own.values_list("code", "name")]
    outside = PoolingRegion.objects.in_force(on).filter(kind=RegionKind.OUTSIDE).order_by("code")
    cities: dict[int, list[tuple[str, str]]] = {}
    for pk, code, name in Place.objects.filter(province__in=outside).values_list("province", "code", "name"):
        cities.setdefault(pk, []).append((code, name))
    for province in outside:
        for code, name in sorted(cities.get(province.pk, [(province.code, "")])):
            lines.append((code, province.name, name))
    return lines
