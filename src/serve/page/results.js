/* results.js: what surrounds a finished piece: its title, its facts, its files, its link and its
 * command. */
import { byId, el, say, show } from './dom.js';
import { clock, count } from './format.js';

/** @typedef {import('./api.js').Result} Result */

const FILES = [
    ['midi', 'MIDI', 'the notes, for any sequencer'],
    ['audio', 'Audio', 'mastered, as you hear it'],
    ['json', 'JSON', 'every note with its sources'],
    ['words', 'Words', 'the time of each word'],
    ['heat', 'Heat map', 'the numbers of the picture'],
];

/** "F♯ minor, 102 bpm, 0:17, 63 notes". @param {Result} result @param {number} notes */
export function factsOf(result, notes) {
    const tempo = result.tempo ? `${Math.round(result.tempo)} bpm` : '';
    const key = result.key?.replace('#', '♯');
    return [key, tempo, clock(result.seconds), count(notes, 'note')]
        .filter(Boolean).join(' · ');
}

/** @param {Result} result @param {number} notes */
export function showTitle(result, notes) {
    byId('piece-title').textContent = result.title;
    byId('piece-facts').textContent = factsOf(result, notes);
}

/** @param {Result['files']} files */
export function showFiles(files) {
    const links = FILES.filter(([name]) => files[name]).map(([name, title, what]) => el('li', {},
        el('a', { href: `${files[name]}?download=1`, download: '' }, title),
        el('span', { class: 'help' }, what)));
    byId('files').replaceChildren(...links);
}

/** @param {string[]} text the piece's own words: version, command, model, mapping */
export function showMapping(text) {
    const mapping = text.slice(3).map((line) => line.trimEnd()).filter(Boolean);
    byId('mapping').textContent = mapping.join('\n');
    show(byId('mapping-section'), mapping.length > 0);
}

/** @param {string} url @param {string} command */
export function showShare(url, command) {
    byId('share-link').value = url;
    byId('command').value = command;
}

async function copyFrom(field, what) {
    try {
        await navigator.clipboard.writeText(field.value);
        say(`${what} copied`);
        return true;
    } catch {
        // No clipboard here (a page that is not local and not https): the text is marked instead.
        field.focus();
        field.select();
        say(`${what} is marked: copy it with your keyboard`);
        return false;
    }
}

/** The two copy buttons. */
export function listenCopy() {
    for (const [button, field, what] of [
        ['copy-link', 'share-link', 'Link'], ['copy-command', 'command', 'Command'],
    ]) {
        const node = byId(button);
        const words = node.textContent;
        node.addEventListener('click', async () => {
            if (!await copyFrom(byId(field), what)) return;
            node.textContent = 'Copied';
            setTimeout(() => { node.textContent = words; }, 1500);
        });
    }
}
