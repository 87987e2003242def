from django.urls import path

from accounts.views import notices, profile, session, todo

urlpatterns = [
    path("", session.home, name="home"),
    path("sign-in/", session.sign_in, name="sign-in"),
    path("sign-out/", session.sign_out, name="sign-out"),
    path("password/", session.password_change, name="password-change"),
    path("profile/", profile.profile, name="profile"),
    path("todo/", todo.todo, name="todo"),
    path("notices/", notices.notice_list, name="notice-list"),
    path("notices/read/", notices.notice_mark_all, name="notice-mark-all"),
    path("notices/<int:pk>/open/", notices.notice_open, name="notice-open"),
    path("notices/<int:pk>/read/", notices.notice_mark_read, name="notice-mark-read"),
]
