#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""browse.py PAGE PICTURE - looks at a page of sbx-log html in Chromium.

Prints facts, one a line, for html.t to judge: what is in the page, what its
filters and keys do, whether anything ran or was fetched that should not, and
how it looks (contrast, and a picture of it).
"""
import base64
import json
import os
import subprocess
import sys
import tempfile

page, picture = sys.argv[1:]
home = tempfile.mkdtemp()
to_browser, to_us = os.pipe(), os.pipe()
# The protocol is spoken over descriptors 3 and 4.
browser = subprocess.Popen(
    ["bash", "-c", f'exec 3<&{to_browser[0]} 4>&{to_us[1]} "$@"', "-",
     "chromium", "--headless", "--no-sandbox", "--disable-gpu",
     "--disable-dev-shm-usage", f"--user-data-dir={home}/profile",
     "--remote-debugging-pipe", "about:blank"],
    pass_fds=[to_browser[0], to_us[1]], env={**os.environ, "HOME": home},
    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL)
os.close(to_browser[0])
os.close(to_us[1])
answers = os.fdopen(to_us[0], "rb")
buffer = b""
number = 0
events = []


def receive():
    global buffer
    while b"\0" not in buffer:
        more = answers.read1(1 << 20)
        if not more:
            sys.exit("the browser is gone")
        buffer += more
    one, buffer = buffer.split(b"\0", 1)
    return json.loads(one)


def ask(method, session=None, **params):
    global number
    number += 1
    message = {"id": number, "method": method, "params": params}
    if session:
        message["sessionId"] = session
    os.write(to_browser[1], json.dumps(message).encode() + b"\0")
    while True:
        answer = receive()
        if answer.get("id") != number:
            events.append(answer)
            continue
        if "error" in answer:
            sys.exit(f"{method}: {answer['error']}")
        return answer["result"]


target = ask("Target.createTarget", url="about:blank")["targetId"]
tab = ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]


def call(method, **params):
    return ask(method, tab, **params)


def value(expression):
    result = call("Runtime.evaluate", expression=expression,
                  returnByValue=True)
    if "exceptionDetails" in result:
        sys.exit(f"{expression}: {result['exceptionDetails']}")
    return result["result"].get("value")


def tell(what, fact):
    print(f"{what}: {fact}", flush=True)


def press(key, code=0, text=None):
    for kind in ("keyDown", "keyUp"):
        extra = {"text": text} if text and kind == "keyDown" else {}
        call("Input.dispatchKeyEvent", type=kind, key=key,
             code=key, windowsVirtualKeyCode=code, **extra)


def status():
    return value("document.querySelector('[role=status]').textContent")


# What stands out from what is behind it (WCAG 2.2, 1.4.3), at its worst.
CONTRAST = """(() => {
    const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
    const light = (c) => c.slice(0, 3).map((v) => (v /= 255) <= .04045 ?
        v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce(
        (sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
    const behind = (node) => {
        for (; node; node = node.parentElement) {
            const c = numbers(getComputedStyle(node).backgroundColor);
            if (c.length < 4 || c[3] > 0)
                return c;
        }
        return [255, 255, 255];
    };
    let worst = 21;
    for (const node of document.querySelectorAll("main *")) {
        if (![...node.childNodes].some((n) => n.nodeType === 3 &&
                n.data.trim()) || !node.checkVisibility() ||
                node.tagName === "OPTION")
            continue;
        const a = light(numbers(getComputedStyle(node).color)) + .05;
        const b = light(behind(node)) + .05;
        worst = Math.min(worst, Math.max(a, b) / Math.min(a, b));
    }
    return worst;
})()"""

for domain in ("Page", "Runtime", "Log", "Network"):
    call(f"{domain}.enable")
call("Emulation.setDeviceMetricsOverride", width=1200, height=1600,
     deviceScaleFactor=1, mobile=False)
call("Page.navigate", url="file://" + os.path.abspath(page))
for _ in range(600):
    if value("document.readyState === 'complete' && "
             "document.querySelector('[role=status]')?.textContent"):
        break
    call("Runtime.evaluate", awaitPromise=True,
         expression="new Promise((r) => setTimeout(r, 100))")
tell("status", status())
tell("cards", value("[...document.querySelectorAll('.card')].map("
                    "(c) => c.innerText.replace('\\n', ' ')).join('; ')"))
tell("programs", value("document.querySelectorAll('#targets details').length"))
tell("tree", value("[...document.querySelectorAll('#processes summary')].map("
                   "(s) => s.innerText.split('\\n')[0]).join(', ')"))
tell("inside", value(
    "document.querySelector('#processes li li .did').innerText"
    ".replaceAll('\\n', ' ')"))
tell("rows", value("document.querySelectorAll('#events tbody tr').length"))
tell("names", json.dumps(value(
    "[...document.querySelectorAll('#events .name')].map("
    "(n) => n.textContent)")))
tell("missing", value("document.querySelector('#missing')?.innerText"
                      ".replaceAll('\\n', ' ') || ''"))
tell("foreign", value(
    "document.querySelectorAll('img, iframe, object, embed, link, base, a, "
    "main script, main style, [src], [href], [onerror], [onload], [style*=url]'"
    ").length"))
tell("scripts", value("document.scripts.length"))
tell("pwned", value("String(window.pwned) + document.title"))
tell("light", value(CONTRAST) >= 4.5)
with open(picture, "wb") as file:
    file.write(base64.b64decode(call("Page.captureScreenshot",
                                     captureBeyondViewport=True)["data"]))

# Filters.
value("document.querySelector('#find').focus()")
call("Input.insertText", text="docker")
tell("find", status())
tell("marked", value("document.querySelector('mark').textContent"))
value("document.querySelector('button[type=reset]').click()")
tell("reset", status())
value("document.querySelector('.filters input[type=checkbox]').click()")
tell("without refused", status())
value("document.querySelector('button[type=reset]').click()")
value("document.querySelector('[data-process]').click()")
tell("process", status())
value("document.querySelector('[data-process]').click()")

# Keys alone.
value("document.querySelector('#find').focus()")
for _ in range(20):
    press("Tab", 9)
    if value("document.activeElement.getAttribute('role')") == "slider":
        break
tell("slider", value("document.activeElement.getAttribute('role')"))
press("End", 35)
tell("end", value("document.activeElement.getAttribute('aria-valuenow')"))
tell("spoken", value("document.activeElement.getAttribute('aria-valuetext')"))
press("Enter", 13, "\r")
tell("chosen", status())
tell("focus", value("document.activeElement.getAttribute('role')"))
press("Escape", 27)
tell("forgotten", status())
value("document.querySelector('#targets summary').focus()")
press("Enter", 13, "\r")
tell("closed", value("!document.querySelector('#targets details').open"))

call("Emulation.setEmulatedMedia", features=[
    {"name": "prefers-color-scheme", "value": "dark"}])
tell("dark", value(CONTRAST) >= 4.5 and value(
    "getComputedStyle(document.body).backgroundColor"))
call("Emulation.setDeviceMetricsOverride", width=360, height=800,
     deviceScaleFactor=1, mobile=True)
tell("narrow", value("document.documentElement.scrollWidth") <= 360)
requests = [e["params"]["request"]["url"] for e in events
            if e.get("method") == "Network.requestWillBeSent"]
tell("requests", len(requests))
tell("errors", [e["params"] for e in events if e.get("method") in
                ("Runtime.exceptionThrown", "Log.entryAdded")])
ask("Browser.close")
browser.wait(20)
