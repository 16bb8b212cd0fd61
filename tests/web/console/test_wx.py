"""The page's `wx`, run by Node against a served emulator."""

import json
import re
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from emulator.web.console import wx_script

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SOURCES = ROOT / "emulator/web/console/wx"
JAVASCRIPT_TESTS = HERE / "wx.test.cjs"
NAME = "wechat-oGk3T5tIiMFo3SazCO75f0HEiE7Q"

#: The public docs page's snippets, as they stand there.
FIRST_SNIPPET = """\
// Login in mini program
wx.login({
success: res => {
// This is the login code that needs to be sent to Casdoor
console.log(res.code)

wx.request({
url: `${CASDOOR_HOSTNAME}/api/login/oauth/access_token`,
method: "POST",
data: {
"tag": "wechat_miniprogram", // Required
"client_id": "6825f4f0af45554c8952",
"code": res.code,
"username": this.data.userInfo.nickName, // Update user profile when you log in.
"avatar": this.data.userInfo.avatarUrl,
},
header:{
"content-type": "application/x-www-form-urlencoded",
},
success: res => {
console.log(res)
this.globalData.accessToken = res.data.access_token // Get Casdoor's access token
}
})
}
})
"""
SECOND_SNIPPET = """\
wx.getUserProfile({
desc: 'share your info to Casdoor',
success: (res) => {
this.setData({
userInfo: res.userInfo,
hasUserInfo: true
})
console.log(app.globalData.accessToken)
wx.request({
url: `${CASDOOR_HOSTNAME}/api/update-user`, // Casdoor URL
method: "POST",
data: {
"owner": "test",
"name": "wechat-oGk3T5tIiMFo3SazCO75f0HEiE7Q",
"displayName": this.data.userInfo.nickName,
"avatar": this.data.userInfo.avatarUrl
},
header: {
"Authorization": "Bearer " + app.globalData.accessToken, // Bearer token
"content-type": "application/json"
},
success: (res) => {
console.log(res)
}
})
}
})
"""
RUN_SNIPPETS = """\
const { script, base, snippets, userInfo } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const { createWx, createRuntime } = require(script);
const replies = [];
const listener = ({ api, phase, result }) => api === 'request' && phase !== 'call' && replies.push(result);
const runtime = createRuntime({
  wx: createWx({ base, persona: 'visitor', listener }),
  console: { log() {} },
});
(async () => {
  await runtime.snippet(snippets[0], { data: { userInfo } });
  const page = await runtime.snippet(snippets[1]);
  console.log(JSON.stringify({ replies, data: page.data, token: page.globalData.accessToken }));
})();
"""
RUN = """\
const wx = createWx({ base: process.argv[2] });
wx.login().then(({ errMsg, code }) => {
  console.log(JSON.stringify({ errMsg, length: code.length, global: typeof globalThis.wx }));
});
"""
#: How wx.js and wx.mjs can be had: the kind of package, the program's file, and its first line.
WAYS = {
    "a module imports the module": ("commonjs", "main.mjs", "import { createWx } from './wx.mjs';"),
    "a package of modules imports the module": ("module", "main.js", "import { createWx } from './wx.mjs';"),
    "a module imports the script": ("commonjs", "main.mjs", "import { createWx } from './wx.js';"),
    "a script requires the script": ("commonjs", "main.js", "const { createWx } = require('./wx.js');"),
    "a package of modules runs the script": (
        "module",
        "main.js",
        "import './wx.js'; const { createWx } = globalThis.mockdoor;",
    ),
}


@pytest.fixture(name="base", scope="module")
def fixture_base(running_default):
    """The address of the default world under profile docs."""
    with running_default() as url:
        yield url


@pytest.fixture(name="script", scope="module")
def fixture_script(tmp_path_factory):
    """A file with the script that the package puts together."""
    path = tmp_path_factory.mktemp("script") / "wx.js"
    path.write_bytes(wx_script().encode())
    return path


@pytest.fixture(name="outcomes", scope="module")
def fixture_outcomes(node_tests, base, script):
    """What Node's test runner said of each JavaScript test."""
    return node_tests(JAVASCRIPT_TESTS, MOCKDOOR_BASE=base, MOCKDOOR_WX=str(script))


def test_it_holds_in_node(outcomes, promise):
    passed, report = outcomes.get(promise, (False, outcomes[""][1]))

    assert passed, report


