"use strict";
// What a visitor does, in Chromium: a mistake is typed, its message read, its repair chosen, the picture looked at. CHROMIUM is the browser.

const http = require("http"), fs = require("fs"), path = require("path"), assert = require("assert");

const site = path.resolve(__dirname, process.argv[2] || "site");
const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".gz": "application/octet-stream", ".txt": "text/plain" };

async function main() {
  const { default: puppeteer } = await import("puppeteer-core");
  const elsewhere = [];
  const server = http.createServer((req, res) => {
    const name = path.normalize(decodeURIComponent(new URL(req.url, "http://x").pathname)).replace(/^\/$/, "/index.html");
    const file = path.join(site, name);
    if (!fs.existsSync(file)) { res.writeHead(404).end(); return; }
    res.writeHead(200, { "Content-Type": types[path.extname(file)] || "application/octet-stream" });
    fs.createReadStream(file).pipe(res);
  }).listen(0, "127.0.0.1");
  await new Promise(r => server.once("listening", r));
  const address = `http://127.0.0.1:${server.address().port}/`;
  const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"], protocolTimeout: 120000 });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(120000);
    const wrong = [];
    page.on("pageerror", err => wrong.push(String(err)));
    page.on("console", m => m.type() === "error" && wrong.push(m.text()));
    page.on("request", r => r.url().startsWith(address) || r.url().startsWith("data:") || elsewhere.push(r.url()));
    const begin = Date.now();
    await page.goto(address);
    const state = text => page.waitForFunction(t => document.getElementById("state").textContent === t, {}, text);
    await state("No mistakes");
    console.log(`ready after ${Date.now() - begin} ms`);

    const written = () => page.evaluate(() => document.querySelector(".cm-content").cmTile?.view?.state.doc.toString() ?? document.querySelector(".cm-content").innerText);
    const total = () => page.$eval("#params tfoot", e => e.innerText.trim());
    assert.match(await total(), /total\s+196,426\s+78,481,280/);
    assert.ok(await page.$("#picture svg"), "there is a picture");
    const shapes = await page.$$eval(".shape", list => list.map(e => e.textContent));
    assert.ok(shapes.includes("[1, 192, 16, 16]") && shapes.includes("[1, 10]"), `shapes are shown: ${shapes}`);

    // A mistake, typed at the end of a word: basic(64 becomes basic(48 in the second of two blocks around a shortcut.
    await page.evaluate(() => {
      const walker = document.createTreeWalker(document.querySelector(".cm-content"), NodeFilter.SHOW_TEXT);
      for (let n; (n = walker.nextNode());) {
        const at = n.data.indexOf("relu");
        if (at >= 0) {
          getSelection().setBaseAndExtent(n, at + 2, n, at + 2);
          break;
        }
      }
      document.querySelector(".cm-content").focus();
    });
    await page.keyboard.type("x");
    await state("1 error");
    const message = await page.$eval(".problem.error pre", e => e.textContent);
    assert.match(message, /^error\[E0201\]: there is no block or operation `rexlu`/);
    assert.ok(await page.$(".cm-lintRange-error"), "the place is marked");
    const buttons = await page.$$(".problem.error button");
    assert.equal(buttons.length, 1, "one repair is offered");
    await buttons[0].click();
    await state("No mistakes");
    assert.ok(!(await written()).includes("rexlu"), "the repair is made");
    assert.match(await total(), /196,426/);

    // An example of the library, and the link to a text.
    await page.select("#example", "resnet18");
    await page.waitForFunction(() => /11,689,512/.test(document.querySelector("#params tfoot").innerText));
    await page.click("#share");
    await page.waitForFunction(() => location.hash.startsWith("#t="));
    const link = page.url();
    const other = await browser.newPage();
    other.setDefaultTimeout(120000);
    await other.goto(link);
    await other.waitForFunction(() => document.querySelector("#params tfoot").innerText.includes("total"));
    assert.equal(await other.$eval("#net", e => e.value), await page.evaluate(() => document.querySelector("#net").options[0].value), "the link has the text");
    if (process.env.PICTURE) await page.screenshot({ path: process.env.PICTURE });

    assert.deepEqual(wrong, [], "no error in the page");
    assert.deepEqual(elsewhere, [], "no other address is asked");
    console.log("ok");
  } finally {
    await browser.close();
    server.close();
  }
}

main().catch(err => { console.error(err); process.exit(1); });
