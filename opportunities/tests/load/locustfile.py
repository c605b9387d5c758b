"""People who read and close deals at once, as locust plays them; started by run.py, against this machine only.

Between two actions a person takes 3 to 10 seconds, also between opening the dialog and sending it. Each is signed in
as somebody else, and closes deals of their own.
"""

import json
import os
import random
import re
import sys
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import gevent
from locust import HttpUser, between, events, task

from opportunities.tests.page import form_of

HTMX = {"HX-Request": "true"}
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
SESSIONS = json.loads(Path(os.environ["LOAD_SESSIONS"]).read_text())  # one for each person
PRICE = os.environ["LOAD_REASON"]  # the key of a status reason that asks for nothing more
WORDS = ["turbine", "pump zurich", "licence", "lot 12", "crane", "boiler lyon", "robot"]
numbers = count()


@events.init.add_listener
def only_this_machine(environment, **_options):
    if urlsplit(environment.host or "").hostname not in LOOPBACK:
        sys.exit(f"This puts load on {environment.host}; only this machine (127.0.0.1) is allowed.")


@events.test_start.add_listener
def count_once_it_is_warm(environment, **_options):
    gevent.spawn_later(float(os.environ["LOAD_WARM_UP"]), environment.stats.reset_all)


class Person(HttpUser):
    wait_time = between(3, 10)

    def on_start(self):
        self.client.cookies.set("sessionid", SESSIONS[next(numbers) % len(SESSIONS)])
        self.known = []  # keys of opportunities that a page showed
        gevent.sleep(random.uniform(0, 5))  # nobody begins at the same moment

    def page(self, path: str, name: str, **options) -> str:
        html = self.client.get(path, name=name, **options).text
        self.known = list({*re.findall(r'href="/opportunities/(\d+)/"', html)}) or self.known
        return html

    def pause(self):
        gevent.sleep(self.wait_time())

    @task(2)
    def look_at_the_day(self):
        self.page("/", "My day")

    @task(4)
    def look_through_the_list(self):
        html = self.page("/opportunities/", "list")
        if further := re.search(r'href="(\?[^"]*page=[^"]+)"', html):
            self.pause()
            self.page("/opportunities/" + further[1].replace("&amp;", "&"), "list, further page")

    @task(2)
    def search(self):
        word = random.choice(WORDS)
        self.client.get("/search/", params={"q": word}, name="quick search", headers=HTMX | {"HX-Target": "quick-hits"})
        self.pause()
        self.page(f"/opportunities/?q={word.replace(' ', '+')}", "list, searched")

    @task(1)
    def look_at_the_board(self):
        self.page("/opportunities/board/", "board")

    @task(6)
    def read_an_opportunity(self):
        if self.known:
            self.page(f"/opportunities/{random.choice(self.known)}/", "opportunity")

    @task(3)
    def close_one_of_my_own(self):
        self.known = []
        self.page("/opportunities/?owner=mine&state=open", "list, my own")
        if not self.known:
            return
        key = random.choice(self.known)
        self.pause()
        url = f"/opportunities/{key}/close/"
        dialog = self.client.get(f"{url}?outcome=lost", name="close dialog", headers=HTMX)
        self.pause()
        fields = form_of(dialog) | {"status_reason": PRICE, "close_quotes": "on", "details": "Decided by the price."}
        with self.client.post(url, fields, name="close", headers=HTMX, catch_response=True) as closed:
            if not closed.ok or "HX-Location" not in closed.headers:
                closed.failure(f"{closed.status_code}: {closed.text[:300]}")
                return
        self.client.get(f"/opportunities/{key}/", name="opportunity, closed", headers=HTMX)
