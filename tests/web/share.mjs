/* share.mjs: the link and the command of a piece make the same bytes. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileOf, sonify } from './house.mjs';

const PROMPT = 'Rain & 100% “wind” don\'t ask why.';
const made = {};

async function bytesOf(page) {
    const files = {};
    for (const title of ['MIDI', 'Audio', 'JSON', 'Words']) {
        files[title] = await (await fileOf(page, title)).body();
    }
    return files;
}

/** Runs the command that the page shows, into a directory of its own. */
function runCommand(command) {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'llmsonify-web.'));
    try {
        const line = command.replace(/^llmsonify /, '"$LLMSONIFY" ');
        execFileSync('/bin/sh', ['-c', `${line} -q -o "$OUT"`],
            { env: { ...process.env, OUT: path.join(dir, 'piece') } });
        const read = (end) => fs.readFileSync(path.join(dir, `piece.${end}`));
        return { MIDI: read('mid'), Audio: read('wav'), JSON: read('json'),
            Words: read('words.json') };
    } finally {
        fs.rmSync(dir, { recursive: true });
    }
}

export const shareCases = [
    {
        name: 'the command that the page shows makes the same bytes',
        async run(house) {
            const page = await house.page();
            await sonify(page, { prompt: PROMPT, options: { scale: 'dorian', tempo: '200' } });
            made.link = await page.inputValue('#share-link');
            made.files = await bytesOf(page);
            made.url = page.url();
            const own = runCommand(await page.inputValue('#command'));
            for (const [name, bytes] of Object.entries(own)) {
                assert.ok(bytes.equals(made.files[name]), `${name} differs`);
            }
        },
    },
    {
        name: 'a share link fills the form and waits for the button',
        async run(house) {
            const page = await house.page({ address: made.link });
            assert.equal(made.link, made.url);
            assert.equal(await page.inputValue('#prompt'), PROMPT);
            assert.equal(await page.inputValue('#option-scale'), 'dorian');
            assert.equal(await page.inputValue('#option-tempo'), '200');
            assert.ok(await page.isChecked('#mode-space'));
            assert.match(await page.textContent('#link-note'), /Sonify/);
            await page.waitForTimeout(200);
            assert.ok(!await page.isVisible('#piece'));
            assert.ok(await page.$eval('#audio', (a) => a.paused && !a.currentSrc));
            made.page = page;
        },
    },
    {
        name: 'the button makes the same bytes from the link',
        async run(house) {
            await sonify(made.page);
            const again = await bytesOf(made.page);
            for (const [name, bytes] of Object.entries(again)) {
                assert.ok(bytes.equals(made.files[name]), `${name} differs`);
            }
            assert.equal(await made.page.inputValue('#share-link'), made.link);
            await house.closePages();
        },
    },
    {
        name: 'the link that the server gives is one that the page understands',
        async run(house) {
            const answer = await fetch(new URL('/api/sonify', house.url), {
                method: 'POST',
                headers: { 'Content-Type': 'application/json' },
                body: JSON.stringify({ model: 'wren', mode: 'acid',
                    options: { mode: 'dorian', length: 20 } }),
            });
            const { share } = await answer.json();
            const page = await house.page({ address: share });
            assert.ok(await page.isChecked('#mode-acid'));
            assert.equal(await page.inputValue('#option-mode'), 'dorian');
            assert.equal(await page.inputValue('#option-length'), '20');
            await house.closePages();
        },
    },
    {
        name: 'a link of things that are not here says so',
        async run(house) {
            const page = await house.page({
                address: '/?model=nobody&mode=waltz&prompt=hello&o.hat=3',
            });
            const note = await page.textContent('#link-note');
            for (const name of ['nobody', 'waltz', 'hat']) assert.ok(note.includes(name), note);
            assert.equal(await page.inputValue('#prompt'), 'hello');
            await house.closePages();
        },
    },
];
