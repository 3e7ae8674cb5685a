"""Help, and how far the pages are accessible: for everybody, signed in or not."""

from starlette.responses import Response

from web.http.context import PageContext
from web.http.page_router import PageRouter

pages = PageRouter()


@pages.get("/help", is_open=True)
def show_help(context: PageContext) -> Response:
    return context.page("help.html", title="Help")


@pages.get("/accessibility", is_open=True)
def show_statement(context: PageContext) -> Response:
    return context.page("accessibility.html", title="Accessibility statement")
