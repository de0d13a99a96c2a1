/* house.mjs: the server and the browser that the checks share, and the pages that they open: each
 * page tells of errors, of broken policies and of requests that leave the house. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Starts `llmsonify serve` on a free port. @returns {Promise<{url: string, process: any}>} */
export function startServer() {
    const server = spawn(process.env.LLMSONIFY, ['serve', '--port', '0'],
        { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    return new Promise((resolve, reject) => {
        const hear = (bytes) => {
            said += bytes;
            const url = /http:\/\/[\w.:[\]]+\//.exec(said);
            if (url) resolve({ url: url[0], process: server });
        };
        server.stdout.on('data', hear);
        server.stderr.on('data', hear);
        server.on('exit', (code) => reject(new Error(`serve ended with ${code}: ${said}`)));
        server.on('error', reject);
    });
}

/** Ends it, as a service manager would. */
export function stopServer(server) {
    if (server.process.exitCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
        server.process.removeAllListeners('exit');
        server.process.on('exit', resolve);
        server.process.kill('SIGTERM');
    });
}

/** Pages that a check opened are closed after it by closeAll. */
class House {
    constructor(dir, server, browser, axe) {
        this.dir = dir;
        this.server = server;
        this.url = server.url;
        this.browser = browser;
        this.axe = axe;
        this.faults = [];
        this.contexts = [];
    }

    /**
     * A page in a context of its own.
     * @param {object} [options] of the context; faults: which messages of errors are expected
     */
    async page({ faults = null, address = '', wait = true, ...options } = {}) {
        const context = await this.browser.newContext({
            viewport: { width: 1280, height: 900 }, ...options,
        });
        this.contexts.push(context);
        const page = await context.newPage();
        page.setDefaultTimeout(30000);
        this.watch(page, faults);
        await page.addInitScript(() => {
            document.addEventListener('securitypolicyviolation', (e) => {
                console.error(`policy: ${e.violatedDirective} ${e.blockedURI}`);
            });
        });
        if (wait) await this.open(page, address);
        return page;
    }

    async open(page, address = '') {
        await page.goto(new URL(address, this.url).href);
        await page.waitForSelector('html[data-ready]');
    }

    watch(page, faults) {
        const fault = (text) => {
            if (!faults || !faults.test(text)) this.faults.push(text);
        };
        page.on('console', (m) => {
            if (m.type() === 'error' || m.type() === 'warning') fault(`console: ${m.text()}`);
        });
        page.on('pageerror', (e) => fault(`page: ${e.stack}`));
        page.on('request', (r) => {
            if (!r.url().startsWith(this.url)) fault(`request: ${r.url()}`);
        });
    }

    assertClean() {
        assert.deepEqual(this.faults, []);
    }

    async closePages() {
        await Promise.all(this.contexts.splice(0).map((c) => c.close()));
    }

    picture(name) {
        return path.join(this.dir, `${name}.png`);
    }

    async close() {
        await this.browser.close();
        await stopServer(this.server);
    }
}

/** Chromium in its sandbox, or without where there can be none: the pages are our own. */
async function launch(chromium) {
    const args = ['--autoplay-policy=document-user-activation-required', '--disable-dev-shm-usage'];
    const start = (more) => chromium.launch({
        executablePath: process.env.CHROMIUM, args: [...args, ...more],
    });
    if (process.getuid() === 0) return start(['--no-sandbox']);
    return start([]).catch(() => start(['--no-sandbox']));
}

/** @param {string} dir with node_modules */
export async function openHouse(dir) {
    const require = createRequire(path.join(path.resolve(dir), 'package.json'));
    const { chromium } = require('playwright-core');
    const [server, browser] = await Promise.all([startServer(), launch(chromium)]);
    return new House(dir, server, browser, require('axe-core').source);
}

/** Writes the prompt, sets options, presses the button, waits for the piece. */
export async function sonify(page, { mode = 'space', prompt = '', options = {} } = {}) {
    await page.check(`#mode-${mode}`);
    if (prompt) await page.fill('#prompt', prompt);
    if (Object.keys(options).length) {
        await page.evaluate(() => { document.getElementById('options').open = true; });
        for (const [name, value] of Object.entries(options)) {
            const field = page.locator(`#option-${name}`);
            const menu = await field.evaluate((f) => f.tagName === 'SELECT');
            await (menu ? field.selectOption(value) : field.fill(String(value)));
        }
    }
    await page.click('#sonify');
    await arrived(page);
}

/** A new piece is here: its link stands in the page and the form is free again. */
export async function arrived(page) {
    await page.waitForFunction(() => !document.getElementById('piece').hidden
        && !document.getElementById('sonify').disabled);
}

/** The JSON of a file of the piece on the page. @param {string} title "JSON", "Words" */
export async function fileOf(page, title) {
    const href = await page.getByRole('link', { name: title, exact: true }).getAttribute('href');
    const answer = await page.request.get(new URL(href, page.url()).href);
    assert.equal(answer.status(), 200);
    return answer;
}

/** The middle of a note in the roll, by the page's own geometry, while the roll shows its
 * beginning. */
export function placeOf(page, index) {
    return page.evaluate(async ({ i }) => {
        const { boxOf, makeMap, rowsOf } = await import('/assets/rollmap.js');
        const { readPiece } = await import('/assets/sidecar.js');
        const link = [...document.querySelectorAll('#files a')].find((a) => a.text === 'JSON');
        const piece = readPiece(await (await fetch(link.href)).json());
        const roll = document.getElementById('roll');
        const map = makeMap(rowsOf(piece), {
            width: roll.clientWidth, height: roll.clientHeight, t0: 0,
            lyrics: !document.getElementById('words').hidden,
            span: Math.min(piece.seconds, roll.clientWidth / 36),
        });
        const box = boxOf(map, piece, piece.notes[i]);
        return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    }, { i: index });
}
