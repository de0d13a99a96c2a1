/* looks.mjs: dark and light, wide and narrow, with less motion; what a checker of accessibility
 * (axe) finds; and the pictures to be looked at. */
import assert from 'node:assert/strict';
import { placeOf, sonify } from './house.mjs';

const PROMPT = 'The forest was silent, and the little bird asked the old owl why.';
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 390, height: 844 };

/** What axe finds, one line each. */
async function findings(page, house) {
    await page.evaluate(house.axe);
    const { violations } = await page.evaluate(() => window.axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }));
    return violations.flatMap((v) => v.nodes.map((n) =>
        `${v.id}: ${n.target.join(' ')}: ${n.failureSummary.replace(/\s+/g, ' ')}`));
}

/** A piece, stopped at its middle, with a note chosen. */
async function scene(page, request) {
    await sonify(page, request);
    await page.waitForFunction(() => document.getElementById('audio').currentTime > 0);
    await page.$eval('#audio', (a) => { a.pause(); });
    await page.locator('#seek').fill('3.2');
    await page.focus('#roll');
    for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.note-name');
    await page.evaluate(() => {
        document.activeElement.blur();
        scrollTo(0, 0);
    });
}

async function overflow(page) {
    return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}

function lookCase(scheme, viewport) {
    const narrow = viewport === NARROW;
    return {
        name: `${scheme}, ${viewport.width} wide: nothing for axe to find, nothing sticks out`,
        async run(house) {
            const page = await house.page({
                viewport, colorScheme: scheme, hasTouch: narrow, deviceScaleFactor: narrow ? 2 : 1,
            });
            await scene(page, { prompt: PROMPT });
            await page.screenshot({
                path: house.picture(`page-${viewport.width}-${scheme}`), fullPage: true,
            });
            assert.deepEqual(await findings(page, house), []);
            assert.equal(await overflow(page), 0);
            const ground = await page.evaluate(() => getComputedStyle(document.body)
                .backgroundColor.match(/\d+/g).map(Number));
            assert.ok(scheme === 'dark' ? Math.max(...ground) < 60 : Math.min(...ground) > 200);
            await house.closePages();
        },
    };
}

export const lookCases = [
    lookCase('light', WIDE),
    lookCase('dark', NARROW),
    {
        name: 'a piece of the weights: no prompt, no words, drums in rows, a table by pages',
        async run(house) {
            const page = await house.page({ colorScheme: 'dark' });
            await page.check('#mode-acid');
            assert.ok(!await page.isVisible('#prompt'));
            await scene(page, { mode: 'acid', options: { length: '30' } });
            assert.ok(!await page.isVisible('#words'));
            assert.match(await page.innerText('#inspector-body'), /model\.\S+\.weight/);
            await page.screenshot({ path: house.picture('page-1280-acid'), fullPage: true });
            await page.check('#view-table');
            const range = await page.textContent('#notes-range');
            assert.match(range, /^1 to 100 of /);
            await page.click('#notes-on');
            assert.match(await page.textContent('#notes-range'), /^101 to /);
            assert.deepEqual(await findings(page, house), []);
            await house.closePages();
        },
    },
    {
        name: 'a finger on a note of the narrow page shows its origin',
        async run(house) {
            const page = await house.page({ viewport: NARROW, hasTouch: true });
            await sonify(page, { mode: 'solo', prompt: 'Why?' });
            await page.tap('#play');
            await page.locator('#seek').fill('0');
            await page.tap('#roll', { position: await placeOf(page, 3) });
            await page.waitForSelector('.note-name');
            assert.match(await page.innerText('#inspector-body'), /Made from/i);
            assert.equal(await overflow(page), 0);
            await house.closePages();
        },
    },
    {
        name: 'with less motion nothing moves but what sounds',
        async run(house) {
            const page = await house.page({ reducedMotion: 'reduce' });
            await page.evaluate(() => {
                window.moved = [];
                for (const event of ['transitionrun', 'animationstart']) {
                    document.addEventListener(event, (e) => window.moved.push(e.target.id), true);
                }
            });
            await sonify(page, { prompt: 'Be calm.' });
            await page.waitForFunction(() => document.querySelector('.word.lit'));
            await page.waitForFunction(() => !document.querySelector('.word.lit'));
            assert.deepEqual(await page.evaluate(() => window.moved), []);
            await house.closePages();
        },
    },
];
