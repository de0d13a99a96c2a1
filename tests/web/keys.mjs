/* keys.mjs: the page without a mouse: the order of focus, a focus that can be seen, and everything
 * that a press does done by a key. */
import assert from 'node:assert/strict';
import { arrived } from './house.mjs';

const PROMPT = 'The owl asked the little bird why the rain had begun to fall so softly.';
const shared = { page: null };

/** The focused element, and whether it can be told from its neighbours. */
function focused(page) {
    return page.evaluate(() => {
        const node = document.activeElement;
        const near = node.closest('.chip, .half') ? node.nextElementSibling : node;
        const style = getComputedStyle(near);
        return {
            id: node.id || node.className.split(' ')[0] || node.tagName,
            seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
        };
    });
}

/** Presses Tab until the element of this id; gives the ids on the way. */
async function tabTo(page, id) {
    const way = [];
    for (let i = 0; i < 60; i++) {
        await page.keyboard.press('Tab');
        const at = await focused(page);
        assert.ok(at.seen, `the focus on ${at.id} cannot be seen`);
        way.push(at.id);
        if (at.id === id) return way;
    }
    throw new Error(`${id} is not reached: ${way.join(' ')}`);
}

const heard = (page) => page.$eval('#audio', (a) => !a.paused);

export const keyCases = [
    {
        name: 'by keys alone: prompt, mode, button, and the piece plays',
        async run(house) {
            const page = await house.page();
            shared.page = page;
            assert.deepEqual((await tabTo(page, 'prompt')).at(-2), 'skip');
            await page.keyboard.type(PROMPT);
            await tabTo(page, 'mode-space');
            await page.keyboard.press('ArrowRight');
            assert.ok(await page.isChecked('#mode-solo'));
            await page.keyboard.press('ArrowLeft');
            assert.ok(await page.isChecked('#mode-space'));
            const way = await tabTo(page, 'sonify');
            assert.ok(way.includes('model'));
            await page.keyboard.press('Enter');
            await arrived(page);
            await page.waitForFunction(() => document.getElementById('audio').currentTime > 0);
            assert.equal((await focused(page)).id, 'play');
        },
    },
    {
        name: 'space pauses, arrows move the sound',
        async run() {
            const { page } = shared;
            await page.keyboard.press(' ');
            assert.ok(!await heard(page));
            await page.keyboard.press('Tab');
            assert.equal((await focused(page)).id, 'seek');
            await page.keyboard.press('End');
            assert.ok(await page.$eval('#audio', (a) => a.currentTime > a.duration - 0.2));
            await page.keyboard.press('Home');
            assert.equal(await page.$eval('#audio', (a) => a.currentTime), 0);
            assert.match(await page.getAttribute('#seek', 'aria-valuetext'), /^0 seconds of /);
        },
    },
    {
        name: 'arrows walk the words, Enter plays from there',
        async run() {
            const { page } = shared;
            await page.keyboard.press('Tab');
            await page.keyboard.press('ArrowRight');
            assert.equal(await page.evaluate(() => document.activeElement.textContent), 'owl');
            await page.keyboard.press('Enter');
            const at = Number(await page.evaluate(() => document.activeElement.dataset.t));
            assert.ok(Math.abs(await page.$eval('#audio', (a) => a.currentTime) - at) < 0.01);
            assert.equal(await page.textContent('.word.lit'), 'owl');
        },
    },
    {
        name: 'arrows walk the notes of the roll and tell them, Enter shows the origin',
        async run() {
            const { page } = shared;
            const way = await tabTo(page, 'roll');
            assert.ok(way.includes('track') && way.includes('view-roll'), way.join(' '));
            for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
            await page.waitForFunction(() => /\d, \w+, at 0:\d\d/.test(
                document.getElementById('say').textContent));
            await page.keyboard.press('Enter');
            await page.waitForFunction(() => document.querySelector('.note-name'));
            await page.keyboard.press(' ');
            assert.ok(await heard(page));
            await page.keyboard.press(' ');
            assert.ok(!await heard(page));
        },
    },
    {
        name: 'a track is hidden and shown by key, the table turned to',
        async run() {
            const { page } = shared;
            const track = page.locator('#legend button').first();
            await track.focus();
            await page.keyboard.press('Enter');
            assert.equal(await track.getAttribute('aria-pressed'), 'false');
            await page.keyboard.press('Enter');
            assert.equal(await track.getAttribute('aria-pressed'), 'true');
            await page.focus('#view-roll');
            await page.keyboard.press('ArrowRight');
            assert.ok(await page.isVisible('#notes-body'));
            await page.keyboard.press('ArrowLeft');
            assert.ok(await page.isVisible('#roll'));
        },
    },
    {
        name: 'the heat map is walked by arrows and tells its numbers',
        async run(house) {
            const { page } = shared;
            await page.focus('#heat');
            await page.keyboard.press('ArrowRight');
            await page.keyboard.press('ArrowUp');
            assert.match(await page.textContent('#heat-cell'), /^“.+”, layer 0: norm [\d.]+$/);
            await page.getByText('The numbers as a table').click();
            assert.ok(await page.locator('#heat-table tbody tr').count() > 4);
            await house.closePages();
        },
    },
];
