"""二十种表单: the forms of the provincial procedure, what each is for, and which page fills it [S2].

The list is the procedure's; whether a form can be had is asked of the registries, so nothing is promised that
is not there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agency.journal.papers import PRINTED_FORMS
from agency.organisation.models import User
from agency.registry import Registry
from agency.web.parts import Action

# (user) -> Action | None: the page that fills a form, by the form's number; None without the right to open it
FORM_PAGES: Registry[Callable[..., Action | None]] = Registry("pages that fill forms")
# (user, today) -> CardSection | None: papers beside the twenty, such as notices and leaflets
MORE_PAPERS: Registry[Callable[..., Any]] = Registry("papers beside the twenty forms")


@dataclass(frozen=True)
class FormTitle:
    """One form: its number, its title, what it is for, and the step of the work that it belongs to."""

    no: str
    title: str
    purpose: str
    step: str


FORMS = (
    FormTitle("1", "吉林省医疗保险异地就医登记备案表", "记下一次备案，经办机构和参保人各留一份", "备案"),
    FormTitle("2", "吉林省医疗保险异地就医备案个人承诺书", "以承诺代替暂时没有的证明，写明补交期限", "备案"),
    FormTitle("3", "外伤无第三方责任承诺书", "外伤住院，声明没有第三方责任、不属工伤", "外伤外购"),
    FormTitle("4", "住院期间外院检查治疗或定点药店购药单", "住院期间到外院检查治疗或到药店购药", "外伤外购"),
    FormTitle("5", "吉林省异地就医住院结算单", "一次住院的费用、各基金支付和个人负担", "结算"),
    FormTitle("6-1", "吉林省省平台异地医保业务周转金额度调整明细表", "全省各统筹区的周转金额度", "周转金"),
    FormTitle(
        "6-2", "吉林省统筹区异地医保业务周转金额度调整明细表", "一个统筹区的额度和所依据的月份", "周转金"
    ),
    FormTitle("7", "吉林省统筹区收款通知书", "通知统筹区收款", "通知与付款"),
    FormTitle("8", "吉林省统筹区付款通知书", "通知统筹区付款", "通知与付款"),
    FormTitle("9", "吉林省异地医保业务费用清算表", "全省各统筹区的应收、应付和轧差", "月度清算"),
    FormTitle(
        "10", "吉林省统筹区异地医保费用收款清算表", "作为就医地应收，按对方、险种、医疗类别", "月度清算"
    ),
    FormTitle(
        "11", "吉林省统筹区异地医保费用付款清算表", "作为参保地应付，按对方、险种、医疗类别", "月度清算"
    ),
    FormTitle("12", "吉林省统筹区异地职工医保基金明细表", "职工医保的各项基金", "月度清算"),
    FormTitle("13", "吉林省统筹区异地居民医保基金明细表", "居民医保的各项基金", "月度清算"),
    FormTitle("14", "吉林省统筹区异地费用扣款分项明细表", "各项扣款的机构、原因和金额", "月度清算"),
    FormTitle("15", "吉林省异地医保业务年终清算申请表", "统筹区申请年终清算", "年终清算"),
    FormTitle("16", "吉林省异地医保费用年终清算表", "全省一年的清算与核定", "年终清算"),
    FormTitle("17", "吉林省统筹区异地医保费用年终收款清算表", "一个统筹区一年的应收与核定", "年终清算"),
    FormTitle("18", "吉林省统筹区异地医保费用年终付款清算表", "一个统筹区一年的应付与核定", "年终清算"),
    FormTitle("19", "吉林省异地就医备案、结算、周转金、清算流程图", "四个流程各步的先后和办理人", "流程图"),
)


@dataclass(frozen=True)
class ListedForm:
    """A form as the list shows it: `has_blank` it prints blank; `page` fills it; neither: not there yet."""

    form: FormTitle
    has_blank: bool
    page: Action | None
    is_there: bool


def listed_forms(user: User) -> list[ListedForm]:
    """All forms, in their order."""
    return [_listed(form, user) for form in FORMS]


def _listed(form: FormTitle, user: User) -> ListedForm:
    has_blank, has_page = form.no in PRINTED_FORMS, form.no in FORM_PAGES
    page = FORM_PAGES[form.no](user) if has_page else None
    return ListedForm(form, has_blank, page, has_blank or has_page)
