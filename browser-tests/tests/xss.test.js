/** What people say and call themselves is text, whatever it looks like: nothing of it runs, and nothing is even refused. */
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { launch } from "../helpers/browser.js";
import { House } from "../helpers/house.js";
import { hook } from "../helpers/page.js";

const browser = await launch();
after(() => browser.close());

/** What each payload does where it is let run. */
const RUN = "window.ran=(window.ran||0)+1";

/** Lines of chat, each of 150 characters at the most. */
const PAYLOADS = [
  `<script>${RUN}</script>`,
  `</script><script>${RUN}</script>`,
  `<ScRiPt >${RUN}</sCrIpT>`,
  `<scr<script>ipt>${RUN}</script>`,
  `<img src=x onerror="${RUN}">`,
  `<img src=x onerror=${RUN}//`,
  `"><img src=x onerror=${RUN}>`,
  `'><img src=x onerror=${RUN}>`,
  `</li></ul><img src=x onerror=${RUN}>`,
  `</span></li><svg/onload=${RUN}>`,
  `<svg><script>${RUN}</script></svg>`,
  `<svg><animate onbegin=${RUN} attributeName=x dur=1s>`,
  `<math><mi//xlink:href="data:x,<script>${RUN}</script>">`,
  `<iframe srcdoc="<script>parent.ran=1</script>"></iframe>`,
  `<iframe src="javascript:parent.ran=1"></iframe>`,
  `<object data="javascript:${RUN}"></object>`,
  `<embed src="javascript:${RUN}">`,
  `<a href="javascript:${RUN}" id=clickme>click</a>`,
  `<form action="javascript:${RUN}"><button>go</button></form>`,
  `<base href="https://evil.example/">`,
  `<link rel=stylesheet href="https://evil.example/x.css">`,
  `<meta http-equiv=refresh content="0;url=https://evil.example/">`,
  `<style>@import "https://evil.example/x.css";*{display:none}</style>`,
  `<div style="background:url(https://evil.example/x)">`,
  `<details open ontoggle=${RUN}>`,
  `<input autofocus onfocus=${RUN}>`,
  `<video><source onerror=${RUN}></video>`,
  `<body onload=${RUN}>`,
  `<template><script>${RUN}</script></template>`,
  `<noscript><p title="</noscript><img src=x onerror=${RUN}>">`,
  `<!--><img src=x onerror=${RUN}>-->`,
  `<![CDATA[><img src=x onerror=${RUN}>]]>`,
  `&lt;script&gt;${RUN}&lt;/script&gt;`,
  `&#60;img src=x onerror=${RUN}&#62;`,
  `\\u003cimg src=x onerror=${RUN}\\u003e`,
  `%3Cimg%20src%3Dx%20onerror%3D${RUN}%3E`,
  `{{constructor.constructor('${RUN}')()}}`,
  `{% raw %}{{ 7*7 }}{% endraw %} \${${RUN}}`,
  `javascript:${RUN}`,
  `data:text/html,<script>${RUN}</script>`,
  `__proto__ constructor toString`,
  `\u202e<img src=x onerror=${RUN}>`,
  `<img\u00a0src=x\u00a0onerror=${RUN}>`,
  `＜img src=x onerror=${RUN}＞`,
  `'-${RUN}-'`,
  `";${RUN};//`,
];

/** Runs in a page: what is on it that no page of the site has. */
function strangers() {
  const chat = document.querySelector("#chat-lines");
  return {
    ran: window.ran ?? 0,
    inChat: [...chat.querySelectorAll("*")].map(({ localName }) => localName).filter((name) => !["li", "b", "span"].includes(name)),
    inline: [...document.querySelectorAll("script:not([src]), style, iframe, object, embed, base, meta[http-equiv]")].length,
    handlers: [...document.querySelectorAll("*")].filter((element) => element.getAttributeNames().some((name) => name.startsWith("on"))).length,
    attributes: [...chat.querySelectorAll("*")].flatMap((element) => element.getAttributeNames()).filter((name) => name !== "class"),
  };
}

