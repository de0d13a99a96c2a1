/* rollpaint.js: the piano roll as a picture. Draws what it is given; keeps nothing. */
import { drumName } from './format.js';
import { boxOf, GUTTER, xOf, yOf } from './rollmap.js';
import { COLOURS } from './theme.js';
import { spansWithin } from './timeline.js';

/** @typedef {import('./rollmap.js').RollMap} RollMap */
/** @typedef {import('./sidecar.js').Note} Note */
/**
 * @typedef {object} Scene
 * @property {import('./sidecar.js').Piece} piece
 * @property {import('./timeline.js').Timeline<Note>} line
 * @property {{t: number, text: string}[]} words
 * @property {RollMap} map
 * @property {number} now
 * @property {Note|null} chosen
 * @property {Set<number>} hidden tracks
 */

const BLACK = new Set([1, 3, 6, 8, 10]);
const SANS = 'system-ui, sans-serif';
const SERIF = 'Georgia, "Liberation Serif", serif';

function rowBands(g, map, theme) {
    g.fillStyle = theme.faint;
    for (let key = map.rows.lo; key <= map.rows.hi; key++) {
        if (!BLACK.has(((key % 12) + 12) % 12)) continue;
        const y = yOf(map, key, false) - map.rowHeight / 2;
        g.fillRect(map.left, y, map.width - map.left - GUTTER.right, map.rowHeight);
    }
}

function pitchLabels(g, map, theme) {
    g.font = `11px ${SANS}`;
    g.textAlign = 'right';
    g.textBaseline = 'middle';
    for (let key = Math.ceil(map.rows.lo / 12) * 12; key <= map.rows.hi; key += 12) {
        const y = Math.round(yOf(map, key, false) + map.rowHeight / 2) + 0.5;
        g.strokeStyle = theme.line;
        g.beginPath();
        g.moveTo(map.left, y);
        g.lineTo(map.width - GUTTER.right, y);
        g.stroke();
        g.fillStyle = theme.muted;
        g.fillText(`C${key / 12 - 1}`, map.left - 6, yOf(map, key, false));
    }
}

function drumLabels(g, map, theme) {
    const { drums } = map.rows;
    if (drums.length === 0) return;
    g.font = `9px ${SANS}`;
    g.textAlign = 'right';
    g.fillStyle = theme.muted;
    if (map.rowHeight < 9) {
        const middle = (yOf(map, drums[0], true) + yOf(map, drums.at(-1), true)) / 2;
        g.fillText('drums', map.left - 5, middle);
        return;
    }
    for (const key of drums) {
        const word = drumName(key).split(' ').at(-1).slice(0, 6);
        g.fillText(word, map.left - 5, yOf(map, key, true));
    }
}

/** Numbers of bars, so few that they do not touch. */
function barLines(g, { piece, map }, theme) {
    const shown = piece.bars.filter((b) => b.t >= map.t0 && b.t < map.t0 + map.span);
    if (shown.length === 0) return;
    const room = (map.width - map.left) / Math.max(1, shown.length);
    const step = [1, 2, 4, 8, 16, 32, 64, 128, 256].find((s) => s * room >= 34) ?? 512;
    g.font = `10px ${SANS}`;
    g.textAlign = 'left';
    g.textBaseline = 'alphabetic';
    for (const { t, bar } of shown) {
        if ((bar - 1) % step !== 0) continue;
        const x = Math.round(xOf(map, t)) + 0.5;
        g.strokeStyle = theme.line;
        g.beginPath();
        g.moveTo(x, map.top - 8);
        g.lineTo(x, map.bottom);
        g.stroke();
        g.fillStyle = theme.muted;
        g.fillText(String(bar), x + 4, map.top - 4);
    }
}

