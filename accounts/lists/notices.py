"""One's own notices."""

from accounts.forms import NoticeFilter
from accounts.models import NoticeKind
from accounts.selectors.notices import notices_of, unread_count
from core.access import SIGNED_IN
from core.lists import Listing, Order, Shown, Total, counts_by_choice, moment
from core.pages import FilterForm


class NoticeList(Listing):
    name = "notice-list"
    title = "通知"
    permission = SIGNED_IN
    template = "accounts/notice_list.html"
    orders = (
        Order("when", "时间", ("created_at",), falls=True),
        Order("kind", "种类", ("kind", "-created_at")),
    )
    default = "-when"
    columns = (
        moment("时间", "created_at"),
        Shown("种类", "get_kind_display"),
        Shown("内容", "text", 60),
        Shown("状态", lambda notice: "已读" if notice.read_at else "未读", 8),
        moment("阅读时间", "read_at"),
    )

    def make_filter(self) -> FilterForm:
        return NoticeFilter(self.data)

    def visible(self):
        return notices_of(self.user)

    def filtered(self, rows):
        chosen = self.chosen
        if "q" in chosen:
            rows = rows.filter(text__icontains=chosen["q"])
        if "kind" in chosen:
            rows = rows.filter(kind=chosen["kind"])
        if "unread" in chosen:
            rows = rows.unread()
        return rows

    def totals(self) -> list[Total]:
        return counts_by_choice(self.found, "kind", NoticeKind.choices)

    def context(self) -> dict:
        return {"unread": unread_count(self.user)}
