"""What each address answers to each role: reviewed by hand, and compared with what it does in test_every_address.py.

A row is a pattern, then what GET and what POST without fields answer to who is signed out, is in no group, owns the
opportunity, is another salesperson, a manager, an administrator; then what PUT, PATCH, DELETE, HEAD and OPTIONS answer
to the administrator; in the admin, whose views ask for a POST or take all else for a GET, what DELETE does. "in" is the way to the sign-in. A POST that may be sent and lacks fields is told so: 422 or 409.
"""

TABLE = """
/opportunities/<int:pk>/close/                                   | in  403 200 403 200 200 | in  403 422 403 422 422 | 405 405 405 405 405
/opportunities/<int:pk>/close/preview/                           | in  403 302 403 302 302 | in  403 200 403 200 200 | 405 405 405 405 405
/opportunities/<int:pk>/undo/                                    | in  403 200 409 409 409 | in  403 302 409 409 409 | 405 405 405 405 405
/opportunities/<int:pk>/reopen/                                  | in  403 403 403 200 200 | in  403 403 403 302 302 | 405 405 405 405 405
/opportunities/<int:pk>/correct/                                 | in  403 403 403 200 200 | in  403 403 403 422 422 | 405 405 405 405 405
/quotes/                                                         | in  403 200 200 200 200 | in  405 405 405 405 405 | 405 405 405 200 405
/opportunities/<int:pk>/quotes/new/                              | in  403 200 403 200 200 | in  403 422 403 422 422 | 405 405 405 405 405
/quotes/<int:pk>/                                                | in  403 200 200 200 200 | in  405 405 405 405 405 | 405 405 405 200 405
/quotes/<int:pk>/edit/                                           | in  403 200 403 200 200 | in  403 422 403 422 422 | 405 405 405 405 405
/quotes/<int:pk>/lines/new/                                      | in  403 200 403 200 200 | in  403 422 403 422 422 | 405 405 405 405 405
/quotes/<int:pk>/lines/<int:line_pk>/                            | in  403 200 403 200 200 | in  403 422 403 422 422 | 405 405 405 405 405
/quotes/<int:pk>/lines/<int:line_pk>/move/                       | in  403 302 403 302 302 | in  403 302 403 302 302 | 405 405 405 405 405
/quotes/<int:pk>/lines/<int:line_pk>/remove/                     | in  403 302 403 302 302 | in  403 302 403 302 302 | 405 405 405 405 405
/quotes/<int:pk>/activate/                                       | in  403 302 403 302 302 | in  403 302 403 302 302 | 405 405 405 405 405
/quotes/<int:pk>/revise/                                         | in  403 200 403 200 200 | in  403 422 403 422 422 | 405 405 405 405 405
/quotes/<int:pk>/close/                                          | in  403 200 403 200 200 | in  403 422 403 422 422 | 405 405 405 405 405
/quotes/<int:pk>/copy/                                           | in  403 200 200 200 200 | in  403 422 422 422 422 | 405 405 405 405 405
/quotes/<int:pk>/pdf/                                            | in  403 200 200 200 200 | in  405 405 405 405 405 | 405 405 405 200 405
/quotes/<int:pk>/print/                                          | in  403 200 200 200 200 | in  405 405 405 405 405 | 405 405 405 200 405
/quotes/<int:pk>/delete/                                         | in  403 200 403 200 200 | in  403 302 403 302 302 | 405 405 405 405 405
/opportunities/new/                                              | in  403 200 200 200 200 | in  403 422 422 422 422 | 405 405 405 405 405
/opportunities/new/accounts/                                     | in  403 200 200 200 200 | in  405 405 405 405 405 | 405 405 405 200 405
/opportunities/new/contacts/                                     | in  403 200 200 200 200 | in  405 405 405 405 405 | 405 405 405 200 405
/opportunities/<int:pk>/                                         | in  403 200 200 200 200 | in  405 405 405 405 405 | 405 405 405 200 405
/opportunities/<int:pk>/edit/                                    | in  403 200 403 200 200 | in  403 422 403 422 422 | 405 405 405 405 405
/opportunities/<int:pk>/notes/                                   | in  403 302 403 302 302 | in  403 422 403 422 422 | 405 405 405 405 405
/opportunities/<int:pk>/next-step/                               | in  403 302 403 302 302 | in  403 302 403 302 302 | 405 405 405 405 405
/opportunities/<int:pk>/next-step/done/                          | in  403 302 403 302 302 | in  403 409 403 409 409 | 405 405 405 405 405
/opportunities/<int:pk>/delete/                                  | in  403 200 403 200 200 | in  403 409 403 409 409 | 405 405 405 405 405
/accounts/<int:pk>/                                              | in  403 200 200 200 200 | in  405 405 405 405 405 | 405 405 405 200 405
/                                                                | in  403 200 200 200 200 | in  405 405 405 405 405 | 405 405 405 200 405
/opportunities/                                                  | in  403 200 200 200 200 | in  405 405 405 405 405 | 405 405 405 200 405
/opportunities/views/save/                                       | in  403 200 200 200 200 | in  403 422 422 422 422 | 405 405 405 405 405
/opportunities/views/<int:pk>/delete/                            | in  403 200 404 404 404 | in  403 302 404 404 404 | 405 405 405 405 405
/opportunities/selected/owner/                                   | in  403 302 302 302 302 | in  403 422 422 422 422 | 405 405 405 405 405
/opportunities/selected/stage/                                   | in  403 302 302 302 302 | in  403 422 422 422 422 | 405 405 405 405 405
/opportunities/selected/date/                                    | in  403 302 302 302 302 | in  403 422 422 422 422 | 405 405 405 405 405
/opportunities/selected/close/                                   | in  403 302 302 302 302 | in  403 422 422 422 422 | 405 405 405 405 405
/opportunities/closed-together/<int:pk>/undo/                    | in  403 200 409 409 409 | in  403 302 409 409 409 | 405 405 405 405 405
/opportunities/board/                                            | in  403 200 200 200 200 | in  405 405 405 405 405 | 405 405 405 200 405
/opportunities/<int:pk>/stage/                                   | in  403 302 403 302 302 | in  403 422 403 422 422 | 405 405 405 405 405
/opportunities/export.csv                                        | in  403 200 200 200 200 | in  405 405 405 405 405 | 405 405 405 200 405
/opportunities/export.xlsx                                       | in  403 200 200 200 200 | in  405 405 405 405 405 | 405 405 405 200 405
/search/                                                         | in  403 200 200 200 200 | in  405 405 405 405 405 | 405 405 405 200 405
/shortcuts/                                                      | in  200 200 200 200 200 | in  405 405 405 405 405 | 405 405 405 200 405
/insights/                                                       | in  403 200 200 200 200 | in  405 405 405 405 405 | 405 405 405 200 405
/insights/forecast/                                              | in  403 200 200 200 200 | in  405 405 405 405 405 | 405 405 405 200 405
/insights/forecast/changes/                                      | in  403 200 200 200 200 | in  405 405 405 405 405 | 405 405 405 200 405
/insights/contradictions/                                        | in  403 200 200 200 200 | in  405 405 405 405 405 | 405 405 405 200 405
/preferences/                                                    | in  200 200 200 200 200 | in  422 422 422 422 422 | 405 405 405 405 405
/accounts/login/                                                 | 200 302 302 302 302 302 | 422 302 302 302 302 302 | 302 302 302 302 302
/accounts/logout/                                                | in  405 405 405 405 405 | in  in  in  in  in  in  | 405 405 405 405 200
/accounts/password_change/                                       | in  200 200 200 200 200 | in  422 422 422 422 422 | 422 405 405 200 200
/healthz                                                         | 200 200 200 200 200 200 | 200 200 200 200 200 200 | 200 200 200 200 200
/readyz                                                          | 200 200 200 200 200 200 | 200 200 200 200 200 200 | 200 200 200 200 200
/accounts/password/reset/                                        | 200 200 200 200 200 200 | 422 422 422 422 422 422 | 422 405 405 200 200
/accounts/password/reset/done/                                   | 200 200 200 200 200 200 | 405 405 405 405 405 405 | 405 405 405 200 200
/^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$ | 200 200 200 200 200 200 | 200 200 200 200 200 200 | 200 200 200 200 200
/admin/password_change/                                          | in  302 302 302 302 302 | in  302 302 302 302 302 | 302
/admin/                                                          | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/login/                                                    | in  403 403 403 403 302 | in  403 403 403 403 200 | 405
/admin/logout/                                                   | in  302 302 302 302 405 | in  302 302 302 302 in  | 405
/admin/password_change/done/                                     | in  in  in  in  in  200 | in  in  in  in  in  405 | 405
/admin/autocomplete/                                             | in  in  in  in  in  403 | in  in  in  in  in  405 | 405
/admin/jsi18n/                                                   | in  in  in  in  in  200 | in  in  in  in  in  405 | 405
/admin/r/<path:content_type_id>/<path:object_id>/                | in  in  in  in  in  302 | in  in  in  in  in  302 | 302
/admin/opportunities/closedthrough/                              | in  in  in  in  in  302 | in  in  in  in  in  302 | 302
/admin/opportunities/closedthrough/add/                          | in  in  in  in  in  403 | in  in  in  in  in  403 | 403
/admin/opportunities/closedthrough/<path:object_id>/history/     | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/closedthrough/<path:object_id>/delete/      | in  in  in  in  in  403 | in  in  in  in  in  403 | 403
/admin/opportunities/closedthrough/<path:object_id>/change/      | in  in  in  in  in  200 | in  in  in  in  in  302 | 200
/admin/opportunities/closedthrough/<path:object_id>/             | in  in  in  in  in  302 | in  in  in  in  in  302 | 302
/admin/opportunities/opportunityclose/                           | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/opportunityclose/add/                       | in  in  in  in  in  403 | in  in  in  in  in  403 | 403
/admin/opportunities/opportunityclose/<path:object_id>/history/  | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/opportunityclose/<path:object_id>/delete/   | in  in  in  in  in  403 | in  in  in  in  in  403 | 403
/admin/opportunities/opportunityclose/<path:object_id>/change/   | in  in  in  in  in  200 | in  in  in  in  in  403 | 200
/admin/opportunities/opportunityclose/<path:object_id>/          | in  in  in  in  in  302 | in  in  in  in  in  302 | 302
/admin/opportunities/quoteclose/                                 | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/quoteclose/add/                             | in  in  in  in  in  403 | in  in  in  in  in  403 | 403
/admin/opportunities/quoteclose/<path:object_id>/history/        | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/quoteclose/<path:object_id>/delete/         | in  in  in  in  in  403 | in  in  in  in  in  403 | 403
/admin/opportunities/quoteclose/<path:object_id>/change/         | in  in  in  in  in  200 | in  in  in  in  in  403 | 200
/admin/opportunities/quoteclose/<path:object_id>/                | in  in  in  in  in  302 | in  in  in  in  in  302 | 302
/admin/opportunities/timelineevent/                              | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/timelineevent/add/                          | in  in  in  in  in  403 | in  in  in  in  in  403 | 403
/admin/opportunities/timelineevent/<path:object_id>/history/     | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/timelineevent/<path:object_id>/delete/      | in  in  in  in  in  403 | in  in  in  in  in  403 | 403
/admin/opportunities/timelineevent/<path:object_id>/change/      | in  in  in  in  in  200 | in  in  in  in  in  403 | 200
/admin/opportunities/timelineevent/<path:object_id>/             | in  in  in  in  in  302 | in  in  in  in  in  302 | 302
/admin/opportunities/opportunity/                                | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/opportunity/add/                            | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/opportunity/<path:object_id>/history/       | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/opportunity/<path:object_id>/delete/        | in  in  in  in  in  403 | in  in  in  in  in  403 | 403
/admin/opportunities/opportunity/<path:object_id>/change/        | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/opportunity/<path:object_id>/               | in  in  in  in  in  302 | in  in  in  in  in  302 | 302
/admin/opportunities/quote/                                      | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/quote/add/                                  | in  in  in  in  in  403 | in  in  in  in  in  403 | 403
/admin/opportunities/quote/<path:object_id>/history/             | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/quote/<path:object_id>/delete/              | in  in  in  in  in  403 | in  in  in  in  in  403 | 403
/admin/opportunities/quote/<path:object_id>/change/              | in  in  in  in  in  200 | in  in  in  in  in  403 | 200
/admin/opportunities/quote/<path:object_id>/                     | in  in  in  in  in  302 | in  in  in  in  in  302 | 302
/admin/opportunities/account/merge/                              | in  in  in  in  in  404 | in  in  in  in  in  404 | 404
/admin/opportunities/account/                                    | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/account/add/                                | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/account/<path:object_id>/history/           | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/account/<path:object_id>/delete/            | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/account/<path:object_id>/change/            | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/account/<path:object_id>/                   | in  in  in  in  in  302 | in  in  in  in  in  302 | 302
/admin/opportunities/contact/                                    | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/contact/add/                                | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/contact/<path:object_id>/history/           | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/contact/<path:object_id>/delete/            | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/contact/<path:object_id>/change/            | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/contact/<path:object_id>/                   | in  in  in  in  in  302 | in  in  in  in  in  302 | 302
/admin/opportunities/competitor/merge/                           | in  in  in  in  in  404 | in  in  in  in  in  404 | 404
/admin/opportunities/competitor/                                 | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/competitor/add/                             | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/competitor/<path:object_id>/history/        | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/competitor/<path:object_id>/delete/         | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/competitor/<path:object_id>/change/         | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/competitor/<path:object_id>/                | in  in  in  in  in  302 | in  in  in  in  in  302 | 302
/admin/opportunities/product/                                    | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/product/add/                                | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/product/<path:object_id>/history/           | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/product/<path:object_id>/delete/            | in  in  in  in  in  200 | in  in  in  in  in  302 | 200
/admin/opportunities/product/<path:object_id>/change/            | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/product/<path:object_id>/                   | in  in  in  in  in  302 | in  in  in  in  in  302 | 302
/admin/opportunities/stage/                                      | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/stage/add/                                  | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/stage/<path:object_id>/history/             | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/stage/<path:object_id>/delete/              | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/stage/<path:object_id>/change/              | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/stage/<path:object_id>/                     | in  in  in  in  in  302 | in  in  in  in  in  302 | 302
/admin/opportunities/statusreason/                               | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/statusreason/add/                           | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/statusreason/<path:object_id>/history/      | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/statusreason/<path:object_id>/delete/       | in  in  in  in  in  403 | in  in  in  in  in  403 | 403
/admin/opportunities/statusreason/<path:object_id>/change/       | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/statusreason/<path:object_id>/              | in  in  in  in  in  302 | in  in  in  in  in  302 | 302
/admin/opportunities/seller/                                     | in  in  in  in  in  302 | in  in  in  in  in  302 | 302
/admin/opportunities/seller/add/                                 | in  in  in  in  in  403 | in  in  in  in  in  403 | 403
/admin/opportunities/seller/<path:object_id>/history/            | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/seller/<path:object_id>/delete/             | in  in  in  in  in  403 | in  in  in  in  in  403 | 403
/admin/opportunities/seller/<path:object_id>/change/             | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/opportunities/seller/<path:object_id>/                    | in  in  in  in  in  302 | in  in  in  in  in  302 | 302
/admin/auth/group/                                               | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/auth/group/add/                                           | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/auth/group/<path:object_id>/history/                      | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/auth/group/<path:object_id>/delete/                       | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/auth/group/<path:object_id>/change/                       | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/auth/group/<path:object_id>/                              | in  in  in  in  in  302 | in  in  in  in  in  302 | 302
/admin/auth/user/<id>/password/                                  | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/auth/user/                                                | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/auth/user/add/                                            | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/auth/user/<path:object_id>/history/                       | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/auth/user/<path:object_id>/delete/                        | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/auth/user/<path:object_id>/change/                        | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/auth/user/<path:object_id>/                               | in  in  in  in  in  302 | in  in  in  in  in  302 | 302
/admin/^(?P<app_label>opportunities|auth)/$                      | in  in  in  in  in  200 | in  in  in  in  in  200 | 200
/admin/(?P<url>.*)$                                              | in  in  in  in  in  404 | in  in  in  in  in  404 | 404
"""
