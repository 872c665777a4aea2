"""备案名单的列: each known by its Chinese name and by its platform field names."""

from __future__ import annotations

from filings.people.columns import Column

SUBJECT = "备案名单"

COLUMNS: tuple[Column, ...] = (
    Column("cert_type", "证件类型", "psn_cert_type"),
    Column("cert_no", "证件号码", "certno"),
    Column("name", "姓名", "psn_name"),
    Column("phone", "联系电话", "tel"),
    Column("insurance_type", "险种", "insutype"),
    Column("insured_area", "参保地区划", "insuplc_admdvs", also=("insu_admdvs",)),
    Column("care_area", "就医地区划", "mdtrtarea_admvs", also=("mdtrtarea_admdvs", "rloc_admdvs")),
    Column("kind", "备案类型", "rloc_rea"),
    Column("channel", "渠道", "dcla_souc"),
    Column("begins_on", "生效日期", "begndate"),
    Column("ends_on", "截止日期", "enddate", required=False),
    Column("address", "居住地址", "resout_addr", required=False),
    Column("materials", "材料", "", required=False),
    Column("agent_name", "代办人姓名", "agnter_name", required=False),
    Column("agent_cert_no", "代办人证件号码", "agnter_certno", required=False),
    Column("agent_phone", "代办人电话", "agnter_tel", required=False),
    Column("external_no", "外部编号", "trt_dcla_detl_sn", required=False),
)
TITLES = {column.key: column.title for column in COLUMNS}
EXPECTED = [name for column in COLUMNS for name in column.names]
NEEDED = [column.names for column in COLUMNS if column.required]
DAYS = ("begins_on", "ends_on")
TEXT_KEYS = tuple(column.key for column in COLUMNS if column.key not in DAYS)
