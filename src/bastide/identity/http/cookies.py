"""The cookies of a session, and what a request tells of its browser."""

from fastapi import Request, Response

from bastide.identity.domain.sessions import (
    CSRF_COOKIE,
    DEVICE_COOKIE,
    SESSION_COOKIE,
    SessionKind,
    cookie_name,
)
from bastide.identity.usecases.open_session import NewSession

_DEVICE_AGE_S = 400 * 86_400  # the longest that browsers keep a cookie


def browser_of(request: Request) -> tuple[str | None, str]:
    """Address and user agent."""
    return request.state.client_address, request.headers.get("user-agent", "")


def set_cookies(request: Request, response: Response, opened: NewSession) -> None:
    age_s = int(SessionKind.BROWSER.absolute.total_seconds())
    cookies = (
        (SESSION_COOKIE, opened.token, age_s, True),
        (CSRF_COOKIE, opened.csrf, age_s, False),
        (DEVICE_COOKIE, opened.device, _DEVICE_AGE_S, True),
    )
    https = request.url.scheme == "https"
    for name, value, max_age, http_only in cookies:
        response.set_cookie(
            cookie_name(name, https=https),
            value,
            max_age=max_age,
            secure=https,
            httponly=http_only,
            samesite="lax",
        )


def device_of(request: Request) -> str | None:
    """The cookie of an earlier login."""
    return request.cookies.get(cookie_name(DEVICE_COOKIE, https=request.url.scheme == "https"))


def clear_cookies(request: Request, response: Response) -> None:
    """The device cookie stays: the browser goes on being known."""
    https = request.url.scheme == "https"
    for name in (SESSION_COOKIE, CSRF_COOKIE):
        response.delete_cookie(cookie_name(name, https=https), secure=https, samesite="lax")
