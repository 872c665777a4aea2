"""The refusal codes of a list of filings, named for the preview."""

from agency.batches.codes import label_codes

label_codes(
    {
        "unknown_channel": "渠道不认识",
        "unknown_material": "材料不认识",
        "not_enrolled": "没有参保关系",
        "insurance_not_in_force": "参保不在正常状态",
        "overlapping": "有效期重叠",
        "not_accepted": "不合受理规则",
    }
)
