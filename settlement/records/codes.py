"""The refusal codes of settled cases and deductions, named for the preview."""

from agency.batches.codes import label_codes

label_codes(
    {
        "not_our_case": "两地都不在本省",
        "unknown_care_type": "医疗类别不认识",
        "bad_institution_code": "机构编号不对",
        "bad_reversal_flag": "退费标志不对",
        "parts_do_not_add_up": "费用构成不平",
        "funds_do_not_add_up": "基金合计不平",
        "payers_do_not_add_up": "支付合计不平",
        "reversal_without_original": "退费找不到原结算",
        "reversal_does_not_match": "退费与原结算不符",
        "unknown_settlement": "找不到所扣的结算",
    }
)
