"""The entry form of a slip: its head, and a table of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from agency.directory.fields import InstitutionField
from agency.errors import DomainError
from agency.money import parse_yuan, plain_yuan
from agency.tabular.values import to_text
from filings.filing.forms import DayField
from filings.outside_care.models import OutsideCare
from filings.outside_care.rules import MOST_PRICE_FEN, Item, parse_quantity, quantity_text
from filings.outside_care.services import HEAD, SlipEntry
from filings.stays.forms import text_field

ROWS_AT_FIRST, ROWS_MORE, ROWS_AT_MOST = 5, 5, 60


class SlipForm(forms.Form):
    """购药单: everything but its lines."""

    use_required_attribute = False

    outside_institution = InstitutionField(label="外院或药店", on="prescribed_on")
    prescribed_on = DayField(label="开单日期", error_messages={"required": "请填写开单日期。"})
    department = text_field("开单科室", 50)
    doctor = text_field("责任医师", 30)
    section_head = text_field("科主任", 30)
    insurance_office = text_field("医保办经办人", 30)

    def entry(self, items: Sequence[Item]) -> SlipEntry:
        """What was entered, once form and rows are valid."""
        said: dict[str, Any] = {
            name: to_text(value) if isinstance(value, str) else value
            for name, value in self.cleaned_data.items()
        }
        return SlipEntry(items=tuple(items), **said)


class ItemForm(forms.Form):
    """One row; a row in which nothing is written does not count."""

    use_required_attribute = False

    name = text_field("项目或药品名称", 100)
    code = text_field("编码", 40)
    spec = text_field("规格", 60)
    quantity = text_field("数量", 16, inputmode="decimal")
    unit_price = text_field("单价", 16, inputmode="decimal")
    reason = text_field("理由", 200)

    def clean_quantity(self) -> int | None:
        text = to_text(self.cleaned_data["quantity"])
        return _asked(parse_quantity, text) if text else None

    def clean_unit_price(self) -> int | None:
        text = to_text(self.cleaned_data["unit_price"])
        fen = _asked(parse_yuan, text) if text else None
        if fen is not None and not 0 <= fen <= MOST_PRICE_FEN:
            raise forms.ValidationError("单价不能小于 0，也不能超过一千万元。")
        return fen

    def clean(self) -> None:
        """A row that is begun has a name, a quantity and a price."""
        if not self.is_written:
            return
        for field, label in (("name", "名称"), ("quantity", "数量"), ("unit_price", "单价")):
            if field not in self.errors and self.cleaned_data.get(field) in (None, ""):
                self.add_error(field, f"请填写{label}。")

    @property
    def is_written(self) -> bool:
        """Whether anything stands in the row."""
        return any(to_text(self.data.get(self.add_prefix(name)) or "") for name in self.fields)

    def item(self) -> Item:
        """The row as the rules see it, once it is valid."""
        said = self.cleaned_data
        texts = {name: to_text(said[name]) for name in ("name", "code", "spec", "reason")}
        return Item(quantity_milli=said["quantity"], unit_price_fen=said["unit_price"], **texts)

    @property
    def amount_fen(self) -> int | None:
        """The amount of what is written so far; None while quantity or price are not known."""
        if not self.is_bound:
            quantity, price = self.initial.get("quantity"), self.initial.get("unit_price")
        else:
            quantity = self.data.get(self.add_prefix("quantity"))
            price = self.data.get(self.add_prefix("unit_price"))
        try:
            found = Item("", parse_quantity(to_text(quantity or "")), parse_yuan(to_text(price or "")))
        except DomainError:
            return None
        return found.amount_fen if 0 <= found.unit_price_fen <= MOST_PRICE_FEN else None


def _asked(read: Any, text: str) -> int:
    try:
        return int(read(text))
    except DomainError as error:
        raise forms.ValidationError(error.message) from None


class Rows:
    """The rows of the table: as many as were posted, and some more where they are asked for."""

    def __init__(self, data: Any = None, *, items: Sequence[Item] = (), more: bool = False) -> None:
        self.is_bound = data is not None
        self.has_errors = False
        if data is None:
            count = max(ROWS_AT_FIRST, len(items) + 1)
            initial = [_initial(item) for item in items] + [{}] * (count - len(items))
            self.forms = [ItemForm(prefix=_prefix(index), initial=row) for index, row in enumerate(initial)]
            return
        count = min(_posted_count(data) + (ROWS_MORE if more else 0), ROWS_AT_MOST)
        self.forms = [ItemForm(data, prefix=_prefix(index)) for index in range(count)]
        if more:
            for form in self.forms:
                form.errors.clear()

    def is_valid(self) -> bool:
        answers = [form.is_valid() for form in self.forms]
        self.has_errors = not all(answers)
        return not self.has_errors

    def items(self) -> list[Item]:
        """The rows that say something, once all are valid."""
        return [form.item() for form in self.forms if form.is_written]

    @property
    def count(self) -> int:
        return len(self.forms)

    @property
    def is_full(self) -> bool:
        return self.count >= ROWS_AT_MOST

    @property
    def total_fen(self) -> int:
        """合计 of the amounts that are known so far."""
        return sum(form.amount_fen or 0 for form in self.forms)

    @property
    def amounts(self) -> str:
        """What htmx puts in beside the rows: the amounts and the total."""
        return ",".join(["#items-total", *(f"#amount_{index}" for index in range(self.count))])


def _prefix(index: int) -> str:
    return f"item-{index}"


def _posted_count(data: Any) -> int:
    text = data.get("rows", "")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 4 else ROWS_AT_FIRST


def _initial(item: Item) -> dict[str, Any]:
    return {
        "name": item.name,
        "code": item.code,
        "spec": item.spec,
        "quantity": quantity_text(item.quantity_milli),
        "unit_price": plain_yuan(item.unit_price_fen),
        "reason": item.reason,
    }


def slip_initial(slip: OutsideCare) -> dict[str, Any]:
    """The head of a slip as it is stored."""
    return {name: getattr(slip, name) for name in HEAD}