function sectionNames(g, { piece, map }, theme) {
    g.font = `italic 12px ${SERIF}`;
    g.textAlign = 'left';
    g.textBaseline = 'alphabetic';
    g.fillStyle = theme.ink;
    piece.sections.forEach((s, i) => {
        const end = piece.sections[i + 1]?.t ?? piece.seconds;
        if (end <= map.t0 || s.t > map.t0 + map.span) return;
        const x = Math.max(xOf(map, s.t), map.left) + 4;
        const room = xOf(map, end) - x - 8;
        if (g.measureText(s.name).width <= room) g.fillText(s.name, x, 15);
    });
}

/** @param {CanvasRenderingContext2D} g */
function paintNote(g, scene, note, theme) {
    const box = boxOf(scene.map, scene.piece, note);
    const colour = theme.tracks[note.track % COLOURS];
    const sounding = scene.now >= note.t && scene.now < note.end;
    const hollow = note.track >= COLOURS;
    const radius = Math.min(box.height / 2, box.width / 2, 4);
    g.beginPath();
    g.roundRect(box.x, box.y, box.width, box.height, radius);
    g.fillStyle = colour;
    g.globalAlpha = sounding ? 1 : (hollow ? 0.12 : 0.42 + 0.5 * note.vel);
    if (sounding) {
        g.shadowColor = colour;
        g.shadowBlur = 12;
    }
    g.fill();
    g.shadowBlur = 0;
    g.globalAlpha = 1;
    if (!sounding && !hollow && box.height < 5) return;
    g.lineWidth = sounding ? 1.5 : 1;
    g.strokeStyle = sounding ? theme.ink : colour;
    g.stroke();
}

function paintChosen(g, scene, theme) {
    if (!scene.chosen || scene.hidden.has(scene.chosen.track)) return;
    const box = boxOf(scene.map, scene.piece, scene.chosen);
    g.lineWidth = 2;
    g.strokeStyle = theme.ink;
    g.beginPath();
    g.roundRect(box.x - 3.5, box.y - 3.5, box.width + 7, box.height + 7, 6);
    g.stroke();
}

/** The words under the notes, as in a song: on a second line where the first has no room, and left
 * out where neither has. */
function paintWords(g, { words, map, now }, theme) {
    g.font = `13px ${SERIF}`;
    g.textAlign = 'left';
    g.textBaseline = 'alphabetic';
    const free = [map.left, map.left];
    for (const w of words) {
        const x = xOf(map, w.t);
        const row = free.findIndex((f) => f <= x);
        if (row < 0 || x > map.width) continue;
        const sounding = now >= w.t && now < w.end;
        g.fillStyle = sounding ? theme.ink : theme.muted;
        g.fillText(w.text, x, map.bottom + 16 + row * 17);
        free[row] = x + g.measureText(w.text).width + 6;
    }
}

function paintHead(g, { map, now }, theme) {
    const x = xOf(map, now);
    if (x < map.left - 1 || x > map.width) return;
    g.strokeStyle = theme.accent;
    g.fillStyle = theme.accent;
    g.lineWidth = 2;
    g.beginPath();
    g.moveTo(x, map.top - 6);
    g.lineTo(x, map.bottom);
    g.stroke();
    g.beginPath();
    g.moveTo(x - 5, map.top - 12);
    g.lineTo(x + 5, map.top - 12);
    g.lineTo(x, map.top - 4);
    g.fill();
}

/** Everything, once. @param {CanvasRenderingContext2D} g @param {Scene} scene */
export function paintRoll(g, scene, theme) {
    const { map, line, hidden } = scene;
    g.fillStyle = theme.paper;
    g.fillRect(0, 0, map.width, map.height);
    g.lineWidth = 1;
    rowBands(g, map, theme);
    pitchLabels(g, map, theme);
    drumLabels(g, map, theme);
    barLines(g, scene, theme);
    sectionNames(g, scene, theme);
    g.save();
    g.beginPath();
    g.rect(map.left - 1, 0, map.width - map.left + 1, map.height);
    g.clip();
    for (const note of spansWithin(line, map.t0, map.t0 + map.span)) {
        if (!hidden.has(note.track)) paintNote(g, scene, note, theme);
    }
    paintChosen(g, scene, theme);
    paintWords(g, scene, theme);
    g.restore();
    paintHead(g, scene, theme);
}