def test_the_docs_pages_snippets_log_in_and_update_the_user(node, base, script):
    user_info = {"nickName": "微信用户", "avatarUrl": "https://example.com/me.png"}
    given = {
        "script": str(script),
        "base": base,
        "snippets": [FIRST_SNIPPET, SECOND_SNIPPET],
        "userInfo": user_info,
    }

    told = json.loads(node("-e", RUN_SNIPPETS, text=json.dumps(given)))

    login, update = told["replies"]
    assert (login["statusCode"], login["errMsg"], login["data"]["access_token"]) == (200, "request:ok", told["token"])
    assert (update["data"]["status"], update["data"]["data"]) == ("ok", "Affected")
    assert told["data"]["hasUserInfo"] is True
    user = _account(base, told["token"])
    avatar = f"{base}/_emulator/assets/anonymous.svg"
    assert (user["name"], user["displayName"], user["avatar"]) == (NAME, "微信用户", avatar)


@pytest.mark.parametrize(("kind", "name", "line"), WAYS.values(), ids=WAYS)
def test_wx_can_be_imported_and_required(node, base, tmp_path, kind, name, line):
    for file in ("wx.js", "wx.mjs"):
        (tmp_path / file).write_bytes(wx_script(file).encode())
    (tmp_path / "package.json").write_text(json.dumps({"type": kind}))
    (tmp_path / name).write_text(f"{line}\n{RUN}")

    told = json.loads(node(tmp_path / name, base))

    assert told == {"errMsg": "login:ok", "length": 32, "global": "undefined"}


def test_a_page_that_loads_the_script_finds_the_functions_in_a_global(node, script):
    text = f"const text = require('fs').readFileSync({json.dumps(str(script))}, 'utf8'); const page = {{}};"
    text += "page.globalThis = page; require('vm').runInNewContext(text, page);"
    text += "console.log(Object.keys(page.mockdoor).join());"

    assert node("-e", text) == "createWx,createRuntime,tapButton,happen\n"


def test_an_error_in_a_callback_ends_node_unless_a_hook_takes_it(node, base, script):
    text = f"require({json.dumps(str(script))}).createWx({{ base: {json.dumps(base)} }})"
    text += ".checkSession({ fail: () => { throw new Error('mistake of mine') } })"

    told = node("-e", f"process.on('uncaughtException', (error) => console.log(error.message)); {text}")

    assert told == "mistake of mine\n"


@pytest.mark.parametrize("path", ["wx.js", "wx.mjs", "assets/wx.js", "assets/wx.mjs"])
def test_the_served_script_is_what_the_package_puts_together(client, path):
    reply = client.get(f"/_emulator/{path}")

    assert (reply.status_code, reply.text) == (200, wx_script(path.removeprefix("assets/")))
    assert reply.content_type == "text/javascript; charset=utf-8"


@pytest.mark.parametrize("name", ["wx.d.ts", "wx.d.mts"])
def test_the_types_are_served_beside_each_script(client, name):
    reply = client.get(f"/_emulator/{name}")

    assert (reply.status_code, reply.content_type) == (200, "text/plain; charset=utf-8")
    assert reply.text == (SOURCES.parent / "static/wx.d.ts").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "source", "content_type"),
    [
        ("mockdoor.mjs", "mockdoor.mjs", "text/javascript; charset=utf-8"),
        ("mockdoor.d.ts", "mockdoor.d.ts", "text/plain; charset=utf-8"),
        ("mockdoor.d.mts", "mockdoor.d.ts", "text/plain; charset=utf-8"),
    ],
)
def test_mockdoor_mjs_is_served_with_its_types(client, name, source, content_type):
    reply = client.get(f"/_emulator/{name}")

    assert (reply.status_code, reply.content_type) == (200, content_type)
    assert reply.text == (SOURCES.parents[2] / "js" / source).read_text("utf-8")


@pytest.mark.parametrize("name", ["wx.js", "wx.mjs"])
def test_the_script_holds_every_source_once_and_names_it(name):
    script = wx_script(name)

    held = re.findall(r"^// --- wx/(.+) ---$", script, flags=re.MULTILINE)
    assert sorted([*held, "script.js", "module.js"]) == sorted(path.name for path in SOURCES.iterdir())
    assert [script.count((SOURCES / name).read_text("utf-8")) for name in held] == [1] * len(held)


@pytest.mark.parametrize("name", ["wx.js", "wx.mjs"])
def test_the_served_script_parses_in_node(node, client, tmp_path, name):
    (tmp_path / name).write_bytes(client.get(f"/_emulator/{name}").data)

    node("--check", tmp_path / name)


def _account(base, token):
    request = Request(f"{base}/api/get-account", headers={"Authorization": f"Bearer {token}"})
    with urlopen(request) as reply:
        return json.load(reply)["data"]
