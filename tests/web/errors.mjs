/* errors.mjs: what goes wrong is told in words, with what to do; and the page goes on. Answers that
 * a healthy server does not give are put in its place. */
import assert from 'node:assert/strict';
import { arrived, fileOf, sonify, startServer, stopServer } from './house.mjs';

const PROMPT = 'Hush.';
const FAST = { tempo: '400' };
const EXPECTED = /Failed to load resource|net::ERR_|ERR_CONNECTION_REFUSED/;

function json(status, body, headers = {}) {
    return { status, headers, contentType: 'application/json', body: JSON.stringify(body) };
}

/** A page where the next answer to a press of the button is this one. */
async function pageWith(house, answer, times = 1) {
    const page = await house.page({ faults: EXPECTED });
    await page.route('**/api/sonify', (route) => route.fulfill(answer), { times });
    return page;
}

async function press(page, prompt = PROMPT) {
    await page.fill('#prompt', prompt);
    await page.click('#sonify');
    await page.waitForSelector('#problem:not([hidden])');
    const title = await page.textContent('#problem-title');
    return `${title} ${await page.textContent('#problem-remedy')}`;
}

async function usable(page) {
    return await page.isEnabled('#sonify') && !await page.isVisible('#progress');
}

export const errorCases = [
    {
        name: 'a full queue says how long to wait, and trying again works',
        async run(house) {
            const page = await pageWith(house,
                json(429, { error: { message: 'too many' } }, { 'Retry-After': '3' }));
            const text = await press(page);
            assert.match(text, /busy.*in 3 seconds/);
            assert.ok(await usable(page));
            await page.click('#again');
            await arrived(page);
            assert.ok(!await page.isVisible('#problem'));
            await house.closePages();
        },
    },
    {
        name: 'a request that is refused says why, in the words of the server',
        async run(house) {
            const page = await house.page({ faults: EXPECTED });
            await page.evaluate(() => { document.getElementById('options').open = true; });
            await page.fill('#option-tempo', '5');
            const text = await press(page);
            assert.match(text, /tempo/i);
            assert.match(text, /20/);
            assert.ok(await usable(page));
            await house.closePages();
        },
    },
    {
        name: 'a prompt that is too long is not sent',
        async run(house) {
            const page = await house.page();
            await page.fill('#prompt', 'la '.repeat(3000));
            await page.click('#sonify');
            assert.match(await page.textContent('#problem-title'), /9,000 characters.*at most/);
            await house.closePages();
        },
    },
    {
        name: 'a failure of the server and nonsense from it are told',
        async run(house) {
            let page = await pageWith(house, json(500, { error: { message: 'out of strings' } }));
            assert.match(await press(page), /Out of strings\./);
            page = await pageWith(house, { status: 502, body: '<html>' });
            assert.match(await press(page), /could not/);
            assert.ok(await usable(page));
            await house.closePages();
        },
    },
    {
        name: 'a job that fails says why',
        async run(house) {
            const page = await house.page({ faults: EXPECTED });
            const job = { id: 'a', state: 'failed', error: { message: 'no such tensor' } };
            await page.route('**/events', (route) => route.fulfill({
                contentType: 'text/event-stream',
                body: `event: failed\ndata: ${JSON.stringify(job)}\n\n`,
            }));
            assert.match(await press(page, 'A job that fails.'), /No such tensor\./);
            await house.closePages();
        },
    },
    {
        name: 'when the stream of events breaks, the piece comes all the same',
        async run(house) {
            const page = await house.page({ faults: EXPECTED });
            await page.route('**/events', (route) => route.abort());
            await sonify(page, { prompt: 'A broken stream.', options: FAST });
            assert.ok((await (await fileOf(page, 'JSON')).json()).tracks.length > 0);
            await house.closePages();
        },
    },
    {
        name: 'a sound that does not come is told, the notes are shown all the same',
        async run(house) {
            const page = await house.page({ faults: EXPECTED });
            await page.route('**/piece.wav', (route) => route.abort());
            await page.fill('#prompt', PROMPT);
            await page.click('#sonify');
            await page.waitForSelector('#problem:not([hidden])');
            assert.match(await page.textContent('#problem-title'), /sound/);
            await arrived(page);
            assert.ok(await page.isVisible('#roll'));
            assert.equal(await page.textContent('#play-word'), 'Play');
            await house.closePages();
        },
    },
    {
        name: 'Cancel stops the job and frees the form',
        async run(house) {
            const page = await house.page();
            await page.check('#mode-opera');
            await page.evaluate(() => { document.getElementById('options').open = true; });
            await page.fill('#option-length', '300'); // long enough to be caught
            const sent = page.waitForResponse('**/api/sonify');
            await page.click('#sonify');
            await page.press('#cancel', 'Enter');
            const { url } = await (await sent).json();
            await page.waitForFunction(() => !document.getElementById('sonify').disabled);
            const job = await (await fetch(new URL(url, house.url))).json();
            assert.equal(job.state, 'cancelled');
            assert.ok(await usable(page) && !await page.isVisible('#piece'));
            await house.closePages();
        },
    },
    {
        name: 'a server that is gone is told, before the press and after it',
        async run(house) {
            const server = await startServer();
            const page = await house.page({ faults: /./, wait: false });
            await page.goto(server.url);
            await page.waitForSelector('html[data-ready]');
            await stopServer(server);
            const text = await press(page);
            assert.match(text, /does not answer/);
            assert.match(text, /llmsonify serve/);
            assert.ok(await usable(page));
            const early = await house.page({ faults: /./, wait: false });
            await early.route('**/api/models', (route) => route.abort());
            await early.goto(house.url);
            await early.waitForSelector('#problem:not([hidden])');
            assert.match(await early.textContent('#problem-title'), /does not answer/);
            await early.unrouteAll();
            await early.click('#again');
            await early.waitForSelector('html[data-ready]');
            await house.closePages();
        },
    },
];
