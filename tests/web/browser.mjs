/* browser.mjs DIR FIRST: every check of the page in Chromium, as TAP lines numbered from FIRST.
 * DIR has node_modules, and gets the pictures. */
import { aheadCases } from './ahead.mjs';
import { openHouse } from './house.mjs';
import { errorCases } from './errors.mjs';
import { keyCases } from './keys.mjs';
import { lookCases } from './looks.mjs';
import { playCases } from './play.mjs';
import { shareCases } from './share.mjs';

const [dir, first] = process.argv.slice(2);
const LIMIT_MS = 60000; // of one check: a page that hangs fails instead of stopping the run

let number = Number(first) - 1;
let failed = 0;

function within(promise, ms) {
    let timer;
    const late = new Promise((_, no) => {
        timer = setTimeout(() => no(new Error(`not done after ${ms} ms`)), ms);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** One check: its note, where it has one, stands as a diagnostic. */
async function check(house, { name, run }) {
    number += 1;
    try {
        const note = await within(run(house), LIMIT_MS);
        console.log(`ok ${number} - ${name}`);
        if (note) console.log(`# ${note}`);
    } catch (e) {
        failed += 1;
        console.log(`not ok ${number} - ${name}`);
        console.log(String(e.stack ?? e).replace(/^/gm, '# '));
    }
}

const house = await openHouse(dir);
try {
    for (const cases of [playCases, aheadCases, shareCases, keyCases, errorCases, lookCases]) {
        for (const one of cases) await check(house, one);
    }
    await check(house, {
        name: 'in all this no error, no broken policy, no other host',
        run: () => house.assertClean(),
    });
} finally {
    await house.close();
}
console.log(`1..${number}`);
process.exit(failed ? 1 : 0);
