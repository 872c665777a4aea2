"""对账结果: what a run found and what was decided of it, as plain data with a digest; frozen when signed.

`content` says nothing of who and when: the same two sides with the same verdicts give the same, in any run
(of cases since they are kept as lists: SideText). Names of people, regions and institutions stand beside it,
as they were at the signature.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Count, F, Q, Sum

from agency.organisation.models import PoolingRegion, User
from settlement.clearing.services import provincial_agency
from settlement.reconciliation.kinds import DiscrepancyKind, Remedy
from settlement.reconciliation.models import Discrepancy, ReconciliationRun, TheirAnswer
from settlement.reconciliation.states import DiscrepancyState, RunState
from settlement.statements.filling import agency_name

BLOCK = 2000
PROVINCE_LABEL = "省级"
FOUND = (
    *("serial", "kind", "subject", "our_correction_no", "times", "columns", "ours", "theirs"),
    *("amount_fen", "cause", "remedy", "note", "written_off_fen"),
)
SIDES = ("count", "fee_fen", "fund_fen", "account_fen")


def text_digest(parts: Iterable[Any]) -> str:
    """SHA-256, in hex, over plain values one after the other."""
    hasher = hashlib.sha256()
    for part in parts:
        text = json.dumps(part, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        hasher.update(text.encode() + b"\n")
    return hasher.hexdigest()


def report_of(run: ReconciliationRun) -> dict[str, Any]:
    """The signed report, or what it would say now."""
    return run.report if run.state == RunState.SIGNED else {"content": content(run), "names": names(run)}


def digest_of(report: dict[str, Any]) -> str:
    """The digest that a report is known by: of its content alone."""
    return text_digest([report["content"]])


def content(run: ReconciliationRun) -> dict[str, Any]:
    """What was compared with what, what came out and what was decided; plain JSON, amounts in fen."""
    return {
        "period": run.period,
        "source": run.source,
        "form": run.form_no,
        "region": _code(run.region),
        "scope_region": _code(run.scope_region),
        "scope_institution": _code(run.scope_institution),
        "all_details": run.all_details,
        "columns": run.columns,
        "compared": run.compared,
        "notes": run.notes,
        "theirs": run.file.digest,
        "ours": run.ours_digest,
        "result": run.result_digest,
        "their_rows": run.their_rows,
        "unread_rows": run.unread_rows,
        "our_cases": run.our_cases,
        "matched": run.matched,
        "classes": classes(run),
        "totals": totals(run),
        "differences": text_digest(_differences(run)),
        "unread": text_digest(_unread(run)),
    }


def _code(row: Any) -> str:
    return row.code if row is not None else ""


def classes(run: ReconciliationRun) -> list[dict[str, Any]]:
    """Each class with its differences: how many, what they come to, and how many have which verdict."""
    settled = Q(state=DiscrepancyState.SETTLED)
    by_remedy = {remedy.value: Count("pk", filter=settled & Q(remedy=remedy)) for remedy in Remedy}
    rows = Discrepancy.objects.filter(run=run).order_by().values("kind")
    rows = rows.annotate(
        n=Count("pk"),
        fen=Sum("amount_fen"),
        off=Sum("written_off_fen", filter=settled),
        open=Count("pk", filter=~settled),
        **{f"of_{name}": of for name, of in by_remedy.items()},
    )
    found = {row["kind"]: row for row in rows}
    return [_class(found[kind]) for kind in DiscrepancyKind.values if kind in found]


def _class(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": row["kind"],
        "count": row["n"],
        "amount_fen": int(row["fen"] or 0),
        "written_off_fen": int(row["off"] or 0),
        "open": row["open"],
        "remedies": {remedy: row[f"of_{remedy}"] for remedy in Remedy.values},
    }


def totals(run: ReconciliationRun) -> dict[str, Any]:
    """Both sides of all groups together, and how many of the groups agree."""
    sums = {f"{side}_{name}": Sum(f"{side}_{name}") for side in ("our", "their") for name in SIDES}
    found = run.totals.aggregate(n=Count("pk"), alike=Count("pk", filter=Q(agrees=True)), **sums)
    plain = {name: int(found[name] or 0) for name in sums}
    return {"groups": found["n"], "agreeing": found["alike"], **plain}


def _differences(run: ReconciliationRun) -> Iterator[list[Any]]:
    """Every difference as it was found and decided, in the order of its serial, with what they answered."""
    rows = Discrepancy.objects.filter(run=run).order_by("serial")
    pair = {"mate": F("pair__difference_no"), "mate_run": F("pair__run"), "mate_serial": F("pair__serial")}
    answers = newest_answers(run)
    for row in rows.values("pk", "state", *FOUND, **pair).iterator(chunk_size=BLOCK):
        decided = row["state"] == DiscrepancyState.SETTLED
        mate = row["mate_serial"] if row["mate_run"] == run.pk else row["mate"]
        answer = answers.get(row["pk"])
        said = [answer.stance, answer.amount_fen, answer.reason] if answer else []
        yield [decided, mate, said, *(row[name] for name in FOUND)]


def newest_answers(run: ReconciliationRun) -> dict[int, TheirAnswer]:
    """What the other side said last of each difference, by its key."""
    rows = TheirAnswer.objects.filter(discrepancy__run=run).order_by("pk")
    return {row.discrepancy_id: row for row in rows}


def _unread(run: ReconciliationRun) -> Iterator[list[Any]]:
    rows = run.unread.order_by("line_no").values_list("line_no", "place", "code", "column", "value")
    yield from map(list, rows.iterator(chunk_size=BLOCK))


# --- names, as they are now ---------------------------------------------------------------------------------


def names(run: ReconciliationRun, signer: User | None = None) -> dict[str, Any]:
    """How everything that the report speaks of is called: people by key, regions by code."""
    return {
        "organisation": agency_name(run.region) if run.region is not None else provincial_agency(),
        "owner": run.region.name if run.region is not None else PROVINCE_LABEL,
        "counterpart": run.counterpart,
        "file": run.file_name,
        "scope": _scope(run),
        "maker": str(run.created_by),
        "signer": str(signer) if signer is not None else "",
        "people": _people(run),
        "regions": _regions(run),
    }


def _scope(run: ReconciliationRun) -> str:
    scopes = (run.scope_region, run.scope_institution)
    return "、".join(str(scope) for scope in scopes if scope is not None)


def _people(run: ReconciliationRun) -> dict[str, str]:
    """Everybody who judged or approved, by key (text, as JSON keeps it)."""
    rows = Discrepancy.objects.filter(run=run).order_by()
    keys = {
        key for field in ("judged_by", "approved_by") for key in rows.values_list(field, flat=True).distinct()
    }
    return {str(user.pk): str(user) for user in User.objects.filter(pk__in=keys - {None})}


def _regions(run: ReconciliationRun) -> dict[str, str]:
    codes = run.totals.order_by().values("agency_code").distinct()
    return dict(PoolingRegion.objects.filter(code__in=codes).values_list("code", "name"))
