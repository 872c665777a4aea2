"""账户: which there are, looked up all at once, and made where one is missing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from agency.organisation.models import PoolingRegion
from agency.policy.insurance import InsuranceType
from settlement.fund.models import AccountKind, FundAccount


class AccountKey(NamedTuple):
    """Which account, whether it is there already or not."""

    kind: str
    region_id: int | None = None
    insurance_type: str = ""


BANK = AccountKey(AccountKind.BANK.value)
PLATFORMS = {
    kind: AccountKey(AccountKind.PLATFORM.value, insurance_type=kind) for kind in InsuranceType.values
}


def fund_of(region_id: int, insurance_type: str) -> AccountKey:
    """资金: a region's money of one insurance type."""
    return AccountKey(AccountKind.REGION_FUND.value, region_id, insurance_type)


def key_of(account: FundAccount) -> AccountKey:
    return AccountKey(account.kind, account.region_id, account.insurance_type)


def accounts_known() -> dict[AccountKey, FundAccount]:
    """Every account that there is; two per region and three of the province."""
    return {key_of(account): account for account in FundAccount.objects.select_related("region")}


def accounts_for(keys: Iterable[AccountKey]) -> dict[AccountKey, FundAccount]:
    """Every account, those asked for among them: what is missing is made, all in one statement."""
    known = accounts_known()
    missing = sorted({key for key in keys if key not in known}, key=str)
    if not missing:
        return known
    regions = PoolingRegion.objects.in_bulk([key.region_id for key in missing if key.region_id is not None])
    made = [_new(key, regions.get(key.region_id or 0)) for key in missing]
    FundAccount.objects.bulk_create(made, ignore_conflicts=True)
    return accounts_known()


def _new(key: AccountKey, region: PoolingRegion | None) -> FundAccount:
    code = "-".join(part for part in (key.kind, region.code if region else "", key.insurance_type) if part)
    return FundAccount(code=code, kind=key.kind, region=region, insurance_type=key.insurance_type)
