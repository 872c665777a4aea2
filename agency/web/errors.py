"""Error pages: a sentence that says what happened and what to do."""

from __future__ import annotations

import sys

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import is_valid_path

from agency.web.busy import busy_page, is_busy

MEGABYTE = 1024 * 1024


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, TooManyFilesSent):
        most = settings.DATA_UPLOAD_MAX_NUMBER_FILES
        message = f"一次送来的文件超过 {most} 个，都没有收。请分几次上传。"
    elif isinstance(exception, RequestDataTooBig):
        most = settings.UPLOAD_MAX_BYTES // MEGABYTE
        message = f"一次送来的内容太大（文件合计最多 {most} MB），都没有收。请分几次上传。"
    else:
        message = "提交的内容里有不能识别的字符，或文件太大。请返回检查后重试。"
    return render(request, "400.html", {"message": message}, status=400)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def only_submitted(request: HttpRequest, allowed: str) -> HttpResponse:
    """What is only ever submitted was opened: the way back to the page it belongs to, if there is one."""
    response = render(request, "405.html", {"back": _page_above(request.path)}, status=405)
    response.headers["Allow"] = allowed
    return response


def _page_above(path: str) -> str:
    """The nearest address above this one that leads to something; empty when only home does."""
    while path.count("/") > 2:
        path = path.rstrip("/").rpartition("/")[0] + "/"
        if is_valid_path(path):
            return path
    return ""


def server_error(request: HttpRequest) -> HttpResponse:
    """Outside of a view (a session, a log entry of a refusal) the write lock may be met as well."""
    if is_busy(sys.exc_info()[1]):
        return busy_page(request, nothing_written=False)
    return render(request, "500.html", status=500)
