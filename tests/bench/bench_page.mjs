/**
 * bench_page.mjs DIR: from the press of the button to the sound, in Chromium, and where the time
 * goes. DIR has the npm packages of tests/web (build/web after tests/web/page.t). Every piece is
 * another: none is made already.
 */
import { openHouse } from '../web/house.mjs';

const WORDS = 'the old owl told a little bird why rain began to fall on the silent forest that night '
    + 'and the fox slept';
const RUNS = 9;

function middle(values) {
    return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** In the page: marks in ms after the press. */
function listen() {
    const marks = {};
    const note = (name) => () => { marks[name] ??= performance.now() - marks.pressed; };
    document.getElementById('sonify').addEventListener('click', () => {
        marks.pressed = performance.now();
    }, true);
    const audio = document.querySelector('audio');
    audio.addEventListener('playing', note('playing'));
    audio.addEventListener('timeupdate', () => {
        if (audio.currentTime > 0) note('sounding')();
    });
    window.marks = marks;
}

/** Presses the button `pause` ms after the prompt was written. */
async function measure(house, what, pause) {
    const all = [];
    for (let i = 0; i < RUNS; i++) {
        const page = await house.page();
        await page.evaluate(listen);
        await page.fill('#prompt', `${WORDS} ${pause} ${'abcdefghi'[i]}`);
        await page.waitForTimeout(pause);
        await page.click('#sonify');
        await page.waitForFunction(() => window.marks.sounding !== undefined);
        all.push(await page.evaluate(() => window.marks));
        await house.closePages();
    }
    for (const name of ['playing', 'sounding']) {
        const of = all.map((m) => m[name]);
        console.log(`${what}, button to ${name}: least ${Math.min(...of).toFixed(0)} ms, `
            + `median ${middle(of).toFixed(0)} ms`);
    }
}

const house = await openHouse(process.argv[2]);
await measure(house, 'pressed at once', 0);
await measure(house, 'pressed after a pause in writing', 2000);
await house.close();
