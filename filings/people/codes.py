"""The refusal codes of the insured register, named for the preview."""

from agency.batches.codes import label_codes

label_codes(
    {
        "unknown_status": "参保状态不认识",
        "unknown_category": "人员类别不认识",
        "unknown_certificate_type": "证件类型不认识",
        "name_differs": "姓名与登记不同",
        "person_no_differs": "人员编号前后不同",
        "too_long": "内容太长",
    }
)
