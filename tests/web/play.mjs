/* play.mjs: from the prompt to the sound: progress, words in time, notes and their origins. */
import assert from 'node:assert/strict';
import { fileOf, placeOf, sonify } from './house.mjs';

const PROMPT = 'The forest was silent, then rain began.';
const QUICK = { tempo: '300' };
const LATE = 0.05; // seconds: what may lie between a word's sound and its light

/** The page that the checks of this file share, with its piece playing since the first of them. */
const shared = { page: null };

/** Before the press: notes down stages of progress, lit words and frames by the audio's clock, and
 * what the pictures look like on the way. */
function record() {
    const seen = { stages: [], lights: [], frames: [], rolls: new Set(), heats: new Set() };
    window.seen = seen;
    const audio = document.getElementById('audio');
    const stage = document.getElementById('progress-stage');
    const watch = (node, how, f) => new MutationObserver(f).observe(node, how);
    watch(stage, { childList: true }, () => seen.stages.push(stage.textContent));
    watch(document.getElementById('words'), {
        subtree: true, attributes: true, attributeFilter: ['class'],
    }, (changes) => {
        for (const { target } of changes) {
            if (!target.classList.contains('lit')) continue;
            seen.lights.push({ word: target.textContent, now: audio.currentTime });
        }
    });
    const picture = (id) => document.getElementById(id).toDataURL();
    audio.addEventListener('timeupdate', () => {
        if (seen.rolls.size < 4) seen.rolls.add(picture('roll'));
        if (seen.heats.size < 4) seen.heats.add(picture('heat'));
    });
    const frame = () => {
        seen.frames.push(audio.currentTime);
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
}

/** A light is on time when it came within LATE, or in the first frame that there was after. */
function assertOnTime(light, word, frames) {
    assert.equal(light.word, word.text);
    assert.ok(light.now >= word.t - LATE, `“${word.text}” at ${light.now}, before ${word.t}`);
    const missed = frames.filter((f) => f > word.t + LATE && f < light.now - 1e-3).length;
    assert.ok(light.now <= word.t + LATE || missed === 0,
        `“${word.text}” at ${light.now}, after ${word.t}, past ${missed} frames`);
}

/** What piece.json says made a note's pitch: its vector and its source. */
function pitchSource(json, track, note) {
    const field = (name) => json.note_fields.indexOf(name);
    const source = json.sources[json.tracks[track].notes[note][field('pitch_from')]];
    return { vector: json.vectors[source[0]], value: source[2] };
}

export const playCases = [
    {
        name: 'the page is silent until it is asked',
        async run(house) {
            shared.page = await house.page();
            const quiet = await shared.page.$eval('#audio', (a) => a.paused && !a.currentSrc);
            assert.ok(quiet);
            assert.ok(!await shared.page.isVisible('#piece'));
        },
    },
    {
        name: 'without a prompt the button says what is missing',
        async run() {
            const { page } = shared;
            await page.click('#sonify');
            assert.match(await page.textContent('#problem-title'), /prompt/i);
            assert.equal(await page.evaluate(() => document.activeElement.id), 'prompt');
        },
    },
    {
        name: 'a prompt typed and the button pressed: progress is told, and the piece plays',
        async run() {
            const { page } = shared;
            await page.evaluate(record);
            await page.locator('#prompt').pressSequentially(PROMPT);
            await sonify(page, { options: QUICK });
            assert.ok(!await page.isVisible('#problem'));
            await page.waitForFunction(() => document.getElementById('audio').currentTime > 0);
            const { stages } = await page.evaluate(() => window.seen);
            assert.ok(stages.length >= 2 && stages.every((s) => s.length > 3), stages.join());
            return `told: ${[...new Set(stages)].join(', ')}`;
        },
    },
    {
        name: 'the sound plays to its end',
        async run() {
            const { page } = shared;
            await page.waitForFunction(() => document.getElementById('audio').ended);
            const { now, length } = await page.$eval('#audio', (a) => ({
                now: a.currentTime, length: a.duration,
            }));
            assert.ok(Math.abs(now - length) < 0.1 && length > 2, `${now} of ${length}`);
            assert.equal(await page.textContent('#play-word'), 'Play');
        },
    },
    {
        name: 'the roll and the heat map moved with the sound',
        async run() {
            const [rolls, heats] = await shared.page.evaluate(() =>
                [window.seen.rolls.size, window.seen.heats.size]);
            assert.ok(rolls >= 3 && heats >= 3, `${rolls} rolls, ${heats} heat maps`);
        },
    },
    {
        name: 'each word was lit once, in order, within 50 ms of its sound',
        async run() {
            const { page } = shared;
            const { words } = await (await fileOf(page, 'Words')).json();
            const { lights, frames } = await page.evaluate(() => window.seen);
            assert.equal(lights.length, words.length);
            assert.equal(words.map((w) => w.text).join(' '), PROMPT);
            words.forEach((w, i) => assertOnTime(lights[i], w, frames));
            const late = words.map((w, i) => Math.round((lights[i].now - w.t) * 1000));
            return `ms after the sound: ${late.join(' ')}`;
        },
    },
    {
        name: 'a press on a note shows the number that it came from',
        async run() {
            const { page } = shared;
            const json = await (await fileOf(page, 'JSON')).json();
            const first = json.tracks[0].notes[0];
            const at = first[json.note_fields.indexOf('at')];
            const index = json.tracks.flatMap((t, k) => t.notes.map((n) => [n[2], k, n[6]]))
                .sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2])
                .findIndex(([t, track]) => t === at && track === 0);
            await page.click('#roll', { position: await placeOf(page, index) });
            const text = await page.innerText('#inspector-body');
            const { vector, value } = pitchSource(json, 0, 0);
            for (const part of [json.tracks[0].name, vector.label, vector.feature,
                `layer ${vector.layer}`, String(value), 'Pitch']) {
                assert.ok(text.includes(part), `${part} is not in: ${text}`);
            }
            assert.ok(text.includes(json.rules[first[json.note_fields.indexOf('rule')]]));
        },
    },
    {
        name: 'the table has every note, and the same origins',
        async run() {
            const { page } = shared;
            await page.check('#view-table');
            const json = await (await fileOf(page, 'JSON')).json();
            const total = json.tracks.reduce((sum, t) => sum + t.notes.length, 0);
            assert.equal(await page.locator('#notes-body tr').count(), Math.min(100, total));
            const row = page.locator('#notes-body tr').first();
            await row.getByRole('button').press('Enter');
            const name = (await row.getByRole('button').textContent()).trim();
            assert.ok((await page.innerText('.note-name')).includes(name));
            await page.check('#view-roll');
        },
    },
    {
        name: 'the files are those of the types that they claim',
        async run(house) {
            const { page } = shared;
            const midi = await (await fileOf(page, 'MIDI')).body();
            assert.equal(midi.subarray(0, 4).toString(), 'MThd');
            const [download] = await Promise.all([page.waitForEvent('download'),
                page.getByRole('link', { name: 'MIDI', exact: true }).click()]);
            assert.match(download.suggestedFilename(), /^[\w.-]+\.mid$/);
            await house.closePages();
        },
    },
];