test("xss through chat and names", { timeout: 180_000 }, async (t) => {
  const house = await House.open(t, browser, "--limit", "messages_burst=1000,messages_per_second=1000,chat_history=100");
  const asked = [];
  const people = [await house.guest(), await house.person("__proto__"), await house.person("constructor")];
  for (const page of people) {
    page.on("request", (request) => asked.push(request.url()));
    page.on("dialog", () => assert.fail("a dialog was opened"));
  }
  const [host, ...others] = people;
  await host.goto("/games/blackjack/");
  await hook(host, "create-table").click();
  await hook(host, "chat-input").waitFor();
  const table = new URL(host.url());
  for (const page of others) await page.goto(`${table.pathname}?spectate=true`);
  for (const line of PAYLOADS) {
    assert.ok([...line].length <= 150, line);
    const page = people[PAYLOADS.indexOf(line) % people.length];
    await hook(page, "chat-input").fill(line);
    await hook(page, "chat-send").click();
    for (const reader of people) await said(reader, line);
  }
  // One who comes later is shown all of it as it was.
  await others[0].reload();
  for (const line of PAYLOADS) await said(others[0], line);
  for (const page of people) {
    assert.deepEqual(await page.evaluate(strangers), { ran: 0, inChat: [], inline: 0, handlers: 0, attributes: [] });
    assert.equal(new URL(page.url()).origin, table.origin);
  }
  // What comes back from a form, and what stands in an address.
  const typed = `"><script>${RUN}</script>`;
  const stranger = await house.stranger();
  const next = encodeURIComponent(`/"><img src=x onerror=${RUN}>`);
  await stranger.goto(`/signup/?next=${next}`);
  await stranger.locator("input[name=username]").evaluate((input) => {
    input.removeAttribute("pattern");
    input.removeAttribute("maxlength");
    input.form.noValidate = true;
  });
  await stranger.fill("input[name=username]", typed);
  await stranger.fill("input[name=password]", "four aces and a joker");
  const answer = stranger.waitForResponse((response) => response.request().method() === "POST");
  await hook(stranger, "signup").click();
  assert.equal((await answer).status(), 422);
  assert.equal(await stranger.inputValue("input[name=username]"), typed);
  assert.equal(await stranger.evaluate(() => window.ran ?? 0), 0);
  await stranger.goto(`/login/?next=${next}`);
  await hook(stranger, "guest").click();
  await stranger.waitForURL((url) => url.pathname !== "/login/");
  assert.equal(new URL(stranger.url()).origin, table.origin);
  assert.equal(await stranger.evaluate(() => window.ran ?? 0), 0);
  const foreign = asked.filter((url) => !url.startsWith("data:") && new URL(url).host !== table.host);
  assert.deepEqual(foreign, [], "nothing is fetched from elsewhere");
  // No violation of the content security policy either: nothing got as far as to be refused. The two answers that are no
  // pages of the site's were asked for.
  house.allow(/status of 4(04|22)/);
  house.assertQuiet();
});

/** That a page shows this line of chat, letter by letter. */
async function said(page, line) {
  await page.waitForFunction(
    (line) => [...document.querySelectorAll("#chat-log .chat-text")].some(({ textContent }) => textContent === line),
    line,
  );
}

test("the policy refuses what the pages never do", { timeout: 60_000 }, async (t) => {
  const house = await House.open(t, browser);
  const page = await house.guest();
  const violated = await page.evaluate(async () => {
    const seen = [];
    document.addEventListener("securitypolicyviolation", ({ violatedDirective }) => seen.push(violatedDirective));
    const image = new Image();
    image.setAttribute("onerror", "window.ran = 1");
    image.src = "https://evil.example/x.png";
    const script = document.createElement("script");
    script.textContent = "window.ran = 1";
    const style = document.createElement("style");
    style.textContent = "* { display: none }";
    document.body.append(image, script, style);
    await fetch("https://evil.example/").catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 200));
    return { ran: window.ran ?? 0, seen: [...new Set(seen)].sort() };
  });
  assert.equal(violated.ran, 0);
  for (const directive of ["connect-src", "img-src", "script-src-attr", "script-src-elem", "style-src-elem"]) {
    assert.ok(violated.seen.includes(directive), `${directive} is not among ${violated.seen}`);
  }
});
